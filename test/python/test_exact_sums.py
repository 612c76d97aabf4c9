# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The law `exact` of sums from Python: order does not matter, and how near it is."""

import re
from pathlib import Path

import numpy as np
import pytest

import volley

from checks import assert_identical

T, B, K, N = 4, 3, 300, 40


def make_net(weight, bias, law, conv=False):
    net = volley.Builder()
    if conv:
        x = net.input("x", (K, 1, 1), "i1")
        y = net.conv(x, weight[:, :, None, None], bias, sum=law)
    else:
        y = net.dense(net.input("x", (K,), "i1"), weight, bias, sum=law)
    net.output("y", y)
    return net.build()


def random_case():
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(N, K)).astype(np.float32)
    return rng, weight, rng.normal(size=N).astype(np.float32)


def run_both(net, x):
    y = volley.interpret(net, x)
    assert_identical(volley.compile(net)(x), y)
    return y


@pytest.mark.parametrize("conv", [False, True])
def test_the_order_of_terms_does_not_matter(conv):
    rng, weight, bias = random_case()
    order = rng.permutation(K)
    x = rng.random((T, B, K)) < 0.4
    results = {}
    for law in "exact", "ascending":
        one, other = (
            run_both(
                make_net(w, bias, law, conv),
                s.reshape(T, B, K, 1, 1) if conv else s,
            )
            for w, s in ((weight, x), (weight[:, order], x[..., order]))
        )
        results[law] = (one == other).all()
    assert results == {"exact": True, "ascending": False}


def test_it_is_nearer_to_the_true_sum_than_float32_can_tell():
    rng, weight, bias = random_case()
    x = rng.random((T, B, K)) < 0.4
    y = run_both(make_net(weight, bias, "exact"), x).astype(np.float64)
    true = x.astype(np.float64) @ weight.T.astype(np.float64) + bias
    # A weight is off by half a step of its row at most.
    step = 2.0 ** np.ceil(np.log2(np.abs(weight).max(1))) / 2**22
    assert (np.abs(y - true) <= 0.5 * step * x.sum(-1, keepdims=True) + 1e-6).all()


def test_a_network_takes_the_law_where_it_can():
    rng, weight, bias = random_case()
    net = volley.Builder()
    spikes, reals = net.input("spikes", (K,), "i1"), net.input("reals", (K,))
    net.output("a", net.dense(spikes, weight, bias))
    net.output("b", net.dense(reals, weight, bias))
    network = net.build()
    x = {
        "spikes": rng.random((T, B, K)) < 0.5,
        "reals": rng.normal(size=(T, B, K)).astype(np.float32),
    }
    before = volley.compile(network)(x)
    network.set_sum_law("exact")
    assert str(network).count("sum exact") == 1
    after = run_both(network, x)
    assert_identical(after["b"], before["b"])
    assert (after["a"] != before["a"]).any()
    np.testing.assert_allclose(after["a"], before["a"], rtol=1e-4, atol=1e-4)
    network.set_sum_law("ascending")
    assert_identical(volley.compile(network)(x), before)


def test_laws_that_are_not_there():
    net = volley.Builder()
    x = net.input("x", (3,))
    with pytest.raises(ValueError, match=r"'fc'.* there is no law 'fast' for sums"):
        net.dense(x, np.ones((2, 3)), sum="fast", name="fc")
    net.output("y", net.dense(x, np.ones((2, 3))))
    with pytest.raises(volley.CompileError, match="there is no law 'fast' for sums"):
        net.build().set_sum_law("fast")


def private_memory():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


def test_compiling_again_keeps_no_weights():
    """A network's context keeps what was made in it: here, weights in f64."""
    weight = np.random.default_rng(5).normal(size=(1024, 1024)).astype(np.float32)
    builder = volley.Builder()
    x = builder.input("x", (1024,), "i1")
    builder.output("y", builder.dense(x, weight, sum="exact"))
    net = builder.build()
    volley.compile(net)
    before = private_memory()
    for _ in range(4):
        volley.compile(net)
        net.emit("optimized")
    assert private_memory() - before < 2 * 8 * weight.size
