# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A spiking transformer, compiled and in PyTorch, in one run.

    python benchmarks/transformer.py --size 8-512 --threads 1 2

Builds a Spikformer of the model zoo, checks that SpikingJelly's class gives the same
logits with the same weights, then times both in turns on a fresh image each: A B A B.
Needs torch and spikingjelly for the comparison; without them, times ours alone.
"""

import argparse
import platform
import statistics
import time

import numpy as np

import volley
from volley import models


def make_peer(model, arguments):
    """A function from an image to logits in PyTorch eager, or None."""
    try:
        import torch
        from spikingjelly.activation_based import functional
        from spikingjelly.activation_based.model.spikformer import Spikformer
    except ImportError:
        return None
    dims, depth, heads, ratio = models.spikformer_sizes[arguments.size]
    module = Spikformer(
        T=arguments.steps,
        img_size_h=arguments.image,
        img_size_w=arguments.image,
        embed_dims=dims,
        depths=depth,
        num_heads=heads,
        mlp_ratio=ratio,
    ).eval()
    state = {n: torch.from_numpy(w) for n, w in model.weights.items()}
    module.load_state_dict(state, strict=False)

    def run(image, threads):
        torch.set_num_threads(threads)
        functional.reset_net(module)
        with torch.no_grad():
            return module(torch.from_numpy(image)).numpy().mean(0)

    return run


def quartiles(times):
    q = statistics.quantiles(times, n=4)
    return f"{q[1] * 1e3:8.1f} ms (quartiles {q[0] * 1e3:.1f}, {q[2] * 1e3:.1f})"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", default="8-512", help="of the Spikformer (8-512)")
    parser.add_argument("--image", type=int, default=224, help="pixels (224)")
    parser.add_argument("--steps", type=int, default=4, help="time steps (4)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--repetitions", type=int, default=9)
    arguments = parser.parse_args()

    start = time.perf_counter()
    model = models.spikformer(arguments.size, image=arguments.image)
    print(f"{platform.processor() or platform.machine()}, NumPy {np.__version__}")
    print(
        f"Spikformer-{arguments.size}, {model.parameters:,} parameters, made in "
        f"{time.perf_counter() - start:.1f} s"
    )
    start = time.perf_counter()
    programs = {n: volley.compile(model.network, threads=n) for n in arguments.threads}
    elapsed = (time.perf_counter() - start) / len(programs)
    print(f"compiled in memory in {elapsed:.2f} s")
    peer = make_peer(model, arguments)
    rng = np.random.default_rng(0)
    shape = (1, 3, arguments.image, arguments.image)
    image = rng.random(shape, dtype=np.float32)
    if peer:
        ours = programs[arguments.threads[0]](image, steps=arguments.steps)
        theirs = peer(image, arguments.threads[0])
        print(f"largest difference of a logit: {np.abs(ours - theirs).max():.2g}")
    for threads, program in programs.items():
        times, peer_times = [], []
        for repetition in range(arguments.repetitions + 1):
            image = rng.random(shape, dtype=np.float32)
            start = time.perf_counter()
            program(image, steps=arguments.steps)
            middle = time.perf_counter()
            if peer:
                peer(image, threads)
            if repetition > 0:  # The first warms up.
                times.append(middle - start)
                peer_times.append(time.perf_counter() - middle)
        print(f"{threads} threads: volley        {quartiles(times)}")
        if peer:
            ratio = statistics.median(b / a for a, b in zip(times, peer_times))
            print(f"{threads} threads: torch eager   {quartiles(peer_times)}")
            print(f"{threads} threads: median ratio  {ratio:8.2f}")


if __name__ == "__main__":
    main()
