# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""That a network computes what its module does, on inputs that nobody chose.

Code can be misread, and a misreading says nothing by itself. So module and network run
side by side. In float32 they may part where a potential is within rounding of its
threshold, and one other spike has others follow; then both are made anew in float64,
where that does not happen by chance.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterator

import numpy as np
import torch

from volley.torch._compare import ROUNDING, Runner, record_module
from volley.torch._problems import Problems, Where

# Elements that a run computes, and parameters: more take seconds.
_MANY = 1 << 20
# The largest difference, relative to the largest value, that another order of sums
# makes.
_ROUNDING = {"f32": ROUNDING, "f64": 1e-6}
# The part of the values that may differ more: a tie at a threshold.
_FEW = 0.01
# What a loop does late shows in so many steps.
_LATE = 101
_REPORT = "This is a mistake of from_torch, please report it"
_LONGER = (
    "With the sizes of the example they are the same: what depends on the number of "
    "the step must show in it, so give it more steps"
)
# Example inputs of one step are continued for so many.
_STEPS = 5


def is_small(converter, module) -> bool:
    """Whether a run takes no time to speak of."""
    computed = sum(math.prod(node.shape or ()) for node in converter.nodes)
    return computed + sum(p.numel() for p in module.parameters()) < _MANY


def check(
    module, conversion, args, free: set[str], convert: Callable, problems: Problems
) -> None:
    """Refuses a network that gives other values than its module.

    Args:
        args: the example.
        free: of "T" and "B", those that the module runs with other sizes of.
        convert: converts another module.
    """
    runner = Runner(conversion.network, reference=False)
    for draw, advice in zip(_draws(conversion, args, free), (_REPORT, _LONGER)):
        inputs = draw()
        found = _find_difference(module, conversion, runner, inputs, "f32")
        if not found:
            continue
        try:
            exact = _find_in_double(module, draw, convert)
        except Exception:  # a module that float64 is not for
            exact = None
        if exact:
            problems.error(
                Where(),
                f"the network gives other values than the module: {exact}. {advice}; "
                "verify=False converts anyway",
            )
        elif exact is None:
            problems.remark(
                Where(),
                f"{found}; one other spike can bring that about, see volley.compare",
            )
        return


def _draws(conversion, args, free) -> Iterator[Callable[..., tuple]]:
    """What makes random inputs of the example's sizes; then of other sizes and larger.

    Each may be called again, and then gives the same.
    """
    added = int(conversion.stepwise)
    sizes = {"T": _STEPS, "B": 1}
    for port, arg in zip(conversion.inputs, args):
        for dim, factors in enumerate(port.dims[added:] if port else ()):
            if len(factors) == 1 and factors[0] in sizes:
                sizes[factors[0]] = arg.shape[dim]
    others = {n: 2 * size + 1 if n in free else size for n, size in sizes.items()}
    if "T" in free:
        others["T"] = max(others["T"], _LATE)
    for seed, (chosen, scale) in enumerate(((sizes, 1.0), (others, 4.0))):
        yield functools.partial(_draw, conversion, args, chosen, scale, seed)


def _draw(conversion, args, sizes, scale, seed, dtype=None):
    generator = torch.Generator().manual_seed(seed)
    result = []
    for port, arg in zip(conversion.inputs, args):
        shape = tuple(arg.shape)
        if conversion.stepwise:
            shape = (sizes["T"], *shape)
        if port:
            shape = tuple(math.prod(sizes.get(f, f) for f in dim) for dim in port.dims)
        kind = conversion.network.inputs[port.name][1] if port else "float32"
        if kind == "uint8":
            x = (torch.rand(shape, generator=generator) < 0.5).to(arg.dtype)
        elif kind == "int32":
            chosen = torch.randint(arg.numel(), shape, generator=generator)
            x = arg.reshape(-1).cpu()[chosen]
        else:
            x = (scale * torch.randn(shape, generator=generator)).to(arg.dtype)
        if dtype is not None and x.is_floating_point():
            x = x.to(dtype)
        result.append(x.to(arg.device))
    return tuple(result)


def _find_in_double(module, draw, convert) -> str:
    """What differs if both compute in float64; "" if nothing does."""
    module = copy.deepcopy(module).double()
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        conversion = convert(module)
        runner = Runner(conversion.network, reference=False)
        inputs = draw(dtype=torch.float64)
        return _find_difference(module, conversion, runner, inputs, "f64")
    finally:
        torch.set_default_dtype(before)


def _find_difference(module, conversion, runner, inputs, precision) -> str:
    """Which output differs, and where that begins; "" if none does."""
    try:
        recording = record_module(module, inputs, conversion)
    except Exception:  # of the module's own, which these inputs are not for
        return ""
    results = recording.results
    y = runner.run(
        recording.inputs, recording.steps, [n for n in results if runner.can_record(n)]
    )

    def differs(name, expected):
        return name in y and _count(expected, y[name], precision) > 0

    name = next((n for n, x in recording.outputs.items() if differs(n, x)), None)
    if name is None:
        return ""
    expected = recording.outputs[name]
    text = (
        f"{_count(expected, y[name], precision):,} of {expected.size:,} values of "
        f"'{name}' differ for random inputs of {recording.steps} steps"
    )
    first = next((n for n, x in results.items() if differs(n, x)), None)
    return f"{text}, first those of '{first}'" if first else text


def _count(a, b, precision) -> int:
    """How many values differ by more than rounding; 0 if they are few."""
    if a.shape != b.shape:
        return a.size
    a, b = a.astype(np.float64), b.astype(np.float64)
    finite = np.abs(a[np.isfinite(a)])
    largest = finite.max() if finite.size else 0.0
    same = np.isclose(a, b, 0.0, _ROUNDING[precision] * largest, equal_nan=True)
    count = int((~same).sum())
    return count if count > _FEW * a.size else 0
