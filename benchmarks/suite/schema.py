# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What files of the suite must have: results, baselines, lines of history.

A kind of data is a function that says what is wrong, a type, `{key: kind}` (an object,
which may have other keys, too; of `key?` it need not have any) or `[kind]` (a list).
"""

from __future__ import annotations

from typing import Any

FORMAT = 1
# Of what is measured. Ratios of ratios of such numbers are no NaN.
LARGEST = 1e100
NAMES = {str: "a string", bool: "true or false", dict: "an object", list: "a list"}


class SchemaError(ValueError):
    """Data are of another kind; the message says where in them."""


def describe(value) -> str:
    if isinstance(value, (dict, list)):
        return NAMES[type(value)]
    text = "null" if value is None else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def expect(condition, where, expected, value):
    if not condition:
        place = f"{where!r}: " if where else ""
        raise SchemaError(f"{place}expects {expected}, but got {describe(value)}")


def is_number(value) -> bool:
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    return right and -LARGEST < value < LARGEST


def number(value, where):
    """At least 0, as all that is measured."""
    expect(is_number(value) and value >= 0, where, "a number of at least 0", value)


def positive(value, where):
    """What is divided by."""
    right = is_number(value) and value > 1 / LARGEST
    expect(right, where, "a positive number", value)


def count(value, where):
    right = isinstance(value, int) and is_number(value) and value >= 0
    expect(right, where, "an integer of at least 0", value)


def maybe(kind):
    """It or null."""

    def check_it(value, where):
        if value is not None:
            check(value, kind, where)

    return check_it


def each(kind):
    """An object whose keys are any names."""

    def check_it(value, where):
        expect(isinstance(value, dict), where, NAMES[dict], value)
        for name, one in value.items():
            check(one, kind, f"{where}.{name}")

    return check_it


def check(value: Any, kind: Any, where: str = "") -> None:
    """Raises SchemaError if the value is not of the kind."""
    if isinstance(kind, dict):
        expect(isinstance(value, dict), where, NAMES[dict], value)
        for key, one in kind.items():
            name = key.removesuffix("?")
            place = f"{where}.{name}" if where else name
            if name in value:
                check(value[name], one, place)
            elif name == key:
                raise SchemaError(f"{place!r} is missing")
    elif isinstance(kind, list):
        expect(isinstance(value, list), where, NAMES[list], value)
        for i, one in enumerate(value):
            check(one, kind[0], f"{where}[{i}]")
    elif isinstance(kind, type):
        expect(isinstance(value, kind), where, NAMES[kind], value)
    else:
        kind(value, where)


def format_number(value, where):
    right = is_number(value) and value == FORMAT
    expect(right, where, f"{FORMAT}, the format that this suite writes", value)


MACHINE = {"cpu": str, "family_model?": str, "isa": [str], "cores": count}
LOAD = {"before": number, "after": number}
COMMIT = {"commit": maybe(str), "changed": bool}
HEADER = {
    "format": format_number,
    "machine": MACHINE,
    "versions": each(str),
    "load": LOAD,
    "finished": str,
}
MEDIAN = {"median": positive}
QUARTILES = {"median": positive, "q1": positive, "q3": positive}
TIMES = {**QUARTILES, "count": count}
# Of every runner that was timed.
TIMED = {
    "seconds": TIMES,
    "prepare_seconds": number,
    "first_call_seconds": number,
    "memory?": {"peak_bytes?": number, "mean_bytes?": number, "error?": str},
    "calls?": count,
    "setting?": str,
}
VOLLEY = {
    **TIMED,
    "code_bytes": number,
    "model_bytes?": number,
    "instructions?": number,
    "energy?": number,
}
COMPARED = {"differing": count, "cells": positive}
PEER = {**TIMED, **COMPARED, "ratio": QUARTILES}


def runners(value, where):
    """An object of runners: what an entry has is decided by its status."""
    each({"status": str, "reason?": str, "setting?": str})(value, where)
    for name, entry in value.items():
        if entry["status"] == "ok":
            check(entry, VOLLEY if name == "volley" else PEER, f"{where}.{name}")
        elif entry["status"] == "differs":
            check(entry, COMPARED, f"{where}.{name}")


RESULT = {
    "case": str,
    "network": str,
    "point": dict,
    "title?": str,
    # Of a case that failed, or was skipped, there are no runners.
    "runners?": runners,
    "error?": str,
    "skipped?": str,
    "inputs?": count,
    "load?": LOAD,
    "cells?": str,
    "equals_interpreter?": bool,
    "mean_rate?": number,
    "spikes_per_second?": number,
    "step_seconds?": {"mean": number, "deviation": number},
    "speedup?": MEDIAN,
    "c_call_seconds?": MEDIAN,
    "startup_seconds?": MEDIAN,
    "saved_startup_seconds?": MEDIAN,
    "python_startup_seconds?": MEDIAN,
    # Of what is published.
    "origin?": {**COMMIT, "started": str, "source?": str, "note?": str},
}


def versions(value, where):
    each(str)(value, where)
    check(value, {"volley": str}, where)


RESULTS = {
    **HEADER,
    "started": str,
    "machine": {**MACHINE, "memory_gb": maybe(number), "system": str},
    "versions": versions,
    "volley": COMMIT,
    "options": {
        "quick": bool,
        "without?": [str],
        "inputs?": maybe(count),
        "peers?": maybe([str]),
    },
    "results": [RESULT],
}

# What the gate compares, by the name of the measure.
MEASURES = {
    "time?": positive,
    "memory?": number,
    "code?": number,
    "accuracy?": number,
    "energy?": number,
    "instructions?": number,
    "startup?": positive,
    "c_call?": positive,
    "threads?": positive,
    "peers?": each(positive),
    "bits?": bool,
    "commits?": each(maybe(str)),
}


def baseline_case(value, where):
    check(value, MEASURES, where)
    if "time" in value and "peers" not in value:
        raise SchemaError(f"{where + '.peers'!r} is missing")


BASELINE = {**HEADER, "options?": [str], "cases": each(baseline_case)}
HISTORY = {
    "finished": str,
    "commit?": maybe(str),
    "machine": str,
    "options?": [str],
    "levels?": each({"warning": number, "critical": number}),
    "cases": each(MEASURES),
}
