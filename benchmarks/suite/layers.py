# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks in a form that every runner can build: a chain of layers.

The law of neurons is the one that all of them can compute alike:

    i = current_decay i + x      (i = x without a current)
    v = decay v + i
    s = v > threshold
    v = 0 or v - threshold where s

Signals are (T, B, *shape).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np


@dataclass(frozen=True)
class Dense:
    weight: np.ndarray  # (out, in)
    bias: np.ndarray | None = None


@dataclass(frozen=True)
class Conv:
    weight: np.ndarray  # (out, in, rows, columns)
    bias: np.ndarray | None
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True)
class SumPool:
    """Sums over windows that do not overlap."""

    kernel: tuple[int, int]


@dataclass(frozen=True)
class Flatten:
    pass


@dataclass(frozen=True)
class Neurons:
    """A population.

    Attributes:
        decay: of the potential; 1 is an integrate-and-fire neuron.
        reset: "zero" or "subtract".
        current_decay: of the synaptic current, if there is one.
        recurrent: a layer from the spikes of the step before to the input.
    """

    name: str
    shape: tuple[int, ...]
    decay: float
    threshold: float
    reset: str
    current_decay: float | None = None
    recurrent: Dense | None = None


Layer = Union[Dense, Conv, SumPool, Flatten, Neurons]
