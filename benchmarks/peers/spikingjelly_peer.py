# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as a network of SpikingJelly in multi-step mode."""

import torch
from spikingjelly.activation_based import neuron

from peers import UnsupportedError
from peers.torch_forms import TorchPeer, Weights
from suite.layers import Neurons


class SpikingJelly(TorchPeer):
    setting = (
        "LIF or IF nodes in multi-step mode on its torch backend, products of all "
        "steps at once; evaluation and inference mode"
    )

    def prepare(self):
        self.stages = []
        for layer in self.workload.layers():
            if not isinstance(layer, Neurons):
                self.stages.append(Weights(layer))
                continue
            if layer.current_decay is not None or layer.recurrent is not None:
                raise UnsupportedError("written for neurons without a current only")
            options = {
                "v_threshold": layer.threshold,
                "v_reset": 0.0 if layer.reset == "zero" else None,
                "step_mode": "m",
            }
            if layer.decay == 1:
                node = neuron.IFNode(**options)
            else:
                node = neuron.LIFNode(
                    tau=1 / (1 - layer.decay), decay_input=False, **options
                )
            self.stages.append(node.eval())

    @torch.inference_mode()
    def run(self, x):
        steps, batch = x.shape[:2]
        for stage in self.stages:
            if isinstance(stage, neuron.BaseNode):
                stage.reset()
                x = stage(x)
            else:
                x = stage(x.flatten(0, 1)).unflatten(0, (steps, batch))
        return x
