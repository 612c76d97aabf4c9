# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the conformance files of this folder whose values need arithmetic.

    python test/Conformance/generate.py

What the networks must give is computed here, from the Spec, by arithmetic.py and
neurons.py, with nothing of the compiler.
"""

import itertools

import numpy as np

import arithmetic as ar
import neurons
from cycles import write_cycles
from files import (
    ELEMENTS,
    File,
    constant,
    each_row,
    random_array,
    random_weights,
    type_of,
)
from rates import write_rates, write_reduce_time
from scalars import write_scalars
from signals import write_signals
from wide import write_wide

# Files


def write_dense():
    file, rng = File("dense"), np.random.default_rng(1)
    for kind, real in itertools.product(
        ("bool", "int32", "float"), ("float32", "float64")
    ):
        kind = real if kind == "float" else kind
        x = random_array(rng, kind, (2, 2, 19))
        w, b = random_weights(rng, real, (5, 19)), random_weights(rng, real, 5)
        y = each_row(lambda s, w=w, b=b: ar.dense(s, w, b), x)
        file.add(
            f"{ELEMENTS[kind]}_{ELEMENTS[real]}",
            "Terms in ascending order, each a fused product and sum; then the bias.",
            {"x": x},
            f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
            f"%y = snn.dense %x, %w bias %b : ({type_of(x, 2)}, {type_of(w)}, "
            f"{type_of(b)}) -> {type_of(y, 2)}",
            {"y": y},
        )
    x = random_array(rng, "float32", (1, 3, 2, 7))
    w = random_weights(rng, "float32", (2, 3, 7))
    y = each_row(lambda s: ar.dense(s, w), x)
    file.add(
        "leading_dimensions",
        "One product per leading index. An absent bias is +0.0.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.dense %x, %w : ({type_of(x, 2)}, {type_of(w)}) -> {type_of(y, 2)}",
        {"y": y},
    )
    x = np.array([[[0, 1e-30]], [[-0.0, 0]], [[1, 0]]], np.float32)
    w = np.array([[1.0, -1e-30]], np.float32)
    b = np.array([-0.0], np.float32)
    y = each_row(lambda s: ar.dense(s, w, b), x)
    assert not np.signbit(y).any()
    file.add(
        "no_negative_zero",
        "A product that underflows to -0.0, inputs of -0.0, a bias of -0.0: a sum is\n"
        "never -0.0, so that terms of zero inputs can be left out.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
        f"%y = snn.dense %x, %w bias %b : ({type_of(x, 2)}, {type_of(w)}, "
        f"{type_of(b)}) -> {type_of(y, 2)}",
        {"y": y},
    )
    x = np.array([[[16777217, 1]], [[2**31 - 1, -(2**31)]]], np.int32)
    w = np.array([[1.0, 3.0]], np.float32)
    y = each_row(lambda s: ar.dense(s, w), x)
    file.add(
        "large_integers",
        "An i32 is rounded to the nearest f32 first.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.dense %x, %w : ({type_of(x, 2)}, {type_of(w)}) -> {type_of(y, 2)}",
        {"y": y},
    )
    inf, nan = np.inf, np.nan
    x = np.array([[[inf, 0, 1]], [[nan, 0, 0]], [[inf, inf, 0]]], np.float32)
    w = np.array([[1.0, -1.0, 2.0]], np.float32)
    y = each_row(lambda s: ar.dense(s, w), x)
    file.add(
        "not_finite",
        "Infinities and NaNs are terms like any other.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.dense %x, %w : ({type_of(x, 2)}, {type_of(w)}) -> {type_of(y, 2)}",
        {"y": y},
    )
    file.write()


def write_conv():
    file, rng = File("conv"), np.random.default_rng(2)
    cases = [
        ("plain", (2, 5, 6), (3, 2, 3, 3), {}),
        ("strided", (2, 6, 7), (3, 2, 3, 2), {"stride": [2, 3]}),
        ("padded", (2, 4, 4), (2, 2, 3, 3), {"padding": [1, 2, 0, 1]}),
        (
            "dilated",
            (1, 7, 8),
            (2, 1, 2, 3),
            {"dilation": [3, 2], "padding": [1, 1, 2, 2]},
        ),
        ("grouped", (4, 4, 4), (6, 2, 2, 2), {"groups": 2}),
        (
            "depthwise",
            (5, 5, 4),
            (5, 1, 3, 3),
            {"groups": 5, "padding": [1, 1, 1, 1], "stride": [2, 1]},
        ),
        ("one_dimension", (3, 9), (4, 3, 3), {"stride": [2], "padding": [2, 0]}),
        ("all_padding", (1, 1, 1), (1, 1, 2, 2), {"padding": [2, 2, 2, 2]}),
    ]
    for (name, shape, weight, settings), kind in itertools.product(
        cases, ("bool", "int32", "float32")
    ):
        x = random_array(rng, kind, (1, 2, *shape))
        w, b = random_weights(rng, "float32", weight), None
        bias = types = ""
        if name != "plain":
            b = random_weights(rng, "float32", weight[0])
            bias, types = " bias %b", f", {type_of(b)}"
        y = each_row(lambda s, w=w, b=b, k=settings: ar.conv(s, w, b, **k), x)
        order = ("stride", "padding", "dilation", "groups")
        attributes = "".join(f" {k} {settings[k]}" for k in order if k in settings)
        body = f"%w = arith.constant {constant(w)}\n"
        if bias:
            body += f"%b = arith.constant {constant(b)}\n"
        body += (
            f"%y = snn.conv %x, %w{bias}{attributes} : ({type_of(x, 2)}, "
            f"{type_of(w)}{types}) -> {type_of(y, 2)}"
        )
        file.add(
            f"{name}_{ELEMENTS[kind]}",
            "By kernel position, then channel; positions in the padding are no terms.",
            {"x": x},
            body,
            {"y": y},
        )
    x = random_array(rng, "float32", (1, 1, 3, 5, 5))
    w = random_weights(rng, "float32", (4, 3, 3, 3))
    y = each_row(lambda s: ar.conv(s, w, stride=[2, 2]), x)
    last, y_last = np.moveaxis(x, 2, -1), np.moveaxis(y, 2, -1)
    file.add(
        "channels_last",
        "The layout changes the place of an element, not its bits.",
        {"x": np.ascontiguousarray(last)},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.conv %x, %w stride [2, 2] channels_last : ({type_of(last, 2)}, "
        f"{type_of(w)}) -> {type_of(y_last, 2)}",
        {"y": np.ascontiguousarray(y_last)},
    )
    file.write()


def write_exact():
    file, rng = File("exact"), np.random.default_rng(11)
    for kind in "bool", "int32", "float32":
        x = random_array(rng, kind, (2, 2, 19))
        if kind == "float32":
            x = np.round(4 * x).astype(np.float32)
        w, b = (
            random_weights(rng, "float32", (5, 19)),
            random_weights(rng, "float32", 5),
        )
        # The largest weight decides: just below a power of two, it takes a bit.
        w[0] = 0
        w[1, 3], w[2, 3] = 255.99, 255.0
        w[3] *= np.float32(2.0**-140)
        w[4] *= np.float32(2.0**118)
        y = each_row(lambda s, w=w, b=b: ar.exact_dense(s, w, b), x)
        file.add(
            f"dense_{ELEMENTS[kind]}",
            "A row of zeros, largest weights below a power of two and at one less, a\n"
            "row of tiny weights and one of huge ones. Nothing depends on order.",
            {"x": x},
            f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
            f"%y = snn.dense %x, %w bias %b sum exact : ({type_of(x, 2)}, "
            f"{type_of(w)}, {type_of(b)}) -> {type_of(y, 2)}",
            {"y": y},
        )
    x = np.array([[[1, 1, 1]], [[1, 0, 1]], [[0, 1, 1]]], bool)
    w = np.array([[1e8, 1, -1e8], [2.0**23, 1.5, 2.5], [2.0**24, 1, 3]], np.float32)
    y = each_row(lambda s: ar.exact_dense(s, w), x)
    file.add(
        "rounding",
        "A weight is rounded to the nearest integer of its row, ties to even; sums\n"
        "are not rounded until they are done.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.dense %x, %w sum exact : ({type_of(x, 2)}, {type_of(w)}) -> "
        f"{type_of(y, 2)}",
        {"y": y},
    )
    x = np.array([[[2**31 - 1, -(2**31), 3]], [[16777217, 16777219, -1]]], np.int32)
    w = np.array([[1.0, 1.0, 0.7], [0.3, 0.6, -0.9]], np.float32)
    y = each_row(lambda s: ar.exact_dense(s, w), x)
    file.add(
        "large_counts",
        "Sums of more than 24 bits are rounded once, to even.",
        {"x": x},
        f"%w = arith.constant {constant(w)}\n"
        f"%y = snn.dense %x, %w sum exact : ({type_of(x, 2)}, {type_of(w)}) -> "
        f"{type_of(y, 2)}",
        {"y": y},
    )
    x = random_array(rng, "bool", (1, 2, 2, 3, 19))
    for shape in (5, 19), (2, 3, 5, 19):
        w = random_weights(rng, "float32", shape)
        b = random_weights(rng, "float32", shape[:-1])
        y = each_row(lambda s, w=w, b=b: ar.exact_dense(s, w, b), x)
        file.add(
            "shared" if len(shape) == 2 else "own",
            "One weight for all rows, or one for each.",
            {"x": x},
            f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
            f"%y = snn.dense %x, %w bias %b sum exact : ({type_of(x, 2)}, "
            f"{type_of(w)}, {type_of(b)}) -> {type_of(y, 2)}",
            {"y": y},
        )
    for groups in 1, 2:
        x = random_array(rng, "bool", (2, 1, 4, 5, 4))
        w = random_weights(rng, "float32", (6, 4 // groups, 3, 2))
        b = random_weights(rng, "float32", 6)
        y = each_row(
            lambda s, w=w, b=b, g=groups: ar.exact_conv(
                s, w, b, [2, 1], [1, 1, 0, 1], groups=g
            ),
            x,
        )
        file.add(
            f"conv_{groups}",
            "An output's row of weights is that of all positions and channels, also\n"
            "where the padding leaves some out.",
            {"x": x},
            f"%w = arith.constant {constant(w)}\n%b = arith.constant {constant(b)}\n"
            "%y = snn.conv %x, %w bias %b stride [2, 1] padding [1, 1, 0, 1] groups "
            f"{groups} sum exact : ({type_of(x, 2)}, {type_of(w)}, {type_of(b)}) -> "
            f"{type_of(y, 2)}",
            {"y": y},
        )
    file.write()


def integer_weights(rng, bits, shape):
    """Integers of some bits, each output's times another power of two."""
    most = 2 ** (bits - 1) - 1
    units = 2.0 ** rng.integers(-100, 100, (shape[0], *[1] * (len(shape) - 1)))
    return (rng.integers(-most, most + 1, shape) * units).astype(np.float32)


def write_integers():
    file, rng = File("integers"), np.random.default_rng(13)
    laws = {
        "ascending": (ar.dense, ar.conv, ""),
        "exact": (ar.exact_dense, ar.exact_conv, " sum exact"),
    }
    for bits in 2, 8, 9, 16, 20:
        w = integer_weights(rng, bits, (18, 70))
        w[0] = 0
        # All of the same sign: the largest sum.
        w[1] = abs(w[1])
        b = random_weights(rng, "float32", 18)
        b[2:4] = w[2:4, 0]
        x = random_array(rng, "bool", (2, 3, 70))
        x[0, 0] = True
        for law, (dense, _, text) in laws.items():
            y = each_row(lambda s, w=w, b=b, dense=dense: dense(s, w, b), x)
            file.add(
                f"dense_{bits}_{law}",
                f"Sums of integers of {bits} bits, which no order changes.",
                {"x": x},
                f"%w = arith.constant {constant(w)}\n"
                f"%b = arith.constant {constant(b)}\n"
                f"%y = snn.dense %x, %w bias %b{text} : ({type_of(x, 2)}, "
                f"{type_of(w)}, {type_of(b)}) -> {type_of(y, 2)}",
                {"y": y},
            )
    for groups in 1, 2:
        w = integer_weights(rng, 8, (6, 4 // groups, 3, 2))
        b = random_weights(rng, "float32", 6)
        x = random_array(rng, "bool", (2, 1, 4, 5, 4))
        for law, (_, conv, text) in laws.items():
            y = each_row(
                lambda s, w=w, b=b, g=groups, conv=conv: conv(
                    s, w, b, [2, 1], [1, 1, 0, 1], groups=g
                ),
                x,
            )
            file.add(
                f"conv_{groups}_{law}",
                "The same of windows, in one group and in two.",
                {"x": x},
                f"%w = arith.constant {constant(w)}\n"
                f"%b = arith.constant {constant(b)}\n"
                "%y = snn.conv %x, %w bias %b stride [2, 1] padding [1, 1, 0, 1] "
                f"groups {groups}{text} : ({type_of(x, 2)}, {type_of(w)}, "
                f"{type_of(b)}) -> {type_of(y, 2)}",
                {"y": y},
            )
    x = np.array([[[1, 1, 1, 1]], [[1, 0, 1, 1]], [[0, 1, 1, 0]]], bool)
    w = np.array(
        [
            [2**23, 2**23, 1, 1],
            [2**24, 1, 1, -(2**24)],
            [2**23 - 2, 2**23, 1, 0],
            [2.0**127, 2.0**127, -(2.0**127), 0],
            [2.0**-149, 2.0**-148, 0, -(2.0**-149)],
        ],
        np.float32,
    )
    for row in range(len(w)):
        weight = w[row : row + 1]
        y = each_row(lambda s, weight=weight: ar.dense(s, weight), x)
        file.add(
            f"limit_{row}",
            "At the limits of what f32 adds without rounding: integers by the last\n"
            "bit, sums beyond the largest number, weights below the normal ones.",
            {"x": x},
            f"%w = arith.constant {constant(weight)}\n"
            f"%y = snn.dense %x, %w : ({type_of(x, 2)}, {type_of(weight)}) -> "
            f"{type_of(y, 2)}",
            {"y": y},
        )
    file.write()


def write_pool():
    file, rng = File("pool"), np.random.default_rng(3)
    geometries = [
        ("plain", (2, 4, 6), [2, 3], {"stride": [2, 3]}),
        (
            "padded",
            (2, 3, 3),
            [2, 2],
            {"stride": [1, 2], "padding": [1, 0, 1, 1]},
        ),
        ("one_dimension", (3, 7), [3], {"stride": [2], "padding": [1, 1]}),
    ]
    kinds = {
        "sum": [("bool", "int32"), ("int32", "int32"), ("float32", "float32")],
        "avg": [("bool", "float32"), ("int32", "float64"), ("float32", "float32")],
        "max": [("bool", "bool"), ("int32", "int32"), ("float32", "float32")],
    }
    for (name, shape, kernel, settings), mode in itertools.product(geometries, kinds):
        for kind, result in kinds[mode]:
            x = random_array(rng, kind, (2, 1, *shape))
            y = each_row(
                lambda s, m=mode, k=kernel, g=settings, r=result: ar.pool(
                    m, s, k, kind=np.dtype(r), **g
                ),
                x,
            )
            attributes = "".join(f" {k} {v}" for k, v in settings.items())
            file.add(
                f"{mode}_{name}_{ELEMENTS[kind]}",
                {
                    "sum": "The sum of the window in row-major order.",
                    "avg": "The sum, then one division by the kernel's area, padding "
                    "counted.",
                    "max": "The largest; padding takes no part.",
                }[mode],
                {"x": x},
                f"%y = snn.pool {mode} %x kernel {kernel}{attributes} : "
                f"{type_of(x, 2)} -> {type_of(y, 2)}",
                {"y": y},
            )
    nan = np.nan
    x = np.array([[[[nan, -1.0, -0.0, 0.0, nan, nan]]]], np.float32)
    y = each_row(lambda s: ar.pool("max", s, [2], stride=[2], kind=np.float32), x)
    file.add(
        "max_of_nan",
        "NaN never wins; of equal zeros the first one does.",
        {"x": x},
        f"%y = snn.pool max %x kernel [2] stride [2] : {type_of(x, 2)} -> "
        f"{type_of(y, 2)}",
        {"y": y},
    )
    file.write()


def write_elementwise():
    file, rng = File("elementwise"), np.random.default_rng(4)
    f = np.float32
    a = random_array(rng, "float32", (2, 2, 3, 4))
    b = random_array(rng, "float32", (2, 2, 3, 4))
    c = random_array(rng, "float32", (2, 2, 3, 4))
    shape = type_of(a, 2)
    file.add(
        "add_in_order",
        "From left to right.",
        {"a": a, "b": b, "c": c},
        f"%y = snn.add %a, %b, %c : {shape}\n%z = snn.add %c, %b, %a : {shape}",
        {"y": (a + b) + c, "z": (c + b) + a},
    )
    spikes = random_array(rng, "bool", (2, 2, 3, 4))
    counts = random_array(rng, "int32", (2, 2, 3, 4))
    file.add(
        "mixed_types",
        "Operands are converted to the type of the result first.",
        {"s": spikes, "n": counts, "x": a},
        f"%sn = snn.add %s, %n : ({type_of(spikes, 2)}, {type_of(counts, 2)}) -> "
        f"{type_of(counts, 2)}\n"
        f"%snx = snn.add %s, %n, %x : ({type_of(spikes, 2)}, {type_of(counts, 2)}, "
        f"{shape}) -> {shape}\n"
        f"%nx = snn.mul %n, %x : ({type_of(counts, 2)}, {shape}) -> {shape}\n"
        f"%ss = snn.mul %s, %s : {type_of(spikes, 2)}\n"
        f"%real = snn.add %s : ({type_of(spikes, 2)}) -> {shape}",
        {
            "sn": (spikes + counts).astype(np.int32),
            "snx": (spikes.astype(f) + counts.astype(f)) + a,
            "nx": counts.astype(f) * a,
            "ss": spikes,
            "real": spikes.astype(f),
        },
    )
    factor = random_weights(rng, "float32", 3)
    scalar = f(0.1)
    file.add(
        "scale",
        "Factors broadcast, aligned at the left.",
        {"s": spikes, "x": a},
        f"%k = arith.constant {constant(factor)}\n%c = arith.constant "
        f"{constant(np.array(scalar))}\n"
        f"%a = snn.scale %x by %k : {shape}, {type_of(factor)} -> {shape}\n"
        f"%b = snn.scale %s by %k : {type_of(spikes, 2)}, {type_of(factor)} -> "
        f"{shape}\n"
        f"%d = snn.scale %x by %c : {shape}, f32 -> {shape}",
        {
            "a": a * factor[:, None],
            "b": spikes.astype(f) * factor[:, None],
            "d": a * scalar,
        },
    )
    x = np.array([[[-0.0, 0.0, -0.0]]], f)
    y = np.array([[[-0.0, -0.0, 0.0]]], f)
    file.add(
        "signs_of_zeros",
        "A sum of two -0.0 is -0.0.",
        {"x": x, "y": y},
        "%s = snn.add %x, %y : tensor<3xf32>\n%p = snn.mul %x, %y : tensor<3xf32>",
        {"s": x + y, "p": x * y},
    )
    n = np.array([[[2**31 - 1, -(2**31), 65536]]], np.int32)
    file.add(
        "integers_wrap",
        "Integer sums and products are modulo 2^32.",
        {"n": n},
        "%s = snn.add %n, %n : tensor<3xi32>\n%p = snn.mul %n, %n : tensor<3xi32>",
        {
            "s": np.vectorize(lambda v: ar.wrap(2 * int(v)))(n).astype(np.int32),
            "p": np.vectorize(lambda v: ar.wrap(int(v) ** 2))(n).astype(np.int32),
        },
    )
    file.write()


VARIANTS = {
    "zero": {"reset": "zero"},
    "subtract": {"reset": "subtract"},
    "none": {"reset": "none"},
    "ge": {"reset": "zero", "compare": "ge"},
    "ge_subtract": {"reset": "subtract", "compare": "ge"},
    "late_zero": {"reset": "zero", "reset_delay": True},
    "late_subtract": {"reset": "subtract", "reset_delay": True},
    "residual": {"reset": "subtract", "residual_reset": True},
    "multi": {"reset": "subtract", "spikes": "multi"},
    "clamped": {"reset": "subtract", "v_min": -0.25},
}
EXACT_VARIANTS = {
    "zero": {"reset": "zero"},
    "subtract": {"reset": "subtract"},
    "multi": {"reset": "subtract", "spikes": "multi"},
}
OTHER_VARIANTS = {
    "plain": {"reset": "none"},
    "clamped": {"reset": "none", "v_min": 0.1},
}
DT = 0.001


def make_params(rng, kind, scheme, size):
    """Physical parameters, uniform ones among them."""
    leakless = kind in ("if", "integrator")
    params = {}
    for name in neurons.PARAMETERS[kind]:
        if name.startswith("tau"):
            value = rng.uniform(0.002, 0.006 if "_" in name else 0.02, size)
        elif name == "r":
            low, high = (
                (0.4, 1.2) if not leakless or scheme == "per_step" else (300, 900)
            )
            value = rng.uniform(low, high, size)
            value = 1.0 if scheme == "per_step" else value
        elif name == "w_in":
            value = 1.0 if scheme == "forward_euler" else rng.uniform(0.5, 2, size)
        elif name == "v_leak":
            value = 0.0 if scheme == "exponential" else rng.uniform(-0.1, 0.1, size)
        elif name == "v_reset":
            value = rng.uniform(-0.2, 0.1, size)
        else:
            value = 1.0 if scheme == "per_step" else rng.uniform(0.3, 0.6, size)
        params[name] = np.asarray(value, np.float64)
    return params


def add_neurons(file, kind, scheme, real, rng):
    size, steps, batch = 3, 12, 1
    params = make_params(rng, kind, scheme, size)
    x = rng.uniform(-0.5, 2.5, (steps, batch, size)).astype(real)
    if scheme == "per_step":
        # Multiples of 1/4: the threshold is met exactly.
        x = (rng.integers(-1, 6, x.shape) / 4).astype(real)
    body = ""
    for name, value in params.items():
        body += f"%{name} = arith.constant {constant(value)}\n"
    names = ", ".join(f"{n} = %{n}" for n in params)
    types = ", ".join(
        "f64" if value.ndim == 0 else type_of(value) for value in params.values()
    )
    variants = VARIANTS if "v_threshold" in params else OTHER_VARIANTS
    if scheme == "exact":
        variants = EXACT_VARIANTS if "v_threshold" in params else {"plain": {}}
    if kind == "threshold":
        variants = {"plain": {}, "ge": {"compare": "ge"}}
    outputs = {}
    for variant, settings in variants.items():
        full = {"reset": "none", "compare": "gt", "spikes": "single", **settings}
        law = neurons.Neurons(
            kind, params, size, DT, np.dtype(real).type, scheme=scheme, **full
        )
        states = neurons.STATES[kind]
        y, recorded = [], {state: [] for state in states}
        for t in range(steps):
            y.append([law.step(x[t, 0])])
            for state in states:
                recorded[state].append([list(getattr(law, state))])
        y = np.array(y)
        if y.dtype.kind == "i":
            y = y.astype(np.int32)
        elif y.dtype.kind == "f":
            y = y.astype(real)
        outputs[variant] = y
        for state in states:
            outputs[f"{variant}_{state}"] = np.array(recorded[state], real)
        text = f'snn.neuron {kind} "{variant}" (%x) params({names} : {types}) '
        text += f"scheme({scheme}) reset({full['reset']}) "
        text += f"compare({full['compare']}) spikes({full['spikes']})"
        for flag in ("reset_delay", "residual_reset"):
            text += f" {flag}" if full.get(flag) else ""
        if "v_min" in full:
            text += f" v_min({full['v_min']})"
        values = [variant, *(f"{variant}_{state}" for state in states)]
        if states:
            listed = ", ".join(f'"{state}"' for state in states)
            text += f" expose [{listed}]"
        result = ", ".join(type_of(outputs[v], 2) for v in values)
        result = f"({result})" if len(values) > 1 else result
        body += ", ".join(f"%{v}" for v in values)
        body += f" = {text}\n    : ({type_of(x, 2)}) -> {result}\n"
    # The case is worth something: neurons fire, and not always.
    for variant in variants:
        if outputs[variant].dtype.kind in "bi":
            assert 0 < np.count_nonzero(outputs[variant]) < outputs[variant].size
    file.add(
        f"{kind}_{scheme}_{ELEMENTS[real]}",
        f"Kind {kind} under {scheme}: its resets, comparisons and bounds.",
        {"x": x},
        body,
        outputs,
        dt=DT,
    )


def write_neurons():
    rng = np.random.default_rng(6)
    for names, kinds in [
        ("neurons-if", ["integrator", "if", "threshold"]),
        ("neurons-lif", ["li", "lif"]),
        ("neurons-cuba", ["cuba_li", "cuba_lif"]),
    ]:
        file = File(names)
        for kind in kinds:
            for scheme in neurons.SCHEMES[kind]:
                for real in ("float32", "float64"):
                    add_neurons(file, kind, scheme, real, rng)
        file.write()


def write_functions():
    file = File(
        "functions",
        *(
            f"snn.neuron_model private @law_{op}_{t}(in %x: {t}) -> "
            f"(y: {result or t}) {{\n  %y = snn.{op} %x : {t}\n"
            f"  snn.next emit (%y : {result or t})\n}}\n"
            for op, result in (("exp", ""), ("log", ""), ("to_int", "i32"))
            for t in ("f32", "f64")
        ),
    )
    rng, f = np.random.default_rng(7), np.float32
    special = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan]
    limits = [88.72283, 88.72284, -87.5, -100.0, -103.97, -103.98, 1e-30, 0.34657359]
    values = {
        "exp": special + limits + list(rng.uniform(-104, 89, 24)),
        "log": special
        + [1e-45, 1e-40, 1.1754944e-38, 3.4e38, 0.70710677, 0.70710683, 1.4142135]
        + list(10.0 ** rng.uniform(-44, 38, 24)),
        "to_int": special
        + [2.9, -2.9, 0.5, 3e9, -3e9, 2147483520.0, 2147483648.0, -2147483648.0]
        + list(rng.uniform(-1e6, 1e6, 8)),
    }
    functions = {"exp": ar.exp, "log": ar.log, "to_int": ar.to_int}
    for op, numbers in values.items():
        for real in ("float32", "float64"):
            x = np.array(numbers, real)
            t, tol = ELEMENTS[real], None
            if op == "to_int" or real == "float32":
                y = np.array([functions[op](v) for v in x])
            else:
                y, tol = getattr(np, op)(x), "1.0e-12"
                # Of numbers near one, where a tolerance means something.
                keep = ~np.isfinite(y) | (np.abs(y) < 1e3)
                x, y = x[keep], y[keep]
            y = y.astype(np.int32 if op == "to_int" else real)
            file.add(
                f"{op}_{t}",
                f"snn.{op} in {t}: "
                + ("to a tolerance." if tol else "these bits on every target."),
                {"x": x.reshape(1, 1, -1)},
                f'%y = snn.population @law_{op}_{t} "{op}" (%x) : '
                f"(tensor<{x.size}x{t}>) -> tensor<{x.size}x"
                f"{'i32' if op == 'to_int' else t}>",
                {"y": y.reshape(1, 1, -1)},
                tol=tol,
            )
    assert f(ar.exp(f(0.0))) == 1.0
    file.write()


IZHIKEVICH = """\
// Two inputs, two states, two outputs and a counter of spikes.
snn.neuron_model @law_{t}(state %v: {t} = -65.0, state %u: {t} = -13.0,
                                 state %n: i32 = 0, in %i: {t}, in %gate: i1,
                                 param %a: {t}, param %b: {t}, param %c: {t},
                                 param %d: {t}) -> (spikes: i1, count: i32, w: {t}) {{
  %k = arith.constant 0.04 : {t}
  %five = arith.constant 5.0 : {t}
  %base = arith.constant 140.0 : {t}
  %half = arith.constant 0.5 : {t}
  %peak = arith.constant 30.0 : {t}
  %zero = arith.constant 0.0 : {t}
  %x = arith.select %gate, %i, %zero : {t}
  %kv = math.fma %k, %v, %five : {t}
  %vv = math.fma %kv, %v, %base : {t}
  %lessu = arith.subf %vv, %u : {t}
  %slope = arith.addf %lessu, %x : {t}
  %v1 = math.fma %half, %slope, %v : {t}
  %bv = arith.mulf %b, %v1 : {t}
  %e = arith.subf %bv, %u : {t}
  %u1 = math.fma %a, %e, %u : {t}
  %s = arith.cmpf oge, %v1, %peak : {t}
  %v2 = arith.select %s, %c, %v1 : {t}
  %ud = arith.addf %u1, %d : {t}
  %u2 = arith.select %s, %ud, %u1 : {t}
  %one = arith.extui %s : i1 to i32
  %n1 = arith.addi %n, %one : i32
  snn.next (%v2, %u2, %n1 : {t}, {t}, i32) emit (%s, %n1, %u2 : i1, i32, {t})
}}
"""


def write_models():
    rng = np.random.default_rng(8)
    file = File("models", *(IZHIKEVICH.format(t=t) for t in ("f32", "f64")))
    steps, batch, shape = 60, 2, (2, 3)
    for real in ("float32", "float64"):
        f, t = np.dtype(real).type, ELEMENTS[real]
        current = rng.uniform(10, 30, (steps, batch, *shape)).astype(real)
        gate = rng.random(current.shape) < 0.9
        a, b = f(0.02), f(0.2)
        c = np.array([-65.0, -50.0], real)  # One entry per channel.
        d = rng.uniform(2, 8, shape).astype(real)
        spikes = np.empty(current.shape, bool)
        count = np.empty(current.shape, np.int32)
        recorded = {
            "u": np.empty(current.shape, real),
            "v": np.empty(current.shape, real),
        }
        for sample, at in itertools.product(range(batch), np.ndindex(*shape)):
            v, u, n = f(-65.0), f(-13.0), 0
            for step in range(steps):
                x = current[(step, sample, *at)] if gate[(step, sample, *at)] else f(0)
                slope = (ar.fma(ar.fma(f(0.04), v, f(5)), v, f(140)) - u) + x
                v = ar.fma(f(0.5), slope, v)
                u = ar.fma(a, b * v - u, u)
                spike = v >= f(30)
                if spike:
                    v, u, n = c[at[0]], u + d[at], n + 1
                index = (step, sample, *at)
                spikes[index], count[index] = spike, n
                recorded["u"][index], recorded["v"][index] = u, v
        assert count[-1].min() > 1
        signal = type_of(current, 2)
        file.add(
            f"izhikevich_{t}",
            "A law of one's own, with parameters that are scalars, one per channel\n"
            "and one per neuron.",
            {"i": current, "gate": gate},
            f"%a = arith.constant {constant(np.array(a))}\n"
            f"%b = arith.constant {constant(np.array(b))}\n"
            f"%c = arith.constant {constant(c)}\n%d = arith.constant {constant(d)}\n"
            f'%s, %n, %w, %v = snn.population @law_{t} "cells" (%i, %gate)\n'
            f"    params(%a, %b, %c, %d : {t}, {t}, {type_of(c)}, {type_of(d)})\n"
            f'    expose ["v"] : ({signal}, {type_of(gate, 2)})\n    -> '
            f"({type_of(gate, 2)}, {type_of(count, 2)}, {signal}, {signal})\n"
            f'snn.probe "cells"::"v" %v : {signal}',
            {"s": spikes, "n": count, "w": recorded["u"]},
            probes={"cells:v": recorded["v"]},
        )
    file.write()


def make_settings():
    """Every combination of reset, comparison and so on that a neuron may have."""
    combinations = {}
    for compare, clamped in itertools.product(("gt", "ge"), (False, True)):
        base = {"compare": compare, "v_min": -0.25 if clamped else None}
        tail = f"_{compare}" + ("_clamped" if clamped else "")
        for reset, delay in itertools.product(
            ("none", "zero", "subtract"), (False, True)
        ):
            name = ("delayed_" if delay else "") + reset + tail
            combinations[name] = {**base, "reset": reset, "reset_delay": delay}
        subtract = {**base, "reset": "subtract"}
        combinations["residual" + tail] = {**subtract, "residual_reset": True}
        combinations["multi" + tail] = {**subtract, "spikes": "multi"}
    for name in ("zero_gt", "multi_ge"):
        combinations["late_" + name] = {**combinations[name], "late": True}
    return combinations


def run_settings(kind, scheme, dt, params, x):
    """The text of a neuron per combination, and what they give."""
    kind_type, outputs = x.dtype.type, {}
    body = "".join(f"%{n} = arith.constant {constant(p)}\n" for n, p in params.items())
    names = ", ".join(f"{n} = %{n}" for n in params)
    types = ", ".join(type_of(p) if p.ndim else "f64" for p in params.values())
    for name, settings in make_settings().items():
        full = {"spikes": "single", "reset_delay": False, **settings}
        law = neurons.Neurons(
            kind, params, x.shape[-1], dt, kind_type, scheme=scheme, **full
        )
        y, v = [], []
        for row in x:
            y.append([law.step(row[0])])
            v.append([list(law.v)])
        y, v = np.array(y), np.array(v, x.dtype)
        if full["spikes"] == "multi":
            y = y.astype(np.int32)
        if full.get("late"):
            y = np.concatenate([np.zeros_like(y[:1]), y[:-1]])
        outputs[name], outputs[name + "_v"] = y, v
        flags = [flag for flag in ("reset_delay", "residual_reset") if full.get(flag)]
        if full["v_min"] is not None:
            flags.append(f"v_min({full['v_min']})")
        if full.get("late"):
            flags.append("late")
        body += (
            f'%{name}, %{name}_v = snn.neuron {kind} "{name}" (%x) '
            f"params({names} : {types})\n    scheme({scheme}) "
            f"reset({full['reset']}) compare({full['compare']}) "
            f"spikes({full['spikes']}) {' '.join([*flags, 'expose'])} "
            f'["v"]\n    : ({type_of(x, 2)}) -> ({type_of(y, 2)}, '
            f"{type_of(v, 2)})\n"
        )
    return body, outputs


def write_settings():
    """Coefficients and inputs are such that nothing rounds and v meets thr."""
    file, rng = File("neurons-settings"), np.random.default_rng(9)
    one, half = np.float64(1), np.float64(0.5)
    leak = {"v_leak": np.array([0.25, 0.0, -0.5])}
    limits = {"v_threshold": np.array([1.0, 1.0, 0.5]), "v_reset": np.float64(0.25)}
    cases = [
        ("if", "per_step", "float32", 1.0, {"r": one, **limits}),
        ("if", "forward_euler", "float64", 0.5, {"r": one, **limits}),
        (
            "lif",
            "forward_euler",
            "float32",
            0.5,
            {"tau": one, "r": one, **leak, **limits},
        ),
        (
            "lif",
            "zero_order_hold",
            "float64",
            np.log(2.0),
            {"tau": one, "r": one, **leak, **limits},
        ),
        (
            "cuba_lif",
            "forward_euler",
            "float32",
            0.5,
            {"tau_syn": half, "tau_mem": one, "r": one, **leak, **limits, "w_in": one},
        ),
    ]
    steps, size = 10, 3
    for kind, scheme, real, dt, params in cases:
        params = {n: params[n] for n in neurons.PARAMETERS[kind]}
        while True:
            x = (rng.integers(-4, 11, (steps, 1, size)) / 4).astype(real)
            body, outputs = run_settings(kind, scheme, dt, params, x)
            # gt and ge differ where v meets thr, and nowhere else.
            if all(
                (outputs[name] != outputs[name.replace("_gt", "_ge")]).any()
                for name in outputs
                if "_gt" in name
                and not name.endswith("_v")
                and not name.startswith(("multi", "late"))
            ):
                break
        file.add(
            f"{kind}_{scheme}_{ELEMENTS[real]}",
            "Every combination of settings. All numbers are multiples of small powers\n"
            "of two, so that potentials meet the threshold exactly.",
            {"x": x},
            body,
            outputs,
            dt=dt,
        )
    file.write()


def main():
    with np.errstate(all="ignore"):
        write_dense()
        write_conv()
        write_exact()
        write_integers()
        write_pool()
        write_elementwise()
        write_cycles()
        write_neurons()
        write_settings()
        write_functions()
        write_models()
        write_scalars()
        write_wide()
        write_signals()
        write_reduce_time()
        write_rates()


if __name__ == "__main__":
    main()
