# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks from snnTorch, in the ways that its users write them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snn = pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from snntorch import surrogate, utils  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import volley  # noqa: E402

from torchnets import check, evaluate, noise, reset, run, seeded  # noqa: E402

torch.set_num_threads(1)


def loud(make, *args, **kwargs):
    """A module with weights that make all of its neurons fire."""
    module = seeded(make, *args, **kwargs)
    for child in module.modules():
        if isinstance(child, (nn.Linear, nn.Conv2d)):
            child.weight.data *= 2.5
    return module


# Six small nets, the states of which are variables of a loop over time.


class Dense(nn.Module):
    """One layer per neuron module, given how many neurons it is of."""

    def __init__(self, *makers):
        super().__init__()
        sizes = [8, *[12] * len(makers)]
        self.layers = nn.ModuleList(map(nn.Linear, sizes, sizes[1:]))
        self.lifs = nn.ModuleList(make(12) for make in makers)

    def forward(self, x):
        states = [lif.reset_mem() for lif in self.lifs]
        states = [s if isinstance(s, tuple) else (s,) for s in states]
        spk_rec, mem_rec = [], []
        for step in range(x.size(0)):
            spk = x[step]
            for i, (fc, lif) in enumerate(zip(self.layers, self.lifs)):
                spk, *states[i] = lif(fc(spk), *states[i])
            spk_rec.append(spk)
            mem_rec.append(states[-1][-1])
        return torch.stack(spk_rec), torch.stack(mem_rec)


NEURONS = {
    "leaky": lambda n, **o: snn.Leaky(torch.rand(n), torch.rand(n) + 0.5, **o),
    "synaptic": lambda n, **o: snn.Synaptic(torch.rand(n), torch.rand(n), **o),
    "lapicque": lambda n, **o: snn.Lapicque(0.8, time_step=1, threshold=0.2, **o),
    "alpha": lambda n, **o: snn.Alpha(alpha=0.9, beta=0.8, threshold=0.5, **o),
}


@pytest.mark.parametrize(
    "kind, options",
    [
        *((kind, {}) for kind in NEURONS),
        ("leaky", {"reset_delay": False}),
        ("synaptic", {"reset_delay": False}),
    ],
)
def test_resets(kind, options):
    """One layer of each reset mechanism."""
    mechanisms = ("subtract", "zero", "none")
    makers = [
        lambda n, m=m: NEURONS[kind](n, reset_mechanism=m, **options)
        for m in mechanisms
    ]
    check(loud(Dense, *makers), noise(4, 2, 8), noise(12, 3, 8, scale=2.0))


class Convolutional(nn.Module):
    """An image shown for some steps, and the loss' input: all steps of the output."""

    def __init__(self, num_steps=6):
        super().__init__()
        grad, self.num_steps = surrogate.fast_sigmoid(slope=25), num_steps
        self.conv1, self.lif1 = nn.Conv2d(1, 4, 3, padding=1), snn.Leaky(0.5)
        self.bn = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
        self.lif2 = snn.Leaky(0.5, spike_grad=grad, learn_beta=True)
        self.fc, self.lif3 = nn.Linear(32, 10), snn.Leaky(0.5, threshold=0.5)

    def forward(self, x):
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        mem3 = self.lif3.init_leaky()
        batch_size, spk_rec = x.size(0), []
        for _ in range(self.num_steps):
            cur1 = F.max_pool2d(self.bn(self.conv1(x)), 2)
            spk1, mem1 = self.lif1(cur1, mem1)
            spk2, mem2 = self.lif2(F.max_pool2d(self.conv2(spk1), 2), mem2)
            spk3, mem3 = self.lif3(self.fc(spk2.view(batch_size, -1)), mem3)
            spk_rec.append(spk3)
        return torch.stack(spk_rec, dim=0)


def test_convolutional():
    check(loud(Convolutional), noise(2, 1, 8, 8), noise(3, 1, 8, 8, scale=2.0))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 16)
        self.lif1 = snn.RLeaky(beta=0.9, linear_features=16)
        self.fc2 = nn.Linear(16, 4)
        self.lif2 = snn.RSynaptic(
            alpha=0.5, beta=0.9, all_to_all=False, V=0.4, reset_mechanism="zero"
        )

    def forward(self, x):
        spk1, mem1 = self.lif1.init_rleaky()
        spk2, syn2, mem2 = self.lif2.init_rsynaptic()
        rec = []
        for step in x:
            spk1, mem1 = self.lif1(self.fc1(step), spk1, mem1)
            spk2, syn2, mem2 = self.lif2(self.fc2(spk1), spk2, syn2, mem2)
            rec.append(spk2)
        return torch.stack(rec)


def test_recurrent():
    check(loud(Recurrent), noise(5, 2, 8), noise(12, 3, 8, scale=2.0))


# The same with states inside of the neurons.


def sequential():
    grad = surrogate.atan()
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.MaxPool2d(2),
        snn.Leaky(0.5, spike_grad=grad, init_hidden=True),
        nn.Flatten(),
        nn.Linear(64, 10),
        snn.Leaky(0.5, spike_grad=grad, init_hidden=True, output=True),
    )


class ForwardPass(nn.Module):
    """The training loop of the tutorials, which resets all neurons that there are."""

    def __init__(self):
        super().__init__()
        self.net = sequential()

    def forward(self, data):
        spk_rec, mem_rec = [], []
        utils.reset(self.net)
        for step in range(data.size(0)):
            spk_out, mem_out = self.net(data[step])
            spk_rec.append(spk_out)
            mem_rec.append(mem_out)
        return torch.stack(spk_rec), torch.stack(mem_rec)


def test_reset_before_the_loop_over_time():
    other = snn.Leaky(0.5, init_hidden=True)
    other(torch.full((2, 3), 0.5))
    held = other.mem.clone()
    module = loud(ForwardPass)
    instances = list(snn.SpikingNeuron.instances)
    volley.from_torch(module, noise(5, 2, 1, 8, 8))
    assert held.any() and torch.equal(other.mem, held)
    assert snn.SpikingNeuron.instances == instances
    check(module, noise(5, 2, 1, 8, 8), noise(12, 3, 1, 8, 8, scale=2.0))


def test_single_steps():
    module = loud(sequential)
    x = noise(12, 3, 1, 8, 8, scale=2.0)
    net = check(module, x[0], x)
    session = volley.compile(net).session(3)
    for _ in range(3):
        reset(module)
        session.reset()
        for t in range(4):
            with torch.no_grad():
                spk, mem = module(x[t])
            y = session(x[t : t + 1].numpy())
            np.testing.assert_array_equal(y["output_0"][0], spk.numpy())
            # PyTorch's order of terms depends on the processor.
            np.testing.assert_allclose(y["output_1"][0], mem.numpy(), 1e-5, 1e-5)


class ResetEachStep(nn.Module):
    def __init__(self, when):
        super().__init__()
        self.fc, self.when = nn.Linear(8, 8), when
        self.lif = snn.Leaky(0.9, init_hidden=True)

    def forward(self, x):
        rec = []
        for t in range(len(x)):
            if self.when(t):
                self.lif.reset_mem()
            rec.append(self.lif(self.fc(x[t])))
        return torch.stack(rec)


@pytest.mark.parametrize(
    "when, text",
    [
        (lambda t: True, "starts anew at each step"),
        (lambda t: t == 2, "reset within the loop"),
    ],
)
def test_reset_within_the_loop_is_refused(when, text):
    with pytest.raises(volley.CompileError, match=f"lif: .*{text}"):
        volley.from_torch(loud(ResetEachStep, when), noise(5, 2, 8))
    check(loud(ResetEachStep, lambda t: t == 0), noise(5, 2, 8), noise(9, 2, 8))


# Loops whose steps are not all alike.


class Loop(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.fc, self.lif, self.body = nn.Linear(8, 4), snn.Leaky(0.9), body

    def forward(self, x):
        mem, result = self.lif.reset_mem(), None
        for t in range(len(x)):
            spk, mem = self.lif(self.fc(x[t]), mem)
            result = self.body(t, len(x), spk, result)
        return result


@pytest.mark.parametrize(
    "body",
    [
        lambda t, n, spk, out: spk if out is None else 0.9 * out + 0.1 * spk,
        lambda t, n, spk, out: spk if t == 0 else out + spk,
        lambda t, n, spk, out: (spk if t == 0 else out * t + spk) / (t + 1),
        lambda t, n, spk, out: spk / 5 + (0 if out is None else out),
    ],
)
def test_first_step_and_number_of_the_step(body):
    check(loud(Loop, body), noise(9, 2, 8), noise(21, 3, 8, scale=2.0))


@pytest.mark.parametrize(
    "body, text",
    [
        (lambda t, n, spk: spk / n, "depends on how many steps"),
        (lambda t, n, spk: spk * (n - t), "differs from step to step"),
        (lambda t, n, spk: spk * 0.5**t, "differs from step to step"),
        (lambda t, n, spk: spk if t < 20 else 2 * spk, "in another way"),
    ],
)
def test_loops_that_depend_on_the_step_are_refused(body, text):
    def add(t, n, spk, out):
        value = body(t, n, spk)
        return value if out is None else out + value

    with pytest.raises(volley.CompileError, match=text):
        volley.from_torch(loud(Loop, add), noise(25, 2, 8))


class Divided(nn.Module):
    """Sums over time that are divided by the number of steps, or by another one."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 4), snn.Leaky(0.9)

    def forward(self, x):
        mem, total = self.lif.reset_mem(), 0
        for step in x:
            spk, mem = self.lif(self.fc(step), mem)
            total = total + spk
        return total / len(x), total / 10, total / 5


def test_sums_divided_by_the_steps_or_by_a_number():
    module, x = loud(Divided), noise(20, 2, 8, scale=2.0)
    net = volley.from_torch(module, x[:10])
    y = evaluate(net, x.numpy())
    for name, expected in zip(y, run(module, x)):
        np.testing.assert_array_equal(y[name], expected.numpy())


# Layouts, and what is read of the outputs.


class Layout(nn.Module):
    def __init__(self, take, read):
        super().__init__()
        self.take, self.read = take, read
        self.fc1, self.lif1 = nn.Linear(8, 12), snn.Leaky(0.9, init_hidden=True)
        self.fc2 = nn.Linear(12, 20)
        self.lif2 = snn.Leaky(0.9, init_hidden=True, output=True)

    def forward(self, x):
        utils.reset(self)
        rec = []
        for step in self.take(x):
            spk, mem = self.lif2(self.fc2(self.lif1(self.fc1(step))))
            rec.append((spk, mem))
        return self.read(*(torch.stack(values) for values in zip(*rec)))


LAYOUTS = {
    "counts of populations": (
        lambda x: x,
        lambda spk, mem: spk.sum(0).view(-1, 4, 5).sum(-1),
        (2, 0, 1),
    ),
    "batch first": (
        lambda x: [x[:, t] for t in range(x.shape[1])],
        lambda spk, mem: (spk.transpose(0, 1), mem.max(0)[0]),
        (0, 2, 1),
    ),
    "time last": (
        lambda x: torch.unbind(x, -1),
        lambda spk, mem: {"mean": mem.mean(0), "last": mem[-1]},
        (0, 1, 2),
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name):
    take, read, order = LAYOUTS[name]
    example, x = noise(2, 8, 6), noise(3, 8, 15, scale=2.0)
    net = check(loud(Layout, take, read), example.permute(order), x.permute(order))
    assert set(net.neurons) == {"lif1", "lif2"}


class Explicit(nn.Module):
    """One step, with states that are arguments without defaults."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 4), snn.Synaptic(alpha=0.7, beta=0.9)

    def forward(self, x, syn, mem):
        return self.lif(self.fc(x), syn, mem)


def test_states_as_arguments():
    x = noise(12, 2, 8, scale=2.0)
    net = volley.from_torch(loud(Explicit), (x[0], None, None))
    assert list(net.outputs) == ["output"]
    assert volley.compare(loud(Explicit), net, (x, None, None))


class Gated(nn.Module):
    """snnTorch's LSTM, which has no law here: it is traced as plain PyTorch."""

    def __init__(self):
        super().__init__()
        self.lstm = snn.SConv2dLSTM(1, 2, 3, threshold=0.1)

    def forward(self, x):
        syn, mem = self.lstm.reset_mem()
        rec = []
        for step in x:
            spk, syn, mem = self.lstm(step, syn, mem)
            rec.append(mem)
        return torch.stack(rec)


def test_a_gated_neuron_is_traced():
    module = loud(Gated)
    x = noise(9, 2, 1, 4, 4)
    net = volley.from_torch(module, x[:5])
    assert any("sigmoid differs" in remark for remark in net.remarks)
    expected = run(module, x).numpy()
    np.testing.assert_allclose(evaluate(net, x.numpy()), expected, atol=1e-5)
