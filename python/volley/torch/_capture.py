# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Capturing a module with torch.export, its neurons as opaque leaves.

Exporting a neuron module would lose its state: torch.export reads it as a constant.
So forward of each neuron is replaced, while the module is traced, by one op that
stays in the graph as it is.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import re
import traceback
import warnings
from dataclasses import dataclass, field
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from volley.torch import neurons
from volley.torch._problems import Where, find_line

_library = torch.library.Library("volley", "DEF")
_library.define("neuron(Tensor[] inputs, int leaf, int call) -> Tensor[]")

# Leaves of the capture in progress; the op knows a leaf by its number.
_leaves: list[Leaf] = []


@torch.library.register_fake("volley::neuron", lib=_library)
def _neuron_shapes(inputs, leaf, call):
    return _leaves[leaf].make_results(inputs[0])


@dataclass
class Leaf:
    """A neuron module of the traced one.

    Attributes:
        problem: why it has no law; "" if it has one.
        results: names of what the op gives, flat, in order.
        calls: per call, which arguments were given: {"mem": operand number}.
        starts: how many calls did not go on from the state of an earlier call.
    """

    index: int
    path: str
    module: Any
    neuron: neurons.Neuron
    problem: str = ""
    results: list[str] = field(default_factory=list)
    calls: list[dict[str, int]] = field(default_factory=list)
    starts: int = 0
    _storages: set[int] = field(default_factory=set)

    def __post_init__(self):
        names = [*flatten_names(self.neuron.returns), *self.neuron.attributes.values()]
        self.results = list(dict.fromkeys(names))

    @property
    def recorded(self) -> list[str]:
        """What forward returns of every step; of a sequence it has no states."""
        states = () if self.neuron.time == "step" else self.neuron.states
        return [n for n in flatten_names(self.neuron.returns) if n not in states]

    def forward(self, *args, **kwargs):
        given = self._bind(args, kwargs)
        call = {name: i for i, (name, _) in enumerate(given)}
        inputs = [tensor for _, tensor in given]
        self.starts += self._is_start(inputs[1:])
        self.calls.append(call)
        outputs = torch.ops.volley.neuron(inputs, self.index, len(self.calls) - 1)
        self._storages.update(map(_storage, outputs))
        values = dict(zip(self.results, outputs))
        for attribute, name in self.neuron.attributes.items():
            setattr(self.module, attribute, values[name])
        return _unflatten(self.neuron.returns, values)

    @property
    def steps(self) -> int:
        """How many calls follow each other, each from the state of the last."""
        return len(self.calls) // max(self.starts, 1)

    def restart(self) -> None:
        """Forgets all calls."""
        self.calls.clear()
        self._storages.clear()
        self.starts = 0

    def _is_start(self, states) -> bool:
        if not states:
            return not self.calls or not self.neuron.keeps_state
        return not any(_storage(state) in self._storages for state in states)

    def _bind(self, args, kwargs):
        """The tensors that forward was given, by name, the input first."""
        parameters = list(inspect.signature(type(self.module).forward).parameters)[1:]
        given = dict(zip(parameters, args), **kwargs)
        values: dict[str, Any] = {}
        for parameter, name in zip(parameters, self.neuron.arguments):
            if given.get(parameter) is not None:
                values.update(_match(name, given[parameter]))
        result = [("input", values.pop("input"))]
        return result + [(n, v) for n, v in values.items() if v is not None]

    def make_results(self, x):
        """Empty tensors of the shapes that forward gives for x."""
        neuron, shape = self.neuron, list(x.shape)
        if neuron.width is not None:
            shape[-1] = neuron.width
        time_dim = {"TB": 0, "BT": 1}.get(neuron.time)
        state = [s for d, s in enumerate(shape) if d != time_dim]
        return [
            x.new_empty(state if name in neuron.states else shape)
            for name in self.results
        ]


def _storage(tensor) -> int:
    return tensor.untyped_storage()._cdata


def flatten_names(spec):
    if isinstance(spec, str):
        return [spec]
    return [name for part in spec for name in flatten_names(part)]


def _unflatten(spec, values):
    if isinstance(spec, str):
        return values[spec]
    parts = [_unflatten(part, values) for part in spec]
    return type(spec)(*parts) if hasattr(spec, "_fields") else type(spec)(parts)


def _match(spec, value):
    """{name: tensor} of an argument that may be a tuple of states."""
    if isinstance(spec, str):
        return {spec: value}
    result = {}
    if value is not None:
        for part, one in zip(spec, value):
            result.update(_match(part, one))
    return result


def find_leaves(module) -> list[Leaf]:
    """The neurons of a module, those without a law among them."""
    leaves: list[Leaf] = []
    inside: list[str] = []
    for path, child in module.named_modules():
        if any(path.startswith(outer) for outer in inside):
            continue
        neuron, problem = _find_neuron(child)
        if neuron is not None:
            leaves.append(Leaf(len(leaves), path, child, neuron, problem))
            inside.append(path + "." if path else "")
    return leaves


def _find_neuron(module):
    """The neuron that a module is, or None; and what is wrong with it, or ""."""
    try:
        neuron = neurons.find(module)
    except neurons.Unsupported as error:
        return _stand_in(module), str(error)
    if neuron is None and _is_stateful(module):
        return _stand_in(module), (
            f"{neurons.qualified_name(type(module))} is a neuron without a known law; "
            "register one with volley.torch.neurons.register, or use a neuron that is "
            f"known: {', '.join(neurons.known(module))}"
        )
    return neuron, ""


def line_of(module):
    try:
        return inspect.getsourcefile(type(module)), inspect.getsourcelines(
            type(module)
        )[1]
    except (OSError, TypeError):
        return "", 0


def reads(module, attribute) -> bool:
    """Whether a module's class reads one of its attributes; True if in doubt."""
    try:
        source = inspect.getsource(type(module))
    except (OSError, TypeError):
        return True
    return bool(re.search(rf"\.{attribute}\b(?!\s*=[^=])", source))


def _is_stateful(module) -> bool:
    """Whether a library's own class keeps state that no law here describes."""
    bases = {neurons.qualified_name(cls) for cls in type(module).__mro__}
    return bool(bases & neurons.STATEFUL)


def _stand_in(module) -> neurons.Neuron:
    """What a neuron without a law is traced as, so that all errors are found."""
    time = "TB" if getattr(module, "step_mode", "s") == "m" else "step"
    return neurons.Neuron(
        time, ("input",), "output", lambda net, name, x, **kwargs: {"output": x}
    )


@dataclass
class Trace:
    """What a run of the module showed.

    Attributes:
        assigned: (path, attribute) of tensors that modules other than neurons keep.
        program: the exported program, or None if it was only run.
    """

    assigned: list[tuple[str, str]]
    program: Any = None


class Whole(torch.nn.Module):
    """A module that handles time itself.

    Of its last `states` results nothing is kept: a network's state is implicit.
    """

    def __init__(self, module, states=0):
        super().__init__()
        self.module, self.states = module, states

    def forward(self, *args):
        return _split_states(self.module(*args), self.states)[0]


class Stepwise(torch.nn.Module):
    """A module of one step, in a loop over `steps` steps: inputs are (T, ...).

    Its last `states` results are its last arguments at the next step, None at first.
    """

    def __init__(self, module, steps, states=0):
        super().__init__()
        self.module, self.steps, self.states = module, steps, states

    def forward(self, *args):
        states, results = (), []
        for t in range(self.steps):
            given = [x[t] for x in args]
            result, states = _split_states(self.module(*given, *states), self.states)
            results.append(torch.utils._pytree.tree_flatten(result))
        stacked = [
            torch.stack(values) if isinstance(values[0], torch.Tensor) else None
            for values in zip(*(leaves for leaves, _ in results))
        ]
        return torch.utils._pytree.tree_unflatten(stacked, results[0][1])


def _split_states(result, states):
    """What a module returns, and its last results, which are states."""
    if not states:
        return result, ()
    outputs = result[:-states]
    return outputs[0] if len(outputs) == 1 else outputs, tuple(result[-states:])


def run(module, args, leaves) -> Trace:
    """Runs a module without data, to see which neurons it calls how often."""
    with _patched(module, leaves) as state, torch.no_grad(), _quiet():
        with FakeTensorMode(allow_non_fake_inputs=True) as mode:
            module(*(mode.from_tensor(arg) for arg in args))
        return Trace(state.assigned())


def export(module, args, leaves) -> Trace:
    """Exports a module to a graph of ATen ops and leaves."""
    with _patched(module, leaves) as state, torch.no_grad(), _quiet():
        program = torch.export.export(module, tuple(args), strict=False)
        return Trace(state.assigned(), program)


@contextlib.contextmanager
def _quiet():
    """Keeps to itself what torch says about a trace: errors are told by us."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


@contextlib.contextmanager
def _patched(module, leaves):
    """Neurons replaced by leaves, the module in eval mode; undone at the end."""
    global _leaves
    kept = _State(module, leaves)
    _leaves = leaves
    try:
        module.eval()
        for leaf in leaves:
            leaf.restart()
            vars(leaf.module)["forward"] = leaf.forward
        yield kept
    finally:
        kept.restore()
        _leaves = []


@contextlib.contextmanager
def restored(module):
    """Puts the attributes of all modules back at the end."""
    kept = _State(module, [])
    try:
        yield
    finally:
        kept.restore()


class _State:
    """The attributes of all modules, to be restored."""

    _DICTS = ("_buffers", "_parameters", "_memories")

    def __init__(self, module, leaves):
        self.own = [m for leaf in leaves for m in leaf.module.modules()]
        self.names = {m: path for path, m in module.named_modules()}
        self.saved = [
            (m, dict(vars(m)), {k: dict(vars(m)[k]) for k in self._dicts(m)})
            for m in module.modules()
        ]

    def _dicts(self, module):
        return [k for k in self._DICTS if isinstance(vars(module).get(k), dict)]

    def assigned(self):
        """Tensors that modules other than neurons hold now but did not before."""
        own = set(map(id, self.own))
        result = []
        for module, attributes, dicts in self.saved:
            if id(module) in own:
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

    def restore(self):
        for module, attributes, dicts in self.saved:
            vars(module).clear()
            vars(module).update(attributes)
            for k, values in dicts.items():
                vars(module)[k].clear()
                vars(module)[k].update(values)


def explain(error: Exception, module) -> tuple[Where, str]:
    """Where in the user's code tracing failed, and why, in one line."""
    where = _find_place(error, module)
    message = str(error).strip().partition("\n")[0]
    kind = type(error).__name__
    if re.search("[Dd]ynamic.?[Oo]utput.?[Ss]hape", kind + message):
        return where, (
            "the shape of a tensor depends on values; shapes are static in a network: "
            "use a mask"
        )
    if re.search("[Dd]ata.?[Dd]ependent", kind + message):
        return where, (
            "what is computed depends on the values of a tensor; use torch.where, or "
            "take the decision outside of the module"
        )
    return where, f"the module cannot be traced: {kind}: {message}"


def _find_place(error, module) -> Where:
    """The innermost module, and the innermost line of the user's own code."""
    paths = {id(child): path for path, child in module.named_modules()}
    path, text = "", ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        text += f'File "{frame.f_code.co_filename}", line {line}\n'
        path = paths.get(id(frame.f_locals.get("self")), path)
    return Where(path, *find_line(text))
