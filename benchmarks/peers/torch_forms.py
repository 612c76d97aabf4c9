# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers in plain PyTorch, written as one who wants speed would write them."""

import numpy as np
import torch
from torch.nn import functional as F

from peers.base import Peer
from suite.layers import Conv, Dense, Flatten, Neurons, SumPool


class TorchPeer(Peer):
    """Inputs and outputs of peers on PyTorch."""

    def convert(self, x):
        return torch.from_numpy(np.ascontiguousarray(x, np.float32))

    def result(self, y):
        return y.detach().numpy()


def tensor(array):
    return None if array is None else torch.from_numpy(np.ascontiguousarray(array))


class Weights:
    """A layer with tensors, applied to (N, *shape)."""

    def __init__(self, layer):
        self.layer = layer
        if isinstance(layer, (Dense, Conv)):
            self.weight, self.bias = tensor(layer.weight), tensor(layer.bias)

    def __call__(self, x):
        layer = self.layer
        if isinstance(layer, Dense):
            return F.linear(x, self.weight, self.bias)
        if isinstance(layer, Conv):
            return F.conv2d(x, self.weight, self.bias, layer.stride, layer.padding)
        if isinstance(layer, SumPool):
            rows, columns = layer.kernel
            return F.avg_pool2d(x, layer.kernel) * float(rows * columns)
        if isinstance(layer, Flatten):
            return x.flatten(1)
        raise TypeError(f"no layer without state: {layer}")


def scan(neurons, x, state, recurrent=None):
    """Spikes (T, B, *shape) of a population and its state; nothing is written to.

    A state is a potential, and a current and spikes where the law has them.
    """
    v, current, spikes = state or (None, None, None)
    if state is None:
        v = torch.zeros_like(x[0])
        current = v if neurons.current_decay is not None else None
        spikes = v if recurrent is not None else None
    result = []
    for drive in x.unbind():
        if recurrent is not None:
            drive = drive + recurrent(spikes)
        if neurons.current_decay is not None:
            current = drive = current * neurons.current_decay + drive
        v = v * neurons.decay + drive
        fired = v > neurons.threshold
        now = fired.to(x.dtype)
        if neurons.reset == "zero":
            v = torch.where(fired, 0.0, v)
        else:
            v = v - now * neurons.threshold
        if recurrent is not None:
            spikes = now
        result.append(now)
    return torch.stack(result), (v, current, spikes)


class State:
    """A population that is advanced in place, by one step at a time."""

    def __init__(self, neurons):
        self.neurons = neurons
        self.recurrent = Weights(neurons.recurrent) if neurons.recurrent else None

    def reset(self, like):
        self.v = torch.zeros_like(like)
        self.current = torch.zeros_like(like)
        self.spikes = torch.zeros_like(like)

    def step(self, x):
        """The spikes, as floats or bools."""
        n, v = self.neurons, self.v
        if self.recurrent:
            x = x + self.recurrent(self.spikes)
        if n.current_decay is not None:
            x = self.current.mul_(n.current_decay).add_(x)
        if n.decay != 1:
            v.mul_(n.decay)
        v.add_(x)
        fired = v > n.threshold
        if n.reset == "zero":
            v.masked_fill_(fired, 0.0)
        else:
            fired = fired.to(v.dtype)
            v.sub_(fired, alpha=n.threshold)
        if self.recurrent:
            self.spikes = fired = fired.to(v.dtype)
        return fired


class Hoisted(TorchPeer):
    setting = (
        "products and convolutions of all steps at once, time folded into the batch; "
        "neurons step by step, in place; inference mode"
    )

    def prepare(self):
        self.stages = [
            State(layer) if isinstance(layer, Neurons) else Weights(layer)
            for layer in self.workload.layers()
        ]

    @torch.inference_mode()
    def run(self, x):
        steps, batch = x.shape[:2]
        for stage in self.stages:
            if isinstance(stage, State):
                stage.reset(x[0])
                x = torch.stack([stage.step(drive) for drive in x.unbind()])
                x = x.to(torch.float32)
            else:
                x = stage(x.flatten(0, 1)).unflatten(0, (steps, batch))
        return x


class Loop(Hoisted):
    setting = "all layers of a step, then the next; neurons in place; inference mode"

    @torch.inference_mode()
    def run(self, x):
        fresh, result = True, []
        for signal in x.unbind():
            for stage in self.stages:
                if isinstance(stage, State):
                    if fresh:
                        stage.reset(signal)
                    signal = stage.step(signal).to(torch.float32)
                else:
                    signal = stage(signal)
            fresh = False
            result.append(signal)
        return torch.stack(result)


class Compiled(TorchPeer):
    setting = (
        "torch.compile with static shapes, of sequences or pieces of up to 32 steps, "
        "products of all steps of a piece at once, C++ wrapper; inference mode"
    )
    # Compiling grows faster than the steps that are unrolled.
    PIECE = 32

    def prepare(self):
        workload = self.workload
        layers = workload.layers()
        stages = [
            (layer, Weights(layer.recurrent) if layer.recurrent else None)
            if isinstance(layer, Neurons)
            else (None, Weights(layer))
            for layer in layers
        ]

        def forward(x, states):
            """Without states the sequence starts here, and nothing goes on from it."""
            steps, batch = x.shape[:2]
            after = []
            for neurons, stage in stages:
                if neurons is not None:
                    state = states[len(after)] if states else None
                    x, state = scan(neurons, x, state, stage)
                    after.append(state)
                else:
                    x = stage(x.flatten(0, 1)).unflatten(0, (steps, batch))
            return x, after

        if workload.steps <= self.PIECE:
            self.whole = self.compile(lambda x: forward(x, None)[0])
        else:
            self.whole = None
            self.first = self.compile(lambda x: forward(x, None))
            self.next = self.compile(forward)
        x = workload.make_input(np.random.default_rng(1))
        self.run(self.convert(x))

    @staticmethod
    def compile(function):
        # Without it, a fifth of a millisecond per call is Python's.
        options = {"cpp_wrapper": True}
        return torch.compile(function, fullgraph=True, dynamic=False, options=options)

    @torch.inference_mode()
    def run(self, x):
        if self.whole:
            return self.whole(x)
        states, result = None, []
        for piece in x.split(self.PIECE):
            if states is None:
                y, states = self.first(piece)
            else:
                y, states = self.next(piece, states)
            result.append(y)
        return torch.cat(result)
