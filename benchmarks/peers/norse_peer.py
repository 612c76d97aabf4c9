# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of Norse's cells."""

import torch
from norse.torch import LIBoxCell, LIBoxParameters, LIFBoxCell, LIFBoxParameters
from norse.torch.functional.reset import reset_subtract, reset_value

from peers.torch_forms import TorchPeer, Weights
from suite.layers import Neurons

# Norse has no integrate-and-fire neuron whose threshold is subtracted: one that leaks
# this share in a step comes close.
SMALLEST_LEAK = 2.0**-20


class Norse(TorchPeer):
    setting = "LIFBox cells behind torch layers, step by step; inference mode"

    def prepare(self):
        self.stages = [
            Cell(layer) if isinstance(layer, Neurons) else Weights(layer)
            for layer in self.workload.layers()
        ]

    @torch.inference_mode()
    def run(self, x):
        for stage in self.stages:
            if isinstance(stage, Cell):
                stage.reset()
        result = []
        for signal in x.unbind():
            for stage in self.stages:
                signal = stage(signal)
            result.append(signal)
        return torch.stack(result)


class Cell:
    """A population: v += leak (gain x - v), with a gain that takes the leak back."""

    def __init__(self, layer):
        leak = max(1 - layer.decay, SMALLEST_LEAK)
        self.gain = 1 / leak
        self.cell = LIFBoxCell(
            LIFBoxParameters(
                tau_mem_inv=torch.tensor(leak),
                v_th=torch.tensor(layer.threshold),
                reset_method=reset_value if layer.reset == "zero" else reset_subtract,
            ),
            dt=1.0,
        )
        self.current = None
        if layer.current_decay is not None:
            share = 1 - layer.current_decay
            self.current_gain = 1 / share
            self.current = LIBoxCell(
                LIBoxParameters(tau_mem_inv=torch.tensor(share)), dt=1.0
            )
        self.recurrent = Weights(layer.recurrent) if layer.recurrent else None

    def reset(self):
        self.state = self.current_state = self.spikes = None

    def __call__(self, x):
        if self.recurrent:
            if self.spikes is None:
                self.spikes = torch.zeros_like(x)
            x = x + self.recurrent(self.spikes)
        if self.current:
            x, self.current_state = self.current(
                x * self.current_gain, self.current_state
            )
        self.spikes, self.state = self.cell(x * self.gain, self.state)
        return self.spikes
