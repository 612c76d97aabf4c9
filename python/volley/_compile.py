# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From networks to programs, and the interpreter."""

from __future__ import annotations

import os
import pathlib

from volley import _compiler
from volley._network import Network, load
from volley._program import (
    Inputs,
    Outputs,
    Path,
    Profile,
    Program,
    Record,
    Recorded,
    _Interface,
    _Runner,
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
    kernel: str | None = None,
    share: str = "auto",
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
        kernel: the kernel to take wherever it is possible ("event", "blocked", ...),
            whatever it costs. Results are the same. One that is taken nowhere is in
            :attr:`Program.remarks`.
        share: whether threads share the work of a sample: "auto", where there is
            enough of it; "never"; or for tests "batch", every batch, and "always",
            every loop, however short.

    Raises:
        CompileError: the network cannot be compiled, `activity` is no profile, or
            there is no such `kernel` or `share`.
        OSError: `activity` cannot be read.
        ValueError: there is no such target.
    """
    if target != "cpu":
        raise ValueError(f"there is no target {target!r}; there is 'cpu'")
    if not isinstance(net, Network):
        net = load(net)
    cache = os.fspath(cache_dir) if cache_dir else ""
    if isinstance(activity, Profile):
        measured = activity.to_json(), "activity"
    elif activity is not None:
        path = pathlib.Path(activity)
        measured = path.read_text(encoding="utf-8", errors="replace") or " ", str(path)
    else:
        measured = "", ""
    options = _compiler.Options(
        cpu, fold_norms, cache, profile, *measured, kernel or "", share
    )
    artifact, remarks = net._compile(net._list_signals(record), options)
    return Program(artifact, threads, net, options, remarks)


def interpret(
    net: Network, x: Inputs, record: Record | None = None, steps: int | None = None
) -> Outputs | tuple[Outputs, Recorded]:
    """Runs a network on the reference interpreter, the meaning of its IR.

    Takes what :meth:`Program.run` takes. Returns y, or (y, rec) if `record` is
    given.
    """
    signals = net._list_signals(record)
    inputs, steps, batch = _Interface(net._handle.info).convert(x, steps)
    session = _compiler.interpret(net._handle, signals, batch)
    y, rec = _Runner(session, _Interface(session.info)).run(inputs, steps, signals)
    return y if record is None else (y, rec)
