# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ATen ops, one entry each: what happens to dimensions, and what is emitted.

An entry is a function from a converter and the op's operands, in the order of its
schema, to (dims, emit): the dimensions of the result, and a function that adds the op
to a builder once all axes are known. It raises Unsupported for what has no form in a
network. Operands are Values (signals), Constants, and Python numbers and lists.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from volley._law import absolute, ceil, floor, roundeven, sqrt, trunc, where
from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import (
    Constant,
    Total,
    Value,
    align,
    as_number,
    reduce_value,
    widen,
)

TABLE: dict[str, Callable[..., tuple[ax.Dims, Callable]]] = {}


def op(*names):
    """Enters a function for ATen ops by name (without overload)."""

    def decorate(function):
        TABLE.update(dict.fromkeys(names, function))
        return function

    return decorate


# Products.


@op("linear")
def linear(c, x, weight, bias=None):
    return _dense(x, weight.array, None if bias is None else bias.array)


def _dense(x, weight, bias=None):
    ax.bind_data(x.dims[-1])
    dims = x.dims[:-1] + ax.make_dims(weight.shape[:1], ax.DATA)
    return dims, lambda net, **at: net.dense(x.signal, weight, bias, **at)


@op("matmul", "bmm")
def matmul(c, a, b):
    if isinstance(b, Constant) and len(b.shape) == 2:
        return _dense(a, np.ascontiguousarray(b.array.T))
    if min(len(a.shape), len(b.shape)) < 2:
        raise Unsupported("a product of vectors; use matrices")
    ax.bind_data(*a.dims[-2:], *b.dims[-2:])
    ax.unite(a.dims[-1], b.dims[-2])
    batch = ax.broadcast(a.dims[:-2], b.dims[:-2])
    dims = (*batch, a.dims[-2], b.dims[-1])

    def emit(net, **at):
        left = align(net, a, (*batch, *a.dims[-2:]), **at)
        right = align(net, b, (*batch, *b.dims[-2:]), **at)
        return net.matmul(left, right, **at)

    return dims, emit


@op("conv1d", "conv2d")
def conv(c, x, weight, bias, stride, padding, dilation, groups):
    rank = len(weight.shape) - 2
    kernel = weight.shape[2:]
    dilation = _per_dim(dilation, rank)
    stride = _per_dim(stride, rank)
    pads = _conv_padding(padding, kernel, dilation)
    leading, space = x.dims[: -rank - 1], x.dims[-rank:]
    ax.bind_data(*x.dims[-rank - 1 :])
    sizes = [
        (s + sum(p) - d * (k - 1) - 1) // step + 1
        for s, p, d, k, step in zip(
            map(ax.size_of, space), pads, dilation, kernel, stride
        )
    ]
    dims = (*leading, *ax.make_dims([weight.shape[0], *sizes], ax.DATA))

    def emit(net, **at):
        _check_leading(leading)
        return net.conv(
            x.signal,
            weight.array,
            None if bias is None else bias.array,
            stride=stride,
            padding=[p for pair in pads for p in pair],
            dilation=dilation,
            groups=groups,
            **at,
        )

    return dims, emit


def _per_dim(value, rank):
    value = [value] if isinstance(value, int) else list(value)
    return value * rank if len(value) == 1 else value


def _conv_padding(padding, kernel, dilation):
    """Padding before and after, per dimension."""
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        return [(t // 2, t - t // 2) for t in total]
    return [(p, p) for p in _per_dim(padding, len(kernel))]


def _check_leading(dims):
    if any(map(ax.has_data, dims)):
        raise Unsupported(
            "the batch dimension of a convolution or pool holds data; put data into "
            "channels or space"
        )


@op("einsum")
def einsum(c, equation, operands, **_):
    """Of two tensors without repeated or broadcast indices: a matrix product."""
    inputs, _, output = equation.replace(" ", "").partition("->")
    names = inputs.split(",")
    if len(names) != 2 or "." in equation or any(len(set(n)) < len(n) for n in names):
        raise Unsupported(f"einsum '{equation}'; use matmul")
    a, b = operands
    common = [i for i in names[0] if i in names[1]]
    batch = [i for i in common if i in output]
    summed = [i for i in common if i not in output]
    left, right = ([i for i in n if i not in common] for n in names)
    if set(left + right) - set(output) or len(batch + left + right) != len(output):
        raise Unsupported(f"einsum '{equation}'; use matmul and sum")
    dims = {**dict(zip(names[0], a.dims)), **dict(zip(names[1], b.dims))}
    for i in common:
        ax.unite(a.dims[names[0].index(i)], b.dims[names[1].index(i)])
    ax.bind_data(*(dims[i] for i in summed + left + right if i not in batch))
    result = tuple(dims[i] for i in output)

    def emit(net, **at):
        kept = [i for i in batch if ax.has_data(dims[i])]
        groups = [kept, left, summed, right]
        sizes = [math.prod(ax.data_size(dims[i]) for i in group) for group in groups]
        x = _arranged(net, a, names[0], [*kept, *left, *summed], sizes[:3], **at)
        y = _arranged(
            net, b, names[1], [*kept, *summed, *right], [sizes[0], *sizes[2:]], **at
        )
        z = net.matmul(x, y, **at)
        found = [*kept, *left, *right]
        z = net.reshape(z, [ax.data_size(dims[i]) for i in found], **at)
        order = [found.index(i) for i in output if i in found]
        return net.transpose(z, order, **at)

    return result, emit


def _arranged(net, x, names, order, shape, **at):
    """x with its indices in another order, merged into three dimensions."""
    held = [i for i, dim in zip(names, x.dims) if ax.has_data(dim)]
    signal = align(net, x, x.dims, **at)
    signal = net.transpose(signal, [held.index(i) for i in order], **at)
    return net.reshape(signal, shape, **at)


# Normalisation.


@op("batch_norm")
def batch_norm(c, x, weight, bias, mean, var, training, momentum, eps, cudnn):
    if training or mean is None:
        raise Unsupported(
            "a batch norm that uses the statistics of the batch; track running "
            "statistics and use eval()"
        )
    ax.bind_data(x.dims[1])
    scale = 1.0 / np.sqrt(var.array.astype(np.float64) + eps)
    if weight is not None:
        scale = scale * weight.array.astype(np.float64)
    shift = -mean.array.astype(np.float64) * scale
    if bias is not None:
        shift = shift + bias.array.astype(np.float64)

    def emit(net, **at):
        shape = [1] * ax.data_position(x.dims, 1) + [-1]
        return net.norm(x.signal, scale.reshape(shape), shift.reshape(shape), **at)

    return x.dims, emit


# Pools.


@op(
    "max_pool1d",
    "max_pool2d",
    "max_pool1d_with_indices",
    "max_pool2d_with_indices",
)
def max_pool(c, x, kernel, stride, padding, dilation, ceil_mode):
    if any(d != 1 for d in _per_dim(dilation, 1)):
        raise Unsupported("a dilated max pool; use dilation 1")
    return _pool("max", x, kernel, stride, padding, ceil_mode)


@op("avg_pool1d")
def avg_pool1d(c, x, kernel, stride, padding, ceil_mode, count_include_pad):
    return avg_pool2d(c, x, kernel, stride, padding, ceil_mode, count_include_pad, None)


@op("avg_pool2d")
def avg_pool2d(c, x, kernel, stride, padding, ceil_mode, include_pad, divisor):
    if any(_per_dim(padding, 1)) and not include_pad:
        raise Unsupported("an average pool that leaves padding out; pad by 0")
    if divisor is not None:
        raise Unsupported("an average pool with a divisor of its own; scale its result")
    return _pool("avg", x, kernel, stride, padding, ceil_mode)


def _pool(kind, x, kernel, stride, padding, ceil_mode=False):
    rank = len(x.shape) - 2 if len(x.shape) > 2 else 1
    rank = len(kernel) if len(kernel) > 1 else rank
    kernel, padding = _per_dim(kernel, rank), _per_dim(padding, rank)
    stride = _per_dim(stride, rank) if stride else kernel
    leading = x.dims[: -rank - 1]
    ax.bind_data(*x.dims[-rank - 1 :])
    spans = [
        ax.size_of(dim) + 2 * p - k
        for dim, p, k in zip(x.dims[-rank:], padding, kernel)
    ]
    if ceil_mode and any(span % s for span, s in zip(spans, stride)):
        raise Unsupported("a pool with ceil_mode whose last window is cut; pad instead")
    sizes = [span // s + 1 for span, s in zip(spans, stride)]
    dims = (*leading, x.dims[-rank - 1], *ax.make_dims(sizes, ax.DATA))

    def emit(net, **at):
        _check_leading(leading)
        pads = [p for p in padding for _ in range(2)]
        return net.pool(kind, x.signal, kernel, stride=stride, padding=pads, **at)

    return dims, emit


@op("adaptive_avg_pool1d", "adaptive_avg_pool2d")
def adaptive_avg_pool(c, x, sizes):
    return _adaptive_pool("avg", x, sizes)


@op("adaptive_max_pool1d", "adaptive_max_pool2d")
def adaptive_max_pool(c, x, sizes):
    return _adaptive_pool("max", x, sizes)


def _adaptive_pool(kind, x, sizes):
    now = x.shape[-len(sizes) :]
    sizes = [n if s is None else s for s, n in zip(sizes, now)]
    if list(now) == sizes:
        return x.dims, lambda net, **at: x.signal
    if all(n % s == 0 for n, s in zip(now, sizes)):
        kernel = [n // s for n, s in zip(now, sizes)]
        return _pool(kind, x, kernel, kernel, [0])
    if all(n == 1 for n in now):
        dims = (*x.dims[: -len(sizes)], *ax.make_dims(sizes, ax.DATA))
        ax.bind_data(*x.dims[-len(sizes) :])
        return dims, lambda net, **at: align(net, x, dims, **at)
    raise Unsupported(
        f"an adaptive pool from {tuple(now)} to {tuple(sizes)}, whose windows are of "
        "several sizes; use sizes that divide"
    )


# Shapes.


def _reshaped(x, dims):
    return dims, lambda net, **at: x.reshaped(net, ax.data_shape(dims), **at)


@op("reshape", "view", "_unsafe_view")
def reshape(c, x, shape):
    return _reshaped(x, ax.reshape(x.dims, c.shape))


@op("flatten")
def flatten(c, x, start, end):
    return _reshaped(x, ax.reshape(x.dims, c.shape))


@op("unflatten")
def unflatten(c, x, dim, sizes):
    return _reshaped(x, ax.reshape(x.dims, c.shape))


@op("squeeze")
def squeeze(c, x, dim=None):
    rank = len(x.dims)
    dims = range(rank) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = {d % rank for d in dims if ax.is_unit(x.dims[d])}
    return _reshaped(x, tuple(dim for d, dim in enumerate(x.dims) if d not in gone))


@op("unsqueeze")
def unsqueeze(c, x, dim):
    dim %= len(x.dims) + 1
    return _reshaped(x, (*x.dims[:dim], (ax.Axis(1),), *x.dims[dim:]))


@op("permute")
def permute(c, x, order):
    order = [d % len(x.dims) for d in order]
    dims = tuple(x.dims[d] for d in order)

    def emit(net, **at):
        kept = [d for d in order if ax.has_data(x.dims[d])]
        permutation = [sorted(kept).index(d) for d in kept]
        if permutation == sorted(permutation):
            return x.signal
        return net.transpose(x.signal, permutation, **at)

    return dims, emit


@op("transpose", "swapaxes", "swapdims")
def transpose(c, x, a, b):
    order = list(range(len(x.dims)))
    order[a], order[b] = order[b], order[a]
    return permute(c, x, order)


@op("t", "numpy_T", "mT")
def transpose_last(c, x):
    return transpose(c, x, -1, -2) if len(x.dims) > 1 else _same(x)


@op("movedim", "moveaxis")
def movedim(c, x, source, target):
    rank = len(x.dims)
    sources = [s % rank for s in _per_dim(source, 1)]
    targets = [t % rank for t in _per_dim(target, 1)]
    rest = iter(d for d in range(rank) if d not in sources)
    placed = dict(zip(targets, sources))
    return permute(
        c, x, [placed[d] if d in placed else next(rest) for d in range(rank)]
    )


@op("expand", "expand_as")
def expand(c, x, shape, **_):
    return _expand(x, c.shape)


def _expand(x, shape):
    new = len(shape) - len(x.dims)
    dims = [(ax.Axis(size, copies=True),) for size in shape[:new]]
    for dim, size in zip(x.dims, shape[new:]):
        dims.append(dim if ax.size_of(dim) == size else (ax.Axis(size, copies=True),))
    dims = tuple(dims)
    return dims, lambda net, **at: align(net, x, dims, **at)


@op("upsample_nearest1d", "upsample_nearest2d")
def upsample(c, x, size, *_):
    rank = len(c.shape) - 2
    factors = [n // m for n, m in zip(c.shape[2:], x.shape[2:])]
    if any(m * f != n for f, m, n in zip(factors, x.shape[2:], c.shape[2:])):
        raise Unsupported("an upsampling by a factor that is not whole")
    split = x.dims[:2]
    for dim in x.dims[2:]:
        split = (*split, dim, (ax.Axis(1, ax.DATA),))
    wide = list(split)
    for i, factor in enumerate(factors):
        wide[3 + 2 * i] = (ax.Axis(factor, ax.DATA),)
    ax.bind_data(*x.dims[-rank:])
    dims = (*x.dims[:2], *ax.make_dims(c.shape[2:], ax.DATA))

    def emit(net, **at):
        signal = align(net, x.with_dims(split), tuple(wide), **at)
        return net.reshape(signal, ax.data_shape(dims), **at)

    return dims, emit


@op("repeat")
def repeat(c, x, repeats):
    shape = (1,) * (len(repeats) - len(x.dims)) + x.shape
    if all(r == 1 or s == 1 for r, s in zip(repeats, shape)):
        return _expand(x, tuple(r * s for r, s in zip(repeats, shape)))
    if sum(r != 1 for r in repeats) > 1 or len(shape) > len(x.dims):
        raise Unsupported("a repetition along several dimensions; use expand")
    dim = next(d for d, r in enumerate(repeats) if r != 1)
    return cat(c, [x] * repeats[dim], dim)


@op("select")
def select(c, x, dim, index):
    dim %= len(x.dims)
    dims = x.dims[:dim] + x.dims[dim + 1 :]

    def emit(net, **at):
        if ax.has_data(x.dims[dim]):
            part = _slice(net, x, dim, index % x.shape[dim], 1, **at)
            return _to_shape(net, part, ax.data_shape(dims), **at)
        if not x.dims[dim][0].is_time:
            raise Unsupported("picks one sample of the batch; do so with its result")
        if index % x.shape[dim] != x.shape[dim] - 1:
            raise Unsupported(
                f"picks step {index}; only the last step, or all steps alike, can be "
                "used"
            )
        return net.reduce_time("last", x.signal, **at)

    return dims, emit


@op("slice")
def slice_(c, x, dim, start, end, step):
    if step != 1:
        raise Unsupported("a slice with a step; reshape and select instead")
    dim %= len(x.dims)
    size = x.shape[dim]
    start, end = (
        max(0, min(size, size + bound if bound < 0 else bound))
        for bound in (start or 0, size if end is None else end)
    )
    ax.bind_data(x.dims[dim])
    dims = (*x.dims[:dim], (ax.Axis(end - start, ax.DATA),), *x.dims[dim + 1 :])
    return dims, lambda net, **at: _slice(net, x, dim, start, end - start, **at)


@op("narrow")
def narrow(c, x, dim, start, length):
    return slice_(c, x, dim, start, start + length, 1)


def _slice(net, x, dim, start, size, **at):
    sizes = list(ax.data_shape(x.dims))
    offsets = [0] * len(sizes)
    position = ax.data_position(x.dims, dim)
    offsets[position], sizes[position] = start, size
    return net.slice(x.signal, offsets, sizes, **at)


def _to_shape(net, signal, shape, **at):
    if tuple(signal.shape) == tuple(shape):
        return signal
    return net.reshape(signal, shape, **at)


@op("cat", "concat", "concatenate")
def cat(c, parts, dim=0):
    dim %= len(parts[0].dims)
    parts = [p.along(dim) if isinstance(p, Constant) else p for p in parts]
    for part in parts:
        ax.bind_data(part.dims[dim])
    before = ax.broadcast(*(part.dims[:dim] for part in parts))
    after = (
        ax.broadcast(*(part.dims[dim + 1 :] for part in parts))
        if c.shape[dim + 1 :]
        else ()
    )
    size = sum(part.shape[dim] for part in parts)
    dims = (*before, (ax.Axis(size, ax.DATA),), *after)

    def emit(net, **at):
        aligned = [
            align(net, part, (*before, part.dims[dim], *after), **at) for part in parts
        ]
        aligned = widen(net, aligned, **at)
        return net.concat(aligned, ax.data_position(dims, dim), **at)

    return dims, emit


@op("stack")
def stack(c, parts, dim=0):
    dim %= len(c.shape)
    return cat(c, [part.with_unit(dim) for part in parts], dim)


@op("constant_pad_nd")
def constant_pad_nd(c, x, pad, value=0):
    if value:
        raise Unsupported("padding by a number that is not 0")
    dims, emit = x.dims, lambda net, **at: x.signal
    for i in range(len(pad) // 2):
        for size, first in ((pad[2 * i], True), (pad[2 * i + 1], False)):
            if size < 0:
                raise Unsupported("padding by a negative size; use a slice")
            if size:
                part = Value(dims, emit)
                dims, emit = _pad(c, part, len(dims) - 1 - i, size, first)
    return dims, emit


@op("pad")
def pad(c, x, sizes, mode="constant", value=None):
    if mode != "constant":
        raise Unsupported(f"padding in mode '{mode}'; pad by 0")
    return constant_pad_nd(c, x, sizes, value or 0)


def _pad(c, x, dim, size, first):
    ax.bind_data(x.dims[dim])
    wide = (ax.Axis(x.shape[dim] + size, ax.DATA),)
    dims = (*x.dims[:dim], wide, *x.dims[dim + 1 :])

    def emit(net, **at):
        inner = x.emit(net, **at)
        shape = list(inner.shape)
        position = ax.data_position(x.dims, dim)
        shape[position] = size
        zeros = net.constant(np.zeros(shape), dtype=inner.dtype)
        parts = [zeros, inner] if first else [inner, zeros]
        return net.concat(parts, position, **at)

    return dims, emit


# Reductions.


@op("sum")
def sum_(c, x, dims=None, keepdim=False, **_):
    if isinstance(dims, list) and len(dims) == 1 and not keepdim:
        c.total = Total(x, x.dims[dims[0]])
    return reduce_value("sum", x, dims, keepdim)


@op("mean")
def mean(c, x, dims=None, keepdim=False, **_):
    return reduce_value("mean", x, dims, keepdim)


@op("amax", "max")
def amax(c, x, dims=None, keepdim=False):
    if isinstance(dims, (Value, Constant)):
        raise Unsupported("the maximum of two tensors; use a neuron or OR of spikes")
    return reduce_value("max", x, dims, keepdim)


# Elementwise.


@op("add")
def add(c, a, b, alpha=1, **kwargs):
    alpha = kwargs.get("alpha", alpha)
    if alpha != 1:
        raise Unsupported("a sum with alpha; scale the operand")
    if not isinstance(a, Value):
        a, b = b, a
    if not isinstance(b, Value):
        return _affine(a, 1.0, b)
    dims = ax.broadcast(a.dims, b.dims)

    def emit(net, **at):
        return net.add(align(net, a, dims, **at), align(net, b, dims, **at), **at)

    return dims, emit


@op("sub", "subtract")
def sub(c, a, b, alpha=1, **kwargs):
    if kwargs.get("alpha", alpha) != 1:
        raise Unsupported("a difference with alpha; scale the operand")
    if not isinstance(b, Value):
        return _affine(a, 1.0, b, negative=True)
    if not isinstance(a, Value):
        return _affine(b, -1.0, a)
    dims = ax.broadcast(a.dims, b.dims)

    def emit(net, **at):
        negative = net.scale(align(net, b, dims, **at), -1.0, **at)
        return net.add(align(net, a, dims, **at), negative, **at)

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
def div(c, a, b, **kwargs):
    if kwargs.get("rounding_mode"):
        raise Unsupported("a division that rounds to integers")
    number = as_number(b)
    if number is not None and math.frexp(number)[0] == 0.5:
        dims, quotient = _scale(a, 1.0 / number)
    else:
        dims, quotient = _pointwise(c, "divide", operator.truediv, a, b)

    def emit(net, **at):
        total = a.total if isinstance(a, Value) else None
        if number is None or total is None or number != total.steps:
            return quotient(net, **at)
        # The sum over all steps, divided by how many there are.
        return net.reduce_time("mean", total.value.signal, **at)

    return dims, emit


@op("square")
def square(c, x):
    return mul(c, x, x)


@op("pow")
def power(c, x, exponent):
    if exponent != 2:
        raise Unsupported("a power other than 2")
    return mul(c, x, x)


@op("logical_and", "bitwise_and", "__and__")
def logical_and(c, a, b):
    return mul(c, a, b)


def _scale(x, factor):
    """x times a constant; a factor of 1 keeps spikes spikes."""
    number = as_number(factor)
    if number == 1:
        return _expand(x, factor.shape) if _is_wider(factor, x) else _same(x)
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
        return _same(x)
    if number is not None and not wider:
        scale, offset = np.asarray(factor), np.asarray(sign * number)
        return x.dims, lambda net, **at: net.norm(x.signal, scale, offset, **at)
    dims = ax.broadcast(x.dims, shift.dims)

    def emit(net, **at):
        offset = sign * shift.aligned(dims)
        scale = np.full_like(offset, factor)
        return net.norm(align(net, x, dims, **at), scale, offset, **at)

    return dims, emit


def _same(x):
    return x.dims, lambda net, **at: x.signal


def _is_wider(constant: Any, x) -> bool:
    """Whether a constant has dimensions that x lacks."""
    if not isinstance(constant, Constant):
        return False
    shape = constant.shape
    return len(shape) > len(x.shape) or any(
        s != 1 and own == 1 for s, own in zip(shape[::-1], x.shape[::-1])
    )


def _pointwise(c, kind, law, *operands, condition=None):
    """The law of a neuron without state, of operands that broadcast."""
    numbers = [as_number(operand) for operand in operands]
    parts = [o for o, n in zip(operands, numbers) if n is None]
    dims = ax.broadcast(*(part.dims for part in parts))

    def emit(net, **at):
        given = [
            number
            if number is not None
            else operand.aligned(dims)
            if isinstance(operand, Constant)
            else align(net, operand, dims, **at)
            for operand, number in zip(operands, numbers)
        ]
        return c.apply(net, kind, law, *given, condition=condition, **at)

    return dims, emit


@op("where")
def where_(c, condition, a, b):
    if not isinstance(condition, Value):
        raise Unsupported("a choice by a constant; choose before")
    return _pointwise(c, "where", where, condition, a, b, condition=0)


@op("masked_fill")
def masked_fill(c, x, mask, value):
    return where_(c, mask, value, x)


def _law(law, *names):
    """Enters elementwise ops by their law."""
    for name in names:

        @op(name)
        def apply(c, *operands, _name=name, **_):
            return _pointwise(c, _name, law, *operands)


_law(lambda x, y: x > y, "gt", "greater")
_law(lambda x, y: x >= y, "ge", "greater_equal")
_law(lambda x, y: x < y, "lt", "less")
_law(lambda x, y: x <= y, "le", "less_equal")
_law(lambda x, y: x == y, "eq")
_law(lambda x, y: x != y, "ne", "not_equal")
_law(lambda x: where(x > 0.0, x, 0.0), "relu")
_law(lambda x, y: where(x > y, x, y), "maximum")
_law(lambda x, y: where(x < y, x, y), "minimum")
_law(absolute, "abs", "absolute")
_law(floor, "floor")
_law(ceil, "ceil")
_law(trunc, "trunc", "fix")
_law(roundeven, "round")
_law(sqrt, "sqrt")


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

    return _pointwise(c, "clamp", law, x, *bounds)


@op("leaky_relu")
def leaky_relu(c, x, slope=0.01):
    return _pointwise(c, "leaky_relu", _leaky, x, slope)


@op("prelu")
def prelu(c, x, weight):
    rank = len(x.dims)
    shape = (-1,) + (1,) * (rank - 2) if rank > 1 else (-1,)
    slope = Constant(weight.tensor.reshape(shape))
    return _pointwise(c, "prelu", _leaky, x, slope)


def _leaky(x, slope):
    return where(x > 0.0, x, slope * x)


@op("logical_not", "bitwise_not")
def logical_not(c, x):
    if x.node.dtype != torch.bool:
        raise Unsupported("a negation of numbers; compare them first")
    return _pointwise(c, "not", lambda x: ~x, x, condition=0)


@op("to", "_to_copy", "type_as")
def to(c, x, *_, **__):
    source = x.node.dtype
    if c.is_integer or c.is_bool:
        raise Unsupported("a conversion to integers; compare with a number instead")
    if source.is_floating_point and source != c.node.dtype:
        raise Unsupported(f"a conversion to {c.node.dtype}; keep one type")
    return _same(x)


# What has no form in a network, and what could replace it.

HINTS = {
    "softmax": "softmax has no spike-driven form; use softmax-free attention, such as "
    "q (k^T v) of spikes with a scale",
    "_softmax": "softmax has no spike-driven form; use softmax-free attention",
    "log_softmax": "leave log_softmax to what reads the network's output",
    "scaled_dot_product_attention": "attention with softmax has no spike-driven form; "
    "use softmax-free attention, such as q (k^T v) of spikes with a scale",
    "gelu": "GELU is not spike-driven; use a spiking neuron, or ReLU",
    "silu": "SiLU is not spike-driven; use a spiking neuron, or ReLU",
    "sigmoid": "sigmoid is not spike-driven; use a spiking neuron, or fold it into "
    "a parameter",
    "tanh": "tanh is not spike-driven; use a spiking neuron",
    "elu": "ELU is not spike-driven; use a spiking neuron, or ReLU",
    "layer_norm": "layer norm depends on the values at run time; use batch norm, which "
    "is constant at inference",
    "group_norm": "group norm depends on the values at run time; use batch norm",
    "instance_norm": "instance norm depends on the values at run time; use batch norm",
    "rms_norm": "RMS norm depends on the values at run time; use batch norm",
    "dropout": "dropout is on even in eval(); use nn.Dropout, or pass "
    "training=self.training",
    "embedding": "an embedding reads by index; give the network the embedded input",
    "argmax": "leave argmax to what reads the network's output",
    "conv_transpose2d": "transposed convolutions are not supported; use upsampling by "
    "reshape and a convolution",
    "conv3d": "3-d convolutions are not supported; use 1-d or 2-d",
    "lstm": "an LSTM is not a spiking neuron",
    "gru": "a GRU is not a spiking neuron",
    "written": "only some steps of the tensor are written; write all, or use a list",
    "unknown": "see the other errors",
}


def describe(name: str) -> str:
    """Why an op is refused, and what could replace it."""
    return HINTS.get(name, f"the op '{name}' is not supported")
