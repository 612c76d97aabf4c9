# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark suite for tests: its modules, which can be imported after this one,
and a description of a network.
"""

import copy
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY / "benchmarks"
sys.path.append(str(BENCHMARKS))

from peers import PEERS  # noqa: E402
from suite.description import parse_network  # noqa: E402
from suite.workloads import WORKLOADS  # noqa: E402

SMALL = {
    "name": "small",
    "title": "A small product",
    "workload": "product",
    "settings": {"shape": [8, 16, 32]},
    "axes": {"density": [0.1, 0.5], "threads": [1, 2]},
    "peers": ["numpy", "torch"],
    "goals": [
        {"where": {"density": 0.1}, "against": ["numpy"], "ratio": 2, "stretch": 3},
        {"where": {"threads": [1, 2]}, "against": ["numpy", "torch"], "ratio": 1.5},
    ],
}


def describe(**changes):
    data = copy.deepcopy(SMALL)
    for key, value in changes.items():
        if value is None:
            del data[key]
        else:
            data[key] = value
    return data


def parse(**changes):
    return parse_network(describe(**changes), "small.json", PEERS, WORKLOADS)
