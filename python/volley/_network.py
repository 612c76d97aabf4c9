# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks: model files as the compiler understands them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from volley import _compiler
from volley._program import Path, Record, Signal


def _setting_values(settings):
    """Keywords as (setting, node, value) strings; node is "" for all nodes."""
    known = {name.replace("-", "_"): name for name, _, _ in _compiler.settings()}

    def to_text(value):
        if isinstance(value, bool):
            return "on" if value else "off"
        return value if isinstance(value, str) else repr(float(value))

    result = []
    for keyword, value in settings.items():
        if keyword not in known:
            raise TypeError(
                f"there is no setting {keyword!r}; there are {', '.join(known)}"
            )
        if value is None:
            continue
        per_node = value if isinstance(value, dict) else {"*": value}
        for node, one in per_node.items():
            node = "" if node == "*" else node
            result.append((known[keyword], node, to_text(one)))
    return result


def _import_arguments(path, profile, dt, strict, precision, inputs, settings):
    return (
        os.fspath(path),
        profile or "",
        None if dt is None else float(dt),
        bool(strict),
        precision,
        dict(inputs or {}),
        _setting_values(settings),
    )


class Network:
    """A network with a declared meaning, not yet compiled.

    ``print(net)`` shows its IR. Made by :func:`load`, :class:`Builder` and
    :func:`from_torch`.
    """

    def __init__(self, handle, remarks: Iterable[str] = ()):
        self._handle = handle
        self._remarks = list(remarks)

    def __str__(self) -> str:
        return self._handle.text()

    def __repr__(self) -> str:
        return f"<volley.Network {self.name!r}: {len(self.neurons)} neuron nodes>"

    @property
    def name(self) -> str:
        return self._handle.info.name

    @property
    def dt(self) -> float:
        """The time step in seconds."""
        return self._handle.info.dt

    @property
    def inputs(self) -> dict[str, Signal]:
        """Inputs by name, as (shape, dtype), without steps and batch."""
        return {s.name: (s.shape, s.dtype) for s in self._handle.info.inputs}

    @property
    def outputs(self) -> dict[str, Signal]:
        """Outputs by name, as (shape, dtype), without steps and batch."""
        return {s.name: (s.shape, s.dtype) for s in self._handle.info.outputs}

    @property
    def neurons(self) -> dict[str, list[str]]:
        """What can be recorded of each neuron node, by its name."""
        return dict(self._handle.recordable)

    @property
    def remarks(self) -> list[str]:
        """What the importer assumed, one line each."""
        return [*self._handle.remarks, *self._remarks]

    def emit(self, phase: str = "imported", record: Record = ()) -> str:
        """The IR at the end of a phase (see :func:`phases`), as text: what is compiled
        for this machine.
        """
        return self._handle.emit(phase, self._list_signals(record))

    def set_sum_law(self, law: str) -> None:
        """Gives every product and convolution a law of sums, in place.

        Args:
            law: "ascending", the order of the weights; or "exact", sums of integers
                that stand for the weights (24 bits, a power of two per output),
                whose order cannot matter. That is for f32 and for inputs that are
                integers, such as spikes; other sums stay as they are.

        Raises:
            CompileError: there is no such law.
        """
        self._handle.set_sum_law(law)

    def save(self, path: Path) -> None:
        """Writes the IR with its weights: .mlir is text, .mlirbc bytecode."""
        self._handle.write(os.fspath(path))

    def _list_signals(self, record: Record | None) -> list[str]:
        """["lif1"] means everything of lif1; "lif1:v" one signal."""
        neurons = self.neurons
        signals = []
        for entry in [record] if isinstance(record, str) else record or ():
            if entry in neurons:
                signals += [f"{entry}:{what}" for what in neurons[entry]]
            else:
                signals.append(entry)
        return list(dict.fromkeys(signals))

    def _compile(self, signals: list[str], options):
        """The artefact in memory with these probes, and the compiler's remarks."""
        return _compiler.compile(self._handle, signals, options)

    def _compile_to(self, path: Path, signals: list[str], options) -> None:
        _compiler.compile_to(self._handle, signals, options, os.fspath(path))


def load(
    path: Path,
    *,
    profile: str | None = None,
    dt: float | None = None,
    strict: bool = False,
    precision: str = "f32",
    inputs: Mapping[str, str] | None = None,
    **settings: Any,
) -> Network:
    """Reads a model file: NIR (HDF5), or the compiler's own .mlir and .mlirbc.

    A NIR file says less than a network needs. What is open is declared here, or
    assumed and listed in ``remarks``.

    Args:
        path: the file.
        profile: a tool whose law is taken (see :func:`profiles`); without it,
            "snntorch", as an assumption.
        dt: the time step in seconds; without it, inferred or 1e-4.
        strict: refuse instead of assuming.
        precision: "f32" or "f64", of signals, states and weights.
        inputs: kinds of inputs by name: "spike" (0 or 1), "count" or "real"
            (default).
        **settings: single settings, for all neurons or as a dict by node name
            ("*" for all): reset, reset_delay, residual_reset, spikes, compare,
            v_min, scheme, feedback, late, tau_scale. See ``snn-compile --help``.

    Raises:
        CompileError: the file is refused; the message names file and node.
        ValueError: an argument has no such value.
        TypeError: there is no such setting.
    """
    return Network(
        _compiler.load(
            *_import_arguments(path, profile, dt, strict, precision, inputs, settings)
        )
    )


def check(
    path: Path,
    *,
    profile: str | None = None,
    dt: float | None = None,
    strict: bool = False,
    precision: str = "f32",
    inputs: Mapping[str, str] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """What :func:`load` would say of every node, as a dict.

    Keys: "file", "accepted" (bool), "model" and "nodes", a list of dicts with
    "name", "type", "status" ("supported", "assumed" or "refused") and "notes".
    """
    return json.loads(
        _compiler.check(
            *_import_arguments(path, profile, dt, strict, precision, inputs, settings)
        )
    )


def profiles() -> dict[str, str]:
    """Descriptions of the profiles by name."""
    return dict(_compiler.profiles())


def phases() -> dict[str, str]:
    """Descriptions of the phases of a compilation, in order."""
    return dict(_compiler.phases())
