# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Statistics of repeated measurements."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def summarize(values: Sequence[float]) -> dict:
    """Median and quartiles, the smallest, and how many there are."""
    if not values:
        raise ValueError("expects at least one value")
    ordered = sorted(values)
    if len(ordered) == 1:
        low = high = ordered[0]
    else:
        low, _, high = statistics.quantiles(ordered, n=4, method="inclusive")
    return {
        "median": statistics.median(ordered),
        "q1": low,
        "q3": high,
        "min": ordered[0],
        "count": len(ordered),
    }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> dict:
    """Of each pair of one turn, the peer's time by ours: above 1 we are faster.

    Pairs drift together, so that their ratios say more than the ratio of medians.
    """
    if len(ours) != len(theirs):
        raise ValueError(f"expects pairs, but got {len(ours)} and {len(theirs)} times")
    return summarize([b / a for a, b in zip(ours, theirs)])
