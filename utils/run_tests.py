# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs every test of a build in build/; utils/test calls it.

Parts: lit (IR, passes, tools, conformance files, the C interface), pytest (the
Python package and the importer), and random networks, compiled code against the
interpreter.
"""

import argparse
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
RESULTS = BUILD / "test-results"


class Counts:
    """How many tests passed, failed, and were left out."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} not run here" if self.skipped else "")


def read_junit(path, returncode):
    """Counts of a JUnit file; a run that left none or died has failed."""
    if not path.exists():
        return Counts(failed=1)
    counts = Counts()
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        passed = int(suite.get("tests", 0)) - failed - skipped
        counts.add(Counts(passed, failed, skipped))
    if returncode != 0 and counts.failed == 0:
        counts.failed = 1
    return counts


def run_junit(name, command, option):
    path = RESULTS / f"{name}.xml"
    path.unlink(missing_ok=True)
    environment = dict(os.environ, PYTHONPATH=str(BUILD / "python"))
    process = subprocess.run([*command, f"{option}{path}"], cwd=ROOT, env=environment)
    return read_junit(path, process.returncode)


def run_lit(options):
    lit = [Path(sys.executable).parent / "lit", "-q", "--order=lexical"]
    return run_junit("lit", [*lit, BUILD / "test"], "--xunit-xml-output=")


def run_pytest(options):
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
    ]
    if options.nightly:
        pytest.append("--nightly")
    return run_junit("pytest", [*pytest, ROOT / "test" / "python"], "--junitxml=")


def run_fuzzer(options):
    command = [BUILD / "bin" / "snn-fuzz"]
    command += [f"--seed={options.seed}", f"--count={options.networks}"]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    match = re.search(r"(\d+) networks agree, (\d+) do not", process.stdout)
    if not match:
        return Counts(failed=1)
    print(match.group(0))
    return Counts(int(match.group(1)), int(match.group(2)))


def summarize(total):
    """The last lines. The very last is read by scripts, and has no place for more."""
    return [
        f"{total.skipped} skipped (utils/test-peers runs those that need PyTorch)",
        f"{total.passed} passed, {total.failed} failed",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--networks",
        type=int,
        default=400,
        help="random networks (default %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the first network")
    parser.add_argument(
        "--nightly", action="store_true", help="include the tests that take long"
    )
    options = parser.parse_args()

    RESULTS.mkdir(exist_ok=True)
    total, lines = Counts(), []
    for name, part in [
        ("lit", run_lit),
        ("pytest", run_pytest),
        ("random networks", run_fuzzer),
    ]:
        print(f"\033[1m== {name}\033[0m", flush=True)
        start = time.monotonic()
        counts = part(options)
        total.add(counts)
        lines.append(f"{name:16} {counts} ({time.monotonic() - start:.0f} s)")
    print()
    for line in [*lines, *summarize(total)]:
        print(line)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
