# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark suite: descriptions, statistics, workloads, peers, a small run."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import TOOLS
from smallsuite import (
    BENCHMARKS,
    REPOSITORY,
    SMALL,
    describe,
    make_report,
    make_result,
    parse,
)

import report
from peers import PEERS, UnsupportedError, make_peer, snn_mlir_code
from suite import instructions, machine, measure, stats
from suite.artefact import get_sections
from suite.description import (
    DescriptionError,
    load_networks,
    parse_network,
    select_cases,
)
from suite.layers import Conv, Dense, Flatten, Neurons, SumPool
from suite.workloads import WORKLOADS, make_workload

# Descriptions


def test_cases_are_the_product_of_axes():
    cases = parse().cases()
    assert [case.name for case in cases] == [
        "small density=0.1 threads=1",
        "small density=0.1 threads=2",
        "small density=0.5 threads=1",
        "small density=0.5 threads=2",
    ]
    assert cases[1].point == {
        "batch": 1,
        "steps": 1,
        "density": 0.1,
        "threads": 2,
        "sum": "ascending",
    }
    # The first goal is about one density, the second about both numbers of threads.
    assert [len(case.goals) for case in cases] == [2, 2, 1, 1]


def test_name_leaves_out_what_is_not_varied():
    (case,) = parse(axes={"density": [0.1]}, goals=[]).cases()
    assert case.name == "small"
    assert case.point["density"] == 0.1


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": None}, "'name' is missing"),
        ({"axis": {}}, "no key 'axis'"),
        ({"name": 3}, "'name': expects str, but got int"),
        ({"heavy": 1}, "'heavy': expects bool, but got int"),
        ({"repetitions": True}, "'repetitions': expects int, but got bool"),
        ({"repetitions": 2}, "expects 3 or more"),
        ({"workload": "cnn"}, "no workload 'cnn'; there are .*mlp"),
        ({"peers": ["numpi"]}, "no 'numpi'; there are .*numpy"),
        ({"peers": ["numpy", "numpy"]}, "a name is there twice"),
        ({"memory": ["norse"]}, "'memory': there is no 'norse'"),
        ({"tolerance": 1.0}, "expects a share from 0 to 1"),
        ({"axes": {"batch": []}}, "axis 'batch': expects a list of values"),
        ({"axes": {"batch": [1, 1]}}, "axis 'batch': a value is there twice"),
        ({"axes": {"batch": [0]}}, "axis 'batch': expects a positive integer"),
        ({"axes": {"density": [1.5]}}, "expects a share from 0 to 1, but got 1.5"),
        ({"axes": {"sum": ["pairwise"]}}, "no law 'pairwise': ascending, exact"),
        ({"goals": [{"against": ["numpy"]}]}, "goal 0: 'ratio' is missing"),
        ({"goals": [{"against": ["norse"], "ratio": 2}]}, "goal 0: .*no 'norse'"),
        ({"goals": [{"against": [], "ratio": 2}]}, "expects a peer"),
        ({"goals": [{"against": ["numpy"], "ratio": 0}]}, "expects a positive number"),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "where": {"density": 0.2}}]},
            "axis 'density' has no 0.2",
        ),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "where": {"size": 1}}]},
            "no axis 'size'",
        ),
        (
            {"goals": [{"against": ["numpy"], "ratio": 2, "needs": "sse"}]},
            "goal 0: 'needs': there is no 'sse'; there are avx2",
        ),
        (
            {"limits": [{"measure": "speed", "bound": 1}]},
            "limit 0: there is no measure 'speed'; there are time",
        ),
        ({"limits": [{"measure": "time"}]}, "limit 0: 'bound' is missing"),
    ],
)
def test_wrong_description(changes, message):
    with pytest.raises(DescriptionError, match=f"small.json.*{message}"):
        parse(**changes)


def test_wrong_files(tmp_path):
    with pytest.raises(DescriptionError, match="there is no description"):
        load_networks(tmp_path)
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(DescriptionError, match="a.json: "):
        load_networks(tmp_path)
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(SMALL))
    with pytest.raises(DescriptionError, match="b.json: .*network 'small' already"):
        load_networks(tmp_path)


def test_descriptions_of_the_suite():
    """Every case has a peer that knows its kind of workload."""
    networks = load_networks(peers=PEERS, workloads=WORKLOADS)
    assert {"mlp", "nmnist", "braille", "ladder", "transformers"} <= {
        network.name for network in networks
    }
    for network in networks:
        assert network.peers or network.limits
        module, _ = WORKLOADS[network.workload].split(":")
        assert (BENCHMARKS / "suite" / "workloads" / f"{module}.py").exists()
    for entry in PEERS.values():
        for path in entry.classes.values():
            module, name = path.split(":")
            text = (BENCHMARKS / "peers" / f"{module}.py").read_text()
            assert f"class {name}(" in text


def test_example_of_the_readme():
    text = (BENCHMARKS / "README.md").read_text()
    example = text.split("```json\n")[1].split("```")[0]
    cases = parse_network(json.loads(example), "README", PEERS, WORKLOADS).cases()
    assert len(cases) == 4
    workload = make_workload(cases[-1], Path("."))
    assert workload.network().outputs == {"spikes": ((10,), "uint8")}


def test_select():
    networks = [parse(), parse(name="smaller"), parse(name="other")]

    def select(*patterns):
        return [case.name for case in select_cases(networks, list(patterns))]

    assert len(select()) == 12
    # A network's whole name means that network, a part of it all that have it.
    assert {name.split()[0] for name in select("small")} == {"small"}
    assert {name.split()[0] for name in select("smal")} == {"small", "smaller"}
    assert select("smal density=0.5 threads=2") == [
        "small density=0.5 threads=2",
        "smaller density=0.5 threads=2",
    ]
    assert select("other threads=2", "small threads=2 density=0.1") == [
        "small density=0.1 threads=2",
        "other density=0.1 threads=2",
        "other density=0.5 threads=2",
    ]
    with pytest.raises(DescriptionError, match="no case matches 'small threads=4'"):
        select("small threads=4")


# Statistics and the machine


def test_summarize():
    # Quartiles of 1 to 5 are elements.
    assert stats.summarize([5, 1, 4, 2, 3]) == {
        "median": 3,
        "q1": 2,
        "q3": 4,
        "min": 1,
        "count": 5,
    }
    assert stats.summarize([7.0])["q1"] == 7.0
    with pytest.raises(ValueError, match="at least one"):
        stats.summarize([])


def test_ratios_are_of_pairs():
    """A machine that slows down moves both: the ratio of pairs does not see it."""
    ours, theirs = [1.0, 2.0, 10.0], [3.0, 6.0, 30.0]
    assert stats.ratios(ours, theirs)["median"] == 3.0
    assert stats.ratios(ours, theirs)["q1"] == stats.ratios(ours, theirs)["q3"] == 3.0
    # Not the ratio of medians, which is 20 / 2.
    assert stats.ratios([1, 2, 10], [1, 20, 30])["median"] == 3.0
    with pytest.raises(ValueError, match="expects pairs"):
        stats.ratios([1.0], [1.0, 2.0])


def test_machines_without_family_and_model(monkeypatch):
    text = "processor : 0\nFeatures : fp asimd\n"
    monkeypatch.setattr(machine, "_read", lambda path: text if "cpu" in path else "")
    known = machine.describe_machine()
    assert "family_model" not in known
    assert machine.machine_type(known).endswith("other")
    page = report.write_conditions({**make_report(make_result()), "machine": known})
    assert "family/model" not in page


def test_machine_types():
    known = machine.describe_machine()
    assert known["cores"] == os.cpu_count()
    assert known["memory_gb"] > 0
    other = {**known, "isa": ["avx2", "fma"]}
    more = {**known, "isa": ["avx2", "fma", "avx512f", "amx_int8"]}
    names = {machine.machine_type(m) for m in (other, more, {**more, "cores": 99})}
    assert len(names) == 3
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-") for name in names
    )


def test_commit():
    assert machine.describe_commit(Path("/"))["commit"] is None


# Workloads and a run


def test_peers_get_the_same_network():
    """The chain of layers that peers build computes what Volley does."""
    import volley

    data = {**SMALL, "workload": "mlp", "axes": {"batch": [3], "steps": [12]}}
    data["axes"]["density"] = [0.3]
    data["settings"] = {"sizes": [40, 24, 6], "gains": [3.0, 3.0]}
    (case,) = parse_network({**data, "goals": []}, "mlp.json").cases()
    workload = make_workload(case, Path("."))
    x = workload.make_input(np.random.default_rng(0))
    signal = x.astype(np.float64)
    for layer in workload.layers():
        if hasattr(layer, "weight"):
            signal = signal @ layer.weight.T.astype(np.float64)
            continue
        v, spikes = np.zeros(signal.shape[1:]), []
        for drive in signal:
            v = layer.decay * v + drive
            spikes.append(v > layer.threshold)
            v = np.where(spikes[-1], 0.0, v)
        signal = np.stack(spikes).astype(np.float64)
    y = volley.compile(workload.network())(x)
    assert 0.02 < y.mean() < 0.5
    assert (y == signal).all()


# Peers


class Layers:
    """A workload of given layers, on random spikes."""

    kind, threads = "layers", 1

    def __init__(self, layers, shape, steps=20, batch=3):
        self.chain, self.shape = layers, (steps, batch, *shape)
        self.steps, self.batch = steps, batch

    def layers(self):
        return self.chain

    def make_input(self, rng):
        return (rng.random(self.shape) < 0.4).view(np.uint8)


# Never met: libraries differ in what happens there.
THRESHOLD = 1.01


def make_weights(*shape, seed=0, low=-16):
    """Multiples of 1/32: sums are exact in any order."""
    rng = np.random.default_rng(seed)
    return (rng.integers(low, 18, shape) / 32).astype(np.float32)


def recurrent_layers():
    back = Dense(make_weights(12, 12, seed=2), make_weights(12, seed=3))
    options = {"threshold": THRESHOLD, "reset": "zero"}
    current = {"decay": 0.5, "current_decay": 0.25, **options}
    return [
        Dense(make_weights(12, 6, low=-8), make_weights(12, seed=1)),
        Neurons("lif1", (12,), recurrent=back, **current),
        Dense(make_weights(5, 12, seed=4, low=-8)),
        Neurons("lif2", (5,), **current),
    ]


def convolution_layers():
    options = {"threshold": THRESHOLD, "reset": "zero"}
    return [
        Conv(make_weights(4, 2, 3, 3), make_weights(4, seed=1), (2, 1), (1, 1)),
        Neurons("if", (4, 4, 8), decay=1.0, **options),
        SumPool((2, 2)),
        Flatten(),
        Dense(make_weights(5, 32, seed=2)),
        Neurons("lif", (5,), decay=0.5, **options),
    ]


def interpret(layers, signal):
    """(T, B, *shape), as suite.layers says it, in f64."""
    for layer in layers:
        if isinstance(layer, Dense):
            signal = signal @ layer.weight.T.astype(float)
            signal += 0 if layer.bias is None else layer.bias
        elif isinstance(layer, Conv):
            pads = [(pad, pad) for pad in layer.padding]
            signal = np.pad(signal, [(0, 0)] * 3 + pads)
            views = np.lib.stride_tricks.sliding_window_view(
                signal, layer.weight.shape[2:], (3, 4)
            )
            rows, columns = layer.stride
            views = views[:, :, :, ::rows, ::columns].astype(float)
            signal = np.einsum("tbcyxij,ocij->tboyx", views, layer.weight)
            signal += layer.bias[:, None, None]
        elif isinstance(layer, SumPool):
            *outer, height, width = signal.shape
            rows, columns = layer.kernel
            parts = (height // rows, rows, width // columns, columns)
            signal = signal.reshape(*outer, *parts).sum((-3, -1))
        elif isinstance(layer, Flatten):
            signal = signal.reshape(*signal.shape[:2], -1)
        else:
            v = current = spikes = np.zeros(signal.shape[1:])
            result = []
            for drive in signal:
                if layer.recurrent:
                    back = spikes @ layer.recurrent.weight.T.astype(float)
                    drive = drive + back + layer.recurrent.bias
                if layer.current_decay is not None:
                    current = drive = layer.current_decay * current + drive
                v = layer.decay * v + drive
                spikes = (v > layer.threshold).astype(float)
                v = np.where(spikes > 0, 0.0, v)
                result.append(spikes)
            signal = np.stack(result)
    return signal


LAYER_PEERS = [
    name
    for name, entry in PEERS.items()
    if "layers" in entry.classes and not entry.compiles
]


@pytest.mark.parametrize("name", LAYER_PEERS)
@pytest.mark.parametrize(
    "make, shape", [(recurrent_layers, (6,)), (convolution_layers, (2, 8, 8))]
)
def test_peers_compute_the_law(name, make, shape):
    workload = Layers(make(), shape)
    try:
        peer = make_peer(name, workload)
        peer.prepare()
    except (ModuleNotFoundError, UnsupportedError) as error:
        pytest.skip(str(error))
    for seed in (0, 1):  # The second run starts from zero, too.
        x = workload.make_input(np.random.default_rng(seed))
        expected = interpret(workload.layers(), x.astype(float))
        assert 0.05 < expected.mean() < 0.95
        y = peer.result(peer.run(peer.convert(x)))
        # Norse's neurons without a leak have a small one.
        assert y.shape == expected.shape
        assert np.mean(y != expected) <= (0.02 if name == "norse" else 0)


# What the package snn-mlir writes for a product and a population.
SNN_MLIR = """
module {
  memref.global "private" constant @w_0 : memref<2x3xf32> = dense<WEIGHT>
  memref.global "private" constant @b_0 : memref<2xf32> = dense<BIAS>
  func.func @snn_forward_step(
    %input : memref<3xf32>,
    %voltage_1 : memref<2xf32>,
    %output : memref<2xf32>
  ) attributes { llvm.emit_c_interface } {
    %w_0 = memref.get_global @w_0 : memref<2x3xf32>
    %b_0 = memref.get_global @b_0 : memref<2xf32>
    %synapse_0 = memref.alloca() : memref<2xf32>
    snn.linear ins(%input, %w_0) bias(%b_0 : memref<2xf32>) out(%synapse_0) : memref<3xf32>, memref<2x3xf32> -> memref<2xf32>
    snn.lif ins(%synapse_0) state(%voltage_1) out(%output) {decay_float = 5.0000000000e-01 : f64, threshold_float = 1.0000000000e+00 : f64, v_reset_float = 0.0000000000e+00 : f64} : memref<2xf32>, memref<2xf32> -> memref<2xf32>
    return
  }
}
"""  # noqa: E501


def test_code_of_snn_mlir(monkeypatch):
    """The package is not needed for what follows it."""
    monkeypatch.delenv("SNN_OPT", raising=False)
    weight, bias = make_weights(2, 3), make_weights(2, seed=1)
    text = SNN_MLIR.replace("WEIGHT", str(weight.tolist()))
    text = text.replace("BIAS", str(bias.tolist()))
    try:
        function, shape = snn_mlir_code.compile_step(text)
    except UnsupportedError as error:
        pytest.skip(str(error))
    assert shape == (2,)
    x = (np.random.default_rng(0).random((9, 4, 3)) < 0.6).astype(np.float32)
    y = np.full((9, 4, 2), np.nan, np.float32)
    function(x.ctypes.data, y.ctypes.data, 9, 4)
    population = Neurons("lif", (2,), decay=0.5, threshold=1.0, reset="zero")
    assert (y == interpret([Dense(weight, bias), population], x)).all()
    with pytest.raises(UnsupportedError, match="snn.avgpool2d needs the tool SNN_OPT"):
        snn_mlir_code.lower_ops(text.replace("snn.linear", "snn.avgpool2d"))


def test_ring_is_the_same_in_any_order():
    """Sums are exact, so that f32 and f64 have the same spikes."""
    import volley

    from suite.workloads.ring import Ring

    common = {"data": Path("."), "batch": 2, "steps": 20, "density": 0.1}
    common.update(threads=1, sum="ascending", gain=2.0, drive=1.25)
    ring = Ring(neurons=60, fan_out=0.1, **common)
    x = ring.make_input(np.random.default_rng(0))
    weights = ring.weights.astype(np.float64)
    assert (weights * 2**10 == np.round(weights * 2**10)).all()
    v = spikes = np.zeros((2, 10, 6))
    expected = []
    for own in x.reshape(20, 2, 10, 6):
        arriving = np.einsum("pij,bpj->bpi", weights, np.roll(spikes, 1, 1))
        v = ring.decay * v + arriving + own * ring.drive
        spikes = (v > ring.threshold).astype(float)
        v = np.where(spikes > 0, 0.0, v)
        expected.append(spikes.reshape(2, 60))
    y = volley.compile(ring.network())(x)
    assert (y == np.stack(expected)).all()
    # Spikes that the input alone would not make.
    assert y.sum() > x.sum()
    with pytest.raises(ValueError, match="61 neurons are not 10 populations"):
        Ring(neurons=61, fan_out=0.1, **common)


@pytest.fixture
def run_suite(tmp_path):
    """run_suite(description, ...) runs it, and gives the process and the results."""

    def run(data, *arguments, cwd=None):
        networks, output = tmp_path / "networks", tmp_path / "out"
        networks.mkdir(exist_ok=True)
        (networks / "small.json").write_text(json.dumps(data))
        command = [sys.executable, BENCHMARKS / "run.py", "--networks", networks]
        done = subprocess.run(
            [*command, "-o", output, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=cwd,
        )
        path = output / "results.json"
        return done, json.loads(path.read_text()) if path.exists() else None

    return run


def test_run(run_suite, tmp_path):
    data = describe(axes={"density": [0.5]}, peers=["numpy"], goals=[])
    done, results = run_suite(data, "--repetitions", "4")
    assert done.returncode == 0, done.stderr
    (result,) = results["results"]
    assert result["equals_interpreter"] is True
    ours, theirs = result["runners"]["volley"], result["runners"]["numpy"]
    assert ours["status"] == theirs["status"] == "ok"
    assert len(ours["times"]) == theirs["seconds"]["count"] == 4
    pairs = [b / a for a, b in zip(ours["times"], theirs["times"])]
    assert theirs["ratio"]["median"] == pytest.approx(np.median(pairs))
    assert theirs["cells"] >= 8 * 32
    assert 0 < ours["code_bytes"] < ours["artefact_bytes"]
    with open(tmp_path / "out" / "results.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["runner"] for row in rows] == ["volley", "numpy"]
    assert all(None not in row for row in rows)
    for row in rows:
        assert results["machine"]["cpu"] in row["machine"]
        assert "OMP_NUM_THREADS=1" in row["flags"].split()
        assert f"numpy={np.__version__}" in row["versions"].split()
        assert row["commit"] == (results["volley"]["commit"] or "")
    assert rows[0]["mean_rate"] == str(result.get("mean_rate", ""))
    median = float(rows[1]["median_ms"]) / 1e3
    assert median == pytest.approx(theirs["seconds"]["median"], rel=1e-4)
    # What is there is not measured again.
    done, again = run_suite(data, "--repetitions", "4", "--resume")
    assert again["results"] == results["results"]
    # What was measured otherwise is not mixed with it.
    done, _ = run_suite(data, "--repetitions", "5", "--resume")
    assert done.returncode != 0
    assert "results.json has another options" in done.stderr
    for arguments in (["--peers"], ["--instructions"]):
        done, _ = run_suite(data, "--repetitions", "4", "--resume", *arguments)
        assert done.returncode == 2
        assert "results.json has another options" in done.stderr
    # A turn of calls with an input each.
    assert result["inputs"] >= ours["calls"]


def test_resume_of_what_are_no_results(run_suite, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "results.json").write_text('{"format": 1}')
    data = describe(axes={"density": [0.5]}, peers=[], goals=[])
    done, _ = run_suite(data, "--resume")
    assert done.returncode == 2
    assert "results.json: 'machine' is missing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("density", [0.02, 0.15, 1.0])
@pytest.mark.parametrize("bits", [None, 8])
def test_outputs_of_products_say_something(run_suite, density, bits):
    """At any density some outputs are spikes, and more than may differ."""
    settings = {"shape": [40, 256, 200], "bits": bits}
    peers = ["onnxruntime-int8"] if bits else ["numpy", "torch", "onnxruntime"]
    changes = {"axes": {"density": [density]}, "peers": peers, "goals": []}
    done, results = run_suite(describe(settings=settings, **changes), "--quick")
    assert done.returncode == 0, done.stderr
    (result,) = results["results"]
    assert 0.04 < result["output_rate"] < 0.2
    for name in peers:
        entry = result["runners"][name]
        # Only NumPy is everywhere.
        if entry["status"] != "missing":
            assert entry["differing"] <= 2


def test_outputs_that_are_all_zero_are_a_failure(run_suite):
    settings = {"sizes": [8, 4], "gains": [0.0]}
    changes = {"workload": "mlp", "axes": {"density": [0.5]}, "peers": [], "goals": []}
    done, results = run_suite(describe(settings=settings, **changes), "--quick")
    assert done.returncode == 1
    assert "all outputs are 0" in results["results"][0]["error"]
    assert "failed: small: " in done.stderr or "all outputs are 0" in done.stderr


@pytest.mark.parametrize("inputs", ["one", "several"])
def test_memory_is_that_of_a_plain_process(run_suite, inputs):
    changes = {"axes": {"density": [0.5]}, "peers": [], "goals": []}
    if inputs == "several":
        settings = {"products": 4, "shape": [8, 16, 8]}
        changes |= {"workload": "coincidences", "settings": settings}
    done, results = run_suite(describe(memory=["volley"], **changes))
    assert done.returncode == 0, done.stderr
    memory = results["results"][0]["runners"]["volley"]["memory"]
    # Python, NumPy and the program, without the suite's modules.
    assert 10e6 < memory["before_bytes"] <= memory["peak_bytes"] < 60e6
    assert memory["before_bytes"] <= memory["mean_bytes"] <= memory["peak_bytes"]


def test_bits_are_compared():
    zero = np.zeros(3, np.float32)
    assert measure.are_same_bits(zero, zero.copy())
    assert not measure.are_same_bits(zero, -zero)
    assert not measure.are_same_bits(zero, zero.astype(np.float64))
    assert not measure.are_same_bits(zero, zero[None])


def describe_absent(file="nir/absent.nir"):
    """A network in a file of others that nobody has."""
    settings = {"file": file, "profile": "snntorch", "reset": "zero", "input": "spike"}
    settings["recording"] = "nir/absent.csv"
    changes = {"workload": "braille", "settings": settings, "axes": {"steps": [3]}}
    return describe(**changes, peers=[], goals=[])


def test_run_skips_cases_without_data(run_suite, tmp_path):
    done, results = run_suite(describe_absent())
    assert done.returncode == 0, done.stderr
    (result,) = results["results"]
    assert result["skipped"] == "no such data: nir/absent.nir"
    assert "runners" not in result and "error" not in result
    notice = "notice: small: skipped: no such data: nir/absent.nir"
    assert notice in done.stderr.splitlines()
    with open(tmp_path / "out" / "results.csv", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["status"], row["reason"]) == ("skipped", result["skipped"])
    # They may be there when the run goes on.
    done, again = run_suite(describe_absent(), "--resume")
    assert done.returncode == 0, done.stderr
    assert "[1/1, " in done.stderr and len(again["results"]) == 1


def test_a_wrong_directory_of_data_is_an_error(run_suite, tmp_path):
    done, results = run_suite(describe_absent(), "--data", tmp_path / "nothing")
    assert done.returncode == 2
    assert f"--data: there is no directory {tmp_path / 'nothing'}" in done.stderr
    assert results is None
    done, results = run_suite(describe_absent(), "--data", tmp_path)
    assert done.returncode == 1
    (result,) = results["results"]
    error = f"no such data: nir/absent.nir in {tmp_path}"
    assert result["error"] == error
    assert f"failed: {error}" in done.stderr


def test_run_without_peers(run_suite, tmp_path, monkeypatch):
    """Those that are not installed are left out, unless they are named."""
    absent = "raise ModuleNotFoundError('No module named torch')\n"
    (tmp_path / "torch.py").write_text(absent)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    data = describe(axes={"density": [0.5]}, peers=["numpy", "torch"], goals=[])
    done, results = run_suite(data, "--quick")
    assert done.returncode == 0, done.stderr
    assert results["results"][0]["runners"]["torch"]["status"] == "missing"
    assert "no peer is installed" not in done.stderr
    done, _ = run_suite({**data, "peers": ["torch"]}, "--quick")
    assert done.returncode == 0, done.stderr
    assert "notice: no peer is installed" in done.stderr
    done, _ = run_suite(data, "--quick", "--peers", "torch")
    assert done.returncode == 1
    assert "failed: small: torch" in done.stderr


def test_run_from_another_directory(run_suite, tmp_path, monkeypatch):
    """Relative paths are of the directory that the suite was called from."""
    import volley

    (tmp_path / "data" / "nir").mkdir(parents=True)
    (tmp_path / "data" / "nir" / "there.nir").touch()
    package = Path(volley.__file__).resolve().parent
    (tmp_path / "packages").symlink_to(package.parent)
    monkeypatch.setenv("PYTHONPATH", "packages")
    data = describe_absent("nir/there.nir")
    done, results = run_suite(data, "--data", "data", cwd=tmp_path)
    (result,) = results["results"]
    # The first file was found, and so was the package.
    error = f"no such data: nir/absent.csv in {tmp_path / 'data'}"
    assert result["error"] == error, done.stderr


def test_output_that_is_a_file(run_suite, tmp_path):
    (tmp_path / "out").touch()
    for arguments in ([], ["-o", tmp_path / "out" / "below"]):
        command = [sys.executable, BENCHMARKS / "run.py", "--quick", "call"]
        done = subprocess.run(
            [*command, "-o", tmp_path / "out", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2
        assert f"error: --output: {tmp_path / 'out'}" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("model", ["spikformer_cifar10", "sew_resnet18"])
def test_modules_take_the_same_inputs(model, monkeypatch):
    """An image, or one for each step, whichever the module takes."""
    pytest.importorskip("spikingjelly")
    axes = {"steps": [4], "batch": [2]}
    changes = {"workload": "transformer", "settings": {"model": model}, "axes": axes}
    (case,) = parse(**changes, peers=[], goals=[]).cases()
    workload = make_workload(case, None)
    monkeypatch.setattr(type(workload), "size", 32)
    x = workload.make_input(np.random.default_rng(3))
    results = []
    for name in ("volley", "torch"):
        peer = make_peer(name, workload)
        peer.prepare()
        results.append(peer.result(peer.run(peer.convert(x))))
    assert len(results[0]) in (2, 4)
    assert np.abs(results[0]).max() > 0
    differ, cells = workload.compare(*results)
    assert differ < 0.1 * cells


def test_instructions_are_of_the_passes_that_are_timed(tmp_path, monkeypatch):
    """What --without leaves out is left out of the program that is counted."""
    (case,) = parse(axes={"density": [0.5]}, peers=[], goals=[]).cases()
    counted = []

    def count(workload):
        path = tmp_path / "program.so"
        instructions.compile_program(workload, path)
        counted.append((workload.without, path.exists()))
        return 1.0

    monkeypatch.setattr(measure, "count_instructions", count)
    for without in ([], ["cse"]):
        options = {"without": without}
        assert measure.measure_instructions(case, tmp_path, options) == {
            "instructions": 1.0
        }
    assert counted == [([], True), (["cse"], True)]
    # The compiler was told.
    with pytest.raises(ValueError, match="there is no pass 'nothing'"):
        measure.measure_instructions(case, tmp_path, {"without": ["nothing"]})


@pytest.fixture
def benchmark_script(tmp_path):
    """utils/benchmark in a tree where nothing is built or measured; calls are logged.

    benchmark_script(code, ...) runs it, with a run.py that ends with that code.
    """
    root, log = tmp_path / "tree", tmp_path / "log"
    (root / "utils").mkdir(parents=True)
    (root / "build" / "benchmarks").mkdir(parents=True)
    for name in ("benchmark", "usage.sh"):
        shutil.copy(REPOSITORY / "utils" / name, root / "utils")
    scripts = {
        root / "utils" / "setup": "",
        tmp_path / "python": f'echo "$@" >>{log}\n',
    }
    scripts[tmp_path / "python"] += 'case $1 in *run.py) exit "$CODE" ;; esac\n'
    for path, text in scripts.items():
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(0o755)

    def run(code, *arguments):
        log.write_text("")
        # As an earlier run left them.
        (root / "build" / "benchmarks" / "results.json").write_text("{}")
        environment = {"PEERS": str(tmp_path / "python"), "CODE": str(code)}
        done = subprocess.run(
            [root / "utils" / "benchmark", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={**os.environ, **environment},
        )
        calls = [line.split() for line in log.read_text().splitlines()]
        return done, {Path(words[0]).stem: words[1:] for words in calls}

    return run


@pytest.mark.parametrize(
    "argument", ["-o", "-omine", "--output", "--output=mine", "--networks=mine"]
)
def test_benchmark_refuses_other_results(benchmark_script, argument):
    done, calls = benchmark_script(0, "--resume", argument, "mine", "--publish")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"benchmark: error: {argument.split('=')[0]}: ")
    assert not calls


def test_benchmark_uses_nothing_of_another_run(benchmark_script):
    """Arguments that run.py refuses leave what an earlier run measured alone."""
    done, calls = benchmark_script(2, "--resume", "--publish")
    assert done.returncode == 2
    assert list(calls) == ["run"]
    done, calls = benchmark_script(1, "--resume", "--publish")
    assert done.returncode == 1
    assert list(calls) == ["run", "gate", "report"]
    assert "--page" not in calls["report"]
    done, calls = benchmark_script(0, "--resume")
    assert done.returncode == 0
    assert "--page" in calls["report"]


def test_benchmark_takes_data_from_where_it_is_called(benchmark_script, tmp_path):
    for data in (["--data", "mine"], ["--data=mine"], [f"--data={tmp_path}/mine"]):
        _, calls = benchmark_script(2, "--resume", *data, "mlp")
        assert calls["run"][2:] == ["--resume", f"--data={tmp_path}/mine", "mlp"]


def test_threads_against_one_are_measured_in_turns(run_suite):
    data = describe(axes={"density": [0.5], "threads": [2]}, peers=[], goals=[])
    done, results = run_suite(data, "--repetitions", "3")
    assert done.returncode == 0, done.stderr
    (result,) = results["results"]
    assert result["one_thread_seconds"]["count"] == result["speedup"]["count"] == 3
    assert list(result["runners"]) == ["volley"]


def test_run_says_why_a_case_fails(run_suite):
    data = describe(axes={"density": [0.5]}, peers=["numpy"], goals=[])
    data["settings"] = {"shape": [8, 16]}
    done, results = run_suite(data)
    assert done.returncode == 1
    (result,) = results["results"]
    assert result["error"].startswith("ValueError: ")
    assert f"failed: {result['error']}" in done.stderr


def test_time_of_calls_from_c(run_suite):
    data = describe(axes={"density": [0.5]}, peers=[], goals=[], c_call=True)
    done, results = run_suite(data, "--repetitions", "3")
    assert done.returncode == 0, done.stderr
    seconds = results["results"][0]["c_call_seconds"]
    assert seconds["count"] == measure.STARTS
    assert 0 < seconds["median"] < 1e-3


class Inputs:
    """A workload and a peer that write down which inputs are used."""

    def __init__(self, size):
        self.size, self.made, self.used = size, 0, []

    def make_input(self, _):
        self.made += 1
        return np.full(self.size, self.made)

    def convert(self, x):
        return x

    def run(self, x):
        self.used.append(int(x[0]))


def test_every_call_has_a_fresh_input():
    inputs = Inputs(size=3)
    runner = measure.Runner("small", inputs)
    options = {"repetitions": 3, "inputs": None}
    assert measure.take_turns([runner], inputs, None, options) == measure.MOST_CALLS
    assert runner.calls == measure.MOST_CALLS
    # In each turn a call that is not timed comes first.
    timed = inputs.used[-3 * (measure.MOST_CALLS + 1) :]
    assert len(set(timed)) == len(timed)


def test_a_long_call_comes_after_one_that_is_not_timed(monkeypatch):
    monkeypatch.setattr(measure, "TURN_SECONDS", 0)
    inputs = Inputs(size=3)
    runner = measure.Runner("long", inputs)
    options = {"repetitions": 3, "inputs": None}
    assert measure.take_turns([runner], inputs, None, options) == 1
    assert runner.calls == 1 and len(runner.times) == 3
    assert len(set(inputs.used[-6:])) == 6


def test_inputs_have_a_limit():
    most = measure.MOST_INPUT_BYTES // 4
    runner = measure.Runner("small", None)
    runner.calls = 10

    def count(size, limit=None):
        return measure.count_inputs([runner], np.empty(size, np.uint8), limit)

    assert [count(8), count(8, 4), count(most // 3), count(2 * most)] == [11, 4, 3, 1]
    runner.calls = 1
    assert count(8) == 2


def test_run_reports_other_results(run_suite, tmp_path, monkeypatch):
    """A peer that computes something else is not timed, and the run fails."""
    data = describe(axes={"density": [0.5]}, peers=["numpy"], goals=[])
    data["settings"] = {"shape": [64, 512, 64]}
    data["tolerance"] = 0.0
    sitecustomize = "import numpy\nf = numpy.matmul\n"
    sitecustomize += "numpy.matmul = lambda a, b, out: f(a, b * 1.01, out=out)\n"
    directory = tmp_path / "site"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(sitecustomize)
    path = os.pathsep.join([str(directory), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    done, results = run_suite(data, "--quick")
    entry = results["results"][0]["runners"]["numpy"]
    assert entry["status"] == "differs"
    assert "times" not in entry
    assert done.returncode == 1
    assert "failed: small: numpy" in done.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nothing"], "no case matches 'nothing'; networks: small"),
        (["--peers", "nobody"], "there is no peer 'nobody'"),
        (["--without", "nothing"], "there is no pass 'nothing' that can be left out"),
        (["--repetitions", "2"], "expects at least 3"),
        (["--threads", "7"], "no case is left"),
        (["--threads", "0"], "--threads: expects at least 1"),
        (["--inputs", "0"], "--inputs: expects at least 1"),
        (["--out", "here"], "unrecognized arguments: --out"),
    ],
)
def test_run_bad_arguments(run_suite, arguments, message):
    done, results = run_suite(describe(), *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert results is None


def test_nightly_bad_arguments():
    for arguments in (
        ["--network", "3"],
        ["--networks"],
        ["--networks", "many"],
        ["--minutes", "0"],
    ):
        done = subprocess.run(
            [REPOSITORY / "utils" / "nightly", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 2
        assert "expects no arguments, or --networks N" in done.stderr
        assert not done.stdout


@pytest.mark.skipif(
    not (TOOLS / "volley-bench-compile").exists(), reason="benchmarks are not built"
)
def test_compile_time_by_parts():
    """Every phase and its passes are measured, and together are no longer than all."""
    command = [TOOLS / "volley-bench-compile", "--benchmark_filter=/recurrent"]
    options = ["--benchmark_repetitions=1", "--benchmark_format=json"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=100, check=True
    )
    times = {}
    for entry in json.loads(done.stdout)["benchmarks"]:
        name = entry["run_name"].split("/iterations")[0]
        times.setdefault(name, entry["real_time"])
    phases = subprocess.run(
        [TOOLS / "snn-compile", "--phases"], capture_output=True, text=True, check=True
    )
    names = [line.split(":")[0] for line in phases.stdout.splitlines()]
    assert {f"phase/recurrent/{name}" for name in names} <= set(times)
    assert "pass/recurrent/cpu-select-kernels" in times
    assert 0 < times["pass/recurrent/cpu-select-kernels"] < times["compile/recurrent"]


def test_sections(tmp_path):
    import volley

    from suite.workloads.product import Product

    common = {"data": Path("."), "batch": 1, "steps": 1, "density": 0.5}
    product = Product([4, 100, 200], threads=1, sum="ascending", **common)
    path = tmp_path / "product.so"
    volley.compile(product.network()).save(path)
    sections = get_sections(path)
    assert sections[".volley.weights"] >= 4 * 100 * 200
    assert 0 < sections[".text"] < path.stat().st_size


def test_products_of_pull_requests_are_counted():
    cases = select_cases(load_networks(), ["product-512x2048"])
    assert all(case.network.instructions for case in cases)


# Counted instructions

needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None, reason="there is no valgrind"
)


@needs_valgrind
def test_counting_takes_bounded_time(monkeypatch, tmp_path):
    """A run that valgrind is too slow for is left out, not waited for."""
    monkeypatch.setattr(instructions, "TIME_LIMIT", 1)
    endless = tmp_path / "endless.sh"
    endless.write_text("while :; do :; done")
    with pytest.raises(instructions.UncountableError, match="takes more than 1 s"):
        instructions.count(["sh", endless])


@pytest.mark.nightly
@needs_valgrind
def test_instructions_follow_the_work(tmp_path):
    axes = {"density": [0.1, 0.5]}
    network = parse(settings={"shape": [64, 256, 256]}, axes=axes, goals=[])
    few, many = (make_workload(case, tmp_path) for case in network.cases())
    counted = instructions.count_instructions(few)
    assert instructions.count_instructions(few) == pytest.approx(counted, rel=1e-3)
    assert instructions.count_instructions(many) > 1.5 * counted


def run_script(name, *arguments):
    return subprocess.run(
        [sys.executable, BENCHMARKS / f"{name}.py", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"),
        ("{", "not JSON"),
        ("[]", "is not what volley-bench-kernels writes"),
        ('{"benchmarks": [3]}', "is not what volley-bench-kernels writes"),
        ('{"benchmarks": []}', "lack medians"),
    ],
)
def test_costs_of_other_files(text, message, tmp_path):
    path = tmp_path / "kernels.json"
    if text is not None:
        path.write_text(text)
    done = run_script("fit_costs", path)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line


def test_compile_time_of_no_model():
    for arguments in (["--bogus"], ["--zoo", "--threads=2"]):
        done = run_script("compile", *arguments)
        assert done.returncode == 2
        assert f"{arguments[-1]}: expects a model" in done.stderr


@pytest.mark.parametrize("script", ["call_overhead", "events", "fit_costs", "gate"])
def test_help(script):
    done = run_script(script, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
