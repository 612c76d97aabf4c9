# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Terminals, names, edges and nested graphs of NIR files."""

import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, evaluate, notes_of
from laws import eighths
from networks import (
    ASSUMED,
    BASE_INPUT,
    BASE_LIF,
    BASE_NODES,
    BASE_READOUT,
    DT,
    assert_base_result,
    base,
    base_result,
)
from nirfile import chain, graph, neuron, neurons, node, terminal

# Terminals that are absent, many, or have other names


def test_no_input(load, check):
    net = base(input=None)
    loaded = load(net, **ASSUMED)
    assert len(loaded.inputs) == 1
    assert_base_result(loaded)
    name = next(iter(loaded.inputs))
    status, text = notes_of(check(net, **ASSUMED), name)
    assert status == "assumed"
    assert "'fc'" in text


def test_no_output_after_a_synapse(load, check):
    """A graph that ends in a synapse: its result is the output."""
    net = base(output=None)
    loaded = load(net, **ASSUMED)
    assert len(loaded.outputs) == 1
    assert_base_result(loaded)
    name = next(iter(loaded.outputs))
    assert notes_of(check(net, **ASSUMED), name)[0] == "assumed"


def test_no_output_after_a_neuron(load):
    nodes = {k: BASE_NODES[k] for k in ("input", "fc", "lif")}
    loaded = load(graph(nodes), **ASSUMED)
    y, _ = evaluate(loaded, BASE_INPUT)
    assert y.dtype == np.uint8
    assert_equal(laws.dense(y, BASE_READOUT), base_result())


def test_terminals_of_any_name(load):
    names = ("the input (1)", "fc", "lif", "readout", "result-0")
    net = graph(dict(zip(names, BASE_NODES.values())))
    loaded = load(net, **ASSUMED)
    assert list(loaded.inputs) == [names[0]]
    assert list(loaded.outputs) == [names[-1]]
    assert_base_result(loaded)


def test_node_named_input_that_is_none(run):
    """Types say what is a terminal, never names."""
    net = graph(
        {
            "output": terminal("Input", 2),
            "input": node("Scale", scale=2.0),
            "x": terminal("Output", 2),
        }
    )
    x = eighths((4, 2, 2))
    assert_equal(run(net, x, dt=DT)[0], 2 * x)


def test_several_inputs_and_outputs(run):
    net = graph(
        {
            "a": terminal("Input", 3),
            "b": terminal("Input", 3),
            "twice": node("Scale", scale=2.0),
            "sum": terminal("Output", 3),
            "double": terminal("Output", 3),
        },
        [("a", "sum"), ("b", "sum"), ("b", "twice"), ("twice", "double")],
    )
    x = {"a": eighths((4, 2, 3), seed=1), "b": eighths((4, 2, 3), seed=2)}
    y, _ = run(net, x, dt=DT)
    assert list(y) == ["double", "sum"]
    assert_equal(y["sum"], x["a"] + x["b"])
    assert_equal(y["double"], 2 * x["b"])


def test_two_inputs_into_one_node(run):
    net = graph(
        BASE_NODES | {"input_2": terminal("Input", 4)},
        [*chain(*BASE_NODES), ("input_2", "fc")],
    )
    halves = {"input": BASE_INPUT / 2, "input_2": BASE_INPUT / 2}
    y, _ = run(net, halves, **ASSUMED)
    assert_equal(y, base_result())


def test_input_straight_to_output(run):
    net = graph({"input": terminal("Input", 3), "output": terminal("Output", 3)})
    x = eighths((4, 2, 3))
    assert_equal(run(net, x)[0], x)


@pytest.mark.parametrize(
    "spare",
    [
        terminal("Input", 9),
        terminal("Output", 9),
        node("Linear", weight=np.ones((2, 2))),
        neurons("LIF", 3),
    ],
    ids=lambda spare: spare.type,
)
def test_unconnected_node_is_ignored(load, check, spare):
    net = graph(BASE_NODES | {"spare": spare}, chain(*BASE_NODES))
    loaded = load(net, **ASSUMED)
    assert list(loaded.inputs) == ["input"]
    assert list(loaded.outputs) == ["output"]
    assert_base_result(loaded)
    status, text = notes_of(check(net, **ASSUMED), "spare")
    assert status == "assumed"
    assert "ignored" in text


# Names and edges


NAMES = [
    "lif1.lif",
    "a node with spaces",
    "0",
    "12.3",
    "Neurone-è-日本",
    "..",
    'quote"and\\backslash',
    "100%",
    "new\nline",
    "a:b=c",
    "snn.network",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_nodes(load, name):
    nodes = {(name if k == "lif" else k): v for k, v in BASE_NODES.items()}
    net = load(graph(nodes), **ASSUMED)
    assert list(net.neurons) == [name]
    y, rec = evaluate(net, BASE_INPUT, record=[name])
    assert list(rec) == [name]
    assert set(rec[name]) == {"spikes", "v"}
    assert_equal(y, base_result())


@pytest.mark.parametrize("name", [n for n in NAMES if "\n" not in n])
def test_names_of_terminals(load, name):
    nodes = {(name if k == "input" else k): v for k, v in BASE_NODES.items()}
    nodes["output of " + name] = nodes.pop("output")
    net = load(graph(nodes), inputs={name: "real"}, **ASSUMED)
    assert list(net.inputs) == [name]
    assert list(net.outputs) == ["output of " + name]
    prog = volley.compile(net)
    assert list(prog.inputs) == [name]
    assert_equal(prog({name: BASE_INPUT}), base_result())


def test_order_of_edges_and_nodes_does_not_matter(load):
    texts = set()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        edges, names = chain(*BASE_NODES), list(BASE_NODES)
        rng.shuffle(edges)
        rng.shuffle(names)
        net = load(
            graph({k: BASE_NODES[k] for k in names}, map(tuple, edges)), **ASSUMED
        )
        assert_base_result(net)
        texts.add(str(net))
    assert len(texts) == 1


@pytest.mark.parametrize(
    "big, one, minus, expected",
    [
        ("a", "b", "c", 0.0),
        ("a", "c", "b", 1.0),
        ("Z", "a", "b", 0.0),
        ("b", "a", "Z", 0.0),
        ("Z", "b", "a", 1.0),
        ("9", "é", "z", 1.0),
        ("n.10", "n.9", "n.2", 1.0),
        ("n.10", "n.100", "n.9", 0.0),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_sources_are_added_in_byte_order_of_their_names(
    run, big, one, minus, expected, seed
):
    """2^30 + 1 - 2^30 in f32 is 0 from left to right, but 1 if 1 comes last."""
    scales = {big: 2.0**30, one: 1.0, minus: -(2.0**30)}
    edges = [("input", n) for n in scales] + [(n, "output") for n in scales]
    np.random.default_rng(seed).shuffle(edges)
    nodes = {n: node("Scale", scale=s) for n, s in scales.items()}
    nodes |= {"input": terminal("Input", 1), "output": terminal("Output", 1)}
    y, _ = run(graph(nodes, map(tuple, edges)), np.ones((1, 1, 1), np.float32))
    assert y.item() == expected


def test_sources_are_added_in_order_of_full_names(run):
    """The name of a node in a nested graph has the graph's name in front."""

    def nested(scale):
        return graph(
            {
                "in": terminal("Input", 1),
                "s": node("Scale", scale=scale),
                "out": terminal("Output", 1),
            }
        )

    nodes = {
        "input": terminal("Input", 1),
        "b": nested(-(2.0**30)),
        "c": node("Scale", scale=1.0),
        "a": nested(2.0**30),
        "output": terminal("Output", 1),
    }
    edges = [("input", n) for n in "abc"] + [(n, "output") for n in "abc"]
    y, _ = run(graph(nodes, edges), np.ones((1, 1, 1), np.float32))
    assert y.item() == 1.0


def test_branches_and_residuals(run):
    weight = eighths((4, 4), seed=2)
    net = graph(
        {
            "input": terminal("Input", 4),
            "fc": node("Linear", weight=weight),
            "li": neuron("LI"),
            "output": terminal("Output", 4),
        },
        [
            ("input", "fc"),
            ("fc", "li"),
            ("li", "output"),
            ("fc", "output"),
            ("input", "output"),
        ],
    )
    x = eighths((4, 2, 4))
    y, _ = run(net, x, **ASSUMED)
    drive = laws.dense(x, weight)
    li, _, _ = laws.run_neurons("LI", neuron("LI").fields, drive, DT)
    assert_equal(y, x + drive + li)


def test_spikes_of_two_populations_are_counted(run):
    """A sum of binary signals is a count, not a bit."""
    net = graph(
        {
            "input": terminal("Input", 3),
            "a": node("Threshold", threshold=0.0),
            "b": node("Threshold", threshold=0.5),
            "output": terminal("Output", 3),
        },
        [("input", "a"), ("input", "b"), ("a", "output"), ("b", "output")],
    )
    x = eighths((4, 2, 3))
    y, _ = run(net, x)
    assert y.dtype == np.int32
    assert_equal(y, (x > 0).astype(int) + (x > 0.5))
    assert y.max() == 2


# Nested graphs


INNER_NODES = {
    "input": terminal("Input", 6),
    "lif": BASE_LIF,
    "output": terminal("Output", 6),
}
OUTER_EDGES = [
    ("input", "fc"),
    ("fc", "rnn"),
    ("rnn", "readout"),
    ("readout", "output"),
]


def with_subgraph(inner, edges=OUTER_EDGES):
    nodes = {k: v for k, v in BASE_NODES.items() if k != "lif"}
    return graph(nodes | {"rnn": inner}, edges)


def prefixed(names):
    return {"rnn." + k: v for k, v in names.items()}


NESTED = {
    "plain": with_subgraph(graph(INNER_NODES)),
    "edges-prefixed": with_subgraph(graph(INNER_NODES, chain(*prefixed(INNER_NODES)))),
    "nodes-prefixed": with_subgraph(graph(prefixed(INNER_NODES), chain(*INNER_NODES))),
    "both-prefixed": with_subgraph(graph(prefixed(INNER_NODES))),
    "outer-edges-to-terminals": with_subgraph(
        graph(INNER_NODES),
        [
            ("input", "fc"),
            ("fc", "rnn.input"),
            ("rnn.output", "readout"),
            ("readout", "output"),
        ],
    ),
    "outer-edges-to-neuron": with_subgraph(
        graph(INNER_NODES),
        [
            ("input", "fc"),
            ("fc", "rnn.lif"),
            ("rnn.lif", "readout"),
            ("readout", "output"),
        ],
    ),
}


@pytest.mark.parametrize("form", NESTED)
def test_nested_graph(load, form):
    net = load(NESTED[form], **ASSUMED)
    assert list(net.neurons) == ["rnn.lif"]
    assert list(net.inputs) == ["input"]
    assert list(net.outputs) == ["output"]
    assert_base_result(net)


@pytest.mark.parametrize("form", sorted(NESTED.keys() - {"plain", "both-prefixed"}))
def test_edges_by_another_name_are_noted(check, form):
    report = check(NESTED[form], **ASSUMED)
    assert report["accepted"]
    assert any("edge" in notes_of(report, f"rnn.{n}")[1] for n in INNER_NODES)


def test_deeply_nested_graph(load):
    inner = graph(INNER_NODES)
    for level in ("c", "b", "a"):
        inner = graph(
            {"i": terminal("Input", 6), level: inner, "o": terminal("Output", 6)}
        )
    net = load(with_subgraph(inner), **ASSUMED)
    assert list(net.neurons) == ["rnn.a.b.c.lif"]
    assert_base_result(net)


def test_two_nested_graphs_with_equal_inner_names(run):
    def block(scale):
        return graph(
            {
                "input": terminal("Input", 2),
                "scale": node("Scale", scale=scale),
                "output": terminal("Output", 2),
            }
        )

    net = graph(
        {
            "input": terminal("Input", 2),
            "one": block(2.0),
            "two": block(-4.0),
            "output": terminal("Output", 2),
        }
    )
    x = eighths((3, 2, 2))
    assert_equal(run(net, x)[0], -8 * x)
