# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a module holds, wherever it does, put back after it was run."""

from __future__ import annotations

import contextlib
import functools
import sys
import types
from collections import deque
from collections.abc import Iterator
from typing import Any

import torch

from volley.torch._problems import is_installed

# Attributes that all modules have.
_OWN = frozenset(vars(torch.nn.Module()))
_DICTS = ("_buffers", "_parameters", "_memories")
# What is deeper in objects of objects is no state of a neuron.
_DEPTH = 6
# Objects of these packages are no states, but for namespaces of the user's.
_FOREIGN = {"torch", "numpy", *sys.stdlib_module_names} - {"types", "collections"}


@contextlib.contextmanager
def without_others(module):
    """Hides neurons of other modules from classes that list all their instances.

    snnTorch resets all that there are, wherever they belong.
    """
    own = set(module.modules())
    lists = {
        cls: cls.instances
        for child in own
        for cls in type(child).__mro__
        if isinstance(vars(cls).get("instances"), list)
    }
    try:
        for cls, instances in lists.items():
            cls.instances = [m for m in instances if m in own]
        yield
    finally:
        for cls, instances in lists.items():
            cls.instances = instances


@contextlib.contextmanager
def restored(module):
    """Puts the attributes of all modules, and their parameters, back at the end."""
    kept = State(module, [], with_parameters=True)
    try:
        with without_others(module):
            yield
    finally:
        kept.restore()


class State:
    """What a module, and what it reads, hold; to be restored.

    That is attributes of all modules, and what lists, dicts, objects and closures among
    them hold, and globals of the user's own code.
    """

    def __init__(self, module, leaves, with_parameters=False):
        own = {id(m) for leaf in leaves for m in leaf.module.modules()}
        self.names = {m: path for path, m in module.named_modules()}
        self.saved = [
            (m, dict(vars(m)), {k: dict(vars(m)[k]) for k in _dicts(m)})
            for m in module.modules()
        ]
        # Those of neurons are theirs.
        self.others = [m for m in self.names if id(m) not in own]
        self.held: dict[int, tuple[Any, dict]] = {}
        self.known: set[int] = set()
        self._save([*self._roots(), *(m for m in self.names if id(m) in own)])
        # States that are written in place; parameters are not, where no data is.
        groups = [d for _, own, dicts in self.saved for d in (own, *dicts.values())]
        groups += [held for _, held in self.held.values()]
        self.copies = [
            (v, v.detach().clone())
            for group in groups
            for v in group.values()
            if isinstance(v, torch.Tensor)
            and (with_parameters or not isinstance(v, torch.nn.Parameter))
        ]

    def _roots(self) -> Iterator[Any]:
        """What modules other than neurons hold, and what their code reads besides."""
        for module in self.others:
            for name, value in vars(module).items():
                if name not in _OWN:
                    yield value
            for kind in type(module).__mro__:
                yield from _read_by(kind)

    def _save(self, roots) -> None:
        for value, parts in _walk(roots):
            if isinstance(value, torch.Tensor):
                self.known.add(id(value))
            elif parts is not None and not isinstance(value, tuple):
                self.held[id(value)] = value, parts

    def holds(self) -> bool:
        """Whether modules other than neurons hold, in lists and the like, tensors that
        they did not hold before."""
        return any(
            isinstance(value, torch.Tensor) and id(value) not in self.known
            for value, _ in _walk(self._roots())
        )

    def assigned(self) -> list[tuple[str, str]]:
        """Tensors that modules other than neurons hold now but did not before."""
        others = set(map(id, self.others))
        result = []
        for module, attributes, dicts in self.saved:
            if id(module) not in others:
                continue
            pairs = [(attributes, vars(module))]
            pairs += [(dicts[k], vars(module)[k]) for k in dicts]
            for before, now in pairs:
                result += [
                    (self.names[module], name)
                    for name, value in now.items()
                    if isinstance(value, torch.Tensor) and value is not before.get(name)
                ]
        return result

    def counted(self) -> list[tuple[Any, str]]:
        """Integers that modules other than neurons hold, and have changed."""
        others = set(map(id, self.others))
        return [
            (module, name)
            for module, attributes, _ in self.saved
            for name, value in attributes.items()
            if id(module) in others
            and type(value) is int
            and isinstance(vars(module).get(name), int)
            and vars(module)[name] != value
        ]

    def restore(self) -> None:
        for module, attributes, dicts in self.saved:
            vars(module).clear()
            vars(module).update(attributes)
            for k, values in dicts.items():
                vars(module)[k].clear()
                vars(module)[k].update(values)
        for value, held in self.held.values():
            now = _parts(value)
            if now is None or list(now) != list(held) or _differ(now, held):
                _put_back(value, held)
        for tensor, copied in self.copies:
            if not torch.equal(tensor, copied):
                tensor.detach().copy_(copied)


def _dicts(module) -> list[str]:
    return [k for k in _DICTS if isinstance(vars(module).get(k), dict)]


class _Globals(dict):
    """Variables of a file that a module's code reads.

    Attributes:
        owner: all variables of the file.
    """

    def __init__(self, owner, names):
        self.owner = owner
        super().__init__({name: owner[name] for name in names})


def _read_by(kind) -> tuple[Any, ...]:
    """What the methods of a class read besides what they are given."""
    return tuple(
        part
        for function in vars(kind).values()
        if isinstance(function, types.FunctionType)
        for part in _outside(function)
    )


def _outside(function) -> list[Any]:
    """Cells of a function's closure, and the globals that it names."""
    code = function.__code__
    if is_installed(code.co_filename):
        return []
    found: list[Any] = list(function.__closure__ or ())
    names = _global_names(code)
    variables = function.__globals__
    held = [n for n in names if n in variables and _may_hold(variables[n])]
    return [*found, _Globals(variables, held)] if held else found


@functools.cache
def _global_names(code) -> tuple[str, ...]:
    inner = (c for c in code.co_consts if isinstance(c, types.CodeType))
    return (*code.co_names, *(name for c in inner for name in _global_names(c)))


def _may_hold(value) -> bool:
    return isinstance(value, torch.Tensor) or _parts(value) is not None


def _walk(roots) -> Iterator[tuple[Any, dict | None]]:
    """All that values hold, each once, with what it holds by key, None for no more."""
    seen: dict[int, Any] = {}
    pending = [(root, 0) for root in roots]
    while pending:
        value, depth = pending.pop()
        if id(value) in seen:
            continue
        seen[id(value)] = value
        parts = None if isinstance(value, torch.Tensor) else _parts(value)
        yield value, parts
        if parts and depth < _DEPTH:
            pending += [(part, depth + 1) for part in parts.values()]


def _parts(value) -> dict[Any, Any] | None:
    """What a list, a dict, an object, or a function that is no method holds."""
    if isinstance(value, (list, tuple, deque)):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, types.CellType):
        try:
            return {"cell": value.cell_contents}
        except ValueError:  # it is empty
            return {}
    if isinstance(value, types.FunctionType):
        return dict(enumerate(_outside(value)))
    if isinstance(value, functools.partial):
        return {"func": value.func, "args": value.args, "keywords": value.keywords}
    if isinstance(value, (type, types.ModuleType, torch.nn.Module)):
        return None
    if type(value).__module__.partition(".")[0] in _FOREIGN:
        return None
    names = _slots(type(value))
    if names or hasattr(value, "__dict__"):
        slots = {n: getattr(value, n) for n in names if hasattr(value, n)}
        return {**getattr(value, "__dict__", {}), **slots}
    return None


@functools.cache
def _slots(kind) -> tuple[str, ...]:
    found = (vars(cls).get("__slots__", ()) for cls in kind.__mro__)
    names = [
        n for slots in found for n in ([slots] if isinstance(slots, str) else slots)
    ]
    return tuple(n for n in names if not n.startswith("__"))


def _differ(now, held) -> bool:
    return any(now[key] is not value for key, value in held.items())


def _put_back(value, held) -> None:
    if isinstance(value, _Globals):
        value.owner.update(held)
    elif isinstance(value, dict):
        value.clear()
        value.update(held)
    elif isinstance(value, (list, deque)):
        value.clear()
        value.extend(held.values())
    elif isinstance(value, types.CellType):
        if held:
            value.cell_contents = held["cell"]
    elif not isinstance(value, (types.FunctionType, functools.partial)):
        for name in set(_parts(value) or ()) - set(held):
            delattr(value, name)
        for name, part in held.items():
            object.__setattr__(value, name, part)  # of frozen ones too
