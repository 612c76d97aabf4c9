# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of snnTorch, in the manner of its tutorials."""

import snntorch
import torch

from peers.torch_forms import TorchPeer, Weights
from suite.layers import Neurons


class SnnTorch(TorchPeer):
    setting = (
        "Leaky or Synaptic neurons behind torch layers, step by step; inference mode"
    )

    def prepare(self):
        self.stages = []
        for layer in self.workload.layers():
            if not isinstance(layer, Neurons):
                self.stages.append((Weights(layer), None, None))
                continue
            options = {
                "threshold": layer.threshold,
                "reset_mechanism": layer.reset,
                "reset_delay": False,
            }
            if layer.current_decay is None:
                neurons = snntorch.Leaky(beta=layer.decay, **options)
            else:
                neurons = snntorch.Synaptic(
                    alpha=layer.current_decay, beta=layer.decay, **options
                )
            # snnTorch's recurrent classes reset one step late.
            back = Weights(layer.recurrent) if layer.recurrent else None
            self.stages.append((None, neurons, back))

    @torch.inference_mode()
    def run(self, x):
        states = [None] * len(self.stages)
        spikes = [None] * len(self.stages)
        result = []
        for signal in x.unbind():
            for i, (weights, neurons, back) in enumerate(self.stages):
                if weights is not None:
                    signal = weights(signal)
                    continue
                if back is not None:
                    if spikes[i] is None:
                        spikes[i] = torch.zeros_like(signal)
                    signal = signal + back(spikes[i])
                if states[i] is None:
                    states[i] = (torch.zeros_like(signal),) * self.state_count(neurons)
                signal, *states[i] = neurons(signal, *states[i])
                spikes[i] = signal
            result.append(signal)
        return torch.stack(result)

    @staticmethod
    def state_count(neurons):
        return 2 if isinstance(neurons, snntorch.Synaptic) else 1
