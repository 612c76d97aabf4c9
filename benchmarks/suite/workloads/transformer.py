# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly's model classes on random images, a sequence of steps."""

from __future__ import annotations

from functools import cached_property

import numpy as np

import volley

from suite.workloads.base import Workload


def round_weights(module, bits):
    """Weights of products and convolutions, in place."""
    import torch

    most = 2 ** (bits - 1) - 1
    kinds = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d)
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, kinds):
                rows = layer.weight.flatten(1)
                largest = rows.abs().amax(1, keepdim=True)
                scale = torch.exp2(torch.ceil(torch.log2(largest / most)))
                scale[largest == 0] = 1
                layer.weight.copy_(
                    (torch.round(rows / scale) * scale).view_as(layer.weight)
                )


class RateCalibration:
    """Shifts norms, as a module runs, so that the neurons behind them fire at a rate.

    What is between a norm and neurons keeps a shift: a maximum over positions, a sum
    with what came before. Neurons that no norm is in front of, those of attention,
    fire as they do.

    Args:
        rate: share of neurons that fire in a step, in the mean.
    """

    # Shifts are in deviations of what a norm has made.
    MOST, HALVINGS = 8.0, 20

    def __init__(self, module, rate):
        import fidelity
        from spikingjelly.activation_based import neuron

        self.rate = rate
        self.norm = None  # the last one that no neurons have used yet
        self.hooks = []
        for one in module.modules():
            if isinstance(one, fidelity.NORMS):
                self.hooks.append(one.register_forward_pre_hook(self.see_norm))
            elif isinstance(one, neuron.BaseNode):
                self.hooks.append(one.register_forward_pre_hook(self.shift))

    def see_norm(self, norm, _):
        self.norm = norm

    def shift(self, neurons, inputs):
        if self.norm is None:
            return
        (x,) = inputs
        low, high = -self.MOST, self.MOST
        for _ in range(self.HALVINGS):
            middle = (low + high) / 2
            neurons.reset()
            # Without hooks, of which this is one.
            is_above = float(neurons.forward(x + middle).mean()) > self.rate
            low, high = (low, middle) if is_above else (middle, high)
        neurons.reset()
        self.norm.bias.data += low
        self.norm = None
        # In place: what skips the neurons is shifted by the norm as well.
        x += low

    def remove(self):
        for hook in self.hooks:
            hook.remove()


class Transformer(Workload):
    """
    Args:
        model: a case of fidelity.py, or "sdt_8_512".
        weights: "calibrated" are PyTorch's initial ones, with norms that have the
            statistics of images; "zoo" those of volley.models, that fire more.
        rate: at which neurons behind calibrated norms fire; without it norms have the
            mean 0, and neurons behind a maximum of nine fire at 28 to 41 %.
        bits: that weights are rounded to, with a power of two for each output.
    """

    kind = "module"
    cells = "logits, which differ if by more than the deviation of all of an image"

    def __init__(self, model, weights="calibrated", rate=None, bits=None, **common):
        super().__init__(**common)
        self.model, self.weights, self.bits = model, weights, bits
        self.rate = rate

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
            module = fidelity.build(self.case)
        else:
            torch.manual_seed(self.seed)
            module = self.case.make().eval()
            norms = [m for m in module.modules() if isinstance(m, fidelity.NORMS)]
            for norm in norms:
                norm.momentum = 1.0
                norm.train()
            images = self.make_images(np.random.default_rng(self.seed), 2)
            images = torch.from_numpy(images)
            fidelity.run_module(module, images)
            module.eval()
            if self.rate:
                calibration = RateCalibration(module, self.rate)
                fidelity.run_module(module, images)
                calibration.remove()
        if self.bits:
            round_weights(module, self.bits)
        return module

    def prepare(self):
        """Its weights are found by many runs of the module."""
        _ = self.module

    def example(self):
        return self.make_input(np.random.default_rng(1))

    def network(self):
        import torch

        example = torch.from_numpy(self.example())
        network = volley.from_torch(self.module, example)
        if self.sum != "ascending":
            network.set_sum_law(self.sum)
        return network

    def make_images(self, rng, batch):
        """Images (B, 3, H, W); (T, B, 3, H, W) if the module takes each step's."""
        shape = (batch, 3, self.size, self.size)
        images = rng.random(shape, dtype=np.float32)
        return np.stack([images] * self.steps) if self.case.repeated else images

    def make_input(self, rng):
        return self.make_images(rng, self.batch)

    def run_arguments(self):
        return {} if self.case.repeated else {"steps": self.steps}

    def compare(self, ours, theirs):
        """Logits, of steps or their mean.

        One spike that rounding sends the other way changes all that follow in a
        network with random weights, and logits by a part of their deviation. Of normal
        logits that have nothing in common, those of another network, 48 % differ by
        more than one. fidelity.py counts first spikes.
        """
        ours, theirs = (y.mean(0) if y.ndim == 3 else y for y in (ours, theirs))
        if ours.shape != theirs.shape:
            raise ValueError(f"shapes differ: {ours.shape} and {theirs.shape}")
        differ = np.abs(ours - theirs) > theirs.std(-1, keepdims=True)
        return int(differ.sum()), differ.size
