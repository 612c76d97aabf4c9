# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs: compiled networks, run on NumPy arrays."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Union

import numpy as np
import numpy.typing as npt

# Not the compiler: programs that were saved run without it.
from volley import _runtime
from volley._events import Events

if TYPE_CHECKING:
    from volley._network import Network

Path = Union[str, "os.PathLike[str]"]
# The shape of a signal, without steps and batch, and its NumPy type.
Signal = tuple[tuple[int, ...], str]
# "node", "node:what", or several.
Record = Union[str, Iterable[str]]
# One input (T, B, *input), or several by name. A static input is (B, *input); one of
# spikes may be a list of events.
Input = Union[npt.ArrayLike, Events]
Inputs = Union[Input, Mapping[str, Input]]
# One output (T, B, *output), or several by name. A window output, which a run has
# once, is (B, *output).
Outputs = Union[np.ndarray, dict[str, np.ndarray]]
# What was recorded: by node, then by what; each (T, B, *shape).
Recorded = dict[str, dict[str, np.ndarray]]


class _List(tuple):
    """Events as a session takes them: steps, samples or None, indices."""

    def __new__(cls, arrays, shape):
        self = super().__new__(cls, arrays)
        self.shape = shape
        return self


def to_integer(name, value) -> int:
    """An argument that counts something.

    Raises:
        TypeError: it is no integer.
    """
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expects an integer, but got {value!r}") from None


class _Port:
    """A signal of a program as NumPy has it."""

    def __init__(self, signal):
        self.signal = signal
        self.name, self.what = signal.name, signal.what
        self.probe = f"{self.name}:{self.what}"
        self.shape = signal.shape
        self.dtype = np.dtype(signal.dtype)
        self.is_stream = signal.rate == "stream"
        self.outer = ("steps", "batch") if self.is_stream else ("batch",)
        self.rank = len(self.outer) + len(self.shape)

    def convert(self, x):
        """An array in the signal's type and layout; a copy only if it must be."""
        if isinstance(x, Events):
            return self.convert_events(x)
        x = np.asarray(x, order="C")
        shape, dtype = x.shape, x.dtype
        if len(shape) != self.rank or shape[len(self.outer) :] != self.shape:
            expected = ", ".join([*self.outer, *map(str, self.shape)])
            raise ValueError(
                f"input {self.name!r}: expects shape ({expected}), but got {shape}"
            )
        if dtype == self.dtype or (dtype == np.bool_ and self.dtype == np.uint8):
            return x
        if dtype.kind not in "biuf" or dtype.itemsize > 8:
            raise TypeError(
                f"input {self.name!r}: expects an array of real numbers, but got "
                f"{dtype}"
            )
        x = x.astype(dtype.newbyteorder("="), copy=False)
        converted = np.empty(shape, self.dtype)
        _runtime.convert(x, converted, self.signal)
        return converted

    def convert_events(self, events):
        """What a run takes in place of an array."""
        if not self.is_stream or self.dtype != np.uint8:
            rate = "" if self.is_stream else "static "
            raise TypeError(
                f"input {self.name!r}: events are for inputs of spikes, but this is a "
                f"{rate}one of {self.dtype}"
            )
        try:
            return _List(events.flatten(self.shape), events.shape)
        except ValueError as error:
            raise ValueError(f"input {self.name!r}: {error}") from None

    def allocate(self, steps, batch):
        """An array for what a run gives."""
        if self.is_stream:
            return np.empty((steps, batch, *self.shape), self.dtype)
        return np.zeros((batch, *self.shape), self.dtype)


class _Interface:
    """The inputs, outputs and probes of a program."""

    def __init__(self, info):
        self.inputs = [_Port(signal) for signal in info.inputs]
        self.outputs = [_Port(signal) for signal in info.outputs]
        self.probes = [_Port(signal) for signal in info.probes]
        # Most programs have one input, and many calls are short.
        self.only = self.inputs[0] if len(self.inputs) == 1 else None

    def convert(self, x, steps=None, batch=1):
        """One array per input, and the steps and batch in which all agree."""
        if isinstance(x, dict):
            names = [port.name for port in self.inputs]
            if set(x) != set(names):
                raise ValueError(f"expects inputs {names}, but got {list(x)}")
            arrays = [port.convert(x[port.name]) for port in self.inputs]
        elif self.only is not None:
            arrays = [self.only.convert(x)]
        else:
            names = [port.name for port in self.inputs]
            raise ValueError(f"expects a dict of inputs {names}")
        if steps is None and self.only is not None and self.only.is_stream:
            steps, batch = arrays[0].shape[:2]
        else:
            steps, batch = self._agree(arrays, steps, batch)
        if batch < 1 or steps < 0:
            raise ValueError(
                f"expects steps and a batch of at least 1, but got {steps} and {batch}"
            )
        return arrays, steps, batch

    def _agree(self, arrays, steps, batch):
        streams = [port.is_stream for port in self.inputs]
        lengths = {a.shape[0] for a, is_stream in zip(arrays, streams) if is_stream}
        batches = {a.shape[is_stream] for a, is_stream in zip(arrays, streams)}
        if len(lengths) > 1 or len(batches) > 1:
            raise ValueError(
                f"inputs differ in steps and batch: {[a.shape for a in arrays]}"
            )
        if lengths and steps is not None:
            raise ValueError("steps is for networks whose inputs do not say it")
        if not lengths and steps is None:
            raise ValueError(
                "the network has no input with a value per step; steps says how long "
                "to run it"
            )
        return (
            lengths.pop() if lengths else to_integer("steps", steps),
            batches.pop() if batches else batch,
        )


class _Runner:
    """Runs a session of an extension module on NumPy arrays."""

    def __init__(self, session, interface):
        self.session, self.interface = session, interface
        self.batch = session.batch

    def run(self, inputs, steps, wanted=()):
        """Outputs, and the probes in `wanted`, "node:what" each."""
        interface, batch = self.interface, self.batch
        outputs, probes, record = [], [], {}
        for port in interface.outputs:
            outputs.append(port.allocate(steps, batch))
        for port in interface.probes:
            array = port.allocate(steps, batch) if port.probe in wanted else None
            probes.append(array)
            if array is not None:
                record.setdefault(port.name, {})[port.what] = array
        self.session.run(inputs, outputs, probes, steps)
        if len(outputs) == 1:
            return outputs[0], record
        names = [port.name for port in interface.outputs]
        return dict(zip(names, outputs)), record


class Profile:
    """What the layers of a program have done in all runs so far.

    ``print(profile)`` gives a table, the longest time first. Times are those of all
    threads together.
    """

    def __init__(self, handle):
        self._handle = handle

    def __str__(self) -> str:
        from volley import _compiler

        return _compiler.format_profile(self._handle)

    @property
    def layers(self) -> list[dict]:
        """The layers in the order of the program, as in the file's "layers"."""
        import json

        return json.loads(self.to_json())["layers"]

    def to_json(self) -> str:
        from volley import _compiler

        return _compiler.dump_profile(self._handle)

    def save(self, path: Path) -> None:
        """Writes .json, or a picture of nested bars, .svg.

        Raises:
            ValueError: the path ends in something else, or cannot be written.
        """
        from volley import _compiler

        _compiler.write_profile(self._handle, os.fspath(path))


class Session:
    """A program together with the state of a batch: runs go on from each other.

    Any division of a sequence into runs gives the same bits.
    """

    def __init__(self, handle, interface, wanted):
        self._runner = _Runner(handle, interface)
        self._wanted = wanted

    @property
    def batch(self) -> int:
        return self._runner.batch

    def reset(self) -> None:
        """Back to the state before the first step."""
        self._runner.session.reset()

    def run(self, x: Inputs, steps: int | None = None) -> tuple[Outputs, Recorded]:
        """Runs (T, B, *input) and returns (y, rec), like :meth:`Program.run`."""
        inputs, steps, batch = self._runner.interface.convert(x, steps, self.batch)
        if batch != self.batch:
            raise ValueError(
                f"the session has batch {self.batch}, but the input has {batch}"
            )
        return self._runner.run(inputs, steps, self._wanted)

    def __call__(self, x: Inputs, steps: int | None = None) -> Outputs:
        return self.run(x, steps)[0]

    def save_state(self) -> bytes:
        """The state as bytes."""
        return self._runner.session.save()

    def load_state(self, state: bytes) -> None:
        """Takes over what :meth:`save_state` gave.

        Raises:
            ValueError: the bytes are the state of another program or batch.
        """
        self._runner.session.load(state)


class Program:
    """A compiled network. Made by :func:`compile` and :func:`open`.

    ``prog(x)`` starts from the initial state at every call; :meth:`session`
    gives an object that keeps it.
    """

    def __init__(
        self,
        artifact,
        threads: int,
        network: Network | None = None,
        options=None,
        remarks: Iterable[str] = (),
    ):
        self._set_artifact(artifact, remarks)
        threads = to_integer("threads", threads)
        self._pool = _runtime.ThreadPool(threads) if threads != 1 else None
        self._network = network
        self._options = options  # of the compiler
        self._kept = None

    def _set_artifact(self, artifact, remarks):
        self._artifact, self._remarks = artifact, list(remarks)
        self._interface = _Interface(artifact.info)
        self._sessions = {}

    def __repr__(self) -> str:
        return f"<volley.Program {self.name!r}>"

    @property
    def name(self) -> str:
        return self._artifact.info.name

    @property
    def remarks(self) -> list[str]:
        """What the compiler had to say."""
        return list(self._remarks)

    @property
    def dt(self) -> float:
        """The time step in seconds."""
        return self._artifact.info.dt

    @property
    def cpu(self) -> str:
        """The set of instructions that is used: "x86-64-v3", "x86-64-v4", ..."""
        return self._artifact.cpu

    @property
    def levels(self) -> list[str]:
        """All that there is code for, the best first; :func:`open` takes one."""
        return self._artifact.levels

    @property
    def inputs(self) -> dict[str, Signal]:
        """Inputs by name, as (shape, dtype), without steps and batch."""
        return {p.name: (p.shape, p.signal.dtype) for p in self._interface.inputs}

    @property
    def outputs(self) -> dict[str, Signal]:
        """Outputs by name, as (shape, dtype), without steps and batch."""
        return {p.name: (p.shape, p.signal.dtype) for p in self._interface.outputs}

    @property
    def probes(self) -> list[str]:
        """Signals that are built in, as "node:what"."""
        return [port.probe for port in self._interface.probes]

    def _resolve_record(self, record):
        """The signals that `record` means; compiles them in if need be."""
        built = self.probes
        if self._network is not None:
            wanted = self._network._list_signals(record)
        else:
            wanted = []
            for entry in [record] if isinstance(record, str) else record or ():
                whole = [p for p in built if p.rpartition(":")[0] == entry]
                wanted += whole or [entry]
        missing = [signal for signal in wanted if signal not in built]
        if missing and self._network is None:
            raise ValueError(
                f"{', '.join(missing)} is not built into the program; "
                + (f"it has {', '.join(built)}" if built else "it has no probes")
            )
        if missing and self._kept is not None:
            raise ValueError(
                f"recording {', '.join(missing)} needs another program, which would "
                "lose the kept state; reset() first, or record from the first run on"
            )
        if missing:
            self._set_artifact(*self._network._compile(built + missing, self._options))
        return set(wanted)

    def session(self, batch: int = 1, record: Record = ()) -> Session:
        """A session for `batch` samples that records `record` in every run."""
        wanted = self._resolve_record(record)
        handle = self._artifact.session(batch, self._pool)
        return Session(handle, self._interface, wanted)

    def __call__(self, x: Inputs, steps: int | None = None) -> Outputs:
        """Runs x of shape (T, B, *input) and gives (T, B, *output).

        A static input is (B, *input), and so is a window output, which a run has
        once; steps says how long to run a network of which no input does.
        Several inputs or outputs are dicts by name. Binary signals are uint8,
        counts int32. An input of another NumPy type is converted. A binary input may
        be a list of :class:`Events`, which gives the same bits.

        Raises:
            ValueError: a shape is wrong, or a value cannot be represented (the
                message has its index).
        """
        return self._run(*self._interface.convert(x, steps))[0]

    def run(
        self,
        x: Inputs,
        record: Record = (),
        keep_state: bool = False,
        steps: int | None = None,
    ) -> tuple[Outputs, Recorded]:
        """Runs x and returns (y, rec).

        Args:
            x: (T, B, *input), or a dict of several inputs.
            record: names of neuron nodes, or "node:what" for one signal.
                ``rec["node"]["spikes"]`` and ``rec["node"]["v"]`` have shape
                (T, B, *shape); a state is that at the end of its step.
            keep_state: go on from the state that the last run with keep_state
                left; :meth:`reset` ends that.
            steps: how long to run a network whose inputs do not say it: all are
                static, or there are none and x is {}.
        """
        wanted = self._resolve_record(record)
        inputs, steps, batch = self._interface.convert(x, steps)
        if not keep_state:
            return self._run(inputs, steps, batch, wanted)
        if self._kept is None:
            self._kept = self._make_runner(batch)
        elif self._kept.batch != batch:
            raise ValueError(
                f"the kept state has batch {self._kept.batch}, but "
                f"the input has {batch}; reset() first"
            )
        return self._kept.run(inputs, steps, wanted)

    def _make_runner(self, batch):
        return _Runner(self._artifact.session(batch, self._pool), self._interface)

    def _run(self, inputs, steps, batch, wanted=()):
        """Runs from the initial state."""
        # One session is kept for reuse; states can be large. While it runs, it
        # is not there for another thread.
        runner = self._sessions.pop(batch, None)
        if runner is None:
            runner = self._make_runner(batch)
        else:
            runner.session.reset()
        result = runner.run(inputs, steps, wanted)
        self._sessions = {batch: runner}
        return result

    def profile(self) -> Profile:
        """What all runs so far have done, of sessions too.

        Raises:
            ValueError: the program was not compiled for profiling.
        """
        if not self._artifact.is_profiled:
            raise ValueError(
                "the program was not compiled for profiling; compile it with "
                "profile=True (snn-compile --profile)"
            )
        return Profile(self._artifact.profile())

    def reset(self) -> None:
        """Forgets the state that runs with keep_state have left."""
        self._kept = None

    def save(self, path: Path) -> None:
        """Writes the artefact, a shared object that needs nothing else.

        Raises:
            ValueError: the program was itself opened from a file.
        """
        if self._network is None:
            raise ValueError("a program that was opened is saved already; copy it")
        self._network._compile_to(path, self.probes, self._options)


def open(path: Path, threads: int = 1, cpu: str = "") -> Program:
    """Opens a saved artefact.

    Args:
        path: of the artefact.
        threads: as for :func:`compile`.
        cpu: which of :attr:`Program.levels` to take; the best that this machine has
            if it is empty. The bits are the same.

    Raises:
        RuntimeError: the file is no artefact, or has no code for `cpu`. Running a
            program whose instructions this processor does not have raises it too.
    """
    return Program(_runtime.open(os.fspath(path), cpu), threads)
