# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snn-compile and snn-run as their users call them."""

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, assert_identical
from laws import eighths
from networks import ASSUMED, BASE_INPUT, BASE_LIF, BASE_NODES, DT, base, base_result
from nirfile import graph, neurons, node, simple, terminal

MEANING = ("--profile=snntorch", f"--dt={DT}")
TOOLS = ("snn-compile", "snn-run", "snn-opt", "snn-translate")


@pytest.fixture
def tool(run_tool, tmp_path):
    """tool(name, ...) runs in tmp_path and must succeed; gives the output."""

    def run(name, *arguments, **options):
        done = run_tool(name, *arguments, cwd=tmp_path, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def fails(run_tool, tmp_path):
    """fails(name, ...) runs in tmp_path and must fail; gives the message."""

    def run(name, *arguments, **options):
        before = sorted(tmp_path.rglob("*"))
        done = run_tool(name, *arguments, cwd=tmp_path, **options)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        assert sorted(tmp_path.rglob("*")) == before
        return done.stderr

    return run


@pytest.fixture
def model(write_nir):
    """model.nir and x.npy, its input of shape (T, B, 4), in tmp_path."""
    path = write_nir(base())
    np.save(path.parent / "x.npy", BASE_INPUT)
    return path


def read(directory, name="y.npy"):
    return np.load(directory / name)


# Help


@pytest.mark.parametrize("name", TOOLS)
def test_help(tool, name):
    text = tool(name, "--help")
    assert text.startswith("OVERVIEW: ")
    assert f"USAGE: {name}" in text


MODEL_OPTIONS = """--profile --dt --strict --precision --reset --reset-delay --spikes
    --compare --v-min --scheme --feedback --tau-scale""".split()


@pytest.mark.parametrize(
    "name, options",
    [
        (
            "snn-compile",
            "-o --target --input --record --emit --dump-phases --check --json "
            "--activity",
        ),
        (
            "snn-run",
            "--input --output --record --reference --threads --steps --input-kind "
            "--profile-out --activity",
        ),
    ],
)
def test_help_lists_the_options(tool, name, options):
    text = tool(name, "--help")
    for option in [*MODEL_OPTIONS, *options.split()]:
        assert re.search(rf"  {option}( |=|\[=)", text), option
    for profile in volley.profiles():
        assert profile in text
    # LLVM's own options are not for users of these tools.
    assert text.count("\n") < 80


@pytest.mark.parametrize("name", ["snn-compile", "snn-run"])
def test_version(tool, name):
    assert volley.__version__ in tool(name, "--version")


@pytest.mark.parametrize("name", TOOLS)
def test_unknown_option(fails, name):
    assert "--no-such-option" in fails(name, "--no-such-option")


@pytest.mark.parametrize(
    "arguments, words",
    [
        ((), "expects a model file"),
        (("model.nir",), "expects -o FILE"),
        (("model.nir", "-o", "a.so", "--target=gpu"), "'gpu'; there is cpu"),
        (("model.nir", "-o", "a.so", "--cpu=arm"), "x86-64-v3"),
        (("model.nir", "-o", "a.so", "--profile=brian"), "there are default, snntorch"),
        (("model.nir", "-o", "a.so", "--reset=zeros"), "--reset expects zero|subtract"),
        (("model.nir", "-o", "a.so", "--reset=lif=zeros"), "--reset expects zero"),
        (("model.nir", "-o", "a.so", "--reset=fc=zero"), "'fc', which is no neuron"),
        (("model.nir", "-o", "a.so", "--v-min=low"), "--v-min expects a number"),
        (("model.nir", "-o", "a.so", "--dt=fast"), "fast"),
        (("model.nir", "-o", "a.so", "--input=input"), "--input expects NAME:spike"),
        (("model.nir", "-o", "a.so", "--input=in:spike"), "'in', which is no input"),
        (("model.nir", "-o", "a.so", "--precision=f16"), "f16"),
        (("model.nir", "-o", "a.so", "--record=none:v"), "has no neuron 'none'"),
        (("model.nir", "-o", "a.so", "--record=lif:w"), "spikes, v, but got 'w'"),
        (("model.nir", "--emit=none"), "there are imported, canonical"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_options(fails, model, arguments, words):
    text = fails("snn-compile", *arguments)
    assert words in text
    assert "Stack dump" not in text


def test_unknown_kernel(fails, model):
    text = fails("snn-compile", "model.nir", "-o", "a.so", "--kernel=none")
    assert "'none'" in text


# Compiling and running


def test_three_ways_to_run_give_the_same_bits(tool, model, tmp_path):
    """An artefact, in memory, the interpreter; and what Python gives."""
    tool("snn-compile", "model.nir", *MEANING, "-o", "net.so", "--record=lif:spikes")
    runs = {
        "file": ("net.so",),
        "memory": ("model.nir", *MEANING),
        "reference": ("model.nir", *MEANING, "--reference"),
    }
    for name, arguments in runs.items():
        tool(
            "snn-run",
            *arguments,
            "--input=x.npy",
            f"--output={name}.npy",
            f"--record=lif:spikes:{name}.s.npy",
        )
    net = volley.load(model, **ASSUMED)
    y, rec = volley.interpret(net, BASE_INPUT, record=["lif:spikes"])
    assert_equal(y, base_result())
    for name in runs:
        assert_identical(read(tmp_path, f"{name}.npy"), y)
        assert_identical(read(tmp_path, f"{name}.s.npy"), rec["lif"]["spikes"])


@pytest.mark.parametrize(
    "options",
    [
        ("--chunk=1",),
        ("--chunk=4",),
        ("--threads=2",),
        ("--threads=0", "--chunk=3"),
        ("--cpu=x86-64-v3",),
        ("--reference", "--chunk=2"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_change_the_result(tool, model, tmp_path, options):
    tool("snn-run", "model.nir", *MEANING, "--input=x.npy", "--output=y.npy", *options)
    assert_equal(read(tmp_path), base_result())


def test_options_that_set_the_meaning(tool, model, tmp_path):
    """The same words as in Python."""
    options = {
        "profile": "sinabs",
        "dt": 1e-3,
        "precision": "f64",
        "reset": "zero",
        "reset_delay": True,
        "spikes": "single",
        "compare": "ge",
        "v_min": -0.5,
        "scheme": "zero_order_hold",
        "feedback": "synapse",
        "tau_scale": 2.0,
        "late": False,
    }
    words = {True: "on", False: "off"}
    flags = [
        f"--{name.replace('_', '-')}={words.get(value, value)}"
        for name, value in options.items()
    ]
    tool("snn-run", "model.nir", *flags, "--input=x.npy", "--output=y.npy")
    net = volley.load(model, **options)
    assert_identical(read(tmp_path), volley.interpret(net, BASE_INPUT))


def test_settings_of_one_node(tool, write_nir, tmp_path):
    """NODE=VALUE, where names hold dots, blanks and equals signs."""
    names = ("a.b", "c d", "e=f")
    lif = neurons("LIF", 2, r=8.0)
    nodes = {"input": terminal("Input", 2)} | dict.fromkeys(names, lif)
    nodes["output"] = terminal("Output", 2)
    path = write_nir(graph(nodes))
    np.save(tmp_path / "x.npy", eighths((9, 2), low=0))
    tool(
        "snn-run",
        path,
        *MEANING,
        *("--input=x.npy", "--output=y.npy"),
        *("--reset=none", "--reset=a.b=subtract", "--reset=e=f=zero"),
    )
    reset = {"*": "none", "a.b": "subtract", "e=f": "zero"}
    net = volley.load(path, reset=reset, **ASSUMED)
    expected = volley.interpret(net, eighths((9, 1, 2), low=0))
    assert_identical(read(tmp_path), expected[:, 0])


def test_remarks_go_to_the_terminal_unless_quiet(run_tool, model, tmp_path):
    out = tmp_path / "a.so"
    for name, arguments in (
        ("snn-compile", ("-o", out)),
        ("snn-run", ("--input", tmp_path / "x.npy")),
    ):
        done = run_tool(name, model, *arguments)
        assert f"{model}: node 'lif': remark: assumed: " in done.stderr
        done = run_tool(name, model, *arguments, "--quiet")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_strict(fails, tool, model, tmp_path):
    text = fails("snn-compile", "model.nir", "-o", "a.so", "--strict")
    assert "error: would need an assumption" in text
    tool("snn-compile", "model.nir", "-o", "a.so", "--strict", *MEANING)
    assert (tmp_path / "a.so").exists()


def test_explain(run_tool, model, tmp_path):
    """What the compiler decided, and where."""
    out = tmp_path / "a.so"
    done = run_tool("snn-compile", model, "-o", out, "--explain", *MEANING)
    assert done.returncode == 0
    assert "kernel" in done.stderr
    assert "'fc'" in done.stderr


def test_summary(tool, write_nir, tmp_path):
    net = simple(neurons("IF", 3, r=[0.0625 / DT, 2 / DT, 1 / DT]), 3)
    path = write_nir(net)
    x = np.ones((8, 2, 3), np.float32)
    np.save(tmp_path / "x.npy", x)
    text = tool("snn-run", path, *MEANING, "--input=x.npy", "--output=y.npy")
    counts = read(tmp_path).sum(0)
    assert "model: 8 steps" in text
    assert "batch 2" in text
    for sample in range(2):
        total, most = counts[sample].sum(), counts[sample].max()
        line = f"sample {sample}: {total} spikes, most ({most}) of element 1"
        assert line in text


# Files of data


@pytest.mark.parametrize(
    "dtype, order",
    [
        ("f4", "C"),
        ("f4", "F"),
        ("f8", "C"),
        (">f4", "C"),
        (">f8", "F"),
        ("f2", "C"),
        ("i1", "C"),
        ("u8", "F"),
        ("?", "C"),
    ],
)
def test_npy(tool, model, tmp_path, dtype, order):
    x = (np.arange(48).reshape(6, 2, 4) % 3 == 0).astype(dtype)
    np.save(tmp_path / "x.npy", np.asarray(x, order=order))
    tool("snn-run", "model.nir", *MEANING, "--input=x.npy", "--output=y.npy")
    net = volley.load(model, **ASSUMED)
    assert_identical(read(tmp_path), volley.interpret(net, x))


def test_npy_without_a_batch(tool, model, tmp_path):
    """(steps, shape) gives (steps, shape)."""
    np.save(tmp_path / "x.npy", BASE_INPUT[:, 1])
    tool(
        "snn-run",
        *("model.nir", *MEANING, "--input=x.npy", "--output=y.npy"),
        "--record=lif:v:v.npy",
    )
    assert_equal(read(tmp_path), base_result()[:, 1])
    assert read(tmp_path, "v.npy").shape == (6, 6)


def test_steps(tool, fails, model, tmp_path):
    run = ("snn-run", "model.nir", *MEANING, "--input=x.npy", "--output=y.npy")
    tool(*run, "--steps=4")
    assert_equal(read(tmp_path), base_result()[:4])
    (tmp_path / "y.npy").unlink()
    assert "more than the 6 steps of input 'input'" in fails(
        *run, "--steps=7", "--quiet"
    )


def test_steps_of_a_network_without_inputs(tool, fails, write_nir, tmp_path):
    ring = neurons("LIF", 2, v_leak=2.0)
    nodes = {"a": ring, "b": ring, "output": terminal("Output", 2)}
    path = write_nir(graph(nodes, [("a", "b"), ("b", "a"), ("b", "output")]))
    assert "--steps is needed" in fails("snn-run", path, *MEANING)
    results = []
    for option in ((), ("--reference",)):
        run = ("snn-run", path, *MEANING, "--steps=12", "--output=y.npy")
        tool(*run, "--record=a:spikes:a.npy", *option)
        results.append((read(tmp_path), read(tmp_path, "a.npy")))
    a = laws.Neurons("LIF", ring.fields, (2,), DT)
    b = laws.Neurons("LIF", ring.fields, (2,), DT)
    back = np.zeros(2)
    expected = []
    for _ in range(12):
        s = a.step(back)
        back = b.step(s)
        expected.append((back, s))
    for y, s in results:
        assert_equal(y, [pair[0] for pair in expected])
        assert_equal(s, [pair[1] for pair in expected])
    assert results[0][0].any()


def test_csv(tool, model, tmp_path):
    """One line per step; the output is read back as the same numbers."""
    rows = [",".join(repr(float(v)) for v in row) for row in BASE_INPUT[:, 0]]
    (tmp_path / "x.csv").write_text("# t0 t1 t2 t3\n" + "\n".join(rows) + "\n")
    tool(
        "snn-run",
        *("model.nir", *MEANING, "--input=x.csv", "--output=y.csv"),
        *("--record=lif:spikes:s.csv", "--record=lif:v:v.csv"),
    )
    y = np.loadtxt(tmp_path / "y.csv", delimiter=",", dtype=np.float32)
    assert_equal(y, base_result()[:, 0])
    net = volley.load(model, **ASSUMED)
    _, rec = volley.interpret(net, BASE_INPUT[:, :1], record=["lif"])
    s = np.loadtxt(tmp_path / "s.csv", delimiter=",", dtype=np.uint8)
    v = np.loadtxt(tmp_path / "v.csv", delimiter=",", dtype=np.float32)
    assert_identical(s, rec["lif"]["spikes"][:, 0])
    assert_identical(v, rec["lif"]["v"][:, 0])
    assert "." not in (tmp_path / "s.csv").read_text()


@pytest.mark.parametrize(
    "separator, end",
    [(",", "\r\n"), (", ", "\n"), (" ", "\n"), ("\t", "\r\n"), (";", "\n")],
)
def test_csv_separators(tool, model, tmp_path, separator, end):
    rows = [separator.join(str(v) for v in row) for row in BASE_INPUT[:, 0]]
    (tmp_path / "x.csv").write_bytes(end.join(rows).encode())
    tool("snn-run", "model.nir", *MEANING, "--input=x.csv", "--output=y.npy")
    assert_equal(read(tmp_path), base_result()[:, 0])


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_csv_keeps_every_digit(tool, write_nir, tmp_path, precision):
    path = write_nir(simple(node("Scale", scale=1.0), 3))
    x = (
        np.random.default_rng(1).normal(size=(20, 3))
        * 10.0 ** np.arange(-9, 11)[:, None]
    )
    np.savetxt(tmp_path / "x.csv", x, delimiter=",", fmt="%.17g")
    run = ("snn-run", path, "--input=x.csv", "--output=y.csv")
    tool(*run, f"--precision={precision}")
    dtype = np.dtype("float" + precision[1:])
    y = np.loadtxt(tmp_path / "y.csv", delimiter=",", dtype=dtype)
    assert_identical(y, x.astype(dtype))


def write_events(path, events):
    """(x, y, polarity, time in us) in 5 bytes each."""
    data = b""
    for x, y, polarity, time in events:
        data += bytes([x, y]) + struct.pack(">I", polarity << 23 | time)[1:]
    path.write_bytes(data)


EVENTS = [
    (0, 0, 0, 0),
    (4, 2, 1, 999),
    (4, 2, 1, 1000),
    (4, 2, 1, 1001),
    (1, 0, 0, 4999),
    (3, 1, 1, 70000),
]


@pytest.mark.parametrize("kind", ["count", "real"])
@pytest.mark.parametrize("width", [1000, 2500, 100])
def test_events(tool, write_nir, tmp_path, kind, width):
    """x, y and polarity of each event, binned in time and counted."""
    path = write_nir(simple(node("Identity"), (2, 3, 5)))
    write_events(tmp_path / "x.bs2", EVENTS)
    run = ("snn-run", path, "--input=x.bs2", "--output=y.npy", f"--bin={width * 1e-6}")
    tool(*run, f"--input-kind=input:{kind}")
    expected = np.zeros((EVENTS[-1][3] // width + 1, 2, 3, 5))
    for x, y, polarity, time in EVENTS:
        expected[time // width, polarity, y, x] += 1
    assert_equal(read(tmp_path), expected)
    assert read(tmp_path).dtype == (np.int32 if kind == "count" else np.float32)


def test_events_of_a_millisecond_by_default(tool, write_nir, tmp_path):
    path = write_nir(simple(node("Identity"), (2, 3, 5)))
    write_events(tmp_path / "x.bs2", EVENTS)
    tool("snn-run", path, "--input=x.bs2", "--output=y.npy")
    y = read(tmp_path)
    assert y.shape == (71, 2, 3, 5)
    assert y[1, 1, 2, 4] == 2


def test_several_inputs_and_outputs(tool, fails, write_nir, tmp_path):
    nodes = {
        "a": terminal("Input", 2),
        "b c": terminal("Input", 2),
        "sum": terminal("Output", 2),
        "a-out": terminal("Output", 2),
    }
    edges = [("a", "sum"), ("b c", "sum"), ("a", "a-out")]
    path = write_nir(graph(nodes, edges))
    a, b = eighths((3, 2), seed=1), eighths((3, 2), seed=2)
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    run = ("snn-run", path)
    tool(*run, "--input=b c=b.npy", "--input=a=a.npy", "--output=sum=y.npy")
    assert_equal(read(tmp_path), a + b)
    (tmp_path / "y.npy").unlink()
    assert "input 'b c' is not given" in fails(*run, "--input=a=a.npy")
    assert "'a', 'b c'" in fails(*run, "--input=a.npy")
    given = ("--input=a=a.npy", "--input=b c=b.npy")
    assert "'a' is given twice" in fails(*run, *given, "--input=a=b.npy")
    assert "'a-out', 'sum'" in fails(*run, *given, "--output=y.npy")
    np.save(tmp_path / "b.npy", b[:2])
    assert "differ in steps" in fails(*run, *given)


def npy(values):
    return lambda path: np.save(path, values)


def text(content):
    return lambda path: path.write_text(content)


BAD_DATA = {
    "missing": ("x2.npy", None, ["No such file"]),
    "other-suffix": ("x.dat", text("1"), [".npy, .csv or .bs2"]),
    "no-npy": ("x2.npy", text("a text of some bytes"), ["no .npy"]),
    "other-shape": ("x2.npy", npy(np.zeros((3, 5))), ["[4]", "[3, 5]", "'input'"]),
    "other-rank": ("x2.npy", npy(np.zeros(4)), ["(steps, [4])", "[4]"]),
    "complex": ("x2.npy", npy(np.zeros((3, 4), complex)), ["c16"]),
    "text": ("x2.npy", npy(np.full((3, 4), "a")), ["U1"]),
    "objects": ("x2.npy", npy(np.full((3, 4), None)), ["numbers"]),
    "overflow": ("x2.npy", npy(np.full((3, 4), 1e300)), ["[0, 0]", "1.0"]),
    "csv-word": ("x.csv", text("1,2,3,4\n1,2,x,4\n"), ["line 2", "'x'"]),
    "csv-ragged": ("x.csv", text("1,2,3,4\n1,2\n"), ["line 2", "2"]),
    "csv-empty": ("x.csv", text("\n"), ["no numbers"]),
    "csv-other-size": ("x.csv", text("1,2,3\n"), ["[4]", "[1, 3]"]),
    "events": ("x.bs2", lambda p: write_events(p, EVENTS), ["[2, height, width]"]),
    "directory": ("d.npy", lambda p: p.mkdir(), ["d.npy"]),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data(fails, model, tmp_path, name):
    file, make, words = BAD_DATA[name]
    if make is not None:
        make(tmp_path / file)
    run = ("snn-run", "model.nir", *MEANING, "--quiet")
    message = fails(*run, f"--input={file}", "--output=y.npy")
    assert message.startswith(f"snn-run: error: {file}: ")
    assert message.count("\n") == 1
    for word in words:
        assert word in message


def test_truncated_npy(fails, model, tmp_path):
    whole = (tmp_path / "x.npy").read_bytes()
    run = ("snn-run", "model.nir", *MEANING, "--quiet", "--input=t.npy")
    for size in np.random.default_rng(1).choice(len(whole), 6, replace=False):
        (tmp_path / "t.npy").write_bytes(whole[:size])
        text = fails(*run, "--output=y.npy")
        assert text.startswith("snn-run: error: t.npy: ")


def test_bad_events(fails, write_nir, tmp_path):
    path = write_nir(simple(node("Identity"), (2, 3, 5)))
    run = ("snn-run", path, "--input=x.bs2", "--output=y.npy")
    write_events(tmp_path / "x.bs2", [(0, 0, 0, 0), (5, 2, 1, 9)])
    assert "event 1 is at y = 2, x = 5" in fails(*run)
    (tmp_path / "x.bs2").write_bytes(b"1234")
    assert "no event file" in fails(*run)
    write_events(tmp_path / "x.bs2", EVENTS)
    assert "--bin expects a positive time" in fails(*run, "--bin=0")
    # Two events of one millisecond are no bit.
    text = fails(*run, "--input-kind=input:spike")
    assert "[1, 1, 2, 4] is 2" in text


def test_output_that_cannot_be_written(fails, model):
    run = ("snn-run", "model.nir", *MEANING, "--quiet", "--input=x.npy")
    assert "none/y.npy: cannot be written" in fails(*run, "--output=none/y.npy")
    assert "y.dat: expects a file that ends in" in fails(*run, "--output=y.dat")
    record = "--record=lif:v:none/v.npy"
    assert "none/v.npy: cannot be written" in fails(*run, record)


# Records


@pytest.fixture
def aliases(tool, model, tmp_path):
    """Paths to net.mlirbc and x.npy, each by its name, a link and a hard link."""
    tool("snn-compile", model, "--emit=imported", "-o", "net.mlirbc", *MEANING)
    paths = {}
    for name in "net.mlirbc", "x.npy":
        link, hard = tmp_path / f"link-{name}", tmp_path / f"hard-{name}"
        link.symlink_to(name)
        hard.hardlink_to(tmp_path / name)
        paths[name] = [name, f"../{tmp_path.name}/{name}", link.name, hard.name]
    return paths


@pytest.mark.parametrize("index", range(4))
def test_inputs_are_not_overwritten(tool, fails, tmp_path, aliases, index):
    net, data = aliases["net.mlirbc"][index], aliases["x.npy"][index]
    tool("snn-compile", "net.mlirbc", "-o", "net.so", "--record=lif:v")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    run = ("snn-run", "net.so", "--input=x.npy")
    for command, words in [
        (("snn-compile", "net.mlirbc", "-o", net), "is the model itself"),
        (("snn-compile", "net.mlirbc", "--emit=canonical", "-o", net), "itself"),
        (("snn-opt", "net.mlirbc", "-o", net), "is the input itself"),
        (("snn-opt", f"-o={net}", "net.mlirbc"), "is the input itself"),
        (("snn-translate", "--import-nir", "net.mlirbc", "-o", net), "itself"),
        ((*run, f"--output={data}"), "is read as well"),
        ((*run, f"--record=lif:v:{data}"), "is read as well"),
    ]:
        message = fails(*command)
        assert words in message and len(message.splitlines()) == 1
    loaded = volley.load(tmp_path / "net.mlirbc")
    for save in loaded.save, volley.compile(loaded).save:
        with pytest.raises(volley.CompileError, match="is the model itself"):
            save(tmp_path / net)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_whose_weights_are_in_use_can_be_written(tmp_path):
    """Weights stay in the file that they were read from."""
    rng = np.random.default_rng(2)
    x = rng.random((3, 1, 300), np.float32)

    def make(path):
        net = volley.Builder()
        weight = rng.random((300, 300), np.float32)
        net.output("y", net.dense(net.input("x", (300,)), weight))
        net.build().save(tmp_path / path)
        return volley.load(tmp_path / path)

    first, second = make("first.mlirbc"), make("second.mlirbc")
    expected = volley.interpret(first, x)
    second.save(tmp_path / "first.mlirbc")
    assert_identical(volley.interpret(first, x), expected)
    written = volley.load(tmp_path / "first.mlirbc")
    assert_identical(volley.interpret(written, x), volley.interpret(second, x))


def test_record_of_names_with_colons(tool, write_nir, tmp_path):
    nodes = {("a:b:v" if k == "lif" else k): v for k, v in BASE_NODES.items()}
    path = write_nir(graph(nodes))
    np.save(tmp_path / "x.npy", BASE_INPUT)
    run = ("snn-run", path, *MEANING, "--input=x.npy")
    tool(*run, "--record=a:b:v:spikes:s.npy", "--record=a:b:v:v:v.npy")
    drive = laws.dense(BASE_INPUT, BASE_NODES["fc"].fields["weight"])
    drive += BASE_NODES["fc"].fields["bias"]
    s, v, _ = laws.run_neurons("LIF", BASE_LIF.fields, drive, DT)
    assert_equal(read(tmp_path, "s.npy"), s)
    assert_equal(read(tmp_path, "v.npy"), v)


@pytest.mark.parametrize(
    "entry", ["lif", "lif:v", "lif:v:", "none:v:v.npy", "lif:w:w.npy"]
)
def test_wrong_record(fails, model, entry):
    run = ("snn-run", "model.nir", *MEANING, "--input=x.npy", "--quiet")
    text = fails(*run, f"--record={entry}")
    name = entry.split(":")[0]
    assert name in text
    assert "error: " in text


def test_record_that_is_not_built_in(tool, fails, model):
    tool("snn-compile", "model.nir", "-o", "plain.so", *MEANING)
    tool("snn-compile", "model.nir", "-o", "v.so", "--record=lif:v", *MEANING)
    run = ("--input=x.npy", "--record=lif:spikes:s.npy")
    text = fails("snn-run", "plain.so", *run)
    assert "has no probe lif:spikes" in text
    assert "there are none" in text
    assert "there are lif:v" in fails("snn-run", "v.so", *run)
    tool("snn-run", "v.so", "--input=x.npy", "--record=lif:v:v.npy")


# Artefacts


def test_meaning_of_an_artefact_is_fixed(tool, fails, model):
    tool("snn-compile", "model.nir", "-o", "a.so", *MEANING)
    for option in ("--profile=norse", "--dt=1e-3", "--reset=none", "--reference"):
        text = fails("snn-run", "a.so", "--input=x.npy", option)
        assert text.startswith("snn-run: error: a.so: is compiled")


def test_what_is_no_artefact(fails, tmp_path):
    (tmp_path / "a.so").write_text("no ELF")
    assert "a.so" in fails("snn-run", "a.so", "--input=x.npy")
    assert "none.so" in fails("snn-run", "none.so", "--input=x.npy")


def needed_libraries(path):
    """DT_NEEDED of a 64-bit ELF file."""
    data = path.read_bytes()
    assert data[:5] == b"\x7fELF\x02"
    offset, size, count = (
        struct.unpack_from("<Q", data, 32)[0],
        *struct.unpack_from("<HH", data, 54),
    )
    segments = []
    for k in range(count):
        kind, _, *rest = struct.unpack_from("<IIQQQQ", data, offset + k * size)
        segments.append((kind, *rest))
    entries = []
    for kind, start, _, _, length in segments:
        if kind == 2:
            entries = list(struct.iter_unpack("<QQ", data[start : start + length]))
    (names,) = [value for tag, value in entries if tag == 5]
    for kind, start, address, _, length in segments:
        if kind == 1 and address <= names < address + length:
            names += start - address
            break
    needed = [names + value for tag, value in entries if tag == 1]
    return [data[at : data.index(b"\0", at)].decode() for at in needed]


def test_artefact_needs_libc_alone(tool, model, tmp_path):
    tool("snn-compile", "model.nir", "-o", "a.so", *MEANING)
    libraries = needed_libraries(tmp_path / "a.so")
    assert set(libraries) <= {"libc.so.6", "libm.so.6"}
    # The parser finds what there is.
    assert "libc.so.6" in needed_libraries(Path(sys.executable).resolve())


HOST = """
import array, ctypes as c, sys
class Signal(c.Structure):
    _fields_ = [("name", c.c_char_p), ("what", c.c_char_p), ("type", c.c_int),
                ("rank", c.c_uint32), ("shape", c.POINTER(c.c_int64)),
                ("elements", c.c_uint64), ("rate", c.c_uint32)]
class Program(c.Structure):
    pass
state = c.c_void_p
Program._fields_ = [
    ("size", c.c_size_t), ("abi", c.c_uint32), ("name", c.c_char_p),
    ("compiler", c.c_char_p), ("cpu", c.c_char_p), ("dt", c.c_double),
    ("inputs_n", c.c_uint32), ("outputs_n", c.c_uint32), ("probes_n", c.c_uint32),
    ("inputs", c.POINTER(Signal)), ("outputs", c.POINTER(Signal)),
    ("probes", c.POINTER(Signal)), ("weights", c.c_uint64),
    ("state_bytes", c.c_uint64), ("workspace", c.c_uint64),
    ("create", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.POINTER(state))),
    ("destroy", c.CFUNCTYPE(None, state)),
    ("reset", c.CFUNCTYPE(c.c_int, state)),
    ("run", c.CFUNCTYPE(c.c_int, state, c.c_void_p)),
]
class Options(c.Structure):
    _fields_ = [("size", c.c_size_t), ("batch", c.c_int64), ("executor", c.c_void_p)]
class Arguments(c.Structure):
    _fields_ = [("size", c.c_size_t), ("steps", c.c_int64), ("batch", c.c_int64),
                ("inputs", c.c_void_p), ("outputs", c.c_void_p),
                ("probes", c.c_void_p)]
query = c.CDLL(sys.argv[1]).volley_query
query.restype = c.POINTER(Program)
assert not query(c.c_uint32(999))
handle = query(c.c_uint32(2))
net = handle.contents
assert (net.inputs_n, net.outputs_n, net.probes_n) == (1, 1, 0)
steps, batch = int(sys.argv[2]), int(sys.argv[3])
x = array.array("f")
x.frombytes(open(sys.argv[4], "rb").read())
assert len(x) == steps * batch * net.inputs[0].elements
y = array.array("f", bytes(4 * steps * batch * net.outputs[0].elements))
s = state()
options = Options(c.sizeof(Options), batch, None)
assert net.create(handle, c.byref(options), c.byref(s)) == 0
inputs = (c.c_void_p * 1)(x.buffer_info()[0])
outputs = (c.c_void_p * 1)(y.buffer_info()[0])
arguments = Arguments(c.sizeof(Arguments), steps, batch, c.addressof(inputs),
                      c.addressof(outputs), None)
assert net.run(s, c.byref(arguments)) == 0
net.destroy(s)
open(sys.argv[5], "wb").write(y.tobytes())
"""


def test_artefact_runs_without_the_package(tool, model, tmp_path):
    """In a process that has the C library and nothing of this project."""
    tool("snn-compile", "model.nir", "-o", "a.so", *MEANING)
    x, y = tmp_path / "x.raw", tmp_path / "y.raw"
    BASE_INPUT.tofile(x)
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        HOST,
        tmp_path / "a.so",
        "6",
        "2",
        x,
        y,
    ]
    subprocess.run(list(map(str, command)), env={}, check=True, timeout=60)
    assert_equal(np.fromfile(y, np.float32).reshape(6, 2, 3), base_result())


@pytest.mark.parametrize("cpu", ["native", "x86-64-v3"])
def test_compiling_twice_gives_the_same_bytes(tool, model, tmp_path, cpu):
    for name in ("a.so", "b.so"):
        tool("snn-compile", "model.nir", "-o", name, f"--cpu={cpu}", *MEANING)
    assert (tmp_path / "a.so").read_bytes() == (tmp_path / "b.so").read_bytes()


# Phases


def test_phases_are_listed(tool):
    lines = tool("snn-compile", "--phases").splitlines()
    assert lines == [f"{name}: {text}" for name, text in volley.phases().items()]


@pytest.mark.parametrize("phase", volley.phases())
def test_emit(tool, model, tmp_path, phase):
    """To the terminal without weights, to a file with them."""
    shown = tool("snn-compile", "model.nir", *MEANING, f"--emit={phase}")
    assert shown.strip() == str(volley.load(model, **ASSUMED).emit(phase)).strip()
    tool("snn-compile", "model.nir", *MEANING, f"--emit={phase}", "-o", "a.mlir")
    tool("snn-opt", "a.mlir", "-o", "b.mlir")
    a, b = ((tmp_path / name).read_text() for name in ("a.mlir", "b.mlir"))
    assert len(b) > len(shown) / 2
    tool("snn-opt", "b.mlir", "-o", "c.mlir")
    assert (tmp_path / "c.mlir").read_text() == b
    if phase in ("imported", "canonical"):
        assert "0x" in a


@pytest.mark.parametrize("phase", ["imported", "canonical"])
@pytest.mark.parametrize("suffix", ["mlir", "mlirbc"])
def test_emitted_network_is_a_model(tool, model, tmp_path, phase, suffix):
    file = f"net.{suffix}"
    tool("snn-compile", "model.nir", *MEANING, f"--emit={phase}", "-o", file)
    for option in ((), ("--reference",)):
        tool("snn-run", file, "--input=x.npy", "--output=y.npy", *option)
        assert_equal(read(tmp_path), base_result())


def test_dump_phases(tool, model, tmp_path):
    run = ("snn-compile", "model.nir", *MEANING, "-o", "a.so", "--dump-phases=d/e")
    tool(*run)
    files = sorted(path.name for path in (tmp_path / "d" / "e").iterdir())
    assert files == [f"{k:02}-{name}.mlir" for k, name in enumerate(volley.phases())]
    text = (tmp_path / "d" / "e" / files[0]).read_text()
    assert 'snn.neuron lif "lif"' in text
    assert "snn.population" in (tmp_path / "d" / "e" / files[1]).read_text()


def test_dump_of_phases_up_to_one(tool, model, tmp_path):
    run = ("snn-compile", "model.nir", *MEANING, "--emit=canonical")
    tool(*run, "--dump-phases=d")
    files = sorted(path.name for path in (tmp_path / "d").iterdir())
    assert files == ["00-imported.mlir", "01-canonical.mlir"]


def test_import_by_translation(tool, model):
    """snn-translate gives what the compiler starts from."""
    text = tool("snn-translate", "--import-nir", "model.nir")
    assert 'snn.neuron lif "lif"' in text


# --check


def test_check(run_tool, model):
    done = run_tool("snn-compile", "--check", model, *MEANING)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == str(model)
    assert lines[-1] == "accepted"
    rows = dict(line.split(None, 1) for line in lines[1:-1] if line[0] != " ")
    assert {name: row.split() for name, row in rows.items()} == {
        name: [member.type, "supported"] for name, member in BASE_NODES.items()
    }


def test_check_without_settings(run_tool, model):
    done = run_tool("snn-compile", "--check", model)
    assert done.returncode == 0
    assert "assumption: dt is" in done.stdout
    assert "assumption: scheme forward_euler" in done.stdout
    done = run_tool("snn-compile", "--check", model, "--strict")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "refused"


def test_check_of_a_refused_model(run_tool, write_nir, tmp_path):
    lif = BASE_LIF.replaced(tau=np.full(6, -1.0))
    path = write_nir(base(lif=lif, fc=node("Afine")))
    before = sorted(tmp_path.rglob("*"))
    done = run_tool("snn-compile", "--check", path, *MEANING)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[-1] == "refused"
    for name, word in (("lif", "'tau'"), ("fc", "unknown type 'Afine'")):
        (row,) = [k for k, line in enumerate(lines) if line.split()[0] == name]
        assert lines[row].split()[-1] == "refused"
        assert word in lines[row + 1]
        assert lines[row + 1].startswith("  error: ")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("options", [(), MEANING, ("--strict",)], ids=" ".join)
def test_check_as_json(run_tool, model, options):
    done = run_tool("snn-compile", "--check", "--json", model, *options)
    report = json.loads(done.stdout)
    assert done.stderr == ""
    assert report["file"] == str(model)
    assert report["accepted"] == (done.returncode == 0)
    assert {entry["name"] for entry in report["nodes"]} == BASE_NODES.keys()
    for entry in [report["model"], *report["nodes"]]:
        assert entry["status"] in ("supported", "assumed", "refused")
        for note in entry["notes"]:
            assert note["kind"] in ("remark", "assumption", "error")
            assert note["text"]
    settings = ASSUMED if options == MEANING else {"strict": options != ()}
    assert report == volley.check(model, **settings)


@pytest.mark.parametrize("kind", ["missing", "text"])
def test_check_of_what_is_no_model(run_tool, tmp_path, kind):
    path = tmp_path / "a.nir"
    if kind == "text":
        path.write_text("text")
    done = run_tool("snn-compile", "--check", path)
    assert done.returncode == 1
    assert done.stdout.startswith(str(path))
    done = run_tool("snn-compile", "--check", "--json", path)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["accepted"] is False
    assert report["model"]["notes"][0]["kind"] == "error"


# Code generation


@pytest.fixture(scope="module")
def transformer():
    """A network whose generated code is compiled in parts."""
    return volley.models.spikformer((16, 16, 2, 2.0), image=16, classes=4, patch=4)


def test_parts_do_not_depend_on_threads(tool, tmp_path, transformer):
    transformer.network.save(tmp_path / "net.mlirbc")
    for threads in 1, 2, 5:
        tool("snn-compile", "net.mlirbc", f"--threads={threads}", "-o", f"{threads}.so")
    one, *others = ((tmp_path / f"{threads}.so").read_bytes() for threads in (1, 2, 5))
    assert all(other == one for other in others)
    x = np.random.default_rng(2).random((1, 3, 16, 16), dtype=np.float32)
    logits = volley.open(tmp_path / "1.so")(x, steps=4)
    expected = volley.interpret(transformer.network, x, steps=4)
    np.testing.assert_array_equal(logits, expected)
    assert np.any(logits)


def test_only_large_networks_are_compiled_in_parts(
    run_tool, tmp_path, transformer, model
):
    transformer.network.save(tmp_path / "net.mlirbc")
    for path, parts in ((tmp_path / "net.mlirbc", True), (model, False)):
        options = MEANING if path == model else ()
        done = run_tool(
            "snn-compile", path, *options, "--time-report", "-o", tmp_path / "net.so"
        )
        phases = ["generate code", "optimize", "emit object", "link"]
        assert all(phase in done.stderr for phase in phases)
        assert ("split" in done.stderr) == parts


def test_parts_are_kept(tmp_path, transformer):
    x = np.random.default_rng(2).random((1, 3, 16, 16), dtype=np.float32)
    made = volley.compile(transformer.network, cache_dir=tmp_path)
    used = volley.compile(transformer.network, cache_dir=tmp_path)
    np.testing.assert_array_equal(made(x, steps=4), used(x, steps=4))
