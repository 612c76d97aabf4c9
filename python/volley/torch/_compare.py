# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A network against the module that it comes from."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch

import volley
from volley._network import Network
from volley._program import Program
from volley.torch import ALONE, convert, unwrap
from volley.torch._ports import Port
from volley.torch._state import restored
from volley.torch.neurons import name_values

_RESETS = ("reset", "reset_mem", "reset_states")
# The largest difference by rounding, relative to the largest value.
ROUNDING = 1e-4
# What a comparison may keep at once, in bytes; more samples are taken in parts.
_MEMORY = 512 << 20


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
        potential: there, the membrane potential that the network compares with the
            threshold, given the module's own upstream signals.
        margin: there, the distance of this potential from the threshold.
        worst: the largest distance of all cells at which a neuron differs for the first
            time; known in mode "forced".
        threshold: the largest of the population.
        rates: mean of the module's values, and of the network's.
        silent: all of these values are 0, so that it says nothing that they agree.
    """

    name: str
    what: str
    cells: int
    different: int
    difference: float
    neurons: int
    first: tuple[int, ...] | None
    potential: float | None
    margin: float | None
    worst: float | None
    threshold: float
    rates: tuple[float, float]
    silent: bool = False

    @property
    def relative(self) -> float:
        """The worst distance, in units of max(1, threshold); NaN if none is known."""
        if self.worst is None:
            return math.nan if self.different else 0.0
        return self.worst / max(1.0, abs(self.threshold))


@dataclass
class Output:
    """One output of the network against the module's.

    Attributes:
        difference: the largest absolute difference.
        largest: the largest absolute value.
        samples: how many were compared.
        same: how many of them have the same largest element; of an output with time,
            in the mean over all steps.
    """

    name: str
    difference: float = 0.0
    largest: float = 0.0
    samples: int = 0
    same: int = 0

    @property
    def is_close(self) -> bool:
        """Whether the difference is one of float32's roundings."""
        return self.difference <= ROUNDING * self.largest

    @property
    def same_top(self) -> float:
        """The part of samples whose largest element is the same."""
        return self.same / self.samples


@dataclass
class Comparison:
    """What :func:`compare` found; print it for a table.

    Attributes:
        missing: results that could not be compared, because they are not recorded in a
            program that was opened from a file.
        samples: how many there are; diverged: in how many of them some spike differs.
    """

    mode: str
    layers: list[Layer] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    samples: int = 0
    diverged: int = 0

    @property
    def cells(self) -> int:
        """How many cells of all populations were compared."""
        return sum(layer.cells for layer in self.layers)

    @property
    def different(self) -> int:
        """How many cells of all populations differ."""
        return sum(layer.different for layer in self.layers)

    @property
    def silent(self) -> list[str]:
        """Populations without a spike in these inputs: agreement says nothing there."""
        return [f"{layer.name}:{layer.what}" for layer in self.layers if layer.silent]

    @property
    def worst(self) -> float:
        """The largest distance from the threshold where a neuron starts to differ."""
        return max((layer.worst or 0.0 for layer in self.layers), default=0.0)

    @property
    def relative(self) -> float:
        """The same in units of max(1, threshold); NaN if it is not known, or if no
        population was compared."""
        distances = [layer.relative for layer in self.layers]
        if not distances or any(math.isnan(distance) for distance in distances):
            return math.nan
        return max(distances)

    @property
    def share(self) -> float:
        """Cells that differ, as a part of the population that has most of them."""
        return max((layer.different / layer.cells for layer in self.layers), default=0)

    def __bool__(self) -> bool:
        """Whether no spike differs, of those that were compared.

        Of a module without known neurons, whether outputs are the same but for
        rounding; False if nothing was compared.
        """
        if self.layers or self.missing:
            return self.different == 0 and bool(self.layers)
        return bool(self.outputs) and all(output.is_close for output in self.outputs)

    def __str__(self) -> str:
        head = (
            "population",
            "cells",
            "differ",
            "rate",
            "first difference",
            "v",
            "|v - threshold|",
        )
        lines = []
        if self.layers:
            rows = [head, *(_row(layer) for layer in self.layers)]
            widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
            lines += ["  ".join(c.ljust(w) for c, w in zip(r, widths)) for r in rows]
        if self.missing:
            count = len(self.missing) + len(self.layers)
            lines.append(
                f"not compared: {len(self.missing)} of {count} populations are not "
                "recorded in the program; name them in record= when it is compiled, "
                f"before it is saved: {', '.join(self.missing)}"
            )
        if self.silent:
            lines.append(
                f"silent: {len(self.silent)} of {len(self.layers)} populations have no "
                "spike in these inputs, so that their agreement says nothing: "
                f"{', '.join(self.silent)}"
            )
        lines += [
            f"output {o.name}: largest difference {o.difference:.3g}, same top-1 "
            f"of {o.same} of {o.samples} samples"
            for o in self.outputs
        ]
        lines.append(f"{self.mode}: {self._summary()}")
        return "\n".join(line.rstrip() for line in lines)

    def _summary(self) -> str:
        if not self.layers:
            return "no population was compared"
        text = f"{self.different:,} of {self.cells:,} cells differ"
        if not self.different:
            return text
        text += (
            f", in {self.diverged} of {self.samples} samples; of a population at most "
            f"{self.share * 1e5:.3g} in 100,000"
        )
        started = [layer for layer in self.layers if layer.first is not None]
        if self.mode == "forced":
            if any(layer.worst is not None for layer in started):
                text += (
                    "; |v - threshold| is at most "
                    f"{self.worst:.2g} where a neuron starts to differ"
                )
            return text
        first = min(started, key=lambda layer: layer.first[0])
        return text + f", first in {first.name}, {_place(first.first)}"


def _place(cell):
    step, sample, *index = cell
    return f"step {step}, sample {sample}, {index}"


def _row(layer):
    where = ""
    if layer.first is not None:
        where = _place(layer.first)
    elif layer.difference:
        where = f"up to {layer.difference:.2g}"
    potential = "" if layer.potential is None else f"{layer.potential:.7g}"
    distance = "" if layer.margin is None else f"{layer.margin:.2g}"
    name = f"{layer.name}:{layer.what}"
    rate = f"{layer.rates[0]:.4f}"
    cells = f"{layer.cells:,}"
    return name, cells, f"{layer.different:,}", rate, where, potential, distance


def compare(
    module: torch.nn.Module,
    program: Program | Network,
    inputs: torch.Tensor | tuple[torch.Tensor, ...],
    *,
    mode: str = "free-running",
    reference: bool = False,
) -> Comparison:
    """Runs a module and its network on the same inputs, and compares every spike.

    Both start from their initial states; the module's own state is kept. Large batches
    are run in parts, so that memory stays within about a gigabyte beside what the
    module itself needs for a sample.

    Args:
        module: the module that the network was converted from, in whatever mode.
        program: a compiled program, or a network, which is compiled. In mode "forced"
            the populations are compiled anew, and the program must be that of the
            module: it is run once, and must give what a new conversion gives. Of a
            program that was opened from a file, only what was recorded in it can be
            compared free-running; the result says what is missing.
        inputs: what the module takes; for a module of single steps, a sequence of it
            (T, ...). A tuple if forward takes several tensors; None for states.
        mode: "free-running": the network runs by itself, so that one other spike has
            others follow. "forced": each population gets the signals that the module's
            own neurons gave, so that each difference is that of one layer.
        reference: use the reference interpreter instead of compiled code.

    Raises:
        ValueError: there is no such mode, or the network is of another module; in mode
            "forced" also if it has other weights or was compiled with fold_norms.
        CompileError: the module cannot be converted.
    """
    if mode not in ("free-running", "forced"):
        raise ValueError(f"mode is 'free-running' or 'forced', not {mode!r}")
    module = unwrap(module)
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    args = tuple(arg for arg in given if arg is not None)
    states = (None,) * (len(given) - len(args))
    conversion, convert_again = _convert_like(module, program, args, states)
    forced = Runner(conversion.network, reference)
    free = None if mode == "forced" else Runner(program, reference)
    totals = _Totals(mode, conversion, free)
    for start, part in _split(conversion, args):
        recording = record_module(module, part, conversion)
        given = {**recording.inputs, **recording.results}
        if free is None:
            if start == 0:
                runner = Runner(program, reference)
                _check_same(runner, convert_again, recording, totals)
            y = forced.run(given, recording.steps)
            totals.add(start, recording, y)
            totals.add_margins(y)
            continue
        y = free.run(recording.inputs, recording.steps, totals.results)
        if totals.add(start, recording, y):
            # How near the module itself was to its thresholds.
            totals.add_margins(forced.run(given, recording.steps))
    return totals.finish()


def _convert_like(module, program, args, states):
    """The conversion whose interface is the program's, of a sequence or of a step, cut
    between populations; and a function that gives it as it is otherwise."""
    kinds = {"uint8": "spike", "int32": "count"}
    inputs = {
        name: kinds.get(dtype, "real") for name, (_, dtype) in program.inputs.items()
    }
    expected = [
        {name: shape for name, (shape, _) in signals.items()}
        for signals in (program.inputs, program.outputs)
    ]
    errors = []
    for is_step, example in ((False, args), (True, tuple(arg[0] for arg in args))):
        example = (*example, *states)
        try:
            result = convert(module, example, inputs=inputs, cut=True, check=False)
        except volley.CompileError as error:
            errors.append(error)
            continue
        found = [
            {port.name: port.data_shape for port in ports if port}
            for ports in (result.inputs, result.outputs)
        ]
        if found == expected and result.stepwise and not is_step:
            shapes = " and ".join(str(tuple(x.shape)) for x in args)
            raise ValueError(
                f"inputs of shape {shapes} are those of one step of the module; give a "
                "sequence of it, (T, ...)"
            )
        if found == expected and result.stepwise == is_step:
            again = dict(inputs=inputs, check=False)
            return result, functools.partial(convert, module, example, **again)
    if len(errors) == 2:
        raise errors[0]
    raise ValueError(
        f"the network's inputs {program.inputs} and outputs {program.outputs} are not "
        f"those of the module for inputs of shapes {[tuple(x.shape) for x in args]}; "
        "these have time and batch where the example had them"
    )


def _same_bits(a, b):
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _check_same(runner, convert_again, recording, totals):
    """Raises ValueError unless a program gives what a new conversion gives."""
    names = [name for name in totals.results if runner.can_record(name)]
    again = Runner(convert_again().network, reference=False)
    found = runner.run(recording.inputs, recording.steps, names)
    for name, expected in again.run(recording.inputs, recording.steps, names).items():
        if name not in found or not _same_bits(found[name], expected):
            raise ValueError(_explain_difference(name, found.get(name), expected))


def _explain_difference(name, found, expected) -> str:
    """Why a program is not that of a new conversion, as far as it is known."""
    if found is None or found.shape != expected.shape:
        shape = None if found is None else found.shape
        return (
            f"'{name}' is {expected.shape} when the module is converted for these "
            f"inputs, but {shape} in the program: it is of another module, or of "
            "inputs of another shape"
        )
    count = int((found != expected).sum())
    return (
        f"{count:,} of {found.size:,} values of '{name}', by up to "
        f"{_difference(found, expected):.3g}, are not what the module gives when it is "
        "converted now, for these inputs: the module or its weights are others than "
        "when the program was made, as after training or another reset, or it was "
        "compiled with fold_norms; convert and compile it again, or compare with "
        "mode='free-running'"
    )


# -- What the module gives ---------------------------------------------------


def _split(conversion, args) -> Iterator[tuple[int, tuple]]:
    """Parts of the batch: the first sample's number, and the arguments."""
    dims = [
        p.dims.index(("B",)) if p and ("B",) in p.dims else None
        for p in conversion.inputs
    ]
    results = [port for p in conversion.populations for port in p.results.values()]
    batched = all(
        any("B" in dim for dim in port.dims) for port in (*conversion.outputs, *results)
    )
    told = any(p.leaf.neuron.folded[0] for p in conversion.populations)
    if None in dims or not dims or not batched or told:
        yield 0, args
        return
    batch = args[0].shape[dims[0]]
    # A spike of the module's and of the network's, a potential and a margin.
    cells = sum(np.prod(port.data_shape, dtype=int) for port in results)
    size = max(1, _MEMORY // max(1, 10 * cells * _count_steps(conversion, args)))
    for start in range(0, batch, size):
        count = min(size, batch - start)
        yield start, tuple(x.narrow(d, start, count) for x, d in zip(args, dims))


def _count_steps(conversion, args):
    """How many steps a run takes, about."""
    for port, x in zip(conversion.inputs, args):
        if ("T",) in port.dims:
            return x.shape[port.dims.index(("T",))]
    leaves = [p.leaf for p in conversion.populations]
    return max((leaf.length or leaf.steps for leaf in leaves), default=1)


@dataclass
class _Recording:
    """What the module computed, in the network's layout, by name."""

    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    results: dict[str, np.ndarray]
    steps: int

    @property
    def batch(self) -> int:
        return next((x.shape[1] for x in self.results.values()), 0)


def record_module(module, args, conversion):
    """Runs the module from its initial state, and what its neurons give."""
    calls: dict[int, list] = {}
    types = {name: dtype for name, (_, dtype) in conversion.network.inputs.items()}

    def record(population, values):
        found = name_values(population.leaf.neuron.returns, values)
        kept = {
            name: _compact(value, types.get(f"{population.name}:{name}"))
            for name, value in found.items()
            if name in population.leaf.recorded
        }
        calls.setdefault(population.leaf.index, []).append(kept)

    with ALONE, restored(module), torch.no_grad():
        _reset(module)
        module.eval()
        # First of all hooks: what the neuron itself gives.
        hooks = [
            p.leaf.module.register_forward_hook(
                lambda m, a, y, p=p: record(p, y), prepend=True
            )
            for p in conversion.populations
            if p.place == 0
        ]
        try:
            if conversion.stepwise:
                conversion.traced.steps = len(args[0])
            else:
                conversion.traced.short = None
            # Of its own: the module may write its inputs.
            outputs = conversion.traced(*(arg.clone() for arg in args))
        finally:
            for hook in hooks:
                hook.remove()
    flat = [x for x in torch.utils._pytree.tree_leaves(outputs) if x is not None]
    ins = _layout(conversion.inputs, args, _folded_steps(conversion, args))
    timed = (x for x, p in zip(ins, conversion.inputs) if p and p.has_time)
    steps = next(map(len, timed), None)
    _check_told(conversion, steps)
    ins = _with_batch(conversion.inputs, ins)
    outs = _layout(conversion.outputs, flat, steps)
    results = {}
    for population in conversion.populations:
        results.update(_results(population, calls[population.leaf.index], steps))
    if steps is None:
        timed = (x for x, p in zip(outs, conversion.outputs) if p.has_time)
        steps = next(map(len, (*results.values(), *timed)), conversion.steps or 1)
    return _Recording(
        {port.name: x for port, x in zip(conversion.inputs, ins) if port},
        {port.name: x for port, x in zip(conversion.outputs, outs)},
        results,
        steps,
    )


def _compact(x, dtype):
    """A copy in a network's type, which is smaller, if that holds the values."""
    types = {"uint8": torch.uint8, "int32": torch.int32}
    if dtype in types:
        small = x.to(types[dtype], copy=True)
        if torch.equal(small.to(x.dtype), x):
            return small
    return x.clone()


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


def _check_told(conversion, steps):
    """That inputs are as long as neurons were told: they start anew after that."""
    for population in conversion.populations:
        _, told = population.leaf.neuron.folded
        if told and steps and told != steps:
            raise ValueError(
                f"'{population.name}' was told that sequences have {told} steps, but "
                f"the inputs have {steps}"
            )


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


def _with_batch(ports, arrays):
    """Inputs of one batch: one without a batch is the same for all samples."""
    places = [1 if port and port.has_time else 0 for port in ports]
    sizes = [x.shape[d] for d, x in zip(places, arrays) if x is not None]
    batch = max(sizes, default=1)
    return [
        x if x is None or x.shape[d] == batch else np.repeat(x, batch, axis=d)
        for d, x in zip(places, arrays)
    ]


def _results(population, calls, steps):
    """{"name:what": (T, B, *shape)} of a population's neuron module."""
    leaf = population.leaf
    calls = calls[population.place :: population.places]
    result = {}
    for port in _compared(population):
        tensors = [call[port.name] for call in calls]
        if leaf.neuron.is_single_step:
            stacked = Port(port.name, (("T",), *port.dims))
            array = stacked.to_network(torch.stack(tensors))
        else:
            array = port.to_network(tensors[0], steps)
        result[f"{population.name}:{port.name}"] = array
    return result


def _compared(population):
    """The results of a population that its module tells of every step."""
    leaf = population.leaf
    return [p for p in population.results.values() if p.name in leaf.recorded]


# -- What the network gives --------------------------------------------------


class Runner:
    """Runs a network, compiled once, or a program, or the interpreter."""

    def __init__(self, network: Program | Network, reference: bool):
        self.network, self.reference = network, reference

    def can_record(self, signal: str) -> bool:
        program = self.network
        network = program._network if isinstance(program, Program) else program
        if network is None:
            return signal in program.probes
        node, _, what = signal.rpartition(":")
        return what in network.neurons.get(node, ())

    def run(self, given, steps, record=()) -> dict[str, np.ndarray]:
        """Outputs by name, and what was recorded as "node:what"."""
        inputs = {n: given[n] for n in self.network.inputs}
        shapes = [shape for shape, _ in self.network.inputs.values()]
        if any(x.ndim == len(shape) + 2 for x, shape in zip(inputs.values(), shapes)):
            steps = None  # an input says it
        if self.reference:
            y, recorded = volley.interpret(self.network, inputs, list(record), steps)
        else:
            if not isinstance(self.network, Program):
                self.network = volley.compile(self.network, record=record)
            y, recorded = self.network.run(inputs, list(record), steps=steps)
        if not isinstance(y, dict):
            y = {next(iter(self.network.outputs)): y}
        found = {f"{n}:{w}": x for n, all_ in recorded.items() for w, x in all_.items()}
        return {**y, **found}


# -- The difference ----------------------------------------------------------


class _Totals:
    """Adds parts of a batch up to a comparison."""

    def __init__(self, mode, conversion, free):
        self.mode = mode
        self.layers, self.missing = {}, []
        for population in conversion.populations:
            for port in _compared(population):
                name = f"{population.name}:{port.name}"
                if free is None or free.can_record(name):
                    threshold = float(population.leaf.neuron.threshold)
                    self.layers[name] = _LayerTotal(threshold)
                else:
                    self.missing.append(name)
        self.samples = self.diverged = 0
        self.outputs: dict[str, Output] = {}
        self.has_time = {port.name: port.has_time for port in conversion.outputs}

    @property
    def results(self) -> list[str]:
        """Names of what is compared."""
        return list(self.layers)

    def add(self, start, recording, y) -> bool:
        """Adds samples from number `start` on; whether spikes differ."""
        for name, expected in recording.outputs.items():
            output = self.outputs.setdefault(name, Output(name))
            _add_output(output, expected, y[name], self.has_time[name])
        diverged = np.zeros(1, bool)
        for name, layer in self.layers.items():
            expected = recording.results[name]
            layer.add(start, expected, y[name])
            if layer.starts is not None:
                diverged = diverged | layer.starts.any((0, *range(2, expected.ndim)))
        self.samples = start + recording.batch
        self.diverged += int(diverged.sum())
        return bool(diverged.any())

    def add_margins(self, y) -> None:
        """Of the samples that were added last: what a forced run gives."""
        for name, layer in self.layers.items():
            node = name.rpartition(":")[0]
            layer.add_margins(y.get(f"{node}:margin"), y.get(f"{node}:potential"))

    def finish(self) -> Comparison:
        layers = [t.finish(name, self.mode) for name, t in self.layers.items()]
        outputs = list(self.outputs.values())
        return Comparison(
            self.mode, layers, outputs, self.missing, self.samples, self.diverged
        )


class _LayerTotal:
    """Adds parts of a batch up to a layer.

    Attributes:
        starts: cells of the last part where neurons start to differ, or None.
        cell: the first of them, if it is the first of all parts.
    """

    def __init__(self, threshold):
        self.threshold = threshold
        self.cells = self.different = self.neurons = 0
        self.difference = 0.0
        self.sums = np.zeros(2)
        self.silent = True
        self.first = self.potential = self.margin = self.worst = None
        self.starts = self.cell = None

    def add(self, start, expected, got) -> None:
        self.cells += expected.size
        self.sums += [x.sum(dtype=np.float64) for x in (expected, got)]
        self.difference = max(self.difference, _difference(expected, got))
        self.starts = self.cell = None
        self.silent = self.silent and not (expected.any() or got.any())
        differs = expected != got
        if got.dtype.kind == "f" or not differs.any():
            return
        self.different += int(differs.sum())
        self.starts = differs.copy()
        self.starts[1:] &= ~np.logical_or.accumulate(differs, axis=0)[:-1]
        self.neurons += int(self.starts.sum())
        cell = np.unravel_index(differs.argmax(), differs.shape)
        step, sample, *index = map(int, cell)
        first = (step, start + sample, *index)
        if self.first is None or first < self.first:
            self.first, self.cell = first, cell
            self.potential = self.margin = None

    def add_margins(self, margin, potential) -> None:
        """Of the last part."""
        if self.starts is None or margin is None:
            return
        self.worst = max(self.worst or 0.0, float(abs(margin[self.starts]).max()))
        if self.cell is not None:
            self.margin = float(abs(margin[self.cell]))
            self.potential = float(potential[self.cell])

    def finish(self, name, mode) -> Layer:
        node, _, what = name.rpartition(":")
        return Layer(
            node,
            what,
            self.cells,
            self.different,
            self.difference,
            self.neurons,
            self.first,
            self.potential,
            self.margin,
            # Where others differ too, a neuron may do so far from its threshold.
            self.worst if mode == "forced" else None,
            self.threshold,
            tuple(float(x) for x in self.sums / max(self.cells, 1)),
            self.silent,
        )


def _difference(a, b) -> float:
    """The largest absolute difference; two NaNs, or infinities, are equal."""
    differs = (a != b) & ~(_is_nan(a) & _is_nan(b))
    if not differs.any():
        return 0.0
    a, b = (x[differs].astype(np.float64) for x in (a, b))
    return float(abs(a - b).max())


def _is_nan(x):
    return x != x


def _add_output(output, a, b, has_time) -> None:
    """Adds values of the module, and of the network, to an output."""
    output.difference = max(output.difference, _difference(a, b))
    output.largest = max(
        output.largest, float(np.abs(a[np.isfinite(a)]).max(initial=0))
    )
    if has_time:
        a, b = (x.mean(0, dtype=np.float64) for x in (a, b))
    a, b = (x.reshape(len(x), -1) for x in (a, b))
    output.samples += len(a)
    output.same += int((a.argmax(1) == b.argmax(1)).sum())
