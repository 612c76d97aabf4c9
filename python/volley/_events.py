# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spikes of an input as a list."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


class Events:
    """Spikes of an input as a list, in place of an array (T, B, *shape).

    Event i is a spike in step ``t[i]`` of sample ``sample[i]``, at element
    ``index[i]``; everything else is zero. Programs read them without making an
    array, so that the time goes with the events. For inputs of spikes ("i1").

    >>> x = volley.Events(t, (polarity, y, x), steps=300)
    >>> prog(x)                   # as with an array (300, 1, 2, height, width)

    Args:
        t: (N,) integers that ascend: the steps.
        index: (N,) integers, the elements, counted in row-major order of the input's
            shape; or a tuple of such arrays, one for each dimension of the shape. The
            events of a step may come in any order, but each of them once.
        steps: T.
        sample: (N,) integers; None if all are of sample 0.
        batch: B.

    Raises:
        TypeError: an array is not one of integers.
        ValueError: arrays differ in length, or are not flat.

    A program that they are given to raises ValueError where steps do not ascend, where
    an event is outside of the input, and where one is listed twice.
    """

    def __init__(
        self,
        t: npt.ArrayLike,
        index: npt.ArrayLike | tuple[npt.ArrayLike, ...],
        steps: int,
        sample: npt.ArrayLike | None = None,
        batch: int = 1,
    ):
        self.t = _integers("t", t)
        self.sample = None if sample is None else _integers("sample", sample)
        if isinstance(index, tuple):
            self.index = tuple(_integers("index", part) for part in index)
        else:
            self.index = _integers("index", index)
        self.steps, self.batch = int(steps), int(batch)
        lengths = {len(a) for a in (*self._indices, self.sample) if a is not None}
        if lengths != {len(self.t)}:
            raise ValueError(
                f"expects arrays of the same length, but got {len(self.t)} steps and "
                f"{sorted(lengths)} samples and indices"
            )

    @classmethod
    def from_array(cls, x: npt.ArrayLike) -> Events:
        """The elements of an array (T, B, *shape) that are not zero.

        Raises:
            ValueError: it has no dimensions of steps and samples.
        """
        x = np.asarray(x)
        if x.ndim < 2:
            raise ValueError(f"expects an array (T, B, *shape), but got {x.shape}")
        t, sample, index = np.nonzero(x.reshape(*x.shape[:2], math.prod(x.shape[2:])))
        return cls(t, index, x.shape[0], sample, x.shape[1])

    @property
    def shape(self) -> tuple[int, int]:
        """(T, B)"""
        return self.steps, self.batch

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, steps: slice) -> Events:
        """Some steps, as of an array: ``x[first:last]``."""
        if not isinstance(steps, slice) or steps.step not in (None, 1):
            raise TypeError("expects a slice of neighbouring steps")
        first, last, _ = steps.indices(self.steps)
        last = max(first, last)
        begin, end = np.searchsorted(self.t, [first, last])

        def cut(a):
            return None if a is None else a[begin:end]

        index = self.index
        index = tuple(map(cut, index)) if isinstance(index, tuple) else cut(index)
        return Events(
            self.t[begin:end] - first, index, last - first, cut(self.sample), self.batch
        )

    def __repr__(self) -> str:
        return f"<volley.Events: {len(self)} in {self.steps} steps of {self.batch}>"

    @property
    def _indices(self):
        return self.index if isinstance(self.index, tuple) else (self.index,)

    def flatten(self, shape: Sequence[int]):
        """Steps, samples and flat indices into `shape`, as programs take them.

        Raises:
            ValueError: an index is outside of its dimension.
        """
        index = self.index
        if isinstance(index, tuple):
            if len(index) != len(shape):
                raise ValueError(
                    f"expects indices for the {len(shape)} dimensions of {shape}, but "
                    f"got {len(index)}"
                )
            for dim, (part, size) in enumerate(zip(index, shape)):
                bad = np.flatnonzero((part < 0) | (part >= size))
                if len(bad):
                    raise ValueError(
                        f"event {bad[0]} has index {part[bad[0]]} in dimension {dim}, "
                        f"which has size {size}"
                    )
            # The only element of an input without dimensions.
            none = np.zeros(len(self.t), np.int64)
            index = np.ravel_multi_index(index, shape) if shape else none
        return self.t, self.sample, np.ascontiguousarray(index, np.int64)


def _integers(name, values):
    """A flat array of int64; a copy only if it must be."""
    values = np.asarray(values)
    if values.size == 0:
        values = values.astype(np.int64)
    if values.dtype.kind not in "iu":
        raise TypeError(f"{name}: expects an array of integers, but got {values.dtype}")
    if values.ndim != 1:
        raise ValueError(f"{name}: expects shape (N,), but got {values.shape}")
    return np.ascontiguousarray(values, np.int64)
