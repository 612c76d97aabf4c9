# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Volley, a compiler for spiking neural networks.

>>> import volley
>>> net = volley.load("model.nir", profile="norse", dt=1e-4)
>>> prog = volley.compile(net)
>>> y = prog(x)                                  # x: (T, B, *input)
>>> y, rec = prog.run(x, record=["lif1.lif"])    # rec["lif1.lif"]["v"]
>>> prog.save("model.so")
"""

from typing import TYPE_CHECKING

from volley._errors import CompileError
from volley._events import Events
from volley._program import Profile, Program, Session, open

if TYPE_CHECKING:
    from volley import models
    from volley._compile import compile, interpret
    from volley._law import NeuronModel
    from volley._network import Network, check, load, phases, profiles
    from volley.builder import Builder, Signal

__version__ = "0.1.0"

__all__ = [
    "Builder",
    "CompileError",
    "Events",
    "Network",
    "NeuronModel",
    "Profile",
    "Program",
    "Session",
    "Signal",
    "check",
    "compile",
    "interpret",
    "load",
    "models",
    "open",
    "phases",
    "profiles",
]


# Imported when they are first asked for: the compiler is large, and programs that
# were saved run without it; and torch is not everywhere.
_MODULES = {
    "volley._compile": ("compile", "interpret"),
    "volley._law": ("NeuronModel",),
    "volley._network": ("Network", "check", "load", "phases", "profiles"),
    "volley.builder": ("Builder", "Signal"),
    "volley.torch": ("compare", "from_torch"),
}
_SUBMODULES = ("builder", "models")


def __getattr__(name: str):
    from importlib import import_module

    if name in _SUBMODULES:
        return import_module(f"volley.{name}")
    for module, names in _MODULES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(module), name)
            return value
    raise AttributeError(f"module 'volley' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
