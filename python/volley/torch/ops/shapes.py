# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ops that move or repeat elements, and join or take apart tensors."""

from __future__ import annotations

import functools

import numpy as np
import torch

from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import Constant, Value, align, to_shape, widen
from volley.torch.ops._common import (
    chain,
    cut,
    expanded,
    gathered,
    op,
    per_dim,
    reshaped,
    same,
)


@op("reshape", "view", "_unsafe_view", "view_as", "reshape_as")
def reshape(c, x, shape):
    return reshaped(x, ax.reshape(x.dims, c.shape))


@op("flatten")
def flatten(c, x, start, end):
    return reshaped(x, ax.reshape(x.dims, c.shape))


@op("unflatten")
def unflatten(c, x, dim, sizes):
    return reshaped(x, ax.reshape(x.dims, c.shape))


@op("squeeze")
def squeeze(c, x, dim=None):
    rank = len(x.dims)
    dims = range(rank) if dim is None else [dim] if isinstance(dim, int) else dim
    gone = {d % rank for d in dims if ax.is_unit(x.dims[d])}
    return reshaped(x, tuple(dim for d, dim in enumerate(x.dims) if d not in gone))


@op("unsqueeze")
def unsqueeze(c, x, dim):
    dim %= len(x.dims) + 1
    return reshaped(x, (*x.dims[:dim], (ax.Axis(1),), *x.dims[dim:]))


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
    return transpose(c, x, -1, -2) if len(x.dims) > 1 else same(x)


@op("movedim", "moveaxis")
def movedim(c, x, source, target):
    rank = len(x.dims)
    sources = [s % rank for s in per_dim(source, 1)]
    targets = [t % rank for t in per_dim(target, 1)]
    rest = iter(d for d in range(rank) if d not in sources)
    placed = dict(zip(targets, sources))
    return permute(
        c, x, [placed[d] if d in placed else next(rest) for d in range(rank)]
    )


@op("expand", "expand_as")
def expand(c, x, shape):
    return expanded(x, c.shape)


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
    rank = len(repeats)
    x = x.with_dims((*[(ax.Axis(1),)] * (rank - len(x.dims)), *x.dims))
    result = same(x)
    for dim, number in enumerate(repeats):
        if number != 1:
            result = chain(
                result, functools.partial(_repeat, dim=dim, number=number, whole=True)
            )
    return result


@op("tile")
def tile(c, x, repeats):
    return repeat(c, x, [*[1] * (len(x.dims) - len(repeats)), *repeats])


@op("repeat_interleave")
def repeat_interleave(c, x, repeats, dim=None):
    if dim is None and len(x.dims) > 1:
        raise Unsupported("a repetition of all elements; give the dimension in dim")
    dim = (dim or 0) % len(x.dims)
    if isinstance(repeats, Constant):
        numbers = repeats.whole.flatten().expand(x.shape[dim]).tolist()
        return gathered(x, dim, [i for i, n in enumerate(numbers) for _ in range(n)])
    return _repeat(x, dim, repeats, whole=False)


def _repeat(x, dim, number, whole):
    """x with a dimension, or with each element of it, repeated."""
    size = x.shape[dim]
    if size == 1:
        shape = list(x.shape)
        shape[dim] = number
        return expanded(x, shape)
    new = dim if whole else dim + 1
    copies = (ax.Axis(number, copies=True),)
    # Of a batch that is repeated, the copies may be steps.
    merged = copies + x.dims[dim] if whole else x.dims[dim] + copies
    dims = (*x.dims[:dim], merged, *x.dims[dim + 1 :])
    unit = x.with_unit(new)
    wide = list(unit.dims)
    wide[new] = copies

    def emit(net, **at):
        signal = align(net, unit, tuple(wide), **at)
        return net.reshape(signal, ax.data_shape(dims), **at)

    return dims, emit


@op("unfold")
def unfold(c, x, dim, size, step):
    """Windows of a dimension, each a new last dimension."""
    dim %= len(x.dims)
    starts = range(0, x.shape[dim] - size + 1, step)
    shape = list(x.shape)
    shape[dim : dim + 1] = len(starts), size
    rank = len(shape)
    return chain(
        gathered(x, dim, [i for start in starts for i in range(start, start + size)]),
        lambda x: reshaped(x, ax.reshape(x.dims, shape)),
        lambda x: permute(c, x, [*range(dim + 1), *range(dim + 2, rank), dim + 1]),
    )


def _by_step(c, x, dim):
    return Unsupported(
        f"the loop over {c.shown(c.steps)} steps reads a dimension of "
        f"{c.shown(x.shape[dim])} by the number of the step; run over all of it, and "
        "cut the input or the output outside of the module"
    )


@op("select")
def select(c, x, dim, index):
    dim %= len(x.dims)
    if not isinstance(index, int):
        raise _by_step(c, x, dim)
    dims = x.dims[:dim] + x.dims[dim + 1 :]

    def emit(net, **at):
        if ax.has_data(x.dims[dim]):
            part = cut(net, x, dim, index % x.shape[dim], 1, **at)
            return to_shape(net, part, ax.data_shape(dims), **at)
        if not x.dims[dim][0].is_time:
            raise Unsupported(
                f"picks one sample of the batch, which dimension {dim} is taken as; do "
                "so with the result; if it is time, all steps must be read alike"
            )
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
    if any(isinstance(bound, (Value, Constant)) for bound in (start, end)):
        raise _by_step(c, x, dim)
    return gathered(x, dim, range(*slice(start, end, step).indices(x.shape[dim])))


@op("pixel_shuffle")
def pixel_shuffle(c, x, factor):
    *leading, channels, height, width = x.shape
    rank, count = len(leading), channels // factor**2
    split = (*leading, count, factor, factor, height, width)
    order = [*range(rank + 1), rank + 3, rank + 1, rank + 4, rank + 2]
    return chain(
        reshaped(x, ax.reshape(x.dims, split)),
        lambda x: permute(c, x, order),
        lambda x: reshaped(x, ax.reshape(x.dims, c.shape)),
    )


@op("roll")
def roll(c, x, shifts, dims=()):
    if len(dims) != 1:
        raise Unsupported("a roll over several dimensions, or none; give one in dims")
    dim = dims[0] % len(x.dims)
    size = x.shape[dim]
    return gathered(x, dim, [(i - shifts[0]) % size for i in range(size)])


@op("flip")
def flip(c, x, dims):
    if len(dims) != 1:
        raise Unsupported("a flip of several dimensions; flip one after the other")
    dim = dims[0] % len(x.dims)
    return gathered(x, dim, reversed(range(x.shape[dim])))


@op("index_select")
def index_select(c, x, dim, index):
    if not isinstance(index, Constant):
        raise Unsupported("reading by an index that is computed; use a constant one")
    dim %= len(x.dims)
    return gathered(x, dim, [int(i) % x.shape[dim] for i in index.whole.flatten()])


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
    return gathered(x, dim, [int(i) % x.shape[dim] for i in positions])


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
            else cut(net, old, dim, i, 1, **at)
            for i in range(x.shape[dim])
        ]
        return net.concat(widen(net, pieces, **at), ax.data_position(dims, dim), **at)

    return dims, emit


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
    if isinstance(parts[0], Value) and all(part is parts[0] for part in parts):
        # A value that is repeated, for all steps maybe.
        return expanded(parts[0].with_unit(dim), c.shape)
    return cat(c, [part.with_unit(dim) for part in parts], dim)


@op("constant_pad_nd")
def constant_pad_nd(c, x, pad, value=0):
    result = same(x)
    for i in range(len(pad) // 2):
        for size, first in ((pad[2 * i], True), (pad[2 * i + 1], False)):
            if size:
                part = functools.partial(
                    padded, dim=len(x.dims) - 1 - i, size=size, first=first, value=value
                )
                result = chain(result, part)
    return result


@op("pad")
def pad(c, x, sizes, mode="constant", value=None):
    if mode != "constant":
        raise Unsupported(f"padding in mode '{mode}'; pad by 0")
    return constant_pad_nd(c, x, sizes, value or 0)


def padded(x, dim, size, first, value):
    """x with elements more at an end of a dimension, or less if size is negative."""
    if size < 0:
        length = x.shape[dim]
        return gathered(x, dim, range(-size, length) if first else range(length + size))
    ax.bind_data(x.dims[dim])
    wide = (ax.Axis(x.shape[dim] + size, ax.DATA),)
    dims = (*x.dims[:dim], wide, *x.dims[dim + 1 :])

    def emit(net, **at):
        inner = x.signal
        shape = list(inner.shape)
        position = ax.data_position(x.dims, dim)
        shape[position] = size
        dtype = net.precision if value else inner.dtype
        more = net.constant(np.full(shape, value), dtype=dtype)
        parts = widen(net, [more, inner] if first else [inner, more], **at)
        return net.concat(parts, position, **at)

    return dims, emit
