# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""PyTorch modules of the tests of volley.torch."""

import numpy as np
import pytest
import torch
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
    from spikingjelly.activation_based import layer, neuron

    return nn.Sequential(
        layer.Linear(8, 16),
        neuron.LIFNode(**options),
        layer.Linear(16, 4),
        neuron.IFNode(**options),
    )


def check(module, example, x=None):
    """Converts a module; no spike differs on x, which may be longer than the example,
    and neurons fire."""
    net = volley.from_torch(module, example)
    x = example if x is None else x
    for mode in ("forced", "free-running"):
        result = volley.compare(module, net, x, mode=mode)
        print(f"\n{mode}:\n{result}")
        assert result
        assert all(output.difference <= 1e-5 for output in result.outputs)
        assert all(x.rates[0] > 0 for x in result.layers if x.what == "spikes")
    return net


def snapshot(module):
    """Everything of a module that a conversion must not change."""
    return {
        path: (
            {k: (id(v), v) for k, v in vars(child).items()},
            {k: (id(v), v.clone()) for k, v in child.named_parameters(recurse=False)},
            {k: (id(v), v.clone()) for k, v in child.named_buffers(recurse=False)},
            [dict(vars(child)[k]) for k in vars(child) if k.endswith("_hooks")],
            child.training,
        )
        for path, child in module.named_modules()
    }


def assert_same(before, after):
    assert before.keys() == after.keys()
    for path, (attributes, *groups, hooks, training) in before.items():
        new_attributes, *new_groups, new_hooks, new_training = after[path]
        assert {k: i for k, (i, _) in attributes.items()} == {
            k: i for k, (i, _) in new_attributes.items()
        }
        assert hooks == new_hooks and training == new_training
        for group, new in zip(groups, new_groups):
            assert group.keys() == new.keys()
            for name, (i, value) in group.items():
                assert i == new[name][0] and torch.equal(value, new[name][1])


def refusal(module, *inputs):
    """Diagnostics of a module that is refused, and is as before; they name lines of
    the user's, not of the package."""
    before = snapshot(module)
    with pytest.raises(volley.CompileError) as caught:
        volley.from_torch(module, inputs)
    assert_same(before, snapshot(module))
    assert "volley/torch/" not in str(caught.value)
    return caught.value.diagnostics


LAYOUTS = {
    "TB": lambda x: x,
    "BT": lambda x: x.transpose(0, 1),
    "(BT)": lambda x: x.transpose(0, 1).flatten(0, 1),
    "step": lambda x: x,
}


def agree(make, x, layout="TB", states=0, tolerance=0.0):
    """Checks a network against the module: no spike differs, forced or free-running,
    and outputs are the same, from the first step and after two resets, in one call
    and in two.

    Args:
        make: makes the module.
        x: (3 T, B, ...), of which the network sees T steps as its example.
        layout: how the module takes it; a "step" at a time, given `states` that it
            returns.
        tolerance: the largest difference of outputs that are no spikes.

    Returns:
        the network, and the populations' rates.
    """
    steps, arrange = len(x) // 3, LAYOUTS[layout]
    none = (None,) * states
    example = x[0] if layout == "step" else arrange(x[:steps])
    module = seeded(make)
    net = volley.from_torch(module, (example, *none))
    rates = []
    for mode in ("forced", "free-running"):
        result = volley.compare(module, net, (arrange(x), *none), mode=mode)
        assert result.different == 0, str(result)
        assert all(output.difference <= tolerance for output in result.outputs)
        rates = [layer.rates[0] for layer in result.layers]
    session = volley.compile(net).session(x.shape[1])
    for part in x.split(steps):
        session.reset()
        half = steps // 2
        got = _as_list(session(part[:half].numpy()))
        windows = [len(y) != half for y in got]
        more = _as_list(session(part[half:].numpy()))
        got = [
            b if is_window else np.concatenate([a, b])
            for a, b, is_window in zip(got, more, windows)
        ]
        expected = _run_fresh(make, part, layout, states)
        for y, e in zip(got, expected):
            if layout == "(BT)":
                e = e.unflatten(0, (part.shape[1], steps))
            if layout in ("BT", "(BT)") and e.shape[:2] == part.shape[1::-1]:
                e = e.transpose(0, 1)
            np.testing.assert_allclose(y, e.numpy(), atol=tolerance, rtol=0)
    return net, rates


def _as_list(y):
    return list(y.values()) if isinstance(y, dict) else [y]


def _run_fresh(make, x, layout, states):
    """The tensors that a new module returns."""
    module = seeded(make)
    reset(module)

    def leaves(result):
        found = torch.utils._pytree.tree_leaves(result)
        return [leaf for leaf in found if isinstance(leaf, torch.Tensor)]

    with torch.no_grad():
        if layout != "step":
            return leaves(module(LAYOUTS[layout](x)))
        given, steps = (None,) * states, []
        for one in x:
            result = module(one, *given)
            if states:
                *result, given = *result[:-states], result[-states:]
            steps.append(leaves(result))
    return [torch.stack(values) for values in zip(*steps)]
