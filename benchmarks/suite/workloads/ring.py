# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A ladder of sizes: populations in a ring, each neuron with the same fan-out."""

from __future__ import annotations

from functools import cached_property

import numpy as np

import volley

from suite.workloads.base import Workload
from suite.workloads.mlp import LEAKY


class Ring(Workload):
    """1 / fan_out populations of equal size, each of which projects to the next.

    So each of N neurons has fan_out N synapses, which arrive a step later, and inputs
    of its own. Weights are multiples of 2^-10: sums are exact in any order, so that all
    runners have the same spikes although the network is recurrent.

    Args:
        neurons: how many in all.
        fan_out: share of all neurons that a neuron projects to.
        gain: deviation of the drive by the ring if all neurons fired.
        drive: weight of an input spike.
    """

    kind = "ring"

    def __init__(
        self, neurons, fan_out, gain, drive, decay=0.5, threshold=1.0, **common
    ):
        super().__init__(**common)
        self.populations = round(1 / fan_out)
        self.size, rest = divmod(neurons, self.populations)
        if rest:
            raise ValueError(
                f"{neurons} neurons are not {self.populations} populations"
            )
        self.gain, self.drive = gain, drive
        self.decay, self.threshold = decay, threshold
        # Minutes on the interpreter.
        self.interpretable = neurons <= 5000

    @cached_property
    def weights(self):
        """(populations, size, size): of what each receives from the one before."""
        rng = np.random.default_rng(self.seed)
        shape = (self.populations, self.size, self.size)
        weights = rng.standard_normal(shape, dtype=np.float32)
        weights *= np.float32(self.gain / np.sqrt(self.size) * 2**10)
        np.round(weights, out=weights)
        weights *= np.float32(2**-10)
        return weights

    def network(self):
        net = volley.Builder("ring")
        x = net.input("x", (self.populations * self.size,), "i1")
        late = [
            net.delay(shape=(self.size,), dtype="i1", steps=1)
            for _ in range(self.populations)
        ]
        params = {"decay": self.decay, "threshold": self.threshold}
        result = []
        for i, weight in enumerate(self.weights):
            own = net.scale(net.slice(x, [i * self.size], [self.size]), self.drive)
            drive = net.add(net.dense(late[i - 1], weight, sum=self.sum), own)
            spikes = net.population(LEAKY, drive, params=params, name=f"p{i}")
            result.append(spikes)
        for delay, spikes in zip(late, result):
            delay.connect(spikes)
        net.output("spikes", net.concat(result, 0))
        return net.build()

    def make_input(self, rng):
        shape = (self.steps, self.batch, self.populations * self.size)
        return (rng.random(shape, dtype=np.float32) < self.density).view(np.uint8)
