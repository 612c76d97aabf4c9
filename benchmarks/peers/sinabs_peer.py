# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of sinabs: time and batch are one dimension of its layers."""

import math

import torch
from sinabs import layers as sl
from sinabs.activation import MembraneReset, MembraneSubtract, SingleSpike

from peers import UnsupportedError
from peers.torch_forms import TorchPeer, Weights
from suite.layers import Neurons


class Sinabs(TorchPeer):
    setting = (
        "LIF or IAF layers over the whole sequence, products of all steps at once; "
        "inference mode"
    )

    def prepare(self):
        self.stages = [
            self.make(layer) if isinstance(layer, Neurons) else Weights(layer)
            for layer in self.workload.layers()
        ]

    @staticmethod
    def make(layer):
        if layer.current_decay is not None or layer.recurrent is not None:
            raise UnsupportedError("written for neurons without a current only")
        options = {
            "spike_threshold": torch.tensor(layer.threshold),
            "spike_fn": SingleSpike,
            "reset_fn": MembraneReset()
            if layer.reset == "zero"
            else MembraneSubtract(),
        }
        if layer.decay == 1:
            return sl.IAF(**options)
        return sl.LIF(tau_mem=-1 / math.log(layer.decay), norm_input=False, **options)

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
                stage.reset_states()
                x = stage(x)
        return x

    def result(self, y):
        return super().result(y.transpose(0, 1))
