# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the input of an event camera costs, as an array and as a list of events.

A convolution with a population behind it, or a pool, then another convolution and
population; random events, one sample. Prints the median time per step: to make the
array of the events, and to run with each. In turns, as machines drift.

    PYTHONPATH=build/python python benchmarks/events.py
"""

import argparse
import statistics
import time

import numpy as np

import volley

# Height, width, first layer and its stride, events per element and step, steps.
CAMERAS = [
    (128, 128, "conv", 1, 0.005, 64),
    (128, 128, "conv", 2, 0.005, 64),
    (480, 640, "conv", 2, 0.002, 32),
    (480, 640, "conv", 4, 0.002, 32),
    (480, 640, "pool", 4, 0.002, 32),
    (720, 1280, "conv", 4, 0.001, 16),
    (720, 1280, "pool", 4, 0.001, 16),
]
ROUNDS = 15


def leak(i, v):
    v = 0.9 * v + i
    spike = v > 1.0
    return {"v": v - volley.builder.where(spike, 1.0, 0.0)}, {"spikes": spike}


LIF = volley.NeuronModel("lif", states={"v": 0.0}, law=leak)


def build(height, width, first, stride):
    rng = np.random.default_rng(0)
    net = volley.Builder("camera", dt=1e-3)
    x = net.input("events", (2, height, width), "i1")
    if first == "pool":
        x = net.pool("sum", x, stride)
    else:
        size = 5 if stride > 1 else 3
        weight = rng.normal(0.3, 0.6, (8, 2, size, size))
        x = net.conv(x, weight, stride=stride, padding=size // 2)
        x = net.population(LIF, x, name="lif1")
    weight = rng.normal(0.1, 0.2, (16, x.shape[0], 3, 3))
    x = net.conv(x, weight, stride=2, padding=1)
    x = net.population(LIF, x, name="lif2")
    net.output("counts", net.reduce("sum", x, [1, 2]))
    return net.build()


def record(rng, height, width, density, steps):
    """Events in the order in which a camera gives them, none twice in a step."""
    size = 2 * height * width
    count = int(density * size)
    steps_of = np.repeat(np.arange(steps), count)
    places = [rng.choice(size, count, replace=False) for _ in range(steps)]
    return steps_of, np.concatenate(places)


def fill(events, shape):
    """The array that a host would make."""
    x = np.zeros((events.steps, 1, *shape), np.uint8)
    x.reshape(events.steps, -1)[events.t, events.index] = 1
    return x


def measure(camera, rng):
    """Median microseconds per step of filling, the array and the list."""
    height, width, first, stride, density, steps = camera
    session = volley.compile(build(height, width, first, stride)).session(batch=1)
    events = volley.Events(*record(rng, height, width, density, steps), steps)
    shape = (2, height, width)
    array = fill(events, shape)
    expected = session(array)

    def run(x):
        session.reset()
        start = time.perf_counter()
        y = session(x)
        duration = time.perf_counter() - start
        assert (y == expected).all()
        return duration

    def time_filling():
        start = time.perf_counter()
        fill(events, shape)
        return time.perf_counter() - start

    turns = [(time_filling(), run(array), run(events)) for _ in range(ROUNDS)]
    return [statistics.median(times) / steps * 1e6 for times in zip(*turns)]


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    rng = np.random.default_rng(1)
    print("us per step             events      fill     array      list")
    for camera in CAMERAS:
        height, width, first, stride, density, _ = camera
        columns = "".join(f"{time:10.1f}" for time in measure(camera, rng))
        count = int(density * 2 * height * width)
        print(f"{width:4} x {height:3}, {first} {stride} {count:11}{columns}")


if __name__ == "__main__":
    main()
