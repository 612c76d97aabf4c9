# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Operands of ops: signals with named dimensions, and constants."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from volley.torch import _axes as ax
from volley.torch._problems import Unsupported


class Value:
    """A signal to be, its dimensions, and how to emit it.

    Attributes:
        signal: the builder's signal, once emitted.
        total: what this is the sum of over a dimension, if it is one.
    """

    def __init__(self, dims: ax.Dims, emit, node=None):
        self.dims, self.emit, self.node = dims, emit, node
        self.signal = None
        self.total: Total | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the traced tensor."""
        return tuple(map(ax.size_of, self.dims))

    def with_dims(self, dims: ax.Dims) -> Value:
        """The same signal seen with other dimensions, that differ by units only."""
        return _Seen(self, dims)

    def with_unit(self, dim: int) -> Value:
        """The same, with a dimension of size 1 more."""
        return self.with_dims(
            (*self.dims[:dim], (ax.Axis(1, ax.DATA),), *self.dims[dim:])
        )


@dataclass
class Total:
    """A sum over a dimension; steps counts the steps if that is time."""

    value: Value
    dim: ax.Dim

    @property
    def steps(self) -> int | None:
        is_time = len(self.dim) == 1 and self.dim[0].is_time
        return self.dim[0].size if is_time else None


class _Seen(Value):
    def __init__(self, base, dims):
        super().__init__(dims, base.emit, base.node)
        self.base = base

    @property
    def signal(self):
        return self.base.signal

    @signal.setter
    def signal(self, value):
        pass


class Constant:
    """A tensor of the module, or computed from such ones.

    Dimensions along which it only repeats have size 1 here, but for `keep`.
    """

    def __init__(self, tensor, keep: int | None = None):
        self.whole = tensor
        for dim, stride in enumerate(tensor.stride()):
            if stride == 0 and dim != keep:
                tensor = tensor.narrow(dim, 0, 1)
        self.tensor = tensor
        self.shape = tuple(tensor.shape)
        self.dims = tuple(
            (ax.Axis(size, None if size == 1 else ax.DATA),) for size in self.shape
        )

    def with_unit(self, dim: int) -> Constant:
        """The same, with a dimension of size 1 more."""
        return Constant(self.whole.unsqueeze(dim))

    def along(self, dim: int) -> Constant:
        """The same, with its full size in one dimension."""
        return Constant(self.whole, dim)

    @functools.cached_property
    def array(self) -> np.ndarray:
        """The values, in the tensor's own memory if it is contiguous."""
        return _to_array(self.whole)

    def aligned(self, dims: ax.Dims) -> np.ndarray:
        """The values, broadcast from the left over a signal of these dimensions."""
        array = _to_array(self.tensor)
        array = array.reshape((1,) * (len(dims) - array.ndim) + array.shape)
        shape = [n for n, dim in zip(array.shape, dims) if ax.has_data(dim)]
        if math.prod(shape) != array.size:
            raise Unsupported(
                f"a constant of shape {array.shape} differs between samples or steps; "
                "if it is a state of an earlier run, reset the module first"
            )
        return array.reshape(shape)


def check_numbers(tensor, what: str = "") -> None:
    """Refuses what is not a number: it would make others so, silently."""
    # A sum needs no memory; that of infinities may be none either.
    if not tensor.is_floating_point() or not bool(tensor.sum().isnan()):
        return
    count = int(tensor.isnan().sum())
    if count:
        raise Unsupported(f"{what}{count:,} of {tensor.numel():,} values are NaN")


def _to_array(tensor) -> np.ndarray:
    return tensor.detach().cpu().contiguous().numpy()


def as_number(value) -> float | None:
    """The one number that an operand is, or None."""
    if isinstance(value, Constant):
        if value.tensor.numel() != 1:
            return None
        return float(value.tensor.reshape(-1)[0])
    return float(value) if isinstance(value, (bool, int, float)) else None


def to_shape(net, signal, shape, **at):
    """A signal in another shape, without an op if that is its own."""
    if tuple(signal.shape) == tuple(shape):
        return signal
    return net.reshape(signal, shape, **at)


def align(net, operand, dims: ax.Dims, **at):
    """An operand's signal, broadcast over a signal of these dimensions."""
    if isinstance(operand, Constant):
        shape = ax.data_shape(dims)
        array = operand.aligned(dims)
        return net.constant(np.ascontiguousarray(np.broadcast_to(array, shape)))
    own = ((ax.Axis(1, ax.DATA),),) * (len(dims) - len(operand.dims)) + operand.dims
    shape = [
        ax.data_size(mine) if ax.has_data(mine) else 1
        for mine, dim in zip(own, dims)
        if ax.has_data(dim)
    ]
    target = ax.data_shape(dims)
    signal = operand.signal
    new = [d for d, (a, b) in enumerate(zip(shape, target)) if a != b]
    inner = [size for d, size in enumerate(shape) if d not in new]
    signal = to_shape(net, signal, inner, **at)
    return net.broadcast(signal, new, target, **at) if new else signal


def widen(net, signals, **at):
    """Signals of several element types as ones of the widest of these."""
    types = [signal.dtype for signal in signals]
    widest = max(types, key=["i1", "i32", "f32", "f64"].index)
    return [s if s.dtype == widest else net.add(s, dtype=widest, **at) for s in signals]


def reduce_value(kind, x, dims, keepdim):
    """A sum, mean or maximum over dimensions, of data or of time."""
    rank = len(x.dims)
    if dims is None or dims == []:
        dims = list(range(rank))
    gone = {d % rank for d in ([dims] if isinstance(dims, int) else dims)}
    unit = (ax.Axis(1),)
    result = tuple(
        unit if d in gone else dim
        for d, dim in enumerate(x.dims)
        if keepdim or d not in gone
    )

    def emit(net, **at):
        signal = x.signal
        data = [
            ax.data_position(x.dims, d) for d in sorted(gone) if ax.has_data(x.dims[d])
        ]
        if data:
            signal = net.reduce(kind, signal, data, **at)
        kinds = {axis.kind for d in gone for axis in x.dims[d] if not axis.is_data}
        if ax.TIME in kinds and len(kinds) == 1:
            signal = net.reduce_time(kind, signal, **at)
        elif kinds:
            raise Unsupported(
                "a reduction over the batch; samples do not see each other in a network"
            )
        return to_shape(net, signal, ax.data_shape(result), **at)

    return result, emit
