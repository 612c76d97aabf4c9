# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Where profilers and debuggers look for the names of a program's functions."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import TOOLS

from networks import ASSUMED, BASE_INPUT, base

SCRIPT = """
import sys
import volley

net = volley.load(sys.argv[1], profile="snntorch", dt=2.0**-10)
program = volley.compile(net, cpu="v3")
for line in open("/proc/self/maps"):
    fields = line.split(maxsplit=5)
    if "x" in fields[1] and any(t in fields[-1] for t in ("/program-", "/memfd:")):
        print(fields[5].strip())
"""


def find_code(model, directory):
    """The files that the code of a process's only program is mapped from."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, model],
        env={**os.environ, "VOLLEY_PROGRAM_DIR": str(directory)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()


def test_code_is_mapped_from_a_file_that_stays(write_nir, tmp_path):
    """perf notes the name of the file, and reads it when the process is gone."""
    model, directory = write_nir(base()), tmp_path / "programs"
    directory.mkdir()
    first, second = (find_code(model, directory) for _ in range(2))
    # Processes take names of their own.
    files = {str(file) for file in directory.iterdir()}
    assert {*first, *second} == files
    assert len(files) == 2
    for file in directory.iterdir():
        assert b"\0step_lif_v3\0" in file.read_bytes()


def test_code_is_in_memory_otherwise(write_nir):
    assert find_code(write_nir(base()), "") == ["/memfd:volley (deleted)"]


@pytest.mark.skipif(shutil.which("gdb") is None, reason="needs gdb")
@pytest.mark.parametrize("in_memory", [True, False])
def test_debuggers_find_the_functions(in_memory, write_nir, run_tool, tmp_path):
    """Also those of a program in memory, which has no file."""
    model, settings = write_nir(base()), [f"--{k}={v}" for k, v in ASSUMED.items()]
    settings.append("--cpu=v3")
    x = tmp_path / "x.npy"
    np.save(x, BASE_INPUT)
    if not in_memory:
        program = tmp_path / "net.so"
        done = run_tool("snn-compile", model, *settings, "--quiet", "-o", program)
        assert done.returncode == 0, done.stderr
        model, settings = program, []
    commands = [
        "set debuginfod enabled off",
        "set breakpoint pending on",
        "break step_lif_v3",
        "run",
        "backtrace 1",
        "kill",
    ]
    options = [option for command in commands for option in ("-ex", command)]
    arguments = [TOOLS / "snn-run", model, *settings, "--quiet", "--input", x]
    done = subprocess.run(
        ["gdb", "-nx", "-q", "-batch", *options, "--args", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "ptrace: Operation not permitted" in done.stderr:
        pytest.skip("processes must not be traced here")
    assert "#0 " in done.stdout, done.stdout + done.stderr
    assert "in step_lif_v3 ()" in done.stdout
