# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of a spike matrix, to threshold bits, against PyTorch's of floats.

    PYTHONPATH=build/python python benchmarks/products.py [--shape 784 512 2048]
    PYTHONPATH=build/python python benchmarks/products.py --coincidences 512

(M, K) spikes by (N, K) weights in f32, compared with a threshold, for several
densities of spikes. Fresh spikes every time, both in turns, one thread unless said;
PyTorch gets its floats ready made and a product that is not spiking is all it does
besides the comparison. Bits are compared first: they may differ where a sum is within
rounding of the threshold. With --coincidences, so many products of two spike matrices,
(M, K) by (K, N), 64 x 196 x 64 unless said, counted. Needs torch.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import volley

COMPILER = Path(__file__).resolve().parents[1] / "build" / "bin" / "snn-compile"
DENSITIES = (0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0)


def build(weight, rows, law):
    net = volley.Builder("product")
    x = net.input("x", (rows, weight.shape[1]), "i1")
    threshold = volley.NeuronModel("threshold", law=lambda x: ({}, {"s": x > 1.0}))
    net.output("y", net.population(threshold, net.dense(x, weight, sum=law)))
    return net.build()


def build_coincidences(products, rows, terms, outputs):
    net = volley.Builder("coincidences")
    a = net.input("a", (products, rows, terms), "i1")
    b = net.input("b", (products, terms, outputs), "i1")
    net.output("y", a @ b)
    return net.build()


def compile_without(network, name, threads):
    """The program without an optional pass, which only the tool can leave out."""
    with tempfile.TemporaryDirectory() as directory:
        model, program = Path(directory, "net.mlirbc"), Path(directory, "net.so")
        network.save(model)
        command = [COMPILER, model, "-o", program, "--quiet", f"--without={name}"]
        subprocess.run(command, check=True)
        return volley.open(program, threads=threads)


def measure(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def format_times(times):
    low, middle, high = (f"{q * 1e3:.2f}" for q in statistics.quantiles(times, n=4))
    return f"{middle} ms ({low} to {high})"


def compare(density, program, inputs, reference, repetitions):
    """A row of the table: inputs() are the program's and PyTorch's."""
    ours, theirs, other = [], [], 0
    for _ in range(repetitions + 2):
        spikes, floats = inputs()
        seconds, y = measure(lambda s=spikes: program(s))
        ours.append(seconds)
        seconds, z = measure(lambda f=floats: reference(*f))
        theirs.append(seconds)
        other += int((y.reshape(z.shape) != z.numpy()).sum())
    # The first two are a warm-up.
    ours, theirs = ours[2:], theirs[2:]
    ratio = statistics.median(theirs) / statistics.median(ours)
    print(
        f"| {density:.0%} | {format_times(ours)} | {format_times(theirs)} | "
        f"{ratio:.1f} | {other} |",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shape", type=int, nargs=3, metavar=("M", "K", "N"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sum", default="ascending", help="the law of sums")
    parser.add_argument("--without", metavar="PASS", help="leave out an optional pass")
    parser.add_argument("--coincidences", type=int, metavar="PRODUCTS")
    parser.add_argument("--repetitions", type=int, default=15)
    options = parser.parse_args()
    products = options.coincidences
    shape = options.shape or ((64, 196, 64) if products else (784, 512, 2048))
    rows, terms, outputs = shape
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(outputs, terms)) / np.sqrt(terms)
    weight = weight.astype(np.float32)
    if products:
        network = build_coincidences(products, *shape)
    else:
        network = build(weight, rows, options.sum)
    if options.without:
        program = compile_without(network, options.without, options.threads)
    else:
        program = volley.compile(network, threads=options.threads)
    torch.set_num_threads(options.threads)
    matrix = torch.from_numpy(weight)

    def make(density, *size):
        spikes = rng.random(size) < density
        return spikes, torch.from_numpy(spikes.astype(np.float32))

    def coincidences(density):
        a, left = make(density, products, rows, terms)
        b, right = make(density, products, terms, outputs)
        return {"a": a[None, None], "b": b[None, None]}, (left, right)

    def projection(density):
        spikes, floats = make(density, rows, terms)
        return spikes[None, None], (floats,)

    inputs = coincidences if products else projection
    project = torch.nn.functional.linear
    reference = torch.bmm if products else lambda x: project(x, matrix) > 1.0
    print("| density | Volley | PyTorch | ratio | other bits |")
    print("|---|---|---|---|---|")
    for density in DENSITIES:
        compare(
            density,
            program,
            lambda d=density: inputs(d),
            reference,
            options.repetitions,
        )


if __name__ == "__main__":
    main()
