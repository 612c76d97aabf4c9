# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of spike matrices alone."""

from __future__ import annotations

from functools import cached_property

import numpy as np

import volley

from suite.workloads.base import Workload

# Of the deviation of sums: about a tenth of the outputs are spikes, at any density, so
# that a comparison of outputs says something.
THRESHOLD = 1.3


class Product(Workload):
    """(rows, terms) spikes by (terms, outputs) weights, compared with a threshold.

    Bits may differ from those of peers where a sum is within rounding of the threshold.
    """

    kind = "product"

    def __init__(self, shape, bits=None, **common):
        super().__init__(**common)
        self.rows, self.terms, self.outputs = shape
        self.bits = bits

    @cached_property
    def weight(self):
        rng = np.random.default_rng(self.seed)
        weight = rng.standard_normal((self.outputs, self.terms)) / np.sqrt(self.terms)
        if self.bits:
            # A power of two, so that the products of rounded weights are exact.
            most = 2 ** (self.bits - 1) - 1
            scale = 2.0 ** np.floor(np.log2(most / np.abs(weight).max()))
            weight = np.round(weight * scale) / scale
        return weight.astype(np.float32)

    @property
    def threshold(self):
        return np.float32(THRESHOLD * np.sqrt(self.density))

    def network(self):
        threshold = float(self.threshold)
        law = volley.NeuronModel("threshold", law=lambda x: ({}, {"s": x > threshold}))
        net = volley.Builder("product")
        x = net.input("x", (self.rows, self.terms), "i1")
        x = net.dense(x, self.weight, sum=self.sum)
        net.output("y", net.population(law, x))
        return net.build()

    def make_input(self, rng):
        shape = (1, 1, self.rows, self.terms)
        return (rng.random(shape, dtype=np.float32) < self.density).view(np.uint8)


class Coincidences(Workload):
    """Products of two spike signals, counted: (rows, terms) by (terms, outputs)."""

    kind = "coincidences"

    def __init__(self, products, shape, **common):
        super().__init__(**common)
        self.products, self.shape = products, shape

    def network(self):
        rows, terms, outputs = self.shape
        net = volley.Builder("coincidences")
        a = net.input("a", (self.products, rows, terms), "i1")
        b = net.input("b", (self.products, terms, outputs), "i1")
        net.output("y", a @ b)
        return net.build()

    def make_input(self, rng):
        rows, terms, outputs = self.shape

        def make(*shape):
            x = rng.random((1, 1, self.products, *shape), dtype=np.float32)
            return (x < self.density).view(np.uint8)

        return {"a": make(rows, terms), "b": make(terms, outputs)}
