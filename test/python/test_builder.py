# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks built in Python, against NumPy."""

import numpy as np
import pytest

import volley
from volley.builder import where


def leaky(v, x, decay, threshold):
    v1 = v * decay + x
    spike = v1 >= threshold
    return {"v": where(spike, 0.0, v1)}, {"spikes": spike}


LEAKY = volley.NeuronModel(
    "leaky", states={"v": 0.0}, inputs=["x"], params=["decay", "threshold"], law=leaky
)


def run_both(network, x, **options):
    """What the interpreter and compiled code give, which must be the same."""
    expected = volley.interpret(network, x, **options)
    actual = volley.compile(network)(x, **options)
    if not isinstance(expected, dict):
        expected, actual = {"y": expected}, {"y": actual}
    for name, array in expected.items():
        np.testing.assert_array_equal(array, actual[name])
    return expected


def eighths(rng, shape):
    """Numbers whose sums are exact, so that NumPy's order does not matter."""
    return (rng.integers(-16, 17, shape) / 8).astype(np.float32)


def test_recurrent_network():
    rng = np.random.default_rng(1)
    w, r = eighths(rng, (8, 5)), eighths(rng, (8, 8))
    net = volley.Builder("net", dt=1e-3)
    x = net.input("x", (5,), "i1")
    late = net.delay(shape=(8,), dtype="i1")
    drive = net.dense(x, w) + net.dense(late, r)
    spikes = net.population(
        LEAKY, drive, params={"decay": 0.5, "threshold": 1.0}, name="a"
    )
    late.connect(spikes)
    net.output("spikes", spikes)
    net.output("rate", net.reduce_time("mean", spikes))
    network = net.build()
    assert network.neurons == {"a": ["spikes", "v"]}

    x = rng.random((12, 3, 5)) < 0.5
    v = np.zeros((3, 8), np.float32)
    s = np.zeros((3, 8), bool)
    expected = []
    for step in x:
        v = v * np.float32(0.5) + (step @ w.T + s @ r.T)
        s = v >= 1
        v = np.where(s, np.float32(0), v)
        expected.append(s)
    y = run_both(network, x)
    np.testing.assert_array_equal(y["spikes"], np.stack(expected))
    np.testing.assert_array_equal(
        y["rate"], (np.sum(expected, 0) / np.float32(12)).astype(np.float32)
    )


def test_attention_of_a_static_image():
    rng = np.random.default_rng(2)
    net = volley.Builder()
    image = net.input("image", (2, 4, 6), "i1", static=True)
    tokens = net.reshape(image, (2, 24))
    q, k = net.slice(tokens, (0, 0), (1, 24)), net.slice(tokens, (1, 0), (1, 24))
    scores = net.transpose(q, (1, 0)) @ k
    both = net.concat([net.reshape(q, (24,)), net.reshape(k, (24,))], dim=0)
    net.output("scores", net.reduce("sum", scores, 0))
    net.output("both", net.norm(both, 2.0, np.arange(48) / 4))
    net.output("wide", net.broadcast(both, 0, (3, 48)))
    x = rng.random((2, 2, 4, 6)) < 0.5
    y = run_both(net.build(), x, steps=2)
    flat = x.reshape(2, 2, 24)
    outer = flat[:, 0, :, None] * flat[:, 1, None, :]
    np.testing.assert_array_equal(y["scores"], outer.sum(1))
    pair = flat.reshape(2, 48)
    np.testing.assert_array_equal(
        y["both"], (pair * 2 + np.arange(48) / 4).astype(np.float32)
    )
    np.testing.assert_array_equal(y["wide"], np.stack([pair] * 3, 1))


def test_conv_and_pools():
    rng = np.random.default_rng(3)
    net = volley.Builder()
    x = net.input("x", (2, 4, 4), "i1")
    w = eighths(rng, (3, 2, 1, 1))
    net.output("conv", net.conv(x, w, eighths(rng, 3)))
    net.output("max", net.pool("max", x, 2))
    net.output("sum", net.pool("sum", x, (2, 2), stride=1))
    net.output("avg", net.pool("avg", x, 2))
    data = rng.random((2, 3, 2, 4, 4)) < 0.5
    y = run_both(net.build(), data)
    blocks = data.reshape(2, 3, 2, 2, 2, 2, 2)
    np.testing.assert_array_equal(y["max"], blocks.any((4, 6)))
    np.testing.assert_array_equal(y["avg"], blocks.mean((4, 6), dtype=np.float32))
    assert y["sum"].shape == (2, 3, 2, 3, 3)
    assert y["conv"].shape == (2, 3, 3, 4, 4)


def test_weights_are_not_copied():
    """A network reads the array that it was given."""
    w = np.ones((4, 3), np.float32)
    net = volley.Builder()
    net.output("y", net.dense(net.input("x", (3,)), w))
    network = net.build()
    w[:] = 2
    x = np.ones((1, 1, 3), np.float32)
    assert (volley.interpret(network, x) == 6).all()


def test_saved_and_loaded(tmp_path):
    net = volley.Builder("saved")
    x = net.input("x", (3,))
    w = np.arange(12, dtype=np.float32).reshape(4, 3)
    s = net.population(
        LEAKY, net.dense(x, w), params={"decay": 0.5, "threshold": w[:, 0]}, name="p"
    )
    net.output("y", s)
    network = net.build()
    x = np.random.default_rng(4).random((5, 2, 3), dtype=np.float32)
    for name in ("net.mlir", "net.mlirbc"):
        network.save(tmp_path / name)
        loaded = volley.load(tmp_path / name)
        np.testing.assert_array_equal(
            run_both(network, x)["y"], run_both(loaded, x)["y"]
        )


def test_errors_name_the_node():
    net = volley.Builder()
    x = net.input("x", (3,))
    with pytest.raises(ValueError, match=r"node 'fc'.*\(out, 3\).*\(4, 2\)"):
        net.dense(x, np.ones((4, 2)), name="fc")
    with pytest.raises(ValueError, match="node 'sum'.*one shape"):
        net.add(x, net.input("z", (4,)), name="sum")
    with pytest.raises(ValueError, match="node 'lif'.*parameters.*decay"):
        net.population(LEAKY, x, params={"threshold": 1}, name="lif")
    window = net.reduce_time("sum", x)
    with pytest.raises(ValueError, match="node 'both'.*each step"):
        net.add(x, window, name="both")
    net.output("y", net.delay(shape=(3,), dtype="f32", name="late"))
    with pytest.raises(ValueError, match="connect"):
        net.build()
    with pytest.raises(TypeError, match="no branches"):
        net.population(
            volley.NeuronModel("m", law=lambda x: ({}, {"y": x if x else x})),
            x,
            name="m",
        )
    net = volley.Builder()
    x = net.input("x", (3,))
    net.output("y", net.dense(x, np.full((2, 3), np.inf), name="fc", location=("m", 7)))
    with pytest.raises(volley.CompileError, match="m:7.*node 'fc'.*finite"):
        volley.compile(net.build())
