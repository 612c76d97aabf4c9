# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From a PyTorch model to a native library: train, convert, compare, compile, time.

    python from_pytorch.py                          # trains first
    python from_pytorch.py --weights digits.npz     # takes trained weights instead

The model is SpikingJelly's Spikformer for scikit-learn's 8x8 digits. All figures are of
the 360 images that training never saw, and both sides get the same ones. Times are
medians after a call to warm up, first all calls of SpikingJelly, then all of Volley: in
turns, threads of one that still wait for work would take the cores of the other. With
one thread they are processor time, with two the time that passes.
"""

from __future__ import annotations

import argparse
import functools
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from model import count_parameters, load, train
from spikingjelly.activation_based import functional
from train_digits import CONFIG, SETTINGS, load_split

import volley

THREADS = (1, 2)
# A load of more than this before timing is other processes': this one's is 1.
BUSY = 1.5
IDLE = 0.3  # seconds until PyTorch's threads sleep


class Classifier(torch.nn.Module):
    """A network whose logits (T, B, classes) are averaged over time."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images).mean(0)


def run_eager(module: torch.nn.Module, images: torch.Tensor) -> np.ndarray:
    """Return the logits (B, classes), from the initial state."""
    functional.reset_net(module)
    with torch.inference_mode():
        return module(images).numpy()


def measure(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return seconds per call by a clock (median), after one to warm up."""
    call()
    times = []
    deadline = time.perf_counter() + 2.0
    while len(times) < 3 or (len(times) < 200 and time.perf_counter() < deadline):
        start = clock()
        call()
        times.append(clock() - start)
    return statistics.median(times)


def describe(report) -> str:
    """Return a line on a comparison of spikes."""
    text = f"{report.different} of {report.cells:,} spikes differ"
    if report.mode == "forced" and report.different:
        text += f", at most {report.worst:.2g} from the threshold"
    (output,) = report.outputs
    return f"{text}; logits by at most {output.difference:.2g}"


def print_table(
    module: torch.nn.Module,
    programs: dict[int, volley.Program],
    images: torch.Tensor,
    labels: np.ndarray,
    steps: int,
) -> None:
    """Print accuracy and times of both; ``programs`` are by number of threads."""
    load_average = os.getloadavg()[0]
    eager = run_eager(module, images).argmax(1)
    ours = programs[1](images.numpy(), steps=steps).argmax(1)
    count = len(labels)
    right = [
        f"{int((classes == labels).sum())} of {count}" for classes in (eager, ours)
    ]
    same = f"{int((eager == ours).sum())} of {count}"
    print(f"{'':24}{'SpikingJelly':>14}{'Volley':>14}")
    print(f"{'accuracy':24}{right[0]:>14}{right[1]:>14}")
    print(f"{'same class':24}{'':14}{same:>14}")
    for threads, program in programs.items():
        torch.set_num_threads(threads)
        # Of one thread, the time that other processes take does not count.
        clock = time.process_time if threads == 1 else time.perf_counter
        for size in (1, count):
            x = images[:size]
            theirs = measure(functools.partial(run_eager, module, x), clock)
            time.sleep(IDLE)
            mine = measure(functools.partial(program, x.numpy(), steps=steps), clock)
            what = (
                f"{size} image{'s'[: size > 1]}, {threads} thread{'s'[: threads > 1]}"
            )
            line = f"{what:24}{theirs * 1e3:11.2f} ms{mine * 1e3:11.2f} ms"
            if threads == 1 or load_average <= BUSY:
                line += f"{theirs / mine:8.1f} x"
            print(line)
    print(f"\nPyTorch {torch.__version__}, {os.cpu_count()} cores")
    if load_average > BUSY:
        print(
            f"other processes are running (load {load_average:.1f}), and threads that "
            "wait for\neach other suffer most: do not compare the times of "
            f"{max(programs)} threads"
        )


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="NPZ",
        help="do not train: take what train_digits.py wrote",
    )
    parser.add_argument(
        "--epochs", type=int, default=20, help="to train for (default 20)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of training (default 0)")
    parser.add_argument(
        "--so",
        type=Path,
        default=Path("spikformer.so"),
        metavar="FILE",
        help="where the program is written (default spikformer.so)",
    )
    parser.add_argument(
        "--layers", action="store_true", help="print the comparison of each population"
    )
    return parser.parse_args()


def main() -> None:
    """Go the whole way, and print a table."""
    options = parse_arguments()
    torch.set_num_threads(1)
    train_x, images, train_y, labels = load_split()
    if options.weights:
        network, config = load(options.weights)
    else:
        print(f"training for {options.epochs} epochs", flush=True)
        config = CONFIG
        settings = replace(SETTINGS, epochs=options.epochs)
        network = train(config, train_x, train_y, settings, options.seed)
    module, steps = Classifier(network).eval(), config["T"]

    start = time.perf_counter()
    net = volley.from_torch(module, images[:2])  # only the shape and type count
    converted = time.perf_counter()
    prog = volley.compile(net)
    compiled = time.perf_counter()
    prog.save(options.so)

    forced = volley.compare(module, net, images, mode="forced")
    free = volley.compare(module, prog, images, mode="free-running")
    if options.layers:
        print(f"{forced}\n\n{free}\n")

    # From here on the program is the file, as any other host would run it.
    programs = {n: volley.open(options.so, threads=n) for n in THREADS}
    print_table(module, programs, images, labels.numpy(), steps)
    print(f"\nparameters    {count_parameters(network):,}")
    print(f"forced        {describe(forced)}")
    print(f"free-running  {describe(free)}")
    print(f"conversion    {converted - start:.2f} s, with torch.export")
    print(f"compile time  {compiled - converted:.2f} s")
    print(f"program       {options.so}, {options.so.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
