# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Numbers that a module's code reads from its parameters, as in float(weight.mean()).

Tracing knows no values. So the module is run once more, with what depends on nothing
but its own tensors computed; what is read there is given again while it is traced.
"""

from __future__ import annotations

import contextlib
import functools

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_leaves

_READS = {
    "item": torch.Tensor.item,
    "__float__": float,
    "__int__": int,
    "__index__": int,
    "__bool__": bool,
}


def _tensors(args):
    return [leaf for leaf in tree_leaves(args) if isinstance(leaf, torch.Tensor)]


class _Computing(TorchDispatchMode):
    """Computes ops whose operands are all real and were not written in this run."""

    def __init__(self):
        super().__init__()
        # Also so that their storages are not used again.
        self.written: list[torch.Tensor] = []

    def is_known(self, tensors) -> bool:
        written = {tensor.untyped_storage()._cdata for tensor in self.written}
        return bool(tensors) and not any(
            isinstance(x, FakeTensor) or x.untyped_storage()._cdata in written
            for x in tensors
        )

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        tensors = _tensors((args, kwargs))
        if func._schema.is_mutable:
            self.written += [x for x in tensors if not isinstance(x, FakeTensor)]
        elif self.is_known(tensors) and func.namespace == "aten":
            with _disable_current_modes():
                return func(*args, **kwargs)
        return func(*args, **kwargs)


class _Reading(TorchFunctionMode):
    """Notes the numbers that are read from tensors that are known."""

    def __init__(self, computing):
        super().__init__()
        self.computing, self.found = computing, []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        is_read = name in _READS and self.computing.is_known(args[:1])
        if not is_read:
            return func(*args, **(kwargs or {}))
        with _disable_current_modes():
            value = _READS[name](args[0].detach())
        self.found.append((name, value))
        return value


class _Watching(TorchFunctionMode):
    """Notes that numbers are read that are real even in a run without data."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if name in _READS and not isinstance(args[0], FakeTensor):
            self.found.append((name, None))
        return func(*args, **(kwargs or {}))


class _Giving(TorchFunctionMode):
    """Gives numbers in the order in which they were found."""

    def __init__(self, found):
        super().__init__()
        self.rest = list(found)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if self.rest and getattr(func, "__name__", "") == self.rest[0][0]:
            return self.rest.pop(0)[1]
        return func(*args, **(kwargs or {}))


@contextlib.contextmanager
def read():
    """A list that fills with what is read from known tensors."""
    with _Computing() as computing, _Reading(computing) as reading:
        yield reading.found


@contextlib.contextmanager
def watched():
    """A list that is not empty if numbers are read."""
    with _Watching() as watching:
        yield watching.found


@contextlib.contextmanager
def given(module, found):
    """A module whose forward reads these numbers each time that it is run."""
    forward = module.forward

    @functools.wraps(forward)
    def reads(*args, **kwargs):
        with _Giving(found):
            return forward(*args, **kwargs)

    vars(module)["forward"] = reads
    try:
        yield
    finally:
        del vars(module)["forward"]
