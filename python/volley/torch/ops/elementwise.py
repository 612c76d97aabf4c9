# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Arithmetic, comparisons and functions of elements."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import torch

from volley._law import (
    absolute,
    ceil,
    exp,
    floor,
    fma,
    log,
    roundeven,
    sqrt,
    to_int,
    trunc,
    where,
)
from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import Constant, Value, align, as_number
from volley.torch.ops._common import INEXACT, expanded, op, pointwise, same


def maximum(x, y):
    return where(x > y, x, y)


def minimum(x, y):
    return where(x < y, x, y)


@op("add")
def add(c, a, b, alpha=1):
    if c.is_bool:
        return logical_or(c, a, b)
    if alpha != 1:
        return pointwise(c, "add", lambda x, y: fma(float(alpha), y, x), a, b)
    if not isinstance(a, Value):
        a, b = b, a
    if not isinstance(b, Value):
        return _affine(a, 1.0, b)
    dims = ax.broadcast(a.dims, b.dims)

    def emit(net, **at):
        return net.add(align(net, a, dims, **at), align(net, b, dims, **at), **at)

    return dims, emit


@op("sub", "subtract")
def sub(c, a, b, alpha=1):
    if alpha != 1:
        return add(c, a, b, -alpha)
    if not isinstance(b, Value):
        return _affine(a, 1.0, b, negative=True)
    if not isinstance(a, Value):
        return _complement(c, b, a)
    dims = ax.broadcast(a.dims, b.dims)

    def emit(net, **at):
        negative = net.scale(align(net, b, dims, **at), -1.0, **at)
        return net.add(align(net, a, dims, **at), negative, **at)

    return dims, emit


def _complement(c, x, number):
    """A number minus x; 1 minus spikes are spikes again."""
    dims, difference = _affine(x, -1.0, number)

    def emit(net, **at):
        is_spikes = x.signal.dtype == "i1" and ax.data_shape(dims) == x.signal.shape
        if as_number(number) == 1 and is_spikes:
            return c.apply(net, "not", lambda x: ~x, x.signal, binary=(0,), **at)
        return difference(net, **at)

    return dims, emit


@op("rsub")
def rsub(c, a, b, alpha=1):
    return sub(c, b, a, alpha)


@op("neg")
def neg(c, x):
    return x.dims, lambda net, **at: net.scale(x.signal, -1.0, **at)


@op("mul", "multiply")
def mul(c, a, b):
    if not isinstance(a, Value):
        a, b = b, a
    if not isinstance(b, Value):
        return _scale(a, b)
    dims = ax.broadcast(a.dims, b.dims)

    def emit(net, **at):
        return net.mul(align(net, a, dims, **at), align(net, b, dims, **at), **at)

    return dims, emit


@op("div", "divide", "true_divide")
def div(c, a, b, rounding_mode=None):
    if rounding_mode == "trunc":
        return pointwise(c, "divide", lambda x, y: trunc(x / y), a, b)
    if rounding_mode:
        _check_quotient(c, b, "a division that rounds down; use floor of the quotient")
        return pointwise(c, "divide", lambda x, y: floor(x / y), a, b)
    number, varies = as_number(b), c.varies(b)
    if number is not None and math.frexp(number)[0] == 0.5:
        dims, quotient = _scale(a, 1.0 / number)
    else:
        dims, quotient = pointwise(c, "divide", operator.truediv, a, b)

    def emit(net, **at):
        total = a.total if isinstance(a, Value) else None
        if not c.is_mean(number, total):
            if varies:
                raise Unsupported(c.describe_varying(number))
            return quotient(net, **at)
        # The sum over all steps, divided by how many there are.
        return net.reduce_time("mean", total.value.signal, **at)

    return dims, emit


def _check_quotient(c, b, text):
    """Refuses what PyTorch computes from the remainder, unless that is the same: of
    whole numbers, and of a divisor that is a power of two."""
    divisors = b.array if isinstance(b, Constant) else np.asarray(as_number(b))
    if not c.is_integer and (
        isinstance(b, Value) or (np.frexp(np.abs(divisors))[0] != 0.5).any()
    ):
        raise Unsupported(text)


_REMAINDER = (
    "a remainder of floats; use a divisor that is a power of two, or whole numbers"
)


@op("remainder")
def remainder(c, a, b):
    _check_quotient(c, b, _REMAINDER)
    return pointwise(c, "remainder", lambda x, y: fma(-floor(x / y), y, x), a, b)


@op("fmod")
def fmod(c, a, b):
    _check_quotient(c, b, _REMAINDER)
    return pointwise(c, "remainder", lambda x, y: fma(-trunc(x / y), y, x), a, b)


@op("lerp")
def lerp(c, a, b, weight):
    """PyTorch starts from the nearer end, and rounds once after the product."""
    number = as_number(weight)

    def law(x, y, *w):
        if number is None:
            near = fma(w[0], y - x, x)
            return where(absolute(w[0]) < 0.5, near, fma(x - y, 1.0 - w[0], y))
        if abs(number) < 0.5:
            return fma(number, y - x, x)
        return fma(1.0 - np.float32(number).item(), x - y, y)

    return pointwise(c, "lerp", law, a, b, *([weight] if number is None else []))


@op("addcmul")
def addcmul(c, x, a, b, value=1):
    return pointwise(c, "addcmul", lambda x, a, b: fma(a * float(value), b, x), x, a, b)


@op("floor_divide")
def floor_divide(c, a, b):
    return div(c, a, b, rounding_mode="floor")


@op("square")
def square(c, x):
    return mul(c, x, x)


@op("pow")
def power(c, x, exponent):
    number = as_number(exponent)
    if number is None:
        base = as_number(x)
        if base is None or base <= 0:
            raise Unsupported(
                "a power of a signal, of a base that is no number above 0"
            )
        c.problems.remark(c.node.where, INEXACT.format("pow"))
        rate = math.log(base)
        return pointwise(c, "pow", lambda x: exp(x * rate), exponent)
    if number == 1:
        return same(x)
    if number == 2:
        return mul(c, x, x)
    if number in _POWERS:
        return pointwise(c, "pow", _POWERS[number], x)
    if not number or number != int(number) or abs(number) > _MOST_FACTORS:
        raise Unsupported(
            f"a power of {exponent:g}; use roots, or whole numbers up to "
            f"{_MOST_FACTORS}"
        )
    c.problems.remark(c.node.where, INEXACT.format("pow"))

    def law(x):
        product = x
        for _ in range(abs(int(number)) - 1):
            product = product * x
        return product if number > 0 else 1.0 / product

    return pointwise(c, "pow", law, x)


# Those that PyTorch computes in the same way.
_POWERS = {
    -2: lambda x: 1.0 / (x * x),
    -1: lambda x: 1.0 / x,
    -0.5: lambda x: 1.0 / sqrt(x),
    0.5: lambda x: sqrt(x),
    3: lambda x: x * x * x,
}

_MOST_FACTORS = 8


@op("logical_and", "bitwise_and", "__and__")
def logical_and(c, a, b):
    if all(isinstance(x, Value) and x.node.dtype == torch.bool for x in (a, b)):
        return mul(c, a, b)
    return _logical(c, "and", operator.and_, a, b)


@op("logical_or", "bitwise_or", "__or__")
def logical_or(c, a, b):
    return _logical(c, "or", operator.or_, a, b)


@op("logical_xor", "bitwise_xor", "__xor__")
def logical_xor(c, a, b):
    return _logical(c, "xor", operator.xor, a, b)


def _logical(c, kind, law, *operands):
    """An op of truth values; of integers it would be one of their bits."""
    for x in operands:
        tensor = x.node if isinstance(x, Value) else getattr(x, "tensor", None)
        is_truth = isinstance(x, bool) if tensor is None else tensor.dtype == torch.bool
        if not is_truth:
            raise Unsupported("a logical op of numbers; compare them first")
    signals = [i for i, x in enumerate(operands) if isinstance(x, Value)]

    def of_truths(*values):
        return law(*(x if i in signals else x > 0.5 for i, x in enumerate(values)))

    return pointwise(c, kind, of_truths, *operands, binary=signals)


def _scale(x, factor):
    """x times a constant; a factor of 1 keeps spikes spikes."""
    number = as_number(factor)
    if number == 1:
        return expanded(x, factor.shape) if _is_wider(factor, x) else same(x)
    if number is not None and not _is_wider(factor, x):
        return x.dims, lambda net, **at: net.scale(x.signal, number, **at)
    dims = ax.broadcast(x.dims, factor.dims)

    def emit(net, **at):
        return net.scale(align(net, x, dims, **at), factor.aligned(dims), **at)

    return dims, emit


def _affine(x, factor, shift, negative=False):
    """x times 1 or -1, plus a constant: one rounding."""
    number = as_number(shift)
    sign = -1.0 if negative else 1.0
    wider = _is_wider(shift, x)
    if number == 0 and factor == 1 and not wider:
        return same(x)
    if number is not None and not wider:
        scale, offset = np.asarray(factor), np.asarray(sign * number)
        return x.dims, lambda net, **at: net.norm(x.signal, scale, offset, **at)
    dims = ax.broadcast(x.dims, shift.dims)

    def emit(net, **at):
        offset = sign * shift.aligned(dims)
        scale = np.full_like(offset, factor)
        return net.norm(align(net, x, dims, **at), scale, offset, **at)

    return dims, emit


def _is_wider(constant: Any, x) -> bool:
    """Whether a constant has dimensions that x lacks."""
    if not isinstance(constant, Constant):
        return False
    shape = constant.shape
    return len(shape) > len(x.shape) or any(
        s != 1 and own == 1 for s, own in zip(shape[::-1], x.shape[::-1])
    )


@op("where")
def where_(c, condition, a, b):
    if isinstance(condition, Constant):
        mask = Constant(condition.whole.to(torch.float32))
        return pointwise(c, "where", lambda m, x, y: where(m > 0.5, x, y), mask, a, b)
    return pointwise(c, "where", where, condition, a, b, binary=(0,))


@op("index_put")
def index_put(c, x, indices, values, accumulate=False):
    (mask,) = indices if len(indices) == 1 else (None,)
    given = [(d, i) for d, i in enumerate(indices) if i is not None]
    is_mask = isinstance(mask, Value) and mask.node.dtype == torch.bool
    if not accumulate and as_number(values) is not None:
        if is_mask:
            return where_(c, mask, values, x)
        if len(given) == 1 and isinstance(given[0][1], Constant):
            return index_fill(c, x, *given[0], values)
    raise Unsupported("writing by index; use torch.where, or a stack of parts")


@op("index_fill")
def index_fill(c, x, dim, index, value):
    """A number at constant indices of a dimension."""
    if not isinstance(index, Constant) or index.whole.ndim > 1:
        raise Unsupported(
            "writing by an index that is computed; use torch.where with a mask"
        )
    mask = torch.zeros(x.shape[dim], dtype=torch.bool)
    mask[index.whole] = True
    ax.bind_data(x.dims[dim])
    rest = len(x.dims) - dim % len(x.dims) - 1
    return where_(c, Constant(mask.reshape(-1, *[1] * rest)), value, x)


@op("tril")
def tril(c, x, diagonal=0):
    return _triangle(c, x, torch.tril, diagonal)


@op("triu")
def triu(c, x, diagonal=0):
    return _triangle(c, x, torch.triu, diagonal)


def _triangle(c, x, part, diagonal):
    """Zero on one side of a diagonal of the last two dimensions."""
    ax.bind_data(*x.dims[-2:])
    mask = part(torch.ones(x.shape[-2:], dtype=torch.bool), diagonal)
    return where_(c, Constant(mask), x, 0.0)


@op("masked_fill")
def masked_fill(c, x, mask, value):
    return where_(c, mask, value, x)


def _law(law, *names):
    """Enters elementwise ops by their law."""
    for name in names:

        @op(name)
        def apply(c, *operands, _name=name):
            return pointwise(c, _name, law, *operands)


_law(lambda x, y: x > y, "gt", "greater")

_law(lambda x, y: x >= y, "ge", "greater_equal")

_law(lambda x, y: x < y, "lt", "less")

_law(lambda x, y: x <= y, "le", "less_equal")

_law(lambda x, y: x == y, "eq")

_law(lambda x, y: x != y, "ne", "not_equal")

_law(lambda x: where(x > 0.0, x, 0.0), "relu")

_law(maximum, "maximum")

_law(minimum, "minimum")

_law(lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, x)), "sign", "sgn")

_law(lambda x, y: where(x > 0.0, 1.0, where(x < 0.0, 0.0, y)), "heaviside")

_law(lambda x: where(x > 6.0, 6.0, where(x > 0.0, x, 0.0)), "relu6")

_law(lambda x, y, z: where(x > y, x, z), "threshold")

_law(absolute, "abs", "absolute")

_law(floor, "floor")

_law(ceil, "ceil")

_law(trunc, "trunc", "fix")

_law(sqrt, "sqrt")

_law(lambda x: 1.0 / sqrt(x), "rsqrt")

_law(lambda x: 1.0 / x, "reciprocal")


@op("round")
def round_(c, x, decimals=0):
    """PyTorch rounds to decimals by a multiplication, or a division, by ten to them."""
    tens = 10.0 ** abs(decimals)
    if decimals > 0:
        return pointwise(c, "round", lambda x: roundeven(x * tens) / tens, x)
    if decimals < 0:
        return pointwise(c, "round", lambda x: roundeven(x / tens) * tens, x)
    return pointwise(c, "round", roundeven, x)


def _sigmoid(x):
    return 1.0 / (1.0 + exp(-x))


def _exponential(law, *names):
    """Enters ops with an exponential or a logarithm."""
    for name in names:

        @op(name)
        def apply(c, x):
            c.problems.remark(c.node.where, INEXACT.format(c.node.op))
            return pointwise(c, c.node.op, law, x)


_exponential(_sigmoid, "sigmoid")

_exponential(lambda x: 2.0 * _sigmoid(2.0 * x) - 1.0, "tanh")

_exponential(exp, "exp")

_exponential(log, "log")


@op("clamp", "clip", "clamp_min", "clamp_max", "hardtanh")
def clamp(c, x, low=None, high=None):
    if c.node.op == "clamp_max":
        low, high = None, low
    bounds = [bound for bound in (low, high) if bound is not None]

    def law(x, *given):
        rest = list(given)
        if low is not None:
            x = where(x < rest[0], rest.pop(0), x)
        return where(x > rest[0], rest[0], x) if rest else x

    return pointwise(c, "clamp", law, x, *bounds)


@op("leaky_relu")
def leaky_relu(c, x, slope=0.01):
    return pointwise(c, "leaky_relu", _leaky, x, slope)


@op("prelu")
def prelu(c, x, weight):
    rank = len(x.dims)
    shape = (-1,) + (1,) * (rank - 2) if rank > 1 else (-1,)
    slope = Constant(weight.tensor.reshape(shape))
    return pointwise(c, "prelu", _leaky, x, slope)


def _leaky(x, slope):
    return where(x > 0.0, x, slope * x)


@op("logical_not", "bitwise_not")
def logical_not(c, x):
    if x.node.dtype != torch.bool:
        raise Unsupported("a negation of numbers; compare them first")
    return pointwise(c, "not", lambda x: ~x, x, binary=(0,))


@op("to", "_to_copy", "type_as")
def to(c, x, *_):
    source = x.node.dtype
    if c.is_bool:
        return pointwise(c, "ne", lambda x: x != 0.0, x)
    if c.is_integer:
        if not source.is_floating_point:
            return same(x)
        return pointwise(c, "int", lambda x: to_int(trunc(x)), x)
    if source.is_floating_point and source != c.node.dtype:
        raise Unsupported(f"a conversion to {c.node.dtype}; keep one type")
    return same(x)
