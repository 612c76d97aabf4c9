# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The package as its users see it: networks, programs, sessions, arrays."""

import gc
import multiprocessing
import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import volley

import laws
import nirfile
from checks import assert_equal, assert_identical, evaluate
from laws import eighths
from networks import (
    ASSUMED,
    BASE_INPUT,
    BASE_LIF,
    BASE_NODES,
    DT,
    assert_base_result,
    base,
    base_result,
)
from nirfile import graph, neuron, neurons, node, simple, terminal


@pytest.fixture
def net(load):
    return load(base(), **ASSUMED)


@pytest.fixture
def prog(net):
    return volley.compile(net)


# Networks


def test_network_says_what_it_is(net):
    assert net.name == "model"
    assert net.dt == DT
    assert net.inputs == {"input": ((4,), "float32")}
    assert net.outputs == {"output": ((3,), "float32")}
    assert net.neurons == {"lif": ["spikes", "v"]}
    assert "model" in repr(net)


def test_network_lists_what_can_be_recorded(load):
    nodes = {"input": terminal("Input", 2)}
    for kind in ("I", "IF", "LI", "LIF", "CubaLI", "CubaLIF"):
        nodes[kind] = neuron(kind)
    nodes["output"] = terminal("Output", 2)
    recordable = load(graph(nodes), **ASSUMED).neurons
    assert {name: set(what) for name, what in recordable.items()} == {
        "I": {"output", "v"},
        "IF": {"spikes", "v"},
        "LI": {"output", "v"},
        "LIF": {"spikes", "v"},
        "CubaLI": {"output", "v", "i"},
        "CubaLIF": {"spikes", "v", "i"},
    }


def test_printed_network_is_readable(net):
    text = str(net)
    assert text.startswith("module {\n  snn.network @model(%input: tensor<4xf32>)")
    assert "dt(9.765625E-4)" in text
    assert 'snn.neuron lif "lif"' in text
    assert "reset(zero)" in text
    assert "snn.dense" in text
    # Names of the file, and no weights.
    assert "%lif" in text
    assert "%fc" in text
    assert len(text) < 4000
    assert text.endswith("  }\n}\n")


def test_remarks_name_file_and_node(load):
    remarks = load(base()).remarks
    assert remarks
    assert all("model.nir: " in remark for remark in remarks)
    assert any("node 'lif': " in remark for remark in remarks)


@pytest.mark.parametrize("suffix", ["mlir", "mlirbc"])
def test_saved_ir_is_a_model_too(net, tmp_path, suffix):
    path = tmp_path / f"saved.{suffix}"
    net.save(path)
    # Wherever the file comes to lie in memory.
    for _ in range(16):
        again = volley.load(path)
    assert again.inputs == net.inputs
    assert again.neurons == net.neurons
    assert again.dt == DT
    assert again.remarks == []
    assert_base_result(again)


def test_settings_are_refused_for_saved_ir(net, tmp_path):
    """The file says what it means; what contradicts it is not dropped."""
    path = tmp_path / "saved.mlir"
    net.save(path)
    for settings in ({"profile": "norse"}, {"dt": 1e-3}, {"reset": "subtract"}):
        with pytest.raises(volley.CompileError, match="saved.mlir"):
            volley.load(path, **settings)


def test_phases_are_described_in_order():
    phases = volley.phases()
    assert list(phases)[:2] == ["imported", "canonical"]
    assert list(phases)[-2:] == ["scheduled", "lowered"]
    assert all(phases.values())


@pytest.mark.parametrize(
    "phase, there, gone",
    [
        ("imported", "snn.neuron lif", "snn.population"),
        ("canonical", "snn.population", "snn.neuron lif"),
        ("scheduled", "snn.program", "snn.network"),
        ("lowered", "llvm.func", "snn.program"),
    ],
)
def test_emit(net, phase, there, gone):
    text = net.emit(phase)
    assert there in text
    assert gone not in text
    # The network itself stays as it is.
    assert "snn.neuron lif" in str(net)


def test_emit_with_probes(net):
    assert "snn.probe" not in net.emit("canonical")
    text = net.emit("canonical", record=["lif:v"])
    assert len(re.findall(r"snn\.probe", text)) == 1


def test_profiles_are_described():
    profiles = volley.profiles()
    assert {"default", *laws.PROFILES} == set(profiles)
    assert all(profiles.values())


# Errors of files and settings


def test_compile_error_carries_diagnostics(write_nir):
    path = write_nir(base(lif=BASE_LIF.replaced(tau=np.full(6, -1.0))))
    with pytest.raises(volley.CompileError) as caught:
        volley.load(path)
    assert len(caught.value.diagnostics) == 1
    text = caught.value.diagnostics[0]
    assert text.startswith(f"{path}: node 'lif': error: ")
    assert "tau" in text
    assert str(caught.value) == text


def test_compile_error_counts_what_else_is_wrong(load):
    lif = BASE_LIF.replaced(tau=np.full(6, -1.0))
    fc = node("Affine", weight=np.ones((6, 4)))
    with pytest.raises(volley.CompileError, match="node 'fc'.*'bias'") as caught:
        load(base(fc=fc, lif=lif), **ASSUMED)
    assert "1 more thing is wrong" in str(caught.value)


def test_compile_errors_are_one_line(net, prog):
    """They name what was expected, and do not print the network."""
    for fails, message in (
        (lambda: prog.run(BASE_INPUT, record=["none"]), "'none'.*lif"),
        (lambda: prog.run(BASE_INPUT, record=["lif:w"]), "spikes, v.*'w'"),
        (lambda: volley.interpret(net, BASE_INPUT, ["none"]), "'none'.*lif"),
        (lambda: net.emit("none"), "'none'.*imported"),
        (lambda: volley.compile(net, cpu="none"), "x86-64-v3.*'none'"),
    ):
        with pytest.raises(volley.CompileError, match=message) as caught:
            fails()
        assert "\n" not in str(caught.value)
        assert "model.nir" in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(volley.CompileError, match="none.nir.*No such file"):
        volley.load(tmp_path / "none.nir")


@pytest.mark.parametrize(
    "settings, error, message",
    [
        ({"colour": "red"}, TypeError, "'colour'.*reset_delay"),
        ({"reset": "zeros"}, ValueError, r"zero\|subtract\|none.*'zeros'"),
        ({"v_min": "low"}, ValueError, "v-min.*number.*'low'"),
        ({"precision": "f16"}, ValueError, "'f32' or 'f64'.*'f16'"),
        ({"inputs": {"input": "analog"}}, ValueError, "'count'.*'analog'"),
        ({"inputs": {"lif": "spike"}}, volley.CompileError, "'lif'.*no input"),
        ({"profile": "brian"}, volley.CompileError, "'brian'.*norse"),
        ({"reset": {"fc": "zero"}}, volley.CompileError, "'fc'.*no neuron"),
        ({"dt": 0.0}, volley.CompileError, "positive dt.*0"),
        ({"dt": float("nan")}, volley.CompileError, "positive dt.*nan"),
        ({"dt": -1e-3}, volley.CompileError, "positive dt.*-0.001"),
    ],
    ids=str,
)
def test_wrong_settings(load, settings, error, message):
    with pytest.raises(error, match=message):
        load(base(), **settings)


def test_setting_of_none_is_none(load):
    assert_base_result(load(base(), reset=None, v_min=None, **ASSUMED))


def test_unknown_target(net):
    with pytest.raises(ValueError, match="'gpu'.*'cpu'"):
        volley.compile(net, target="gpu")


# Arrays


def test_shapes_in_and_out(load):
    """(T, B, *in) gives (T, B, *out), whatever the shapes of a sample are."""
    conv = node(
        "Conv2d",
        weight=eighths((5, 2, 3, 3)),
        bias=np.zeros(5, np.float32),
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
    )
    net = load(simple(conv, (2, 6, 4), (5, 4, 2)), **ASSUMED)
    prog = volley.compile(net)
    for steps, batch in ((1, 1), (3, 1), (1, 3), (7, 2)):
        y = prog(eighths((steps, batch, 2, 6, 4)))
        assert y.shape == (steps, batch, 5, 4, 2)
        assert y.dtype == np.float32
        assert y.flags.c_contiguous


def test_no_steps(net, prog):
    assert prog(BASE_INPUT[:0]).shape == (0, 2, 3)
    assert volley.interpret(net, BASE_INPUT[:0]).shape == (0, 2, 3)


KINDS = {"spike": np.uint8, "count": np.int32, "real": np.float32}


@pytest.mark.parametrize("precision", ["f32", "f64"])
@pytest.mark.parametrize("kind", KINDS)
def test_types_of_inputs_and_outputs(load, kind, precision):
    """A binary signal is one uint8 per element, a count i32, a real a float."""
    net = load(
        graph({"input": terminal("Input", 3), "output": terminal("Output", 3)}),
        inputs={"input": kind},
        precision=precision,
    )
    dtype = np.dtype(KINDS[kind])
    if kind == "real" and precision == "f64":
        dtype = np.dtype(np.float64)
    assert net.inputs == {"input": ((3,), dtype.name)}
    assert net.outputs == {"output": ((3,), dtype.name)}
    x = np.array([[[0, 1, 1]], [[1, 0, 1]]], dtype)
    y, _ = evaluate(net, x)
    assert y.dtype == dtype
    assert_equal(y, x)


@pytest.fixture(scope="module")
def runners(tmp_path_factory):
    """By kind of input: the base network compiled, and interpreted."""
    path = nirfile.write(tmp_path_factory.mktemp("kinds") / "model.nir", base())

    def make(kind):
        net = volley.load(path, inputs={"input": kind}, **ASSUMED)
        return {
            "compiled": volley.compile(net),
            "interpreted": lambda x: volley.interpret(net, x),
        }

    return {kind: make(kind) for kind in KINDS}


NUMPY_TYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


@pytest.mark.parametrize("dtype", [*NUMPY_TYPES, ">i4", ">f2", ">f8"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_numpy_type_is_converted(runners, kind, dtype):
    x = laws.spikes((4, 2, 4))
    expected = runners[kind]["interpreted"](x.astype(KINDS[kind]))
    for run in runners[kind].values():
        assert_identical(run(x.astype(dtype)), expected)


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=0)[::2],
        lambda x: x[::-1].copy()[::-1],
        lambda x: np.repeat(x, 3, axis=2)[:, :, ::3],
        lambda x: x.tolist(),
    ],
    ids=["fortran", "strided", "reversed", "strided-inside", "lists"],
)
def test_layouts(prog, layout):
    assert_equal(prog(layout(BASE_INPUT)), base_result())


def test_read_only_input_stays_as_it_is(prog):
    x = BASE_INPUT.copy()
    x.flags.writeable = False
    assert_equal(prog(x), base_result())
    assert_identical(x, BASE_INPUT)


def test_no_copy_where_layouts_agree(load):
    """Neither of a real input nor of booleans for a binary one."""
    weight = np.ones((1, 4096), np.float32)
    for kind, dtype in (("real", np.float32), ("spike", np.uint8), ("spike", bool)):
        net = load(
            simple(node("Linear", weight=weight), 4096, 1),
            inputs={"input": kind},
            dt=DT,
        )
        prog = volley.compile(net)
        x = np.ones((64, 4, 4096), dtype)
        prog(x)
        peaks = []
        for y in (x, x.astype(np.int16)):
            tracemalloc.start()
            prog(y)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        plain, converted = peaks
        assert plain < x.nbytes / 8
        assert converted >= x.nbytes


@pytest.mark.parametrize("run", ["compiled", "interpreted"])
@pytest.mark.parametrize(
    "kind, dtype, value, message",
    [
        ("spike", "f4", 0.5, "0.5"),
        ("spike", "f8", np.nan, "nan"),
        ("spike", "i8", 2, "2"),
        ("spike", "i1", -1, "-1"),
        ("count", "f4", 0.25, "0.25"),
        ("count", "f8", np.inf, "inf"),
        ("count", "i8", 2**31, "2147483648"),
        ("count", "u4", 2**32 - 1, "4294967295"),
        ("real", "i4", 2**24 + 1, "16777217"),
        ("real", "u8", 2**64 - 1, "18446744073709551615|1.844674407370955"),
        ("real", "f8", 1e300, "1.*e\\+300"),
    ],
)
def test_value_that_the_input_cannot_hold(runners, run, kind, dtype, value, message):
    x = np.zeros((3, 2, 4), dtype)
    x[2, 1, 3] = value
    with pytest.raises(ValueError, match=f"'input'.*\\[2, 1, 3\\].*({message})"):
        runners[kind][run](x)


@pytest.mark.parametrize("run", ["compiled", "interpreted"])
def test_value_of_binary_input_that_is_no_bit(runners, run):
    """The input's own type holds more than the input does."""
    x = np.zeros((3, 2, 4), np.uint8)
    x[1, 0, 2] = 7
    with pytest.raises(ValueError, match="'input'.*element 2 of step 1, sample 0 is 7"):
        runners["spike"][run](x)


def test_real_numbers_are_rounded(load):
    """A double that f32 does not hold exactly is rounded, as NumPy does."""
    net = load(graph({"input": terminal("Input", 1), "output": terminal("Output", 1)}))
    y, _ = evaluate(net, np.array([[[0.1]], [[1 / 3]]]))
    assert_identical(y, np.array([[[0.1]], [[1 / 3]]], np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.0])
def test_special_floats_pass(load, value):
    net = load(graph({"input": terminal("Input", 1), "output": terminal("Output", 1)}))
    for dtype in (np.float16, np.float32, np.float64):
        y, _ = evaluate(net, np.full((1, 1, 1), value, dtype))
        assert_identical(y, np.full((1, 1, 1), value, np.float32))


@pytest.mark.parametrize("precision, tiny", [("f32", 1e-40), ("f64", 1e-310)])
def test_subnormal_numbers_are_kept(run, precision, tiny):
    """Nothing is flushed to zero, neither signals nor states."""
    net = graph(
        {
            "input": terminal("Input", 1),
            "li": neuron("LI"),
            "output": terminal("Output", 1),
        }
    )
    x = np.zeros((4, 1, 1), "f" + str(int(precision[1:]) // 8))
    x[0] = tiny
    y, _ = run(net, x, precision=precision, **ASSUMED)
    # A quarter first; then three quarters stay of what there was.
    expected = [x[0].item() / 4]
    for _ in range(3):
        expected.append(expected[-1] * 0.75)
    step = np.nextafter(np.zeros(1, x.dtype), 1)[0]
    assert np.abs(y.ravel() - np.array(expected)).max() <= 2 * step
    assert y.all()


@pytest.mark.parametrize(
    "x",
    [
        BASE_INPUT.astype(complex),
        BASE_INPUT.astype(str),
        BASE_INPUT.astype(object),
        BASE_INPUT.astype("M8[s]"),
    ],
    ids=["complex", "text", "objects", "dates"],
)
def test_arrays_of_no_numbers(prog, x):
    message = f"'input'.*real numbers.*{re.escape(str(x.dtype))}"
    with pytest.raises(TypeError, match=message):
        prog(x)


@pytest.mark.parametrize(
    "x",
    [
        BASE_INPUT[0],
        BASE_INPUT[..., :3],
        BASE_INPUT[..., None],
        np.float32(1),
        [],
    ],
    ids=["no-batch", "other-size", "other-rank", "scalar", "empty"],
)
def test_wrong_shapes(net, prog, x):
    message = r"'input'.*\(steps, batch, 4\).*got \("
    with pytest.raises(ValueError, match=message):
        prog(x)
    with pytest.raises(ValueError, match=message):
        volley.interpret(net, x)


def test_wrong_names(net, prog):
    for x in ({"in": BASE_INPUT}, {}, {"input": BASE_INPUT, "more": BASE_INPUT}):
        with pytest.raises(ValueError, match=r"expects inputs \['input'\]"):
            prog(x)
        with pytest.raises(ValueError, match=r"expects inputs \['input'\]"):
            volley.interpret(net, x)


# Several inputs and outputs


@pytest.fixture
def pair(load):
    """Inputs a, b; outputs sum = a + b (real) and over (a > 1, binary)."""
    return load(
        graph(
            {
                "a": terminal("Input", 3),
                "b": terminal("Input", 3),
                "one": node("Threshold", threshold=1.0),
                "sum": terminal("Output", 3),
                "over": terminal("Output", 3),
            },
            [("a", "sum"), ("b", "sum"), ("a", "one"), ("one", "over")],
        ),
        inputs={"b": "count"},
    )


def test_dicts_of_inputs_and_outputs(pair):
    assert pair.inputs == {"a": ((3,), "float32"), "b": ((3,), "int32")}
    assert pair.outputs == {"over": ((3,), "uint8"), "sum": ((3,), "float32")}
    a, b = eighths((4, 2, 3)), np.arange(24).reshape(4, 2, 3)
    y, _ = evaluate(pair, {"b": b, "a": a})
    assert y.keys() == {"sum", "over"}
    assert_equal(y["sum"], a + b)
    assert_equal(y["over"], a > 1)


def test_dict_of_one_input(prog):
    assert_equal(prog({"input": BASE_INPUT}), base_result())


def test_dicts_that_do_not_fit(pair):
    prog = volley.compile(pair)
    a = eighths((4, 2, 3))
    with pytest.raises(ValueError, match=r"dict of inputs \['a', 'b'\]"):
        prog(a)
    with pytest.raises(ValueError, match=r"expects inputs \['a', 'b'\].*\['a'\]"):
        prog({"a": a})
    with pytest.raises(ValueError, match=r"steps and batch.*\(4, 2, 3\), \(3, 2, 3\)"):
        prog({"a": a, "b": np.zeros((3, 2, 3), int)})
    with pytest.raises(ValueError, match=r"steps and batch.*\(4, 2, 3\), \(4, 1, 3\)"):
        prog({"a": a, "b": np.zeros((4, 1, 3), int)})
    with pytest.raises(ValueError, match="input 'b'.*shape"):
        prog({"a": a, "b": np.zeros((4, 2, 2), int)})


# Records


def lif_record():
    drive = laws.dense(BASE_INPUT, BASE_NODES["fc"].fields["weight"])
    drive = drive + BASE_NODES["fc"].fields["bias"]
    spikes, v, _ = laws.run_neurons("LIF", BASE_LIF.fields, drive, DT)
    return spikes, v


@pytest.mark.parametrize(
    "record, what",
    [
        (["lif"], {"spikes", "v"}),
        ("lif", {"spikes", "v"}),
        (["lif:v"], {"v"}),
        ("lif:spikes", {"spikes"}),
        (["lif:v", "lif:spikes"], {"spikes", "v"}),
        (["lif:v", "lif", "lif:v"], {"spikes", "v"}),
    ],
    ids=str,
)
def test_record(net, record, what):
    y, rec = evaluate(net, BASE_INPUT, record)
    assert_equal(y, base_result())
    assert rec.keys() == {"lif"}
    assert rec["lif"].keys() == what
    spikes, v = lif_record()
    if "spikes" in what:
        assert rec["lif"]["spikes"].dtype == np.uint8
        assert_equal(rec["lif"]["spikes"], spikes)
    if "v" in what:
        assert rec["lif"]["v"].dtype == np.float32
        assert_equal(rec["lif"]["v"], v)


def test_record_of_nothing(net, prog):
    y, rec = prog.run(BASE_INPUT)
    assert rec == {}
    assert_equal(y, base_result())
    y, rec = volley.interpret(net, BASE_INPUT, record=[])
    assert rec == {}
    assert_equal(y, base_result())
    assert_equal(volley.interpret(net, BASE_INPUT), base_result())


def test_program_in_memory_compiles_probes_on_first_use(prog):
    assert prog.probes == []
    plain = prog(BASE_INPUT)
    y, rec = prog.run(BASE_INPUT, record=["lif:v"])
    assert prog.probes == ["lif:v"]
    assert_identical(y, plain)
    y, more = prog.run(BASE_INPUT, record=["lif"])
    assert set(prog.probes) == {"lif:v", "lif:spikes"}
    assert_identical(more["lif"]["v"], rec["lif"]["v"])
    assert_identical(prog(BASE_INPUT), plain)


def test_recording_later_does_not_lose_a_kept_state(prog):
    """A variant has no state yet: that is an error, not another result."""
    prog.run(BASE_INPUT[:3], keep_state=True)
    with pytest.raises(ValueError, match=r"lif:v.*reset\(\)"):
        prog.run(BASE_INPUT[3:], record=["lif:v"], keep_state=True)
    rest, _ = prog.run(BASE_INPUT[3:], keep_state=True)
    assert_equal(rest, base_result()[3:])


def test_probes_that_are_built_in(net, tmp_path):
    prog = volley.compile(net, record=["lif:spikes"])
    assert prog.probes == ["lif:spikes"]
    prog.save(tmp_path / "a.so")
    saved = volley.open(tmp_path / "a.so")
    assert saved.probes == ["lif:spikes"]
    _, rec = saved.run(BASE_INPUT, record=["lif"])
    assert rec["lif"].keys() == {"spikes"}
    assert_equal(rec["lif"]["spikes"], lif_record()[0])
    with pytest.raises(ValueError, match="lif:v is not built.*it has lif:spikes"):
        saved.run(BASE_INPUT, record=["lif:v"])
    with pytest.raises(ValueError, match="none is not built.*it has lif:spikes"):
        saved.run(BASE_INPUT, record=["none"])


def test_saved_program_without_probes(prog, tmp_path):
    prog.save(tmp_path / "a.so")
    with pytest.raises(ValueError, match="lif.*no probes"):
        volley.open(tmp_path / "a.so").run(BASE_INPUT, record=["lif"])


def test_record_of_several_nodes(load):
    net = load(
        graph(
            {
                "input": terminal("Input", 2),
                "a.lif": neurons("LIF", 2, r=4.0),
                "b": neurons("CubaLI", 2),
                "output": terminal("Output", 2),
            }
        ),
        **ASSUMED,
    )
    x = eighths((6, 3, 2), low=0)
    y, rec = evaluate(net, x, record=["a.lif", "b"])
    assert rec.keys() == {"a.lif", "b"}
    assert rec["b"].keys() == {"output", "v", "i"}
    assert rec["a.lif"]["spikes"].shape == (6, 3, 2)
    assert_identical(y, rec["b"]["v"])
    assert_identical(y, rec["b"]["output"])
    spikes, _, _ = laws.run_neurons("LIF", neurons("LIF", 2, r=4.0).fields, x, DT)
    assert_equal(rec["a.lif"]["spikes"], spikes)


# Programs in files


def test_saved_program_is_the_same(prog, tmp_path):
    path = tmp_path / "a program.so"
    prog.save(path)
    saved = volley.open(path)
    assert saved.name == prog.name == "model"
    assert saved.dt == prog.dt == DT
    assert saved.inputs == prog.inputs == {"input": ((4,), "float32")}
    assert saved.outputs == prog.outputs == {"output": ((3,), "float32")}
    assert_identical(saved(BASE_INPUT), prog(BASE_INPUT))
    assert [entry.name for entry in tmp_path.glob("*.so*")] == [path.name]


def test_saving_over_an_open_program(prog, load, tmp_path):
    """What is open stays what it was; what is opened later is the new one."""
    other = volley.compile(load(base(lif=neurons("LIF", 6, r=8.0)), **ASSUMED))
    prog.save(tmp_path / "a.so")
    first = volley.open(tmp_path / "a.so")
    other.save(tmp_path / "a.so")
    second = volley.open(tmp_path / "a.so")
    assert_equal(first(BASE_INPUT), base_result())
    assert_identical(second(BASE_INPUT), other(BASE_INPUT))
    assert not np.array_equal(second(BASE_INPUT), base_result())


def test_sessions_outlive_their_program(load):
    """Nothing that a session needs goes with what made it."""
    session = volley.compile(load(base(), **ASSUMED)).session(2, record=["lif:v"])
    gc.collect()
    y, rec = session.run(BASE_INPUT)
    assert_equal(y, base_result())
    assert_equal(rec["lif"]["v"], lif_record()[1])


def test_relative_paths(prog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prog.save("a.so")
    assert_equal(volley.open("a.so")(BASE_INPUT), base_result())


def test_compile_of_a_path(write_nir):
    assert_base_result(volley.load(write_nir(base()), **ASSUMED))
    prog = volley.compile(write_nir(base()))
    # Without settings: dt is inferred, and rounded to six digits.
    assert prog.dt == pytest.approx(DT, rel=1e-6)
    assert prog(BASE_INPUT).shape == (6, 2, 3)


def test_opened_program_cannot_be_saved(prog, tmp_path):
    prog.save(tmp_path / "a.so")
    with pytest.raises(ValueError, match="opened"):
        volley.open(tmp_path / "a.so").save(tmp_path / "b.so")


def test_open_of_what_is_no_artefact(write_nir, tmp_path):
    with pytest.raises(RuntimeError, match="none.so.*No such file"):
        volley.open(tmp_path / "none.so")
    with pytest.raises(RuntimeError, match="model.nir"):
        volley.open(write_nir(base()))


def test_save_where_it_cannot_be_written(net, prog, tmp_path):
    with pytest.raises(volley.CompileError, match="none/a.so.*No such file"):
        prog.save(tmp_path / "none" / "a.so")
    with pytest.raises(volley.CompileError, match="none/a.mlir.*No such file"):
        net.save(tmp_path / "none" / "a.mlir")


@pytest.mark.parametrize("cpu", ["native", "x86-64-v3"])
def test_instruction_sets_give_the_same_bits(net, cpu):
    """x86-64-v3 is the least that artefacts are made for."""
    x = np.random.default_rng(1).normal(size=(20, 3, 4)).astype(np.float32)
    y, rec = volley.compile(net, cpu=cpu).run(x, record=["lif"])
    y_ref, rec_ref = volley.interpret(net, x, record=["lif"])
    assert_identical(y, y_ref)
    assert_identical(rec, rec_ref)


# State


@pytest.fixture
def recurrent(load):
    """With everything that has state: a cycle, delays, currents."""
    rng = np.random.default_rng(3)

    def weight(*shape):
        return rng.normal(size=shape).astype(np.float32)

    return load(
        graph(
            {
                "input": terminal("Input", 5),
                "fc": node("Affine", weight=weight(7, 5) * 3, bias=weight(7)),
                "hidden": neurons("CubaLIF", 7, r=2.0),
                "back": node("Linear", weight=weight(7, 7)),
                "wait": node("Delay", delay=np.array([1, 2, 3, 1, 4, 2, 5]) * DT),
                "out": node("Linear", weight=weight(3, 7)),
                "li": neurons("LI", 3),
                "output": terminal("Output", 3),
            },
            [
                ("input", "fc"),
                ("fc", "hidden"),
                ("hidden", "back"),
                ("back", "hidden"),
                ("hidden", "wait"),
                ("wait", "out"),
                ("out", "li"),
                ("li", "output"),
            ],
        ),
        **ASSUMED,
    )


@pytest.fixture
def recurrent_input():
    return np.random.default_rng(4).normal(size=(40, 6, 5)).astype(np.float32)


def split(total, sizes):
    """Slices of `total` in pieces whose sizes repeat."""
    slices, start, k = [], 0, 0
    while start < total:
        stop = min(total, start + sizes[k % len(sizes)])
        slices.append(slice(start, stop))
        start, k = stop, k + 1
    return slices


def test_calls_start_afresh(recurrent, recurrent_input):
    prog = volley.compile(recurrent)
    first = prog(recurrent_input)
    assert np.any(first)
    assert_identical(prog(recurrent_input), first)
    assert_identical(prog(recurrent_input[:, :2]), first[:, :2])
    assert_identical(prog(recurrent_input), first)


@pytest.mark.parametrize("sizes", [[1], [7], [1, 2, 16], [39], [0, 3]], ids=str)
def test_chunks_of_time_give_the_same_bits(recurrent, recurrent_input, sizes):
    expected, rec = volley.interpret(recurrent, recurrent_input, record=["hidden"])
    session = volley.compile(recurrent).session(6, record=["hidden"])
    pieces = [session.run(recurrent_input[part]) for part in split(40, sizes)]
    assert_identical(np.concatenate([y for y, _ in pieces]), expected)
    for what, values in rec["hidden"].items():
        together = np.concatenate([r["hidden"][what] for _, r in pieces])
        assert_identical(together, values)


@pytest.mark.parametrize("sizes", [[1], [2], [4], [5]], ids=str)
def test_splits_of_the_batch_give_the_same_bits(recurrent, recurrent_input, sizes):
    prog = volley.compile(recurrent)
    expected = prog(recurrent_input)
    pieces = [prog(recurrent_input[:, part]) for part in split(6, sizes)]
    assert_identical(np.concatenate(pieces, axis=1), expected)


@pytest.mark.parametrize("threads", [0, 2])
@pytest.mark.parametrize("batch", [1, 6])
def test_threads_give_the_same_bits(recurrent, recurrent_input, threads, batch):
    x = recurrent_input[:, :batch]
    expected, rec = volley.compile(recurrent).run(x, record=["hidden"])
    prog = volley.compile(recurrent, threads=threads)
    y, rec_threads = prog.run(x, record=["hidden"])
    assert_identical(y, expected)
    assert_identical(rec_threads, rec)


@pytest.mark.parametrize("threads", [1.5, 2.0, "2", None])
def test_threads_are_an_integer(recurrent, threads):
    with pytest.raises(TypeError, match=f"threads: expects an integer.* {threads!r}"):
        volley.compile(recurrent, threads=threads)


@pytest.fixture(scope="module")
def large():
    """Worth sharing within a sample: by rows, and by outputs of a large weight."""
    rng = np.random.default_rng(0)

    def weights(*shape):
        return (rng.normal(size=shape) / 4).astype(np.float32)

    law = volley.NeuronModel(
        "lif",
        states={"v": 0.0},
        law=lambda v, x: (
            {"v": volley.builder.where(v > 1, 0.0, v * 0.5 + x)},
            {"spikes": v > 1},
        ),
    )
    net = volley.Builder("large")
    x = net.input("x", (8, 20, 20), "i1")
    spikes = net.population(law, net.conv(x, weights(70, 8, 3, 3), padding=1))
    pooled = net.reshape(net.pool("max", spikes, 2), (7000,))
    hidden = net.population(law, net.dense(pooled, weights(301, 7000)), name="hidden")
    net.output("y", net.dense(hidden, weights(10, 301)))
    return net.build()


@pytest.mark.parametrize("batch", [1, 3])
def test_threads_within_a_sample_give_the_same_bits(large, batch):
    x = np.random.default_rng(1).random((9, batch, 8, 20, 20)) < 0.2
    expected, spikes = volley.interpret(large, x, record=["hidden:spikes"])
    assert 0 < np.mean(spikes["hidden"]["spikes"]) < 0.9
    for threads in (2, 3, 5):
        prog = volley.compile(large, threads=threads)
        assert_identical(prog(x), expected)
        chunks = prog.session(batch=batch)
        parts = [chunks(x[first : first + 2]) for first in range(0, 9, 2)]
        assert_identical(np.concatenate(parts), expected)


def test_opened_program_with_threads(recurrent, recurrent_input, tmp_path):
    prog = volley.compile(recurrent)
    prog.save(tmp_path / "a.so")
    saved = volley.open(tmp_path / "a.so", threads=2)
    assert_identical(saved(recurrent_input), prog(recurrent_input))


def test_results_are_arrays_of_their_own(recurrent, recurrent_input):
    prog = volley.compile(recurrent)
    y, rec = prog.run(recurrent_input, record=["hidden:v"])
    copies = y.copy(), rec["hidden"]["v"].copy()
    prog.run(recurrent_input * 2, record=["hidden:v"])
    assert_identical(y, copies[0])
    assert_identical(rec["hidden"]["v"], copies[1])


@pytest.mark.parametrize("shared", ["sessions", "program"])
def test_calls_from_several_threads_at_once(recurrent, shared):
    """Each has a state of its own; runs do not hold the interpreter lock."""
    prog = volley.compile(recurrent)
    rng = np.random.default_rng(5)
    inputs = [rng.normal(size=(3000, 1, 5)).astype(np.float32) for _ in range(8)]
    expected = [prog(x) for x in inputs]

    def call(x):
        return prog.session(1)(x) if shared == "sessions" else prog(x)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            for y, known in zip(pool.map(call, inputs), expected):
                assert_identical(y, known)


def test_kept_state(recurrent, recurrent_input):
    prog = volley.compile(recurrent)
    expected = prog(recurrent_input)
    first, _ = prog.run(recurrent_input[:13], keep_state=True)
    # A call in between has a state of its own.
    assert_identical(prog(recurrent_input), expected)
    rest, _ = prog.run(recurrent_input[13:], keep_state=True)
    assert_identical(np.concatenate([first, rest]), expected)
    prog.reset()
    again, _ = prog.run(recurrent_input, keep_state=True)
    assert_identical(again, expected)


def test_kept_state_has_a_batch(prog):
    prog.run(BASE_INPUT, keep_state=True)
    with pytest.raises(ValueError, match=r"batch 2.*has 1.*reset\(\)"):
        prog.run(BASE_INPUT[:, :1], keep_state=True)
    prog.reset()
    assert prog.run(BASE_INPUT[:, :1], keep_state=True)[0].shape == (6, 1, 3)


def test_session_reset(recurrent, recurrent_input):
    session = volley.compile(recurrent).session(batch=6)
    assert session.batch == 6
    first = session(recurrent_input)
    assert not np.array_equal(session(recurrent_input), first)
    session.reset()
    assert_identical(session(recurrent_input), first)


def test_sessions_are_independent(recurrent, recurrent_input):
    prog = volley.compile(recurrent)
    expected = prog(recurrent_input)
    one, other = prog.session(6), prog.session(6)
    pieces = []
    for part in split(40, [9]):
        pieces.append(one(recurrent_input[part]))
        other(recurrent_input[part] * 2)
    assert_identical(np.concatenate(pieces), expected)


def test_session_expects_its_batch(prog):
    session = prog.session(2)
    with pytest.raises(ValueError, match="batch 2.*has 1"):
        session(BASE_INPUT[:, :1])
    with pytest.raises((ValueError, RuntimeError), match="batch"):
        prog.session(0)


def test_saved_state(recurrent, recurrent_input):
    prog = volley.compile(recurrent)
    expected = prog(recurrent_input)
    session = prog.session(6)
    session(recurrent_input[:17])
    state = session.save_state()
    assert isinstance(state, bytes)
    other = prog.session(6)
    other.load_state(state)
    assert_identical(other(recurrent_input[17:]), expected[17:])
    session.load_state(state)
    assert_identical(session(recurrent_input[17:]), expected[17:])


def test_state_of_another_batch_or_program(recurrent, prog):
    session = prog.session(2)
    for state in (
        b"",
        bytes(len(session.save_state())),
        prog.session(3).save_state(),
        volley.compile(recurrent).session(2).save_state(),
    ):
        with pytest.raises(ValueError, match="state"):
            session.load_state(state)
    assert_equal(session(BASE_INPUT), base_result())


def test_forked_process(recurrent, recurrent_input):
    """Compiles and runs as its parent does, whose threads it does not have."""
    compiled = volley.compile(recurrent, threads=2)
    expected = compiled(recurrent_input)

    def run():
        assert_identical(compiled(recurrent_input), expected)
        other = volley.compile(recurrent, threads=2)
        assert_identical(other(recurrent_input), expected)

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(timeout=60)
    child.kill()
    child.join()
    assert child.exitcode == 0
