# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Volley itself."""

import tempfile
from pathlib import Path

import numpy as np

import volley

from peers.base import Peer
from suite.artefact import compile_without, get_sections


class Volley(Peer):
    setting = "compiled in memory for this machine, called from Python"

    def prepare(self):
        self.network = self.workload.network()
        threads = self.workload.threads
        if self.workload.without:
            self.program = self.compile_without(self.workload.without, threads)
        else:
            self.program = volley.compile(self.network, threads=threads)
        self.arguments = self.workload.run_arguments()

    def compile_without(self, names, threads):
        with tempfile.TemporaryDirectory() as directory:
            program = Path(directory, "net.so")
            compile_without(self.network, names, program)
            self.artefact = program.read_bytes()
            return volley.open(program, threads=threads)

    def open(self, path, threads=None):
        """Runs what `sizes` saved, as a program would that only has the artefact; by
        so many threads, or by the workload's.
        """
        self.program = volley.open(path, threads=threads or self.workload.threads)
        self.arguments = self.workload.run_arguments()

    def convert(self, x):
        types = {name: dtype for name, (_, dtype) in self.program.inputs.items()}
        if isinstance(x, dict):
            return {n: np.ascontiguousarray(a, types[n]) for n, a in x.items()}
        (dtype,) = types.values()
        return np.ascontiguousarray(x, dtype)

    def run(self, x):
        return self.program(x, **self.arguments)

    def result(self, y):
        return y

    def interpret(self, x):
        return volley.interpret(self.network, self.convert(x), **self.arguments)

    def rates(self, x):
        """Spikes of each population that spikes, and in how many cells they are."""
        signals = [
            f"{name}:{what}"
            for name, recorded in self.network.neurons.items()
            for what in recorded
            if what in ("spikes", "s", "count")
        ]
        if not signals:
            return {}
        program = volley.compile(self.network, record=signals)
        _, record = program.run(self.convert(x), record=signals, **self.arguments)
        return {
            name: {
                "spikes": int(one.sum(dtype=np.int64)),
                "cells": one.size,
                "neurons": int(np.prod(one.shape[2:])),
            }
            for name, recorded in record.items()
            for one in recorded.values()
        }

    def sizes(self, path):
        """Saves the program; bytes of the artefact, of its code and of its weights, and
        of the model's file, whose weights have the types they came in.
        """
        if self.workload.without:
            Path(path).write_bytes(self.artefact)
        else:
            self.program.save(path)
        sections = get_sections(path)
        with tempfile.TemporaryDirectory() as directory:
            model = Path(directory, "net.mlirbc")
            self.network.save(model)
            model_bytes = model.stat().st_size
        return {
            "model_bytes": model_bytes,
            "artefact_bytes": Path(path).stat().st_size,
            "code_bytes": sections[".text"],
            "weight_bytes": sections.get(".volley.weights", 0),
        }
