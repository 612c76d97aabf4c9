# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files that are there as a whole or not at all, and files of JSON that are wrong."""

import json
from pathlib import Path
from typing import Any

from suite import schema


class FileError(Exception):
    """A file cannot be used; the message says which and why."""


def check_regular(path: Path):
    """Raises FileError if it is there and is a device, a directory or the like."""
    if path.exists() and not path.is_file():
        raise FileError(f"{path}: is no regular file")


def write_atomically(path: Path, text: str):
    """Raises FileError if it cannot; what was there stays."""
    check_regular(path)
    partial = path.with_suffix(path.suffix + ".part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FileError(f"{path}: cannot be written: {error.strerror}") from None


def parse_json(text: str, where) -> Any:
    """Raises FileError, which names `where`, if it is no JSON."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise FileError(f"{where}: not JSON: {error}") from None
    except RecursionError:
        raise FileError(f"{where}: nested too deeply") from None


def read_json(path) -> Any:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise FileError(f"{path}: not JSON: not a text") from None
    return parse_json(text, path)


def check(data, kind, where):
    """Raises FileError, which names `where`, if data are not of a kind of schema."""
    try:
        schema.check(data, kind)
    except schema.SchemaError as error:
        raise FileError(f"{where}: {error}") from None


def read_results(path) -> dict:
    """Results of run.py, of at least one case.

    Raises:
        FileError: they are not.
    """
    report = read_json(path)
    check(report, schema.RESULTS, path)
    if not report["results"]:
        raise FileError(f"{path}: 'results' is empty: no case was run")
    known = set()
    for result in report["results"]:
        if result["case"] in known:
            raise FileError(f"{path}: case {result['case']!r} is there twice")
        known.add(result["case"])
    return report
