# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models and recordings of other projects: their answers are ours."""

import functools
import tarfile

import h5py
import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, assert_identical, evaluate, notes_of

pytestmark = pytest.mark.shared_data

DT = 1e-4
MODELS = [
    "lif_norse",
    "lif_rockpool",
    "two_lif_neurons",
    "braille_noDelay_bias_zero",
    "cnn_sinabs",
]


@pytest.fixture(scope="module")
def model(shared_data):
    return lambda name: shared_data / "nir" / "models" / f"{name}.nir"


# One neuron, nine simulators


@pytest.fixture
def lif_input(shared_data):
    table = np.loadtxt(shared_data / "nir/ref_lif/lif_norse.csv", delimiter=",")
    return table[:, 0].reshape(-1, 1, 1)


@pytest.fixture
def recorded(shared_data):
    """(membrane, steps with a spike) as another simulator wrote them."""

    def read(name):
        path = shared_data / "nir" / "ref_lif" / f"lif_{name}.csv"
        table = np.loadtxt(path, delimiter=",")
        return table[:, 1], np.flatnonzero(table[:, 2]).tolist()

    return read


# Profile: recording, and what makes its membrane one in units of the network.
SIMULATORS = {
    "norse": ("norse", 1.0),
    "snntorch": ("snntorch", 1 / 25),
    "default": ("snntorch", 1 / 25),
    "sinabs": ("sinabs", 1.0),
    "rockpool": ("rockpool", 1.0),
    "nengo": ("nengo", float(np.float32(0.1))),
    "lava": ("lava_cpu_float", 1.0),
    "exact": ("exact", 1.0),
}


def run_lif(model, x, profile, precision, name="lif_norse"):
    """(membrane, steps with a spike); compiled and interpreted agree."""
    net = volley.load(model(name), profile=profile, dt=DT, precision=precision)
    (neuron,) = net.neurons
    _, rec = evaluate(net, x.astype("f" + str(int(precision[1:]) // 8)), [neuron])
    spikes = np.flatnonzero(rec[neuron]["spikes"]).tolist()
    return rec[neuron]["v"][:, 0, 0], spikes


@pytest.mark.parametrize("precision", ["f32", "f64"])
@pytest.mark.parametrize("profile", SIMULATORS)
def test_lif(model, lif_input, recorded, profile, precision):
    file, scale = SIMULATORS[profile]
    expected, expected_spikes = recorded(file)
    v, spikes = run_lif(model, lif_input, profile, precision)
    assert len(spikes) == 4
    assert spikes == expected_spikes
    expected = expected * scale
    if profile == "lava":
        # Its row t + 1 holds what step t left.
        v, expected = v[:-1], expected[1:]
    error = np.abs(v - expected).max()
    print(f"{profile} {precision}: spikes at {spikes}, largest |dv| {error:.1e}")
    assert error <= 1e-6
    if precision == "f64" and profile in ("nengo", "exact"):
        assert error <= 1e-8
    # The membrane moves by far more than the tolerance.
    assert np.ptp(expected) > 0.05


def test_lif_of_spyx(model, lif_input, recorded):
    """By its spikes alone: its membrane is one of another moment."""
    _, expected = recorded("spyx")
    for precision in ("f32", "f64"):
        assert run_lif(model, lif_input, "spyx", precision)[1] == expected
    assert len(expected) == 4


def test_spikes_of_lif(model, lif_input):
    assert run_lif(model, lif_input, "norse", "f32")[1] == [460, 510, 710, 760]
    assert run_lif(model, lif_input, "sinabs", "f32")[1] == [450, 500, 710, 760]


def test_lif_of_rockpool(model, lif_input):
    """The file of rockpool itself, whose Output has the wrong rank."""
    net = volley.load(model("lif_rockpool"), profile="rockpool", dt=DT)
    assert net.outputs == {"output": ((1,), "uint8")}
    (remark,) = [text for text in net.remarks if "node 'output'" in text]
    assert "assumed" in remark
    assert "[1, 1, 1]" in remark or "[1, 1]" in remark
    assert "[1] is taken" in remark
    report = volley.check(model("lif_rockpool"), profile="rockpool", dt=DT)
    assert notes_of(report, "output")[0] == "assumed"
    spikes = run_lif(model, lif_input, "rockpool", "f32", "lif_rockpool")[1]
    assert spikes == [460, 510, 710, 760]
    with pytest.raises(volley.CompileError, match="node 'output'"):
        volley.load(model("lif_rockpool"), profile="rockpool", dt=DT, strict=True)


# Braille reading, a recurrent network


@pytest.fixture
def braille_input(shared_data):
    path = shared_data / "nir" / "ref_rnn" / "braille_sample0_input_256x12.csv"
    return np.loadtxt(path, delimiter=",").reshape(256, 1, 12)


@pytest.mark.parametrize("precision", ["f32", "f64"])
@pytest.mark.parametrize("profile", ["snntorch", "norse", "spyx"])
def test_braille(model, shared_data, braille_input, profile, precision):
    """No hidden spike of 256 steps and 38 neurons differs."""
    path = shared_data / "nir" / "ref_rnn" / f"{profile}_activity_noDelay_bias_zero.npy"
    expected = np.load(path).reshape(256, 38)
    net = volley.load(
        model("braille_noDelay_bias_zero"), profile=profile, precision=precision
    )
    assert net.dt == DT
    _, rec = evaluate(net, braille_input, record=["lif1.lif:spikes"])
    spikes = rec["lif1.lif"]["spikes"][:, 0]
    differing = np.count_nonzero(spikes != expected)
    print(f"{profile} {precision}: {differing} of {expected.size} cells differ")
    assert differing == 0
    assert expected.size == 9728
    assert expected.sum() > 100


def test_braille_profiles_differ(model, braille_input):
    """One network, three meanings."""
    results = set()
    for profile in ("snntorch", "norse", "spyx", "sinabs"):
        net = volley.load(model("braille_noDelay_bias_zero"), profile=profile, dt=DT)
        results.add(volley.interpret(net, braille_input).tobytes())
    assert len(results) == 4


def test_braille_cut_is_named(model):
    report = volley.check(model("braille_noDelay_bias_zero"), profile="norse", dt=DT)
    assert {entry["status"] for entry in report["nodes"]} == {"supported"}
    _, text = notes_of(report, "lif1.lif")
    assert "'lif1.lif' -> 'lif1.w_rec' -> 'lif1.lif'" in text


# N-MNIST, a convolutional network


def read_events(data):
    """Counts (T, 1, 2, 34, 34) of events in bins of a millisecond."""
    events = np.frombuffer(data, np.uint8).reshape(-1, 5).astype(int)
    time = (events[:, 2] & 127) << 16 | events[:, 3] << 8 | events[:, 4]
    step = time // 1000
    counts = np.zeros((step.max() + 1, 1, 2, 34, 34), np.float32)
    np.add.at(counts, (step, 0, events[:, 2] >> 7, events[:, 1], events[:, 0]), 1)
    return counts


@pytest.fixture(scope="module")
def recordings(shared_data):
    """Label and events of each recording, by its number from 1 on."""
    files = {}
    with tarfile.open(shared_data / "nmnist" / "nmnist_train1k.tar.xz") as archive:
        for member in archive:
            if member.isfile():
                files[member.name.rpartition("/")[2]] = archive.extractfile(
                    member
                ).read()
    lines = files["labels.txt"].decode().splitlines()
    labels = dict(line.split() for line in lines if not line.startswith("#"))
    return {
        int(number): (int(label), files[f"{number}.bs2"])
        for number, label in labels.items()
    }


CNN_SETTINGS = {
    "subtract": {},
    "zero": {"reset": "zero"},
    "multi": {"spikes": "multi"},
    "multi-clamped": {"spikes": "multi", "v_min": -1.0},
}


def count_right(model, recordings, numbers, setting):
    net = volley.load(model("cnn_sinabs"), profile="sinabs", **CNN_SETTINGS[setting])
    prog = volley.compile(net)
    right = 0
    for number in numbers:
        label, data = recordings[number]
        y = prog(read_events(data))
        right += int(y.sum((0, 1), dtype=int).argmax()) == label
    return right


@pytest.mark.parametrize(
    "setting, right",
    [
        ("subtract", 976),
        ("zero", 982),
        ("multi", 987),
        pytest.param("multi-clamped", 988, marks=pytest.mark.nightly),
    ],
)
def test_nmnist(model, recordings, setting, right):
    assert len(recordings) == 1000
    found = count_right(model, recordings, recordings, setting)
    print(f"{setting}: {found} of 1000 right, expected {right}")
    assert abs(found - right) <= 1


def simulate_cnn(path, x):
    """Spikes of every IF node, in f64, from the file alone."""
    with h5py.File(path) as file:
        nodes = {
            name: {field: data[()] for field, data in group.items()}
            for name, group in file["node/nodes"].items()
        }
        edges = dict(file["node/edges"].asstr()[()])
    name, spikes = edges["input"], {}
    while nodes[name]["type"] != b"Output":
        node = nodes[name]
        kind = node["type"].decode()
        if kind == "Conv2d":
            x = convolve(x, node)
        elif kind == "SumPool2d":
            padding = node["padding"].tolist()
            x = laws.pool(x, node["kernel_size"], node["stride"], padding, False)
        elif kind == "Flatten":
            x = x.reshape(*x.shape[:2], -1)
        elif kind in ("Affine", "Linear"):
            x = laws.dense(x, node["weight"], node.get("bias"))
        else:
            assert kind == "IF"
            params = {k: node[k] for k in ("r", "v_threshold")}
            x, _, _ = laws.run_neurons(kind, params, x, DT, **laws.PROFILES["sinabs"])
            spikes[name] = x
        name = edges[name]
    return spikes


def convolve(x, node):
    """As laws.conv, without loops over positions."""
    weight = node["weight"].astype(float)
    assert node["groups"] == 1
    assert set(np.ravel(node["dilation"])) == {1}
    (rows, columns), stride = (
        np.resize(node["padding"], 2),
        np.resize(node["stride"], 2),
    )
    x = np.pad(x, [(0, 0)] * 3 + [(rows, rows), (columns, columns)])
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (3, 4))
    windows = windows[:, :, :, :: stride[0], :: stride[1]]
    y = np.tensordot(windows, weight, ((2, 5, 6), (1, 2, 3)))
    return np.moveaxis(y, -1, 2) + node["bias"].reshape(-1, 1, 1)


def test_cnn_layer_by_layer(model, recordings):
    """All spikes of all layers, for the first steps of one recording."""
    x = read_events(recordings[1][1])[:40].astype(float)
    expected = simulate_cnn(model("cnn_sinabs"), x)
    net = volley.load(model("cnn_sinabs"), profile="sinabs", precision="f64")
    signals = [f"{name}:spikes" for name in net.neurons]
    _, rec = evaluate(net, x, record=signals)
    assert rec.keys() == expected.keys()
    assert len(rec) == 5
    for name, spikes in expected.items():
        assert spikes.any()
        assert_equal(rec[name]["spikes"], spikes)


# Every model


def random_input(net, steps, batch):
    """Enough of everything that every layer spikes."""
    rng = np.random.default_rng(9)
    ((shape, _),) = net.inputs.values()
    if len(shape) == 3:
        return rng.poisson(0.05, (steps, batch, *shape)).astype(np.float32)
    return rng.uniform(0, 4, (steps, batch, *shape)).astype(np.float32)


@pytest.fixture(scope="module")
def example(model):
    """example(name): network, input, outputs and records of the interpreter."""

    @functools.cache
    def make(name):
        profile = "sinabs" if name == "cnn_sinabs" else "snntorch"
        net = volley.load(model(name), profile=profile)
        steps = 24 if name == "cnn_sinabs" else 300
        x = random_input(net, steps, 5)
        return net, x, *volley.interpret(net, x, record=list(net.neurons))

    return make


@pytest.mark.parametrize("name", MODELS)
def test_model_is_imported(model, name):
    report = volley.check(model(name), profile="snntorch", dt=DT)
    assert report["accepted"]
    assumed = [e["name"] for e in report["nodes"] if e["status"] == "assumed"]
    assert assumed == (["output"] if name == "lif_rockpool" else [])


@pytest.mark.parametrize("name", MODELS)
def test_compiled_equals_interpreted(example, name):
    net, x, y, rec = example(name)
    for threads in (1, 2):
        prog = volley.compile(net, threads=threads, record=list(net.neurons))
        found, found_rec = prog.run(x, record=list(net.neurons))
        assert_identical(found, y)
        assert_identical(found_rec, rec)
    silent = [n for n in net.neurons if not rec[n]["spikes"].any()]
    assert silent == (["lif2"] if name == "two_lif_neurons" else [])


@pytest.mark.parametrize("sizes", [[1], [5, 16, 2]], ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_chunks_of_time(example, name, sizes):
    net, x, y, rec = example(name)
    session = volley.compile(net).session(5, record=list(net.neurons)[-1:])
    last = list(net.neurons)[-1]
    start, pieces = 0, []
    while start < len(x):
        stop = start + sizes[len(pieces) % len(sizes)]
        pieces.append(session.run(x[start:stop]))
        start = stop
    assert_identical(np.concatenate([piece for piece, _ in pieces]), y)
    v = np.concatenate([piece[last]["v"] for _, piece in pieces])
    assert_identical(v, rec[last]["v"])


@pytest.mark.parametrize("name", MODELS)
def test_splits_of_the_batch(example, name):
    net, x, y, _ = example(name)
    prog = volley.compile(net, threads=2)
    for cut in (1, 3):
        halves = [prog(x[:, :cut]), prog(x[:, cut:])]
        assert_identical(np.concatenate(halves, axis=1), y)


@pytest.mark.parametrize("name", MODELS)
def test_saved_model(example, tmp_path, name):
    net, x, y, _ = example(name)
    volley.compile(net).save(tmp_path / "net.so")
    assert_identical(volley.open(tmp_path / "net.so")(x), y)


def test_events_on_the_command_line(run_tool, model, recordings, tmp_path):
    """A recording as it is, to the counts of output spikes."""
    label, data = recordings[1]
    (tmp_path / "1.bs2").write_bytes(data)
    done = run_tool(
        "snn-run",
        model("cnn_sinabs"),
        *("--profile=sinabs", f"--input={tmp_path}/1.bs2"),
        f"--output={tmp_path}/y.npy",
    )
    assert done.returncode == 0, done.stderr
    y = np.load(tmp_path / "y.npy")
    net = volley.load(model("cnn_sinabs"), profile="sinabs")
    assert_identical(y, volley.compile(net)(read_events(data))[:, 0])
    assert int(y.sum(0).argmax()) == label
    assert f"of element {label}" in done.stdout
