# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Large, odd and hostile circumstances: results, or one error and no traces."""

import os
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import TOOLS

import volley

from checks import assert_equal, evaluate
from networks import BASE_INPUT, DT, base, base_result
from nirfile import graph, neuron, neurons, node, terminal

EULER = {"profile": "snntorch", "dt": DT}


@pytest.fixture
def model(write_nir):
    return write_nir(base())


def compile_to(run_tool, model, output, **options):
    return run_tool(
        "snn-compile",
        model,
        *("--profile=snntorch", f"--dt={DT}", "--quiet", "-o", output),
        **options,
    )


# Outputs


def test_output_through_a_link(run_tool, model, tmp_path):
    """The link stays; what it points to is written, there or not yet."""
    link, file = tmp_path / "link.so", tmp_path / "file.so"
    link.symlink_to(file.name)
    for _ in range(2):
        assert compile_to(run_tool, model, link).returncode == 0
        assert link.is_symlink()
        assert_equal(volley.open(file)(BASE_INPUT), base_result())


def test_output_that_is_no_file(run_tool, model, tmp_path):
    """A device or pipe is not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for output in (pipe, tmp_path):
        done = compile_to(run_tool, model, output)
        assert done.returncode == 1
        assert str(output) in done.stderr
        assert "cannot be written" in done.stderr
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"pipe", "model.nir"}


def limit_files():
    """Files of this process end at 4 KiB, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_no_room_for_a_result(run_tool, tmp_path):
    """What was there before stays."""
    net = volley.Builder()
    x = net.input("x", (2,))
    for i in range(60):
        x = net.dense(x, np.eye(2, dtype=np.float32), name=f"layer{i}")
    net.output("y", x)
    model, data = tmp_path / "net.mlirbc", tmp_path / "x.npy"
    net.build().save(model)
    np.save(data, np.ones((3, 2), np.float32))
    artefact = tmp_path / "net.so"
    done = run_tool("snn-compile", model, "--profile", "--quiet", "-o", artefact)
    assert done.returncode == 0
    run = ("snn-run", artefact, "--quiet", "--input", data)
    for result, command in [
        ("p.json", (*run, "--profile-out")),
        ("p.svg", (*run, "--profile-out")),
        ("net.mlir", ("snn-compile", model, "--emit=imported", "-o")),
        ("other.mlirbc", ("snn-compile", model, "--emit=imported", "-o")),
    ]:
        result = tmp_path / result
        result.write_text("before")
        names = {path.name for path in tmp_path.iterdir()}
        done = run_tool(*command, result, preexec_fn=limit_files)
        assert done.returncode == 1
        assert f"{result}" in done.stderr and "cannot be written" in done.stderr
        assert result.read_text() == "before"
        assert {path.name for path in tmp_path.iterdir()} == names


def test_places_of_results_are_checked_first(run_tool, tmp_path):
    """No result is written if another one cannot be."""
    net = volley.Builder()
    x = net.input("x", (2,))
    net.output("a", net.scale(x, 2.0))
    net.output("b", net.scale(x, 3.0))
    model, data, result = (tmp_path / name for name in ("net.mlirbc", "x.npy", "a.npy"))
    net.build().save(model)
    np.save(data, np.ones((3, 2), np.float32))
    (tmp_path / "b.npy").mkdir()
    (tmp_path / "p.json").mkdir()
    run = ("snn-run", model, "--quiet", "--input", data, "--output", f"a={result}")
    for other in (
        f"--output=b={tmp_path / 'b.npy'}",
        f"--profile-out={tmp_path}/p.json",
    ):
        done = run_tool(*run, other)
        assert done.returncode == 1
        assert "cannot be written: is a directory" in done.stderr
        assert not result.exists()


def test_a_profile_that_is_read_is_not_written(run_tool, model, tmp_path):
    profile = tmp_path / "p.json"
    profile.write_text("{}")
    options = (f"--activity={profile}", "-o", profile, f"--dt={DT}")
    done = run_tool("snn-compile", model, "--profile=snntorch", *options)
    assert done.returncode == 1
    assert f"{profile}: is read as well" in done.stderr
    assert profile.read_text() == "{}"


def test_artefact_that_is_cut_off(run_tool, model, tmp_path):
    whole, part = tmp_path / "whole.so", tmp_path / "part.so"
    assert compile_to(run_tool, model, whole).returncode == 0
    for name in ("64-v3", "3"):
        with pytest.raises(RuntimeError, match=f"has no code for '{name}'"):
            volley.open(whole, cpu=name)
    data = whole.read_bytes()
    for missing in (1, 3000, 5000, len(data) // 2):
        part.write_bytes(data[:-missing])
        with pytest.raises(RuntimeError, match="part.so: is cut off"):
            volley.open(part)
        done = run_tool("snn-run", "--info", part)
        assert done.returncode == 1
        assert f"{part}: is cut off" in done.stderr


@pytest.mark.parametrize("way", [[], ["--reference"]])
def test_empty_batch(run_tool, model, tmp_path, way):
    data = tmp_path / "x.npy"
    np.save(data, np.ones((3, 0, *BASE_INPUT.shape[2:]), np.float32))
    options = ("--profile=snntorch", f"--dt={DT}", "--input", data, *way)
    done = run_tool("snn-run", model, *options)
    assert done.returncode == 1
    assert f"{data}: expects at least one sample of input" in done.stderr


def test_nothing_is_left_after_a_signal(model, tmp_path):
    """Whenever it comes."""
    for delay in np.linspace(0.03, 0.12, 10):
        process = subprocess.Popen(
            [TOOLS / "snn-compile", model, "--quiet", "-o", tmp_path / "net.so"]
        )
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        process.wait()
        assert {p.name for p in tmp_path.iterdir()} <= {"model.nir", "net.so"}


def test_writers_do_not_disturb_each_other(run_tool, model, tmp_path):
    np.save(tmp_path / "x.npy", BASE_INPUT)
    (tmp_path / "y.npy.part").write_text("of somebody else")
    command = [TOOLS / "snn-run", model, "--profile=snntorch", f"--dt={DT}"]
    command += ["--quiet", f"--input={tmp_path}/x.npy", f"--output={tmp_path}/y.npy"]
    processes = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert_equal(np.load(tmp_path / "y.npy"), base_result())
    assert (tmp_path / "y.npy.part").read_text() == "of somebody else"


def test_in_memory_takes_no_temporary_files(run_tool, model, tmp_path):
    np.save(tmp_path / "x.npy", BASE_INPUT)
    done = run_tool(
        "snn-run",
        model,
        *("--profile=snntorch", f"--dt={DT}", "--quiet"),
        *(f"--input={tmp_path}/x.npy", f"--output={tmp_path}/y.npy"),
        env={**os.environ, "TMPDIR": str(tmp_path / "missing")},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert_equal(np.load(tmp_path / "y.npy"), base_result())


def test_killed_in_memory_leaves_nothing(tmp_path):
    """Wherever it is: nothing has a name."""
    code = """
import sys, volley
from volley.models import spikformer
net = spikformer((64, 2, 4, 2.0), image=32, patch=4).network
print(flush=True)
while True:
    volley.compile(net)
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    for delay in 0.05, 0.15, 0.3:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            env=environment,
            cwd=tmp_path,
        )
        process.stdout.readline()
        time.sleep(delay)
        process.kill()
        process.wait()
        process.stdout.close()
        assert list(tmp_path.iterdir()) == []


# Numbers of things


def test_many_branches_on_a_feedback_path(load):
    """Each pair doubles the paths; the time must not follow."""
    edges, nodes = [("input", "lif")], {"lif": neurons("LIF", 2, r=4.0)}
    last = "lif"
    for i in range(40):
        scale = node("Scale", scale=np.float64(0.25))
        nodes |= {f"a{i}": scale, f"b{i}": scale, f"c{i}": node("Identity")}
        edges += [(last, f"a{i}"), (last, f"b{i}")]
        edges += [(f"a{i}", f"c{i}"), (f"b{i}", f"c{i}")]
        last = f"c{i}"
    edges += [(last, "lif"), ("lif", "output")]
    ends = {"input": terminal("Input", 2), "output": terminal("Output", 2)}
    evaluate(load(graph(ends | nodes, edges), **EULER), np.ones((4, 1, 2)))


def test_a_hundred_sources(load):
    """One neuron's sum of many, in byte order of their names."""
    names = [f"s{i}" for i in range(100)]
    rng = np.random.default_rng(3)
    factors = rng.standard_normal(100).astype(np.float32) * 10.0 ** rng.integers(
        -3, 4, 100
    )
    nodes = {"input": terminal("Input", 1), "output": terminal("Output", 1)}
    nodes |= {n: node("Scale", scale=np.float32(f)) for n, f in zip(names, factors)}
    edges = [("input", n) for n in names] + [(n, "output") for n in names]
    y, _ = evaluate(load(graph(nodes, edges), **EULER), np.ones((1, 1, 1), np.float32))
    expected = np.float32(0)
    for index, (_, factor) in enumerate(sorted(zip(names, factors))):
        term = np.float32(factor)
        expected = term if index == 0 else np.float32(expected + term)
    assert y.item() == expected


@pytest.mark.parametrize("threads", [3, 64])
def test_more_threads_than_cores(load, capfd, threads):
    x = np.repeat(BASE_INPUT, 40, axis=1)
    prog = volley.compile(load(base(), **EULER), threads=threads)
    assert_equal(prog(x)[:, ::40], base_result())
    assert capfd.readouterr().err == ""


GUARDED = """
snn.neuron_model private @guard(in %x: f32) -> (s: i1) {
  %half = arith.constant 0.5 : f32
  %most = arith.constant 2.75 : f32
  %ok = arith.cmpf olt, %x, %most : f32
  snn.assert %ok, "is not below 2.75"
  %s = arith.cmpf ogt, %x, %half : f32
  snn.next emit (%s : i1)
}
snn.network @wide(%x: tensor<256xi1>) -> (y: tensor<4096xi1>) dt(1.0) {
  %w = arith.constant dense<0.0078125> : tensor<32000x256xf32>
  %u = arith.constant dense<0.0> : tensor<256x32000xf32>
  %v = arith.constant dense<0.0078125> : tensor<4096x256xf32>
  %bias = arith.constant dense<BIAS> : tensor<32000xf32>
  %a = snn.dense %x, %w bias %bias sum exact : (tensor<256xi1>, tensor<32000x256xf32>, tensor<32000xf32>) -> tensor<32000xf32>
  %s = snn.population @guard "first" (%a) : (tensor<32000xf32>) -> tensor<32000xi1>
  %b = snn.dense %s, %u sum exact : (tensor<32000xi1>, tensor<256x32000xf32>) -> tensor<256xf32>
  %t = snn.population @guard "second" (%b) : (tensor<256xf32>) -> tensor<256xi1>
  %c = snn.dense %t, %v sum exact : (tensor<256xi1>, tensor<4096x256xf32>) -> tensor<4096xf32>
  %y = snn.population @guard "third" (%c) : (tensor<4096xf32>) -> tensor<4096xi1>
  snn.output %y : tensor<4096xi1>
}
"""  # noqa: E501


def test_error_of_one_thread_of_a_team(run_tool, tmp_path):
    """The others are in the same block of samples then, of which there are two of
    different size."""
    model, artefact, data = (tmp_path / name for name in ("w.mlir", "w.so", "x.npy"))
    model.write_text(GUARDED.replace("BIAS", str([1.0] + [0.0] * 31999)))
    x = np.random.default_rng(0).random((12, 104, 256)) < 0.4
    x[0, 3] = True
    np.save(data, x)
    options = ("--kernel=event16", "--share=always", "--quiet", "-o", artefact)
    assert run_tool("snn-compile", model, *options).returncode == 0
    for _ in range(3):
        done = run_tool("snn-run", artefact, "--threads=2", "--input", data)
        assert done.returncode == 1
        assert "population 'first' is not below 2.75" in done.stderr


@pytest.mark.parametrize("threads", [-1, 100000])
def test_number_of_threads(load, run_tool, model, tmp_path, threads):
    with pytest.raises(ValueError, match="threads must be 0 to"):
        volley.compile(load(base(), **EULER), threads=threads)
    np.save(tmp_path / "x.npy", BASE_INPUT)
    done = run_tool(
        "snn-run", model, f"--input={tmp_path}/x.npy", f"--threads={threads}"
    )
    assert done.returncode == 1
    assert "--threads expects 0 to" in done.stderr


def test_more_steps_than_memory(run_tool, tmp_path):
    network = tmp_path / "net.mlir"
    network.write_text(
        "snn.neuron_model private @m(state %v: f32 = 0.0) -> (y: f32) {\n"
        "  snn.next (%v : f32) emit (%v : f32)\n}\n"
        "snn.network @net() -> (y: tensor<2xf32>) dt(1.0) {\n"
        '  %y = snn.population @m "m" () : () -> tensor<2xf32>\n'
        "  snn.output %y : tensor<2xf32>\n}\n"
    )
    for steps in (10**12, 10**18):
        done = run_tool("snn-run", network, f"--steps={steps}")
        assert done.returncode == 1
        assert "memory" in done.stderr
        assert "Stack dump" not in done.stderr


def test_network_without_inputs(tmp_path):
    network = tmp_path / "net.mlir"
    network.write_text(
        "snn.neuron_model private @m(state %v: f32 = 0.0) -> (y: f32) {\n"
        "  %one = arith.constant 1.0 : f32\n  %n = arith.addf %v, %one : f32\n"
        "  snn.next (%n : f32) emit (%n : f32)\n}\n"
        "snn.network @net() -> (y: tensor<1xf32>) dt(1.0) {\n"
        '  %y = snn.population @m "m" () : () -> tensor<1xf32>\n'
        "  snn.output %y : tensor<1xf32>\n}\n"
    )
    net = volley.load(network)
    prog = volley.compile(net)
    assert_equal(prog.run({}, steps=3)[0], [[[1.0]], [[2.0]], [[3.0]]])
    assert_equal(volley.interpret(net, {}, steps=2), [[[1.0]], [[2.0]]])
    assert_equal(prog.session(2).run({}, steps=1)[0], [[[1.0], [1.0]]])
    with pytest.raises(ValueError, match="steps says how long"):
        prog({})


# Files that are odd, or wrong


def test_input_of_two_ranks(load):
    """A leading 1 stays if one consumer takes it; the other flattens."""
    conv = node(
        "Conv1d",
        weight=np.ones((2, 1, 3)),
        bias=np.zeros(2),
        **dict.fromkeys(("stride", "dilation", "groups"), np.int64(1)),
        padding=np.int64(0),
    )
    nodes = {
        "input": terminal("Input", 1, 7),
        "fc": node("Affine", weight=np.ones((3, 7)), bias=np.zeros(3)),
        "conv": conv,
        "a": terminal("Output", 3),
        "b": terminal("Output", 2, 5),
    }
    edges = [("input", "fc"), ("input", "conv"), ("fc", "a"), ("conv", "b")]
    net = load(graph(nodes, edges), **EULER)
    assert net.inputs == {"input": ((1, 7), "float32")}
    y, _ = evaluate(net, np.ones((1, 1, 1, 7)))
    assert_equal(y["a"], np.full((1, 1, 3), 7.0))
    assert_equal(y["b"], np.full((1, 1, 2, 5), 3.0))


def test_delay_loop_that_no_signal_reaches(load):
    nodes = {
        "input": terminal("Input", 2),
        "lif": neurons("LIF", 2),
        "output": terminal("Output", 2),
        "loop": node("Delay", delay=np.full(2, DT)),
    }
    edges = [("input", "lif"), ("lif", "output"), ("loop", "loop")]
    with pytest.raises(volley.CompileError, match="node 'loop'"):
        load(graph(nodes, edges), **EULER)


def test_time_step_of_parameters_that_broadcast(load):
    """tau per channel, r per neuron: nothing past either is read."""
    shape = (2, 40, 40)
    lif = neuron("LIF", tau=np.full((2, 1, 1), 0.01), r=np.full(shape, 100.0))
    nodes = {
        "input": terminal("Input", *shape),
        "lif": lif,
        "output": terminal("Output", *shape),
    }
    net = load(graph(nodes), profile="snntorch")
    assert net.dt == pytest.approx(1e-4)


@pytest.mark.parametrize(
    "content, words",
    [
        ("1,,2,3\n", "line 1 has an empty cell"),
        ("1,2,3,0x10\n", "'0x10'"),
        ("1,2,3,1e999\n", "'1e999'"),
        ("1,2,3,4\n\n1,2,x,4\n", "line 3 holds 'x'"),
    ],
)
def test_wrong_cells(run_tool, model, tmp_path, content, words):
    (tmp_path / "x.csv").write_text(content)
    done = run_tool("snn-run", model, "--quiet", f"--input={tmp_path}/x.csv")
    assert done.returncode == 1
    assert "x.csv" in done.stderr
    assert words in done.stderr


def test_csv_of_a_spreadsheet(run_tool, model, tmp_path):
    """A byte order mark, comments and separators at the ends of lines."""
    rows = [",".join(map(str, row)) for row in BASE_INPUT[:, 0]]
    content = "\ufeff# current\r\n" + ",\r\n".join(rows) + ", # end\r\n"
    (tmp_path / "x.csv").write_bytes(content.encode())
    done = run_tool(
        "snn-run",
        model,
        *("--profile=snntorch", f"--dt={DT}", "--quiet"),
        *(f"--input={tmp_path}/x.csv", f"--output={tmp_path}/y.npy"),
    )
    assert done.returncode == 0, done.stderr
    assert_equal(np.load(tmp_path / "y.npy"), base_result()[:, 0])


def test_npy_of_an_unknown_version(run_tool, model, tmp_path):
    np.save(tmp_path / "x.npy", BASE_INPUT)
    data = bytearray((tmp_path / "x.npy").read_bytes())
    data[6] = 9
    (tmp_path / "x.npy").write_bytes(data)
    done = run_tool("snn-run", model, "--quiet", f"--input={tmp_path}/x.npy")
    assert done.returncode == 1
    assert "unknown version" in done.stderr


def test_batch_dimensions_of_parameters(load):
    """A 1 in front of an Input and of a neuron's parameters is a batch."""
    ones = np.ones((1, 20))
    lif = neuron("LIF", tau=ones / 256, r=ones, v_threshold=ones / 4)
    nodes = {
        "input": terminal("Input", 1, 20),
        "fc": node("Affine", weight=np.eye(20), bias=np.zeros(20)),
        "lif": lif.replaced(v_leak=0 * ones, v_reset=0 * ones),
        "output": terminal("Output", 1, 20),
    }
    edges = [("input", "fc"), ("fc", "lif"), ("input", "lif"), ("lif", "output")]
    net = load(graph(nodes, edges), **EULER)
    assert net.inputs == {"input": ((20,), "float32")}
    assert any("'input'" in remark and "[20]" in remark for remark in net.remarks)


def test_programs_opened_one_after_another(load, tmp_path):
    """Each is that of its file, whatever was open before."""
    first = volley.compile(load(base(), **EULER))
    first.save(tmp_path / "a.so")
    lif = neurons("LIF", 4)
    nodes = {"input": terminal("Input", 4), "lif": lif, "out": terminal("Output", 4)}
    other = load(graph(nodes), **EULER)
    volley.compile(other).save(tmp_path / "b.so")
    for _ in range(6):
        one, again = volley.open(tmp_path / "a.so"), volley.open(tmp_path / "a.so")
        del again
        two = volley.open(tmp_path / "b.so")
        assert list(one.outputs) == ["output"] and list(two.outputs) == ["out"]
        del one
        three = volley.compile(other)
        assert list(three.outputs) == ["out"]
        del two, three


def test_opening_a_foreign_library(load, tmp_path):
    """It is refused, and what is opened later is not."""
    library = next(
        line.split()[-1]
        for line in open("/proc/self/maps")
        if "/libc.so" in line or "/libm.so" in line
    )
    for _ in range(3):
        with pytest.raises(RuntimeError, match="is no artefact of volley"):
            volley.open(library)
        assert_equal(volley.compile(load(base(), **EULER))(BASE_INPUT), base_result())
