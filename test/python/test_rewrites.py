# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rewrites from outside: an option that changes bits, and those that do not."""

import numpy as np

import volley
from volley.builder import where

from checks import assert_identical


def make_block(rng):
    """A convolution, a norm, and what becomes of them."""
    net = volley.Builder("block")
    x = net.input("x", (3, 8, 8), "i1")
    weight = rng.standard_normal((5, 3, 3, 3)).astype(np.float32)
    bias = rng.standard_normal(5).astype(np.float32)
    scale = rng.standard_normal(5).astype(np.float32)
    shift = rng.standard_normal(5).astype(np.float32)
    y = net.norm(net.conv(x, weight, bias, padding=1, name="conv"), scale, shift)
    net.output("y", y)
    return net.build(), (weight, bias, scale, shift)


def convolve(x, weight):
    """Padding 1, in f64."""
    padded = np.pad(x.astype(np.float64), [(0, 0)] * 3 + [(1, 1)] * 2)
    y = 0
    for ky in range(3):
        for kx in range(3):
            window = padded[..., ky : ky + 8, kx : kx + 8]
            y = y + np.einsum("oc,tbchw->tbohw", weight[:, :, ky, kx], window)
    return y


def test_folded_norms_differ_by_roundings(tmp_path, run_tool):
    rng = np.random.default_rng(1)
    net, (weight, bias, scale, shift) = make_block(rng)
    x = rng.random((4, 2, 3, 8, 8)) < 0.3
    exact = volley.compile(net)(x)
    folded = volley.compile(net, fold_norms=True)(x)

    def per_channel(a):
        return a.astype(np.float64)[:, None, None]

    y = convolve(x, weight.astype(np.float64)) + per_channel(bias)
    y = y * per_channel(scale) + per_channel(shift)
    assert np.abs(exact - y).max() < 1e-5
    assert np.abs(folded - y).max() < 1e-5
    assert (exact != folded).any()

    # The command line does the same, and says so.
    net.save(tmp_path / "net.mlirbc")
    result = run_tool(
        "snn-compile",
        tmp_path / "net.mlirbc",
        "-o",
        tmp_path / "net.so",
        "--fold-norms",
    )
    assert result.returncode == 0
    assert "1 norms and scales are part of weights now" in result.stderr
    np.testing.assert_array_equal(volley.open(tmp_path / "net.so")(x), folded)


def add(v, x):
    return {"v": v + x}, {"y": v + x}


def test_folded_norms_stay_when_probes_are_added():
    rng = np.random.default_rng(2)
    net = volley.Builder()
    x = net.input("x", (4,))
    weight = rng.standard_normal((3, 4)).astype(np.float32)
    scale = rng.standard_normal(3).astype(np.float32)
    model = volley.NeuronModel("sum", states={"v": 0.0}, law=add)
    net.output(
        "y", net.population(model, net.scale(net.dense(x, weight), scale), name="sum")
    )
    prog = volley.compile(net.build(), fold_norms=True)
    x = rng.standard_normal((3, 2, 4)).astype(np.float32)
    y = prog(x)
    np.testing.assert_array_equal(prog.run(x, record=["sum"])[0], y)


def accumulate(v, x):
    u = v + x
    spikes = u >= 1.0
    return {"v": where(spikes, u - 1.0, u)}, {"s": spikes}


ACCUMULATE = volley.NeuronModel("accumulate", states={"v": 0.0}, law=accumulate)
AS_FLOATS = volley.NeuronModel(
    "as_floats",
    states={"v": 0.0},
    law=lambda v, x: ({"v": v + x}, {"s": where(v + x > 0.5, 1.0, 0.0)}),
)


def make_everything(rng):
    """Something for every pass that may be left out."""

    def weights(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    net = volley.Builder("everything")
    x = net.input("x", (12, 4), "i1")
    image = net.input("image", (12, 6), static=True)
    drive = net.norm(net.dense(x, weights(8, 4)), weights(1, 8), weights(1, 8))
    q = net.population(ACCUMULATE, drive, name="q")
    k = net.population(ACCUMULATE, drive, name="k")
    v = net.population(AS_FLOATS, drive, name="v")
    scores = net.matmul(q, net.transpose(k, [1, 0]))
    attention = net.matmul(scores, net.population(ACCUMULATE, drive + v, name="w"))
    counts = net.transpose(net.reshape(net.transpose(q, [1, 0]), (2, 4, 12)), [2, 0, 1])
    eighth = net.reshape(net.scale(net.add(counts, counts, dtype="i32"), 0.125), (96,))
    quiet = net.population(make_leaky("half", 0.5), net.scale(q, 1.0), name="quiet")
    net.population(ACCUMULATE, net.dense(q, weights(3, 8)), name="unread")
    net.output("attention", attention)
    net.output("scaled", net.population(ACCUMULATE, eighth, name="scaled"))
    both = net.add(net.dense(quiet, weights(2, 8)), net.dense(q, weights(2, 8)))
    net.output("both", both)
    constant = net.dense(image, weights(8, 6))
    net.output("constant", constant)
    net.output("mixed", net.dense(net.add(constant, q), weights(2, 8)))
    net.output("window", net.add(net.reduce_time("mean", q), constant))
    return net.build()


def list_passes(run_tool, path):
    """Every pass that may be left out, as the error of another name lists them."""
    done = run_tool(
        "snn-compile", path, "--without=none", "-o", path.with_suffix(".so")
    )
    assert done.returncode == 1
    return done.stderr.split("there are ")[1].strip().split(", ")


CLEANUPS = {"snn-eliminate-dead-signals", "cse", "symbol-dce"}


def test_a_rewrite_changes_code_but_no_bit(tmp_path, run_tool):
    rng = np.random.default_rng(3)
    network = make_everything(rng)
    path = tmp_path / "net.mlirbc"
    network.save(path)
    x = {
        "x": rng.random((5, 2, 12, 4)) < 0.4,
        "image": rng.standard_normal((2, 12, 6)).astype(np.float32),
    }
    expected = volley.interpret(network, x)
    assert expected["attention"].any() and expected["scaled"].any()

    # The kernels that hand their results to neurons.
    command = ("snn-compile", path, "-o", tmp_path / "net.so", "--kernel=event")

    def build(*options):
        done = run_tool(*command, "--explain", *options)
        assert done.returncode == 0, done.stderr
        assert_identical(volley.open(tmp_path / "net.so")(x), expected)
        return done.stderr, (tmp_path / "net.so").read_bytes()

    text, code = build()
    passes = list_passes(run_tool, path)
    assert len(passes) > len(CLEANUPS) + 5
    for name in passes:
        _, without = build(f"--without={name}")
        # What one cleanup leaves, later ones find.
        assert name in CLEANUPS or without != code, name
        assert name in text or name in ("cse", "symbol-dce"), name


def test_remarks_of_what_was_built_name_no_line(tmp_path, run_tool):
    net, _ = make_block(np.random.default_rng(1))
    net.save(tmp_path / "net.mlirbc")
    done = run_tool(
        "snn-compile", tmp_path / "net.mlirbc", "--emit=optimized", "--explain"
    )
    total = next(line for line in done.stderr.splitlines() if "whole network" in line)
    assert ":0:" not in total


def make_leaky(name, gain):
    def law(v, x):
        u = v * 0.5 + x * gain
        return {"v": where(u > 1.0, 0.0, u)}, {"s": u > 1.0}

    return volley.NeuronModel(name, states={"v": 0.0}, law=law)


def test_missed_rewrites_are_told_apart(tmp_path, run_tool):
    """A leak rounds, so that its threshold cannot be divided; a sum does not."""
    net = volley.Builder()
    counts = net.input("x", (4,), "i1")
    for i in range(2):
        counts = net.add(counts, counts, dtype="i32", name=f"twice{i}")
    for name, model in ("sum", ACCUMULATE), ("leak", make_leaky("leaky", 1.0)):
        scaled = net.scale(counts, 0.125, name=f"scale-{name}")
        net.output(name, net.population(model, scaled, name=name))
    net.build().save(tmp_path / "net.mlirbc")
    done = run_tool(
        "snn-compile", tmp_path / "net.mlirbc", "--emit=optimized", "--explain"
    )
    lines = [line for line in done.stderr.splitlines() if "snn-fold-scales" in line]
    kinds = {line.split("'")[1]: line.split(": ")[2] for line in lines}
    assert kinds == {"sum": "remark", "leak": "missed"}, lines


def test_silent_populations_are_left_out(tmp_path, run_tool):
    """What half a spike a step brings stays below 1; more does not."""
    rng = np.random.default_rng(5)
    net = volley.Builder("silent")
    x = net.input("x", (6,), "i1")
    weight = rng.standard_normal((4, 6)).astype(np.float32)
    direct = net.dense(x, weight)
    drive = net.scale(x, np.ones(6, np.float32))
    quiet = net.population(make_leaky("half", 0.5), drive, name="quiet")
    loud = net.population(make_leaky("most", 0.75), drive, name="loud")
    none = net.dense(loud, np.zeros((4, 6), np.float32), name="none")
    branch = net.dense(quiet, rng.standard_normal((4, 6)).astype(np.float32))
    net.output("y", net.add(direct, branch, none))
    net.output("loud", loud)
    network = net.build()
    network.save(tmp_path / "net.mlirbc")

    def build(*options):
        done = run_tool(
            *("snn-compile", tmp_path / "net.mlirbc", "--explain", *options),
            *("-o", tmp_path / "net.so"),
        )
        assert done.returncode == 0, done.stderr
        return done.stderr, volley.open(tmp_path / "net.so")

    x = rng.random((12, 3, 6)) < 0.8
    expected = volley.interpret(network, x)
    text, program = build()
    assert "population 'quiet' never spikes" in text
    assert "'loud' never spikes" not in text
    assert text.count("kernel = ") == 1
    plain_text, plain = build("--without=snn-fold-silent-signals")
    assert "never spikes" not in plain_text
    assert plain_text.count("kernel = ") == 3
    for result in program(x), plain(x):
        for name in "y", "loud":
            np.testing.assert_array_equal(result[name], expected[name])
    assert expected["loud"].any()
