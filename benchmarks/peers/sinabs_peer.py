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
        "LIF or IAF layers over the whole sequence, products of all steps at once; "
        "inference mode"
    )

    def prepare(self):
        self.stages = [
            self.make(layer) if isinstance(layer, Neurons) else (Weights(layer), None)
            for layer in self.workload.layers()
        ]

    @staticmethod
    def make(layer):
        """sinabs multiplies what reaches a current by its decay; we do not."""
        reset = MembraneReset() if layer.reset == "zero" else MembraneSubtract()
        options = {
            "spike_threshold": torch.tensor(layer.threshold),
            "spike_fn": SingleSpike,
            "reset_fn": reset,
        }
        gain = 1.0
        if layer.current_decay is not None:
            options["tau_syn"] = -1 / math.log(layer.current_decay)
            gain = 1 / layer.current_decay
        if layer.decay != 1:
            options.update(tau_mem=-1 / math.log(layer.decay), norm_input=False)
        if layer.recurrent is None:
            cls = sl.IAF if layer.decay == 1 else sl.LIF
            return cls(**options), gain
        back = torch.nn.Linear(*layer.recurrent.weight.shape[::-1])
        with torch.no_grad():
            back.weight[:] = tensor(layer.recurrent.weight) * gain
            bias = layer.recurrent.bias
            back.bias[:] = 0 if bias is None else tensor(bias) * gain
        cls = sl.IAFRecurrent if layer.decay == 1 else sl.LIFRecurrent
        return cls(rec_connect=back, **options), gain

    def convert(self, x):
        """Batch first."""
        return super().convert(x.swapaxes(0, 1))

    @torch.inference_mode()
    def run(self, x):
        batch, steps = x.shape[:2]
        for stage, gain in self.stages:
            if gain is None:
                x = stage(x.flatten(0, 1)).unflatten(0, (batch, steps))
            else:
                stage.reset_states()
                x = stage(x if gain == 1 else x * gain)
        return x

    def result(self, y):
        return super().result(y.transpose(0, 1))
