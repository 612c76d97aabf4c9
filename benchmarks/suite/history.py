# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A file that has a line of JSON for each run that the gate has seen."""

import json
import sys
from pathlib import Path

from suite import schema
from suite.files import FileError, check, check_regular, parse_json, write_atomically
from suite.machine import machine_type
from suite.options import list_options

# What tells runs apart.
RUN = ("finished", "commit", "machine", "options")


def append(path: Path, report: dict, cases: dict, findings: list, levels: dict) -> None:
    """A line: when, what, and the measures of each case (gate.extract).

    A run that has a line already gets another one instead of it.

    Args:
        levels: from which changes on there are findings (gate.list_levels).

    Raises:
        FileError: the file is something else.
    """
    line = {
        "format": schema.FORMAT,
        "finished": report["finished"],
        "commit": report["volley"]["commit"],
        "machine": machine_type(report["machine"]),
        "options": list_options(report),
        "warnings": sum(f.level == "warning" for f in findings),
        "critical": sum(f.level == "critical" for f in findings),
        "levels": levels,
        "cases": cases,
    }
    run = [line[key] for key in RUN]
    kept = [old for old in read(path) if [old.get(key) for key in RUN] != run]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join(json.dumps(one) + "\n" for one in [*kept, line]))


def select(lines: list[dict], report: dict) -> list[dict]:
    """Those that are of the same type of machine and with the same options."""
    of_report = machine_type(report["machine"]), list_options(report)
    return [
        line
        for line in lines
        if (line["machine"], line.get("options", [])) == of_report
    ]


def read(path: Path) -> list[dict]:
    """Its lines, of which the last one may be cut short: a notice says so.

    Raises:
        FileError: a line is none of these.
    """
    check_regular(path)
    if not path.exists():
        return []
    try:
        texts = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except ValueError:
        raise FileError(f"{path}: not a text") from None
    lines = []
    for number, text in enumerate(texts, 1):
        where = f"{path}:{number}"
        try:
            line = parse_json(text, where)
        except FileError:
            if text.endswith("\n") or number == 1:
                raise
            print(f"notice: {where}: cut short: left out", file=sys.stderr)
            continue
        check(line, schema.HISTORY, where)
        lines.append(line)
    return lines
