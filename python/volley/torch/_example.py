# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The example that is traced: the user's, with sizes that can be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from volley.torch import _capture
from volley.torch._problems import Problems, Where

# Steps of a loop around a module: the first has initial values, two more must agree.
_STEPS = 3
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


@dataclass
class _Run:
    """Steps that single-step neurons ran, 0 without any; sizes that loops may have.

    Attributes:
        ops: how often each op was run.
        numbers: (op, number) of the numbers that tensors are computed with.
        furthest: the largest index that is used by itself.
        lengths: of the sequences that neurons were given.
        varying: of numbers, those that depend on the steps; None if not known.
    """

    steps: int
    loops: set[int]
    ops: Counter[str]
    numbers: set[tuple[str, float]]
    furthest: int
    lengths: set[int]
    varying: set[tuple[str, float]] | None = None


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
    args, run, loop = _resize_loop(whole, args, leaves, run)
    args, run, grown = _grow(whole, args, leaves, run, frozen)
    if not loop:
        args, run, loop = _resize_loop(whole, args, leaves, run)
    if not loop:
        args, run = _resize_sequence(whole, args, leaves, run)
    called = [leaf for leaf in leaves if leaf.calls]
    is_plain = not called and bool(trace.assigned or states)
    if run.steps != 1 and (run.loops or not is_plain):
        steps = max(run.loops) if loop else run.steps
        kept = () if run.steps else _kept(trace, module)
        whole = _capture.Whole(module, states, kept)
        yield Example(whole, args, grown, steps, bool(loop), 0, kept, loop, run.varying)
    if run.steps == 1 or is_plain:
        _check_modes(called, problems)
        looped = tuple(arg.expand(_STEPS, *arg.shape) for arg in args)
        loop = _capture.Stepwise(module, _STEPS, states)
        steps = tuple((i, 0) for i in range(len(args)))
        yield Example(loop, looped, grown, _STEPS, True, 1, loop=steps)


def _read(trace, leaves) -> _Run:
    """What a run of the module showed of its loop.

    With neurons that run sequences, a loop is of as many steps.
    """
    single = (leaf for leaf in leaves if leaf.neuron.time == "step")
    steps = max((leaf.steps for leaf in single), default=0)
    lengths = {leaf.length for leaf in leaves if leaf.length is not None}
    if steps:
        loops = {steps} - {1}
    else:
        loops = trace.loops & lengths if lengths else trace.loops
    return _Run(steps, loops, trace.ops, trace.numbers, trace.furthest, lengths)


def _grow(module, args, leaves, run, frozen):
    """The arguments without dimensions of size 1, their run, and what grew."""
    grown = []
    for i, arg in enumerate(args):
        for dim, size in enumerate(arg.shape):
            if size != 1 or (i, dim) in frozen:
                continue
            larger = _resized(args, i, dim, _STEPS)
            found = _try(module, larger, leaves)
            if found is not None:
                args, run = larger, found
                grown.append((i, dim))
    return args, run, grown


def _resize_loop(module, args, leaves, run):
    """A few steps, if they are a dimension of the inputs and not the module's own."""
    few, more = _new_sizes(args, run)
    for arg in args:
        for dim, size in enumerate(arg.shape):
            if size not in run.loops:
                continue
            resized = _all_resized(args, dim, size, few)
            found = _try(module, resized, leaves)
            if found is None or few not in found.loops:
                continue
            longer = _try(module, _all_resized(args, dim, size, more), leaves)
            if size > few and not _is_steady(few, found, more, longer, size, run):
                continue
            found.loops = {few}
            found.varying = longer and found.numbers - longer.numbers
            loop = tuple((i, dim) for i, a in enumerate(args) if _has(a, dim, size))
            return resized, found, loop
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
        found = _try(module, resized, leaves)
        if found is not None and found.lengths == {other}:
            found.varying = found.numbers - run.numbers
            return resized, found
    return args, run


def _new_sizes(args, run):
    """Two numbers of steps that are neither sizes nor numbers of the module.

    Nor is the last step one that the module picks by its number.
    """
    taken = {size for arg in args for size in arg.shape}
    taken |= {number for _, number in run.numbers}
    most = int(max((n for n in taken if n < 1000), default=0))
    most = max(most, run.furthest + 1)
    sizes = (n for n in (*_LOOPS, most + 1, most + 2) if n not in taken)
    few, more, *_ = (n for n in sizes if n > run.furthest + 1)
    return few, more


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
    return arg.ndim > dim and arg.shape[dim] == size


def _resized(args, i, dim, size):
    shape = list(args[i].shape)
    shape[dim] = size
    return (*args[:i], args[i].new_zeros(shape), *args[i + 1 :])


def _try(module, args, leaves) -> _Run | None:
    """What a run with these arguments shows; None if there can be none."""
    try:
        return _read(_capture.run(module, args, leaves), leaves)
    except Exception:
        return None


def check_batch(example, ports, leaves, problems: Problems) -> None:
    """Refuses numbers that are the batch's size, which is free in a network."""
    places = [
        (i, port.dims.index(("B",)) + example.added)
        for i, port in enumerate(ports)
        if port and ("B",) in port.dims
    ]
    larger = example.args
    for i, dim in places:
        larger = _resized(larger, i, dim, larger[i].shape[dim] + 1)
    if not places:
        return
    found = _try(example.module, example.args, leaves)
    other = _try(example.module, larger, leaves)
    if found is None or other is None:
        return
    for op, number in sorted(found.numbers - other.numbers):
        problems.error(
            Where(),
            f"'{op}' with {number:g}: the number follows the size of the batch, which "
            "is free in a network; use a number of the module's own",
        )


def _check_modes(leaves, problems):
    """A module runs steps or sequences; neurons of both kinds are a mistake."""
    leaves = [leaf for leaf in leaves if not leaf.problem]
    sequences = [leaf for leaf in leaves if leaf.neuron.time != "step"]
    if not sequences:
        return
    for leaf in leaves:
        if leaf.neuron.time == "step":
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
