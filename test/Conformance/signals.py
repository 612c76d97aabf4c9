# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of signals, norms, reductions over dimensions, and moves of elements."""

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


def product_kind(a, b):
    """The element type that a product of two has."""
    floats = [k for k in (a, b) if k.startswith("float")]
    return floats[0] if floats else "int32"


def write_matmul():
    file, rng = File("matmul"), np.random.default_rng(21)
    kinds = ("bool", "int32", "float32")
    for a, b in [*itertools.product(kinds, kinds), ("bool", "float64")]:
        x = random_array(rng, a, (2, 2, 3, 4, 9))
        y = random_array(rng, b, (2, 2, 3, 9, 5))
        kind = np.dtype(product_kind(a, b))
        z = np.stack(
            [
                np.stack([ar.matmul(p, q, kind.type) for p, q in zip(u, v)])
                for u, v in zip(x, y)
            ]
        )
        file.add(
            f"{ELEMENTS[a]}_{ELEMENTS[b]}",
            "Integers exactly; with a float by ascending k, fused, from +0.0.",
            {"x": x, "y": y},
            f"%z = snn.matmul %x, %y : ({type_of(x, 2)}, {type_of(y, 2)}) -> "
            f"{type_of(z, 2)}",
            {"z": z},
        )
    x = rng.random((1, 1, 2, 300)) < 0.97
    y = rng.random((1, 1, 300, 3)) < 0.99
    z = each_row(lambda s: ar.matmul(s, y[0, 0], np.int32), x)
    file.add(
        "many_coincidences",
        "More coincidences than a byte counts.",
        {"x": x, "y": y},
        f"%z = snn.matmul %x, %y : ({type_of(x, 2)}, {type_of(y, 2)}) -> "
        f"{type_of(z, 2)}",
        {"z": z},
    )
    x = np.array([[[[2**30, 3], [0, 1]]]], np.int32)
    y = np.array([[[[4, 2], [5, -(2**31)]]]], np.int32)
    z = each_row(lambda s: ar.matmul(s, y[0, 0], np.int32), x)
    file.add(
        "wraps",
        "Integers are exact modulo 2^32.",
        {"x": x, "y": y},
        f"%z = snn.matmul %x, %y : ({type_of(x, 2)}, {type_of(y, 2)}) -> "
        f"{type_of(z, 2)}",
        {"z": z},
    )
    inf, nan = np.inf, np.nan
    x = np.array([[[[True, False], [False, False]]]])
    y = np.array([[[[1.0, inf, -0.0], [nan, inf, nan]]]], np.float32)
    z = each_row(lambda s: ar.matmul(s, y[0, 0], np.float32), x)
    file.add(
        "integer_zeros",
        "A term with an integer 0 is left out, whatever the other factor is.",
        {"x": x, "y": y},
        f"%z = snn.matmul %x, %y : ({type_of(x, 2)}, {type_of(y, 2)}) -> "
        f"{type_of(z, 2)}",
        {"z": z},
    )
    file.write()


def write_dense_shared():
    """One weight for all leading indices."""
    file, rng = File("dense-shared"), np.random.default_rng(22)
    for kind in ("bool", "int32", "float32"):
        x = random_array(rng, kind, (2, 2, 3, 7, 11))
        w, b = (
            random_weights(rng, "float32", (18, 11)),
            random_weights(rng, "float32", 18),
        )
        y = each_row(
            lambda s, w=w, b=b: np.stack(
                [np.stack([ar.dense(r, w, b) for r in row]) for row in s]
            ),
            x,
        )
        file.add(
            f"{ELEMENTS[kind]}",
            "Every row of the input meets the same weight.",
            {"x": x},
            f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
            f"%y = snn.dense %x, %w bias %b : ({type_of(x, 2)}, {type_of(w)}, "
            f"{type_of(b)}) -> {type_of(y, 2)}",
            {"y": y},
        )
    file.write()


def write_norm():
    file, rng = File("norm"), np.random.default_rng(23)
    for kind, real in [
        ("bool", "float32"),
        ("int32", "float64"),
        ("float32", "float32"),
    ]:
        x = random_array(rng, kind, (2, 2, 3, 2, 4))
        for name, scale_shape, shift_shape in [
            ("channels", (3,), (3,)),
            ("mixed", (), (3, 1, 4)),
        ]:
            scale = random_weights(rng, real, scale_shape)
            shift = random_weights(rng, real, shift_shape)
            scale = np.asarray(scale, np.dtype(real))
            y = each_row(lambda s, a=scale, c=shift: ar.norm(s, a, c), x)
            a_type = type_of(scale) if scale.ndim else ELEMENTS[real]
            file.add(
                f"{name}_{ELEMENTS[kind]}",
                "One fused multiply-add.",
                {"x": x},
                f"%a = arith.constant {constant(scale)}\n"
                f"%c = arith.constant {constant(shift)}\n"
                f"%y = snn.norm %x scale %a shift %c : ({type_of(x, 2)}, {a_type}, "
                f"{type_of(shift)}) -> {type_of(y, 2)}",
                {"y": y},
            )
    file.write()


def write_reduce():
    file, rng = File("reduce"), np.random.default_rng(24)
    results = {
        "sum": {"bool": "int32", "int32": "int32", "float32": "float32"},
        "mean": {"bool": "float32", "int32": "float64", "float32": "float32"},
        "max": {"bool": "bool", "int32": "int32", "float32": "float32"},
    }
    comments = {
        "sum": "In row-major order of what is reduced.",
        "mean": "The sum, then one division by the number of terms.",
        "max": "The largest.",
    }
    for mode, dims in itertools.product(results, ([0], [1], [1, 2], [0, 2], [0, 1, 2])):
        for kind, result in results[mode].items():
            x = random_array(rng, kind, (1, 2, 3, 5, 4))
            y = each_row(
                lambda s, m=mode, d=dims, r=result: ar.reduce(m, s, d, np.dtype(r)), x
            )
            name = "".join(map(str, dims))
            file.add(
                f"{mode}_{name}_{ELEMENTS[kind]}",
                comments[mode],
                {"x": x},
                f"%y = snn.reduce {mode} %x dims {dims} : {type_of(x, 2)} -> "
                f"{type_of(y, 2)}",
                {"y": y},
            )
    nan = np.nan
    x = np.array([[[nan, 1.0, nan, -2.0]], [[nan, nan, nan, nan]]], np.float32)
    y = np.array([[1.0], [-np.inf]], np.float32)
    file.add(
        "max_nan",
        "NaN never wins; of NaNs only, the least value.",
        {"x": x},
        f"%y = snn.reduce max %x dims [0] : {type_of(x, 2)} -> tensor<f32>",
        {"y": y},
    )
    file.write()


def write_moves():
    file, rng = File("moves"), np.random.default_rng(25)
    for kind in ("bool", "int32", "float64"):
        e = ELEMENTS[kind]
        x = random_array(rng, kind, (2, 2, 3, 5))
        for dims in ([0], [1], [2], [0, 3]):
            y = np.expand_dims(x, [d + 2 for d in dims])
            y = np.ascontiguousarray(np.repeat(y, 3, axis=dims[0] + 2))
            file.add(
                f"broadcast_{''.join(map(str, dims))}_{e}",
                "The same along the new dimensions.",
                {"x": x},
                f"%y = snn.broadcast %x dims {dims} : {type_of(x, 2)} -> "
                f"{type_of(y, 2)}",
                {"y": y},
            )
        x = random_array(rng, kind, (2, 2, 4, 3, 5))
        y = np.ascontiguousarray(x[:, :, 1:3, :, 2:5])
        file.add(
            f"slice_{e}",
            "A box out of a signal.",
            {"x": x},
            f"%y = snn.slice %x offsets [1, 0, 2] : {type_of(x, 2)} -> {type_of(y, 2)}",
            {"y": y},
        )
        z = random_array(rng, kind, (2, 2, 4, 2, 5))
        y = np.concatenate([x, z, x], axis=3)
        file.add(
            f"concat_{e}",
            "One after another along a dimension.",
            {"x": x, "z": z},
            f"%y = snn.concat %x, %z, %x dim 1 : ({type_of(x, 2)}, {type_of(z, 2)}, "
            f"{type_of(x, 2)}) -> {type_of(y, 2)}",
            {"y": y},
        )
        y = np.ascontiguousarray(x.transpose(0, 1, 3, 2, 4))
        file.add(
            f"transpose_{e}",
            "Dimensions that do not turn as two groups.",
            {"x": x},
            f"%y = snn.transpose %x [1, 0, 2] : {type_of(x, 2)} -> {type_of(y, 2)}",
            {"y": y},
        )
    file.write()


def write_spikes_as_floats():
    """Floats that are spikes or counts, in every op that has a form for these."""
    file, rng = File("spikes-as-floats"), np.random.default_rng(26)
    one = np.float32(1)
    for name, minus in [("", -one), ("_or_negative_zero", one)]:
        x, y = rng.random((2, 5, 2, 1, 4, 4)) < 0.4
        w = random_weights(rng, np.float32, (3, 4))
        real = y.astype(np.float32)
        # 1 - y is 0 or 1; y - 1 is 0, -1 or, times 0, -0.0.
        rest = ar.norm(real, np.array(minus), np.array(-minus))
        product = x.astype(np.float32) * rest
        pooled = product.reshape(5, 2, 2, 2, 2, 2).max((3, 5))
        flat = pooled.reshape(5, 2, 4)
        late = np.concatenate([np.ones((1, 2, 4), np.float32), flat[:-1]])
        a = each_row(lambda s, w=w: ar.dense(s, w), late)
        square = product[:, :, 0]
        b = each_row(lambda s: ar.matmul(s, s, np.float32), square)
        f32 = "tensor<1x4x4xf32>"
        file.add(
            "conjunction" + name,
            "A product of spikes as floats, its largest, its delay, and its square.",
            {"x": x, "y": y},
            f"%minus = arith.constant {constant(np.array(minus))}\n"
            f"%plus = arith.constant {constant(np.array(-minus))}\n"
            f"%w = arith.constant {constant(w)}\n"
            f"%real = snn.add %y : (tensor<1x4x4xi1>) -> {f32}\n"
            f"%rest = snn.norm %real scale %minus shift %plus : ({f32}, f32, f32) -> "
            f"{f32}\n"
            f"%p = snn.mul %x, %rest : (tensor<1x4x4xi1>, {f32}) -> {f32}\n"
            f"%m = snn.pool max %p kernel [2, 2] : {f32} -> tensor<1x2x2xf32>\n"
            "%flat = snn.reshape %m : tensor<1x2x2xf32> -> tensor<4xf32>\n"
            "%late = snn.delay %flat by 1 initial 1.0 : f32 : tensor<4xf32>\n"
            "%a = snn.dense %late, %w : (tensor<4xf32>, tensor<3x4xf32>) -> "
            "tensor<3xf32>\n"
            f"%square = snn.reshape %p : {f32} -> tensor<4x4xf32>\n"
            "%b = snn.matmul %square, %square : (tensor<4x4xf32>, tensor<4x4xf32>) "
            "-> tensor<4x4xf32>",
            {"a": a, "b": b, "p": product},
        )
    file.write()


def write_signals():
    write_spikes_as_floats()
    write_matmul()
    write_dense_shared()
    write_norm()
    write_reduce()
    write_moves()
