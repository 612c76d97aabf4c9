# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""That no conversion is silently wrong: readings that were, and the check itself."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
neuron = pytest.importorskip("spikingjelly.activation_based.neuron")
snn = pytest.importorskip("snntorch")

from torch import nn  # noqa: E402

import volley  # noqa: E402
from volley.torch import _verify  # noqa: E402
from volley.torch.ops import TABLE  # noqa: E402

from torchnets import evaluate, noise, run, seeded  # noqa: E402

torch.set_num_threads(1)


class Net(nn.Module):
    """Two layers, and neurons written by hand."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.fc, self.fc2 = nn.Linear(8, 8), nn.Linear(8, 8)
        self.bias = nn.Parameter(torch.randn(8))
        self.register_buffer("mask", torch.rand(8) > 0.4)
        with torch.no_grad():  # sums are exact in any order
            for parameter in self.parameters():
                parameter.copy_((parameter * 32).round() / 16)

    def forward(self, x):
        return self.function(self, x)

    def neurons(self, x):
        v = torch.zeros_like(x[0])
        spikes = []
        for xt in x:
            v = v * 0.5 + xt
            z = (v >= 0.5).float()
            v = v * (1 - z)
            spikes.append(z)
        return torch.stack(spikes)


def quarters(*shape, seed=1):
    return (noise(*shape, seed=seed, scale=8.0)).round() / 4


READINGS = {}


def reading(function):
    READINGS[function.__name__] = function
    return function


# Views, copies and what is written in place


@reading
def copy_of_a_transposed_tensor(net, x):
    y = net.fc(x).transpose(1, 2)
    z = y.contiguous()
    z += 1
    return net.neurons((z + y).transpose(1, 2))


@reading
def part_of_a_chunk(net, x):
    y = net.fc(x)
    a, b = y.chunk(2, -1)
    a.add_(b)
    return net.neurons(y)


@reading
def parts_of_what_is_written_later(net, x):
    y = net.fc(x)
    a, b = torch.split(y, [3, 5], -1)
    y.mul_(2)
    return net.neurons(torch.cat([b, a], -1))


@reading
def steps_of_unbind(net, x):
    y = net.fc(x)
    v, spikes = torch.zeros_like(y[0]), []
    for yt in y.unbind(0):
        v = v * 0.5 + yt
        z = (v >= 0.5).float()
        v = v * (1 - z)
        yt.sub_(z)
        spikes.append(z)
    return torch.stack(spikes), y


@reading
def a_copy_by_type(net, x):
    spikes = net.neurons(net.fc(x)) > 0
    floats = spikes.float()
    floats *= 2
    return floats + spikes


@reading
def an_operand_to_write(net, x):
    y = net.fc(x)
    w = torch.zeros_like(y)
    torch.add(y, 1.0, out=w)
    return net.neurons(y - w * 0.25), w


@reading
def another_shape_in_place(net, x):
    y = net.fc(x)
    y = y.unsqueeze_(2).squeeze_(2)
    return net.neurons(y)


@reading
def its_own_input(net, x):
    x.mul_(0.5)
    return net.neurons(net.fc(x))


# Types


@reading
def integers_that_are_written(net, x):
    y = net.fc(x)
    kept, v = torch.zeros(y.shape, dtype=torch.long), torch.zeros_like(y[0])
    for t in range(len(y)):
        v = v * 0.5 + y[t]
        kept[t] = v
    return kept.float()


@reading
def truths_that_are_written(net, x):
    y = net.fc(x)
    kept = torch.zeros_like(y, dtype=torch.bool)
    kept.copy_(net.neurons(y) * 3)
    return kept.float()


@reading
def a_sum_of_truths(net, x):
    a, b = net.fc(x) > 0, net.fc2(x) > 0
    both = a + b
    return net.neurons(both * 1.5), both.sum(-1)


@reading
def an_or_over_time(net, x):
    ever = torch.zeros(x.shape[1], 8, dtype=torch.bool)
    for z in net.neurons(net.fc(x)).bool():
        ever = ever + z
    return ever.float()


@reading
def or_in_place(net, x):
    a = net.fc(x) > 0
    a |= net.fc2(x) > 0
    return net.neurons(a.float())


@reading
def a_sum_of_whole_numbers(net, x):
    return net.neurons(net.fc(x).sum(-1, dtype=torch.int32).float() * 0.25)


@reading
def decimals(net, x):
    return net.neurons(torch.round(net.fc(x), decimals=1) * 0.25)


@reading
def tens(net, x):
    return net.neurons(torch.round(net.fc(x) * 100, decimals=-1) / 128)


@reading
def a_constant_mask(net, x):
    spikes = net.neurons(net.fc(x)) > 0
    return (spikes & net.mask).float(), (spikes | net.mask).float()


# Sums over steps


@reading
def a_sum_that_starts_from_a_bias(net, x):
    total = net.bias.expand(x.shape[1], -1)
    for z in net.neurons(net.fc(x)):
        total = total + z
    return total


def add_spikes(net, x, total):
    """Adds what the neurons give in the same loop."""
    v = torch.zeros(x.shape[1], 8)
    for xt in x:
        v = v * 0.5 + net.fc(xt)
        z = (v >= 0.5).float()
        v = v - z
        total = total + z
    return total


@reading
def a_sum_that_starts_from_ones(net, x):
    return add_spikes(net, x, torch.ones(x.shape[1], 8))


@reading
def a_sum_that_starts_from_the_first_step(net, x):
    return add_spikes(net, x, net.fc2(x[0]))


@pytest.mark.parametrize("name", READINGS)
def test_readings(name):
    module = seeded(Net, READINGS[name])
    net = volley.from_torch(module, quarters(5, 3, 8), verify=False)
    for steps, batch in ((5, 3), (1, 2), (12, 4)):
        x = quarters(steps, batch, 8, seed=steps)
        expected = run(module, x.clone())
        y = evaluate(net, x.numpy())
        results = y.values() if isinstance(y, dict) else [y]
        expected = expected if isinstance(expected, tuple) else (expected,)
        for a, b in zip(results, expected):
            np.testing.assert_array_equal(a, b.numpy())


# What is refused


class Sets(nn.Module):
    """Sets what its neuron's law is made of."""

    def __init__(self, neurons, attribute):
        super().__init__()
        self.n, self.attribute = neurons, attribute
        self.p = nn.Parameter(torch.tensor(0.3))

    def forward(self, x):
        if self.attribute == "beta":
            with torch.no_grad():
                self.n.beta.clamp_(0.25, 0.75)
        elif self.attribute == "v_threshold":
            self.n.v_threshold = float(self.p + 0.2)
        else:
            self.n.threshold = self.p.abs() + 0.25
        return self.n(x)


@pytest.mark.parametrize("attribute", ["beta", "threshold", "v_threshold"])
def test_neurons_are_not_set_by_forward(attribute):
    if attribute == "v_threshold":
        module = seeded(Sets, neuron.LIFNode(step_mode="m"), attribute)
    else:
        leaky = snn.Leaky(torch.full((8,), 0.9), learn_beta=True, init_hidden=True)
        module = seeded(Sets, leaky, attribute)
    verb = "writes the parameter" if attribute == "beta" else "sets"
    with pytest.raises(volley.CompileError, match=rf"{verb} 'n\.{attribute}'"):
        volley.from_torch(module, noise(5, 3, 8))


def halves(net, x):
    with torch.no_grad():
        net.fc.weight.mul_(0.5)
    return net.neurons(net.fc(x))


def clamps(net, x):
    net.fc.weight.data.clamp_(-0.5, 0.5)
    return net.neurons(net.fc(x))


@pytest.mark.parametrize("function", [halves, clamps])
def test_parameters_are_not_written(function):
    module = seeded(Net, function)
    before = module.fc.weight.detach().clone()
    with pytest.raises(volley.CompileError, match=r"writes the parameter 'fc\.weight'"):
        volley.from_torch(module, noise(5, 3, 8))
    assert torch.equal(module.fc.weight, before)


def test_options_that_are_not_known():
    with pytest.raises(
        volley.CompileError, match="'div' with rounding_mode=floor|down"
    ):
        module = seeded(Net, lambda n, x: torch.div(x, 3.0, rounding_mode="floor"))
        volley.from_torch(module, noise(5, 3, 8))


# The check


def rounds(net, x):
    return net.neurons(torch.round(net.fc(x)))


def wrong_round(c, x):
    return TABLE["floor"](c, x)


def test_other_values_are_refused(monkeypatch):
    module = seeded(Net, rounds)
    volley.from_torch(module, noise(5, 3, 8))
    monkeypatch.setitem(TABLE, "round", wrong_round)
    with pytest.raises(
        volley.CompileError, match="other values than the module: .*'ou"
    ):
        volley.from_torch(module, noise(5, 3, 8))
    with pytest.raises(volley.CompileError, match="other values"):
        volley.from_torch(module, noise(5, 3, 8), verify=True)
    volley.from_torch(module, noise(5, 3, 8), verify=False)


def test_what_takes_long_is_run_if_asked_for(monkeypatch):
    module = seeded(Net, rounds)
    monkeypatch.setattr(_verify, "_MANY", 0)
    monkeypatch.setitem(TABLE, "round", wrong_round)
    volley.from_torch(module, noise(5, 3, 8))
    with pytest.raises(volley.CompileError, match="other values"):
        volley.from_torch(module, noise(5, 3, 8), verify=True)


def test_a_late_change_shows_with_more_steps():
    def late(net, x):
        v, spikes = torch.zeros_like(x[0]), []
        for t, xt in enumerate(x):
            v = v * (0.5 if t * 1e-3 < 0.08 else 1.0) + net.fc(xt)
            z = (v >= 0.5).float()
            v = v - z
            spikes.append(z)
        return torch.stack(spikes)

    with pytest.raises(volley.CompileError, match="other values .* of 101 steps"):
        volley.from_torch(seeded(Net, late), noise(10, 3, 8))


def test_other_roundings_are_accepted():
    def chaotic(net, x):
        # Sums in two orders: in float32 some spikes are others.
        return net.neurons(net.fc(x * 0.37).cumsum(0) * 1e-3 + 0.49)

    module = seeded(Net, chaotic)
    volley.from_torch(module, noise(40, 16, 8))


def test_the_module_is_left_as_it_was():
    module = seeded(Net, rounds)
    x = noise(5, 3, 8)
    held = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    state = torch.random.get_rng_state()
    volley.from_torch(module.train(), x)
    assert module.training and torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(held[name], t) for name, t in module.state_dict().items())
    assert torch.get_default_dtype() == torch.float32
