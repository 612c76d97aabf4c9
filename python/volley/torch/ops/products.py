# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products with weights, products of signals, and norms."""

from __future__ import annotations

import functools
import math

import numpy as np
import torch

from volley.torch import _axes as ax
from volley.torch._problems import Unsupported
from volley.torch._values import Constant, Value, align, reduce_value
from volley.torch.ops._common import chain, check_leading, op, per_dim, reshaped, same
from volley.torch.ops.elementwise import mul
from volley.torch.ops.shapes import constant_pad_nd, padded, permute


@op("linear")
def linear(c, x, weight, bias=None):
    return _dense(x, weight.array, None if bias is None else bias.array)


def _dense(x, weight, bias=None):
    ax.bind_data(x.dims[-1])
    dims = x.dims[:-1] + ax.make_dims(weight.shape[:1], ax.DATA)
    return dims, lambda net, **at: net.dense(x.signal, weight, bias, **at)


@op("matmul", "bmm", "mm", "mv")
def matmul(c, a, b):
    if isinstance(b, Constant) and b.array.ndim == 2:
        return _dense(a, np.ascontiguousarray(b.array.T))
    if isinstance(b, Constant) and b.array.ndim == 1 and isinstance(a, Value):
        return _weighted(a, b.array)
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


def _weighted(x, weights):
    """The sum of the last dimension's elements, times weights."""
    return chain(
        _dense(x, np.ascontiguousarray(weights[np.newaxis])),
        lambda y: reshaped(y, y.dims[:-1]),
    )


@op("conv1d", "conv2d")
def conv(c, x, weight, bias, stride, padding, dilation, groups):
    kernels = weight.array
    rank, kernel = kernels.ndim - 2, kernels.shape[2:]
    dilation = per_dim(dilation, rank)
    stride = per_dim(stride, rank)
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
        check_leading(leading)
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


@op("conv_transpose1d", "conv_transpose2d")
def conv_transpose(
    c, x, weight, bias, stride, padding, output_padding, groups, dilation
):
    """A convolution of the input with zeros between its elements."""
    kernels = weight.array
    rank, kernel = kernels.ndim - 2, kernels.shape[2:]
    stride, padding, dilation, more = (
        per_dim(value, rank) for value in (stride, padding, dilation, output_padding)
    )
    # Inputs and outputs of each group change places, and kernels are flipped.
    kernels = kernels.reshape(groups, -1, *kernels.shape[1:]).swapaxes(1, 2)
    kernels = np.flip(kernels.reshape(-1, *kernels.shape[2:]), range(2, rank + 2))
    flipped = Constant(torch.from_numpy(np.ascontiguousarray(kernels)))
    result, pads = same(x), []
    for i, (k, s, p, d, m) in enumerate(zip(kernel, stride, padding, dilation, more)):
        before = d * (k - 1) - p
        spread = functools.partial(_spread, dim=i - rank, step=s)
        result = chain(result, spread) if s > 1 else result
        pads += [before, before + m - (s - 1)]
    # Paddings of the last dimension come first.
    pads = [pads[2 * i + j] for i in reversed(range(rank)) for j in range(2)]
    return chain(
        result,
        lambda x: constant_pad_nd(c, x, pads),
        lambda x: conv(c, x, flipped, bias, [1], [0], dilation, groups),
    )


def _spread(x, dim, step):
    """x with step - 1 zeros after each element of a dimension."""
    dim %= len(x.dims)
    shape = list(x.shape)
    shape[dim] *= step
    return chain(
        reshaped(x, x.with_unit(dim + 1).dims),
        lambda x: padded(x, dim + 1, step - 1, False, 0),
        lambda x: reshaped(x, ax.reshape(x.dims, shape)),
    )


def _conv_padding(padding, kernel, dilation):
    """Padding before and after, per dimension."""
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, kernel)]
        return [(t // 2, t - t // 2) for t in total]
    return [(p, p) for p in per_dim(padding, len(kernel))]


@op("einsum")
def einsum(c, equation, operands):
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
    if isinstance(b, Constant):
        first = permute(c, a, [names[0].index(i) for i in batch + left + summed])
        if batch or len(summed) != 1 or len(right) > 1:
            order = [names[1].index(i) for i in batch + summed + right]
            parts = [batch, left, summed, right]
            result = chain(first, *_scaled(c, b.whole.permute(order), parts))
        elif right:
            order = [names[1].index(i) for i in right + summed]
            weight = np.ascontiguousarray(b.array.transpose(order))
            result = chain(first, lambda x: _dense(x, weight))
        else:
            result = chain(first, lambda x: _weighted(x, b.array))
        found = batch + left + right
        return chain(result, lambda x: permute(c, x, [found.index(i) for i in output]))
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


def _scaled(c, factor, indices):
    """Products of a signal of (batch, left, summed) with a constant of (batch, summed,
    right), and their sums."""
    batch, left, summed, right = map(len, indices)
    shape = factor.shape
    factor = Constant(
        factor.reshape(*shape[:batch], *[1] * left, *shape[batch:]),
    )
    rank = batch + left + summed
    steps = [lambda x: same(x.with_unit(len(x.dims)))] * right
    steps.append(lambda x: mul(c, x, factor))
    if summed:
        dims = list(range(rank - summed, rank))
        steps.append(lambda x: reduce_value("sum", x, dims, False))
    return steps


def _arranged(net, x, names, order, shape, **at):
    """x with its indices in another order, merged into three dimensions."""
    held = [i for i, dim in zip(names, x.dims) if ax.has_data(dim)]
    signal = align(net, x, x.dims, **at)
    signal = net.transpose(signal, [held.index(i) for i in order], **at)
    return net.reshape(signal, shape, **at)


@op("batch_norm")
def batch_norm(c, x, weight, bias, mean, var, training, momentum, eps, cudnn):
    if training or mean is None:
        raise Unsupported(
            "a batch norm that uses the statistics of the batch; track running "
            "statistics and use eval()"
        )
    if (var.array + eps <= 0).any():
        raise Unsupported("a batch norm whose running variance is not positive")
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


@op("im2col")
def im2col(c, x, kernel, dilation, padding, stride):
    """Windows of an image as columns: a convolution by kernels of a single 1."""
    channels, size = x.shape[-3], math.prod(kernel)
    ones = torch.eye(size).reshape(size, 1, *kernel).repeat(channels, 1, 1, 1)
    return chain(
        conv(c, x, Constant(ones), None, stride, padding, dilation, channels),
        lambda x: reshaped(x, ax.reshape(x.dims, c.shape)),
    )


@op("addmm")
def addmm(c, bias, x, weight, beta=1, alpha=1):
    if beta != 1 or alpha != 1 or not isinstance(bias, Constant):
        raise Unsupported("a scaled addmm; use a linear layer")
    if bias.array.ndim != 1 or not isinstance(weight, Constant):
        raise Unsupported("addmm of computed matrices; use matmul and a sum")
    return _dense(x, np.ascontiguousarray(weight.array.T), bias.array)
