# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reductions over dimensions and over time."""

from __future__ import annotations

import operator

import numpy as np

from volley._law import where
from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import Constant, Total, Value, reduce_value, to_shape
from volley.torch.ops._common import chain, op, pointwise
from volley.torch.ops.elementwise import maximum, minimum, neg
from volley.torch.ops.shapes import slice_


@op("sum")
def sum_(c, x, dims=None, keepdim=False):
    if isinstance(dims, list) and len(dims) == 1 and not keepdim:
        c.total = Total(x, x.dims[dims[0]])
    return reduce_value("sum", x, dims, keepdim)


@op("mean")
def mean(c, x, dims=None, keepdim=False):
    return reduce_value("mean", x, dims, keepdim)


@op("reduce_end")
def reduce_end(c, x, kind, dim, start, keepdim):
    """A sum or mean of all but the first elements, or steps."""
    size = x.shape[dim]
    if not (len(x.dims[dim]) == 1 and x.dims[dim][0].is_time):
        return chain(
            slice_(c, x, dim, start, size, 1),
            lambda part: reduce_value(kind, part, [dim], keepdim),
        )
    if ("slice", start) in (c.varying or ()):
        raise Unsupported(c.describe_varying(start))
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
        return to_shape(net, total, ax.data_shape(dims), **at)

    return dims, emit


def _or_zero(condition, x):
    return where(condition, x, 0.0)


@op("amax", "max")
def amax(c, x, dims=None, keepdim=False):
    if isinstance(dims, (Value, Constant)):
        return pointwise(c, "maximum", maximum, x, dims)
    return reduce_value("max", x, dims, keepdim)


@op("amin", "min")
def amin(c, x, dims=None, keepdim=False):
    if isinstance(dims, (Value, Constant)):
        return pointwise(c, "minimum", minimum, x, dims)
    return chain(
        neg(c, x), lambda y: reduce_value("max", y, dims, keepdim), lambda y: neg(c, y)
    )


@op("cumsum")
def cumsum(c, x, dim):
    dim %= len(x.dims)

    def emit(net, **at):
        if not any(axis.is_time for axis in x.dims[dim]):
            raise Unsupported("a running sum over data; multiply by a matrix of ones")
        total = net.delay(shape=x.signal.shape, dtype=net.precision, **at)
        result = net.add(total, x.signal, **at)
        total.connect(result)
        return result

    return x.dims, emit
