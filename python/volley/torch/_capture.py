# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Capturing a module with torch.export, its neurons as opaque leaves.

Exporting a neuron module would lose its state: torch.export reads it as a constant.
So forward of each neuron is replaced, while the module is traced, by one op that
stays in the graph as it is.
"""

from __future__ import annotations

import contextlib
import inspect
import itertools
import logging
import re
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

from volley.torch import _clock, _footprint, _history, _numbers, _steps, neurons
from volley.torch._hints import DYNAMIC, HINTS, describe
from volley.torch._problems import Where, find_line, is_own
from volley.torch._state import State, without_others

_library = torch.library.Library("volley", "DEF")
_library.define("neuron(Tensor[] inputs, int leaf, int call) -> Tensor[]")

# Of a neuron whose law was made of another value.
CHANGED = (
    "sets '{}', of which the neuron's law is made when the module is converted; set it "
    "before, or write the neuron out"
)

WRITTEN = (
    "writes the parameter '{}' in place; parameters are constants of a network: "
    "compute the value that is used, or write it before"
)

# Ops whose numbers may depend on how many steps there are.
NUMERIC = {
    *("add", "sub", "rsub", "mul", "div", "pow", "lerp", "threshold"),
    *("eq", "ne", "lt", "le", "gt", "ge", "clamp", "clamp_min", "clamp_max", "where"),
    *("full", "full_like", "new_full", "fill", "masked_fill", "scalar_tensor"),
}

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
        length: the steps of the last sequence that it was given, None without.
    """

    index: int
    path: str
    module: Any
    neuron: neurons.Neuron
    problem: str = ""
    results: list[str] = field(default_factory=list)
    calls: list[dict[str, int]] = field(default_factory=list)
    starts: int = 0
    length: int | None = None
    _storages: set[int] = field(default_factory=set)
    # What the module held before the first call, by attribute: states, not looked at,
    # and what the law is made of.
    _found: dict[str, Any] = field(default_factory=dict)
    _settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        names = [
            *neurons.flatten_names(self.neuron.returns),
            *self.neuron.attributes.values(),
        ]
        self.results = list(dict.fromkeys(names))

    @property
    def recorded(self) -> list[str]:
        """What forward returns of every step; of a sequence it has no states."""
        states = () if self.neuron.is_single_step else self.neuron.states
        names = neurons.flatten_names(self.neuron.returns)
        return [name for name in names if name.rstrip("*") not in states]

    def forward(self, *args, **kwargs):
        self._check_settings()
        given = self._bind(args, kwargs)
        given += self._held({name for name, _ in given}, given[0][1])
        call = {name: i for i, (name, _) in enumerate(given)}
        inputs = [tensor for _, tensor in given]
        time = self.neuron.time_dim
        if time is not None and inputs[0].ndim <= time:
            raise neurons.Unsupported(
                f"the neuron takes sequences ({', '.join(self.neuron.time)}, ...), but "
                f"got a tensor of shape {tuple(inputs[0].shape)}"
            )
        self.length = None if time is None else inputs[0].shape[time]
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
        self._found = {a: getattr(self.module, a, None) for a in self._state_attributes}
        self._settings = self._hold_settings()

    def _hold_settings(self) -> dict[str, Any]:
        """Numbers and tensors of the module that are no states."""
        held = dict(vars(self.module))
        if not torch.compiler.is_exporting():  # which puts others in their place
            held.update({**held["_parameters"], **held["_buffers"]})
        states = {*self.neuron.attributes, *self.neuron.states}
        kinds = (bool, int, float, torch.Tensor)
        return {
            name: value
            for name, value in held.items()
            if name not in states and isinstance(value, kinds)
        }

    def _check_settings(self) -> None:
        for name, value in self._hold_settings().items():
            before = self._settings.get(name, value)
            is_same = type(before) is type(value) and not isinstance(
                value, torch.Tensor
            )
            if value is not before and not (is_same and value == before):
                raise neurons.Unsupported(CHANGED.format(f"{self.path}.{name}"))

    @property
    def _state_attributes(self) -> dict[str, str]:
        neuron = self.neuron
        return {
            a: name for a, name in neuron.attributes.items() if name in neuron.states
        }

    def _held(self, given, x):
        """The states that the module holds: of its last call, unless others were set.

        They are operands of the next call, so that it shows where they come from.
        """
        result = []
        for attribute, name in self._state_attributes.items():
            value = getattr(self.module, attribute, None)
            untouched = not self.calls and value is self._found[attribute]
            if name in given or untouched:
                continue
            if not isinstance(value, torch.Tensor):
                initial = self.neuron.initial.get(name, 0.0)
                value = x.new_full((), initial if value is None else value)
            result.append((name, value))
        return result

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
                values.update(neurons.name_values(name, given[parameter]))
        result = [("input", values.pop("input"))]
        return result + [(n, v) for n, v in values.items() if v is not None]

    def make_results(self, x):
        """Empty tensors of the shapes that forward gives for x."""
        neuron, shape = self.neuron, list(x.shape)
        if neuron.width is not None:
            shape[-1] = neuron.width
        state = [s for d, s in enumerate(shape) if d != neuron.time_dim]
        return [
            x.new_empty(state if name in neuron.states else shape)
            for name in self.results
        ]


def _storage(tensor) -> int:
    return tensor.untyped_storage()._cdata


def _unflatten(spec, values):
    if isinstance(spec, str):
        return values[spec]
    parts = [_unflatten(part, values) for part in spec]
    return type(spec)(*parts) if hasattr(spec, "_fields") else type(spec)(parts)


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
    times = {leaf.neuron.time for leaf in leaves if not leaf.problem}
    if len(times) == 1:
        # What is refused is not refused once more for how it is called.
        for leaf in leaves:
            leaf.neuron.time = next(iter(times))
    return leaves


def _find_neuron(module):
    """The neuron that a module is, or None; and what is wrong with it, or ""."""
    try:
        neuron = neurons.find(module)
    except neurons.Unsupported as error:
        return _stand_in(module), str(error)
    return neuron, ""


def find_unknown(module, leaves) -> list[tuple[Where, str]]:
    """Neurons of libraries, or of classes that derive from these, without a law.

    They are traced as what they are, plain PyTorch; each with what helps if they
    cannot be.
    """
    known = {id(inner) for leaf in leaves for inner in leaf.module.modules()}
    return [
        (
            Where(path, *line_of(child)),
            f"{neurons.qualified_name(type(child))} is a neuron without a known law; "
            "register one with volley.torch.neurons.register, or use a neuron that is "
            f"known: {', '.join(neurons.known(child))}",
        )
        for path, child in module.named_modules()
        if id(child) not in known and _is_stateful(child)
    ]


def line_of(module):
    try:
        return inspect.getsourcefile(type(module)), inspect.getsourcelines(
            type(module)
        )[1]
    except (OSError, TypeError):
        return "", 0


def lines_of(module) -> list[str]:
    """The lines of a module's class but the first, as errors begin with them."""
    file, first = line_of(module)
    if not file:
        return []
    count = len(inspect.getsourcelines(type(module))[0])
    return [f"{file}:{first + i}: " for i in range(1, count)]


def reads(module, attribute) -> bool:
    """Whether a module reads one of its attributes before it sets it.

    Judged by the first line that names it in forward, or in the class if none does
    there; what neither names is set by others, such as hooks.
    """
    uses: list[str] = []
    classes = (cls for cls in type(module).__mro__ if cls is not torch.nn.Module)
    for source in (type(module).forward, *classes):
        try:
            lines = re.split("[\n;]", inspect.getsource(source))
        except (OSError, TypeError):
            continue
        uses = uses or [line for line in lines if re.search(rf"\.{attribute}\b", line)]
    if not uses:
        return False
    target, _, value = re.sub("[!<>=]=", " ", uses[0]).partition("=")
    is_set = re.search(rf"\.{attribute}\s*$", target)
    return not is_set or bool(re.search(rf"\.{attribute}\b", value))


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
        loops: sizes of dimensions of which every index was taken by itself.
        ops: how often each op was run.
        numbers: (op, number) of the numbers that tensors are computed with.
        furthest: the largest index that is taken by itself, or that a slice starts at.
        noted: what the module's own code says of its steps.
        counters: (module, attribute) of numbers that the module counts.
        holds: modules other than neurons keep tensors in lists or the like.
        writes: buffers are written in place.
        read: numbers that were read from the module's own tensors; without values
            unless it was run to know them.
        footprint: what ops were told besides signals.
    """

    assigned: list[tuple[str, str]]
    program: Any = None
    loops: set[int] = field(default_factory=set)
    ops: Counter[str] = field(default_factory=Counter)
    numbers: set[tuple[str, float]] = field(default_factory=set)
    furthest: int = 0
    noted: _steps.Noted = field(default_factory=_steps.Noted)
    counters: list[tuple[Any, str]] = field(default_factory=list)
    read: list[tuple[str, Any]] = field(default_factory=list)
    footprint: set[_footprint.Entry] = field(default_factory=set)
    holds: bool = False
    writes: bool = False


class _Slices(TorchDispatchMode):
    """Records which indices of which dimensions are taken one by one.

    Attributes:
        ops: how often each op was run.
        numbers: (op, number) of the numbers that tensors are computed with.
    """

    def __init__(self, module):
        super().__init__()
        self.footprint = _footprint.Footprint(module)
        self.parameters = {
            _storage(p): name.removeprefix("module.")
            for name, p in module.named_parameters()
        }
        self.buffers = {_storage(b): name for name, b in module.named_buffers()}
        self.written: set[str] = set()
        self.ops: Counter[str] = Counter()
        self.numbers: set[tuple[str, float]] = set()
        self.starts: dict[tuple, set[int]] = {}
        self.taken: dict[tuple, set[int]] = {}
        self.sources = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func._schema.name
        if not name.startswith("prim::") and name != "aten::as_strided":
            self.ops[name] += 1
        op = name.partition("::")[2].rstrip("_")
        if op in NUMERIC:
            numbers = (a for a in args if type(a) in (int, float))
            self.numbers.update((op, number) for number in numbers)
        elif op == "slice" and len(args) > 2 and args[2]:
            self.numbers.add((op, args[2]))
        if name in ("aten::select", "aten::slice") and len(args) > 2:
            self._start(*args[:3])
        if name == "aten::select":
            self._take(*args)
        elif name == "aten::slice" and len(args) > 3:
            x, dim, *bounds = args
            indices = range(*slice(*bounds).indices(x.shape[dim]))
            if len(indices) == 1:
                self._take(x, dim, indices[0])
        elif name in ("aten::unbind", "aten::split"):
            self._take_all(name, *args)
        self._check_written(func, args)
        result = func(*args, **(kwargs or {}))
        self.footprint.add(func, args, kwargs or {}, result)
        parameter = self._find_parameter(args) if op in ("detach", "alias") else None
        if parameter is not None:
            result._volley_parameter = parameter
        return result

    def _find_parameter(self, args) -> str | None:
        """The name of the parameter that an op's operand is, or has the memory of."""
        if not args or not isinstance(args[0], torch.Tensor):
            return None
        own = self.parameters.get(_storage(args[0]))
        return own or getattr(args[0], "_volley_parameter", None)

    def _check_written(self, func, args) -> None:
        """Notes buffers that are written; refuses to write a parameter, before that is
        done."""
        if not func._schema.is_mutable:
            return
        parameter = self._find_parameter(args)
        if parameter is not None:
            raise neurons.Unsupported(WRITTEN.format(parameter))
        if args and isinstance(args[0], torch.Tensor):
            self.written |= {self.buffers.get(_storage(args[0]), "")} - {""}

    def _start(self, x, dim, index):
        if index is not None and index >= 0:
            self.sources.append(x)
            key = (_storage(x), x.shape, dim % x.ndim)
            self.starts.setdefault(key, set()).add(index)

    @property
    def furthest(self) -> int:
        """Of all indices that are given as such, but for loops over all of them."""
        starts = self.starts.items()
        single = (max(s) for (_, shape, dim), s in starts if len(s) < shape[dim])
        return max(single, default=0)

    def _take(self, x, dim, index):
        dim, size = dim % x.ndim, x.shape[dim]
        self.sources.append(x)  # so that its storage is not used again
        self.taken.setdefault((_storage(x), x.shape, dim), set()).add(index % size)

    def _take_all(self, name, x, *args):
        size = args[0] if name == "aten::split" and args else 1
        dim = args[-1] if len(args) > (name == "aten::split") else 0
        for index in range(x.shape[dim] if size == 1 else 0):
            self._take(x, dim, index)

    @property
    def loops(self) -> set[int]:
        found = ((shape[dim], taken) for (_, shape, dim), taken in self.taken.items())
        return {size for size, taken in found if size == len(taken) > 1}


class Whole(torch.nn.Module):
    """A module that handles time itself.

    Of its last results, one per name in `states`, nothing is kept: a network's state
    is implicit. With `kept`, (path, attribute) of tensors that the module keeps, it
    returns them too. With `short`, (steps, few), loops over so many steps run a few;
    with `numbered`, (file, line), ops of the loop there say of which step they are.
    """

    def __init__(self, module, states=(), kept=(), short=None, numbered=None):
        super().__init__()
        self.module, self.states, self.kept = module, states, kept
        self.short, self.numbered = short, numbered

    def forward(self, *args):
        nothing = (None,) * len(self.states)
        with contextlib.ExitStack() as stack:
            if self.short:
                stack.enter_context(_steps.shortened(self.module, *self.short))
            if self.numbered:
                stack.enter_context(_steps.numbered(self.module, self.numbered))
            result = _call(self.module, args, self.states, nothing)[0]
        if not self.kept:
            return result
        modules = dict(self.module.named_modules())
        return result, [getattr(modules[path], name) for path, name in self.kept]


class Stepwise(torch.nn.Module):
    """A module of one step, in a loop over `steps` steps: inputs are (T, ...).

    Its last results are the arguments `states` at the next step, None at first.
    """

    def __init__(self, module, steps, states=()):
        super().__init__()
        self.module, self.steps, self.states = module, steps, states

    def forward(self, *args):
        states: tuple = (None,) * len(self.states)
        results = []
        for t in range(self.steps):
            given = [x[t] for x in args]
            result, states = _call(self.module, given, self.states, states)
            results.append(torch.utils._pytree.tree_flatten(result))
        stacked = [
            torch.stack(values) if isinstance(values[0], torch.Tensor) else None
            for values in zip(*(leaves for leaves, _ in results))
        ]
        return torch.utils._pytree.tree_unflatten(stacked, results[0][1])


def _call(module, inputs, names, states):
    """What a module returns, and its last results, which are states.

    A state is passed by the name of its parameter, if it has one.
    """
    unnamed = [state for name, state in zip(names, states) if name is None]
    named = {name: s for name, s in zip(names, states) if name is not None}
    result = module(*inputs, *unnamed, **named)
    if not isinstance(result, (tuple, list)) or len(result) <= len(names):
        return result, states
    if not names:
        return result, ()
    outputs = result[: -len(names)]
    rest = tuple(result[-len(names) :])
    return outputs[0] if len(outputs) == 1 else outputs, rest


def run(module, args, leaves) -> Trace:
    """Runs a module without data, to see which neurons it calls how often."""
    try:
        trace = _run(module, args, leaves, _steps.noted(module))
    except Exception:
        return _run_reading(module, args, leaves)
    if trace.counters:
        noted = _steps.noted(module, trace.counters)
        trace.noted.asked |= _run(module, args, leaves, noted).noted.asked
    return trace


def _run_reading(module, args, leaves) -> Trace:
    """A run of code that reads numbers, or takes none but plain ones for steps."""
    try:
        return _run(module, args, leaves, _steps.noted(module), _numbers.read())
    except Exception:
        return _run(module, args, leaves, read=_numbers.read())


def _run(module, args, leaves, noted=None, read=None) -> Trace:
    """A run within contexts that note what steps are asked for, and what is read."""
    noted = noted or contextlib.nullcontext(_steps.Noted())
    read = read or _numbers.watched()
    with _without_data(module, args, leaves) as (state, fakes):
        _footprint.mark(fakes)
        clock = _clock.measured(_clock.RUNS)
        with clock, _Slices(module) as slices, noted as steps, read as found:
            try:
                module(*fakes)
            except Exception as error:
                error._volley_ops = set(slices.ops)
                raise
        return Trace(
            state.assigned(),
            None,
            slices.loops,
            slices.ops,
            slices.numbers,
            slices.furthest,
            steps,
            state.counted(),
            found,
            slices.footprint.entries,
            state.holds(),
            bool(slices.written),
        )


class _Reads(TorchDispatchMode):
    """Notes whether any of some tensors is an operand."""

    def __init__(self, tensors):
        super().__init__()
        self.tensors = tensors
        self.storages = set(map(_storage, tensors))
        self.found = False

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        operands = torch.utils._pytree.tree_leaves((args, kwargs))
        tensors = (x for x in operands if isinstance(x, torch.Tensor))
        self.found |= any(_storage(x) in self.storages for x in tensors)
        return func(*args, **(kwargs or {}))


def goes_on(module, args, leaves) -> bool:
    """Whether a call reads tensors that the call before it left in the module."""
    with _without_data(module, args, leaves) as (state, fakes):
        module(*fakes)
        modules = dict(module.named_modules())
        left = [getattr(modules[path], name) for path, name in state.assigned()]
        with _Reads(left) as reads:
            module(*fakes)
    return reads.found


def look(module, args, leaves, steps) -> _history.History:
    """Runs a module without data, to see what each of so many steps computes."""
    try:
        return _look(module, args, leaves, steps, contextlib.nullcontext())
    except Exception:
        return _look(module, args, leaves, steps, _numbers.read())


def _look(module, args, leaves, steps, read):
    with _without_data(module, args, leaves) as (_, fakes):
        with _history.watched(steps) as history, read:
            module(*fakes)
    return history


@contextlib.contextmanager
def _without_data(module, args, leaves):
    with _patched(module, leaves) as state, torch.no_grad(), _quiet():
        with FakeTensorMode(allow_non_fake_inputs=True) as mode:
            yield state, [mode.from_tensor(arg) for arg in args]


def export(module, args, leaves, reads=False) -> Trace:
    """Exports a module to a graph of ATen ops and leaves.

    Args:
        reads: it reads numbers from its own tensors.
    """
    if not reads:
        return _export(module, args, leaves)
    found = _run_reading(module, args, leaves).read
    with _numbers.given(module, found):
        return _export(module, args, leaves)


def _export(module, args, leaves) -> Trace:
    with _patched(module, leaves) as state, torch.no_grad(), _quiet(), _whole_stacks():
        with _clock.measured(_clock.EXPORT):
            program = torch.export.export(module, tuple(args), strict=False)
        return Trace(state.assigned(), program)


@contextlib.contextmanager
def _whole_stacks():
    """Notes with each op the functions that forward calls, not only forward.

    What torch.export keeps of a stack is its own affair: where it does so otherwise,
    errors name the line of forward.
    """
    tracer, name = torch.fx.proxy.TracerBase, "_filter_traceback_frames"
    before = getattr(tracer, name, None)
    if before is None:
        yield
        return

    def keep(self, frames):
        # From Whole or Stepwise on: what called from_torch is no part of the module.
        inner = itertools.dropwhile(lambda frame: frame.filename != __file__, frames)
        own = [frame for frame in inner if is_own(frame.filename, frame.name)]
        return traceback.StackSummary.from_list(own + _steps.current_frame())

    setattr(tracer, name, keep)
    try:
        yield
    finally:
        setattr(tracer, name, before)


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
    kept = State(module, leaves)
    _leaves = leaves
    try:
        module.eval()
        for leaf in leaves:
            leaf.restart()
            vars(leaf.module)["forward"] = leaf.forward
        for child in module.modules():
            hooks = child._forward_hooks
            if any(map(_only_counts, hooks.values())):
                kept_hooks = {k: h for k, h in hooks.items() if not _only_counts(h)}
                vars(child)["_forward_hooks"] = type(hooks)(kept_hooks)
        with without_others(module):
            yield kept
    finally:
        kept.restore()
        _leaves = []


def _only_counts(hook) -> bool:
    """Whether a hook measures and changes nothing: sinabs's count of operations, which
    makes layers of its own, which no trace can hold."""
    return getattr(hook, "__module__", None) == "sinabs.synopcounter"


def unsupported_before(error: Exception) -> list[str]:
    """Why ops that ran before an error have no form, once each."""
    names = {name.partition("::")[2] for name in getattr(error, "_volley_ops", ())}
    return sorted({HINTS[name] for name in names if name in HINTS})


def explain(error: Exception, module, args=()) -> tuple[Where, str]:
    """Where in the user's code tracing failed, and why, in one line."""
    where = _find_place(error, module)
    message = str(error).strip().partition("\n")[0]
    kind = type(error).__name__
    if isinstance(error, neurons.Unsupported):
        return where, message
    if re.search("[Dd]ynamic.?[Oo]utput.?[Ss]hape", kind + message):
        return where, DYNAMIC
    if re.search("[Dd]ata.?[Dd]ependent", kind + message):
        return where, (
            "what is computed depends on the values of a tensor; use torch.where, or "
            "take the decision outside of the module"
        )
    higher = re.search(r"HigherOrderOperator (\w+)", message)
    if higher:
        return where, describe(higher[1])
    if args and where.path:
        # An example of a wrong shape gets as far as the first layer of another one.
        layer = type(module.get_submodule(where.path)).__name__
        shapes = " and ".join(str(tuple(arg.shape)) for arg in args)
        message += f" (in a {layer}; the example is of shape {shapes})"
    return where, f"the module cannot be traced: {kind}: {message}"


def _find_place(error, module) -> Where:
    """The innermost module, and the innermost line of the user's own code."""
    paths = {id(child): path for path, child in module.named_modules()}
    path, text = "", ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        text += f'File "{code.co_filename}", line {line}, in {code.co_name}\n'
        path = paths.get(id(frame.f_locals.get("self")), path)
    return Where(path, *find_line(text))
