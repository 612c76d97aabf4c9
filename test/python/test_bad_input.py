# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files that are damaged or wrong: one clear error, exit code 1, no output."""

import h5py
import numpy as np
import pytest

import volley

import nirfile
from networks import BASE_NODES, base
from nirfile import chain, graph, neuron, neurons, node, simple, terminal, write_field

INF, NAN = float("inf"), float("nan")
DECLARED = ("--profile=snntorch", "--dt=1e-3")


class Refusal:
    """Runs snn-compile on a file that it must refuse."""

    def __init__(self, run_tool, tmp_path):
        self.run_tool = run_tool
        self.directory = tmp_path

    def __call__(
        self, path, where, *words, options=("--profile=snntorch", "--dt=1e-3")
    ):
        """`where` is the node that the error names, or "" for the file alone."""
        before = sorted(self.directory.rglob("*"))
        out = self.directory / "out.so"
        done = self.run_tool("snn-compile", path, "-o", out, *options)
        assert done.returncode == 1, done.stderr
        assert done.stdout == ""
        errors = [line for line in done.stderr.splitlines() if "error: " in line]
        assert len(errors) == 1, done.stderr
        start = f"{path}: node '{where}': error: " if where else f"{path}: error: "
        # Nothing is compiled, so there is nothing to remark.
        assert done.stderr.startswith(start), done.stderr
        for word in words:
            assert word in done.stderr, done.stderr
        assert sorted(self.directory.rglob("*")) == before
        return done.stderr


@pytest.fixture
def refused(run_tool, tmp_path):
    return Refusal(run_tool, tmp_path)


@pytest.fixture
def refused_net(refused, write_nir):
    """refused_net(graph, node, words...) for a graph that is written first."""

    def refuse(net, where, *words, edit=None, **options):
        return refused(write_nir(net, edit=edit), where, *words, **options)

    return refuse


@pytest.fixture
def refused_import(write_nir):
    """refused_import(graph, node, words...) does without the tool.

    For what is one check of the importer in many forms; that the tool ends as it
    should is tested with one of them each.
    """

    def refuse(net, where, *words):
        path = write_nir(net)
        with pytest.raises(volley.CompileError) as caught:
            volley.load(path, profile="snntorch", dt=1e-3)
        text = str(caught.value)
        assert text.startswith(f"{path}: node '{where}': error: ")
        assert text.count("error: ") == 1
        for word in words:
            assert word in text
        return text

    return refuse


def test_base_is_accepted(run_tool, write_nir, tmp_path):
    """The tests of this file start from something good."""
    out = tmp_path / "out.so"
    done = run_tool("snn-compile", write_nir(base()), "-o", out, "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert out.exists()


# Files that are no NIR files


def big():
    """Chunks, continuation blocks and nested groups, as large models have."""
    weights = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    nodes = {"input": terminal("Input", 64)}
    for k in range(6):
        nodes[f"fc{k}"] = node("Affine", weight=weights, bias=weights[0])
        nodes[f"lif{k}"] = neurons("LIF", 64)
    nodes["output"] = terminal("Output", 64)
    return graph(nodes)


@pytest.mark.parametrize("storage, seed", [("gzip", 50), ("contiguous", 51)])
def test_truncated_at_25_places(refused, write_nir, storage, seed):
    path = write_nir(big(), storage=storage)
    whole = path.read_bytes()
    rng = np.random.default_rng(seed)
    for size in rng.choice(len(whole), 25, replace=False):
        path.write_bytes(whole[:size])
        refused(path, "", "is not a readable HDF5 file")


def test_damaged_at_25_places(run_tool, write_nir, tmp_path):
    """Bytes that change may be weights: then it compiles. It never crashes."""
    path = write_nir(base(), storage="gzip")
    whole = path.read_bytes()
    rng = np.random.default_rng(51)
    out = tmp_path / "out.so"
    outcomes = []
    for place in rng.choice(len(whole), 25, replace=False):
        size = int(rng.integers(1, 64))
        damaged = bytearray(whole)
        damaged[place : place + size] = rng.bytes(len(damaged[place : place + size]))
        path.write_bytes(damaged)
        done = run_tool("snn-compile", path, "-o", out, "--quiet")
        outcomes.append(done.returncode)
        assert done.returncode in (0, 1), done.stderr
        assert out.exists() == (done.returncode == 0)
        if done.returncode == 1:
            assert done.stderr.startswith(str(path)), done.stderr
            assert done.stderr.count("error: ") == 1, done.stderr
        out.unlink(missing_ok=True)
        assert list(tmp_path.iterdir()) == [path]
    assert 0 in outcomes
    assert 1 in outcomes


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"a text\n" * 100, b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" * 99],
    ids=["empty", "newline", "text", "signature", "signatures"],
)
def test_no_hdf5_file(refused, tmp_path, content):
    path = tmp_path / "model.nir"
    path.write_bytes(content)
    refused(path, "", "is not a readable HDF5 file")


def test_missing_file(refused, tmp_path):
    refused(tmp_path / "none.nir", "", "No such file or directory")


def test_directory(refused, tmp_path):
    (tmp_path / "model.nir").mkdir()
    refused(tmp_path / "model.nir", "", "Is a directory")


def test_hdf5_file_of_something_else(refused, tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["data"] = np.arange(3)
    refused(path, "", "is no NIR file", "/node")


EDITS = {
    "no-type": (lambda f: f["node"].pop("type"), "", ["/node/type"]),
    "other-type": (
        lambda f: write_field(f["node"], "type", "LIF"),
        "",
        ["NIRGraph", "LIF"],
    ),
    "no-nodes": (lambda f: f["node"].pop("nodes"), "", ["/node/nodes"]),
    "no-edges": (lambda f: f["node"].pop("edges"), "", ["/node/edges"]),
    "empty": (
        lambda f: (f["node/nodes"].clear(), clear_edges(f)),
        "",
        ["has no nodes"],
    ),
    "node-is-a-dataset": (lambda f: replace(f, "node", 1), "", ["/node"]),
    "member-is-a-dataset": (
        lambda f: replace(f["node/nodes"], "fc", 1),
        "fc",
        ["/node/nodes/fc"],
    ),
    "member-without-type": (
        lambda f: f["node/nodes/fc"].pop("type"),
        "fc",
        ["/node/nodes/fc/type"],
    ),
    "type-is-a-number": (
        lambda f: write_field(f["node/nodes/fc"], "type", 3),
        "fc",
        ["/node/nodes/fc/type", "string"],
    ),
    "field-is-a-group": (
        lambda f: (
            f["node/nodes/fc"].pop("weight"),
            f["node/nodes/fc"].create_group("weight"),
        ),
        "fc",
        ["/node/nodes/fc/weight"],
    ),
    "field-is-text": (
        lambda f: write_field(f["node/nodes/fc"], "weight", "heavy"),
        "fc",
        ["'weight'", "numbers"],
    ),
    "field-is-compound": (
        lambda f: write_field(
            f["node/nodes/fc"], "weight", np.zeros(4, [("a", "f4"), ("b", "f4")])
        ),
        "fc",
        ["'weight'", "numbers"],
    ),
    "field-is-empty": (
        lambda f: write_field(f["node/nodes/lif"], "tau", np.zeros(0)),
        "lif",
        ["'tau'", "empty"],
    ),
    "field-is-null": (
        lambda f: write_field(f["node/nodes/lif"], "tau", h5py.Empty("f4")),
        "lif",
        ["tau"],
    ),
    "link-into-the-void": (
        lambda f: replace(f["node/nodes/fc"], "weight", h5py.SoftLink("/nowhere")),
        "fc",
        ["/node/nodes/fc/weight"],
    ),
    "edges-are-triples": (
        lambda f: write_edges(f, [("input", "fc", "lif")]),
        "",
        ["/node/edges", "[1, 3]"],
    ),
    "edges-are-flat": (
        lambda f: write_edges(f, ["input", "fc"]),
        "",
        ["/node/edges", "[2]"],
    ),
    "edges-are-numbers": (
        lambda f: write_field(f["node"], "edges", np.zeros((2, 2))),
        "",
        ["/node/edges", "strings"],
    ),
}


def replace(group, name, value):
    del group[name]
    group[name] = value


def clear_edges(file):
    write_field(file["node"], "edges", lambda g, n: g.create_dataset(n, (0, 2), "S1"))


def write_edges(file, edges):
    del file["node/edges"]
    data = np.array(edges, dtype=object)
    file["node"].create_dataset("edges", data=data, dtype=nirfile.TEXT)


@pytest.mark.parametrize("name", EDITS)
def test_wrong_structure(refused_net, name):
    edit, where, words = EDITS[name]
    refused_net(base(), where, *words, edit=edit)


def test_group_that_holds_itself(refused_net):
    def edit(file):
        inner = file["node/nodes"].create_group("again")
        inner["type"] = file["node/type"]
        inner["nodes"] = file["node/nodes"]
        inner["edges"] = file["node/edges"]

    refused_net(base(), "", "nested", edit=edit)


def test_array_that_claims_more_than_it_stores(refused_net):
    """A few bytes can say any size: nothing is allocated for them."""

    def edit(file):
        del file["node/nodes/fc/weight"]
        file["node/nodes/fc"].create_dataset(
            "weight", (1 << 20, 1 << 19), "f4", chunks=(1 << 10, 1 << 10)
        )

    refused_net(base(), "fc", "/node/nodes/fc/weight", "claims", edit=edit)


@pytest.mark.parametrize("shape", [[2**40], [2**31, 2**31], [2**62, 4]], ids=str)
def test_signal_that_is_too_large(refused_net, shape):
    net = simple(node("Scale", scale=2.0), 3)
    net.nodes["input"] = terminal("Input", *shape)
    refused_net(net, "input", "shape")


# Graphs


def test_unknown_type(refused_net):
    lif = node("LIFF", tau=1.0)
    refused_net(base(lif=lif), "lif", "unknown type 'LIFF'")


def nested(inner_edges=None, outer_edges=None):
    inner = graph(
        {
            "input": terminal("Input", 4),
            "lif": neurons("LIF", 4),
            "output": terminal("Output", 4),
        },
        inner_edges,
    )
    nodes = {"input": terminal("Input", 4), "rnn": inner}
    nodes["output"] = terminal("Output", 4)
    return graph(nodes, outer_edges)


@pytest.mark.parametrize("end", [0, 1], ids=["source", "target"])
@pytest.mark.parametrize("name", ["nothing", "", "rnn.lif", "lif.", "Lif"])
def test_dangling_edge(refused_net, name, end):
    net = base()
    edge = (name, "readout") if end == 0 else ("fc", name)
    net.edges.append(edge)
    words = f"edge '{edge[0]}' -> '{edge[1]}'", f"'{name}'"
    refused_net(net, "", *words, "no node")


@pytest.mark.parametrize(
    "name", ["lif2", "rnn.lif2", "rnn.rnn.lif", "rnn.", ".lif", "rnn.input.lif"]
)
def test_dangling_edge_of_a_subgraph(refused_net, name):
    """It stays dangling with the subgraph's prefix put on or taken off."""
    edges = [*chain("input", "lif", "output"), (name, "lif")]
    refused_net(nested(edges), "", f"edge '{name}' -> 'lif'", "graph 'rnn'")


@pytest.mark.parametrize("name", ["rnn.lif2", "rnn.rnn.lif", "rnn.", "lif"])
def test_dangling_edge_into_a_subgraph(refused_net, name):
    edges = [*chain("input", "rnn", "output"), (name, "output")]
    refused_net(nested(None, edges), "", f"edge '{name}' -> 'output'")


def test_duplicate_edge(refused_net):
    net = base()
    net.edges.append(("fc", "lif"))
    refused_net(net, "", "edge 'fc' -> 'lif' is there twice")


@pytest.mark.parametrize("edge", [("rnn.input", "rnn.lif"), ("input", "rnn.lif")])
def test_duplicate_edge_under_another_name(refused_net, edge):
    edges = [*chain("input", "lif", "output"), edge]
    refused_net(nested(edges), "", f"edge '{edge[0]}' -> '{edge[1]}'", "twice")


@pytest.mark.parametrize(
    "loop",
    [
        node("Scale", scale=0.5),
        node("Linear", weight=np.eye(4)),
        node("Threshold", threshold=0.5),
        node("Delay", delay=0.0),
        node("Identity"),
    ],
    ids=lambda inner: inner.type,
)
def test_self_loop_of_a_node_without_state(refused_net, loop):
    net = simple(loop, 4)
    net.edges.append(("node", "node"))
    refused_net(net, "node", "cycle without a neuron", "'node' -> 'node'")


def test_cycle_without_a_neuron(refused_net):
    nodes = {
        "input": terminal("Input", 4),
        "a": node("Scale", scale=0.5),
        "b": node("Linear", weight=np.eye(4)),
        "c": node("Scale", scale=0.5),
        "output": terminal("Output", 4),
    }
    edges = [*chain(*nodes), ("c", "a")]
    refused_net(graph(nodes, edges), "a", "cycle", "'a' -> 'b' -> 'c' -> 'a'")


def test_edge_into_an_input(refused_net):
    net = base()
    net.edges.append(("fc", "input"))
    refused_net(net, "input", "no edge into an Input")


def test_edge_out_of_an_output(refused_net):
    net = base(more=node("Scale", scale=1.0))
    net.edges = [*chain(*BASE_NODES), ("output", "more")]
    refused_net(net, "output", "no edge out of an Output")


@pytest.mark.parametrize("kind, end", [("Input", "rnn"), ("Output", "output")])
def test_subgraph_with_two_terminals_of_a_kind(refused_net, kind, end):
    inner = {
        "input": terminal("Input", 4),
        "lif": neurons("LIF", 4),
        "output": terminal("Output", 4),
        "second": terminal(kind, 4),
    }
    edges = chain("input", "lif", "output")
    edges.append(("second", "lif") if kind == "Input" else ("lif", "second"))
    nodes = {"input": terminal("Input", 4), "rnn": graph(inner, edges)}
    nodes["output"] = terminal("Output", 4)
    refused_net(graph(nodes), "", f"2 {kind} nodes", "'rnn'", f"-> '{end}'")


# Fields


REQUIRED = {
    "Input": "shape",
    "Output": "shape",
    "Affine": "weight bias",
    "Linear": "weight",
    "Scale": "scale",
    "Conv1d": "weight stride padding dilation groups bias",
    "Conv2d": "weight stride padding dilation groups bias",
    "SumPool2d": "kernel_size stride padding",
    "AvgPool2d": "kernel_size stride padding",
    "Flatten": "start_dim end_dim",
    "Delay": "delay",
    "Threshold": "threshold",
    "I": "r",
    "IF": "r v_threshold",
    "LI": "tau r v_leak",
    "LIF": "tau r v_leak v_threshold",
    "CubaLI": "tau_syn tau_mem r v_leak",
    "CubaLIF": "tau_syn tau_mem r v_leak v_threshold",
}

CONV = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": np.zeros(2)}
POOL = {"kernel_size": [2, 2], "stride": [2, 2], "padding": [0, 0]}
EXAMPLES = {
    "Affine": ((4,), node("Affine", weight=np.eye(4), bias=np.zeros(4))),
    "Linear": ((4,), node("Linear", weight=np.eye(4))),
    "Scale": ((4,), node("Scale", scale=np.ones(4))),
    "Conv1d": ((2, 5), node("Conv1d", weight=np.ones((2, 2, 3)), **CONV)),
    "Conv2d": ((2, 5, 5), node("Conv2d", weight=np.ones((2, 2, 3, 3)), **CONV)),
    "SumPool2d": ((2, 4, 4), node("SumPool2d", **POOL)),
    "AvgPool2d": ((2, 4, 4), node("AvgPool2d", **POOL)),
    "Flatten": ((2, 3), node("Flatten", start_dim=0, end_dim=-1)),
    "Delay": ((4,), node("Delay", delay=np.zeros(4))),
    "Threshold": ((4,), node("Threshold", threshold=np.ones(4))),
}
for _kind in ("I", "IF", "LI", "LIF", "CubaLI", "CubaLIF"):
    EXAMPLES[_kind] = ((4,), neurons(_kind, 4))


def example(kind, **changes):
    """Input -> node -> no Output, with other fields; None takes one away."""
    shape, inner = EXAMPLES[kind]
    nodes = {"input": terminal("Input", *shape), "node": inner.replaced(**changes)}
    return graph(nodes)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_examples_are_accepted(load, kind):
    load(example(kind), profile="snntorch", dt=1e-3)


@pytest.mark.parametrize(
    "kind, field",
    [(kind, field) for kind in EXAMPLES for field in REQUIRED[kind].split()],
)
def test_missing_field(refused_import, kind, field):
    refused_import(example(kind, **{field: None}), "node", f"'{field}'", kind)


@pytest.mark.parametrize("kind", ["Input", "Output"])
def test_missing_shape(refused_import, kind):
    name = kind.lower()
    refused_import(base(**{name: node(kind)}), name, "'shape'", kind)


POSITIVE = [
    (kind, field)
    for kind in ("I", "IF", "LI", "LIF", "CubaLI", "CubaLIF")
    for field in REQUIRED[kind].split()
    if field.startswith("tau") or field == "r"
]


@pytest.mark.parametrize("kind, field", POSITIVE)
def test_zero(refused_import, kind, field):
    values = np.full(4, 1.0)
    values[2] = 0.0
    text = refused_import(example(kind, **{field: values}), "node", f"'{field}'")
    assert "positive and finite, but got 0 at [2]" in text


@pytest.mark.parametrize("kind, field", POSITIVE)
def test_negative_scalar(refused_import, kind, field):
    text = refused_import(example(kind, **{field: -0.01}), "node", f"'{field}'")
    assert "positive and finite, but got -0.01" in text


NUMERIC = [
    (kind, field)
    for kind in EXAMPLES
    for field in EXAMPLES[kind][1].fields
    if np.asarray(EXAMPLES[kind][1].fields[field]).dtype.kind == "f"
]


@pytest.mark.parametrize(
    "kind, field, value",
    [(*names, (NAN, INF, -INF)[k % 3]) for k, names in enumerate(NUMERIC)],
)
def test_value_that_is_not_finite(refused_import, kind, field, value):
    values = np.array(EXAMPLES[kind][1].fields[field], np.float32)
    values.flat[1] = value
    text = refused_import(example(kind, **{field: values}), "node", f"'{field}'")
    assert "finite" in text
    assert f"but got {value:g}" in text


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_weight_that_is_not_finite(refused_import, value):
    """In one place of many."""
    weight = np.ones((64, 48), np.float32)
    weight[63, 47] = value
    fc = node("Linear", weight=weight)
    refused_import(simple(fc, 48, 64), "node", "'weight'", "finite", f"{value:g}")


@pytest.mark.parametrize("field", ["weight", "bias"])
def test_weight_that_f32_cannot_hold(refused_net, load, field):
    values = np.array(EXAMPLES["Affine"][1].fields[field], float)
    values.flat[1] = 1e39
    net = example("Affine", **{field: values})
    refused_net(net, "node", f"'{field}'", "finite in f32")
    load(net, precision="f64")


@pytest.mark.parametrize("kind", ["IF", "LIF", "CubaLIF"])
@pytest.mark.parametrize("value", [0.0, -1.0])
def test_threshold_that_is_never_left(refused_net, kind, value):
    """Zero or negative: the neuron fires at rest, for ever."""
    values = np.full(4, 1.0)
    values[2] = value
    net = example(kind, v_threshold=values)
    refused_net(net, "node", "v_threshold", f"{value:g}")
    options = ("--profile=norse", "--dt=1e-3", "--reset=subtract")
    refused_net(net, "node", "v_threshold", f"{value:g}", options=options)


@pytest.mark.parametrize("kind", ["IF", "LIF", "CubaLIF"])
def test_reset_above_the_threshold(refused_import, kind):
    net = example(kind, v_reset=np.array([0.0, 0.0, 1.5, 0.0]))
    refused_import(net, "node", "v_threshold above v_reset", "1 and 1.5")


# Shapes


SHAPES = {
    "weight-1d": ("Affine", {"weight": np.ones(16)}, "[16]"),
    "weight-of-other-input": ("Affine", {"weight": np.ones((4, 5))}, "[5]"),
    "bias-of-other-size": ("Affine", {"bias": np.zeros(5)}, "[5]"),
    "linear-of-other-input": ("Linear", {"weight": np.ones((2, 3))}, "[3]"),
    "scale-of-other-size": ("Scale", {"scale": np.ones(3)}, "'scale'"),
    "threshold-of-other-size": ("Threshold", {"threshold": np.ones(3)}, "[3]"),
    "tau-of-other-size": ("LIF", {"tau": np.ones(3)}, "'tau'"),
    "tau-of-higher-rank": ("LIF", {"tau": np.ones((2, 4))}, "'tau'"),
    "delay-of-other-size": ("Delay", {"delay": np.zeros(5)}, "'delay'"),
    "conv-weight-3d": ("Conv2d", {"weight": np.ones((2, 2, 3))}, "rank 4"),
    "conv-weight-4d": ("Conv1d", {"weight": np.ones((2, 2, 3, 3))}, "rank 3"),
    "conv-channels": ("Conv2d", {"weight": np.ones((2, 3, 3, 3))}, "3 input channels"),
    "conv-groups": ("Conv2d", {"groups": 2}, "groups"),
    "conv-groups-of-outputs": (
        "Conv2d",
        {"weight": np.ones((3, 1, 3, 3)), "groups": 2, "bias": np.zeros(3)},
        "groups",
    ),
    "conv-no-groups": ("Conv2d", {"groups": 0}, "'groups'"),
    "conv-bias": ("Conv2d", {"bias": np.zeros(3)}, "bias"),
    "conv-kernel-too-large": ("Conv2d", {"weight": np.ones((2, 2, 6, 3))}, "kernel"),
    "conv-dilation-too-large": ("Conv1d", {"dilation": 3}, "kernel"),
    "conv-stride-0": ("Conv2d", {"stride": 0}, "'stride'"),
    "conv-stride-of-3": ("Conv2d", {"stride": [1, 1, 1]}, "'stride'"),
    "conv-negative-padding": ("Conv2d", {"padding": -1}, "'padding'"),
    "conv-padding-word": ("Conv2d", {"padding": "full"}, "'full'"),
    "conv-same-with-stride": ("Conv2d", {"padding": "same", "stride": 2}, "stride"),
    "conv-dilation-0": ("Conv2d", {"dilation": 0}, "'dilation'"),
    "conv-stride-fraction": ("Conv2d", {"stride": 1.5}, "stride"),
    "conv-input-shape": ("Conv2d", {"input_shape": [5, 4]}, "input_shape"),
    "pool-kernel-0": ("SumPool2d", {"kernel_size": [0, 2]}, "'kernel_size'"),
    "pool-kernel-too-large": ("AvgPool2d", {"kernel_size": [5, 2]}, "kernel"),
    "pool-stride-0": ("SumPool2d", {"stride": 0}, "'stride'"),
    "flatten-too-far": ("Flatten", {"end_dim": 2}, "0 to 2"),
    "flatten-backwards": ("Flatten", {"start_dim": -1, "end_dim": 0}, "-1 to 0"),
    "flatten-input-type": ("Flatten", {"input_type": [3, 3]}, "input_type"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_wrong_shape(refused_import, name):
    kind, changes, word = SHAPES[name]
    refused_import(example(kind, **changes), "node", word)


@pytest.mark.parametrize("kind, shape", [("SumPool2d", (4,)), ("Conv2d", (2, 5))])
def test_input_of_another_rank(refused_import, kind, shape):
    nodes = {"input": terminal("Input", *shape), "node": EXAMPLES[kind][1]}
    refused_import(graph(nodes), "node", str(list(shape)))


@pytest.mark.parametrize("shape", [[0], [-4], [4, 0], [1.5]], ids=str)
def test_shape_of_an_input(refused_import, shape):
    refused_import(base(input=node("Input", shape=np.array(shape))), "input", "shape")


def test_output_of_another_size(refused_net):
    refused_net(base(output=terminal("Output", 4)), "output", "[4]", "[3]")


def test_sources_of_several_shapes(refused_net):
    net = base(lif=neuron("LIF"), other=node("Linear", weight=np.ones((5, 4))))
    net.edges = [*chain(*BASE_NODES), ("input", "other"), ("other", "lif")]
    refused_net(net, "lif", "inputs of one shape", "[6]", "[5]")


# Every way in, every way out


@pytest.mark.parametrize(
    "kind, changes, word",
    [
        ("LIF", {"tau": None}, "'tau'"),
        ("Conv2d", {"bias": None}, "'bias'"),
        ("LIF", {"tau": 0.0}, "'tau'"),
        ("CubaLIF", {"tau_syn": np.full(4, -0.01)}, "'tau_syn'"),
        ("Affine", {"weight": np.full((4, 4), NAN)}, "'weight'"),
        ("Conv1d", {"weight": np.full((2, 2, 3), INF)}, "'weight'"),
        ("LIF", {"v_threshold": NAN}, "'v_threshold'"),
        ("Affine", {"weight": np.ones((4, 5))}, "shape"),
        ("SumPool2d", {"stride": 0}, "'stride'"),
        ("LIF", {"v_reset": 1.5}, "v_reset"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_tool_refuses(refused_net, kind, changes, word):
    """One of each family of the tests above."""
    refused_net(example(kind, **changes), "node", word)


def test_other_ways_in_say_the_same(refused_net, run_tool, write_nir, tmp_path):
    net = base(lif=neuron("LIF", tau=-1.0))
    text = refused_net(net, "lif", "'tau'", options=())
    path = write_nir(net)
    with pytest.raises(volley.CompileError) as caught:
        volley.load(path)
    assert str(caught.value) == text.strip()
    np.save(tmp_path / "x.npy", np.zeros((3, 4), np.float32))
    for option in ((), ("--reference",)):
        done = run_tool("snn-run", path, "--input", tmp_path / "x.npy", *option)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", text)
    done = run_tool("snn-compile", path, "--emit=imported")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", text)


def test_refusal_leaves_an_older_output_alone(run_tool, write_nir, tmp_path):
    out = tmp_path / "out.so"
    out.write_text("older")
    path = write_nir(base(lif=neuron("LIF", tau=-1.0)))
    assert run_tool("snn-compile", path, "-o", out).returncode == 1
    assert out.read_text() == "older"


def test_output_that_cannot_be_written(run_tool, write_nir, tmp_path):
    path = write_nir(base())
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    for out in ("none/out.so", "taken", "taken/file/out.so"):
        out = tmp_path / out
        for option in ((), ("--emit=canonical",)):
            done = run_tool("snn-compile", path, "-o", out, "--quiet", *option)
            assert done.returncode == 1
            assert done.stderr.startswith(f"{out}: error: "), done.stderr
            assert done.stderr.count("\n") == 1
            assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_left_in_the_temporary_directory(run_tool, write_nir, tmp_path):
    """Neither by a compilation in memory nor by a refusal."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary)}
    np.save(tmp_path / "x.npy", np.zeros((3, 4), np.float32))
    good, bad = (
        write_nir(base()),
        write_nir(base(lif=neuron("LIF", tau=-1.0)), "bad.nir"),
    )
    out = tmp_path / "out.so"
    for code, arguments in (
        (0, ("snn-run", good, "--input", tmp_path / "x.npy")),
        (0, ("snn-compile", good, "-o", out)),
        (1, ("snn-run", bad, "--input", tmp_path / "x.npy")),
        (1, ("snn-compile", bad, "-o", out)),
        (1, ("snn-compile", good, "-o", tmp_path)),
    ):
        assert run_tool(*arguments, env=environment).returncode == code
        assert list(temporary.iterdir()) == []
