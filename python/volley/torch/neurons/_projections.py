# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers without state inside of neuron modules: their recurrent connections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from volley.builder import Builder, Signal
from volley.torch._problems import Unsupported
from volley.torch._values import check_numbers

# project(net, x, name=, location=) -> Signal
Projection = Callable[..., Signal]


def projection(module: nn.Module, owner: str) -> Projection:
    """A module as ops on signals.

    Raises:
        Unsupported: it is not a layer that is listed here, or a sequence of such.
    """
    for cls, make in _MAKERS.items():
        if isinstance(module, cls) and _is_unchanged(module, cls):
            return make(module, owner)
    names = ", ".join(cls.__name__ for cls in _MAKERS)
    raise Unsupported(
        f"{type(module).__name__} in {owner}; it may hold {names}; write other "
        "recurrent connections as a loop over time in forward"
    )


def _is_unchanged(module, cls):
    """Whether forward is that of PyTorch's class, in SpikingJelly's of one step."""
    if type(module).__module__.startswith("spikingjelly.activation_based.layer."):
        return module.step_mode == "s"
    return type(module).forward is cls.forward


def array(parameter):
    """A parameter as a NumPy array, or None."""
    if parameter is None:
        return None
    check_numbers(parameter, "of a recurrent weight, ")
    return parameter.detach().cpu().numpy()


def linear(module: nn.Linear, owner: str) -> Projection:
    return matrix(module.weight, module.bias)


def matrix(weight: torch.Tensor, bias: torch.Tensor | None = None) -> Projection:
    """A product with a weight of (out, in), and a bias of (out,)."""

    def project(net: Builder, x: Signal, **at: Any) -> Signal:
        return net.dense(x, array(weight), array(bias), **at)

    return project


def _convolution(module, owner):
    if module.padding_mode != "zeros":
        raise Unsupported(f"padding mode '{module.padding_mode}' in {owner}; use zeros")
    padding = module.padding
    if padding == "same":
        # Of an odd total the larger part comes after.
        totals = [d * (k - 1) for d, k in zip(module.dilation, module.kernel_size)]
        padding = [n for total in totals for n in (total // 2, total - total // 2)]
    elif padding == "valid":
        padding = 0

    def project(net, x, **at):
        return net.conv(
            x,
            array(module.weight),
            array(module.bias),
            module.stride,
            padding,
            module.dilation,
            module.groups,
            **at,
        )

    return project


def _flatten(module, owner):
    def project(net, x, **at):
        start, end = (_data_dim(d, x) for d in (module.start_dim, module.end_dim))
        if start < 0:
            raise Unsupported(f"Flatten of the batch in {owner}; use start_dim=1")
        return net.reshape(x, (*x.shape[:start], -1, *x.shape[end + 1 :]), **at)

    return project


def _unflatten(module, owner):
    def project(net, x, **at):
        dim = _data_dim(module.dim, x)
        if dim < 0:
            raise Unsupported(f"Unflatten of the batch in {owner}; use dim=1")
        sizes = module.unflattened_size
        return net.reshape(x, (*x.shape[:dim], *sizes, *x.shape[dim + 1 :]), **at)

    return project


def _data_dim(dim, x):
    """The signal's dimension that is `dim` of a tensor with a batch."""
    return (dim + len(x.shape) + 1 if dim < 0 else dim) - 1


def _identity(module, owner):
    return lambda net, x, **at: x


def _sequence(module, owner):
    parts = [projection(part, owner) for part in module]

    def project(net, x, **at):
        for part in parts:
            x = part(net, x, **at)
        return x

    return project


_MAKERS = {
    nn.Linear: linear,
    nn.Conv1d: _convolution,
    nn.Conv2d: _convolution,
    nn.Flatten: _flatten,
    nn.Unflatten: _unflatten,
    nn.Identity: _identity,
    nn.Dropout: _identity,
    nn.Sequential: _sequence,
}
