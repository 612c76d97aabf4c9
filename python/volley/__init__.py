# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Volley, a compiler for spiking neural networks.

>>> import volley
>>> net = volley.load("model.nir", profile="norse", dt=1e-4)
>>> prog = volley.compile(net)
>>> y = prog(x)                                  # x: (T, B, *input)
>>> y, rec = prog.run(x, record=["lif1.lif"])    # rec["lif1.lif"]["v"]
>>> prog.save("model.so")
"""

from volley import models
from volley._law import NeuronModel
from volley._network import CompileError, Network, check, load, phases, profiles
from volley._program import Profile, Program, Session, compile, interpret, open
from volley.builder import Builder, Signal

__version__ = "0.1.0"

__all__ = [
    "Builder",
    "CompileError",
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


def __getattr__(name: str):
    # torch is imported when these are asked for, not before.
    if name in ("from_torch", "compare"):
        import importlib

        return getattr(importlib.import_module("volley.torch"), name)
    raise AttributeError(f"module 'volley' has no attribute {name!r}")
