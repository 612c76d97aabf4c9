# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly's model classes, compiled and in PyTorch eager, in one run.

    python benchmarks/eager.py --threads 1 2 --batch 1 spikformer_8_512 sdt_8_384

Takes the models and weights of fidelity.py, checks that both give the same class for a
first image, then times them in turns on fresh images, A B A B, with the same number of
threads. A whole sequence of 4 steps from the initial state is one repetition; PyTorch
runs without gradients. Needs torch and spikingjelly.
"""

import argparse
import os
import statistics
import time

import fidelity
import numpy as np
import torch

import volley


def make_image(rng, case, batch):
    size = case.settings.get("image", 224)
    image = rng.random((batch, 3, size, size), dtype=np.float32)
    return fidelity.as_input(case, image)


def measure(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def format_times(times):
    low, middle, high = (f"{q * 1e3:.1f}" for q in statistics.quantiles(times, n=4))
    return f"{middle} ms ({low} to {high})"


def compare(name, options, rng):
    """Prints a row per number of threads."""
    case = fidelity.CASES[name]
    module = fidelity.build(case)
    network = volley.from_torch(module, make_image(rng, case, options.batch))
    for threads in options.threads:
        program = volley.compile(network, threads=threads)
        torch.set_num_threads(threads)
        x = make_image(rng, case, options.batch)
        ours = fidelity.run_program(program, case, x)
        theirs = fidelity.run_module(module, x)
        same = (ours.argmax(1) == theirs.argmax(1)).sum()
        times, peer_times = [], []
        for _ in range(options.repetitions):
            x = make_image(rng, case, options.batch)
            times.append(measure(fidelity.run_program, program, case, x))
            peer_times.append(measure(fidelity.run_module, module, x))
        ratio = statistics.median(b / a for a, b in zip(times, peer_times))
        print(
            f"| {name} | {options.batch} | {threads} | {same} of {options.batch} | "
            f"{format_times(times)} | {format_times(peer_times)} | {ratio:.2f} |",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", help=", ".join(fidelity.CASES))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch", type=int, default=1, help="images (1)")
    parser.add_argument("--repetitions", type=int, default=9)
    options = parser.parse_args()
    if unknown := [m for m in options.models if m not in fidelity.CASES]:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(fidelity.CASES)}")
    if options.repetitions < 2 or options.batch < 1 or min(options.threads) < 1:
        parser.error("expects at least 2 repetitions, an image and a thread")
    print(f"PyTorch {torch.__version__}, load {os.getloadavg()[0]:.1f}")
    print("| model | batch | threads | same class | Volley | eager | ratio |")
    print("|---|---|---|---|---|---|---|")
    rng = np.random.default_rng(0)
    for name in options.models or fidelity.CASES:
        compare(name, options, rng)


if __name__ == "__main__":
    main()
