# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Pools: sums, averages and maxima over windows."""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass

import numpy as np

from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import align
from volley.torch.ops._common import chain, check_leading, cut, op, per_dim, same


@op(
    "max_pool1d",
    "max_pool2d",
    "max_pool1d_with_indices",
    "max_pool2d_with_indices",
)
def max_pool(c, x, kernel, stride, padding, dilation, ceil_mode):
    if any(d != 1 for d in per_dim(dilation, 1)):
        raise Unsupported("a dilated max pool; use dilation 1")
    return _pool("max", x, kernel, stride, padding, ceil_mode)


@op("avg_pool1d")
def avg_pool1d(c, x, kernel, stride, padding, ceil_mode, include_pad):
    return avg_pool2d(c, x, kernel, stride, padding, ceil_mode, include_pad, None)


@op("avg_pool2d")
def avg_pool2d(c, x, kernel, stride, padding, ceil_mode, include_pad, divisor):
    windows = _windows(x, kernel, stride, padding, ceil_mode)
    counts = [w.counts(include_pad) for w in windows]
    divisors = functools.reduce(np.multiply.outer, counts)
    if divisor is not None:
        divisors = np.full_like(divisors, divisor)
    if (divisors == math.prod(w.kernel for w in windows)).all():
        return _pool_windows("avg", x, windows)
    return _divided(c, _pool_windows("sum", x, windows), divisors)


def _divided(c, total, divisors):
    """A sum over windows, divided by a number per position."""
    divisors = divisors.astype(np.float64)
    if (divisors == divisors.flat[0]).all():
        divisors = divisors.flat[0].item()
    else:
        divisors = divisors[np.newaxis]

    def quotient(x):
        return x.dims, lambda net, **at: c.apply(
            net, "divide", operator.truediv, x.signal, divisors, **at
        )

    return chain(total, quotient)


@dataclass
class _Windows:
    """Where the windows of a pool lie in a dimension of a size.

    Attributes:
        number: of windows; the last one may be cut.
    """

    size: int
    kernel: int
    stride: int
    padding: int
    number: int

    @property
    def after(self) -> int:
        """What must be added at the end for the last window."""
        end = (self.number - 1) * self.stride + self.kernel
        return max(0, end - self.size - self.padding)

    def counts(self, include_pad) -> np.ndarray:
        """How many elements each window averages over."""
        starts = np.arange(self.number) * self.stride - self.padding
        ends = np.minimum(starts + self.kernel, self.size + self.padding)
        if include_pad:
            return ends - starts
        return np.minimum(ends, self.size) - np.maximum(starts, 0)


def _windows(x, kernel, stride, padding, ceil_mode) -> list[_Windows]:
    rank = len(x.shape) - 2 if len(x.shape) > 2 else 1
    rank = len(kernel) if len(kernel) > 1 else rank
    kernel, padding = per_dim(kernel, rank), per_dim(padding, rank)
    stride = per_dim(stride, rank) if stride else kernel
    result = []
    for size, k, s, p in zip(x.shape[-rank:], kernel, stride, padding):
        number = (size + 2 * p - k) // s + 1
        # A window more that starts within the input, or the padding before it.
        if ceil_mode and (size + 2 * p - k) % s and number * s < size + p:
            number += 1
        result.append(_Windows(size, k, s, p, number))
    return result


def _pool(kind, x, kernel, stride, padding, ceil_mode=False):
    return _pool_windows(kind, x, _windows(x, kernel, stride, padding, ceil_mode))


def _pool_windows(kind, x, windows):
    rank = len(windows)
    leading = x.dims[: -rank - 1]
    try:
        ax.bind_data(*x.dims[-rank - 1 :])
    except ax.Conflict as error:
        if leading or any(axis.is_data for axis in x.dims[0]):
            raise
        raise Unsupported(
            f"a pool of a tensor of {rank + 1} dimensions takes the first of them as "
            f"channels, but it is {error.elsewhere}; give it (B, C, ...), as "
            "unsqueeze(1) does"
        ) from None
    sizes = [w.number for w in windows]
    dims = (*leading, x.dims[-rank - 1], *ax.make_dims(sizes, ax.DATA))

    def emit(net, **at):
        check_leading(leading)
        kernel, stride = [w.kernel for w in windows], [w.stride for w in windows]
        pads = [p for w in windows for p in (w.padding, w.after)]
        return net.pool(kind, x.signal, kernel, stride=stride, padding=pads, **at)

    return dims, emit


@op("adaptive_avg_pool1d", "adaptive_avg_pool2d")
def adaptive_avg_pool(c, x, sizes):
    return _adaptive_pool(c, "avg", x, sizes)


@op("adaptive_max_pool1d", "adaptive_max_pool2d")
def adaptive_max_pool(c, x, sizes):
    return _adaptive_pool(c, "max", x, sizes)


def _adaptive_pool(c, kind, x, sizes):
    now = x.shape[-len(sizes) :]
    sizes = [n if s is None else s for s, n in zip(sizes, now)]
    if list(now) == sizes:
        return same(x)
    if all(n % s == 0 for n, s in zip(now, sizes)):
        kernel = [n // s for n, s in zip(now, sizes)]
        return _pool(kind, x, kernel, kernel, [0])
    if all(n == 1 for n in now):
        dims = (*x.dims[: -len(sizes)], *ax.make_dims(sizes, ax.DATA))
        ax.bind_data(*x.dims[-len(sizes) :])
        return dims, lambda net, **at: align(net, x, dims, **at)
    # Windows of several sizes, that may share elements.
    reduction = "sum" if kind == "avg" else kind
    result, counts = same(x), []
    for i, (n, s) in enumerate(zip(now, sizes)):
        bounds = [(j * n // s, -(-(j + 1) * n // s)) for j in range(s)]
        counts.append(np.array([end - start for start, end in bounds]))
        over = functools.partial(
            _reduced_parts, c, reduction, dim=i - len(sizes), bounds=bounds
        )
        result = chain(result, over)
    if kind == "max":
        return result
    return _divided(c, result, functools.reduce(np.multiply.outer, counts))


def _reduced_parts(c, kind, x, dim, bounds):
    """A sum or maximum over each of some parts of a dimension."""
    dim %= len(x.dims)
    ax.bind_data(x.dims[dim])
    dims = (*x.dims[:dim], (ax.Axis(len(bounds), ax.DATA),), *x.dims[dim + 1 :])

    def emit(net, **at):
        position = ax.data_position(x.dims, dim)
        parts = []
        for start, end in bounds:
            part = cut(net, x, dim, start, end - start, **at)
            part = net.reduce(kind, part, [position], **at)
            shape = list(part.shape)
            parts.append(
                net.reshape(part, [*shape[:position], 1, *shape[position:]], **at)
            )
        return net.concat(parts, position, **at)

    return dims, emit
