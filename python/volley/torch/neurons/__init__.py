# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neuron modules of PyTorch libraries, as populations of a network.

A library's file registers a function per class, by the class's qualified name, so
that no library is imported that the user's module does not use:

    @register("spikingjelly.activation_based.neuron.lif.LIFNode")
    def lif(module) -> Neuron: ...

The function reads the module's settings and raises :class:`Unsupported` for those
that have no law here.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from volley.torch._problems import Unsupported as Unsupported

# Files of this package, by the first part of the names that they register.
_LIBRARIES = ("spikingjelly", "snntorch", "norse", "sinabs")

# Base classes of neurons: what derives from them and is not known has a state that
# nothing here describes.
STATEFUL = {
    "spikingjelly.activation_based.neuron.base_node.BaseNode",
    "spikingjelly.activation_based.neuron.base_node.SimpleBaseNode",
    "spikingjelly.activation_based.neuron.base_node.NonSpikingBaseNode",
    "snntorch._neurons.neurons.SpikingNeuron",
    "norse.torch.module.snn.SNN",
    "norse.torch.module.snn.SNNCell",
    "norse.torch.module.snn.SNNRecurrent",
    "norse.torch.module.snn.SNNRecurrentCell",
    "sinabs.layers.stateful_layer.StatefulLayer",
}

_registry: dict[str, Callable[[Any], Neuron]] = {}


@dataclass
class Neuron:
    """How a module is called, and the population that it is.

    Attributes:
        time: what forward takes as input: "step" (B, ...), "TB" (T, B, ...),
            "BT" (B, T, ...) or "(BT)" (B * T, ...).
        arguments: forward's arguments in order: "input", or the name of a state. A
            state that is passed as a tuple is a tuple of names.
        returns: forward's results in order: names of outputs and of states, nested
            as forward nests them; a plain string if forward returns one tensor.
        states: which of these names are states.
        emit: emit(net, name, x, expose=(), location=None) adds the population, and
            what else the module holds (recurrent weights, delays), to a
            volley.Builder and gives a dict of Signals: every output by name, and
            what `expose` asks for. That is names of states (their value at the end
            of the step) and "margin": what the law compares with zero for a spike,
            that is potential minus threshold, as a float; the dict has "potential"
            then, too.
        keeps_state: whether forward without a state goes on from where the last call
            ended; if not, it starts from the initial state.
        initial: values of states before the first step, where they are not 0.
        width: the last dimension of the results where it is not the input's.
        attributes: attributes of the module that hold a state after forward, which
            a user may read: {"v": "v"}. Of a whole sequence ("TB", ...) that is the
            last value; {"v_seq": "v*"} with a star is the sequence of all values.
        folded: of "(BT)", the batch and the steps that the module was told, None for
            what follows from the input.
        threshold: the largest threshold, for reports.
        remark: what the user should know about the law, or "".
    """

    time: str
    arguments: tuple[Any, ...]
    returns: Any
    emit: Callable[..., dict[str, Any]]
    states: tuple[str, ...] = ()
    keeps_state: bool = True
    initial: dict[str, float] = field(default_factory=dict)
    width: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    folded: tuple[int | None, int | None] = (None, None)
    threshold: float = 1.0
    remark: str = ""

    @property
    def is_single_step(self) -> bool:
        return self.time == "step"

    @property
    def time_dim(self) -> int | None:
        """The dimension that is time in sequences, if it is one of its own."""
        return {"TB": 0, "BT": 1}.get(self.time)


def flatten_names(spec) -> list[str]:
    """The names in `arguments` or `returns`, in order."""
    if isinstance(spec, str):
        return [spec]
    return [name for part in spec for name in flatten_names(part)]


def name_values(spec, values) -> dict[str, Any]:
    """By name, what forward takes or gives, nested as the names are; tuples that are
    None have none."""
    if isinstance(spec, str):
        return {spec: values}
    pairs = () if values is None else zip(spec, values)
    return {k: v for part, one in pairs for k, v in name_values(part, one).items()}


def register(*names: str):
    """Registers a function from module to Neuron for classes by qualified name."""

    def decorate(function):
        for name in names:
            _registry[name] = function
        return function

    return decorate


def qualified_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def find(module: Any) -> Neuron | None:
    """The neuron that a module is, or None if its class is not a known neuron.

    A class that derives from a known one counts as that one only if it adds no
    more than a constructor; else nothing is known about its law.

    Raises:
        Unsupported: the class is known but not with these settings.
    """
    for cls in type(module).__mro__:
        library = cls.__module__.partition(".")[0]
        if library in _LIBRARIES:
            _import(library)
        if qualified_name(cls) in _registry:
            return _registry[qualified_name(cls)](module)
        if set(vars(cls)) - _HARMLESS:
            return None
    return None


def _import(library: str) -> None:
    """Imports this package's file about a library, if it has one."""
    name = f"{__name__}.{library}"
    if importlib.util.find_spec(name):
        importlib.import_module(name)


def known(module: Any) -> list[str]:
    """Names of the known neurons of a module's library."""
    library = next(
        (
            cls.__module__.partition(".")[0]
            for cls in type(module).__mro__
            if cls.__module__.partition(".")[0] in _LIBRARIES
        ),
        "",
    )
    names = [name for name in _registry if name.startswith(library + ".")]
    return sorted(name.rpartition(".")[2] for name in names)


# What a subclass may define without changing a law.
_HARMLESS = {
    "__module__",
    "__qualname__",
    "__doc__",
    "__init__",
    "__annotations__",
    "__firstlineno__",
    "__static_attributes__",
    "__parameters__",
    "extra_repr",
}
