# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks that are wider than vectors, blocks and lists of events."""

import itertools

import numpy as np

import arithmetic as ar
from cycles import LEAKY, leaky_step
from files import (
    File,
    constant,
    each_row,
    type_of,
)


def write_wide():
    """More outputs, terms, channels and neurons than vectors and blocks hold."""
    file, rng = File("wide", LEAKY), np.random.default_rng(10)
    f = np.float32

    def draw(shape, real="float32"):
        return (
            (rng.standard_normal(shape) * 10.0 ** rng.integers(-1, 2, shape))
            .round(2)
            .astype(real)
        )

    def draw_inputs(shape, zeros=0.3):
        keep = rng.random(shape) >= zeros
        return {
            "s": keep,
            "n": np.where(keep, rng.integers(-9, 10, shape), 0).astype(np.int32),
            "x": np.where(keep, draw(shape), 0).astype(f),
        }

    def add(name, comment, inputs, op, constants, function):
        """One output per input, by the same op and weights."""
        body = "".join(
            f"%{n} = arith.constant {constant(a)}\n" for n, a in constants.items()
        )
        operands = ", ".join(type_of(a) for a in constants.values())
        outputs = {}
        for n, a in inputs.items():
            y = each_row(function, a)
            outputs[f"{n}_y"] = y
            body += (
                f"%{n}_y = {op.format(f'%{n}')} : ({type_of(a, 2)}, {operands}) -> "
                f"{type_of(y, 2)}\n"
            )
        file.add(name, comment, inputs, body, outputs)

    # 83 outputs are one panel of 64, a vector of 16 and 3 more; 7 rows a block of 6
    # and one more.
    w, b = draw((83, 5)), draw(83)
    add(
        "dense_outputs",
        "Many outputs, for several rows.",
        draw_inputs((7, 1, 5)),
        "snn.dense {}, %w bias %b",
        {"w": w, "b": b},
        lambda s: ar.dense(s, w, b),
    )
    w64 = draw((43, 3), "float64")
    add(
        "dense_outputs_f64",
        "Many outputs in f64.",
        {"x": draw((2, 1, 3), "float64")},
        "snn.dense {}, %w",
        {"w": w64},
        lambda s: ar.dense(s, w64),
    )
    long = draw((2, 1100))
    inputs = draw_inputs((1, 1, 1100), zeros=0.1)
    assert inputs["s"].sum() > 520
    add(
        "dense_terms",
        "More terms that are not zero than a list of events holds.",
        inputs,
        "snn.dense {}, %w",
        {"w": long},
        lambda s: ar.dense(s, long),
    )
    rows = draw((3, 18, 2))
    add(
        "dense_leading",
        "Leading dimensions of every type of input.",
        draw_inputs((1, 2, 3, 2)),
        "snn.dense {}, %w",
        {"w": rows},
        lambda s: ar.dense(s, rows),
    )
    convolutions = [
        ("conv_outputs", (3, 3, 10), (35, 3, 2, 2), {"padding": [1, 0, 0, 1]}),
        ("conv_groups", (4, 2, 3), (38, 2, 1, 2), {"groups": 2}),
        (
            "conv_depthwise",
            (19, 4, 3),
            (19, 1, 3, 3),
            {"stride": [2, 1], "padding": [1, 1, 1, 1], "groups": 19},
        ),
        ("conv_multiplier", (3, 2, 3), (18, 1, 2, 2), {"groups": 3}),
        (
            "conv_line",
            (2, 23),
            (18, 1, 3),
            {"stride": [2], "padding": [3, 1], "dilation": [2], "groups": 2},
        ),
    ]
    for (name, shape, kernel, settings), last in itertools.product(
        convolutions, (False, True)
    ):
        w, b = draw(kernel), draw(kernel[0])
        attributes = "".join(
            f" {k} {settings[k]}"
            for k in ("stride", "padding", "dilation", "groups")
            if k in settings
        )
        inputs = draw_inputs((1, 1, *shape))

        def convolve(sample, w=w, b=b, settings=settings, last=last):
            sample = np.moveaxis(sample, -1, 0) if last else sample
            y = ar.conv(sample, w, b, **settings)
            return np.moveaxis(y, 0, -1) if last else y

        if last:
            inputs = {n: np.moveaxis(a, 2, -1) for n, a in inputs.items()}
            attributes += " channels_last"
        add(
            name + ("_last" if last else ""),
            "Many channels" + (", which come last." if last else "."),
            inputs,
            "snn.conv {}, %w bias %b" + attributes,
            {"w": w, "b": b},
            convolve,
        )
    w64 = draw((9, 2, 2, 2), "float64")
    add(
        "conv_f64",
        "Products in f64, of every type of input that goes with it.",
        {"x": draw((1, 1, 2, 3, 6), "float64"), "s": rng.random((1, 1, 2, 3, 6)) < 0.5},
        "snn.conv {}, %w",
        {"w": w64},
        lambda s: ar.conv(s, w64),
    )

    # Pools.
    inputs, body, outputs = draw_inputs((1, 1, 19, 3, 4)), "", {}
    geometry = {"stride": [1, 2], "padding": [1, 0, 1, 1]}
    for (n, a), mode in itertools.product(inputs.items(), ("sum", "avg", "max")):
        kind = {"sum": np.int32 if a.dtype.kind in "bi" else f, "avg": f}
        kind = np.dtype(kind.get(mode, a.dtype))
        y = each_row(
            lambda s, m=mode, k=kind: ar.pool(m, s, [2, 2], kind=k, **geometry), a
        )
        outputs[f"{n}_{mode}"] = y
        body += (
            f"%{n}_{mode} = snn.pool {mode} %{n} kernel [2, 2] stride [1, 2] "
            f"padding [1, 0, 1, 1] : {type_of(a, 2)} -> {type_of(y, 2)}\n"
        )
    file.add("pools", "Many channels in every kind of pool.", inputs, body, outputs)

    # Neurons.
    steps, size = 5, 37
    x = rng.uniform(0, 2, (steps, 2, size)).astype(f).round(2)
    threshold = rng.uniform(0.5, 1.5, size).astype(f).round(2)
    y, recorded = np.empty(x.shape, bool), np.empty(x.shape, f)
    for b in range(2):
        v = np.zeros(size, f)
        for t in range(steps):
            v, y[t, b] = leaky_step(v, x[t, b], f(0.9), threshold)
            recorded[t, b] = v
    file.add(
        "neurons",
        "More neurons than a vector holds, each with a threshold of its own.",
        {"x": x},
        f"%k = arith.constant 0.9 : f32\n%t = arith.constant {constant(threshold)}\n"
        '%y, %v = snn.population @leaky "p" (%x) params(%k, %t : f32, tensor<37xf32>) '
        'expose ["v"]\n    : (tensor<37xf32>) -> (tensor<37xi1>, tensor<37xf32>)',
        {"y": y, "v": recorded},
    )
    add_layers(file, rng, draw)
    file.write()


def add_layers(file, rng, draw):
    """Whatever layout signals have inside, shapes mean what the text says."""
    f, steps = np.float32, 6
    x = rng.integers(0, 3, (steps, 1, 2, 5, 5)).astype(np.int32)
    extra = draw((steps, 1, 3, 4, 4)).clip(-1, 1)
    w, b, out = draw((3, 2, 2, 2)), draw(3), draw((4, 12))
    threshold = np.array([4.0, 2.0, 8.0], f)
    late = np.arange(48) % 3
    spikes = np.empty((steps, 1, 3, 4, 4), bool)
    y, turned = np.empty((steps, 1, 4), f), np.empty((steps, 1, 4, 3, 4), bool)
    v, history = np.zeros(48, f), [np.zeros(48, bool)] * 2
    for t in range(steps):
        drive = ar.conv(x[t, 0], w, b) + extra[t, 0]
        v, s = leaky_step(v, drive.ravel(), f(0.9), np.repeat(threshold, 16))
        history.append(s)
        delayed = np.array([history[-1 - d][i] for i, d in enumerate(late)])
        spikes[t, 0] = delayed.reshape(3, 4, 4)
        turned[t, 0] = s.reshape(3, 4, 4).transpose(2, 0, 1)
        pooled = ar.pool("sum", spikes[t, 0], [2, 2], [2, 2], kind=np.dtype(np.int32))
        y[t, 0] = ar.dense(pooled.ravel(), out)
    assert 0.1 < spikes.mean() < 0.9
    cube, image = "tensor<3x4x4xf32>", "tensor<3x4x4xi1>"
    file.add(
        "layers",
        "A convolution, an input added to it, a threshold per channel, a delay per\n"
        "element, a transposition, a pool, and weights for the flattened elements in\n"
        "the order of [channel, row, column].",
        {"x": x, "extra": extra},
        f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
        f"%out = arith.constant {constant(out)}\n%k = arith.constant 0.9 : f32\n"
        f"%t = arith.constant {constant(threshold)}\n"
        f"%c = snn.conv %x, %w bias %b : ({type_of(x, 2)}, {type_of(w)}, "
        f"{type_of(b)}) -> {cube}\n%drive = snn.add %c, %extra : {cube}\n"
        f'%s = snn.population @leaky "p" (%drive) params(%k, %t : f32, tensor<3xf32>) '
        f": ({cube}) -> {image}\n"
        f"%spikes = snn.delay %s by {late.tolist()} : {image}\n"
        f"%turned = snn.transpose %s [2, 0, 1] : {image} -> tensor<4x3x4xi1>\n"
        f"%p = snn.pool sum %spikes kernel [2, 2] : {image} -> tensor<3x2x2xi32>\n"
        f"%flat = snn.reshape %p : tensor<3x2x2xi32> -> tensor<12xi32>\n"
        f"%y = snn.dense %flat, %out : (tensor<12xi32>, {type_of(out)}) -> "
        f"tensor<4xf32>",
        {"y": y, "spikes": spikes, "turned": turned},
    )
