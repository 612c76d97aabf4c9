# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks built in Python, against NumPy: interpreted and compiled."""

import gc
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import volley
from volley import builder
from volley.builder import cast, where

from checks import assert_identical

REPOSITORY = Path(__file__).resolve().parents[2]
f32 = np.float32
T, B = 5, 3


def leaky(v, x, decay, threshold):
    v1 = v * decay + x
    spikes = v1 >= threshold
    return {"v": where(spikes, 0.0, v1)}, {"spikes": spikes}


LEAKY = volley.NeuronModel(
    "leaky", states={"v": 0.0}, inputs=["x"], params=["decay", "threshold"], law=leaky
)


def run_both(network, x, **options):
    """Outputs by name, of the interpreter and of compiled code, which must agree."""
    expected = volley.interpret(network, x, **options)
    for cpu in ("native", "x86-64-v3"):
        assert_identical(volley.compile(network, cpu=cpu)(x, **options), expected)
    return expected if isinstance(expected, dict) else {"y": expected}


def eighths(rng, shape):
    """Numbers whose sums are exact, so that NumPy's order does not matter."""
    return (rng.integers(-16, 17, shape) / 8).astype(f32)


def numbers(rng, shape, dtype):
    """Random numbers of an element type."""
    if dtype == "i1":
        return rng.random(shape) < 0.5
    if dtype == "i32":
        return rng.integers(-5, 6, shape).astype(np.int32)
    return eighths(rng, shape).astype("f4" if dtype == "f32" else "f8")


def check_op(op, reference, *signals, precision="f32"):
    """An op on signals of these (shape, dtype), against a function of arrays.

    The arrays of the reference have steps and batch in front. It gives what NumPy
    gives; the type of the result is the op's.
    """
    rng = np.random.default_rng(7)
    net = volley.Builder(precision=precision)
    inputs = [net.input(f"x{i}", *signal) for i, signal in enumerate(signals)]
    result = op(net, *inputs)
    net.output("y", result)
    arrays = [numbers(rng, (T, B, *shape), dtype) for shape, dtype in signals]
    y = run_both(net.build(), {f"x{i}": a for i, a in enumerate(arrays)})["y"]
    assert y.shape == (T, B, *result.shape)
    kinds = {"i1": "u1", "i32": "i4", "f32": "f4", "f64": "f8"}
    assert y.dtype == kinds[result.dtype]
    expected = np.asarray(reference(*arrays)).astype(y.dtype)
    np.testing.assert_array_equal(y, expected)
    return result


# Products


@pytest.mark.parametrize("dtype", ["i1", "i32", "f32", "f64"])
def test_dense(dtype):
    rng = np.random.default_rng(1)
    w, b = eighths(rng, (4, 6)), eighths(rng, 4)
    precision = "f64" if dtype == "f64" else "f32"
    x = ((6,), dtype)
    check_op(lambda n, x: n.dense(x, w), lambda x: x @ w.T, x, precision=precision)
    check_op(
        lambda n, x: n.dense(x, w, b), lambda x: x @ w.T + b, x, precision=precision
    )


def test_dense_of_many_rows():
    rng = np.random.default_rng(1)
    w, each = eighths(rng, (4, 6)), eighths(rng, (2, 5, 4, 6))
    b, each_b = eighths(rng, 4), eighths(rng, (2, 5, 4))
    x = ((2, 5, 6), "i1")
    check_op(lambda n, x: n.dense(x, w, b), lambda x: x @ w.T + b, x)
    check_op(
        lambda n, x: n.dense(x, each, each_b),
        lambda x: np.einsum("tbhrk,hrnk->tbhrn", x.astype(f32), each) + each_b,
        x,
    )


@pytest.mark.parametrize("source", ["f2", "f4", "f8", ">f4", "i8", "u1", "?"])
def test_weights_of_any_type(source):
    w = np.arange(12).reshape(4, 3).astype(source)
    check_op(lambda n, x: n.dense(x, w), lambda x: x @ w.T.astype(f32), ((3,), "f32"))


def test_weights_of_any_layout():
    wide = np.arange(48, dtype=f32).reshape(8, 6)
    buffer = b"\0" + wide[:4, :3].tobytes()
    for w in (
        wide[::2, ::2],
        wide[:4, :3],
        np.asfortranarray(wide[:4, :3]),
        np.frombuffer(buffer, f32, 12, offset=1).reshape(4, 3),
        wide[:4, :3].tolist(),
    ):
        check_op(
            lambda n, x, w=w: n.dense(x, w),
            lambda x, w=w: x @ np.array(w).T,
            ((3,), "f32"),
        )


def conv(x, w, stride, padding, dilation, groups):
    """A cross-correlation of (.., C, H, W), position by position."""
    (top, bottom), (left, right) = padding
    x = np.pad(x.astype(f32), [(0, 0)] * (x.ndim - 2) + [(top, bottom), (left, right)])
    sizes = [
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(x.shape[-2:], w.shape[2:], stride, dilation)
    ]
    x = x.reshape(*x.shape[:-3], groups, -1, *x.shape[-2:])
    w = w.reshape(groups, -1, *w.shape[1:])
    y = np.zeros((*x.shape[:-4], groups, w.shape[1], *sizes), f32)
    for i, j in np.ndindex(*w.shape[-2:]):
        rows, columns = (
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip((i, j), dilation, sizes, stride)
        )
        part = x[..., rows, columns]
        y += np.einsum("...gchw,goc->...gohw", part, w[..., i, j])
    return y.reshape(*y.shape[:-4], -1, *sizes)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"stride": 2, "padding": 1},
        {"stride": (1, 2), "padding": (2, 0), "dilation": (2, 1)},
        {"padding": (0, 1, 2, 3), "groups": 2},
    ],
)
@pytest.mark.parametrize("dtype", ["i1", "f32"])
def test_conv(dtype, settings):
    rng = np.random.default_rng(2)
    groups = settings.get("groups", 1)
    w, b = eighths(rng, (6, 4 // groups, 3, 2)), eighths(rng, 6)
    p = np.broadcast_to(settings.get("padding", 0), 2 if groups == 1 else 4)
    p = np.repeat(p, 2) if p.size == 2 else p
    stride, dilation = (
        np.broadcast_to(settings.get(k, 1), 2) for k in ("stride", "dilation")
    )

    def reference(x):
        y = conv(x, w, stride, (p[:2], p[2:]), dilation, groups)
        return y + b[:, None, None]

    check_op(lambda n, x: n.conv(x, w, b, **settings), reference, ((4, 7, 6), dtype))


def test_conv_of_one_dimension():
    rng = np.random.default_rng(2)
    w = eighths(rng, (5, 4, 3))

    def reference(x):
        wide = conv(x[..., None, :], w[:, :, None], (1, 2), ((0, 0), (1, 2)), (1, 1), 1)
        return wide[..., 0, :]

    check_op(
        lambda n, x: n.conv(x, w, stride=2, padding=(1, 2)), reference, ((4, 9), "f32")
    )


@pytest.mark.parametrize("m,k,n", [(3, 4, 5), (1, 1, 1), (2, 250, 64), (3, 300, 131)])
@pytest.mark.parametrize(
    "types", [("i1", "i1"), ("i1", "i32"), ("i32", "i1"), ("f32", "i1"), ("i1", "f32")]
)
def test_matmul(types, m, k, n):
    a, b = ((2, m, k), types[0]), ((2, k, n), types[1])
    result = check_op(
        lambda n, a, b: a @ b, lambda a, b: a.astype(f32) @ b.astype(f32), a, b
    )
    assert result.dtype == ("f32" if "f32" in types else "i32")


# Pools and reductions


@pytest.mark.parametrize("dtype", ["i1", "i32", "f32"])
@pytest.mark.parametrize("kind", ["sum", "avg", "max"])
def test_pool(kind, dtype):
    def blocks(x):
        return x.reshape(T, B, 70, 3, 2, 2, 2).swapaxes(4, 5)

    of_blocks = {
        "sum": lambda x: blocks(x).sum((-1, -2)),
        "avg": lambda x: blocks(x).sum((-1, -2)).astype(f32) / f32(4),
        "max": lambda x: blocks(x).max((-1, -2)),
    }
    x = ((70, 6, 4), dtype)
    check_op(lambda n, x: n.pool(kind, x, 2), of_blocks[kind], x)
    if kind == "avg":
        return

    def overlapping(x):
        low = np.zeros((), x.dtype) if kind == "sum" else -99
        if x.dtype == bool:
            low = False
        x = np.pad(x, [(0, 0)] * 3 + [(1, 0)], constant_values=low)
        parts = np.stack([x[..., 0:-2:2], x[..., 1:-1:2], x[..., 2::2]])
        return parts.sum(0) if kind == "sum" else parts.max(0)

    check_op(
        lambda n, x: n.pool(kind, x, (3,), stride=2, padding=(1, 0)),
        overlapping,
        ((2, 8), dtype),
    )


@pytest.mark.parametrize("dtype", ["i1", "i32", "f32"])
@pytest.mark.parametrize("dims", [0, (0, 2), -1, (0, 1, 2)])
def test_reduce(dims, dtype):
    shape = (2, 4, 70)
    x = (shape, dtype)
    axes = tuple(d + 2 if d >= 0 else d for d in np.atleast_1d(dims))
    terms = int(np.prod([shape[d] for d in np.atleast_1d(dims)]))
    references = {
        "sum": lambda x: x.sum(axes),
        "mean": lambda x: x.sum(axes).astype(f32) / f32(terms),
        "max": lambda x: x.max(axes),
    }
    for kind, reference in references.items():
        check_op(lambda n, x, k=kind: n.reduce(k, x, dims), reference, x)


@pytest.mark.parametrize("dtype", ["i1", "i32", "f32"])
def test_reduce_time(dtype):
    kinds = {
        "sum": lambda x: x.sum(0),
        "mean": lambda x: x.sum(0).astype(f32) / f32(T),
        "max": lambda x: x.max(0),
        "last": lambda x: x[-1],
        "first_spike": lambda x: np.where(x.any(0), (x != 0).argmax(0), T),
    }
    net = volley.Builder()
    x = net.input("x", (4, 2), dtype)
    for kind in kinds:
        result = net.reduce_time(kind, x)
        assert result.rate == "window"
        net.output(kind, result)
    # Work on window values is done once per run.
    weight = np.arange(8, dtype=f32).reshape(1, 8)
    scores = net.dense(net.reshape(net.reduce_time("sum", x), (8,)), weight)
    assert scores.rate == "window"
    net.output("scores", scores)
    data = numbers(np.random.default_rng(3), (T, B, 4, 2), dtype)
    y = run_both(net.build(), data)
    for kind, reference in kinds.items():
        np.testing.assert_array_equal(y[kind], reference(data).astype(y[kind].dtype))
    np.testing.assert_array_equal(y["scores"], data.sum(0).reshape(B, 8) @ weight.T)


# Elementwise


def test_add_and_mul():
    shape = (3, 4)
    types = ("i1", "i32", "f32")
    for a, b in itertools.product(types, types):
        check_op(
            lambda n, x, y: x + y,
            lambda x, y: x.astype(f32) + y.astype(f32),
            (shape, a),
            (shape, b),
        )
        result = check_op(lambda n, x, y: x * y, np.multiply, (shape, a), (shape, b))
        assert result.dtype == ("i1" if a == b == "i1" else max(a, b, key=types.index))
    check_op(
        lambda n, x, y, z: n.add(x, y, z, name="sum"),
        lambda x, y, z: x + y + z,
        *[(shape, "f32")] * 3,
    )
    check_op(lambda n, x: n.add(x, dtype="f32"), lambda x: x, (shape, "i1"))


def test_scale_and_norm():
    rng = np.random.default_rng(4)
    channels, full = eighths(rng, 3), eighths(rng, (3, 2, 4))
    x = ((3, 2, 4), "f32")
    check_op(lambda n, x: x * 0.5, lambda x: x * f32(0.5), x)
    check_op(lambda n, x: np.float64(0.5) * x, lambda x: x * f32(0.5), x)
    check_op(lambda n, x: channels * x, lambda x: x * channels[:, None, None], x)
    check_op(lambda n, x: n.scale(x, full[:, :1]), lambda x: x * full[:, :1], x)
    for dtype in ("i1", "i32", "f32"):
        check_op(
            lambda n, x: n.norm(x, channels, full),
            lambda x: x * channels[:, None, None] + full,
            ((3, 2, 4), dtype),
        )


def test_constants_are_static_signals():
    rng = np.random.default_rng(5)
    table, mask = eighths(rng, (3, 4)), rng.random((3, 4)) < 0.5
    counts = rng.integers(-(2**31), 2**31, (3, 4)).astype(np.int32)
    x = ((3, 4), "f32")
    check_op(lambda n, x: x + n.constant(table), lambda x: x + table, x)
    check_op(lambda n, x: x * n.constant(mask, "i1"), lambda x: x * mask, x)
    check_op(
        lambda n, x: n.concat([n.constant(table), x], 0),
        lambda x: np.concatenate([np.broadcast_to(table, x.shape), x], 2),
        x,
    )
    check_op(lambda n, x: n.constant(table.T) @ x, lambda x: table.T @ x, x)
    check_op(
        lambda n, x: x * n.constant(counts, "i32"), lambda x: x * counts, ((3, 4), "i1")
    )
    check_op(lambda n, x: x + n.constant(2.5), lambda x: x + 2.5, ((), "f32"))
    net = volley.Builder()
    assert net.constant(mask, "i1", name="mask").rate == "static"


# Moves


@pytest.mark.parametrize("dtype", ["i1", "i32", "f32"])
def test_moves(dtype):
    x, y = ((2, 3, 4), dtype), ((2, 2, 4), dtype)
    check_op(lambda n, x: n.reshape(x, (6, 4)), lambda x: x.reshape(T, B, 6, 4), x)
    check_op(lambda n, x: n.reshape(x, (2, -1)), lambda x: x.reshape(T, B, 2, 12), x)
    check_op(lambda n, x: n.reshape(x, -1), lambda x: x.reshape(T, B, 24), x)
    check_op(
        lambda n, x: n.transpose(x, (1, 2, 0)), lambda x: x.transpose(0, 1, 3, 4, 2), x
    )
    check_op(
        lambda n, x: n.broadcast(x, (1, -1), (2, 5, 3, 4, 6)),
        lambda x: np.broadcast_to(x[:, :, :, None, ..., None], (T, B, 2, 5, 3, 4, 6)),
        x,
    )
    check_op(
        lambda n, x: n.slice(x, (0, 1, 2), (2, 2, 1)), lambda x: x[..., 1:, 2:3], x
    )
    check_op(
        lambda n, x, y: n.concat([x, y, x], dim=1),
        lambda x, y: np.concatenate([x, y, x], axis=3),
        x,
        y,
    )


def test_moves_that_move_nothing_are_no_ops():
    net = volley.Builder()
    x = net.input("x", (2, 3))
    assert net.reshape(x, (2, 3)) is x
    assert net.transpose(x, (0, 1)) is x
    assert net.slice(x, (0, 0), (2, 3)) is x


# State


def test_delay():
    def later(x, steps, initial=0):
        y = np.full_like(x, initial)
        y[steps:] = x[: T - steps]
        return y

    x = ((2, 3), "f32")
    check_op(lambda n, x: n.delay(x), lambda x: later(x, 1), x)
    check_op(lambda n, x: n.delay(x, 2, 1.5), lambda x: later(x, 2, 1.5), x)
    check_op(lambda n, x: n.delay(x, steps=0), lambda x: x, x)
    each, start = [0, 1, 2, 3, 4, 5], np.arange(6).reshape(2, 3)

    def reference(x):
        columns = zip(x.reshape(T, B, 6).transpose(2, 0, 1), each, start.flat)
        y = np.stack([later(c, steps, initial) for c, steps, initial in columns], -1)
        return y.reshape(x.shape)

    check_op(lambda n, x: n.delay(x, each, start), reference, x)
    for dtype in ("i1", "i32"):
        first = numbers(np.random.default_rng(0), (2, 3), dtype)
        check_op(
            lambda n, x, first=first: n.delay(x, initial=first),
            lambda x, first=first: later(x, 1, first),
            ((2, 3), dtype),
        )


def test_recurrent_network():
    rng = np.random.default_rng(1)
    w, r = eighths(rng, (8, 5)), eighths(rng, (8, 8))
    net = volley.Builder("net", dt=1e-3)
    x = net.input("x", (5,), "i1")
    late = net.delay(shape=(8,), dtype="i1")
    drive = net.dense(x, w) + net.dense(late, r)
    spikes, v = net.population(
        LEAKY,
        drive,
        params={"decay": 0.5, "threshold": 1.0},
        expose=["v"],
        name="a {b}",
    )
    late.connect(spikes)
    net.output("spikes", spikes)
    net.output("v", v)
    net.output("rate", net.reduce_time("mean", spikes))
    network = net.build()
    assert network.name == "net"
    assert network.neurons == {"a {b}": ["spikes", "v"]}

    x = rng.random((12, 3, 5)) < 0.5
    state = np.zeros((3, 8), f32)
    s = np.zeros((3, 8), bool)
    spikes, states = [], []
    for step in x:
        state = state * f32(0.5) + (step @ w.T + s @ r.T)
        s = state >= 1
        state = np.where(s, f32(0), state)
        spikes.append(s)
        states.append(state)
    y = run_both(network, x)
    np.testing.assert_array_equal(y["spikes"], np.stack(spikes))
    np.testing.assert_array_equal(y["v"], np.stack(states))
    assert 0 < np.mean(spikes) < 1
    np.testing.assert_array_equal(y["rate"], np.sum(spikes, 0).astype(f32) / f32(12))


def test_population_params_broadcast_from_the_left():
    model = volley.NeuronModel(
        "affine",
        inputs=["x", ("n", "i32")],
        params=["a", ("b", "i32"), ("c", "i1")],
        law=lambda x, n, a, b, c: ({}, {"y": where(c, a * x, cast(b + n, "f32"))}),
    )
    rng = np.random.default_rng(6)
    a, c = eighths(rng, (3, 1, 4)), rng.random((3, 2)) < 0.5
    b = np.array([-(2**30), 7, 2**30])

    def law(x, n):
        integers = (b.astype(np.int32)[:, None, None] + n).astype(f32)
        return np.where(c[..., None], a * x, integers)

    def population(net, x, n):
        return net.population(model, x, n, params={"a": a, "b": b, "c": c})

    x, n = ((3, 2, 4), "f32"), ((3, 2, 4), "i1")
    check_op(population, law, x, n)


def test_integer_signals_become_what_a_law_takes():
    twice = volley.NeuronModel("twice", law=lambda x: ({}, {"y": x * 2}))
    for dtype in ("i1", "i32", "f32"):
        check_op(
            lambda n, x: n.population(twice, x), lambda x: x * f32(2), ((4,), dtype)
        )


def test_population_without_inputs():
    """It counts steps."""
    clock = volley.NeuronModel(
        "clock",
        states={"n": (0, "i32")},
        inputs=[],
        law=lambda n: ({"n": n + 1}, {"now": n}),
    )
    net = volley.Builder()
    net.output("now", net.population(clock, shape=(2,)))
    y = run_both(net.build(), {}, steps=4)["y"]
    np.testing.assert_array_equal(y[:, 0], np.repeat(np.arange(4)[:, None], 2, 1))


def test_equal_laws_are_written_once():
    net = volley.Builder("leaky")
    x = net.input("x", (3,))
    params = {"decay": 0.5, "threshold": 1.0}
    again = volley.NeuronModel(
        "again", states={"v": 0}, params=["decay", "threshold"], law=leaky
    )
    other = volley.NeuronModel("leaky", law=lambda x: ({}, {"y": x + 1}))
    h = net.population(LEAKY, x, params=params)
    h = net.population(again, h, params=params)
    net.output("y", net.population(other, h))
    text = str(net.build())
    assert text.count("snn.neuron_model") == 2
    assert "@leaky_0(" in text and "@leaky_1(" in text


def test_static_input():
    rng = np.random.default_rng(2)
    net = volley.Builder()
    image = net.input("image", (2, 4, 6), "i1", static=True)
    tokens = net.reshape(image, (2, 24))
    q, k = net.slice(tokens, (0, 0), (1, 24)), net.slice(tokens, (1, 0), (1, 24))
    scores = net.transpose(q, (1, 0)) @ k
    assert scores.rate == "static"
    net.output("scores", net.reduce("sum", scores, 0))
    count = net.population(
        LEAKY, net.reduce("sum", image, (0, 1)), params={"decay": 1, "threshold": 7}
    )
    assert count.rate == net.delay(image).rate == "stream"
    net.output("spikes", count)
    x = rng.random((B, 2, 4, 6)) < 0.5
    y = run_both(net.build(), x, steps=4)
    flat = x.reshape(B, 2, 24)
    outer = flat[:, 0, :, None] * flat[:, 1, None, :]
    np.testing.assert_array_equal(y["scores"], outer.sum(1))
    assert y["spikes"].shape == (4, B, 6)


# Laws


def law_of(function, *types, precision="f32"):
    """Outputs of a stateless law of inputs of these types, as a function of arrays."""
    names = [f"x{i}" for i in range(len(types))]
    model = volley.NeuronModel(
        "law",
        inputs=list(zip(names, types)),
        law=lambda *xs: ({}, {k: v for k, v in function(*xs).items()}),
    )

    def run(*arrays):
        net = volley.Builder(precision=precision)
        inputs = [net.input(n, arrays[0].shape, t) for n, t in zip(names, types)]
        results = net.population(model, *inputs)
        results = results if isinstance(results, tuple) else (results,)
        outputs = model.trace(precision).outputs
        for name, result in zip(outputs, results):
            assert result.dtype == outputs[name]
            net.output(name, result)
        x = {n: a[None, None] for n, a in zip(names, arrays)}
        y = run_both(net.build(), x)
        names_of_outputs = list(outputs)
        if len(names_of_outputs) == 1:
            y = {names_of_outputs[0]: y["y"]}
        return {name: array[0, 0] for name, array in y.items()}

    return run


def pairs(values, dtype):
    values = np.array(values, dtype)
    a, b = np.meshgrid(values, values)
    return a.ravel(), b.ravel()


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_floats_in_a_law(precision):
    dtype = np.dtype("f4" if precision == "f32" else "f8").type
    tiny = np.finfo(dtype).smallest_subnormal
    special = [0.0, -0.0, np.inf, -np.inf, np.nan, tiny, -tiny, 3.4e38]
    a, b = pairs([*special, 1, -1.5, 2.5, 3.5, -0.3, 1e10, 0.1, 1 / 3], dtype)
    binary = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "rsub": lambda x, y: 1 - x,
        "rdiv": lambda x, y: dtype(0.1) / x,
        "neg": lambda x, y: -x,
        "abs": lambda x, y: abs(x),
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
        "eq": lambda x, y: x == y,
        "ne": lambda x, y: x != y,
        "literal": lambda x, y: x < 0.1,
        "swapped": lambda x, y: dtype(0.1) < x,
    }
    functions = {
        "sqrt": (lambda x, y: builder.sqrt(x), lambda x, y: np.sqrt(x)),
        "floor": (lambda x, y: builder.floor(x), lambda x, y: np.floor(x)),
        "ceil": (lambda x, y: builder.ceil(x), lambda x, y: np.ceil(x)),
        "trunc": (lambda x, y: builder.trunc(x), lambda x, y: np.trunc(x)),
        "roundeven": (lambda x, y: builder.roundeven(x), lambda x, y: np.rint(x)),
        "absolute": (lambda x, y: builder.absolute(x), lambda x, y: np.abs(x)),
        "copysign": (builder.copysign, np.copysign),
        "minimum": (builder.minimum, lambda x, y: np.where(x < y, x, y)),
        "maximum": (builder.maximum, lambda x, y: np.where(x > y, x, y)),
        "where": (
            lambda x, y: where(x < y, x, 2.0),
            lambda x, y: np.where(x < y, x, dtype(2)),
        ),
        "numbers": (
            lambda x, y: where(x < y, 1, -0.0),
            lambda x, y: np.where(x < y, dtype(1), dtype(-0.0)),
        ),
        # With b = 1, where two roundings are one.
        "fma": (lambda x, y: builder.fma(x, 1, y), lambda x, y: x + y),
    }
    functions |= {name: (op, op) for name, op in binary.items()}

    def law(x, y):
        return {name: op(x, y) for name, (op, _) in functions.items()}

    y = law_of(law, precision, precision, precision=precision)(a, b)
    with np.errstate(all="ignore"):
        for name, (_, reference) in functions.items():
            expected = reference(a, b)
            if expected.dtype == bool:
                expected = expected.astype(np.uint8)
            assert_identical(y[name], expected)


def test_fma_rounds_once():
    x = np.array([1 + 2**-12, 1 + 2**-23], f32)
    y = law_of(lambda x: {"y": builder.fma(x, x, -1.0)}, "f32")(x)["y"]
    np.testing.assert_array_equal(y, (x.astype("f8") ** 2 - 1).astype(f32))
    assert (y != x * x - f32(1)).any()


@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_exp_and_log(precision):
    x = np.linspace(-80, 80, 1000).astype("f4" if precision == "f32" else "f8")
    y = law_of(
        lambda x: {"exp": builder.exp(x), "log": builder.log(builder.exp(x))},
        precision,
        precision=precision,
    )(x)
    epsilon = np.finfo(x.dtype).eps
    np.testing.assert_allclose(y["exp"], np.exp(x.astype("f8")), rtol=2 * epsilon)
    np.testing.assert_allclose(y["log"], x, rtol=4 * epsilon, atol=4 * epsilon)


def test_integers_in_a_law():
    a, b = pairs([0, 1, -1, 7, -100, 2**31 - 1, -(2**31)], "i4")
    operations = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "neg": lambda x, y: -x,
        "and": lambda x, y: x & y,
        "or": lambda x, y: x | 12,
        "xor": lambda x, y: 5 ^ x,
        "not": lambda x, y: ~x,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= 7,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= y,
        "eq": lambda x, y: x == y,
        "ne": lambda x, y: x != y,
    }
    y = law_of(
        lambda x, y: {name: op(x, y) for name, op in operations.items()}, "i32", "i32"
    )(a, b)
    with np.errstate(over="ignore"):
        for name, op in operations.items():
            np.testing.assert_array_equal(y[name], op(a, b), err_msg=name)


def test_spikes_in_a_law():
    a, b = pairs([False, True], bool)
    operations = {
        "and": lambda x, y: x & y,
        "or": lambda x, y: x | y,
        "xor": lambda x, y: x ^ y,
        "mul": lambda x, y: x * y,
        "lt": lambda x, y: x < y,
        "le": lambda x, y: x <= y,
        "gt": lambda x, y: x > y,
        "ge": lambda x, y: x >= True,
        "eq": lambda x, y: x == y,
        "ne": lambda x, y: x != 1,
    }
    functions = operations | {"not": lambda x, y: ~x}
    y = law_of(
        lambda x, y: {name: op(x, y) for name, op in functions.items()}, "i1", "i1"
    )(a, b)
    for name, op in functions.items():
        np.testing.assert_array_equal(y[name], op(a, b), err_msg=name)


def test_conversions_in_a_law():
    i = np.array([0, 1, -1, 2**24 + 1, 2**31 - 1, -(2**31)], "i4")
    x = np.array([0.5, -2.9, 3e9, -np.inf, np.nan, 16777217.3], "f8")
    s = np.array([0, 1, 1, 0, 0, 1], bool)

    def law(i, x, s):
        return {
            "si": cast(s, "i32"),
            "sf": cast(s, "f32"),
            "sd": cast(s, "f64"),
            "if": cast(i, "f32"),
            "id": cast(i, "f64"),
            "df": cast(x, "f32"),
            "dfd": cast(cast(x, "f32"), "f64"),
            "same": cast(x, "f64"),
            "to_int": builder.to_int(x),
            "to_int32": builder.to_int(cast(x, "f32")),
        }

    y = law_of(law, "i32", "f64", "i1", precision="f64")(i, x, s)
    integers = np.array([0, -2, 2**31 - 1, -(2**31), 0, 16777217], "i4")
    expected = {
        "si": s.astype("i4"),
        "sf": s.astype("f4"),
        "sd": s.astype("f8"),
        "if": i.astype("f4"),
        "id": i.astype("f8"),
        "df": x.astype("f4"),
        "dfd": x.astype("f4").astype("f8"),
        "same": x,
        "to_int": integers,
        "to_int32": np.array([*integers[:-1], 16777218], "i4"),
    }
    for name, array in expected.items():
        assert_identical(y[name], array)


@pytest.mark.parametrize(
    "law, message",
    [
        (lambda v, x: ({"v": x if x > 0 else v}, {}), "no branches"),
        (lambda v, x: ({"v": v + (x > 0)}, {}), "one type.*f32 and i1|f32, i1.*cast"),
        (lambda v, x: ({"v": (x > 0) + (v > 0)}, {"y": x}), "i1 has no 'add'"),
        (lambda v, x: ({"v": v & x}, {"y": x}), "i1 or i32 for 'and'.*f32"),
        (lambda v, x: ({"v": builder.to_int(x) / 2}, {}), "no division"),
        (lambda v, x: ({"v": builder.to_int(x) + 0.5}, {}), "i32, but got 0.5"),
        (lambda v, x: ({"v": builder.to_int(x) + 2**31}, {}), "numbers of i32"),
        (lambda v, x: ({"v": (x > 0) == 2}, {}), "numbers of i1"),
        (lambda v, x: ({"v": x * 1e39}, {}), "numbers of f32.*1e.39"),
        (lambda v, x: ({"v": where(x, x, v)}, {}), "condition of i1"),
        (lambda v, x: ({"v": builder.exp(0.5)}, {}), "numbers only"),
        (lambda v, x: ({"v": builder.sqrt(x > 0)}, {}), "floats.*i1"),
        (lambda v, x: ({"v": cast(x, "i32")}, {}), "from f32 to i32"),
        (lambda v, x: ({"v": x + "1"}, {}), "number, but got str"),
        (lambda v, x: ({"v": x > 0}, {}), "state 'v' to be f32, but got i1"),
        (lambda v, x: ({"w": x}, {}), r"next states \['v'\], but got \['w'\]"),
        (lambda v, x: {"v": x}, "two dicts"),
        (lambda v, x: ({"v": x}, {"y": None}), "got NoneType"),
        (lambda v: ({"v": v}, {}), "takes 1 positional argument"),
    ],
)
def test_laws_that_are_none(law, message):
    model = volley.NeuronModel("law", states={"v": 0.0}, law=law)
    net = volley.Builder()
    x = net.input("x", (3,))
    with pytest.raises(
        (TypeError, ValueError), match=f"node 'n', law 'law'.*{message}"
    ):
        net.population(model, x, name="n")
    # What failed has left nothing.
    net.population(LEAKY, x, params={"decay": 0, "threshold": 0}, name="n")


def test_names_of_ports():
    model = volley.NeuronModel("m", states={"x": 0.0}, law=lambda v, x: ({"x": v}, {}))
    with pytest.raises(ValueError, match="'x' twice"):
        model.trace("f32")
    model = volley.NeuronModel("m", inputs=[("x", "f16")], law=lambda x: ({}, {}))
    with pytest.raises(ValueError, match="'x' to be i1, i32, f32 or f64.*f16"):
        model.trace("f32")


# Arrays


def memory():
    """What the process holds, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_weights_are_not_copied():
    """A network reads the array that it was given."""
    w = np.ones((4, 3), f32)
    net = volley.Builder()
    net.output("y", net.dense(net.input("x", (3,)), w))
    network = net.build()
    w[:] = 2
    assert (volley.interpret(network, np.ones((1, 1, 3), f32)) == 6).all()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_memory_of_large_weights():
    w = np.ones((5000, 5000), f32)
    before = memory()
    net = volley.Builder()
    h = net.dense(net.input("x", (5000,), "i1"), w)
    net.output("y", net.dense(h, w))
    network = net.build()
    text = network.emit("imported")
    assert len(text) < 2000
    assert memory() - before < w.nbytes / 4


def test_networks_keep_their_arrays():
    def build():
        w = np.full((64, 64), 2, f32)
        net = volley.Builder()
        net.output("y", net.dense(net.input("x", (64,)), w))
        return net.build()

    network = build()
    gc.collect()
    np.ones((64, 64), f32)
    assert (run_both(network, np.ones((1, 1, 64), f32))["y"] == 128).all()


def test_a_builder_builds_again():
    net = volley.Builder()
    x = net.input("x", (3,))
    net.output("y", net.dense(x, np.ones((2, 3), f32)))
    first = net.build()
    net.output("z", x)
    assert list(first.outputs) == ["y"]
    assert list(net.build().outputs) == ["y", "z"]


@pytest.mark.parametrize("suffix", ["mlir", "mlirbc"])
@pytest.mark.parametrize("precision", ["f32", "f64"])
def test_saved_and_loaded(tmp_path, precision, suffix):
    rng = np.random.default_rng(4)
    net = volley.Builder('odd "name"\n', precision=precision)
    x = net.input("x", (3, 4, 4))
    if precision == "f64":
        x = net.input("y", (3, 4, 4), "f64")
    h = net.conv(x, rng.random((4, 3, 3, 3)), padding=1, name="conv")
    h = net.norm(h, rng.random(4), rng.random(4))
    counts = rng.integers(0, 3, 4)
    model = volley.NeuronModel(
        "counting",
        states={"v": 0.0, "n": (0, "i32")},
        params=["threshold", ("step", "i32")],
        law=lambda v, n, x, threshold, step: (
            {"v": where(v + x > threshold, -0.0, v + x), "n": n + step},
            {"spikes": v + x > threshold, "n of it": n},
        ),
    )
    spikes, n = net.population(
        model, h, params={"threshold": rng.random(4), "step": counts}, name="p"
    )
    mask = net.constant(rng.random((4, 4, 4)) < 0.5, "i1", name="mask")
    late = net.delay(spikes * mask, initial=rng.random((4, 4, 4)) < 0.5)
    net.output("late", late)
    net.output("rate", net.reduce_time("mean", net.add(late, n)))
    network = net.build()
    x = {name: rng.random((T, B, 3, 4, 4)) for name in network.inputs}
    path = tmp_path / f"net.{suffix}"
    network.save(path)
    loaded = volley.load(path)
    assert loaded.name == network.name
    assert loaded.neurons == {"p": ["spikes", "n of it", "v", "n"]}
    assert_identical(run_both(loaded, x), run_both(network, x))


def test_guide(tmp_path, monkeypatch, capsys):
    """What the guide shows runs, and prints what it says."""
    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / "docs/Guides/BuildingNetworks.md").read_text()
    names = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "(4, 10) (20, 4, 128)"
    assert printed[1].startswith("node 'fc1': expects a weight of (out, 3), but got")
    assert printed[2].startswith("model.py:12: node 'fc1': error: ")
    assert len(np.unique(names["out"]["spikes"])) > 2


# Names and errors


def test_names_of_any_characters():
    name = 'a "b"\\\n\t\r\0é\u200b{}%'
    net = volley.Builder(name)
    x = net.input(name, (3,))
    model = volley.NeuronModel(
        name,
        states={"a b": 0.0},
        inputs=["1"],
        params=["%"],
        law=lambda v, x, p: ({"a b": v + x * p}, {name: x}),
    )
    s = net.population(model, x, params={"%": 2}, name=name, location=(name, 3))
    net.output(name, s)
    network = net.build()
    assert (network.name, list(network.inputs), list(network.outputs)) == (
        name,
        [name],
        [name],
    )
    assert network.neurons == {name: [name, "a b"]}
    run_both(network, np.ones((2, 2, 3), f32))


def test_ir_has_the_names_of_nodes():
    net = volley.Builder("mlp")
    x = net.input("x", (3,))
    net.output("y", net.add(net.dense(x, np.ones((2, 3)), name="fc"), name="sum"))
    net.output("z", net.dense(x, np.ones((2, 3))) + net.dense(x, np.ones((2, 3))))
    text = str(net.build())
    for name in ("fc", "fc.weight", "sum", "dense_1", "dense_2.weight", "add_1"):
        assert f"%{name} = " in text


def test_errors_of_the_compiler_name_the_node():
    net = volley.Builder("mlp")
    x = net.input("x", (3,))
    w = np.full((2, 3), np.inf)
    net.output("y", net.dense(x, w, name="fc", location=("model.py", 7)))
    with pytest.raises(volley.CompileError, match=r"^model.py:7: node 'fc': .*finite"):
        volley.compile(net.build())
    net = volley.Builder("mlp")
    net.output("y", net.dense(net.input("x", (3,)), w))
    with pytest.raises(volley.CompileError, match="^mlp: node 'dense_1': .*finite"):
        volley.compile(net.build())


def test_loops_without_a_delay_name_their_ops():
    net = volley.Builder("loop")
    x = net.input("x", (3,))
    back = net.delay(shape=(3,), dtype="f32", steps=0, name="back")
    back.connect(net.add(x, back, name="plus"))
    net.output("y", back)
    with pytest.raises(volley.CompileError, match="^loop: .*'plus' -> .*'back'"):
        net.build()


PARAMS = {"decay": 0.5, "threshold": 1}


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda n, x: n.dense(x, np.ones((4, 2))), r"\(out, 4\).*\(4, 2\)"),
        (lambda n, x: n.dense(x, np.ones(4)), r"\(out, 4\)"),
        (lambda n, x: n.dense(x, np.ones((5, 2, 4))), r"\(out, 4\).*\(5, 2, 4\)"),
        (lambda n, x: n.dense(x, np.ones((0, 4))), "weight with elements"),
        (lambda n, x: n.dense(x, np.ones((2, 4)), np.ones(3)), r"bias of \(2,\)"),
        (lambda n, x: n.dense(x, [["a"] * 4]), "real numbers.*U1"),
        (lambda n, x: n.dense(x, np.full((2, 4), 1e39)), "numbers of f32"),
        (lambda n, x: n.dense(x, np.ones((2, 4), complex)), "real numbers.*complex"),
        (lambda n, x: n.dense(np.ones(4), np.ones((2, 4))), "signal, but got ndarray"),
        (lambda n, x: n.conv(x, np.ones((2, 4, 3))), r"weight of \(out, in / groups"),
        (lambda n, x: n.conv(x, np.ones((2, 2, 9))), "fits into"),
        (lambda n, x: n.conv(x, np.ones((2, 1, 3)), groups=3), "3 groups"),
        (lambda n, x: n.conv(x, np.ones((2, 2, 3)), stride=0), "stride of at least 1"),
        (lambda n, x: n.conv(x, np.ones((2, 2, 3)), stride=(1, 1)), "one or 1"),
        (lambda n, x: n.conv(x, np.ones((2, 2, 3)), padding=-1), "padding.*0"),
        (lambda n, x: n.conv(x, np.ones((2, 2, 3)), np.ones(3)), r"bias of \(2,\)"),
        (lambda n, x: n.conv(n.reshape(x, (8,)), np.ones((2, 2, 3))), r"\(C, L\)"),
        (lambda n, x: n.pool("mean", x, 2), "sum, avg, max, but got 'mean'"),
        (lambda n, x: n.pool("sum", x, 5), "fits into"),
        (lambda n, x: n.pool("sum", x, 2, stride=0), "stride"),
        (lambda n, x: n.matmul(x, x), r"\(.., K, N\)"),
        (lambda n, x: n.reduce("avg", x, 0), "sum, mean, max"),
        (lambda n, x: n.reduce("sum", x, 2), "dimensions below 2"),
        (lambda n, x: n.reduce("sum", x, (1, -1)), "dimensions below 2"),
        (lambda n, x: n.reduce("sum", x, 0.5), "expects integers"),
        (lambda n, x: n.reduce_time("first", x), "first_spike, but got 'first'"),
        (lambda n, x: n.reduce_time("sum", n.reduce_time("sum", x)), "per run"),
        (lambda n, x: n.add(), "at least one signal"),
        (lambda n, x: n.add(x, n.reshape(x, (8,))), "one shape.*broadcast"),
        (lambda n, x: n.add(x, n.reduce_time("sum", x)), "each step.*once"),
        (lambda n, x: n.mul(x, n.input("z", (2, 4), "f64")), "f32 signals.*f64"),
        (lambda n, x: n.mul(x, 2), "signal, but got int"),
        (lambda n, x: n.add(x, volley.Builder().input("x", (2, 4))), "another network"),
        (lambda n, x: n.scale(x, np.ones(4)), r"from the left over \(2, 4\)"),
        (lambda n, x: n.norm(x, 1, np.ones((2, 4, 1))), "shift that broadcasts"),
        (lambda n, x: n.constant([2, 3], "i1"), "numbers of i1"),
        (lambda n, x: n.constant([2**31], "i32"), "numbers of i32"),
        (lambda n, x: n.constant([]), "elements"),
        (lambda n, x: n.reshape(x, (3, -1)), "8 elements"),
        (lambda n, x: n.reshape(x, (-2, -4)), "8 elements"),
        (lambda n, x: n.transpose(x, (0, 0)), "permutation"),
        (lambda n, x: n.broadcast(x, 0, (3, 4)), r"is \(2, 4\)"),
        (lambda n, x: n.broadcast(x, 0, (0, 2, 4)), "at least 1"),
        (lambda n, x: n.slice(x, (1, 0), (2, 4)), "box inside"),
        (lambda n, x: n.slice(x, 0, 2), "box inside"),
        (lambda n, x: n.concat([], 0), "at least one signal"),
        (lambda n, x: n.concat([x, n.reshape(x, (4, 2))], 0), "dimension 0 only"),
        (lambda n, x: n.delay(x, steps=-1), "steps"),
        (lambda n, x: n.delay(x, steps=[1, 2]), "steps"),
        (lambda n, x: n.delay(x, initial=np.ones(3)), "initial value of"),
        (lambda n, x: n.delay(n.reduce_time("sum", x)), "per run"),
        (lambda n, x: n.delay(shape=(3,)), "shape and dtype"),
        (lambda n, x: n.delay(shape=(3,), dtype="f16"), "f64, but got 'f16'"),
        (lambda n, x: n.population(LEAKY, params=PARAMS), r"inputs \['x'\].*0"),
        (lambda n, x: n.population(LEAKY, x), "parameters.*decay"),
        (
            lambda n, x: n.population(LEAKY, x, params={**PARAMS, "decay": np.ones(4)}),
            "decay that broadcasts",
        ),
        (
            lambda n, x: n.population(LEAKY, x, params=PARAMS, expose="w"),
            r"states of \['v'\]",
        ),
        (
            lambda n, x: n.population(LEAKY, n.reduce_time("sum", x), params=PARAMS),
            "per run",
        ),
        (
            lambda n, x: n.population(
                volley.NeuronModel("m", inputs=[("x", "i1")], law=lambda x: ({}, {})), x
            ),
            "i1 for input 'x'",
        ),
        (
            lambda n, x: n.population(
                volley.NeuronModel("m", law=lambda x: ({}, {})), x
            ),
            "law with an output",
        ),
        (
            lambda n, x: n.population(
                volley.NeuronModel("m", inputs=[], law=lambda: ({}, {"y": 1}))
            ),
            "expects a shape",
        ),
    ],
)
def test_mismatches_name_the_node(make, message):
    net = volley.Builder()
    x = net.input("x", (2, 4))

    class Named:
        """The builder, whose ops are all called 'op'."""

        def __getattr__(self, method):
            def call(*args, **kwargs):
                if method != "input":
                    kwargs.setdefault("name", "op")
                return getattr(net, method)(*args, **kwargs)

            return call

    with pytest.raises((ValueError, TypeError), match=f"(?s)^node 'op'.*{message}"):
        make(Named(), x)
    # What failed has left nothing that is wrong.
    net.output("x", x)
    net.build()


def test_errors_of_ends():
    net = volley.Builder()
    x = net.input("x", (3,))
    with pytest.raises(ValueError, match="'x'.*input of this name"):
        net.input("x", (3,))
    with pytest.raises(ValueError, match="'z'.*at least 1.*0"):
        net.input("z", (3, 0))
    with pytest.raises(ValueError, match="'z'.*f32.*f16"):
        net.input("z", (3,), "f16")
    net.output("y", x)
    with pytest.raises(ValueError, match="'y'.*output of this name"):
        net.output("y", x)
    with pytest.raises(ValueError, match="another network"):
        volley.Builder().output("y", x)
    net.population(LEAKY, x, params=PARAMS, name="p")
    with pytest.raises(ValueError, match="'p'.*population of this name"):
        net.population(LEAKY, x, params=PARAMS, name="p")
    for arguments in ({"name": ""}, {"dt": 0}, {"dt": np.nan}, {"precision": "f16"}):
        with pytest.raises(ValueError):
            volley.Builder(**arguments)


def test_errors_of_feedback():
    net = volley.Builder()
    x = net.input("x", (3,))
    late = net.delay(shape=(3,), dtype="f32", name="late")
    net.output("y", late)
    with pytest.raises(ValueError, match="'late'.*no input.*connect"):
        net.build()
    with pytest.raises(ValueError, match=r"'late'.*tensor<3xf32>.*3xi1> of 's'"):
        late.connect(net.input("s", (3,), "i1"))
    with pytest.raises(ValueError, match="'late'.*per run"):
        late.connect(net.reduce_time("last", x))
    with pytest.raises(ValueError, match="another network"):
        late.connect(volley.Builder().input("x", (3,)))
    late.connect(x)
    with pytest.raises(ValueError, match="'late'.*input already"):
        late.connect(x)
    net.build()


def test_operators_refuse_what_they_cannot():
    net = volley.Builder()
    x = net.input("x", (3,))
    for wrong in (lambda: x + 1, lambda: x @ np.ones(3), lambda: np.ones(3) + x):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(ValueError, match="broadcasts from the left"):
        x * np.ones(4)
