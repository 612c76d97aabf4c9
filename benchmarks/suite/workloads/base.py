# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What all workloads have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import volley


class AbsentDataError(FileNotFoundError):
    """A file of others that a workload needs is not there; the message names it."""


class Workload:
    """A network and its inputs.

    Attributes:
        kind: what peers need to know to run it; see benchmarks/peers.
        interpretable: the interpreter runs it in a minute or two.
        cells: what `compare` counts, if not values of the output.
        without: optional passes that Volley leaves out.
        seed: of weights; inputs are of the generator that they are given.
    """

    kind = "layers"
    interpretable = True
    without = ()
    cells = ""

    def __init__(self, data: Path, batch, steps, density, threads, sum, seed=0):
        self.data = data
        self.batch, self.steps, self.density = batch, steps, density
        self.threads, self.sum, self.seed = threads, sum, seed

    def find_data(self, file) -> Path:
        """A file below the directory of others' data.

        Raises:
            AbsentDataError: it is not there.
        """
        path = self.data / file
        if not path.exists():
            raise AbsentDataError(file)
        return path

    def prepare(self) -> None:
        """Makes what Volley and its peers start from; nobody's time includes it."""

    def network(self) -> volley.Network:
        raise NotImplementedError

    def layers(self) -> list:
        """The same network as suite.layers, where `kind` is "layers"."""
        raise NotImplementedError

    def make_input(self, rng: np.random.Generator) -> np.ndarray:
        """A fresh input (T, B, *shape) in the smallest type that holds it."""
        raise NotImplementedError

    def compare(self, ours: np.ndarray, theirs: np.ndarray) -> tuple[int, int]:
        """How many cells of two results differ, and of how many."""
        if ours.shape != theirs.shape:
            raise ValueError(f"shapes differ: {ours.shape} and {theirs.shape}")
        return int(np.count_nonzero(ours != theirs)), ours.size

    def run_arguments(self) -> dict:
        """Keywords of Volley's runs, for networks whose inputs have no steps."""
        return {}
