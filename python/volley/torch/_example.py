# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The example that is traced: the user's, with sizes that can be told apart."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch

from volley.torch import _capture, _history
from volley.torch._footprint import Entry, numbers
from volley.torch._problems import Problems, Where
from volley.torch._steps import Noted

# Steps of a loop around a module: the first has initial values, two more must agree.
_STEPS = 3
# More steps are not traced to see what a loop does at a step that it asks for.
_MOST = 300
_FAR = (
    "what the module does up to step {:,} depends on the number of the step, which is "
    "too far to look at; leave it out, or give what depends on the step as an input"
)
# So many steps are run to see what a loop does late, but not many more ops than this;
# ten times as many where it still uses then what was made before the loop: that may be
# a constant, or the initial value of a long delay.
_LOOK, _LOOK_OPS = 48, 2000
_STILL = (
    "what is computed here is the same in the first {:,} steps of the loop, and is "
    "taken as constant"
)
# Loops of fewer steps are traced as they are, if the module says how many.
_LONG = 20
# Steps of a module's own loop: a size that hardly anything else has.
_LOOPS = (5, 7, 11, 13, 17)


@dataclass
class Example:
    """What to trace.

    Attributes:
        module: the module, or a loop over it.
        grown: (input, dimension) of those made larger than 1; data must not be.
        steps: how many steps its loop has; 0 without one.
        sliced: the steps are those of a dimension of the inputs, and nothing else in
            them has that size.
        added: how many dimensions inputs have more than the user's.
        kept: (path, attribute) of tensors that the module keeps after the call.
        loop: (input, dimension) of those that the steps of a sliced loop are.
        more: another number of steps that the loop may have; 0 if there is none.
        told: {traced steps: those of the user's example}, if these are others.
        run: what a run with it showed; None if it was not run.
        reads: it reads numbers from its own tensors.
        guessed: the place of a range that is taken as time, which it is if there is a
            state and something binary.
        varying: (op, number) of numbers that depend on how many steps there are; None
            if that is not known, as the module itself says how many.
    """

    module: torch.nn.Module
    args: tuple[torch.Tensor, ...]
    grown: list[tuple[int, int]]
    steps: int
    sliced: bool = False
    added: int = 0
    kept: tuple[tuple[str, str], ...] = ()
    loop: tuple[tuple[int, int], ...] = ()
    varying: set[tuple[str, float]] | None = None
    more: int = 0
    told: dict[int, int] = field(default_factory=dict)
    run: _Run | None = None
    reads: bool = False
    guessed: Where | None = None

    def longer(self, factor: int = 1) -> Example:
        """The same with another number of steps, or some times as many."""
        steps, args = self.more * factor, self.args
        while factor > 1 and any(steps in arg.shape for arg in args):
            steps += 1
        for i, dim in self.loop:
            args = _resized(args, i, dim, steps)
        told = dict(zip([steps], self.told.values()))
        return replace(self, args=args, steps=steps, told=told)


@dataclass
class _Run:
    """Steps that single-step neurons ran, 0 without any; sizes that loops may have.

    Attributes:
        ops: how often each op was run.
        numbers: (op, number) of the numbers that tensors are computed with.
        furthest: the largest index that is used by itself.
        lengths: of the sequences that neurons were given.
        noted: what the module's own code says of its steps.
        footprint: what ops were told besides signals.
        varying: of numbers, those that depend on the steps; None if not known.
        more: another number of steps that the loop may have; 0 if there is none.
        told: {traced steps: those of the user's example}, if these are others.
    """

    steps: int
    loops: set[int]
    ops: Counter[str]
    numbers: set[tuple[str, float]]
    furthest: int
    lengths: set[int]
    noted: Noted
    footprint: set[Entry]
    varying: set[tuple[str, float]] | None = None
    more: int = 0
    told: dict[int, int] = field(default_factory=dict)


def choose(
    module, args, states, leaves, frozen, problems: Problems
) -> Iterator[Example]:
    """Examples for a module, the likeliest first; dimensions in `frozen` stay.

    A dimension of size 1 cannot be told from one that a layer adds, and a loop over
    hundreds of steps is traced step by step: so size 1 grows, and a long loop shrinks,
    where the module allows it. `states` are arguments and results of the module.
    """
    whole = _capture.Whole(module, states)
    trace = _capture.run(whole, args, leaves)
    run = _read(trace, leaves)
    args, run, loop = _resize_loop(whole, args, leaves, run, problems)
    if not loop:
        args, run, loop = _shorten(whole, args, leaves, run, problems)
    args, run, grown = _grow(whole, args, leaves, run, frozen)
    if not (loop or whole.short):
        args, run, loop = _resize_loop(whole, args, leaves, run, problems)
    if not (loop or whole.short):
        args, run = _resize_sequence(whole, args, leaves, run)
    if not (run.steps or run.loops or run.lengths or states):
        for steps, place in _own_ranges(whole, args, leaves, trace):
            numbered = _capture.Whole(module, numbered=place)
            where, reads = Where("", *place), bool(trace.read)
            before = dict(problems.remarks)
            _tell_still(numbered, args, leaves, steps, problems)
            yield Example(numbered, args, grown, steps, reads=reads, guessed=where)
            problems.remarks = before
    called = [leaf for leaf in leaves if leaf.calls]
    is_plain = not called and bool(trace.assigned or trace.writes or states)
    if not called and trace.holds and not is_plain:
        is_plain = _carries(_capture.Stepwise(module, _LOOK), args, leaves)
    if run.steps != 1 and (run.loops or not is_plain):
        steps = max(run.loops) if loop else run.steps
        if not (loop or whole.short):
            _tell_still(whole, args, leaves, steps, problems)
        kept = () if run.steps else _kept(trace, module)
        whole = _capture.Whole(module, states, kept, whole.short)
        yield Example(
            whole,
            args,
            grown,
            steps,
            sliced=bool(loop),
            kept=kept,
            loop=loop,
            varying=run.varying,
            more=run.more,
            told=run.told,
            run=run,
            reads=bool(trace.read),
        )
    if run.steps == 1 or is_plain:
        _check_modes(called, problems)
        loop = _capture.Stepwise(module, _STEPS, states)
        if trace.counters:
            loop.steps = _enough(loop, args, leaves, problems)

        def stretched(steps):
            return _capture.Stepwise(module, steps, states), _repeated(args, steps)

        found = try_run(loop, _repeated(args, loop.steps), leaves)
        if found:
            loop.steps = _find_late(
                stretched, leaves, found, loop.steps, _sizes(args), problems
            )
        looped = _repeated(args, loop.steps)
        dims = tuple((i, 0) for i in range(len(args)))
        yield Example(
            loop,
            looped,
            grown,
            loop.steps,
            sliced=True,
            added=1,
            loop=dims,
            reads=bool(trace.read),
        )


def find_states(module, args, names) -> tuple[str, ...]:
    """Those of forward's optional arguments that are states: if they are given what
    was returned last, single-step neurons go on from there, and start anew if not."""
    leaves = _capture.find_leaves(module)

    def starts(states):
        loop = _capture.Stepwise(module, _STEPS, states)
        found = try_run(loop, _repeated(args, _STEPS), leaves)
        return found and [leaf.starts for leaf in leaves if leaf.calls]

    if not names or not any(n > 1 for n in starts(()) or ()):
        return ()
    ends = (names[i:] for i in reversed(range(len(names))))
    return next((end for end in ends if set(starts(end) or ()) == {1}), ())


def _own_ranges(module, args, leaves, trace) -> list[tuple[int, tuple[str, int]]]:
    """Ranges of a module's own code that may be loops over time: (steps, place).

    A module that goes on from where its last call ended has its steps there.
    """
    found = [
        (steps, place)
        for steps, places in sorted(trace.noted.ranges.items(), reverse=True)
        for place in sorted(places)
        if steps > 1
    ]
    try:
        is_step = trace.counters or _capture.goes_on(module, args, leaves)
    except Exception:
        is_step = True
    return [] if is_step else found


def _carries(loop, args, leaves) -> bool:
    """Whether a module of one step uses what it kept at an earlier one."""
    args = _repeated(args, loop.steps)
    try:
        return _capture.look(loop, args, leaves, loop.steps).carries
    except Exception:
        return False


def _repeated(args, steps):
    return tuple(arg.expand(steps, *arg.shape) for arg in args)


def _enough(loop, args, leaves, problems) -> int:
    """So many steps of a module that counts them that it shows all that it does."""
    found = try_run(loop, _repeated(args, loop.steps), leaves)
    last = max(found.noted.asked, default=0) if found else 0
    if last >= _MOST:
        problems.error(Where(), _FAR.format(last))
        return loop.steps
    return max(loop.steps, last + _STEPS)


def _read(trace, leaves) -> _Run:
    """What a run of the module showed of its loop.

    With neurons that run sequences, a loop is of as many steps.
    """
    single = (leaf for leaf in leaves if leaf.neuron.is_single_step)
    steps = max((leaf.steps for leaf in single), default=0)
    lengths = {leaf.length for leaf in leaves if leaf.length is not None}
    if steps:
        loops = {steps} - {1}
    else:
        loops = trace.loops & lengths if lengths else trace.loops
    return _Run(
        steps,
        loops,
        trace.ops,
        trace.numbers,
        trace.furthest,
        lengths,
        trace.noted,
        trace.footprint,
    )


def _grow(module, args, leaves, run, frozen):
    """The arguments without dimensions of size 1, their run, and what grew."""
    grown = []
    for i, arg in enumerate(args):
        for dim, size in enumerate(arg.shape):
            if size != 1 or (i, dim) in frozen:
                continue
            larger = _resized(args, i, dim, _STEPS)
            found = try_run(module, larger, leaves)
            if found is not None:
                found.varying, found.more = run.varying, run.more
                found.told = run.told
                args, run = larger, found
                grown.append((i, dim))
    return args, run, grown


def _resize_loop(module, args, leaves, run, problems):
    """A few steps, if they are a dimension of the inputs and not the module's own."""
    few, more = _new_sizes(args, run)
    for arg in args:
        for dim, size in enumerate(arg.shape):
            if size not in run.loops:
                continue
            resized = _all_resized(args, dim, size, few)
            found = try_run(module, resized, leaves)
            asked = run.noted.asked & found.noted.asked if found else run.noted.asked
            # What is asked for whatever the length is, the example must reach.
            last = max(asked, default=0)
            if found and last >= _MOST:
                problems.error(Where(), _FAR.format(last))
            elif few < last + _STEPS < _MOST + _STEPS:
                few, more = _new_sizes(args, run, last + _STEPS)
                resized = _all_resized(args, dim, size, few)
                found = try_run(module, resized, leaves)
            if found is None or few not in found.loops:
                continue

            def stretched(steps, dim=dim, size=size):
                return module, _all_resized(args, dim, size, steps)

            late = _find_late(
                stretched, leaves, found, few, _taken(args, run), problems
            )
            if late > few:
                few, more = _new_sizes(args, run, late)
                resized = _all_resized(args, dim, size, few)
                found = try_run(module, resized, leaves)
                if found is None or few not in found.loops:
                    continue
            longer = try_run(module, _all_resized(args, dim, size, more), leaves)
            if size > few and not _is_steady(few, found, more, longer, size, run):
                continue
            found.loops = {few}
            found.varying = longer and found.numbers - longer.numbers
            found.more, found.told = more if longer else 0, {few: size}
            loop = tuple((i, dim) for i, a in enumerate(args) if _has(a, dim, size))
            return resized, found, loop
    return args, run, ()


def _shorten(module, args, leaves, run, problems):
    """A few steps, if the module's own code says how many its neurons run."""
    steps, ranges = run.steps, run.noted.ranges
    if steps < _LONG or len(ranges.get(steps, ())) != 1:
        return args, run, ()
    few, more = _new_sizes(args, run, max(run.noted.asked, default=0) + _STEPS)
    if few > steps // 2:
        return args, run, ()
    # The steps may be a dimension of inputs besides.
    dims = {d for a in args for d in range(a.ndim) if _has(a, d, steps)}
    for dim in sorted(dims) or [None]:

        def stretched(number, dim=dim):
            module.short = steps, number
            if dim is None:
                return module, args
            return module, _all_resized(args, dim, steps, number)

        found = try_run(*stretched(few), leaves)
        if found is None or found.steps != few:
            continue
        late = _find_late(
            stretched, leaves, found, few, _taken(args, run), problems, steps - 1
        )
        if late > few:
            few, more = _new_sizes(args, run, late)
        if few > steps // 2:
            break
        longer, found = (try_run(*stretched(number), leaves) for number in (more, few))
        if (
            found is not None
            and found.steps == few
            and _is_steady(few, found, more, longer, steps, run)
        ):
            found.told = {few: steps}
            loop = tuple((i, dim) for i, a in enumerate(args) if _has(a, dim, steps))
            return stretched(few)[1], found, loop if dim is not None else ()
    module.short = None
    return args, run, ()


def _resize_sequence(module, args, leaves, run):
    """Another number of steps, if the module has a number that may be this one.

    In `x.sum(0) / 4` of four steps, 4 may be the steps or not.
    """
    if len(run.lengths) != 1:
        return args, run
    (steps,) = run.lengths
    near = {steps - 1, steps, steps + 1}
    near |= {1 / n for n in near if n}
    is_used = any(number in near for _, number in run.numbers)
    if not is_used and not run.furthest:
        return args, run
    other, _ = _new_sizes(args, run)
    for dim in sorted({d for a in args for d, n in enumerate(a.shape) if n == steps}):
        resized = _all_resized(args, dim, steps, other)
        found = try_run(module, resized, leaves)
        if found is not None and found.lengths == {other}:
            found.varying = found.numbers - run.numbers
            found.told = {other: steps}
            return resized, found
    return args, run


def _new_sizes(args, run, least=0):
    """Two numbers of steps that are neither sizes nor numbers of the module.

    Nor is the last step one that the module picks by its number.
    """
    taken, first = _taken(args, run), max(run.furthest + 2, least)
    others = itertools.count(max(first, _LOOPS[-1] + 1))
    sizes = (n for n in itertools.chain(_LOOPS, others) if n >= first)
    free = (n for n in sizes if n not in taken)
    return next(free), next(free)


def _taken(args, run) -> set[float]:
    """Sizes and numbers of the module, which no number of steps must be."""
    # Indices of single steps say how many there are, and no more.
    entries = {entry for entry in run.footprint if not _is_one_index(entry)}
    told = numbers(entries) | {number for _, number in run.numbers}
    return told | _sizes(args)


def _is_one_index(entry: Entry) -> bool:
    name, *told = entry
    if name != "slice":
        return name == "select"
    bounds = told[3:5]
    return len(bounds) == 2 and None not in bounds and bounds[1] - bounds[0] == 1


def _sizes(args) -> set[int]:
    return {size for arg in args for size in arg.shape}


def _find_late(
    stretched, leaves, run, few, taken, problems, bound=_MOST + _LOOK
) -> int:
    """As many steps, `few` at least, as show all that a loop does, however late.

    Args:
        stretched: the module and its inputs, with a number of steps.
        run: one of `few` steps.
        bound: the most steps that it can have.
    """

    def look(steps):
        steps = min(steps, bound)
        up, down = range(steps, bound + 1), range(steps, 0, -1)
        free = (n for n in (*up, *down) if n not in taken)
        steps = next(free, steps)
        try:
            return _capture.look(*stretched(steps), leaves, steps)
        except Exception:
            return _history.History(steps)

    limit = _LOOK_OPS * few // run.ops.total()
    seen = look(max(2 * few, min(_LOOK, limit)))
    most = min(_MOST, 10 * limit, bound)
    if seen.still and most > seen.steps:
        seen = look(most)
    for where in seen.still:
        problems.remark(where, _STILL.format(seen.steps))
    late = seen.changes
    if max(late, default=0) + _STEPS > few:
        # Where it is the same step whatever the length is.
        other = look(seen.steps * 5 // 4)
        if other.steps <= seen.steps:
            other = look(seen.steps * 3 // 4)
        late = {t for t in late if t in other.changes or t + 1 >= other.steps}
    few = max(few, max(late, default=0) + _STEPS)
    return _find_end(look, few, seen)


def _tell_still(module, args, leaves, steps, problems):
    """Tells of what no more steps than the module's own can show."""
    try:
        seen = _capture.look(module, args, leaves, steps)
    except Exception:
        return
    for where in seen.still:
        problems.remark(where, _STILL.format(steps))


def _find_end(look, few, seen) -> int:
    """As many steps, `few` at least, as show what is computed after the loop."""
    found = look(few)
    while found.end != seen.end and 2 * found.steps <= seen.steps:
        if len(found.end) != len(seen.end):
            break  # the steps are gathered one by one
        found = look(2 * found.steps)
    return found.steps if found.end == seen.end else few


def _all_resized(args, dim, size, steps):
    """Arguments with another size in a dimension, those that have the old one."""
    return tuple(
        _resized((a,), 0, dim, steps)[0] if _has(a, dim, size) else a for a in args
    )


def _is_steady(few, found, more, longer, most, run) -> bool:
    """Whether each step more runs the same ops more, up to the example's steps.

    If not, what the loop does depends on the step: all steps must be looked at.
    """
    if longer is None:
        return False
    return all(
        (run.ops[op] - found.ops[op]) * (more - few)
        == (longer.ops[op] - found.ops[op]) * (most - few)
        for op in run.ops | longer.ops
    )


def _has(arg, dim, size):
    return dim is not None and arg.ndim > dim and arg.shape[dim] == size


def _resized(args, i, dim, size):
    shape = list(args[i].shape)
    shape[dim] = size
    return (*args[:i], args[i].new_zeros(shape), *args[i + 1 :])


def try_run(module, args, leaves) -> _Run | None:
    """What a run with these arguments shows; None if there can be none."""
    try:
        return _read(_capture.run(module, args, leaves), leaves)
    except Exception:
        return None


def _check_modes(leaves, problems):
    """A module runs steps or sequences; neurons of both kinds are a mistake."""
    leaves = [leaf for leaf in leaves if not leaf.problem]
    sequences = [leaf for leaf in leaves if not leaf.neuron.is_single_step]
    if not sequences:
        return
    for leaf in leaves:
        if leaf.neuron.is_single_step:
            problems.error(
                Where(leaf.path),
                f"runs a single step, but '{sequences[0].path}' runs whole sequences; "
                "use one step mode for all neurons",
            )


def _kept(trace, module) -> tuple[tuple[str, str], ...]:
    """Tensors that a module keeps between calls, and reads."""
    modules = dict(module.named_modules())
    names = ((path.partition("module")[2].lstrip("."), a) for path, a in trace.assigned)
    return tuple((p, a) for p, a in names if _capture.reads(modules[p], a))


def check_kept(kept, nodes, module, problems: Problems) -> None:
    """Refuses what a module keeps, unless it is the last value of a loop's state."""
    modules = dict(module.named_modules())
    for (path, attribute), node in zip(kept, nodes):
        if node is None:
            problems.error(
                Where(path, *_capture.line_of(modules[path])),
                f"keeps a state in '{attribute}' that cannot be recovered; keep it in "
                "a neuron, or as a variable of a loop over time",
            )
