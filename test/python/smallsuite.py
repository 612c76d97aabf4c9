# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The benchmark suite for tests: its modules, which can be imported after this one,
a description of a network, and results of it, right and wrong ones.
"""

import copy
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY / "benchmarks"
sys.path.append(str(BENCHMARKS))

from peers import PEERS  # noqa: E402
from suite import stats  # noqa: E402
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


def make_result(case="small", time=1.0, peers=None, **changes):
    """A result of a case: `peers` are medians by name."""
    entry = {
        "status": "ok",
        "seconds": stats.summarize([time] * 3),
        "code_bytes": 1000,
        "prepare_seconds": 0.5,
        "first_call_seconds": 0.5,
        "setting": "as it is",
        "memory": {"peak_bytes": 100e6, "mean_bytes": 90e6},
        "instructions": 5000,
        **changes,
    }
    runners = {"volley": entry}
    for name, seconds in (peers or {}).items():
        runners[name] = {
            "status": "ok",
            "seconds": stats.summarize([seconds] * 3),
            "ratio": stats.summarize([seconds / time] * 3),
            "prepare_seconds": 1.0,
            "first_call_seconds": 1.0,
            "setting": "fast",
            "differing": 0,
            "cells": 1000,
        }
    return {
        "case": case,
        "network": "small",
        "point": {"density": 0.1, "threads": 1},
        "equals_interpreter": True,
        "load": {"before": 0.0, "after": 1.0},
        "runners": runners,
    }


def make_report(*results):
    return {
        "format": 1,
        "started": "2026-01-01T00:00:00+00:00",
        "finished": "2026-01-01T01:00:00+00:00",
        "machine": {
            "cpu": "Test CPU",
            "family_model": "6/1",
            "isa": ["avx2"],
            "cores": 2,
            "memory_gb": 8.0,
            "system": "Linux x86_64",
        },
        "versions": {"volley": "0.1.0", "python": "3.11"},
        "volley": {"commit": "0123456789abcdef", "changed": False},
        "load": {"before": 0.0, "after": 1.0},
        "options": {"quick": False},
        "results": list(results),
    }


NULL = object()
FIRST = ["results", 0]
VOLLEY, NUMPY = ([*FIRST, "runners", name] for name in ("volley", "numpy"))


def break_result(path, value):
    """Results whose first one has this at a path of keys; None leaves the key out."""
    data = make_report(make_result(peers={"numpy": 2.0}))
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = None if value is NULL else value
    return data


def skip_result(case="small"):
    reason = "no such data: nets/small.nir"
    whole = make_result(case)
    return {**{k: whole[k] for k in ("case", "network", "point")}, "skipped": reason}
