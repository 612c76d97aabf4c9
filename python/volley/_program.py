# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs: compiled networks, run on NumPy arrays."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Union

import numpy as np
import numpy.typing as npt

from volley import _volley
from volley._network import Network, Path, Record, Signal, _record_list

# One input (T, B, *input), or several by name. A static input is (B, *input).
Inputs = Union[npt.ArrayLike, Mapping[str, npt.ArrayLike]]
# One output (T, B, *output), or several by name. A window output, which a run has
# once, is (B, *output).
Outputs = Union[np.ndarray, dict[str, np.ndarray]]
# What was recorded: by node, then by what; each (T, B, *shape).
Recorded = dict[str, dict[str, np.ndarray]]


def _to_signal(x, signal):
    """An array in the type and layout of a signal; a copy only if it must be."""
    x = np.asarray(x)
    shape = tuple(signal.shape)
    outer = ("steps", "batch") if signal.rate == "stream" else ("batch",)
    if x.ndim != len(shape) + len(outer) or x.shape[len(outer) :] != shape:
        expected = ", ".join([*outer, *map(str, shape)])
        raise ValueError(
            f"input {signal.name!r}: expects shape ({expected}), but got {x.shape}"
        )
    x = np.ascontiguousarray(x)
    dtype = np.dtype(signal.dtype)
    if x.dtype == dtype or (x.dtype == np.bool_ and dtype == np.uint8):
        return x.view(dtype)
    if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
        raise TypeError(
            f"input {signal.name!r}: expects an array of real numbers, but got "
            f"{x.dtype}"
        )
    x = x.astype(x.dtype.newbyteorder("="), copy=False)
    converted = np.empty(x.shape, dtype)
    _volley.convert(x, converted, signal)
    return converted


def _to_inputs(x, info, steps=None, batch=1):
    """One array per input, and the steps and batch in which all agree."""
    if isinstance(x, dict):
        names = [signal.name for signal in info.inputs]
        if set(x) != set(names):
            raise ValueError(f"expects inputs {names}, but got {list(x)}")
        arrays = [_to_signal(x[signal.name], signal) for signal in info.inputs]
    elif len(info.inputs) == 1:
        arrays = [_to_signal(x, info.inputs[0])]
    else:
        names = [signal.name for signal in info.inputs]
        raise ValueError(f"expects a dict of inputs {names}")
    rates = [signal.rate for signal in info.inputs]
    lengths = {a.shape[0] for a, rate in zip(arrays, rates) if rate == "stream"}
    batches = {a.shape[rate == "stream"] for a, rate in zip(arrays, rates)}
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
    steps = lengths.pop() if lengths else int(steps)
    batch = batches.pop() if batches else batch
    if batch < 1 or steps < 0:
        raise ValueError(
            f"expects steps and a batch of at least 1, but got {steps} and {batch}"
        )
    return arrays, steps, batch


class _Runner:
    """Runs a session of the extension module on NumPy arrays."""

    def __init__(self, session):
        self.session = session
        self.info = session.info

    def run(self, inputs, steps, wanted):
        """Outputs, and the probes in `wanted`, a set of "node:what"."""
        batch = self.session.batch

        def allocate(signal):
            if signal.rate != "stream":
                return np.zeros((batch, *signal.shape), signal.dtype)
            return np.empty((steps, batch, *signal.shape), signal.dtype)

        outputs = [allocate(signal) for signal in self.info.outputs]
        probes = [
            allocate(probe) if f"{probe.name}:{probe.what}" in wanted else None
            for probe in self.info.probes
        ]
        self.session.run(inputs, outputs, probes, steps)
        if len(outputs) == 1:
            y = outputs[0]
        else:
            y = {s.name: a for s, a in zip(self.info.outputs, outputs)}
        record = {}
        for probe, array in zip(self.info.probes, probes):
            if array is not None:
                record.setdefault(probe.name, {})[probe.what] = array
        return y, record


class Profile:
    """What the layers of a program have done in all runs so far.

    ``print(profile)`` gives a table, the longest time first. Times are those of all
    threads together.
    """

    def __init__(self, handle):
        self._handle = handle

    def __str__(self) -> str:
        return self._handle.table()

    @property
    def layers(self) -> list[dict]:
        """The layers in the order of the program, as in the file's "layers"."""
        return json.loads(self.to_json())["layers"]

    def to_json(self) -> str:
        return self._handle.json()

    def save(self, path: Path) -> None:
        """Writes .json, or a picture of nested bars, .svg.

        Raises:
            ValueError: the path ends in something else, or cannot be written.
        """
        self._handle.write(os.fspath(path))


class Session:
    """A program together with the state of a batch: runs go on from each other.

    Any division of a sequence into runs gives the same bits.
    """

    def __init__(self, handle, wanted):
        self._runner = _Runner(handle)
        self._wanted = wanted

    @property
    def batch(self) -> int:
        return self._runner.session.batch

    def reset(self) -> None:
        """Back to the state before the first step."""
        self._runner.session.reset()

    def run(self, x: Inputs, steps: int | None = None) -> tuple[Outputs, Recorded]:
        """Runs (T, B, *input) and returns (y, rec), like :meth:`Program.run`."""
        inputs, steps, batch = _to_inputs(x, self._runner.info, steps, self.batch)
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

    def __init__(self, artifact, threads, network=None, options=None, remarks=()):
        self._artifact = artifact
        self._remarks = list(remarks)
        self._threads = threads
        self._pool = _volley.ThreadPool(threads) if threads != 1 else None
        self._network = network
        self._options = options  # of the compiler
        self._sessions = {}
        self._kept = None

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
        return {s.name: (s.shape, s.dtype) for s in self._artifact.info.inputs}

    @property
    def outputs(self) -> dict[str, Signal]:
        """Outputs by name, as (shape, dtype), without steps and batch."""
        return {s.name: (s.shape, s.dtype) for s in self._artifact.info.outputs}

    @property
    def probes(self) -> list[str]:
        """Signals that are built in, as "node:what"."""
        return [f"{p.name}:{p.what}" for p in self._artifact.info.probes]

    def _resolve_record(self, record):
        """The signals that `record` means; compiles them in if need be."""
        built = self.probes
        if self._network is not None:
            wanted = _record_list(self._network, record)
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
            self._artifact, self._remarks = _volley.compile(
                self._network._handle, built + missing, self._options
            )
            self._sessions.clear()
        return set(wanted)

    def session(self, batch: int = 1, record: Record = ()) -> Session:
        """A session for `batch` samples that records `record` in every run."""
        wanted = self._resolve_record(record)
        return Session(self._artifact.session(batch, self._pool), wanted)

    def __call__(self, x: Inputs, steps: int | None = None) -> Outputs:
        """Runs x of shape (T, B, *input) and gives (T, B, *output).

        A static input is (B, *input), and so is a window output, which a run has
        once; steps says how long to run a network of which no input does.
        Several inputs or outputs are dicts by name. Binary signals are uint8,
        counts int32. An input of another NumPy type is converted.

        Raises:
            ValueError: a shape is wrong, or a value cannot be represented (the
                message has its index).
        """
        return self.run(x, steps=steps)[0]

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
        inputs, steps, batch = _to_inputs(x, self._artifact.info, steps)
        if keep_state:
            if self._kept is None:
                self._kept = _Runner(self._artifact.session(batch, self._pool))
            elif self._kept.session.batch != batch:
                raise ValueError(
                    f"the kept state has batch {self._kept.session.batch}, but "
                    f"the input has {batch}; reset() first"
                )
            return self._kept.run(inputs, steps, wanted)
        # One session is kept for reuse; states can be large. While it runs, it
        # is not there for another thread.
        runner = self._sessions.pop(batch, None)
        if runner is None:
            runner = _Runner(self._artifact.session(batch, self._pool))
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
        _volley.compile_to(
            self._network._handle, self.probes, self._options, os.fspath(path)
        )


def compile(
    net: Network | Path,
    target: str = "cpu",
    threads: int = 1,
    record: Record = (),
    cpu: str = "native",
    fold_norms: bool = False,
    cache_dir: Path | None = None,
    profile: bool = False,
    activity: Profile | Path | None = None,
) -> Program:
    """Compiles a network.

    Args:
        net: a :class:`Network`, or the path of a model file.
        target: "cpu".
        threads: threads that share a batch, or the work of each sample where the
            batch is small; 0 means all of the machine.
        record: probes to build in, as for :meth:`Program.run`. A program in
            memory compiles missing ones when they are asked for; a saved one
            has only these.
        cpu: "native", "x86-64-v3" ("v3"), "x86-64-v4" ("v4"), "x86-64-v4-amx"
            ("amx"), or the name of a processor ("znver4"), for the most of these
            that it has. Joined by "+", several are in one program, which takes the
            best that the machine has where it is loaded. Code for AArch64 cannot be
            loaded here; ``snn-compile --cpu=armv8-a`` writes it to a file.
        fold_norms: make norms part of weights. Potentials then differ by
            roundings from the network's; :func:`volley.compare` counts the spikes
            that do.
        cache_dir: a directory that keeps generated code, to be used again for the
            same network and options whatever its weights are. Made if need be;
            files of a week without use are removed from it.
        profile: have the time and the spikes of every layer counted, for
            :meth:`Program.profile`. Results are the same; runs take longer.
        activity: choose kernels by what was measured of this network:
            a :class:`Profile`, or the path of one that was saved as .json. Results
            are the same. What it does not fit is in :attr:`Program.remarks`.

    Raises:
        CompileError: the network cannot be compiled, or `activity` is no profile.
        OSError: `activity` cannot be read.
        ValueError: there is no such target.
    """
    if target != "cpu":
        raise ValueError(f"there is no target {target!r}; there is 'cpu'")
    if not isinstance(net, Network):
        from volley._network import load

        net = load(net)
    cache = os.fspath(cache_dir) if cache_dir else ""
    if isinstance(activity, Profile):
        measured = activity.to_json(), "activity"
    elif activity is not None:
        path = pathlib.Path(activity)
        measured = path.read_text(encoding="utf-8", errors="replace") or " ", str(path)
    else:
        measured = "", ""
    options = _volley.Options(cpu, fold_norms, cache, profile, *measured)
    signals = _record_list(net, record)
    artifact, remarks = _volley.compile(net._handle, signals, options)
    return Program(artifact, threads, net, options, remarks)


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
    return Program(_volley.open(os.fspath(path), cpu), threads)


def interpret(
    net: Network, x: Inputs, record: Record | None = None, steps: int | None = None
) -> Outputs | tuple[Outputs, Recorded]:
    """Runs a network on the reference interpreter, the meaning of its IR.

    Takes what :meth:`Program.run` takes. Returns y, or (y, rec) if `record` is
    given.
    """
    signals = _record_list(net, record)
    inputs, steps, batch = _to_inputs(x, net._handle.info, steps)
    session = _volley.interpret(net._handle, signals, batch)
    y, rec = _Runner(session).run(inputs, steps, set(signals))
    return y if record is None else (y, rec)
