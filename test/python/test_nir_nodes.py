# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every NIR node type, its values compared with arithmetic of its own.

Numbers are multiples of powers of two, so that results are exact and compared
for equality.
"""

import h5py
import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, evaluate, notes_of
from laws import eighths, spikes
from networks import (
    ASSUMED,
    BASE_BIAS,
    BASE_LIF,
    BASE_READOUT,
    BASE_WEIGHT,
    DT,
    base,
    feed,
)
from nirfile import graph, neuron, neurons, node, simple, terminal

# Synapses


def test_affine(run):
    weight, bias = eighths((3, 5), seed=1), eighths(3, seed=2)
    x = eighths((4, 2, 5))
    y = feed(run, node("Affine", weight=weight, bias=bias), x, 3)
    assert y.dtype == np.float32
    assert_equal(y, laws.dense(x, weight, bias))


def test_linear(run):
    weight = eighths((3, 5), seed=1)
    x = eighths((4, 2, 5))
    y = feed(run, node("Linear", weight=weight), x, 3)
    assert_equal(y, laws.dense(x, weight))


def test_affine_with_leading_dimensions(run):
    """weight (..., out, in): one matrix per leading position."""
    weight, bias = eighths((2, 3, 5), seed=1), eighths((2, 3), seed=2)
    x = eighths((4, 2, 2, 5))
    y = feed(run, node("Affine", weight=weight, bias=bias), x, (2, 3))
    assert_equal(y, laws.dense(x, weight, bias))


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_scale(run, shape):
    scale = eighths(shape, seed=3)
    x = eighths((4, 2, *(shape or (5,))))
    y = feed(run, node("Scale", scale=scale), x)
    assert_equal(y, x * scale)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": 2},
        {"padding": 2},
        {"dilation": 2},
        {"groups": 2},
        {"groups": 4, "out": 4},
        {"groups": 4, "out": 8},
        {"padding": "same"},
        {"padding": "same", "dilation": 2, "kernel": 2},
        {"padding": "valid"},
        {"stride": 3, "padding": 1, "dilation": 2, "groups": 2},
        {"kernel": 1},
    ],
    ids=str,
)
def test_conv1d(run, options):
    """Options as one number each, as most exporters write them for Conv1d."""
    options = {"kernel": 3, "stride": 1, "dilation": 1, "groups": 1} | options
    out, kernel, groups = options.get("out", 6), options["kernel"], options["groups"]
    padding = options.get("padding", 0)
    weight = eighths((out, 4 // groups, kernel), seed=1)
    bias = eighths(out, seed=2)
    x = eighths((2, 2, 4, 11))
    expected = laws.conv(
        x,
        weight,
        bias,
        [options["stride"]],
        resolve_padding(padding, [kernel], [options["dilation"]]),
        [options["dilation"]],
        groups,
    )
    inner = node(
        "Conv1d",
        input_shape=11,
        weight=weight,
        bias=bias,
        stride=options["stride"],
        padding=padding,
        dilation=options["dilation"],
        groups=groups,
    )
    assert_equal(feed(run, inner, x, expected.shape[2:]), expected)


def resolve_padding(padding, kernel, dilation):
    if padding == "same":
        return laws.same_padding(kernel, dilation)
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    return [(p, p) for p in np.resize(padding, len(kernel))]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stride": (2, 1)},
        {"padding": (0, 2)},
        {"dilation": (1, 2)},
        {"groups": 2},
        {"groups": 4, "out": 4},
        {"groups": 4, "out": 8, "stride": (2, 2), "padding": (1, 1)},
        {"padding": "same"},
        {"padding": "same", "kernel": (2, 4), "dilation": (3, 1)},
        {"padding": "valid", "stride": (2, 2)},
        {"stride": (1, 3), "padding": (2, 1), "dilation": (2, 1), "groups": 2},
        {"kernel": (1, 1)},
        {"kernel": (5, 1), "padding": (2, 0)},
    ],
    ids=str,
)
def test_conv2d(run, options):
    options = {
        "kernel": (3, 2),
        "stride": (1, 1),
        "padding": (0, 0),
        "dilation": (1, 1),
        "groups": 1,
    } | options
    out, groups = options.get("out", 6), options["groups"]
    weight = eighths((out, 4 // groups, *options["kernel"]), seed=1)
    bias = eighths(out, seed=2)
    x = eighths((2, 2, 4, 7, 6))
    expected = laws.conv(
        x,
        weight,
        bias,
        options["stride"],
        resolve_padding(options["padding"], options["kernel"], options["dilation"]),
        options["dilation"],
        groups,
    )
    inner = node(
        "Conv2d",
        input_shape=np.array([7, 6]),
        weight=weight,
        bias=bias,
        stride=np.array(options["stride"]),
        padding=options["padding"],
        dilation=np.array(options["dilation"]),
        groups=groups,
    )
    assert_equal(feed(run, inner, x, expected.shape[2:]), expected)


@pytest.mark.parametrize(
    "input_shape", [None, h5py.Empty("i8")], ids=["absent", "empty"]
)
def test_conv_without_input_shape(run, input_shape):
    weight = eighths((2, 1, 2, 2), seed=1)
    x = eighths((2, 1, 1, 4, 4))
    inner = node(
        "Conv2d",
        weight=weight,
        bias=np.zeros(2),
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
    ).replaced(input_shape=input_shape)
    expected = laws.conv(x, weight, np.zeros(2), [1, 1], [(0, 0)] * 2, [1, 1], 1)
    assert_equal(feed(run, inner, x, expected.shape[2:]), expected)


@pytest.mark.parametrize("average", [False, True], ids=["sum", "avg"])
@pytest.mark.parametrize(
    "kernel, stride, padding",
    [
        ((2, 2), (2, 2), (0, 0)),
        ((4, 2), (1, 2), (0, 0)),
        ((2, 4), (2, 1), (1, 2)),
        ((1, 1), (3, 3), (0, 0)),
        ((2, 2), (3, 3), (1, 1)),
        ((7, 6), (1, 1), (0, 0)),
    ],
    ids=str,
)
def test_pool2d(run, average, kernel, stride, padding):
    """An average divides by the kernel's area; padding is counted."""
    if average and kernel == (7, 6):
        kernel = (4, 4)
    x = eighths((2, 2, 3, 7, 6))
    inner = node(
        "AvgPool2d" if average else "SumPool2d",
        kernel_size=np.array(kernel),
        stride=np.array(stride),
        padding=np.array(padding),
    )
    expected = laws.pool(x, kernel, stride, padding, average)
    assert_equal(feed(run, inner, x, expected.shape[2:]), expected)


@pytest.mark.parametrize("form", [int, lambda v: np.array([v])], ids=["0-d", "one"])
def test_pool2d_with_one_number_per_field(run, form):
    x = eighths((2, 1, 2, 4, 6))
    inner = node("SumPool2d", kernel_size=form(2), stride=form(2), padding=form(0))
    expected = laws.pool(x, (2, 2), (2, 2), (0, 0), False)
    assert_equal(feed(run, inner, x, expected.shape[2:]), expected)


@pytest.mark.parametrize(
    "start, end, shape",
    [
        (0, -1, (24,)),
        (0, 1, (6, 4)),
        (1, 2, (2, 12)),
        (-2, -1, (2, 12)),
        (2, 2, (2, 3, 4)),
    ],
)
def test_flatten(run, start, end, shape):
    x = eighths((3, 2, 2, 3, 4))
    inner = node(
        "Flatten", start_dim=start, end_dim=end, input_type=np.array([2, 3, 4])
    )
    assert_equal(feed(run, inner, x, shape), x.reshape(3, 2, *shape))


def test_flatten_that_counts_the_batch(run, check):
    """start_dim 1 of a consumer that takes everything: torch's own default."""
    weight = eighths((2, 24), seed=1)
    net = graph(
        {
            "input": terminal("Input", 2, 3, 4),
            "flat": node("Flatten", start_dim=1, end_dim=-1),
            "fc": node("Linear", weight=weight),
            "output": terminal("Output", 2),
        }
    )
    x = eighths((3, 2, 2, 3, 4))
    y, _ = run(net, x, dt=DT)
    assert_equal(y, laws.dense(x.reshape(3, 2, 24), weight))
    status, text = notes_of(check(net, dt=DT), "flat")
    assert status == "assumed"
    assert "batch" in text


@pytest.mark.parametrize("steps", [0, 1, 3, 9])
def test_delay_of_one_length(run, steps):
    x = eighths((6, 2, 4))
    y = feed(run, node("Delay", delay=np.full(4, steps * DT)), x)
    assert_equal(y, laws.delay(x, steps))


def test_delay_as_a_scalar(run):
    x = eighths((6, 2, 2, 3))
    assert_equal(feed(run, node("Delay", delay=2 * DT), x), laws.delay(x, 2))


def test_delay_that_differs_by_element(run):
    steps = np.array([[2, 0, 1], [5, 2, 7]])
    x = eighths((6, 2, 2, 3))
    y = feed(run, node("Delay", delay=steps * DT), x)
    assert_equal(y, laws.delay(x, steps))


def test_delay_within_a_thousandth_of_a_step(run, load):
    x = eighths((6, 1, 1))
    assert_equal(feed(run, node("Delay", delay=2.0009 * DT), x), laws.delay(x, 2))
    net = simple(node("Delay", delay=2.002 * DT), 1)
    with pytest.raises(volley.CompileError, match="'node'.*multiple of dt"):
        load(net, dt=DT)


def test_delay_of_spikes_keeps_their_type(run):
    net = graph(
        {
            "input": terminal("Input", 2),
            "a": neurons("IF", 2, r=1 / DT),
            "d": node("Delay", delay=np.array([1, 2]) * DT),
            "output": terminal("Output", 2),
        }
    )
    x = eighths((8, 1, 2), low=0)
    y, rec = run(net, x, record=["a:spikes"], profile="snntorch", dt=DT)
    assert y.dtype == np.uint8
    assert y.any()
    assert_equal(y, laws.delay(rec["a"]["spikes"], np.array([1, 2])))


def test_threshold_is_strict(run):
    threshold = np.array([0.5, 0.0, -0.25])
    x = np.array([[[0.5, 0.0, -0.25]], [[0.625, 0.125, -0.125]], [[0.375, -1, -1]]])
    y = feed(run, node("Threshold", threshold=threshold), x.astype(np.float32))
    assert y.dtype == np.uint8
    assert_equal(y, x > threshold)


def test_identity(run):
    x = eighths((3, 2, 2, 3))
    assert_equal(feed(run, node("Identity"), x), x)


@pytest.mark.parametrize("kind", ["I", "IF", "LI", "LIF", "CubaLI", "CubaLIF"])
def test_neuron(run, kind):
    """Forward Euler with parameters that differ by neuron."""
    rng = np.random.default_rng(5)
    values = {
        "r": rng.choice([1.0, 2.0, 4.0], 5) * (1 / DT if kind in ("I", "IF") else 1),
        "tau": rng.choice([2.0, 4.0], 5) * DT,
        "tau_mem": rng.choice([2.0, 4.0], 5) * DT,
        "tau_syn": rng.choice([1.0, 2.0], 5) * DT,
        "w_in": rng.choice([1.0, 2.0], 5),
        "v_leak": rng.choice([0.0, 0.25], 5),
        "v_threshold": rng.choice([0.5, 1.0, 1.5], 5),
        "v_reset": rng.choice([0.0, -0.5, 0.25], 5),
    }
    fields = neuron(kind).fields
    inner = node(kind, **{name: values[name] for name in fields})
    x = eighths((6, 2, 5), low=-8, high=33, seed=6)
    net = simple(inner, 5)
    y, rec = run(net, x, record=["node"], profile="snntorch", dt=DT)
    out, v, i = laws.run_neurons(kind, inner.fields, x, DT)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)
    if kind in laws.SPIKING:
        assert y.dtype == np.uint8
        assert 0 < y.mean() < 1
        assert_equal(rec["node"]["spikes"], out)
    else:
        assert y.dtype == np.float32
    if kind.startswith("Cuba"):
        assert_equal(rec["node"]["i"], i)


@pytest.mark.parametrize("kind", ["IF", "LIF", "CubaLIF"])
def test_absent_v_reset_is_zero(run, kind):
    inner = neuron(kind, v_reset=None, r=4.0 / DT if kind == "IF" else 4.0)
    x = eighths((6, 2, 3), low=0)
    y, rec = run(simple(inner, 3), x, record=["node"], profile="norse", dt=DT)
    out, v, _ = laws.run_neurons(kind, inner.fields, x, DT)
    assert y.any()
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)


@pytest.mark.parametrize("kind", ["CubaLI", "CubaLIF"])
def test_absent_w_in_is_one(run, kind):
    inner = neuron(kind, w_in=None, r=8.0)
    x = eighths((6, 2, 3), low=0)
    y, rec = run(simple(inner, 3), x, record=["node"], profile="norse", dt=DT)
    out, v, i = laws.run_neurons(kind, inner.fields, x, DT)
    assert_equal(y, out)
    assert_equal(rec["node"]["v"], v)
    assert_equal(rec["node"]["i"], i)


@pytest.mark.parametrize("kind", ["LIF", "CubaLIF"])
def test_state_starts_at_zero(run, kind):
    """Also where v_leak and v_reset are elsewhere."""
    inner = neuron(kind, v_leak=1.0, v_reset=0.5, v_threshold=8.0)
    x = np.zeros((1, 1, 2), np.float32)
    _, rec = run(simple(inner, 2), x, record=["node:v"], profile="snntorch", dt=DT)
    assert_equal(rec["node"]["v"], np.full((1, 1, 2), 0.25))


def test_neuron_of_several_dimensions(run):
    inner = neurons("LIF", (2, 3, 2), r=4.0)
    inner.fields["v_threshold"] = 0.5 + eighths((2, 3, 2), low=0, seed=3)
    x = eighths((6, 2, 2, 3, 2), low=0)
    y, _ = run(simple(inner, (2, 3, 2)), x, profile="snntorch", dt=DT)
    assert y.any()
    assert_equal(y, laws.run_neurons("LIF", inner.fields, x, DT)[0])


# Element types


@pytest.mark.parametrize("kind, dtype", [("spike", "uint8"), ("count", "int32")])
def test_sum_pool_of_integers(run, kind, dtype):
    pool = node("SumPool2d", kernel_size=[2, 2], stride=[2, 2], padding=[0, 0])
    x = np.random.default_rng(1).integers(
        0, 2 if kind == "spike" else 9, (3, 2, 2, 4, 4)
    )
    net = simple(pool, (2, 4, 4), (2, 2, 2))
    y, _ = run(net, x, inputs={"input": kind})
    assert y.dtype == np.int32
    assert_equal(y, laws.pool(x, (2, 2), (2, 2), (0, 0), False))


@pytest.mark.parametrize("kind", ["spike", "count"])
def test_average_of_integers_keeps_its_fraction(run, kind):
    pool = node("AvgPool2d", kernel_size=[2, 2], stride=[2, 2], padding=[1, 1])
    x = np.random.default_rng(1).integers(
        0, 2 if kind == "spike" else 9, (3, 2, 2, 4, 4)
    )
    net = simple(pool, (2, 4, 4), (2, 3, 3))
    y, _ = run(net, x, inputs={"input": kind})
    assert y.dtype == np.float32
    expected = laws.pool(x, (2, 2), (2, 2), (1, 1), True)
    assert np.any(expected % 1)
    assert_equal(y, expected)


@pytest.mark.parametrize("kind", ["spike", "count", "real"])
def test_kinds_of_input_give_the_same_spikes(load, kind):
    x = spikes((8, 3, 4), seed=3)
    net = load(base(), inputs={"input": kind}, **ASSUMED)
    dtype = {"spike": "uint8", "count": "int32", "real": "float32"}[kind]
    assert net.inputs == {"input": ((4,), dtype)}
    y, _ = evaluate(net, x)
    drive = laws.dense(x, BASE_WEIGHT, BASE_BIAS)
    out, _, _ = laws.run_neurons("LIF", BASE_LIF.fields, drive, DT)
    assert_equal(y, laws.dense(out, BASE_READOUT))
