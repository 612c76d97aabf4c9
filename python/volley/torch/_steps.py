# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a module's own code asks of the number of the step.

A loop that does something else at every tenth step shows nothing of it in an example
of five. So while a module is run to learn about it, the numbers of its loops note what
they are compared with.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import math
import re
import sys
import textwrap
import traceback
from dataclasses import dataclass, field

from volley.torch._problems import STEP_FRAME

# Libraries whose loops over time are all alike.
_LIBRARIES = {"torch", "spikingjelly", "snntorch", "norse", "sinabs", "volley"}

# The step of a numbered range that is run.
_current: int | None = None


class _Step(int):
    """The number of a step; what is computed of it and integers is one, too.

    Attributes:
        first: the step at which it would be 0.
        asked: steps that must be looked at, to see all that the loop does.
    """

    def __new__(cls, value, first, asked):
        self = super().__new__(cls, value)
        self.first, self.asked = first, asked
        return self

    def __add__(self, other):
        result = int.__add__(self, other)
        if result is NotImplemented:
            return result
        return _Step(result, self.first - int(other), self.asked)

    __radd__ = __add__

    def __sub__(self, other):
        result = int.__sub__(self, other)
        if result is NotImplemented:
            return result
        return _Step(result, self.first + int(other), self.asked)

    __hash__ = int.__hash__


def _comparison(name):
    compare = getattr(int, name)

    def noted(self, other):
        if isinstance(other, (int, float)) and math.isfinite(other):
            self.asked.add(int(other) + self.first)
        return compare(self, other)

    return noted


def _division(name):
    divide = getattr(int, name)

    def noted(self, other):
        if isinstance(other, int):
            # Two periods, so that it is seen what comes again.
            period = other + 1 if name == "__and__" else other
            self.asked.add(2 * period + self.first)
        return divide(self, other)

    return noted


for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(_Step, _name, _comparison(_name))
for _name in ("__mod__", "__floordiv__", "__divmod__", "__and__"):
    setattr(_Step, _name, _division(_name))


class _Range:
    """A range whose numbers are steps."""

    def __init__(self, numbers, asked):
        self._numbers, self._asked = numbers, asked

    def __getattr__(self, name):
        return getattr(self._numbers, name)

    def __len__(self):
        return len(self._numbers)

    def __contains__(self, value):
        return value in self._numbers

    def __iter__(self):
        return (_Step(i, 0, self._asked) for i in self._numbers)

    def __reversed__(self):
        return iter(_Range(self._numbers[::-1], self._asked))

    def __getitem__(self, index):
        found = self._numbers[index]
        return _Range(found, self._asked) if isinstance(found, range) else found


@dataclass
class Noted:
    """What a module's code says of its steps.

    Attributes:
        asked: steps that it asks for, by their number.
        ranges: by length, the places of its ranges.
    """

    asked: set[int] = field(default_factory=set)
    ranges: dict[int, set[tuple[str, int]]] = field(default_factory=dict)


@contextlib.contextmanager
def noted(module, counters=()):
    """What a module's code says of its steps while it runs.

    Args:
        counters: (module, attribute) of numbers that count steps.
    """
    result = Noted()

    def numbers(*args):
        frame = sys._getframe(1)
        found = range(*args)
        place = frame.f_code.co_filename, frame.f_lineno
        result.ranges.setdefault(len(found), set()).add(place)
        return _Range(found, result.asked)

    def enumerated(values, start=0):
        numbered = enumerate(values, start)
        return ((_Step(i, -start, result.asked), value) for i, value in numbered)

    result.asked.update(_written(module))
    with contextlib.ExitStack() as stack:
        own = {"range": numbers, "enumerate": enumerated}
        stack.enter_context(_replaced(_scopes(module), own))
        for child, name in counters:
            value = getattr(child, name)
            setattr(child, name, _Step(value, -value, result.asked))
        yield result


@contextlib.contextmanager
def shortened(module, steps, few):
    """Makes ranges of so many steps in a module's own code ranges of a few."""
    scopes = _scopes(module)
    # Numbers of steps may be noted at the same time.
    make = next((s["range"] for s in scopes if "range" in s), range)

    def numbers(*args):
        found = make(*args)
        return found[:few] if len(found) == steps else found

    with _replaced(scopes, {"range": numbers}):
        yield


@contextlib.contextmanager
def numbered(module, place):
    """Notes with each op that is exported in which step of the range at a place of a
    module's own code, (file, line), it is computed; see step_of."""

    def numbers(*args):
        frame = sys._getframe(1)
        is_there = (frame.f_code.co_filename, frame.f_lineno) == place
        return _announced(range(*args)) if is_there else range(*args)

    with _replaced(_scopes(module), {"range": numbers}):
        yield


def _announced(numbers):
    global _current
    try:
        for _current, number in enumerate(numbers):
            yield number
    finally:
        _current = None


def current_frame() -> list[traceback.FrameSummary]:
    """The step that is run, if that is known, for the stack trace of an op."""
    if _current is None:
        return []
    return [traceback.FrameSummary(STEP_FRAME, _current, "range", lookup_line=False)]


def step_of(stack_trace: str) -> int | None:
    """The step in which an op is computed, if its stack trace says it."""
    found = re.search(f'File "{STEP_FRAME}", line (\\d+)', stack_trace)
    return int(found[1]) if found else None


@contextlib.contextmanager
def _replaced(scopes, names):
    before = [(s, {k: s[k] for k in names if k in s}) for s in scopes]
    try:
        for scope in scopes:
            scope.update(names)
        yield
    finally:
        for scope, values in before:
            for name in names:
                scope.pop(name, None)
            scope.update(values)


def _scopes(module):
    """The global names of the files that a module's own classes are from."""
    names = {type(child).__module__ for child in _own(module)}
    return [vars(sys.modules[name]) for name in names if name in sys.modules]


def _own(module):
    """Modules of the user's own classes."""
    for child in module.modules():
        if type(child).__module__.partition(".")[0] not in _LIBRARIES:
            yield child


def _written(module) -> set[int]:
    """Steps that code asks for of variables that it counts up by itself."""
    return {step for child in _own(module) for step in _asked_in(child)}


def _asked_in(module):
    for kind, other in _uses(type(module)):
        number = getattr(module, other, None) if isinstance(other, str) else other
        if type(number) is int:
            yield 2 * number if kind == "period" else number


@functools.cache
def _uses(cls):
    """What counters are divided by or compared with: a number, or an attribute."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return []
    methods = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    # What forward runs of its own class; a method that trains is none of it.
    names = ["forward"]
    for name in names:
        found = ast.walk(methods[name]) if name in methods else ()
        used = {node.attr for node in found if isinstance(node, ast.Attribute)}
        names += sorted(used & methods.keys() - set(names))
    return [use for name in names if name in methods for use in _uses_in(methods[name])]


def _uses_in(function):
    nodes = [*ast.walk(function)]
    counters = {
        node.target.id
        for node in nodes
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
        if isinstance(node.op, ast.Add) and isinstance(node.value, ast.Constant)
    }
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mod, ast.FloorDiv)):
            kind, left, others = "period", node.left, [node.right]
        elif isinstance(node, ast.Compare):
            kind, left, others = "bound", node.left, node.comparators
        else:
            continue
        counted = {n.id for n in ast.walk(left) if isinstance(n, ast.Name)} & counters
        for other in others if counted else ():
            if isinstance(other, ast.Constant):
                yield kind, other.value
            elif isinstance(other, ast.Attribute):
                yield kind, other.attr
