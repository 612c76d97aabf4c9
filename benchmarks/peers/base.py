# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a peer does."""

from __future__ import annotations

from typing import Any

import numpy as np


class Peer:
    """Runs a workload from the initial state, on any number of inputs.

    Only `run` is timed. So `convert` gives it the input in the type and layout that it
    likes best, and `result` takes apart what it returns.

    Attributes:
        setting: what was done for it to be fast, for the report.
    """

    setting = ""

    def __init__(self, workload):
        self.workload = workload

    def prepare(self) -> None:
        """Builds and compiles. What cannot be run raises UnsupportedError."""
        raise NotImplementedError

    def convert(self, x: np.ndarray) -> Any:
        raise NotImplementedError

    def run(self, x: Any) -> Any:
        raise NotImplementedError

    def result(self, y: Any) -> np.ndarray:
        """(T, B, *shape), in a type that compares with Volley's."""
        raise NotImplementedError
