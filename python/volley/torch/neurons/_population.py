# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Populations as modules describe them, and what connects one with itself.

The laws of the libraries' files follow the libraries' own arithmetic operation by
operation, as PyTorch evaluates it: each operation on tensors rounds once, a Python
number beside a tensor counts as rounded to the tensor's type, and what holds no state
and no input is evaluated once, by PyTorch. They give the same bits for all finite
values, but for laws with an exponential.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from volley.builder import Builder, Expr, NeuronModel, Signal
from volley.torch._problems import Unsupported

# Of a law with an exponential, of which no two libraries have the same bits.
EXPONENTIAL = (
    "its law has an exponential, which differs from PyTorch's in the last place: "
    "potentials are close, not the same bits"
)


@dataclass
class Step:
    """What a law gives for one step.

    Attributes:
        states: their values at the end of the step.
        outputs: what the neuron gives.
        margin: a potential and the threshold that it is compared with.
    """

    states: Mapping[str, Any]
    outputs: Mapping[str, Any]
    margin: tuple[Expr, Expr] | None = None


@dataclass(frozen=True)
class Population:
    """Neurons of one law.

    Attributes:
        name: of the law.
        step: the law: step(n) -> Step, where n has the states, the inputs and the
            parameters as attributes.
        states: initial values; a number, or (value, dtype).
        params: numbers, tensors that broadcast over (B, *shape) as PyTorch does, or
            functions of the shape that give one.
        inputs: names of the input signals.
    """

    name: str
    step: Callable[[SimpleNamespace], Step]
    states: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ("x",)

    def dtype(self, net: Builder, output: str = "spikes") -> str:
        """The type of an output."""
        return self._model(False).trace(net.precision).outputs[output]

    def emit(
        self,
        net: Builder,
        name: str,
        *inputs: Signal,
        expose: tuple[str, ...] = (),
        location=None,
    ) -> dict[str, Signal]:
        """Adds the population: its outputs by name, and what `expose` asks for."""
        model = self._model("margin" in expose)
        outputs = list(model.trace(net.precision).outputs)
        states = [s for s in self.states if s in expose and s not in outputs]
        shape = inputs[0].shape
        results = net.population(
            model,
            *inputs,
            params={
                key: align(value, shape, key, net.precision)
                for key, value in self.params.items()
            },
            expose=states,
            name=name,
            location=location,
        )
        results = results if isinstance(results, tuple) else (results,)
        return dict(zip([*outputs, *states], results))

    def _model(self, with_margin: bool) -> NeuronModel:
        names = [*self.states, *self.inputs, *self.params]

        def law(*scalars):
            step = self.step(SimpleNamespace(**dict(zip(names, scalars))))
            outputs = dict(step.outputs)
            if with_margin and step.margin is not None:
                potential, threshold = step.margin
                outputs["potential"] = potential
                outputs["margin"] = potential - threshold
            return step.states, outputs

        return NeuronModel(self.name, self.states, self.inputs, [*self.params], law)


def align(value: Any, shape: tuple[int, ...], name: str, precision: str):
    """A parameter as populations take it: tensors of modules align at the right of
    (B, *shape), those of populations at the left of `shape`.

    Raises:
        Unsupported: it does not broadcast, differs between samples, or makes PyTorch
            compute in another precision.
    """
    if callable(value):
        value = value(shape)
    if bool(torch.isnan(torch.as_tensor(value)).any()):
        raise Unsupported(f"the parameter '{name}' is NaN")
    if not isinstance(value, (torch.Tensor, np.ndarray)):
        return value
    array = np.asarray(value.detach().cpu() if torch.is_tensor(value) else value)
    if array.size == 1:
        return array.item()
    if array.dtype == np.float64 and precision == "f32":
        raise Unsupported(
            f"the parameter '{name}' is float64, in which PyTorch computes the neuron "
            "then; make it float32, or all of the module float64"
        )
    sizes = array.shape
    if len(sizes) == len(shape) + 1 and sizes[0] == 1:
        sizes = sizes[1:]
    sizes = (1,) * (len(shape) - len(sizes)) + sizes
    if len(sizes) > len(shape) or any(n not in (1, m) for n, m in zip(sizes, shape)):
        raise Unsupported(
            f"the parameter '{name}' of shape {array.shape} does not broadcast over "
            f"neurons of shape {shape}"
        )
    while sizes[-1] == 1:
        sizes = sizes[:-1]
    return array.reshape(sizes)


def largest(value: Any) -> float:
    """The largest element of a parameter."""
    return float(torch.as_tensor(value).detach().max())


def comparison(function: Callable, owner: str) -> Callable[[Expr, Expr], Expr]:
    """How a surrogate function decides that potential minus threshold is a spike:
    operator.ge or operator.gt.

    Found by calling it, as it may be the user's own.

    Raises:
        Unsupported: it is neither, not binary, or random.
    """
    x = torch.tensor([-1e3, -1.0, -1e-3, -1e-30, 0.0, 1e-30, 1e-3, 1.0, 1e3])
    x = x.repeat(32, 1)
    with torch.no_grad():
        try:
            y = torch.as_tensor(function(x.clone()))
        except Exception:
            y = torch.full((), torch.nan)
    for compare in (operator.ge, operator.gt):
        if y.shape == x.shape and torch.equal(y, compare(x, 0).to(y.dtype)):
            return compare
    raise Unsupported(
        f"the spike function {getattr(function, '__name__', type(function).__name__)} "
        f"of {owner} is not a step at the threshold; use one that gives 0 or 1 in "
        "forward"
    )
