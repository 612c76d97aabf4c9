# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What one call of a compiled network costs from Python.

One neuron, batch 1, one step; another input in every call. Prints the median
and the quartiles of the time per call, of a program and of a session, which the
suite's case `call` does not have.

    PYTHONPATH=build/python python benchmarks/call_overhead.py
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

import volley

NETWORK = """
snn.network @one(%x: tensor<1xf32>) -> (y: tensor<1xi1>) dt(1.0e-3) {
  %tau = arith.constant 1.0e-2 : f64
  %one = arith.constant 1.0 : f64
  %zero = arith.constant 0.0 : f64
  %y = snn.neuron lif "lif" (%x) params(tau = %tau, r = %one, v_leak = %zero,
       v_threshold = %one, v_reset = %zero : f64, f64, f64, f64, f64)
    scheme(forward_euler) reset(zero) compare(gt) spikes(single)
    : (tensor<1xf32>) -> tensor<1xi1>
  snn.output %y : tensor<1xi1>
}
"""
CALLS, ROUNDS = 2000, 25


def load():
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "one.mlir")
        path.write_text(NETWORK)
        return volley.load(path)


def measure(call, inputs):
    """Microseconds per call, one figure per round."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for x in inputs:
            call(x)
        times.append((time.perf_counter() - start) / len(inputs) * 1e6)
    return statistics.quantiles(times, n=4)


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    prog = volley.compile(load())
    session = prog.session(batch=1)
    rng = np.random.default_rng(0)
    inputs = list(rng.uniform(0, 40, (CALLS, 1, 1, 1)).astype(np.float32))
    for name, call in [("prog(x)", prog), ("session(x)", session)]:
        measure(call, inputs[:200])
        low, median, high = measure(call, inputs)
        print(f"{name:12} {median:6.2f} us per call (quartiles {low:.2f}, {high:.2f})")


if __name__ == "__main__":
    main()
