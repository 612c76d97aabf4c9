# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Static inputs, constants as signals, and reductions over time."""

import itertools

import numpy as np

import arithmetic as ar
from files import (
    ELEMENTS,
    File,
    constant,
    each_row,
    random_array,
    random_weights,
    type_of,
)

# v += x, a spike at 1, then v = 0.
SPIKING = """snn.neuron_model private @if(state %v: f32 = 0.0, in %x: f32) -> (s: i1) {
  %v1 = arith.addf %v, %x : f32
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %s = arith.cmpf oge, %v1, %one : f32
  %v2 = arith.select %s, %zero, %v1 : f32
  snn.next(%v2 : f32) emit(%s : i1)
}
"""


def integrate_and_fire(x):
    """(T, B, shape) to its spikes, by the law above."""
    v, spikes = np.zeros(x.shape[1:], np.float32), []
    for step in x:
        v = v + step
        spikes.append(v >= 1)
        v = np.where(v >= 1, np.float32(0), v)
    return np.stack(spikes)


def write_reduce_time():
    file, rng = File("reduce-time"), np.random.default_rng(31)
    kinds = {"bool": "float32", "int32": "float64", "float32": "float32"}
    for mode, (kind, real) in itertools.product(
        ("sum", "mean", "max", "last", "first_spike"), kinds.items()
    ):
        # More steps than a tile has rows.
        steps = 150 if (mode, kind) in (("sum", "float32"), ("last", "bool")) else 5
        x = random_array(rng, kind, (steps, 2, 3))
        if mode == "first_spike":
            x[:, :, 0] = 0
        result = {"sum": "int32" if kind != "float32" else kind, "mean": real}.get(
            mode, "int32" if mode == "first_spike" else kind
        )
        y = ar.reduce_time(mode, x, np.dtype(result))
        file.add(
            f"{mode}_{ELEMENTS[kind]}",
            "What has become of the steps since the reset.",
            {"x": x},
            f"%y = snn.reduce_time {mode} %x : {type_of(x, 2)} -> {type_of(y, 1)}",
            {"y": y},
            windows={"y"},
        )
    file.write()


def write_rates():
    file, rng = File("rates", SPIKING), np.random.default_rng(32)
    image = random_array(rng, "float32", (2, 3, 6, 6))
    w = random_weights(rng, "float32", (4, 3, 3, 3))
    scale, shift = random_weights(rng, "float32", 4), random_weights(rng, "float32", 4)
    x = np.stack([ar.norm(ar.conv(s, w), scale, shift) for s in image])
    spikes = integrate_and_fire(np.stack([x] * 7))
    counts = ar.reduce_time("mean", spikes, np.dtype("float32"))
    head = random_weights(rng, "float32", (5, 4))
    pooled = np.stack(
        [ar.reduce("mean", c, [1, 2], np.dtype("float32")) for c in counts]
    )
    y = np.stack([ar.dense(p, head) for p in pooled])
    body = (
        f"%w = arith.constant {constant(w)}\n"
        f"%a = arith.constant {constant(scale)}\n"
        f"%c = arith.constant {constant(shift)}\n"
        f"%h = arith.constant {constant(head)}\n"
        "%x = snn.conv %image, %w : (tensor<3x6x6xf32>, tensor<4x3x3x3xf32>) -> "
        "tensor<4x4x4xf32>\n"
        "%n = snn.norm %x scale %a shift %c : (tensor<4x4x4xf32>, tensor<4xf32>, "
        "tensor<4xf32>) -> tensor<4x4x4xf32>\n"
        '%s = snn.population @if "if"(%n) : (tensor<4x4x4xf32>) -> tensor<4x4x4xi1>\n'
        "%r = snn.reduce_time mean %s : tensor<4x4x4xi1> -> tensor<4x4x4xf32>\n"
        "%p = snn.reduce mean %r dims [1, 2] : tensor<4x4x4xf32> -> tensor<4xf32>\n"
        "%y = snn.dense %p, %h : (tensor<4xf32>, tensor<5x4xf32>) -> tensor<5xf32>"
    )
    file.add(
        "direct_encoding",
        "A static image: its convolution is the same in every step; the mean over\n"
        "time feeds a linear head.",
        {"image": image},
        body,
        {"y": y, "s": spikes},
        statics={"image"},
        windows={"y"},
    )
    constants = random_weights(rng, "float32", (2, 3))
    x = random_array(rng, "float32", (3, 2, 2, 3))
    k = random_weights(rng, "float32", (3, 4))
    y = each_row(lambda s: ar.matmul(s + constants, k, np.float32), x)
    file.add(
        "constants",
        "Constants as signals: a position's embedding, a factor of a product.",
        {"x": x},
        f"%c = arith.constant {constant(constants)}\n"
        f"%k = arith.constant {constant(k)}\n"
        f"%s = snn.add %x, %c : tensor<2x3xf32>\n"
        f"%y = snn.matmul %s, %k : (tensor<2x3xf32>, tensor<3x4xf32>) -> "
        "tensor<2x4xf32>",
        {"y": y},
    )
    z = random_array(rng, "float32", (2, 3))
    x = random_array(rng, "float32", (4, 2, 3))
    y = np.stack([step + z for step in x])
    total = ar.reduce_time("sum", x, np.dtype("float32"))
    file.add(
        "static_with_others",
        "A static value beside a stream, beside a window value, and as an output.",
        {"x": x, "z": z},
        "%y = snn.add %x, %z : tensor<3xf32>\n"
        "%r = snn.reduce_time sum %x : tensor<3xf32> -> tensor<3xf32>\n"
        "%t = snn.add %r, %z : tensor<3xf32>\n"
        "%zz = snn.add %z, %z : tensor<3xf32>",
        {"y": y, "t": total + z, "zz": z + z},
        statics={"z"},
        windows={"t", "zz"},
    )
    file.add(
        "static_sum",
        "A static value counts once per step.",
        {"z": z},
        "%r = snn.reduce_time sum %z : tensor<3xf32> -> tensor<3xf32>",
        {"r": ar.reduce_time("sum", np.stack([z] * 3), np.dtype("float32"))},
        statics={"z"},
        windows={"r"},
        steps=3,
    )
    file.write()
