# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where a value comes from, and what was found wrong, all of it at once."""

from __future__ import annotations

import functools
import os
import re
import sysconfig
from dataclasses import dataclass, field

import torch

from volley._errors import CompileError

_FRAME = re.compile(r'File "([^"]+)", line (\d+)(?:, in (\w+))?')
# The name of a frame whose line is the number of the step that is run.
STEP_FRAME = "<step>"
# Frames of these are neither what a user wrote nor of interest.
_HIDDEN = (
    STEP_FRAME,
    *(os.path.dirname(file) + os.sep for file in (torch.__file__, __file__)),
)
_STANDARD = sysconfig.get_path("stdlib") + os.sep
_INSTALLED = re.compile(r"[/\\](site|dist)-packages[/\\]")
# Inside of libraries; of interest if there is nothing else.
_LIBRARIES = re.compile(
    r"[/\\]site-packages[/\\]((norse|snntorch|sinabs)[/\\]|spikingjelly[/\\]"
    r"activation_based[/\\](layer|neuron|functional|surrogate|base|_neuron)[/\\.])"
)


@dataclass(frozen=True)
class Where:
    """A place in the user's model: a module's path, and a line of Python.

    Attributes:
        caller: the line of forward that is being run, as FILE:LINE: what tells calls
            of one function apart.
    """

    path: str = ""
    file: str = ""
    line: int = 0
    caller: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.path}: " if self.path else place

    @property
    def location(self):
        """What the builder takes: (file, line), or None."""
        return (self.file, self.line) if self.file else None


def is_own(file: str, function: str) -> bool:
    """Whether a frame is of a module's code: of forward, or what the user wrote."""
    return function == "forward" or not (file.startswith("<") or is_installed(file))


def is_installed(file: str) -> bool:
    """Whether a file is a library's; what is typed in has no file."""
    return file.startswith(("<frozen", _STANDARD)) or bool(_INSTALLED.search(file))


@functools.cache
def find_line(stack_trace: str) -> tuple[str, int, str]:
    """The innermost line of the user's own code in a stack trace's text, and that of
    forward, as FILE:LINE."""
    frames = [f for f in _FRAME.findall(stack_trace) if not f[0].startswith(_HIDDEN)]
    own = [frame for frame in frames if not _LIBRARIES.search(frame[0])]
    frames = own or frames or [("", 0, "")]
    forward = [f"{file}:{line}" for file, line, name in frames if name == "forward"]
    file, line, _ = frames[-1]
    return file, int(line), forward[-1] if forward else ""


class Unsupported(Exception):
    """An op, or a use of one, that has no form in a network."""


@dataclass
class Problems:
    """Collects errors, so that all are told at once, and remarks.

    Attributes:
        refused: paths of modules that are refused as such: no more is told of them.
        late: more steps of a loop may show more than those that were traced.
    """

    errors: dict[str, None] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    late: bool = False

    def refuse(self, where: Where, message: str) -> None:
        """An error of a module, and all that there is to say about what is in it."""
        self.error(where, message)
        self.refused.add(where.path)

    def error(self, where: Where, message: str) -> None:
        path = where.path + "."
        if any(path.startswith(refused + ".") for refused in self.refused):
            return
        self.errors.setdefault(f"{where}{message}")

    def remark(self, where: Where, message: str) -> None:
        self.remarks.setdefault(f"{where}{message}")

    def check(self) -> None:
        """Raises CompileError if there were errors."""
        if self.errors:
            raise CompileError(self.errors)
