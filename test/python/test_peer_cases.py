# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases that compilers of NIR files have got wrong or refused, one test each.

Every value is compared with arithmetic of its own (the module laws).
"""

import numpy as np
import pytest

import volley

import laws
from checks import assert_close, assert_equal, evaluate
from laws import Neurons, eighths, run_neurons, spikes
from networks import DT
from nirfile import graph, neurons, node, simple, terminal

EULER = {"profile": "snntorch", "dt": DT}


def test_continuous_parameters(run):
    """tau in seconds, r = 1, nothing scaled by dt: the decay is not 0."""
    inner = neurons("LIF", 1, tau=0.0025, r=1.0, v_threshold=0.1)
    x = np.random.default_rng(1).uniform(0, 0.5, (1000, 1, 1))
    settings = {"profile": "norse", "dt": 1e-4, "precision": "f64"}
    y, rec = run(simple(inner, 1), x, ["node:v"], **settings)
    out, v, _ = run_neurons("LIF", inner.fields, x, 1e-4)
    assert_close(rec["node"]["v"], v, 1e-13)
    assert_equal(y, out)
    assert 5 < y.sum() < 100


@pytest.mark.parametrize("has_output", [True, False])
def test_graph_that_ends_in_a_synapse(load, has_output):
    """What the synapse gives is the output, and is written."""
    weight, bias = eighths((2, 3), seed=1), eighths(2, seed=2)
    nodes = {
        "input": terminal("Input", 3),
        "lif": neurons("LIF", 3, r=4.0),
        "fc": node("Affine", weight=weight, bias=bias),
    }
    if has_output:
        nodes["output"] = terminal("Output", 2)
    net = load(graph(nodes), **EULER)
    x = eighths((8, 2, 3), low=0)
    s, _, _ = run_neurons("LIF", nodes["lif"].fields, x, DT)
    y, _ = evaluate(net, x)
    assert s.any()
    assert y.dtype == np.float32
    assert_equal(y, laws.dense(s, weight, bias))


@pytest.mark.parametrize(
    "kind, field, value",
    [
        ("LIF", "tau", np.nan),
        ("LIF", "tau", 0.0),
        ("LIF", "tau", -0.01),
        ("LIF", "r", np.nan),
        ("LIF", "r", 0.0),
        ("LIF", "r", -1.0),
        ("LIF", "v_threshold", np.nan),
        ("LIF", "v_threshold", 0.0),
        ("LIF", "v_threshold", -1.0),
        ("CubaLIF", "tau_syn", np.nan),
        ("CubaLIF", "tau_mem", 0.0),
        ("CubaLIF", "tau_syn", -0.01),
        ("IF", "r", 0.0),
        ("IF", "v_threshold", np.inf),
        ("LI", "tau", 0.0),
    ],
)
def test_impossible_parameter_is_refused(load, kind, field, value):
    values = np.ones(4)
    values[1] = value
    net = simple(neurons(kind, 4).replaced(**{field: values}), 4)
    with pytest.raises(volley.CompileError, match=f"node 'node'.*{field}"):
        load(net, **EULER)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("field", ["weight", "bias"])
def test_infinite_weight_is_refused(load, field, value):
    fields = {"weight": np.ones((2, 3)), "bias": np.ones(2)}
    fields[field].flat[1] = value
    with pytest.raises(volley.CompileError, match=f"node 'node'.*{field}.*finite"):
        load(simple(node("Affine", **fields), 3, 2), **EULER)


def test_non_uniform_r(run):
    inner = neurons("LIF", 4, r=[0.5, 1.0, 4.0, 8.0], v_threshold=0.5)
    x = eighths((8, 2, 4), low=0)
    y, rec = run(simple(inner, 4), x, ["node:v"], **EULER)
    out, v, _ = run_neurons("LIF", inner.fields, x, DT)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)
    assert len(set(y.sum((0, 1)))) > 1


@pytest.mark.parametrize("kind", ["LI", "CubaLI", "I"])
def test_readout_keeps_its_fraction(run, kind):
    """Also where its input are spikes."""
    inner = neurons(kind, 3, r=0.25 / DT if kind == "I" else 0.25)
    x = spikes((5, 2, 3), seed=4)
    y, _ = run(simple(inner, 3), x, inputs={"input": "spike"}, **EULER)
    assert y.dtype == np.float32
    assert np.any(y % 1)
    assert_equal(y, run_neurons(kind, inner.fields, x, DT)[0])


@pytest.mark.parametrize("average", [False, True], ids=["sum", "average"])
def test_pooling_of_integers(run, average):
    """Spikes of a population, pooled: a sum counts, an average has a fraction."""
    kind = "AvgPool2d" if average else "SumPool2d"
    inner = neurons("LIF", (2, 4, 4), r=4.0, v_threshold=0.5)
    pool = node(kind, kernel_size=[2, 2], stride=[2, 2], padding=[0, 0])
    nodes = {"input": terminal("Input", 2, 4, 4), "lif": inner, "pool": pool}
    x = eighths((6, 2, 2, 4, 4), low=-2, high=5)
    nodes["output"] = terminal("Output", 2, 2, 2)
    y, _ = run(graph(nodes), x, **EULER)
    s, _, _ = run_neurons("LIF", inner.fields, x, DT)
    assert_equal(y, laws.pool(s, (2, 2), (2, 2), (0, 0), average))
    assert y.dtype == (np.float32 if average else np.int32)
    assert y.max() > (0.25 if average else 1)


def test_node_names_with_spaces(load, run_tool, write_nir, tmp_path):
    """In the file, in Python, on the command line."""
    inner = neurons("LIF", 3, r=4.0)
    net = simple(inner, 3, names=("the input", "my first lif", "the output"))
    x = eighths((6, 3), low=0)
    s, v, _ = run_neurons("LIF", inner.fields, x, DT)
    y, rec = evaluate(load(net, **EULER), x[:, None], record=["my first lif"])
    assert_equal(y[:, 0], s)
    assert_equal(rec["my first lif"]["v"][:, 0], v)
    np.save(tmp_path / "x.npy", x)
    done = run_tool(
        "snn-run",
        write_nir(net),
        f"--dt={DT}",
        f"--input=the input={tmp_path}/x.npy",
        f"--output=the output={tmp_path}/y.npy",
        f"--record=my first lif:v:{tmp_path}/v.npy",
    )
    assert done.returncode == 0, done.stderr
    assert_equal(np.load(tmp_path / "y.npy"), s)
    assert_equal(np.load(tmp_path / "v.npy"), v)


@pytest.mark.parametrize("kind", ["spike", "count", "real"])
@pytest.mark.parametrize("number", ["{:.1f}", "{:.6e}"])
def test_inputs_written_as_fractions(run_tool, write_nir, tmp_path, kind, number):
    """0.0 and 1.0 are spikes as much as 0 and 1 are."""
    weight = eighths((2, 4), seed=5)
    x = spikes((5, 4), seed=6).astype(int)
    rows = [",".join(number.format(value) for value in row) for row in x]
    (tmp_path / "x.csv").write_text("\n".join(rows) + "\n")
    done = run_tool(
        "snn-run",
        write_nir(simple(node("Linear", weight=weight), 4, 2)),
        f"--input-kind=input:{kind}",
        f"--input={tmp_path}/x.csv",
        f"--output={tmp_path}/y.npy",
    )
    assert done.returncode == 0, done.stderr
    assert_equal(np.load(tmp_path / "y.npy"), x @ weight.T)


@pytest.mark.parametrize(
    "names",
    [
        ("in", "out"),
        ("output", "input"),
        ("0", "1"),
        ("x.y", "Ausgang ä"),
        ("a=b", ":"),
    ],
    ids=str,
)
def test_terminals_with_any_name(run, load, names):
    first, last = names
    net = simple(node("Scale", scale=0.5), 3, names=(first, "node", last))
    x = eighths((4, 2, 3))
    assert_equal(run(net, {first: x})[0], x / 2)
    loaded = load(net)
    assert list(loaded.inputs) == [first]
    assert list(loaded.outputs) == [last]


@pytest.mark.parametrize("kernel, dilation", [((3, 3), 1), ((2, 5), 1), ((4, 3), 2)])
def test_padding_same(run, kernel, dilation):
    """Of an odd total, the larger part is behind."""
    weight, bias = eighths((3, 2, *kernel), seed=1), eighths(3, seed=2)
    conv = node(
        "Conv2d",
        weight=weight,
        bias=bias,
        stride=1,
        padding="same",
        dilation=dilation,
        groups=1,
    )
    x = eighths((2, 2, 2, 6, 7))
    y, _ = run(simple(conv, (2, 6, 7), (3, 6, 7)), x)
    padding = laws.same_padding(kernel, [dilation] * 2)
    expected = laws.conv(x, weight, bias, [1, 1], padding, [dilation] * 2, 1)
    assert_equal(y, expected)


def test_v_leak(run):
    """The potential rests at v_leak, which differs by neuron."""
    inner = neurons("LIF", 3, v_leak=[0.5, -1.0, 2.0])
    x = np.zeros((8, 1, 3), np.float32)
    y, rec = run(simple(inner, 3), x, ["node:v"], **EULER)
    out, v, _ = run_neurons("LIF", inner.fields, x, DT)
    assert_equal(rec["node"]["v"], v)
    assert_equal(y, out)
    assert y[..., 2].any()
    assert not y[..., :2].any()


def test_v_reset(run):
    inner = neurons("LIF", 3, r=8.0, v_reset=[0.5, 0.0, -2.0])
    x = np.ones((8, 1, 3), np.float32)
    y, rec = run(simple(inner, 3), x, ["node:v"], **EULER)
    out, v, _ = run_neurons("LIF", inner.fields, x, DT)
    assert_equal(rec["node"]["v"], v)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"][0, 0], [0.5, 0.0, -2.0])


def test_tau_of_each_neuron(run):
    inner = neurons("LIF", 4, tau=np.array([1, 2, 4, 8]) * DT, r=2.0)
    x = eighths((7, 2, 4), low=0)
    y, rec = run(simple(inner, 4), x, ["node:v"], **EULER)
    out, v, _ = run_neurons("LIF", inner.fields, x, DT)
    assert_equal(rec["node"]["v"], v)
    assert_equal(y, out)


def test_branches(run):
    """One source with several targets, one target with several sources."""
    weights = {"a": eighths((3, 4), seed=1), "b": eighths((3, 4), seed=2)}
    lif = neurons("LIF", 3, r=4.0)
    nodes = {name: node("Linear", weight=w) for name, w in weights.items()}
    nodes |= {"input": terminal("Input", 4), "lif": lif}
    nodes |= {"one": terminal("Output", 3), "two": terminal("Output", 3)}
    edges = [("input", "a"), ("input", "b"), ("a", "lif"), ("b", "lif")]
    edges += [("lif", "one"), ("b", "two")]
    x = eighths((6, 2, 4))
    y, _ = run(graph(nodes, edges), x, **EULER)
    a, b = (laws.dense(x, w) for w in weights.values())
    assert_equal(y["one"], run_neurons("LIF", lif.fields, a + b, DT)[0])
    assert_equal(y["two"], b)
    assert y["one"].any()


def test_residuals(run):
    """Past a spiking layer, as residual networks have it; sums may be 2."""
    lif = neurons("LIF", 4, r=4.0, v_threshold=0.75)
    nodes = {"input": terminal("Input", 4), "a": lif, "b": lif}
    nodes["output"] = terminal("Output", 4)
    edges = [("input", "a"), ("a", "b"), ("a", "output"), ("b", "output")]
    x = eighths((8, 2, 4), low=0)
    y, _ = run(graph(nodes, edges), x, **EULER)
    a, _, _ = run_neurons("LIF", lif.fields, x, DT)
    b, _, _ = run_neurons("LIF", lif.fields, a, DT)
    assert_equal(y, a + b)
    assert y.max() == 2


@pytest.mark.parametrize("dilation, groups", [((2, 3), 1), ((1, 1), 2), ((2, 1), 4)])
def test_dilation_and_groups(run, dilation, groups):
    weight, bias = eighths((8, 4 // groups, 3, 2), seed=1), eighths(8, seed=2)
    conv = node(
        "Conv2d",
        weight=weight,
        bias=bias,
        stride=np.array([1, 2]),
        padding=np.array([2, 1]),
        dilation=np.array(dilation),
        groups=groups,
    )
    x = eighths((2, 2, 4, 7, 8))
    padding = [(2, 2), (1, 1)]
    expected = laws.conv(x, weight, bias, [1, 2], padding, dilation, groups)
    assert_equal(run(simple(conv, (4, 7, 8), expected.shape[2:]), x)[0], expected)


def recurrent_block(lif, weight):
    return graph(
        {
            "input": terminal("Input", 3),
            "lif": lif,
            "w_rec": node("Linear", weight=weight),
            "output": terminal("Output", 3),
        },
        [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    )


def test_nested_graphs_and_several_cycles(run):
    """Two recurrent layers, each a graph of its own."""
    lif = neurons("LIF", 3, r=4.0, v_threshold=0.75)
    weights = [eighths((3, 3), low=-8, high=9, seed=seed) for seed in (1, 2)]
    nodes = {"input": terminal("Input", 3)}
    nodes |= {f"rnn{k}": recurrent_block(lif, w) for k, w in enumerate(weights)}
    nodes["output"] = terminal("Output", 3)
    x = eighths((8, 2, 3), low=0)
    y, rec = run(graph(nodes), x, ["rnn0.lif:spikes"], **EULER)
    signal = x
    for k, weight in enumerate(weights):
        neuron = Neurons("LIF", lif.fields, x.shape[1:], DT)
        s, layer = np.zeros(x.shape[1:]), []
        for step in signal:
            s = neuron.step(step + s @ weight.T.astype(float))
            layer.append(s)
        signal = np.array(layer)
        if k == 0:
            assert_equal(rec["rnn0.lif"]["spikes"], signal)
    assert_equal(y, signal)
    assert 0 < y.mean() < 1


def test_batch(run):
    """Samples side by side do not touch each other."""
    lif = neurons("LIF", 3, r=4.0, v_threshold=0.75)
    net = simple(recurrent_block(lif, eighths((3, 3), seed=1)), 3)
    x = eighths((6, 9, 3), low=0, seed=7)
    y, _ = run(net, x, **EULER)
    for sample in range(9):
        alone, _ = run(net, x[:, sample : sample + 1], **EULER)
        assert_equal(y[:, sample : sample + 1], alone)
    assert len({y[:, k].tobytes() for k in range(9)}) > 1
