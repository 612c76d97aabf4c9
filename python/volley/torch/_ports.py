# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors of a module in the layout of the network: (T, B, *shape)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from volley.torch import _axes as ax

_LETTERS = {ax.TIME: ("T",), ax.BATCH: ("B",), ax.BOTH: ("B", "T"), ax.DATA: (None,)}


@dataclass(frozen=True)
class Port:
    """An input, output or neuron's result, and how its tensor is laid out.

    Attributes:
        dims: per dimension of the tensor its factors, outermost first: "T", "B", or
            the size of a data axis.
    """

    name: str
    dims: tuple[tuple[str | int, ...], ...]

    @property
    def has_time(self) -> bool:
        return any("T" in dim for dim in self.dims)

    def to_network(self, tensor, steps: int | None = None) -> np.ndarray:
        """The tensor as (T, B, *shape), or (B, *shape) if it has no time.

        Args:
            steps: the number of steps, where time and batch are one dimension.
        """
        array = tensor.detach().cpu().numpy()
        if array.ndim != len(self.dims):
            named = ", ".join("*".join(map(str, dim)) or "1" for dim in self.dims)
            raise ValueError(
                f"'{self.name}' has the shape {array.shape}, but in the network it is "
                f"({named}): the module squeezes a dimension of size 1, such as the "
                "batch; give it two samples or more"
            )
        factors = [factor for dim in self.dims for factor in dim]
        sizes = [
            size
            for dim, n in zip(self.dims, array.shape)
            for size in _split(dim, n, steps)
        ]
        array = array.reshape(sizes)
        order = [i for letter in "TB" for i, f in enumerate(factors) if f == letter]
        order += [i for i, f in enumerate(factors) if f not in ("T", "B")]
        array = array.transpose(order)
        shape = array.shape
        if "B" not in factors:
            first = 1 if self.has_time else 0
            shape = (*shape[:first], 1, *shape[first:])
        leading = 2 if self.has_time else 1
        return array.reshape(*shape[:leading], *self.data_shape)

    @property
    def data_shape(self) -> tuple[int, ...]:
        """The shape of the signal."""
        data = [[f for f in dim if isinstance(f, int)] for dim in self.dims]
        return tuple(math.prod(dim) for dim in data if dim)


def _split(dim, size, steps):
    """The sizes of a dimension's factors."""
    known = math.prod(f for f in dim if isinstance(f, int))
    rest = size // known
    sizes = {"T": steps if "B" in dim else rest}
    sizes["B"] = rest // sizes["T"] if "T" in dim else rest
    return [f if isinstance(f, int) else sizes[f] for f in dim]


def make_port(name: str, dims: ax.Dims) -> Port:
    """The port of a value, once its axes are known."""

    def factors(axis):
        if axis.is_data:
            return (axis.size,)
        return _LETTERS[axis.kind or ax.BATCH]

    return Port(name, tuple(tuple(f for a in dim for f in factors(a)) for dim in dims))
