# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network against the module that it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

import volley
from volley._network import Network
from volley._program import Program
from volley.torch import _capture, convert, unwrap

_RESETS = ("reset", "reset_mem", "reset_states")


@dataclass
class Layer:
    """One population's result against its module's.

    Attributes:
        name: the population's name; what: the result, such as "spikes".
        cells: how many values were compared: T x B x elements.
        different: how many spikes differ; of real values, such as potentials, none
            counts, see difference.
        difference: the largest absolute difference.
        neurons: how many neurons they belong to: one that differs once has another
            potential from then on, and may differ again.
        first: (step, sample, *index) of the first of these, in the order of time.
        margin: at that cell, the distance of the potential from the threshold.
        worst: the largest distance of all cells at which a neuron differs for the first
            time; known in mode "forced".
        rates: mean of the module's values, and of the network's.
    """

    name: str
    what: str
    cells: int
    different: int
    difference: float
    neurons: int
    first: tuple[int, ...] | None
    margin: float | None
    worst: float | None
    rates: tuple[float, float]


@dataclass
class Output:
    """One output of the network against the module's.

    Attributes:
        difference: the largest absolute difference.
        same_top: the part of samples (and steps) whose largest element is the same.
    """

    name: str
    difference: float
    same_top: float


@dataclass
class Comparison:
    """What :func:`compare` found; print it for a table."""

    mode: str
    layers: list[Layer] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)

    @property
    def different(self) -> int:
        """How many cells of all populations differ."""
        return sum(layer.different for layer in self.layers)

    @property
    def worst(self) -> float:
        """The largest distance from the threshold where a neuron starts to differ."""
        return max((layer.worst or 0.0 for layer in self.layers), default=0.0)

    def __bool__(self) -> bool:
        """Whether no spike differs."""
        return self.different == 0

    def __str__(self) -> str:
        head = (
            "population",
            "cells",
            "differ",
            "rate",
            "first difference",
            "|v - thr|",
        )
        rows = [head, *(_row(layer) for layer in self.layers)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths)) for row in rows]
        lines += [
            f"output {o.name}: largest difference {o.difference:.3g}, same top-1 "
            f"{o.same_top:.1%}"
            for o in self.outputs
        ]
        cells = sum(layer.cells for layer in self.layers)
        lines.append(f"{self.mode}: {self.different} of {cells} cells differ")
        return "\n".join(line.rstrip() for line in lines)


def _row(layer):
    where = ""
    if layer.first is not None:
        step, sample, *index = layer.first
        where = f"step {step}, sample {sample}, {index}"
    elif layer.difference:
        where = f"up to {layer.difference:.2g}"
    distance = "" if layer.margin is None else f"{layer.margin:.2g}"
    name = f"{layer.name}:{layer.what}"
    rate = f"{layer.rates[0]:.4f}"
    return name, str(layer.cells), str(layer.different), rate, where, distance


def compare(
    module: torch.nn.Module,
    program: Program | Network,
    inputs: torch.Tensor | tuple[torch.Tensor, ...],
    *,
    mode: str = "free-running",
    reference: bool = False,
) -> Comparison:
    """Runs a module and its network on the same inputs, and compares every spike.

    Both start from their initial states; the module's own state is kept.

    Args:
        module: the module that the network was converted from, in whatever mode.
        program: a compiled program, or a network, which is compiled. In mode "forced"
            only its interface is looked at: the populations are compiled anew.
        inputs: what the module takes; for a module of single steps, a sequence of it
            (T, ...). A tuple if forward takes several tensors.
        mode: "free-running": the network runs by itself, so that one other spike has
            others follow. "forced": each population gets the signals that the module's
            own neurons gave, so that each difference is that of one layer.
        reference: use the reference interpreter instead of compiled code.

    Raises:
        ValueError: there is no such mode, or the network is of another module.
        CompileError: the module cannot be converted.
    """
    if mode not in ("free-running", "forced"):
        raise ValueError(f"mode is 'free-running' or 'forced', not {mode!r}")
    module = unwrap(module)
    args = inputs if isinstance(inputs, tuple) else (inputs,)
    conversion = _convert_like(module, program, args, cut=mode == "forced")
    recording = _record(module, args, conversion)
    if mode == "forced":
        return _compare_forced(conversion, recording, reference)
    result = _compare_free(conversion, program, recording, reference)
    if result.different:
        # How near the module itself was to its thresholds.
        cut = _convert_like(module, program, args, cut=True)
        _add_margins(result, _run_forced(cut, recording, reference))
    return result


def _convert_like(module, program, args, cut):
    """The conversion whose interface is the program's, of a sequence or of a step."""
    kinds = {"uint8": "spike", "int32": "count"}
    inputs = {
        name: kinds.get(dtype, "real") for name, (_, dtype) in program.inputs.items()
    }
    expected = {name: shape for name, (shape, _) in program.inputs.items()}
    errors = []
    for is_step, example in ((False, args), (True, tuple(arg[0] for arg in args))):
        try:
            result = convert(module, example, inputs=inputs, cut=cut)
        except volley.CompileError as error:
            errors.append(error)
            continue
        found = {port.name: port.data_shape for port in result.inputs if port}
        if found == expected and result.stepwise == is_step:
            return result
    if len(errors) == 2:
        raise errors[0]
    raise ValueError(
        f"the network's inputs {program.inputs} are not those of the module for inputs "
        f"of shapes {[tuple(arg.shape) for arg in args]}"
    )


@dataclass
class _Recording:
    """What the module computed, in the network's layout, by name."""

    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    results: dict[str, np.ndarray]
    steps: int


def _record(module, args, conversion):
    """Runs the module from its initial state, and what its neurons give."""
    calls: dict[int, list] = {}
    with _capture.restored(module), torch.no_grad():
        _reset(module)
        module.eval()
        hooks = [
            p.leaf.module.register_forward_hook(
                lambda m, a, y, i=p.leaf.index: calls.setdefault(i, []).append(y)
            )
            for p in conversion.populations
            if p.place == 0
        ]
        try:
            if conversion.stepwise:
                conversion.traced.steps = len(args[0])
            outputs = conversion.traced(*args)
        finally:
            for hook in hooks:
                hook.remove()
    flat = [x for x in torch.utils._pytree.tree_leaves(outputs) if x is not None]
    steps = _folded_steps(conversion, args)
    ins = _layout(conversion.inputs, args, steps)
    timed = [port is not None and port.has_time for port in conversion.inputs]
    lengths = [len(x) for x, has_time in zip(ins, timed) if has_time]
    steps = lengths[0] if lengths else None
    outs = _layout(conversion.outputs, flat, steps)
    results = {}
    for population in conversion.populations:
        results.update(_results(population, calls[population.leaf.index], steps))
    if steps is None:
        steps = next((len(x) for x in results.values()), 1)
    return _Recording(
        {port.name: x for port, x in zip(conversion.inputs, ins) if port},
        {port.name: x for port, x in zip(conversion.outputs, outs)},
        results,
        steps,
    )


def _folded_steps(conversion, args):
    """The steps of inputs that have batch and time in one dimension."""
    for population in conversion.populations:
        batch, steps = population.leaf.neuron.folded
        if steps:
            return steps
        for port, x in zip(conversion.inputs, args):
            if batch and port and ("B", "T") in port.dims:
                return x.shape[port.dims.index(("B", "T"))] // batch
    return None


def _layout(ports, tensors, steps):
    return [
        port.to_network(x, steps) if port else None for port, x in zip(ports, tensors)
    ]


def _reset(module):
    """Initial states, by the methods that the libraries have for that."""
    for child in module.modules():
        for name in _RESETS:
            method = getattr(child, name, None)
            if callable(method):
                method()
                break


def _results(population, calls, steps):
    """{"name:what": (T, B, *shape)} of a population's neuron module."""
    leaf = population.leaf
    names = _capture.flatten_names(leaf.neuron.returns)
    calls = calls[population.place :: population.places]
    flat = [dict(zip(names, _flat(leaf.neuron.returns, call))) for call in calls]
    result = {}
    for port in population.results.values():
        if port.name not in leaf.recorded:
            continue
        tensors = [call[port.name] for call in flat]
        if is_step(leaf):
            steps_port = type(port)(port.name, (("T",), *port.dims))
            array = steps_port.to_network(torch.stack(tensors))
        else:
            array = port.to_network(tensors[0], steps)
        result[f"{population.name}:{port.name}"] = array
    return result


def is_step(leaf) -> bool:
    return leaf.neuron.time == "step"


def _flat(spec, values):
    if isinstance(spec, str):
        return [values]
    return [x for part, value in zip(spec, values) for x in _flat(part, value)]


def _run(network, given, steps, record=(), reference=False):
    """Outputs by name, and what was recorded."""
    inputs = {
        name: given[name].astype(dtype, copy=False)
        for name, (_, dtype) in network.inputs.items()
    }
    shapes = [shape for shape, _ in network.inputs.values()]
    if any(x.ndim == len(shape) + 2 for x, shape in zip(inputs.values(), shapes)):
        steps = None  # an input says it
    if reference:
        y, recorded = volley.interpret(network, inputs, list(record), steps)
    else:
        program = network if isinstance(network, Program) else volley.compile(network)
        y, recorded = program.run(inputs, list(record), steps=steps)
    if not isinstance(y, dict):
        y = {next(iter(network.outputs)): y}
    return y, recorded


def _compare_forced(conversion, recording, reference):
    y = _run_forced(conversion, recording, reference)
    result = Comparison("forced", outputs=_outputs(recording.outputs, y))
    for name, expected in recording.results.items():
        result.layers.append(_layer(name, expected, y[name], _margin(y, name)))
    return result


def _run_forced(conversion, recording, reference):
    """What a network gives whose populations get what the module's neurons gave."""
    given = {**recording.inputs, **recording.results}
    return _run(conversion.network, given, recording.steps, reference=reference)[0]


def _margin(y, name):
    return y.get(f"{name.rpartition(':')[0]}:margin")


def _add_margins(result, y):
    for layer in result.layers:
        margin = _margin(y, f"{layer.name}:{layer.what}")
        if layer.first is not None and margin is not None:
            layer.margin = float(abs(margin[layer.first]))


def _compare_free(conversion, program, recording, reference):
    signals = [name for name in recording.results if _is_recordable(program, name)]
    y, recorded = _run(program, recording.inputs, recording.steps, signals, reference)
    result = Comparison("free-running", outputs=_outputs(recording.outputs, y))
    for name in signals:
        node, _, what = name.rpartition(":")
        result.layers.append(
            _layer(name, recording.results[name], recorded[node][what])
        )
    return result


def _is_recordable(program, name):
    network = program._network if isinstance(program, Program) else program
    if network is None:
        return name in program.probes
    node, _, what = name.rpartition(":")
    return what in network.neurons.get(node, ())


def _layer(name, expected, got, margin=None):
    node, _, what = name.rpartition(":")
    difference = _difference(expected, got)
    differs = expected != got
    if got.dtype.kind == "f":
        differs = np.zeros_like(differs)
    starts = differs & (np.cumsum(differs, axis=0) == 1)
    first = distance = worst = None
    if differs.any():
        first = tuple(int(i) for i in np.argwhere(differs)[0])
        if margin is not None:
            distance = float(abs(margin[first]))
            worst = float(abs(margin[starts]).max())
    return Layer(
        node,
        what,
        expected.size,
        int(differs.sum()),
        difference,
        int(starts.sum()),
        first,
        distance,
        worst,
        (float(expected.mean()), float(got.mean())),
    )


def _difference(a, b) -> float:
    """The largest absolute difference; two NaNs, or infinities, are equal."""
    with np.errstate(invalid="ignore"):
        difference = abs(a - b.astype(a.dtype))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return float(np.where(same, 0.0, difference).max(initial=0.0))


def _outputs(expected, got):
    result = []
    for name, a in expected.items():
        b = got[name].astype(a.dtype)
        flat_a, flat_b = (x.reshape(-1, x.shape[-1]) for x in (a, b))
        same = (flat_a.argmax(-1) == flat_b.argmax(-1)).mean()
        result.append(Output(name, _difference(a, b), float(same)))
    return result
