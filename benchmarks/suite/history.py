# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A file that has a line of JSON for each run that the gate has seen."""

import json
from pathlib import Path

from suite import schema
from suite.files import FileError, check, parse_json
from suite.machine import machine_type


def append(path: Path, report: dict, cases: dict, findings: list) -> None:
    """A line: when, what, and the measures of each case (gate.extract)."""
    line = {
        "format": schema.FORMAT,
        "finished": report["finished"],
        "commit": report["volley"]["commit"],
        "machine": machine_type(report["machine"]),
        "warnings": sum(f.level == "warning" for f in findings),
        "critical": sum(f.level == "critical" for f in findings),
        "cases": cases,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read(path: Path) -> list[tuple[str, str, dict]]:
    """(when, machine, measures of each case) of each line.

    Raises:
        FileError: a line is none of these.
    """
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except ValueError:
        raise FileError(f"{path}: not a text") from None
    lines = []
    for number, text in enumerate(texts, 1):
        line = parse_json(text, f"{path}:{number}")
        check(line, schema.HISTORY, f"{path}:{number}")
        lines.append((line["finished"], line["machine"], line["cases"]))
    return lines
