# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch modules of the tests of volley.torch."""

import numpy as np
import torch
from spikingjelly.activation_based import layer, neuron
from torch import nn

import volley


def seeded(make, *args, **kwargs):
    """A module with the same weights every time, in eval mode."""
    torch.manual_seed(0)
    return make(*args, **kwargs).eval()


def calibrate(module, *inputs, gain=1.5):
    """Gives batch norms the statistics of an input, so that neurons fire."""
    norms = [
        m for m in module.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)
    ]
    for norm in norms:
        norm.momentum = 1.0
        nn.init.normal_(norm.weight, gain, 0.2)
        nn.init.normal_(norm.bias, 0.8, 0.2)
        norm.train()
    with torch.no_grad():
        module(*inputs)
    reset(module)
    return module.eval()


def reset(module):
    """Initial states of all neurons."""
    for child in module.modules():
        for name in ("reset", "reset_mem", "reset_states"):
            if callable(getattr(child, name, None)):
                getattr(child, name)()
                break


def run(module, *inputs):
    """What a module gives, from its initial states."""
    reset(module)
    with torch.no_grad():
        return module(*inputs)


def noise(*shape, seed=1, scale=1.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator) * scale


def evaluate(net, x, **options):
    """What a network gives, compiled; the interpreter gives the same bits."""
    y = volley.compile(net)(x, **options)
    expected = volley.interpret(net, x, **options)
    np.testing.assert_equal(y, expected)
    return y


def dense_net(**options):
    """Two fully connected layers, of a leaky and a plain integrator."""
    return nn.Sequential(
        layer.Linear(8, 16),
        neuron.LIFNode(**options),
        layer.Linear(16, 4),
        neuron.IFNode(**options),
    )
