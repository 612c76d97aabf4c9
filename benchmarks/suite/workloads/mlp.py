# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers of leaky neurons with random weights, on random spikes."""

from __future__ import annotations

from functools import cached_property

import numpy as np

import volley

from suite.layers import Dense, Neurons
from suite.workloads.base import Workload


def leaky(v, x, decay, threshold):
    # Here, as it loads the compiler: memory is measured without it.
    from volley.builder import where

    v = v * decay + x
    spikes = v > threshold
    return {"v": where(spikes, 0.0, v)}, {"spikes": spikes}


LEAKY = volley.NeuronModel(
    "leaky", states={"v": 0.0}, inputs=["x"], params=["decay", "threshold"], law=leaky
)


class Mlp(Workload):
    """
    Args:
        sizes: of the input and of each layer.
        gains: standard deviation of each layer's drive per spike in the mean, which
            decides how much it fires.
        decay: of potentials. With a power of two all libraries round alike.
    """

    def __init__(self, sizes, gains, decay=0.5, threshold=1.0, **common):
        super().__init__(**common)
        self.sizes, self.gains = sizes, gains
        self.decay, self.threshold = decay, threshold

    @cached_property
    def weights(self):
        rng = np.random.default_rng(self.seed)
        return [
            (rng.standard_normal((n, k)) * gain / np.sqrt(k)).astype(np.float32)
            for k, n, gain in zip(self.sizes, self.sizes[1:], self.gains)
        ]

    def network(self):
        net = volley.Builder("mlp")
        x = net.input("x", (self.sizes[0],), "i1")
        params = {"decay": self.decay, "threshold": self.threshold}
        for i, weight in enumerate(self.weights):
            x = net.dense(x, weight, sum=self.sum)
            x = net.population(LEAKY, x, params=params, name=f"lif{i + 1}")
        net.output("spikes", x)
        return net.build()

    def layers(self):
        result = []
        for i, weight in enumerate(self.weights):
            shape = (len(weight),)
            result += [
                Dense(weight),
                Neurons(f"lif{i + 1}", shape, self.decay, self.threshold, "zero"),
            ]
        return result

    def make_input(self, rng):
        shape = (self.steps, self.batch, self.sizes[0])
        return (rng.random(shape, dtype=np.float32) < self.density).view(np.uint8)
