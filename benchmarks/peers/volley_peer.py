# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Volley itself."""

from pathlib import Path

import numpy as np

import volley

from peers.base import Peer
from suite.artefact import get_sections


class Volley(Peer):
    setting = "compiled in memory for this machine, called from Python"

    def prepare(self):
        self.network = self.workload.network()
        self.program = volley.compile(self.network, threads=self.workload.threads)
        self.arguments = self.workload.run_arguments()

    def open(self, path):
        """Runs what `save` wrote, as a program would that only has the artefact."""
        self.program = volley.open(path, threads=self.workload.threads)
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
        """Mean spikes per neuron and step of each population that spikes."""
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
                "rate": float(one.mean()),
                "spikes": int(one.sum(dtype=np.int64)),
                "neurons": int(np.prod(one.shape[2:])),
            }
            for name, recorded in record.items()
            for one in recorded.values()
        }

    def sizes(self, path):
        """Saves the program; bytes of the artefact, of its code and of its weights."""
        self.program.save(path)
        sections = get_sections(path)
        return {
            "artefact_bytes": Path(path).stat().st_size,
            "code_bytes": sections[".text"],
            "weight_bytes": sections.get(".volley.weights", 0),
        }
