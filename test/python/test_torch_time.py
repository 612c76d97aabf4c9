# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Time and batch in PyTorch modules: layouts, loops, states, containers."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snntorch = pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import functional, layer, neuron  # noqa: E402
from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import dense_net, evaluate, noise, run, seeded  # noqa: E402

torch.set_num_threads(1)


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("mode", ["s", "m"])
def test_resets_and_chunks(mode, batch):
    """Three runs of T steps each, with a reset before the second and the third."""
    steps = 6
    module = seeded(dense_net, step_mode=mode)
    x = noise(3 * steps, batch, 8, scale=2.0)
    example = x[:steps] if mode == "m" else x[0]
    session = volley.compile(volley.from_torch(module, example)).session(batch)
    for start in (0, steps, 2 * steps):
        functional.reset_net(module)
        session.reset()
        for t in range(start, start + steps, 2):
            chunk = x[t : t + 2]
            with torch.no_grad():
                expected = (
                    module(chunk) if mode == "m" else torch.stack([*map(module, chunk)])
                )
            np.testing.assert_array_equal(session(chunk.numpy()), expected.numpy())


class Loop(nn.Module):
    """A loop over time with explicit states."""

    def __init__(self, batch_first=False):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 16), nn.Linear(16, 4)
        self.lif1 = snntorch.Leaky(beta=0.9)
        self.lif2 = snntorch.Leaky(beta=0.8, reset_mechanism="zero")
        self.batch_first = batch_first

    def forward(self, x):
        mem1, mem2 = self.lif1.reset_mem(), self.lif2.reset_mem()
        spikes, potentials = [], []
        dim = int(self.batch_first)
        for t in range(x.shape[dim]):
            spk1, mem1 = self.lif1(self.fc1(x.select(dim, t)), mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            potentials.append(mem2)
        return torch.stack(spikes, dim), torch.stack(potentials, dim)


@pytest.mark.parametrize("batch_first", [False, True])
def test_loop_over_time(batch_first):
    module = seeded(Loop, batch_first)
    x = noise(7, 3, 8, scale=2.0)
    own = x.transpose(0, 1) if batch_first else x
    net = volley.from_torch(module, own)
    assert set(net.neurons) == {"lif1", "lif2"}
    y = evaluate(net, x.numpy())
    for name, expected in zip(("output_0", "output_1"), run(module, own)):
        expected = expected.transpose(0, 1) if batch_first else expected
        # PyTorch's sums have an order of their own on each processor.
        np.testing.assert_allclose(y[name], expected.numpy(), rtol=0, atol=1e-5)
    result = volley.compare(module, net, own)
    assert result and result.outputs[1].difference <= 1e-5
    # Longer than the example.
    x = noise(21, 2, 8, scale=2.0)
    own = x.transpose(0, 1) if batch_first else x
    assert volley.compare(module, net, own)
    assert volley.compare(module, net, own, mode="forced")


class Recurrent(nn.Module):
    """Feedback of spikes, and a readout that is a variable of the loop."""

    def __init__(self):
        super().__init__()
        self.fc, self.rec = nn.Linear(8, 16), nn.Linear(16, 16)
        self.out = nn.Linear(16, 4, bias=False)
        self.lif = snntorch.Leaky(beta=0.9, init_hidden=True)

    def forward(self, x):
        spikes = torch.zeros(x.shape[1], 16)
        readout = torch.zeros(x.shape[1], 4)
        rates = torch.zeros(x.shape[0], x.shape[1], 16)
        for t, current in enumerate(x):
            spikes = self.lif(self.fc(current) + self.rec(spikes))
            readout = 0.5 * readout + self.out(spikes)
            rates[t] = spikes
        return rates, readout, rates.mean(0)


def test_feedback_and_readout_in_a_loop():
    module = seeded(Recurrent)
    x = noise(12, 2, 8, scale=2.0)
    net = volley.from_torch(module, x)
    y = evaluate(net, x.numpy())
    rates, readout, mean = (e.numpy() for e in run(module, x))
    np.testing.assert_array_equal(y["output_0"], rates)
    np.testing.assert_allclose(y["output_1"], readout, atol=1e-5)
    np.testing.assert_allclose(y["output_2"], mean, atol=1e-6)
    assert y["output_1"].shape == (2, 4)


class Repeated(nn.Module):
    """One image, shown at every step; the sum of spikes, divided."""

    def __init__(self, steps=5):
        super().__init__()
        self.fc, self.steps = nn.Linear(8, 4), steps
        self.lif = snntorch.Leaky(beta=0.9, init_hidden=True)

    def forward(self, image):
        total = 0
        for _ in range(self.steps):
            total = total + self.lif(self.fc(image))
        return total / self.steps


def test_an_image_shown_in_a_loop():
    module = seeded(Repeated)
    x = noise(3, 8, scale=2.0)
    net = volley.from_torch(module, x)
    y = evaluate(net, x.numpy(), steps=5)
    np.testing.assert_array_equal(y, run(module, x).numpy())
    module.steps = 9
    y = evaluate(net, x.numpy(), steps=9)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-7)


class Plain(nn.Module):
    """A neuron written in plain PyTorch, of one step."""

    def __init__(self):
        super().__init__()
        self.fc, self.mem = nn.Linear(8, 4), None

    def reset(self):
        self.mem = None

    def forward(self, x):
        current = self.fc(x)
        if self.mem is None:
            self.mem = torch.zeros_like(current)
        self.mem = 0.9 * self.mem + current
        spikes = (self.mem > 1.0).float()
        self.mem = self.mem - spikes
        return spikes


def test_a_neuron_in_plain_pytorch():
    module = seeded(Plain)
    x = noise(10, 3, 8, scale=2.0)
    module.reset()
    net = volley.from_torch(module, x[0])
    module.reset()
    with torch.no_grad():
        expected = torch.stack([module(step) for step in x]).numpy()
    assert expected.any()
    np.testing.assert_array_equal(evaluate(net, x.numpy()), expected)


class PlainLoop(nn.Module):
    """A loop over time in plain PyTorch, with feedback and a learnt initial state."""

    def __init__(self, batch_first):
        super().__init__()
        self.fc, self.rec = nn.Linear(8, 6), nn.Linear(6, 6, bias=False)
        self.start, self.batch_first = nn.Parameter(torch.rand(6)), batch_first

    def forward(self, x):
        x = x.transpose(0, 1) if self.batch_first else x
        mem, spikes = self.start.expand(x.shape[1], 6), torch.zeros(x.shape[1], 6)
        result = []
        for t in range(x.shape[0]):
            mem = 0.8 * mem + self.fc(x[t]) + self.rec(spikes)
            spikes = torch.where(mem > 1.0, 1.0, 0.0)
            mem = mem * (1 - spikes)
            result.append(spikes)
        return torch.stack(result), mem


@pytest.mark.parametrize("batch_first", [False, True])
def test_a_loop_in_plain_pytorch(batch_first):
    module = seeded(PlainLoop, batch_first)
    x = noise(9, 3, 8, scale=2.0)
    own = x.transpose(0, 1) if batch_first else x
    net = volley.from_torch(module, own[:, :4] if batch_first else own[:4])
    y = evaluate(net, x.numpy())
    spikes, mem = run(module, own)
    assert spikes.any()
    np.testing.assert_array_equal(y["output_0"], spikes.numpy())
    np.testing.assert_allclose(y["output_1"], mem.numpy(), atol=1e-5)


class Explicit(nn.Module):
    """A module of one step that is given its states."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 16), nn.Linear(16, 4)
        self.lif1, self.lif2 = snntorch.Leaky(beta=0.9), snntorch.Leaky(beta=0.8)

    def forward(self, x, mem1=None, mem2=None):
        spk1, mem1 = self.lif1(self.fc1(x), mem1)
        spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
        return spk2, mem1, mem2


def test_states_of_a_single_step_are_implicit():
    module = seeded(Explicit)
    x = noise(9, 2, 8, scale=2.0)
    net = volley.from_torch(module, (x[0], None, None))
    assert list(net.outputs) == ["output"]
    states = (None, None)
    expected = []
    for step in x:
        with torch.no_grad():
            spikes, *states = module(step, *states)
        expected.append(spikes.numpy())
    np.testing.assert_array_equal(evaluate(net, x.numpy()), np.stack(expected))


# One module at several places, and states of several kinds.


class Shared(nn.Module):
    """One neuron module that serves two layers, each with a state of its own."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 16), nn.Linear(16, 4)
        self.lif = snntorch.Leaky(beta=0.9)

    def forward(self, x):
        mem1 = mem2 = self.lif.reset_mem()
        result = []
        for current in x:
            spk1, mem1 = self.lif(self.fc1(current), mem1)
            spk2, mem2 = self.lif(self.fc2(spk1), mem2)
            result.append(spk2)
        return torch.stack(result)


def test_a_neuron_with_two_states_is_two_populations():
    module = seeded(Shared)
    x = noise(9, 2, 8, scale=3.0)
    net = volley.from_torch(module, x)
    assert set(net.neurons) == {"lif", "lif_2"}
    for mode in ("forced", "free-running"):
        result = volley.compare(module, net, x, mode=mode)
        assert result and [found.cells for found in result.layers] == [288, 72]


class Filtered(nn.Module):
    """A state that has no value at the first step, read after the loop."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
        self.lif = snntorch.Leaky(beta=0.9, init_hidden=True)

    def forward(self, x):
        trace = total = None
        for current in x:
            current = self.fc(current)
            trace = current if trace is None else 0.5 * trace + current
            spikes = self.lif(trace)
            total = spikes if total is None else total + spikes
        return trace, total / len(x)


def test_values_that_the_first_step_has_not():
    module = seeded(Filtered)
    x = noise(11, 2, 8, scale=2.0)
    net = volley.from_torch(module, x)
    result = volley.compare(module, net, x)
    assert result
    assert [output.difference < 1e-6 for output in result.outputs] == [True, True]


CONTAINERS = {
    "steps": lambda: layer.MultiStepContainer(nn.Linear(8, 8), neuron.LIFNode()),
    "layers": lambda: nn.Sequential(
        layer.SeqToANNContainer(nn.Linear(8, 8), nn.BatchNorm1d(8)),
        neuron.LIFNode(step_mode="m"),
    ),
    "linear-recurrent": lambda: layer.LinearRecurrentContainer(
        neuron.LIFNode(), 8, 8, step_mode="m"
    ),
    "elementwise-recurrent": lambda: layer.ElementWiseRecurrentContainer(
        neuron.IFNode(v_reset=None), lambda y, x: x - y, step_mode="m"
    ),
    "filter": lambda: nn.Sequential(
        neuron.LIFNode(step_mode="m"), layer.SynapseFilter(tau=4.0, step_mode="m")
    ),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_of_spikingjelly(name):
    module = seeded(CONTAINERS[name])
    x = noise(8, 2, 8, scale=3.0)
    net = volley.from_torch(module, x)
    result = volley.compare(module, net, x)
    assert result and result.layers[0].rates[0] > 0
    assert result.outputs[0].difference < 1e-6
    # T and batch are free.
    assert volley.compare(module, net, noise(19, 3, 8, scale=3.0))


class Reads(nn.Module):
    """The potential, as the module keeps it, is the output."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 4), neuron.LIFNode(step_mode="m")

    def forward(self, x):
        self.lif(self.fc(x))
        return self.lif.v


def test_a_state_that_is_read_from_the_module():
    module = seeded(Reads)
    x = noise(8, 2, 8, scale=2.0)
    y = evaluate(volley.from_torch(module, x), x.numpy())
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-6)


@pytest.mark.parametrize("shape", [(1, 1, 8), (5, 1, 8), (1, 4, 8)])
def test_sizes_of_one_in_the_example(shape):
    module = seeded(Loop)
    net = volley.from_torch(module, torch.zeros(shape))
    assert net.inputs == {"x": ((8,), "float32")}
    assert volley.compare(module, net, noise(6, 3, 8, scale=2.0))


def test_a_channel_of_one_is_data():
    module = nn.Sequential(layer.Conv2d(1, 2, 3), neuron.LIFNode())
    net = volley.from_torch(module, torch.zeros(1, 1, 6, 6))
    assert net.inputs == {"input": ((1, 6, 6), "float32")}


class Polarities(nn.Module):
    """Slices of data that look like steps."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 4), neuron.LIFNode()

    def forward(self, x):
        parts = [self.fc(x[:, i]) for i in range(3)]
        return self.lif(torch.stack(parts).sum(0))


def test_slices_of_data_are_no_steps():
    module = seeded(Polarities)
    x = noise(7, 2, 3, 8, scale=2.0)
    net = volley.from_torch(module, x[0])
    assert net.inputs == {"x": ((3, 8), "float32")}
    assert volley.compare(module, net, x)


# Other libraries.


def test_norse_passes_states_on():
    norse = pytest.importorskip("norse.torch")
    x = noise(40, 2, 8, scale=20.0)
    cells = seeded(
        lambda: norse.SequentialState(nn.Linear(8, 6), norse.LIFCell(), nn.Linear(6, 3))
    )
    net = volley.from_torch(cells, x[0])
    assert list(net.outputs) == ["output"]
    assert volley.compare(cells, net, x)
    layers = norse.SequentialState(cells[0], norse.LIF(), cells[2])
    same = volley.from_torch(layers, x)
    assert volley.compare(layers, same, x)
    np.testing.assert_array_equal(
        volley.compile(net)(x.numpy()), volley.compile(same)(x.numpy())
    )


@pytest.mark.parametrize("squeezed", [False, True])
def test_sinabs_has_the_batch_first(squeezed):
    layers = pytest.importorskip("sinabs.layers")
    x = noise(3, 10, 8, scale=2.0)
    neurons = layers.IAFSqueeze(batch_size=3) if squeezed else layers.IAF()
    module = seeded(lambda: nn.Sequential(nn.Linear(8, 6), neurons))
    own = x.flatten(0, 1) if squeezed else x
    net = volley.from_torch(module, own)
    assert net.inputs == {"input": ((8,), "float32")}
    assert volley.compare(module, net, own)
    y = volley.compile(net)(x.transpose(0, 1).numpy())
    expected = run(module, own).numpy().reshape(3, 10, 6)
    np.testing.assert_array_equal(y, expected.swapaxes(0, 1))
