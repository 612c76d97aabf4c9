# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table of ATen ops, and what ops of several kinds share."""

from __future__ import annotations

from collections.abc import Callable

from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import Constant, Value, align, as_number, to_shape

# Of a number in the module's code that is not the same for other lengths.
VARYING = (
    "{} depends on how many steps there are, which is free in a network; take the mean "
    "over time, or give the number as an input"
)

# Of functions of which no two libraries have the same bits.
INEXACT = "{} differs from PyTorch's in the last places: close, not the same bits"

# More pieces than this are no slices any more.
_RUNS = 256

TABLE: dict[str, Callable[..., tuple[ax.Dims, Callable]]] = {}


def op(*names):
    """Enters a function for ATen ops by name (without overload)."""

    def decorate(function):
        TABLE.update(dict.fromkeys(names, function))
        return function

    return decorate


def per_dim(value, rank):
    value = [value] if isinstance(value, int) else list(value)
    return value * rank if len(value) == 1 else value


def check_leading(dims):
    if any(map(ax.has_data, dims)):
        raise Unsupported(
            "the batch dimension of a convolution or pool holds data; put data into "
            "channels or space"
        )


def chain(first, *rest):
    """An op on the result of an op, and so on."""
    values = [Value(*first)]
    for apply in rest:
        values.append(Value(*apply(values[-1])))

    def emit(net, **at):
        for value in values:
            value.signal = value.emit(net, **at)
        return values[-1].signal

    return values[-1].dims, emit


def reshaped(x, dims):
    return dims, lambda net, **at: to_shape(net, x.signal, ax.data_shape(dims), **at)


def expanded(x, shape):
    new = len(shape) - len(x.dims)
    dims = [(ax.Axis(size, copies=True),) for size in shape[:new]]
    for dim, size in zip(x.dims, shape[new:]):
        dims.append(dim if ax.size_of(dim) == size else (ax.Axis(size, copies=True),))
    dims = tuple(dims)
    return dims, lambda net, **at: align(net, x, dims, **at)


def gathered(x, dim, indices):
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
        parts = [cut(net, x, dim, *run, **at) for run in runs]
        if len(parts) == 1:
            return parts[0]
        return net.concat(parts, ax.data_position(x.dims, dim), **at)

    return dims, emit


def cut(net, x, dim, start, size, **at):
    sizes = list(ax.data_shape(x.dims))
    offsets = [0] * len(sizes)
    position = ax.data_position(x.dims, dim)
    offsets[position], sizes[position] = start, size
    return net.slice(x.signal, offsets, sizes, **at)


def same(x):
    return x.dims, lambda net, **at: x.signal


def pointwise(c, kind, law, *operands, binary=()):
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
