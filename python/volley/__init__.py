# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Volley, a compiler for spiking neural networks.

>>> import volley
>>> net = volley.load("model.nir", profile="norse", dt=1e-4)
>>> prog = volley.compile(net)
>>> y = prog(x)                                  # x: (T, B, *input)
>>> y, rec = prog.run(x, record=["lif1.lif"])    # rec["lif1.lif"]["v"]
>>> prog.save("model.so")
"""

from volley._network import CompileError, Network, check, load, phases, profiles
from volley._program import Program, Session, compile, interpret, open

__version__ = "0.1.0"

__all__ = [
    "CompileError",
    "Network",
    "Program",
    "Session",
    "check",
    "compile",
    "interpret",
    "load",
    "open",
    "phases",
    "profiles",
]
