# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Memory of a process in which one runner runs a few inputs, and nothing else.

As a program it runs an artefact, with no more modules than a user's program has:

    python memory.py net.so x.npy THREADS '{"steps": 4}' memory.json
"""

import json
import os
import sys
import threading

CALLS = 3


def get_resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Sampler(threading.Thread):
    """Reads the resident memory of this process until it is stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.values, self.done = [], threading.Event()

    def run(self):
        while not self.done.wait(0.001):
            self.values.append(get_resident())


def measure(run) -> dict:
    """Bytes of this process while it calls run() a few times."""
    before = get_resident()
    sampler = Sampler()
    sampler.start()
    for _ in range(CALLS):
        run()
    sampler.done.set()
    sampler.join()
    values = [before, *sampler.values, get_resident()]
    with open("/proc/self/status") as file:
        peak = int(file.read().split("VmHWM:")[1].split()[0])
    return {
        "before_bytes": before,
        "peak_bytes": max(values),
        "mean_bytes": sum(values) / len(values),
        "process_peak_bytes": peak * 1024,
    }


def main(artefact, data, threads, arguments, output):
    import numpy as np

    import volley

    x = np.load(data)
    if data.endswith(".npz"):
        x = dict(x)
    program = volley.open(artefact, threads=int(threads))
    arguments = json.loads(arguments)
    result = measure(lambda: program(x, **arguments))
    with open(output, "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
