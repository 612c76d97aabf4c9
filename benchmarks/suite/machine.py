# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a measurement ran on: machine, versions, commit."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
from importlib import metadata
from pathlib import Path

# Instruction sets that change which kernels there are.
ISA_FLAGS = (
    "avx2 fma f16c avx512f avx512bw avx512vl avx512_vnni avx512_vpopcntdq avx512_bf16 "
    "avx512_fp16 avx_vnni amx_tile amx_int8 amx_bf16"
).split()
# By the name of their level: the best instruction sets that there are kernels for, and
# which flag says that a machine has them; the best one first.
LEVELS = {
    "amx": ("AVX-512 and AMX", "amx_int8"),
    "avx512": ("AVX-512", "avx512f"),
    "avx2": ("AVX2", "avx2"),
    "other": ("other", None),
}
PACKAGES = (
    "numpy torch onnx onnxruntime snntorch sinabs spikingjelly norse snn-mlir nir h5py"
).split()


def _read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _field(text, name):
    found = re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""


def describe_machine() -> dict:
    cpuinfo = _read("/proc/cpuinfo")
    flags = set(_field(cpuinfo, "flags").split())
    total = _field(_read("/proc/meminfo"), "MemTotal").split()
    family, model = _field(cpuinfo, "cpu family"), _field(cpuinfo, "model")
    return {
        "cpu": _field(cpuinfo, "model name") or platform.processor(),
        # The marketing name does not always tell generations apart.
        **({"family_model": f"{family}/{model}"} if family else {}),
        "isa": [flag for flag in ISA_FLAGS if flag in flags],
        "cores": os.cpu_count(),
        "memory_gb": round(int(total[0]) / 2**20, 1) if total else None,
        "system": f"{platform.system()} {platform.machine()}",
    }


def machine_level(machine: dict) -> str:
    """The name of its level, one of LEVELS."""
    return next(
        name
        for name, (_, flag) in LEVELS.items()
        if flag is None or flag in machine["isa"]
    )


def machine_type(machine: dict) -> str:
    """A name for machines whose times may be compared: a baseline's file name."""
    family = machine.get("family_model", "").replace("/", "-")
    text = (
        f"{machine['cpu']} {family} {machine['cores']} cores {machine_level(machine)}"
    )
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-")


def describe_versions() -> dict:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def describe_commit(directory: Path) -> dict:
    """The commit that a directory is of, and whether it was changed."""

    def git(*arguments):
        command = ["git", "-C", str(directory), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    status = git("status", "--porcelain", "--untracked-files=no")
    return {"commit": git("rev-parse", "HEAD"), "changed": bool(status)}


def busy_shares(seconds: float = 0.3) -> dict[int, float]:
    """The share of time that each processor is busy, by its number."""

    def read():
        shares = {}
        for line in _read("/proc/stat").splitlines():
            name, *values = line.split()
            if re.fullmatch(r"cpu\d+", name):
                numbers = [int(value) for value in values[:8]]
                shares[int(name[3:])] = (sum(numbers), numbers[3] + numbers[4])
        return shares

    before = read()
    time.sleep(seconds)
    return {
        cpu: 1 - (idle - before[cpu][1]) / max(1, total - before[cpu][0])
        for cpu, (total, idle) in read().items()
        if cpu in before
    }


def pin(threads: int) -> list[int]:
    """Binds the process to as many processors as it has threads, the idlest ones."""
    allowed = os.sched_getaffinity(0)
    busy = busy_shares()
    chosen = sorted(allowed, key=lambda cpu: busy.get(cpu, 0.0))[:threads]
    os.sched_setaffinity(0, chosen)
    return sorted(chosen)
