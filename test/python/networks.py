# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The small network that tests of files vary, and what it computes.

Numbers are multiples of powers of two, so that results are exact and compared
for equality.
"""

import laws
from checks import assert_equal, evaluate
from laws import eighths
from nirfile import graph, neurons, node, simple, terminal

DT = 2.0**-10


def feed(run, inner, x, size_out=None, **settings):
    """y of Input -> inner -> Output for x of shape (T, B, *shape)."""
    settings.setdefault("profile", "snntorch")
    settings.setdefault("dt", DT)
    y, _ = run(simple(inner, x.shape[2:], size_out), x, **settings)
    return y


BASE_WEIGHT = eighths((6, 4), seed=11)
BASE_BIAS = eighths(6, seed=12)
BASE_READOUT = eighths((3, 6), seed=13)
BASE_LIF = neurons("LIF", 6, r=4.0, v_reset=-0.5)
BASE_NODES = {
    "input": terminal("Input", 4),
    "fc": node("Affine", weight=BASE_WEIGHT, bias=BASE_BIAS),
    "lif": BASE_LIF,
    "readout": node("Linear", weight=BASE_READOUT),
    "output": terminal("Output", 3),
}
BASE_INPUT = eighths((6, 2, 4), seed=14)


def base(**changes):
    """The network with other nodes; None takes one away."""
    nodes = {k: v for k, v in (BASE_NODES | changes).items() if v is not None}
    return graph(nodes)


def base_result(bias=BASE_BIAS, lif=BASE_LIF):
    drive = laws.dense(BASE_INPUT, BASE_WEIGHT, bias)
    out, _, _ = laws.run_neurons("LIF", lif.fields, drive, DT)
    assert 0 < out.mean() < 1
    return laws.dense(out, BASE_READOUT)


def assert_base_result(net, **settings):
    y, _ = evaluate(net, BASE_INPUT, **settings)
    assert_equal(y, base_result())


ASSUMED = {"profile": "snntorch", "dt": DT}
