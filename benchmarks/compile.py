# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long compiling takes, and how much memory, from a file to a shared object.

    .venv/bin/python benchmarks/compile.py [MODEL.nir [snn-compile options]]
    .venv/bin/python benchmarks/compile.py --zoo

Without a model: an affine layer of 125 MB, stored contiguously and compressed.
With one: that model. `--zoo`: Spikformer-8-512, the same with 24 blocks, and one of
104.9 million parameters, with the size of the artefact less its weights.

Every compilation is a new process, the file is in the page cache; the median of the
repetitions is printed, with the quartiles, and for a model also the same in memory
within one process.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from suite.artefact import get_sections

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "build" / "python"))
COMPILER = ROOT / "build" / "bin" / "snn-compile"
OUT, IN = 4096, 8000  # 125 MiB of f32


def write_layer(path, compression):
    import nir
    import numpy as np

    rng = np.random.default_rng(0)
    weight = rng.standard_normal((OUT, IN), dtype=np.float32)
    nodes = {
        "input": nir.Input({"input": np.array([IN])}),
        "fc": nir.Affine(weight, np.zeros(OUT, np.float32)),
        "output": nir.Output({"output": np.array([OUT])}),
    }
    edges = [("input", "fc"), ("fc", "output")]
    nir.write(path, nir.NIRGraph(nodes, edges), compression=compression)


def run(command):
    """Seconds and peak memory in bytes of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return seconds, usage.ru_maxrss * 1024


def write_spikformer(path, size):
    import volley

    volley.models.spikformer(size).network.save(path)


# A published size, or (channels, blocks, heads, ratio of the MLP).
SPIKFORMERS = {
    "8-512": "8-512",
    "24 blocks of 512": (512, 24, 8, 4.0),
    "104.9 million parameters": (1024, 7, 16, 4.0),
}


def measure_zoo(repetitions):
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as directory:
        path, output = Path(directory, "net.mlirbc"), Path(directory, "net.so")
        for name, size in SPIKFORMERS.items():
            writer = context.Process(target=write_spikformer, args=(path, size))
            writer.start()
            writer.join()
            time, peak = measure(path, [], repetitions)
            run([COMPILER, path, "--quiet", "-o", output])
            sections = get_sections(output)
            weights = sections[".volley.weights"]
            print(
                f"Spikformer, {name}: {time}, peak memory {peak / 1e6:.0f} MB; without "
                f"{weights / 1e6:.1f} MB of weights "
                f"{(output.stat().st_size - weights) / 1e3:.0f} KB, "
                f".text {sections['.text'] / 1e3:.1f} KB"
            )


def measure(model, options, repetitions):
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory, "model.so")
        command = [COMPILER, model, *options, "--quiet", "-o", output]
        run(command)
        runs = [run(command) for _ in range(repetitions)]
    low, median, high = statistics.quantiles([seconds for seconds, _ in runs], n=4)
    peak = max(memory for _, memory in runs)
    return f"{median:.3f} s (quartiles {low:.3f}, {high:.3f})", peak


def measure_in_memory(model, options, repetitions):
    import volley

    names = {"--profile": "profile", "--dt": "dt", "--reset": "reset"}
    settings = {}
    for option in options:
        name, _, value = option.partition("=")
        if name not in names:
            sys.exit(f"{name} is not measured in memory")
        settings[names[name]] = float(value) if name == "--dt" else value
    times = []
    for _ in range(repetitions + 1):
        start = time.perf_counter()
        volley.compile(volley.load(model, **settings))
        times.append(time.perf_counter() - start)
    low, median, high = statistics.quantiles(times[1:], n=4)
    return f"{median:.3f} s (quartiles {low:.3f}, {high:.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?")
    parser.add_argument("--zoo", action="store_true")
    parser.add_argument("--repetitions", type=int, default=10)
    options, compiler_options = parser.parse_known_args()
    if compiler_options and not options.model:
        parser.error(f"{compiler_options[0]}: expects a model to compile")
    if options.repetitions < 2:
        parser.error("--repetitions: expects at least 2")
    if options.zoo:
        return measure_zoo(options.repetitions)
    if options.model:
        time, peak = measure(options.model, compiler_options, options.repetitions)
        print(f"new process  {time}, peak memory {peak / 1e6:.0f} MB")
        time = measure_in_memory(options.model, compiler_options, options.repetitions)
        print(f"in memory    {time}, from the file")
        return
    # Linux counts the memory of the process that starts another into the peak of
    # that one: this one stays small.
    context = multiprocessing.get_context("spawn")
    weights = OUT * IN * 4
    with tempfile.TemporaryDirectory() as directory:
        for name, compression in [("contiguous", None), ("gzip", "gzip")]:
            path = Path(directory, f"{name}.nir")
            writer = context.Process(target=write_layer, args=(path, compression))
            writer.start()
            writer.join()
            time, peak = measure(path, [], options.repetitions)
            print(
                f"{weights / 2**20:.0f} MiB {name:10} {time}, peak memory "
                f"{peak / 1e6:.0f} MB (1.5 x weights + 150 MB: "
                f"{(1.5 * weights + 150e6) / 1e6:.0f} MB)"
            )


if __name__ == "__main__":
    main()
