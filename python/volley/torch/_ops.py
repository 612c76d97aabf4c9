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
from volley.torch._values import (
    Constant,
    Total,
    Value,
    align,
    as_number,
    reduce_value,
    widen,
)

# Of a number in the module's code that is not the same for other lengths.
VARYING = (
    "the number {:g} depends on how many steps there are, which is free in a network; "
    "take the mean over time, or give the number as an input"
)

# Of functions of which no two libraries have the same bits.
INEXACT = "{} differs from PyTorch's in the last places: close, not the same bits"

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
    if isinstance(b, Constant) and b.array.ndim == 2:
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
    kernels = weight.array
    rank, kernel = kernels.ndim - 2, kernels.shape[2:]
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
    dims = (*leading, *ax.make_dims([len(kernels), *sizes], ax.DATA))

    def emit(net, **at):
        _check_leading(leading)
        return net.conv(
            x.signal,
            kernels,
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
    if isinstance(a, Constant):
        (a, b), names = (b, a), names[::-1]
    common = [i for i in names[0] if i in names[1]]
    batch = [i for i in common if i in output]
    summed = [i for i in common if i not in output]
    left, right = ([i for i in n if i not in common] for n in names)
    if set(left + right) - set(output) or len(batch + left + right) != len(output):
        raise Unsupported(f"einsum '{equation}'; use matmul and sum")
    if isinstance(b, Constant) and not batch and len(summed) == len(right) == 1:
        order = [names[1].index(i) for i in right + summed]
        weight = np.ascontiguousarray(b.array.transpose(order))
        first = permute(c, a, [names[0].index(i) for i in left + summed])
        return _chain(
            first,
            lambda x: _dense(x, weight),
            lambda x: permute(c, x, [(left + right).index(i) for i in output]),
        )
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


def _chain(first, *rest):
    """An op on the result of an op, and so on."""
    values = [Value(*first)]
    for apply in rest:
        values.append(Value(*apply(values[-1])))

    def emit(net, **at):
        for value in values:
            value.signal = value.emit(net, **at)
        return values[-1].signal

    return values[-1].dims, emit


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


@op("reshape", "view", "_unsafe_view", "view_as", "reshape_as")
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
    dim %= len(x.dims)
    return _gather(x, dim, range(*slice(start, end, step).indices(x.shape[dim])))


def _gather(x, dim, indices):
    """Elements of a dimension by constant indices, as slices that are joined."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == sum(runs[-1]):
            runs[-1][1] += 1
        else:
            runs.append([index, 1])
    if not runs:
        raise Unsupported("an empty tensor; leave it out")
    if len(runs) > _RUNS:
        raise Unsupported(
            f"{len(runs)} elements that do not follow each other; permute or multiply "
            "by a matrix instead, or arrange the input so"
        )
    ax.bind_data(x.dims[dim])
    size = sum(count for _, count in runs)
    dims = (*x.dims[:dim], (ax.Axis(size, ax.DATA),), *x.dims[dim + 1 :])

    def emit(net, **at):
        parts = [_slice(net, x, dim, *run, **at) for run in runs]
        if len(parts) == 1:
            return parts[0]
        return net.concat(parts, ax.data_position(x.dims, dim), **at)

    return dims, emit


# More pieces than this are no slices any more.
_RUNS = 256


@op("pixel_shuffle")
def pixel_shuffle(c, x, factor):
    *leading, channels, height, width = x.shape
    rank, count = len(leading), channels // factor**2
    split = (*leading, count, factor, factor, height, width)
    order = [*range(rank + 1), rank + 3, rank + 1, rank + 4, rank + 2]
    return _chain(
        _reshaped(x, ax.reshape(x.dims, split)),
        lambda x: permute(c, x, order),
        lambda x: _reshaped(x, ax.reshape(x.dims, c.shape)),
    )


@op("roll")
def roll(c, x, shifts, dims=()):
    if len(dims) != 1:
        raise Unsupported("a roll over several dimensions, or none; give one in dims")
    dim = dims[0] % len(x.dims)
    size = x.shape[dim]
    return _gather(x, dim, [(i - shifts[0]) % size for i in range(size)])


@op("flip")
def flip(c, x, dims):
    if len(dims) != 1:
        raise Unsupported("a flip of several dimensions; flip one after the other")
    dim = dims[0] % len(x.dims)
    return _gather(x, dim, reversed(range(x.shape[dim])))


@op("index_select")
def index_select(c, x, dim, index):
    if not isinstance(index, Constant):
        raise Unsupported("reading by an index that is computed; use a constant one")
    dim %= len(x.dims)
    return _gather(x, dim, [int(i) % x.shape[dim] for i in index.whole.flatten()])


@op("index")
def index(c, x, indices):
    given = [(d, i) for d, i in enumerate(indices) if i is not None]
    (dim, found), *others = given
    if isinstance(found, Value) or others or found.whole.ndim != 1:
        raise Unsupported(
            "reading by a mask, or by several indices; use torch.where, or a constant "
            "index of one dimension"
        )
    positions = found.whole
    if positions.dtype == torch.bool:
        positions = positions.nonzero().flatten()
    return _gather(x, dim, [int(i) % x.shape[dim] for i in positions])


@op("written")
def written(c, x, dim, indices, parts):
    """x with some elements of a dimension replaced."""
    ax.bind_data(x.dims[dim])
    others = [p.dims for p in parts]
    before = ax.broadcast(x.dims[:dim], *(d[:dim] for d in others)) if dim else ()
    last = len(x.dims) == dim + 1
    after = () if last else ax.broadcast(x.dims[dim + 1 :], *(d[dim:] for d in others))
    unit = (ax.Axis(1, ax.DATA),)
    dims = (*before, (ax.Axis(x.shape[dim], ax.DATA),), *after)
    new = dict(zip(indices, (part.with_unit(dim) for part in parts)))

    def emit(net, **at):
        old = Value(dims, None)
        old.signal = align(net, x, dims, **at)
        pieces = [
            align(net, new[i], (*before, unit, *after), **at)
            if i in new
            else _slice(net, old, dim, i, 1, **at)
            for i in range(x.shape[dim])
        ]
        return net.concat(widen(net, pieces, **at), ax.data_position(dims, dim), **at)

    return dims, emit


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


@op("reduce_end")
def reduce_end(c, x, kind, dim, start, keepdim):
    """A sum or mean of all but the first elements, or steps."""
    size = x.shape[dim]
    if not (len(x.dims[dim]) == 1 and x.dims[dim][0].is_time):
        return _chain(
            slice_(c, x, dim, start, size, 1),
            lambda part: reduce_value(kind, part, [dim], keepdim),
        )
    if ("slice", start) in (c.varying or ()):
        raise Unsupported(VARYING.format(start))
    dims, _ = reduce_value("sum", x, [dim], keepdim)

    def emit(net, **at):
        counts = net.delay(net.constant(np.ones(()), dtype="i1"), start, **at)
        late = net.broadcast(counts, range(len(x.signal.shape)), x.signal.shape, **at)
        if x.signal.dtype in ("i1", "i32"):
            part = net.mul(x.signal, late, **at)
        else:
            part = c.apply(net, "late", _or_zero, late, x.signal, binary=(0,), **at)
        total = net.reduce_time("sum", part, **at)
        if kind == "mean":
            steps = net.reduce_time("sum", late, **at)
            total = c.apply(net, "divide", operator.truediv, total, steps, **at)
        return _to_shape(net, total, ax.data_shape(dims), **at)

    return dims, emit


def _or_zero(condition, x):
    return where(condition, x, 0.0)


@op("amax", "max")
def amax(c, x, dims=None, keepdim=False):
    if isinstance(dims, (Value, Constant)):
        return _pointwise(c, "maximum", _maximum, x, dims)
    return reduce_value("max", x, dims, keepdim)


@op("amin", "min")
def amin(c, x, dims=None, keepdim=False):
    if isinstance(dims, (Value, Constant)):
        return _pointwise(c, "minimum", _minimum, x, dims)
    return _chain(
        neg(c, x), lambda y: reduce_value("max", y, dims, keepdim), lambda y: neg(c, y)
    )


def _maximum(x, y):
    return where(x > y, x, y)


def _minimum(x, y):
    return where(x < y, x, y)


@op("cumsum")
def cumsum(c, x, dim, **_):
    dim %= len(x.dims)

    def emit(net, **at):
        if not any(axis.is_time for axis in x.dims[dim]):
            raise Unsupported("a running sum over data; multiply by a matrix of ones")
        total = net.delay(shape=x.signal.shape, dtype=net.precision, **at)
        result = net.add(total, x.signal, **at)
        total.connect(result)
        return result

    return x.dims, emit


# Elementwise.


@op("add")
def add(c, a, b, alpha=1, **kwargs):
    alpha = kwargs.get("alpha", alpha)
    if alpha != 1:
        return _pointwise(c, "add", lambda x, y: fma(float(alpha), y, x), a, b)
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
    alpha = kwargs.get("alpha", alpha)
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
def div(c, a, b, **kwargs):
    rounding = kwargs.get("rounding_mode")
    if rounding == "trunc":
        return _pointwise(c, "divide", lambda x, y: trunc(x / y), a, b)
    if rounding:
        raise Unsupported("a division that rounds down; use floor of the quotient")
    number, varies = as_number(b), c.varies(b)
    if number is not None and math.frexp(number)[0] == 0.5:
        dims, quotient = _scale(a, 1.0 / number)
    else:
        dims, quotient = _pointwise(c, "divide", operator.truediv, a, b)

    def emit(net, **at):
        total = a.total if isinstance(a, Value) else None
        if not c.is_mean(number, total):
            if varies:
                raise Unsupported(VARYING.format(number))
            return quotient(net, **at)
        # The sum over all steps, divided by how many there are.
        return net.reduce_time("mean", total.value.signal, **at)

    return dims, emit


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

    return _pointwise(c, "lerp", law, a, b, *([weight] if number is None else []))


@op("addcmul")
def addcmul(c, x, a, b, value=1, **_):
    return _pointwise(
        c, "addcmul", lambda x, a, b: fma(a * float(value), b, x), x, a, b
    )


@op("addmm")
def addmm(c, bias, x, weight, beta=1, alpha=1, **_):
    if beta != 1 or alpha != 1 or not isinstance(bias, Constant):
        raise Unsupported("a scaled addmm; use a linear layer")
    if bias.array.ndim != 1 or not isinstance(weight, Constant):
        raise Unsupported("addmm of computed matrices; use matmul and a sum")
    return _dense(x, np.ascontiguousarray(weight.array.T), bias.array)


@op("floor_divide")
def floor_divide(c, a, b):
    return div(c, a, b, rounding_mode="floor")


@op("square")
def square(c, x):
    return mul(c, x, x)


@op("pow")
def power(c, x, exponent):
    if exponent == 1:
        return _same(x)
    if exponent != 2:
        raise Unsupported(f"a power of {exponent}; use products")
    return mul(c, x, x)


@op("logical_and", "bitwise_and", "__and__")
def logical_and(c, a, b):
    _check_binary(a, b)
    return mul(c, a, b)


@op("logical_or", "bitwise_or", "__or__")
def logical_or(c, a, b):
    _check_binary(a, b)
    return _pointwise(c, "or", lambda x, y: x | y, a, b, binary=(0, 1))


@op("logical_xor", "bitwise_xor", "__xor__")
def logical_xor(c, a, b):
    _check_binary(a, b)
    return _pointwise(c, "xor", lambda x, y: x ^ y, a, b, binary=(0, 1))


def _check_binary(*operands):
    """That operands are truth values; of integers it would be their bits."""
    if any(not isinstance(x, Value) or x.node.dtype != torch.bool for x in operands):
        raise Unsupported("a logical op of numbers; compare them first")


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


def _pointwise(c, kind, law, *operands, binary=()):
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
        return c.apply(net, kind, law, *given, binary=binary, **at)

    return dims, emit


@op("where")
def where_(c, condition, a, b):
    if isinstance(condition, Constant):
        mask = Constant(condition.whole.to(torch.float32))
        return _pointwise(c, "where", lambda m, x, y: where(m > 0.5, x, y), mask, a, b)
    return _pointwise(c, "where", where, condition, a, b, binary=(0,))


@op("index_put")
def index_put(c, x, indices, values, accumulate=False):
    (mask,) = indices if len(indices) == 1 else (None,)
    is_mask = isinstance(mask, Value) and mask.node.dtype == torch.bool
    if not is_mask or accumulate or as_number(values) is None:
        raise Unsupported("writing by index; use torch.where, or a stack of parts")
    return where_(c, mask, values, x)


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
_law(_maximum, "maximum")
_law(_minimum, "minimum")
_law(lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, x)), "sign", "sgn")
_law(lambda x, y: where(x > 0.0, 1.0, where(x < 0.0, 0.0, y)), "heaviside")
_law(lambda x: where(x > 6.0, 6.0, where(x > 0.0, x, 0.0)), "relu6")
_law(lambda x, y, z: where(x > y, x, z), "threshold")
_law(absolute, "abs", "absolute")
_law(floor, "floor")
_law(ceil, "ceil")
_law(trunc, "trunc", "fix")
_law(roundeven, "round")
_law(sqrt, "sqrt")


def _sigmoid(x):
    return 1.0 / (1.0 + exp(-x))


def _exponential(law, *names):
    """Enters ops with an exponential or a logarithm."""
    for name in names:

        @op(name)
        def apply(c, x, **_):
            c.problems.remark(c.node.where, INEXACT.format(c.node.op))
            return _pointwise(c, c.node.op, law, x)


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
    return _pointwise(c, "not", lambda x: ~x, x, binary=(0,))


@op("to", "_to_copy", "type_as")
def to(c, x, *_, **__):
    source = x.node.dtype
    if c.is_bool:
        return _pointwise(c, "ne", lambda x: x != 0.0, x)
    if c.is_integer:
        if not source.is_floating_point:
            return _same(x)
        return _pointwise(c, "int", lambda x: to_int(trunc(x)), x)
    if source.is_floating_point and source != c.node.dtype:
        raise Unsupported(f"a conversion to {c.node.dtype}; keep one type")
    return _same(x)
