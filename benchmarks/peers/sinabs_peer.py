# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of sinabs: time and batch are one dimension of its layers."""

import math

import torch
from sinabs import layers as sl
from sinabs.activation import MembraneReset, MembraneSubtract, SingleSpike

from peers.torch_forms import TorchPeer, Weights, tensor
from suite.layers import Neurons


class Sinabs(TorchPeer):
    setting = (
        "LIF, LIFRecurrent or IAF layers over the whole sequence, products of all "
        "steps at once; inference mode"
    )

    def prepare(self):
        self.stages = [
            Population(layer) if isinstance(layer, Neurons) else Weights(layer)
            for layer in self.workload.layers()
        ]

    def convert(self, x):
        """Batch first."""
        return super().convert(x.swapaxes(0, 1))

    @torch.inference_mode()
    def run(self, x):
        batch, steps = x.shape[:2]
        for stage in self.stages:
            if isinstance(stage, Weights):
                x = stage(x.flatten(0, 1)).unflatten(0, (batch, steps))
            else:
                x = stage(x)
        return x

    def result(self, y):
        return super().result(y.transpose(0, 1))


class Population:
    """Signals are (B, T, *shape)."""

    def __init__(self, layer):
        options = {
            "spike_threshold": torch.tensor(layer.threshold),
            "spike_fn": SingleSpike,
            "reset_fn": MembraneReset()
            if layer.reset == "zero"
            else MembraneSubtract(),
        }
        # A current decays together with what arrives: that gets the decay back.
        self.gain, self.bias = None, None
        if layer.current_decay is not None:
            options["tau_syn"] = get_tau(layer.current_decay)
            self.gain = 1 / layer.current_decay
        if layer.decay == 1 and layer.recurrent is None:
            self.neurons = sl.IAF(**options)
            return
        options.update(tau_mem=get_tau(layer.decay), norm_input=False)
        if layer.recurrent is None:
            self.neurons = sl.LIF(**options)
            return
        weight, bias = tensor(layer.recurrent.weight), tensor(layer.recurrent.bias)
        back = torch.nn.Linear(*weight.shape[::-1], bias=False)
        back.weight.data = weight if self.gain is None else weight * self.gain
        # sinabs leaves the connection out of the first step, and its bias with it.
        if bias is not None and bias.any():
            self.bias = bias
        self.neurons = sl.LIFRecurrent(rec_connect=back, **options)

    def __call__(self, x):
        self.neurons.reset_states()
        if self.bias is not None:
            x = x + self.bias
        if self.gain is not None:
            x = x * self.gain
        return self.neurons(x)


def get_tau(decay):
    """In steps; of what does not decay infinite."""
    return -1 / math.log(decay) if decay < 1 else math.inf
