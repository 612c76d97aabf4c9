# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The example that is traced: the user's, with sizes that can be told apart."""

from __future__ import annotations

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
    """

    module: torch.nn.Module
    args: tuple[torch.Tensor, ...]
    grown: list[tuple[int, int]]
    steps: int
    sliced: bool = False
    added: int = 0


def choose(module, args, states, leaves, frozen, problems: Problems) -> Example:
    """The example for a module, of which the dimensions in `frozen` stay.

    A dimension of size 1 cannot be told from one that a layer adds, and a loop over
    hundreds of steps is traced step by step: so size 1 grows, and a long loop shrinks,
    where the module allows it. `states` of the module's last arguments are states.
    """
    whole = _capture.Whole(module, states)
    trace = _capture.run(whole, args, leaves)
    steps = _steps(leaves)
    called = [leaf for leaf in leaves if leaf.calls]
    sliced = False
    if steps > 1:
        args, steps, sliced = _resize_loop(whole, args, leaves, steps)
    args, steps, grown = _grow(whole, args, leaves, steps, frozen)
    if steps > 1 and not sliced:
        args, steps, sliced = _resize_loop(whole, args, leaves, steps)
    if steps == 1 or (steps == 0 and not leaves and trace.assigned):
        _check_modes(called, problems)
        looped = tuple(arg.expand(_STEPS, *arg.shape) for arg in args)
        loop = _capture.Stepwise(module, _STEPS, states)
        return Example(loop, looped, grown, _STEPS, True, 1)
    if not steps:
        _check_state(trace, module, problems)
    return Example(whole, args, grown, steps, sliced)


def _steps(leaves) -> int:
    """The steps that single-step neurons ran in the last run; 0 without any."""
    steps = (leaf.steps for leaf in leaves if leaf.neuron.time == "step")
    return max(steps, default=0)


def _grow(module, args, leaves, steps, frozen):
    """The arguments without dimensions of size 1, their steps, and what grew."""
    grown = []
    for i, arg in enumerate(args):
        for dim, size in enumerate(arg.shape):
            if size != 1 or (i, dim) in frozen:
                continue
            larger = _resized(args, i, dim, _STEPS)
            found = _try(module, larger, leaves)
            if found is not None:
                args, steps = larger, found
                grown.append((i, dim))
    return args, steps, grown


def _resize_loop(module, args, leaves, steps):
    """A few steps, if they are a dimension of the inputs and not the module's own."""
    sizes = {size for arg in args for size in arg.shape}
    few = next(n for n in (*_LOOPS, max(sizes) + 1) if n not in sizes)
    for arg in args:
        for dim, size in enumerate(arg.shape):
            if size != steps:
                continue
            resized = tuple(
                _resized((a,), 0, dim, few)[0]
                if a.shape[dim : dim + 1] == (size,)
                else a
                for a in args
            )
            if _try(module, resized, leaves) == few:
                return resized, few, True
    return args, steps, False


def _resized(args, i, dim, size):
    shape = list(args[i].shape)
    shape[dim] = size
    return (*args[:i], args[i].new_zeros(shape), *args[i + 1 :])


def _try(module, args, leaves) -> int | None:
    """The steps that the module runs with arguments; None if it cannot."""
    try:
        _capture.run(module, args, leaves)
    except Exception:
        return None
    return _steps(leaves)


def _check_modes(leaves, problems):
    """A module runs steps or sequences; neurons of both kinds are a mistake."""
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


def _check_state(trace, module, problems):
    """Tensors kept between calls, by modules that run whole sequences."""
    modules = dict(module.named_modules())
    for path, attribute in trace.assigned:
        path = path.partition("module")[2].lstrip(".")
        if _capture.reads(modules[path], attribute):
            problems.error(
                Where(path, *_capture.line_of(modules[path])),
                f"keeps a state in '{attribute}' that cannot be recovered; keep it in "
                "a neuron, or as a variable of a loop over time",
            )
