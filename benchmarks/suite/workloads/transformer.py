# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly's model classes on random images, a sequence of steps."""

from __future__ import annotations

from functools import cached_property

import numpy as np

import volley

from suite.workloads.base import Workload


class Transformer(Workload):
    """
    Args:
        model: a case of fidelity.py, or "sdt_8_512".
        weights: "calibrated" are PyTorch's initial ones, with norms that have the
            statistics of images; "zoo" those of volley.models, that fire more.
    """

    kind = "module"
    # Minutes on the interpreter.
    interpretable = False

    def __init__(self, model, weights="calibrated", **common):
        super().__init__(**common)
        self.model, self.weights = model, weights

    @cached_property
    def case(self):
        import fidelity
        from spikingjelly.activation_based.model import spike_driven_transformer as sdt

        more = {
            "sdt_8_512": fidelity.Case(
                lambda: sdt.SpikeDrivenTransformer(
                    embed_dims=512, num_heads=8, depths=8, mlp_ratio=4.0
                ),
                volley.models.spike_driven_transformer,
                {"size": "8-512"},
            )
        }
        cases = {**more, **fidelity.CASES}
        if self.model not in cases:
            raise ValueError(f"there is no model {self.model!r}: {', '.join(cases)}")
        return cases[self.model]

    @property
    def size(self):
        return 32 if self.model.endswith("cifar10") else 224

    @cached_property
    def module(self):
        import fidelity
        import torch

        if self.weights == "zoo":
            return fidelity.build(self.case)
        torch.manual_seed(self.seed)
        module = self.case.make().eval()
        fidelity.adapt(module, self.case, self.size, 8, self.seed, fit=False)
        return module

    def network(self):
        import fidelity
        import torch

        image = torch.from_numpy(self.make_input(np.random.default_rng(1)))
        example = fidelity.as_input(self.case, image.numpy())
        network = volley.from_torch(self.module, example)
        if self.sum != "ascending":
            network.set_sum_law(self.sum)
        return network

    def make_input(self, rng):
        """Images (B, 3, H, W), not sequences."""
        shape = (self.batch, 3, self.size, self.size)
        return rng.random(shape, dtype=np.float32)

    def run_arguments(self):
        return {"steps": self.steps}

    def compare(self, ours, theirs):
        """Classes: logits differ by roundings, and where one of millions of spikes
        goes the other way; see fidelity.py."""
        if ours.shape != theirs.shape:
            raise ValueError(f"shapes differ: {ours.shape} and {theirs.shape}")
        same = ours.argmax(-1) == theirs.argmax(-1)
        return int(np.count_nonzero(~same)), len(same)
