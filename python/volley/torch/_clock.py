# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long the parts of a conversion take, for reports."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator

EXPORT, RUNS = "torch.export", "runs without data"

_reports: list[Counter[str]] = []


@contextlib.contextmanager
def measured(part: str) -> Iterator[None]:
    """Adds what is run to a part; parts do not contain each other."""
    start = time.perf_counter()
    try:
        yield
    finally:
        for report in _reports:
            report[part] += time.perf_counter() - start


@contextlib.contextmanager
def report() -> Iterator[Counter[str]]:
    """The seconds of parts of what is run within."""
    _reports.append(Counter())
    try:
        yield _reports[-1]
    finally:
        _reports.pop()
