# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a graph of ATen ops and neurons to a network.

Two walks over the graph: the first follows dimensions until it is known which are
time and batch; the second adds ops to a builder.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from volley.builder import NeuronModel, Signal
from volley.torch import _axes as ax
from volley.torch._capture import NUMERIC
from volley.torch._graph import Node, order
from volley.torch._hints import describe
from volley.torch._ports import Port, make_port
from volley.torch._problems import Problems, Unsupported, Where
from volley.torch._values import Constant, Total, Value, as_number, check_numbers
from volley.torch.ops import TABLE, VARYING
from volley.torch.ops._common import chain, expanded

# Settings of ops that change no value; a type is that of the result.
_INERT = {
    *("dtype", "layout", "device", "pin_memory", "memory_format", "non_blocking"),
    *("copy", "implicit", "path", "output_size"),
}
_WIDTH = {"i1": 0, "i32": 1, "f32": 2, "f64": 3}


@dataclass
class Population:
    """A population, and where its module's own results are to be found.

    Attributes:
        leaf: the neuron module.
        place, places: the module runs `places` populations in turn; this is number
            `place`.
        results: ports of its results that are read, by the number of the result.
    """

    name: str
    leaf: Any
    place: int
    places: int
    results: dict[int, Port]


def _settings(function, node) -> dict[str, Any]:
    """What an op has besides operands."""
    given = {
        name: value
        for name, value in node.kwargs.items()
        if name not in _INERT and value is not None
    }
    for name, value in given.items():
        if name not in inspect.signature(function).parameters:
            raise Unsupported(f"'{node.op}' with {name}={value}")
    return given


class _Retype(Exception):
    """A delay was declared with another element type than its input has."""


class Converter:
    """Converts rolled-up nodes.

    Attributes:
        cut: populations get what the module's own neurons gave, as inputs of the
            network, and their results and margins are outputs: for comparisons.
        varying: (op, number) of numbers that depend on how many steps there are, None
            if that is not known.
        told: {traced steps: those of the user's example}, if these are others: so many
            that no number of the module's own is the same.
        added: how many dimensions inputs have more than the user's.
        places: of what was written, op by op.
        starts: from which steps on something is summed, and where.
    """

    def __init__(
        self,
        outputs,
        problems: Problems,
        steps: int,
        cut: bool = False,
        varying=None,
        told: dict[int, int] | None = None,
        added: int = 0,
    ):
        self.outputs, self.problems = outputs, problems
        self.steps, self.cut, self.varying = steps, cut, varying
        self.told, self.added = told or {}, added
        self.nodes = order(list(outputs.values()))
        self.values: dict[int, object] = {}
        self.names: dict[int, str] = {}
        self.used = self._find_used()
        self.types: dict[int, str] = {}
        self.populations: list[Population] = []
        self.places: list[Where] = []
        self.starts: list[tuple[Where, int]] = []
        self.node: Node | None = None
        self.total: Total | None = None

    def _find_used(self):
        """The nodes that read each neuron's results, by the number of the result."""
        used: dict[int, dict[int, Node]] = {}
        for node in self.nodes:
            if node.op == "getitem" and node.args[0].op == "neuron":
                used.setdefault(id(node.args[0]), {})[node.args[1]] = node
        return used

    # What ops may ask of their own node.

    @property
    def shape(self):
        return self.node.shape

    @property
    def is_float(self):
        return self.node.dtype.is_floating_point

    @property
    def is_bool(self):
        return self.node.dtype == torch.bool

    @property
    def is_integer(self):
        return not self.is_float and not self.is_bool

    def varies(self, number) -> bool:
        """Whether a number of the node depends on how many steps there are."""
        if type(number) not in (int, float):
            return False
        is_steps = self.varying is not None and number in self.told
        return is_steps or (self.node.op, number) in (self.varying or ())

    def describe_varying(self, number) -> str:
        """Why a number that depends on how many steps there are is refused."""
        told = self.told.get(number)
        return VARYING.format(f"the number {told:g}" if told else "a number")

    def is_mean(self, number, total: Total | None) -> bool:
        """Whether a sum divided by a number is the mean over time.

        Of steps that the module itself says, the number of steps is taken as such.
        """
        if total is None or total.steps is None:
            return False
        if self.varying is None:
            return number == self.shown(total.steps)
        return number == total.steps and ("div", number) in self.varying

    def apply(self, net, kind, law, *operands, binary=(), name="", location=None):
        """A law without state, applied to elements of signals and constants.

        `binary` are the numbers of operands that are binary; others are real.
        """
        signals = {}
        params = {}
        for i, operand in enumerate(operands):
            (signals if isinstance(operand, Signal) else params)[f"x{i}"] = operand
        bits = {f"x{i}" for i in binary}
        types = ["i1" if name in bits else net.precision for name in signals]
        names = [*signals, *params]

        def in_order(*values):
            given = dict(zip(names, values))
            return {}, {"y": law(*(given[f"x{i}"] for i in range(len(names))))}

        model = NeuronModel(
            kind,
            inputs=list(zip(signals, types)),
            params=list(params),
            law=in_order,
        )
        return net.population(
            model, *signals.values(), params=params, name="", location=location
        )

    # First walk: dimensions.

    def infer(self) -> None:
        """Finds the axes of all values; problems are collected."""
        self._name_neurons()
        for node in self.nodes:
            self.node = node
            try:
                self.values[id(node)] = self._infer(node)
            except Exception as error:
                if all(operand.op != "unknown" for operand in node.operands):
                    self.problems.error(node.where, self._explain(node, error))
                shape = node.args[0].shape if node.op == "neuron" else node.shape
                unknown = ax.make_unknown(shape or ())
                self.values[id(node)] = Value(unknown, None, node)
        for node in self.nodes:
            if node.op == "delay":
                self._unite(node, self.values[id(node)], self._value(node.args[0]))
        for node in self.nodes:
            if node.op == "input":
                self._find_batch(node)
        for node in self.nodes:
            self._check_axes(node)
        timed = any(n.op in ("neuron", "delay", "step", "later") for n in self.nodes)
        if not timed:
            self.problems.remark(
                Where(), "no neuron and no time was found; the network is static"
            )

    def _check_axes(self, node):
        """No value has two dimensions of time or of batch."""
        value = self.values[id(node)]
        if isinstance(value, Constant):
            return
        outer = [axis for dim in value.dims for axis in dim if not axis.is_data]
        if any(axis.kind == ax.UNKNOWN for axis in outer):
            return
        times = [axis for axis in outer if axis.is_time]
        if max(len(times), len(outer) - len(times)) > 1:
            shape = tuple(map(self.shown, node.shape))
            self.problems.error(
                node.where,
                f"two dimensions of a tensor of shape {shape} seem to be "
                f"{'time' if len(times) > 1 else 'the batch'}; use an example whose "
                "steps and batch have sizes of their own",
            )

    def check_time(self, node, dim: int) -> None:
        """Refuses a network in which the dimension of a loop is anything but time."""
        value = self.values.get(id(node))
        if value is None or self.problems.errors:
            return
        if not all(axis.is_time for axis in value.dims[dim]):
            self.problems.error(
                node.where,
                f"the loop over dimension {dim} of '{node.value}' is not one of steps "
                "that are all alike",
            )

    def _find_batch(self, node):
        """The batch of an input that no neuron has told of, by convention."""
        axes = [axis for dim in self.values[id(node)].dims for axis in dim]
        if any(axis.kind == ax.BOTH for axis in axes):
            return
        places = [(i, axis) for i, axis in enumerate(axes) if not axis.is_time]
        if not places or any(not axis.is_data for _, axis in places):
            return
        place, first = places[0]
        if first.kind is None:
            first.suggest_batch()
            self.problems.remark(
                Where(),
                f"takes dimension {place - self.added} of '{node.value}' as the batch",
            )
        elif len(places) > 1 and first.kind == ax.DATA:
            sizes = ", ".join(str(axis.size) for _, axis in places)
            self.problems.remark(
                Where(),
                f"'{node.value}' has no batch: all of ({sizes}) is data of one sample; "
                "if there is a batch, keep it apart from data, as flatten(1) does",
            )

    def _name_neurons(self):
        count: Counter[str] = Counter()
        neurons = [node for node in self.nodes if node.op == "neuron"]
        for node in sorted(neurons, key=lambda n: n.value[1]):
            path = node.value[0].path or "neuron"
            count[path] += 1
            name = path if count[path] == 1 else f"{path}_{count[path]}"
            self.names[id(node)] = name

    def _unite(self, node, a, b):
        try:
            for x, y in zip(a.dims, b.dims):
                ax.unite(x, y)
        except Unsupported as error:
            self.problems.error(node.where, self._explain(node, error))

    def _value(self, arg):
        if isinstance(arg, Node):
            return self.values[id(arg)]
        if isinstance(arg, (list, tuple)):
            return [self._value(a) for a in arg]
        return arg

    def _infer(self, node):
        if node.op == "constant":
            if self.varying is not None and node.fill in self.told:
                raise Unsupported(self.describe_varying(node.fill))
            constant = Constant(node.value)
            try:
                check_numbers(constant.tensor)
            except Unsupported as error:
                self.problems.error(node.where, str(error))
            return constant
        rule = getattr(self, f"_infer_{node.op}", None)
        if rule is not None:
            return rule(node)
        if node.op not in TABLE:
            raise Unsupported(describe(node.op, node in self.outputs.values()))
        self.total = None
        for number in _numbers_of(node):
            if self.varies(number):
                raise Unsupported(self.describe_varying(number))
        dims, emit = TABLE[node.op](
            self, *self._value(node.args), **_settings(TABLE[node.op], node)
        )
        shape = node.shape or ()
        if len(dims) == len(shape) and any(map(_is_repeated, dims, shape)):
            # A constant that is the same along a dimension that only it has.
            dims, emit = chain((dims, emit), lambda x: expanded(x, shape))
        value = Value(dims, emit, node)
        value.total = self.total
        return value

    def _infer_input(self, node):
        return Value(ax.make_dims(node.shape), None, node)

    def _infer_unknown(self, node):
        """Of what is refused already."""
        return Value(ax.make_unknown(node.shape or ()), None, node)

    def _infer_step(self, node):
        x, dim = self._value(node.args)
        _bind_time(x.dims[dim])
        dims = x.dims[:dim] + x.dims[dim + 1 :]
        return Value(dims, lambda net, **at: x.signal, node)

    def _infer_sequence(self, node):
        x, dim = self._value(node.args)
        time = (ax.Axis(node.shape[dim], ax.TIME),)
        dims = (*x.dims[:dim], time, *x.dims[dim:])
        return Value(dims, lambda net, **at: x.signal, node)

    def _infer_later(self, node):
        """0 at the first step, then 1."""

        def emit(net, **at):
            return net.delay(net.constant(np.ones(()), dtype="i1"), **at)

        return Value((), emit, node)

    def _infer_count(self, node):
        """The number of the step."""

        def emit(net, **at):
            kind = net.precision if node.dtype.is_floating_point else "i32"
            count = net.delay(shape=(), dtype=kind, initial=node.value, **at)
            count.connect(net.add(count, net.constant(np.ones(()), dtype=kind), **at))
            return count

        return Value((), emit, node)

    def _infer_window(self, node):
        (x,) = self._value(node.args)
        value = Value(
            x.dims, lambda net, **at: net.reduce_time(node.value, x.signal, **at), node
        )
        if node.value == "sum":
            value.total = Total(x, (ax.Axis(self.steps, ax.TIME),))
        return value

    def _infer_delay(self, node):
        return Value(ax.make_dims(node.shape), None, node)

    def _infer_neuron(self, node):
        neuron = node.value[0].neuron
        (x,) = self._value(node.args)
        dims = x.dims
        if neuron.width is not None:
            ax.bind_data(dims[-1])
            dims = (*dims[:-1], (ax.Axis(neuron.width, ax.DATA),))
        if neuron.time == "(BT)":
            _bind_both(dims[0])
        elif neuron.time_dim is not None:
            _bind_time(dims[neuron.time_dim])
        batch = 1 if neuron.time == "TB" else 0
        if neuron.time != "(BT)" and len(dims) > batch:
            dims[batch][0].suggest_batch()
        return Value(dims, None, node)

    def _infer_getitem(self, node):
        source, index = node.args
        if source.op != "neuron":
            raise Unsupported(describe(source.op))
        leaf = source.value[0]
        neuron, name = leaf.neuron, leaf.results[index]
        call = self._value(source)
        dims = call.dims
        time = neuron.time_dim
        is_last = name in neuron.states and time is not None
        if is_last:
            dims = dims[:time] + dims[time + 1 :]

        def emit(net, **at):
            signal = call.signal[name.rstrip("*")]
            return net.reduce_time("last", signal, **at) if is_last else signal

        return Value(dims, emit, node)

    def _explain(self, node, error: Exception) -> str:
        """What went wrong at a node, by what was raised."""
        if isinstance(error, ax.Conflict):
            return error.describe(self.shown(error.size))
        if isinstance(error, (Unsupported, ValueError)):
            # The builder names the node; where it is says more.
            return re.sub("^node '[^']*': ", "", str(error))
        shapes = ", ".join(
            str(tuple(map(self.shown, operand.shape or ())))
            for operand in node.operands
        )
        return (
            f"'{node.op}' of operands of shapes {shapes} is not supported "
            f"({type(error).__name__}: {error})"
        )

    def shown(self, size: int) -> int:
        """A size of the traced example, as the user knows it."""
        return self.told.get(size, size)

    # Second walk: ops.

    def emit(self, make_builder, inputs, kinds):
        """The network and its ports: (network, inputs, outputs)."""
        outputs = self.write(make_builder, inputs, kinds)
        return self.net.build(), self.ports, outputs

    def write(self, make_builder, inputs, kinds):
        """Adds all ops to a builder; gives the ports of outputs."""
        while True:
            net = self.net = make_builder()
            self.places = []
            self.ports = []
            self._list_populations()
            try:
                self._emit_all(net, inputs, kinds)
            except _Retype:
                continue
            outputs = self._emit_outputs(net)
            self.problems.check()
            return outputs

    def _list_populations(self):
        neurons = [node for node in self.nodes if node.op == "neuron"]
        places = Counter(node.value[0].index for node in neurons)
        seen: Counter[int] = Counter()
        self.populations = []
        for node in sorted(neurons, key=lambda n: n.value[1]):
            leaf = node.value[0]
            results = {
                index: make_port(leaf.results[index], self._value(read).dims)
                for index, read in self.used.get(id(node), {}).items()
            }
            self.populations.append(
                Population(
                    self.names[id(node)],
                    leaf,
                    seen[leaf.index],
                    places[leaf.index],
                    results,
                )
            )
            seen[leaf.index] += 1

    def _emit_all(self, net, inputs, kinds):
        late = []
        for node in inputs:
            used = id(node) in self.values
            self.ports.append(self._emit_input(net, node, kinds) if used else None)
            if not used:
                self.problems.remark(Where(), f"the input '{node.value}' is not used")
        for node in self.nodes:
            value = self.values[id(node)]
            if isinstance(value, Constant) or node.op == "input":
                continue
            at = dict(name=node.where.path, location=node.where.location)
            try:
                if node.op == "delay":
                    value.signal = self._emit_delay(net, node, value, at)
                    late.append(node)
                elif node.op == "neuron":
                    value.signal = self._emit_neuron(net, node, at)
                else:
                    value.signal = value.emit(net, **at)
            except Exception as error:
                self.problems.error(node.where, self._explain(node, error))
                self.problems.check()
            self.places += [node.where] * (net.op_count - len(self.places))
        for node in late:
            self._connect(node)

    def _emit_input(self, net, node, kinds):
        value = self.values[id(node)]
        name = node.value
        kind = {"real": net.precision, "count": "i32", "spike": "i1"}[
            kinds.get(name) or _natural_kind(node.dtype)
        ]
        port = make_port(name, value.dims)
        shape = ax.data_shape(value.dims)
        value.signal = net.input(name, shape, kind, static=not port.has_time)
        return port

    def _emit_delay(self, net, node, value, at):
        shape = ax.data_shape(value.dims)
        constant = Constant(node.value)
        number = as_number(constant)
        if number is None:
            initial = np.broadcast_to(constant.aligned(value.dims), shape)
        else:
            initial = number or None
        # What its input is, is known later; see _connect.
        kind = self.types.setdefault(
            id(node), "i1" if number in (0.0, 1.0) else net.precision
        )
        return net.delay(shape=shape, dtype=kind, steps=1, initial=initial, **at)

    def _connect(self, node):
        source, late = self._value(node.args[0]).signal, self.values[id(node)].signal
        if source.dtype != late.dtype:
            if _WIDTH[source.dtype] < _WIDTH[late.dtype]:
                source = self.net.add(source, dtype=late.dtype)
            else:
                self.types[id(node)] = source.dtype
                raise _Retype
        late.connect(source)

    def _emit_neuron(self, net, node, at):
        leaf, *_ = node.value
        name = self.names[id(node)]
        used = {leaf.results[i].rstrip("*") for i in self.used.get(id(node), ())}
        expose = sorted(used & {n.rstrip("*") for n in leaf.neuron.states})
        if self.cut:
            expose.append("margin")
        x = self._value(node.args[0]).signal
        results = leaf.neuron.emit(
            net, name, x, expose=tuple(expose), location=at["location"]
        )
        if self.cut:
            for what, signal in results.items():
                net.output(f"{name}:{what}", signal)
            for what in used & set(leaf.recorded):
                signal = results[what]
                given = net.input(f"{name}:{what}", signal.shape, signal.dtype)
                results = {**results, what: given}
        return results

    def _emit_outputs(self, net):
        ports = []
        for name, node in self.outputs.items():
            value = self._value(node)
            if isinstance(value, Constant):
                steps = f" in {self.shown(self.steps)} steps" if self.steps else ""
                self.problems.error(
                    node.where,
                    f"the output '{name}' is constant{steps}: no input reaches it",
                )
                continue
            net.output(name, value.signal)
            ports.append(make_port(name, value.dims))
        return ports


def _numbers_of(node):
    """Operands that are computed with, or where a part begins and ends; not the
    dimensions that an op runs over. What a division does with them it says itself."""
    if node.op == "slice":
        return node.args[2:4]
    return node.args if node.op in NUMERIC - {"div"} else ()


def _natural_kind(dtype):
    """The kind of an input, by the example's type."""
    if dtype.is_floating_point:
        return "real"
    return "spike" if dtype == torch.bool else "count"


def _is_repeated(dim, size):
    return ax.is_unit(dim) and size != 1


def _bind_time(dim):
    if len(dim) != 1:
        raise Unsupported(
            "expects time as a dimension of its own, but it is merged with another"
        )
    dim[0].bind(ax.TIME)


def _bind_both(dim):
    if len(dim) == 1:
        dim[0].bind(ax.BOTH)
    else:
        batch, time = dim
        batch.suggest_batch()
        time.bind(ax.TIME)
