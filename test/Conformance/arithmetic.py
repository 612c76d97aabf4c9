# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The arithmetic of docs/Spec in plain Python: one rounding per operation.

Numbers are NumPy scalars of float32 or float64, whose +, -, * and / round once.
Written from the text, not from the compiler.
"""

import math
from fractions import Fraction

import numpy as np


def round_to(kind, exact):
    """A fraction that is not zero to the nearest float, ties to even."""
    near = float(exact)
    if kind is np.float64 or math.isinf(near):
        return kind(near)
    # Through f64 without rounding twice: round to odd first.
    if Fraction(near) != exact and not np.float64(near).view(np.int64) & 1:
        near = math.nextafter(near, math.inf if exact > Fraction(near) else -math.inf)
    return kind(near)


def fma(a, b, c):
    """a b + c with one rounding."""
    kind = type(c)
    numbers = [float(x) for x in (a, b, c)]
    if all(map(math.isfinite, numbers)):
        a, b, c = map(Fraction, numbers)
        if a * b + c != 0:
            return round_to(kind, a * b + c)
    return kind(numbers[0] * numbers[1] + numbers[2])


def to_float(kind, x):
    """An i1 or i32 to the nearest float; a float stays."""
    if isinstance(x, (bool, np.bool_)):
        return kind(1.0 if x else 0.0)
    if isinstance(x, np.integer):
        return kind(0.0) if x == 0 else round_to(kind, Fraction(int(x)))
    return x


def wrap(x):
    """An integer modulo 2^32, as i32."""
    return np.int32((int(x) + 2**31) % 2**32 - 2**31)


def dot(x, w, bias):
    """The law `ascending` of terms in order."""
    kind = type(w[0])
    acc = kind(0.0)
    for a, b in zip(x, w):
        acc = fma(to_float(kind, a), b, acc)
    if bias is None or bias == 0:
        bias = kind(0.0)
    return acc + bias


def dense(x, weight, bias=None):
    """(.., in) by (.., out, in) to (.., out)."""
    y = np.empty(weight.shape[:-1], weight.dtype)
    for index in np.ndindex(*y.shape):
        b = None if bias is None else bias[index]
        y[index] = dot(x[index[:-1]], weight[index], b)
    return y


def quantize(row):
    """The integers of the law `exact` for some weights, and their exponent."""
    for exponent in range(126, -200, -1):
        integers = [round(Fraction(float(w)) * Fraction(2) ** exponent) for w in row]
        if max(map(abs, integers)) <= 0x7F7F7F:
            return integers, exponent if any(row) else 0
    raise AssertionError("no exponent")


def exact_dot(terms, row, bias=None):
    """The sum of an exact product; `row` are all weights of the output, of which
    `terms` has (index, x)."""
    integers, exponent = quantize(row)
    total = sum(int(x) * integers[k] for k, x in terms)
    bias = np.float32(0 if bias is None or bias == 0 else bias)
    total = round_to(np.float32, Fraction(total)) if total else np.float32(0)
    return total * np.float32(math.ldexp(1, -exponent)) + bias


def exact_dense(x, weight, bias=None):
    """dense() under the law `exact`."""
    y = np.empty((*x.shape[:-1], weight.shape[-2]), np.float32)
    for index in np.ndindex(*y.shape):
        own = index if weight.ndim > 2 else index[-1:]
        b = None if bias is None else bias[own]
        y[index] = exact_dot(list(enumerate(x[index[:-1]])), weight[own], b)
    return y


def exact_conv(x, weight, bias=None, stride=None, padding=None, groups=1):
    """conv() under the law `exact`."""
    rank = x.ndim - 1
    stride, padding = stride or [1] * rank, padding or [0] * 2 * rank
    sizes, positions = get_windows(
        x.shape[1:], weight.shape[2:], stride, padding, [1] * rank
    )
    out, per_group = weight.shape[:2]
    indices = np.arange(weight[0].size).reshape(weight.shape[1:])
    y = np.empty((out, *sizes), np.float32)
    for o, *at in np.ndindex(*y.shape):
        first = o // (out // groups) * per_group
        terms = [
            (indices[(c, *offset)], x[(first + c, *position)])
            for position, offset in positions(at)
            for c in range(per_group)
        ]
        b = None if bias is None else bias[o]
        y[(o, *at)] = exact_dot(terms, weight[o].ravel(), b)
    return y


def matmul(a, b, kind):
    """(.., M, K) by (.., K, N) to (.., M, N) of a type."""
    y = np.empty((*a.shape[:-1], b.shape[-1]), kind)
    for index in np.ndindex(*y.shape):
        row, column = a[index[:-1]], b[(*index[:-2], slice(None), index[-1])]
        if kind is np.int32:
            y[index] = wrap(sum(int(p) * int(q) for p, q in zip(row, column)))
            continue
        acc = kind(0.0)
        for p, q in zip(row, column):
            if any(not isinstance(x, np.floating) and x == 0 for x in (p, q)):
                continue
            acc = fma(to_float(kind, p), to_float(kind, q), acc)
        y[index] = acc + kind(0.0)
    return y


def norm(x, scale, shift):
    """fma(x, scale, shift), both of which broadcast from the left."""
    kind = scale.dtype.type
    y = np.empty(x.shape, kind)
    for index in np.ndindex(*y.shape):
        a, c = (
            p[tuple(0 if n == 1 else i for i, n in zip(index, p.shape))]
            for p in (scale, shift)
        )
        y[index] = fma(to_float(kind, x[index]), a, c)
    return y


def combine(mode, terms, kind):
    """The sum, mean or largest of some terms in order."""
    terms = list(terms)
    if mode == "max":
        least = {"b": False, "i": -(2**31), "f": -np.inf}[kind.kind]
        best = kind.type(least)
        for x in terms:
            best = x if x > best else best
        return best
    if isinstance(terms[0], np.floating):
        total = terms[0].dtype.type(0.0)
        for x in terms:
            total = total + x
    else:
        total = wrap(sum(int(x) for x in terms))
    if mode == "sum":
        return total
    return to_float(kind.type, total) / kind.type(len(terms))


def reduce(mode, x, dims, kind):
    """A reduction over dimensions, in their row-major order."""
    kept = [d for d in range(x.ndim) if d not in dims]
    rows = x.transpose(*kept, *dims).reshape(*(x.shape[d] for d in kept), -1)
    y = np.empty(rows.shape[:-1], kind)
    for index in np.ndindex(*y.shape):
        y[index] = combine(mode, rows[index], kind)
    return y


def reduce_time(mode, x, kind):
    """(T, B, shape) to (B, shape)."""
    if mode == "last":
        return x[-1].copy()
    y = np.empty(x.shape[1:], kind)
    for index in np.ndindex(*y.shape):
        steps = [step[index] for step in x]
        if mode == "first_spike":
            y[index] = next((t for t, s in enumerate(steps) if s != 0), len(steps))
        else:
            y[index] = combine(mode, steps, kind)
    return y


def get_windows(shape, kernel, stride, padding, dilation):
    """Output sizes, and a function from an output position to those it reads."""
    sizes = [
        (n + padding[2 * d] + padding[2 * d + 1] - dilation[d] * (kernel[d] - 1) - 1)
        // stride[d]
        + 1
        for d, n in enumerate(shape)
    ]

    def positions(out):
        for offset in np.ndindex(*kernel):
            at = tuple(
                out[d] * stride[d] + offset[d] * dilation[d] - padding[2 * d]
                for d in range(len(shape))
            )
            if all(0 <= a < n for a, n in zip(at, shape)):
                yield at, offset

    return sizes, positions


def conv(x, weight, bias=None, stride=None, padding=None, dilation=None, groups=1):
    """(C, spatial) to (O, spatial); terms by kernel position, then channel."""
    rank = x.ndim - 1
    stride, dilation = stride or [1] * rank, dilation or [1] * rank
    padding = padding or [0] * 2 * rank
    sizes, positions = get_windows(
        x.shape[1:], weight.shape[2:], stride, padding, dilation
    )
    out, per_group = weight.shape[0], weight.shape[1]
    y = np.empty((out, *sizes), weight.dtype)
    for o, *at in np.ndindex(*y.shape):
        first = o // (out // groups) * per_group
        terms, weights = [], []
        for position, offset in positions(at):
            for c in range(per_group):
                terms.append(x[(first + c, *position)])
                weights.append(weight[(o, c, *offset)])
        b = None if bias is None else bias[o]
        y[(o, *at)] = dot(terms, weights or [weight.dtype.type(0)], b)
    return y


def pool(mode, x, kernel, stride=None, padding=None, kind=None):
    """(C, spatial); `kind` is the element type of the result."""
    rank = x.ndim - 1
    stride, padding = stride or [1] * rank, padding or [0] * 2 * rank
    sizes, positions = get_windows(x.shape[1:], kernel, stride, padding, [1] * rank)
    y = np.empty((x.shape[0], *sizes), kind or x.dtype)
    is_integer = x.dtype.kind in "bi"
    for c, *at in np.ndindex(*y.shape):
        values = [x[(c, *position)] for position, _ in positions(at)]
        if mode == "max":
            best = {"b": False, "i": -(2**31), "f": -math.inf}[x.dtype.kind]
            best, seen = x.dtype.type(best), False
            for value in values:
                if value > best or (not seen and value == best):
                    best, seen = value, True
            y[(c, *at)] = best
            continue
        total = x.dtype.type(0) if not is_integer else 0
        for value in values:
            total = total + (int(value) if is_integer else value)
        if is_integer:
            total = wrap(total)
        if mode == "avg":
            total = to_float(y.dtype.type, total) / y.dtype.type(math.prod(kernel))
        y[(c, *at)] = total
    return y


def exp(x):
    """snn.exp in f32."""
    f = np.float32
    if np.isnan(x):
        return x
    if x > f(88.72283):
        return f(np.inf)
    if x < f(-103.97208):
        return f(0.0)
    n = f(np.rint(x * f(1.44269504088896341)))
    r = fma(n, f(-0.693359375), x)
    r = fma(n, f(2.12194440e-4), r)
    p = f(1.9875691500e-4)
    for c in (
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        5.0000001201e-1,
    ):
        p = fma(p, r, f(c))
    y = fma(p, r * r, r) + f(1.0)
    half = int(int(n) / 2)
    return y * f(math.ldexp(1.0, half)) * f(math.ldexp(1.0, int(n) - half))


def log(x):
    """snn.log in f32."""
    f = np.float32
    if np.isnan(x) or x == np.inf:
        return x
    if x < 0:
        return f(np.nan)
    if x == 0:
        return f(-np.inf)
    mantissa, n = math.frexp(float(x))  # Exact, for subnormal numbers too.
    m = f(mantissa)
    if m < f(0.707106781186547524):
        n, m = n - 1, m + m
    m = m - f(1.0)
    z = m * m
    p = f(7.0376836292e-2)
    for c in (
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    ):
        p = fma(p, m, f(c))
    y = m * z * p
    y = fma(f(n), f(-2.12194440e-4), y)
    y = fma(z, f(-0.5), y)
    return fma(f(n), f(0.693359375), m + y)


def to_int(x):
    """Toward zero, saturating."""
    if np.isnan(x):
        return np.int32(0)
    if np.isinf(x):
        return np.int32(2**31 - 1 if x > 0 else -(2**31))
    return np.int32(max(-(2**31), min(2**31 - 1, math.trunc(float(x)))))
