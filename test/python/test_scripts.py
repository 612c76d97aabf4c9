# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The scripts of utils."""

import os
import subprocess
from pathlib import Path

import pytest

UTILS = Path(__file__).resolve().parents[2] / "utils"
SCRIPTS = ["benchmark", "demo", "nightly", "setup", "test", "test-peers"]


def run(name, *arguments, cwd):
    return subprocess.run(
        [UTILS / name, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
    )


def test_all_are_here():
    """Those of Python have help by themselves."""
    programs = {path for path in UTILS.iterdir() if os.access(path, os.X_OK)}
    assert {path.name for path in programs if not path.suffix} == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("argument", ["--help", "-h"])
def test_help_does_nothing_else(name, argument, tmp_path):
    done = run(name, argument, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith(f"    utils/{name}") for line in lines)
    assert not any(line.startswith(("#", "set ")) for line in lines)


@pytest.mark.parametrize("name", ["nightly", "setup"])
def test_bad_arguments(name, tmp_path):
    done = run(name, "--nothing", cwd=tmp_path)
    assert done.returncode != 0
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{name}: error: expects no arguments")
    assert done.stdout == ""
