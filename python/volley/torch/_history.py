# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""At which steps a loop begins to do something else.

A delay of nine steps gives nothing but its initial value in an example of five. So a
loop is run for many steps without data, and it is noted what each step computes, of
values that are how old.
"""

from __future__ import annotations

import contextlib
import math
import sys
import traceback

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from volley.torch._problems import Where, find_line

# Ops that make a tensor; of what they are `like` only the shape counts.
_MADE = ("zeros", "ones", "full", "empty", "zero_", "fill_")
# Ops whose numbers are places in a tensor, which rings of delays change.
_PLACES = ("select", "slice", "unbind", "split", "narrow")
_NUMBERS = (int, float)


class History(TorchDispatchMode):
    """What each of so many steps of a loop computes.

    Attributes:
        steps: how many there are; no other dimension has this size.
        still: places of what was made before the loop, as initial values are, and is
            still used at the end.
    """

    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps
        self.still: set[Where] = set()
        self._now = -1
        self._done: list[list] = [[] for _ in range(steps)]
        # By storage and region, the step at which a tensor was computed; None if it
        # is the same whatever the steps are.
        self._written: dict[int, dict[tuple, int | None]] = {}
        # Storages of tensors that were made before the second step or computed from
        # such ones only, and where.
        self._initial: dict[int, Where] = {}
        self._sources: list[torch.Tensor] = []  # so that no storage is used again
        self._is_sliced = False
        # Steps from which on results are of steps, or of others than before.
        self._gathered: set[int] = set()

    @property
    def changes(self) -> set[int]:
        """Steps that compute something else than the step before; not the last step,
        after which results are gathered."""
        ops = [[op for op, _ in done] for done in self._done]
        found = {t for t in range(1, self.steps - 1) if ops[t] != ops[t - 1]}
        for t in {*range(2, self.steps - 1)} - found - {s + 1 for s in found}:
            numbers = ([n for _, n in done] for done in self._done[t - 2 : t + 1])
            if not all(map(_is_even, *numbers)):
                found.add(t)
        return found | self._gathered

    @property
    def carries(self) -> bool:
        """Whether a step uses what an earlier one computed."""
        ops = (op for done in self._done for op, _ in done)
        return any(any(what) for _, what, *_ in ops if len(what) < self.steps)

    @property
    def end(self) -> list[tuple]:
        """What the last step computes, and what is computed of the loop's results, of
        values how old: the same for any number of steps, unless there are too few."""
        return [
            (name, () if len(ages) == self.steps else ages)
            for (name, ages, *_), _ in self._done[-1]
        ]

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        library, _, name = func._schema.name.partition("::")
        if library == "prim":
            return func(*args, **kwargs)
        operands = [x for x in tree_leaves((args, kwargs)) if _is_tensor(x)]
        if name == "neuron" and not self._is_sliced:
            self._reach(args[2])
        taken = self._taken(name, args)
        if taken is None:
            for x in operands:
                self._reach(self._age(x))
        elif len(taken) == 1:
            self._is_sliced = True
            self._reach(taken[0])
        result = func(*args, **kwargs)
        numbers = [] if name in _PLACES else [a for a in args if type(a) in _NUMBERS]
        self._note(name, operands, taken, result, numbers)
        return result

    def _reach(self, step):
        """Goes on to the next step, or to the first one of another loop."""
        is_next = step == self._now + 1
        if is_next and step < self.steps or step == 0 and self._now == self.steps - 1:
            self._now = step

    def _taken(self, name, args):
        """The steps that an op takes from a tensor of them all; None if none."""
        if name not in ("select", "slice", "unbind", "split"):
            return None
        if name in ("select", "slice"):
            x, dim, *index = (*args, 0)[: 5 if name == "slice" else 3]
        else:
            x, dim, index = args[0], args[-1] if len(args) > 1 else 0, []
            if name == "split":
                dim = args[2] if len(args) > 2 else 0
                if args[1] != 1:
                    return None
        if x.ndim == 0 or x.shape[dim] != self.steps:
            return None
        if name == "select":
            return [index[0] % self.steps]
        taken = range(*slice(*index[:2]).indices(self.steps)) if index else None
        if taken is None:
            return list(range(self.steps))
        return [taken[0]] if len(taken) == 1 else None

    def _note(self, name, operands, taken, result, numbers):
        results = [x for x in tree_leaves(result) if _is_tensor(x)]
        made = name.startswith(_MADE) or name.startswith("new_") or not operands
        ages = [None if made else self._age(x) for x in operands]
        timed = taken is not None or name == "neuron"
        timed = timed or any(age is not None for age in ages)
        now = max(self._now, 0)
        if taken is not None:
            what: tuple = tuple(t - now for t in taken) if len(taken) == 1 else ()
        else:
            what = tuple(None if age is None else now - age for age in ages)
        if name in ("stack", "cat") and len(ages) == self.steps:
            late = [None if age is None else t - age for t, age in enumerate(ages)]
            self._gathered |= {t for t in range(1, len(late)) if late[t] != late[t - 1]}
        shapes = [tuple(x.shape) for x in results]
        own = () if made else tuple(map(self._find_own, operands))
        self._done[now].append(((name, what, shapes, len(numbers), own), numbers))
        initial = made and self._now <= 0
        initial = initial or any(_storage(x) in self._initial for x in operands)
        if timed and self._now == self.steps - 2:
            self.still |= {
                self._initial[_storage(x)]
                for age, x in zip(ages, operands)
                if age is None and _storage(x) in self._initial
            }
        steps = taken or [now] * len(results)
        views = {part[0] for part in own if part} if not name.endswith("_") else set()
        for x, step in zip(results, steps):
            if not timed and _storage(x) in views:
                continue  # it is still the module's own
            self._write(x, step if timed else None)
            if initial and not timed:
                self._initial.setdefault(_storage(x), _line())

    def _age(self, x):
        regions = self._written.get(_storage(x))
        if regions is None:
            return None
        if _region(x) in regions:
            return regions[_region(x)]
        return max((age for age in regions.values() if age is not None), default=None)

    def _find_own(self, x):
        """Which part of which of the module's own tensors an operand is, or None."""
        is_own = _storage(x) not in self._written
        return (_storage(x), _region(x)) if is_own else None

    def _write(self, x, age):
        self._sources.append(x)
        regions = self._written.setdefault(_storage(x), {})
        if x.numel() * x.element_size() == x.untyped_storage().nbytes():
            regions.clear()
        regions[_region(x)] = age


class _Iterating(TorchFunctionMode):
    """Takes steps when they are asked for, where code iterates over a tensor."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        is_loop = func is torch.Tensor.unbind
        if is_loop and sys._getframe(1).f_code is torch.Tensor.__iter__.__code__:
            return (args[0][i] for i in range(len(args[0])))
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def watched(steps: int):
    """The history of a loop of so many steps that is run within."""
    with History(steps) as history, _Iterating():
        yield history


def _is_even(before, last, now) -> bool:
    """Whether numbers stay the same, or change by as much as they did before."""
    return all(
        math.isclose(a + c, 2 * b, rel_tol=1e-6, abs_tol=1e-9) or a == b == c
        for a, b, c in zip(before, last, now)
    )


def _line() -> Where:
    """The line of the user's code that runs."""
    frames = [*traceback.walk_stack(sys._getframe(1))][::-1]
    lines = (f'File "{f.f_code.co_filename}", line {line}' for f, line in frames)
    return Where("", *find_line("\n".join(lines)))


def _is_tensor(x) -> bool:
    return isinstance(x, torch.Tensor)


def _storage(x) -> int:
    return x.untyped_storage()._cdata


def _region(x) -> tuple:
    return x.storage_offset(), tuple(x.shape), tuple(x.stride())
