# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which dimensions of a tensor are time, batch and data.

Each dimension of a traced tensor is a product of *axes*, the outermost first: after
flatten(0, 1) the first dimension of (T, B, C) is (T, B). An axis is followed through
all ops; what it is follows from how it is used anywhere: a neuron says that it is
time, a convolution that it is data. In a network, time and batch vanish, and a
signal's shape is that of the data axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from volley.torch._problems import Unsupported

Dim = tuple["Axis", ...]
Dims = tuple[Dim, ...]

TIME, BATCH, BOTH, DATA = "time", "batch", "batch and time", "data"
# Of the result of an op that was refused: fits everything, so that one error is one.
UNKNOWN = "unknown"


class Conflict(Unsupported):
    """A dimension of a size is used as two kinds.

    Args:
        is_part: it was made by splitting a dimension.
    """

    def __init__(self, size: int, elsewhere: str, here: str, is_part: bool = False):
        self.size, self.elsewhere, self.here = size, elsewhere, here
        self.is_part = is_part
        super().__init__(self.describe(size))

    def describe(self, size: int) -> str:
        """The message; sizes of the traced example may not be the user's."""
        if self.is_part and self.elsewhere == DATA:
            return (
                f"a part of size {size} of a dimension that is split is used as "
                f"{self.here} here; give the module time and the batch as dimensions "
                "of their own, and merge them in it"
            )
        return (
            f"a dimension of size {size} is used as {self.elsewhere} elsewhere, but as "
            f"{self.here} here; time and the batch stay whole and in one place: they "
            "cannot be cut, joined or mixed with data"
        )


class Axis:
    """One axis; those found to be the same are united.

    Attributes:
        size: its size in the traced example.
        copies: it was made by repeating a value along it.
    """

    def __init__(self, size: int, kind: str | None = None, copies: bool = False):
        self.size, self._kind, self.copies = size, kind, copies
        self._maybe_batch = self._is_part = False
        self._parent: Axis | None = None

    def __repr__(self):
        return f"{self.kind or '?'}:{self.size}"

    def root(self) -> Axis:
        axis = self
        while axis._parent is not None:
            axis = axis._parent
        return axis

    @property
    def kind(self) -> str | None:
        return self.root()._kind

    @property
    def is_data(self) -> bool:
        """Whether it is data; for when all uses have been seen."""
        root = self.root()
        if root._kind is None:
            return not root._maybe_batch
        return root._kind == DATA

    @property
    def is_time(self) -> bool:
        return self.kind in (TIME, BOTH)

    def bind(self, kind: str) -> None:
        """Says what the axis is."""
        root = self.root()
        if root._kind is None:
            root._kind = kind
        elif root._kind == UNKNOWN or kind == UNKNOWN:
            root._kind = UNKNOWN
        elif root._kind != kind:
            raise Conflict(self.size, root._kind, kind, root._is_part)

    def suggest_batch(self) -> None:
        """Says that the axis is the batch unless it is used as data anywhere."""
        self.root()._maybe_batch = True

    def unite(self, other: Axis) -> None:
        a, b = self.root(), other.root()
        if a is b:
            return
        if b._kind is not None:
            a.bind(b._kind)
        a._maybe_batch |= b._maybe_batch
        a.copies &= b.copies
        a._is_part |= b._is_part
        b._parent = a


def make_dims(shape: Sequence[int], kind: str | None = None) -> Dims:
    """One new axis per dimension."""
    return tuple((Axis(size, kind),) for size in shape)


def make_unknown(shape: Sequence[int]) -> Dims:
    """Dimensions of which nothing is known."""
    return make_dims(shape, UNKNOWN)


def size_of(dim: Dim) -> int:
    return math.prod(axis.size for axis in dim)


def bind_data(*dims: Dim) -> None:
    for dim in dims:
        for axis in dim:
            axis.bind(DATA)


def is_unit(dim: Dim) -> bool:
    return size_of(dim) == 1


def unite(a: Dim, b: Dim) -> Dim:
    """Two dimensions of one size are the same: their axes are."""
    if len(a) == len(b) and all(x.size == y.size for x, y in zip(a, b)):
        for x, y in zip(a, b):
            x.unite(y)
        return a
    for group_a, group_b in _group(a, b):
        if len(group_a) == len(group_b) == 1:
            group_a[0].unite(group_b[0])
        else:
            bind_data(tuple(group_a), tuple(group_b))
    return a


def _group(a: Dim, b: Dim):
    """Smallest runs of axes of both that have the same size."""
    a, b = list(a), list(b)
    while a and b:
        left, right = [a.pop(0)], [b.pop(0)]
        while size_of(tuple(left)) != size_of(tuple(right)):
            if size_of(tuple(left)) < size_of(tuple(right)):
                left.append(a.pop(0))
            else:
                right.append(b.pop(0))
        yield left, right


def broadcast(*operands: Dims) -> Dims:
    """The dimensions of an elementwise op's result, aligned at the right."""
    rank = max(map(len, operands))
    result = []
    for position in range(-rank, 0):
        dims = [d[position] for d in operands if len(d) >= -position]
        wide = [d for d in dims if not is_unit(d)]
        dim = wide[0] if wide else dims[0]
        for other in wide[1:]:
            unite(dim, other)
        result.append(dim)
    return tuple(result)


def reshape(dims: Dims, shape: Sequence[int]) -> Dims:
    """The dimensions after a row-major reshape.

    An axis that is split is data: time and batch stay whole.
    """
    units = [dim for dim in dims if is_unit(dim)]
    axes = tuple(axis for dim in dims for axis in dim if axis.size != 1)
    wide = tuple(Axis(size) for size in shape if size != 1)
    groups = iter([part for group in _group(axes, wide) for part in _regroup(*group)])
    return tuple(
        (units.pop(0) if units else (Axis(1),)) if size == 1 else next(groups)
        for size in shape
    )


def _regroup(axes: list[Axis], wide: list[Axis]) -> list[Dim]:
    """The dimensions that a run of axes becomes."""
    if len(wide) == 1:
        return [tuple(axes)]
    known = not any(axis.kind == UNKNOWN for axis in axes)
    for axis in (*axes, *wide):
        axis.bind(DATA if known else UNKNOWN)
    for axis in wide:
        axis.root()._is_part = len(axes) == 1
    return [(axis,) for axis in wide]


def data_shape(dims: Dims) -> tuple[int, ...]:
    """The shape of a value's signal: what is left without time and batch."""
    return tuple(data_size(dim) for dim in dims if has_data(dim))


def has_data(dim: Dim) -> bool:
    """Whether a dimension is still there in the signal."""
    return any(axis.is_data for axis in dim)


def data_size(dim: Dim) -> int:
    return math.prod(axis.size for axis in dim if axis.is_data)


def data_position(dims: Dims, dim: int) -> int:
    """The dimension of the signal that a dimension of the value is."""
    return sum(has_data(d) for d in dims[:dim])
