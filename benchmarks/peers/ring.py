# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ladder's ring of populations: one batched product per step."""

import numpy as np
import torch

from peers.torch_forms import Compiled as CompiledLayers
from peers.torch_forms import State, TorchPeer, tensor
from suite.layers import Neurons


class Torch(TorchPeer):
    setting = "torch.bmm of all populations, neurons in place; inference mode"

    def prepare(self):
        workload = self.workload
        self.weights = tensor(workload.weights).transpose(1, 2)
        # The population before: its weights are with the one that receives.
        self.shape = (workload.batch, workload.populations, workload.size)

    def make_neurons(self):
        workload = self.workload
        shape = (workload.populations, workload.size)
        state = State(
            Neurons("ring", shape, workload.decay, workload.threshold, "zero")
        )
        state.reset(torch.zeros(self.shape))
        return lambda drive: state.step(drive).to(torch.float32)

    def convert(self, x):
        return super().convert(x).unflatten(2, self.shape[1:])

    @torch.inference_mode()
    def run(self, x):
        neurons = self.make_neurons()
        spikes, result = torch.zeros(self.shape), []
        for own in (x * self.workload.drive).unbind():
            before = spikes.roll(1, 1).transpose(0, 1)
            arriving = torch.bmm(before, self.weights).transpose(0, 1)
            spikes = neurons(arriving + own)
            result.append(spikes)
        return torch.stack(result)

    def result(self, y):
        return super().result(y.flatten(2))


class Compiled(Torch):
    setting = (
        "torch.compile with static shapes, of pieces of 10 steps, torch.bmm of all "
        "populations, C++ wrapper; inference mode"
    )
    PIECE = 10

    def prepare(self):
        super().prepare()
        workload, weights = self.workload, self.weights

        def forward(x, spikes, v):
            result = []
            for own in (x * workload.drive).unbind():
                before = spikes.roll(1, 1).transpose(0, 1)
                arriving = torch.bmm(before, weights).transpose(0, 1)
                v = v * workload.decay + (arriving + own)
                fired = v > workload.threshold
                spikes, v = fired.to(v.dtype), torch.where(fired, 0.0, v)
                result.append(spikes)
            return torch.stack(result), spikes, v

        self.forward = CompiledLayers.compile(forward)
        self.run(self.convert(workload.make_input(np.random.default_rng(1))))

    @torch.inference_mode()
    def run(self, x):
        spikes, v, result = torch.zeros(self.shape), torch.zeros(self.shape), []
        for piece in x.split(self.PIECE):
            y, spikes, v = self.forward(piece, spikes, v)
            result.append(y)
        return torch.cat(result)


class SnnTorch(Torch):
    setting = "torch.bmm of all populations, a Leaky for all; inference mode"

    def make_neurons(self):
        import snntorch

        cell = snntorch.Leaky(
            beta=self.workload.decay,
            threshold=self.workload.threshold,
            reset_mechanism="zero",
            reset_delay=False,
        )
        state = torch.zeros(self.shape)

        def step(drive):
            nonlocal state
            spikes, state = cell(drive, state)
            return spikes

        return step


class Norse(Torch):
    setting = "torch.bmm of all populations, an LIFBoxCell for all; inference mode"

    def make_neurons(self):
        from peers.norse_peer import Cell

        workload = self.workload
        shape = (workload.populations, workload.size)
        cell = Cell(Neurons("ring", shape, workload.decay, workload.threshold, "zero"))
        cell.reset()
        return cell
