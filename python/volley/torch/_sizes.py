# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""That a network is the same whatever the example's steps and batch are.

Both are free in a network, but code may compute with them: `y.sum(0) - len(x) / 2`.
What they were in the example would then be part of the network. So the module is run
with other steps and another batch; unless its ops are told the same then, it is also
converted so, and must give the same network.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from volley._errors import CompileError
from volley.torch import _capture, _example, _footprint
from volley.torch._convert import Converter
from volley.torch._example import Example
from volley.torch._problems import Problems, Where
from volley.torch.ops import VARYING

# As ports call them.
STEPS, BATCH = "T", "B"
_BATCH = (
    "{} follows the size of the batch, which is free in a network; use a number of the "
    "module's own"
)
# So many cost nothing where they are not looked at one by one.
_MANY = 23

Sizes = dict[str, int]


def check(
    converter: Converter,
    example: Example,
    ports,
    leaves,
    convert: Callable[[Example, list], Converter],
    problems: Problems,
) -> set[str]:
    """Refuses what depends on the example's steps or batch.

    Returns those of "T" and "B" that the module runs with other sizes of.

    Args:
        ports: of the example's inputs.
        convert: converts another example.
    """
    first = _Checked(converter, example, ports, leaves, convert)
    known: set[str] = set()
    told = None
    for sizes in first.others():
        if known >= sizes.keys():
            continue
        difference = first.compare(sizes)
        if difference is None:
            continue  # the module does not run with these
        if difference:
            told = sizes, difference
            if len(sizes) == 1:
                break  # that is what it depends on
        elif told is None:
            known |= sizes.keys()
    if told:
        _tell(*told, converter.starts, problems)
    elif STEPS in first.sizes and STEPS not in known and not first.says_steps:
        # Whether these follow the number of steps, one example does not tell.
        for where, _ in converter.starts:
            problems.error(where, VARYING.format("a number of steps"))
    return known


class _Checked:
    """A conversion that is checked.

    Attributes:
        sizes: the example's.
        says_steps: the module itself says how many steps it runs, or runs one.
    """

    def __init__(self, converter, example, ports, leaves, convert):
        self.converter, self.example, self.ports = converter, example, ports
        self.leaves, self.convert = leaves, convert
        self.sizes = _find_sizes(example.args, ports)
        module = example.module
        self.says_steps = isinstance(module, _capture.Stepwise) or bool(module.short)
        self.run = example.run or _example.try_run(module, example.args, leaves)
        self.used = {n for node in converter.nodes for n in node.shape or ()}
        self.used |= {size for arg in example.args for size in arg.shape}
        if self.run:
            self.used |= _footprint.numbers(self.run.footprint)

    def others(self) -> Iterator[Sizes]:
        """Other sizes: all that may be others, then each by itself."""
        sizes = {}
        if BATCH in self.sizes:
            sizes[BATCH] = self._unused(BATCH, _MANY)
        if STEPS in self.sizes and not self.says_steps:
            # Half of more than twice as many are others, too, rounded down.
            steps = self.sizes[STEPS]
            least = 2 * steps + 1
            if self.example.steps:  # these are looked at one by one
                least = min(least, max(steps + 1, _MANY))
            else:
                least = max(least, _MANY)
            sizes[STEPS] = self._unused(STEPS, least, *sizes.values())
        if sizes:
            yield sizes
        for letter, size in sizes.items():
            yield {letter: size}

    def _unused(self, letter, least, *more) -> int:
        """A size that nothing else has, no square, of other remainders by 2, 3, 5."""
        return next(
            n
            for n in itertools.count(least)
            if n not in {*self.used, *more}
            and math.isqrt(n) ** 2 != n
            and math.gcd(n - self.sizes[letter], 30) == 1
        )

    def compare(self, sizes: Sizes):
        """What is not the same with other sizes, () if all is; None if the module does
        not run with these, or not with as many steps as its input has."""
        other = self._resized(sizes)
        run = _example.try_run(other.module, other.args, self.leaves)
        if run is None or not self._follows(run, sizes):
            return None
        if self._is_alike(other, run) and not self.converter.starts:
            return ()
        difference = self._difference(other)
        if difference or STEPS not in sizes:
            return difference
        used = self.used
        if self.example.steps:
            if not self._cuts_all():
                return ()
            # Steps that are looked at one by one have used all numbers.
            used = {size for arg in self.example.args for size in arg.shape}
        # Of a table of as many rows as the example has steps, more take the same.
        few = range(self.run.furthest + 2, self.sizes[STEPS])
        size = next((n for n in few if n > 1 and n not in used), None)
        return self._difference(self._resized({**sizes, STEPS: size})) if size else ()

    def _cuts_all(self) -> bool:
        """Whether something has been cut behind its end, at the number of steps."""
        steps = self.sizes[STEPS]
        return self.run is not None and any(
            entry[0] == "slice" and entry[5:6] == (steps,) and entry[3] < steps
            for entry in self.run.footprint
        )

    def _resized(self, sizes: Sizes) -> Example:
        """The example with other sizes."""
        example, args = self.example, []
        for arg, port in zip(example.args, self.ports):
            shape = list(arg.shape)
            for dim, factors in enumerate(port.dims if port else ()):
                if len(factors) == 1:
                    shape[dim] = sizes.get(factors[0], shape[dim])
            args.append(arg.new_zeros(shape))
        changed = dict(args=tuple(args), more=0)
        if STEPS in sizes:
            changed.update(told={}, varying={("div", sizes[STEPS])})
            if example.steps == self.sizes[STEPS]:
                changed["steps"] = sizes[STEPS]
        return replace(example, **changed)

    def _follows(self, run, sizes: Sizes) -> bool:
        """Whether a run has as many steps and samples as its inputs; a module may say
        itself how many."""
        steps = self.sizes.get(STEPS)
        other = sizes.get(STEPS, steps)
        if self.run is None:
            return True
        lengths = {other if n == steps else n for n in self.run.lengths}
        return run.lengths == lengths and (
            STEPS not in sizes or other in {*run.lengths, *run.loops, run.steps}
        )

    def _is_alike(self, other, run) -> bool:
        """Whether the ops of a run are told what those of the example are."""
        if self.run is None:
            return False
        found = _footprint.common(run.footprint, _find_sizes(other.args, self.ports))
        return found == _footprint.common(self.run.footprint, self.sizes)

    def _difference(self, other):
        try:
            converter = self.convert(other, self.leaves)
        except CompileError as error:
            return error
        return _find_difference(self.converter, converter) or ()


def _find_sizes(args, ports) -> Sizes:
    """The steps and the batch of inputs, as far as they are dimensions."""
    return {
        factors[0]: size
        for arg, port in zip(args, ports)
        for size, factors in zip(arg.shape, port.dims if port else ())
        if factors in ((STEPS,), (BATCH,))
    }


def _find_difference(converter, other) -> tuple[Where, str] | None:
    """Where two networks of one module differ, and in what."""
    ops, others = converter.net.ops(), other.net.ops()
    for i, ((text, arrays), (text2, arrays2)) in enumerate(zip(ops, others)):
        if text != text2 or not all(map(_are_close, arrays, arrays2)):
            is_number = text.split(" ")[2] == text2.split(" ")[2]
            return converter.places[i], "a number" if is_number else "what is computed"
    if len(ops) == len(others):
        return None
    longer = max(converter, other, key=lambda c: len(c.places))
    return longer.places[min(len(ops), len(others))], "what is computed"


def _are_close(a, b) -> bool:
    """Whether arrays are the same, but for the order in which a sum was taken."""
    if a.shape != b.shape:
        return False
    if a.ctypes.data == b.ctypes.data and a.strides == b.strides:
        return True
    return np.allclose(a, b, rtol=1e-6, atol=1e-6 * abs(a).max(), equal_nan=True)


def _tell(sizes: Sizes, difference, starts, problems) -> None:
    """Why a network is refused that depends on sizes of the example."""
    if isinstance(difference, CompileError):
        names = {STEPS: "{} steps", BATCH: "a batch of {}"}
        other = " and ".join(names[letter].format(n) for letter, n in sizes.items())
        for text in difference.diagnostics:
            problems.errors.setdefault(
                f"{text} (with {other}; both are free in a network)"
            )
        return
    where, what = difference
    if any((where.file, where.line) == (w.file, w.line) for w, _ in starts):
        what = "a number of steps"
    problems.error(where, (VARYING if STEPS in sizes else _BATCH).format(what))
