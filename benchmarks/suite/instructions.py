# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Instructions that a run executes, counted by valgrind's callgrind.

Unlike time they are the same on a busy machine. valgrind has no AVX-512, so they are
those of the AVX2 kernels: a guard against regressions, no measure of speed.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import volley

from suite.artefact import compile_without, find_tool

# Sequences behind one another in the longer of two runs, whose difference leaves
# loading and reading out. Of long sequences one more is enough.
SEQUENCES, LONG_SEQUENCE = 21, 2_000_000
# Most seconds of a run, of the processor, so that other work does not decide what is
# counted. valgrind emulates fused multiply-adds one by one: a dense product of floats
# takes minutes, others some seconds.
TIME_LIMIT = 30


class UncountableError(Exception):
    """Something that counting needs is absent; the message says what."""


def count(command: list) -> int:
    """Instructions of a process and the libraries that it loads."""
    profile = Path(command[-1]).with_name("callgrind.out")
    tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}"]
    limit = ["prlimit", f"--cpu={TIME_LIMIT}"]
    done = subprocess.run(
        [*limit, *tool, *command], capture_output=True, text=True, check=False
    )
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise UncountableError(f"callgrind takes more than {TIME_LIMIT} s")
    found = re.search(r"refs:\s+([\d,]+)", done.stderr)
    if done.returncode != 0 or not found:
        last = done.stderr.strip().splitlines()[-1:]
        raise UncountableError(f"callgrind: {' '.join(last)}")
    return int(found.group(1).replace(",", ""))


def compile_program(workload, path):
    """The artefact that is counted, of the kernels that valgrind can run."""
    network = workload.network()
    if not workload.without:
        volley.compile(network, cpu="x86-64-v3").save(path)
        return
    compile_without(network, workload.without, path, "--cpu=v3")


def count_instructions(workload) -> float:
    """Instructions per sequence of a workload with one input of steps."""
    for name in ("valgrind", "prlimit", "strip"):
        if shutil.which(name) is None:
            raise UncountableError(f"there is no {name}")
    try:
        tool = find_tool("snn-run")
    except FileNotFoundError as error:
        raise UncountableError(str(error)) from None
    x = workload.make_input(np.random.default_rng(0))
    if isinstance(x, dict) or workload.run_arguments():
        raise UncountableError("counted are networks with one input of steps")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        # valgrind stops at debug information that is newer than itself.
        runner = directory / "snn-run"
        subprocess.run(["strip", "-g", "-o", runner, tool], check=True)
        program = directory / "network.so"
        compile_program(workload, program)

        def count_run(sequences):
            data = directory / "x.npy"
            np.save(data, np.concatenate([x] * sequences))
            output = directory / "y.npy"
            options = ["--quiet", "--input", data, "--output", output]
            return count([runner, program, *options])

        one = count_run(1)
        each = float(count_run(2) - one)
        if each < LONG_SEQUENCE:
            each = (count_run(SEQUENCES) - one) / (SEQUENCES - 1)
        return each
