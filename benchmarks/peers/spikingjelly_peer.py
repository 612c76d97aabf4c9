# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of SpikingJelly in multi-step mode."""

import torch
from spikingjelly.activation_based import neuron

from peers.torch_forms import TorchPeer, Weights
from suite.layers import Neurons


class SpikingJelly(TorchPeer):
    setting = (
        "LIF, IF or CUBALIF nodes on its torch backend, in multi-step mode or, behind "
        "a product of their own spikes, step by step; products of all steps at once; "
        "evaluation and inference mode"
    )

    def prepare(self):
        self.stages = [
            Nodes(layer) if isinstance(layer, Neurons) else Weights(layer)
            for layer in self.workload.layers()
        ]

    @torch.inference_mode()
    def run(self, x):
        steps, batch = x.shape[:2]
        for stage in self.stages:
            if isinstance(stage, Nodes):
                x = stage(x)
            else:
                x = stage(x.flatten(0, 1)).unflatten(0, (steps, batch))
        return x


class Nodes:
    """A population over the whole sequence."""

    def __init__(self, layer):
        options = {
            "v_threshold": layer.threshold,
            "v_reset": 0.0 if layer.reset == "zero" else None,
        }
        if layer.current_decay is not None:
            node = neuron.CUBALIFNode(layer.current_decay, layer.decay, **options)
        elif layer.decay == 1:
            node = neuron.IFNode(**options)
        else:
            tau = 1 / (1 - layer.decay)
            node = neuron.LIFNode(tau=tau, decay_input=False, **options)
        # Its LinearRecurrentContainer would put input and spikes into one product,
        # for one step at a time.
        self.recurrent = Weights(layer.recurrent) if layer.recurrent else None
        self.node = node.eval()
        self.node.step_mode = "s" if self.recurrent else "m"

    def __call__(self, x):
        self.node.reset()
        if not self.recurrent:
            return self.node(x)
        spikes, result = torch.zeros_like(x[0]), []
        for drive in x.unbind():
            spikes = self.node(drive + self.recurrent(spikes))
            result.append(spikes)
        return torch.stack(result)
