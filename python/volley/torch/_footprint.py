# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a run's ops are told besides signals: numbers, shapes, constants.

Where two runs with other steps and another batch leave the same footprint, nothing
that is computed depends on these sizes, but for what is done along them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.utils._python_dispatch import _disable_current_modes
from torch.utils._pytree import tree_leaves

# Ops that read no more of an operand than its shape.
_LIKE = ("_like", "new_")
# Ops that keep every element; what they are told is a shape.
_VIEWS = {"view", "_unsafe_view", "reshape", "_reshape_alias"}
# Ops that give each row by itself.
_ROWS = {"mm", "addmm", "linear", "convolution", "native_batch_norm"}
_ROWS |= {"_native_batch_norm_legit_no_training", "cudnn_batch_norm", "t", "permute"}
_JOINS = {"cat", "stack", "copy", "index_put"}
# Larger constants are weights.
_FEW = 4096

Entry = tuple[Any, ...]


class Size(int):
    """A number that is a size, and nothing that is computed with."""


class Footprint:
    """The footprint of a run.

    Attributes:
        entries: (op, what it was told), each once.
    """

    def __init__(self, module):
        self.entries: set[Entry] = set()
        self._own = {id(x) for x in (*module.parameters(), *module.buffers())}

    def add(self, func, args, kwargs, result) -> None:
        name = func._schema.name.partition("::")[2].rstrip("_")
        tensors = [x for x in tree_leaves((args, kwargs)) if _is_tensor(x)]
        if name == "neuron":
            mark(result)
            return
        is_like = any(part in name for part in _LIKE)
        signals = [] if is_like else [x for x in tensors if is_signal(x)]
        if signals:
            mark(result)
        shape = _broadcast(signals)
        told = []
        for arg in (*args, *kwargs.values()):
            told += self._describe(func, name, arg, shape, bool(signals), is_like)
        if name == "expand" and signals:
            told = _described_expansion(args[0], args[1])
        if name in ("select", "slice"):
            told = _described_cut(args[0], *told[:1], *args[1:])
        self.entries.add((name, *told))

    def _describe(self, func, name, arg, shape, has_signal, is_like):
        if _is_tensor(arg):
            yield self._describe_tensor(func, name, arg, shape, has_signal, is_like)
        elif isinstance(arg, (bool, int, float)):
            yield arg
        elif isinstance(arg, (list, tuple)):
            if has_signal and name in _VIEWS:
                return
            if arg and all(map(_is_tensor, arg)):
                # As many as there are steps, or one again and again.
                distinct = len(set(map(id, arg)))
                yield Size(distinct)
                yield len(arg) if len(arg) != distinct else 0
                each = self._describe
                found = (each(func, name, x, shape, has_signal, is_like) for x in arg)
                yield from dict.fromkeys(y for one in found for y in one)
                return
            is_shape = all(isinstance(n, int) for n in arg) and _takes_shape(func)
            for part in arg:
                if is_shape:
                    yield Size(part)
                else:
                    yield from self._describe(
                        func, name, part, shape, has_signal, is_like
                    )

    def _describe_tensor(self, func, name, x, shape, has_signal, is_like):
        if is_like or is_signal(x) or id(x) in self._own:
            return "signal" if is_signal(x) and not is_like else "given"
        values = () if isinstance(x, FakeTensor) else _values(x)
        own = tuple(x.shape)
        if has_signal and (_is_pointwise(func) or name in _JOINS):
            # Along a signal's own dimensions it is repeated.
            n = len(own)
            along = [None] * (n - len(shape)) + list(shape[len(shape) - n :])
            own = tuple(Size(a) if a == b else a for a, b in zip(own, along))
        elif not has_signal and (_is_pointwise(func) or _is_view(func)):
            own = tuple(map(Size, own))
        elif name in _ROWS and len(own) > 1:
            own = (Size(own[0]), *own[1:])
        return ("constant", *own, *values)


def _described_cut(x, told, dim=0, *bounds):
    """A select or slice: along the steps and the batch, other checks find what it
    is."""
    dim %= max(x.ndim, 1)
    return [told, dim, Size(x.shape[dim]), *bounds]


def _described_expansion(x, shape):
    """A signal's own dimensions are no more than sizes; others may be data."""
    own = (*[None] * (len(shape) - x.ndim), *x.shape)
    return [Size(a) if a in (b, -1) else a for a, b in zip(shape, own)]


def mark(result) -> None:
    """Says that tensors depend on an input."""
    for x in tree_leaves(result):
        if _is_tensor(x):
            x._volley_is_signal = True


def is_signal(x) -> bool:
    return getattr(x, "_volley_is_signal", False)


def _is_tensor(x):
    return isinstance(x, torch.Tensor)


def _is_pointwise(func):
    return torch.Tag.pointwise in func.tags


def _is_view(func):
    arguments = func._schema.arguments
    return bool(arguments) and arguments[0].alias_info is not None


def _takes_shape(func):
    names = {argument.name for argument in func._schema.arguments}
    return bool(names & {"size", "shape"})


def _broadcast(tensors):
    rank = max((x.ndim for x in tensors), default=0)
    shapes = [(1,) * (rank - x.ndim) + tuple(x.shape) for x in tensors]
    return tuple(map(max, zip(*shapes)))


def _values(x):
    if x.numel() > _FEW:
        return ("large", tuple(x.shape))
    with _disable_current_modes():
        return tuple(x.detach().reshape(-1).tolist())


def numbers(entries: set[Entry]) -> set[float]:
    """All numbers that ops were told."""
    return {x for x in tree_leaves(list(entries)) if isinstance(x, (int, float))}


def common(entries: set[Entry], sizes: dict[str, int]) -> set[Entry]:
    """Entries, with the names of sizes in place of these."""
    names = {math.prod(sizes.values()): "".join(sizes)}
    names.update({n: name for name, n in sizes.items()})

    def rename(value):
        if isinstance(value, tuple):
            return tuple(map(rename, value))
        return names.get(int(value), value) if isinstance(value, Size) else value

    result = set()
    for entry in entries:
        renamed = rename(entry)
        if entry[0] == "select" and isinstance(renamed[3], str):
            renamed = renamed[:4]
        elif entry[0] == "slice" and isinstance(renamed[3], str):
            renamed = renamed[:5]
        result.add(renamed)
    return result
