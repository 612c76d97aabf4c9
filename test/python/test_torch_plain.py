# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Neurons written by hand in plain PyTorch: loops, states, layouts."""

import concurrent.futures
import dataclasses
import types
from typing import NamedTuple

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import volley  # noqa: E402

from torchnets import agree, evaluate, noise, refusal, run, seeded  # noqa: E402

torch.set_num_threads(1)

STEPS, BATCH = 18, 2


class Spike(torch.autograd.Function):
    """A step with a surrogate gradient."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        out = torch.zeros_like(x)
        out[x > 0] = 1.0
        return out


# Neurons of one step, as modules that keep their potential.


class Neuron(nn.Module):
    """A potential that is None before the first step."""

    def __init__(self, decay=0.8, threshold=1.0):
        super().__init__()
        self.decay, self.threshold, self.mem = decay, threshold, None

    def reset(self):
        self.mem = None

    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
        self.mem = self.mem * self.decay + x
        spikes = Spike.apply(self.mem - self.threshold)
        self.mem = self.mem - self.threshold * spikes.detach()
        return spikes


class InPlace(Neuron):
    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
        self.mem.mul_(self.decay).add_(x)
        spikes = (self.mem >= self.threshold).to(x.dtype)
        self.mem[spikes.bool()] = 0.0
        return spikes


class Chosen(Neuron):
    """The first step has no earlier value."""

    def forward(self, x):
        if self.mem is None:
            self.mem = x
        else:
            zero = torch.zeros_like(x)
            self.mem = torch.where(self.last > 0, zero, self.mem * self.decay) + x
        self.last = torch.heaviside(self.mem - self.threshold, torch.tensor(0.0))
        return self.last


class Number(nn.Module):
    """States that start as Python numbers, the threshold among them."""

    def __init__(self):
        super().__init__()
        self.mem, self.threshold = 0.0, 1.0

    def forward(self, x):
        self.mem = 0.9 * self.mem + x
        spikes = (self.mem >= self.threshold).float()
        self.mem = self.mem * (1 - spikes)
        self.threshold = 0.9 * self.threshold + 0.1 + 0.2 * spikes
        return spikes


class Buffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mem", torch.zeros(1, 6))
        self.register_buffer("rest", torch.linspace(0, 0.5, 6))

    def forward(self, x):
        self.mem = self.rest + 0.9 * (self.mem - self.rest) + x
        spikes = (self.mem > 1).float()
        self.mem = torch.lerp(self.mem, self.rest, spikes)
        return spikes


class Returned(nn.Module):
    """A tuple of states, given and returned."""

    def forward(self, x, state=None):
        mem, spikes = (torch.zeros_like(x),) * 2 if state is None else state
        mem = 0.9 * mem * (1 - spikes) + x
        spikes = (mem > 1).float()
        return spikes, (mem, spikes)


class Given(nn.Module):
    """Two states that forward demands."""

    def forward(self, x, mem, spikes):
        mem = x if mem is None else 0.9 * mem * (1 - spikes) + x
        spikes = (mem > 1).float()
        return spikes, mem, spikes


STEPWISE = {
    "attribute": (Neuron, 0),
    "in-place": (InPlace, 0),
    "number": (Number, 0),
    "buffer": (Buffers, 0),
    "tuple": (Returned, 1),
    "demanded": (Given, 2),
    "two": (lambda: nn.Sequential(Neuron(), nn.Linear(6, 6), Neuron(0.5)), 0),
    "chosen": (Chosen, 0),
}


@pytest.mark.parametrize("name", STEPWISE)
def test_single_steps(name):
    make, states = STEPWISE[name]
    x = noise(STEPS, BATCH, 6, scale=1.5)
    net, _ = agree(make, x, "step", states=states)
    assert evaluate(net, x.numpy()).any()


# Loops over time, in all ways of writing one.


class Loop(nn.Module):
    """Feedback and a readout; `steps` and `gather` say how the loop is written."""

    def __init__(self, steps, gather, dim):
        super().__init__()
        self.fc, self.rec = nn.Linear(8, 6), nn.Linear(6, 6)
        self.steps, self.gather, self.dim = steps, gather, dim

    def forward(self, x):
        batch = x.shape[1 - self.dim]
        mem = spikes = torch.zeros(batch, 6)
        trace, result = 0.0, []
        for one in self.steps(x, self.dim):
            mem = 0.9 * mem * (1 - spikes) + self.fc(one) + self.rec(spikes)
            spikes = Spike.apply(mem - 1)
            trace = 0.8 * trace + spikes
            result.append(trace)
        return self.gather(result, self.dim)


def preallocated(values, dim):
    first = values[0]
    out = torch.empty(*first.shape[:dim], len(values), *first.shape[dim:])
    for t, value in enumerate(values):
        out[(slice(None),) * dim + (t,)] = value
    return out


def joined(values, dim):
    return torch.cat([value.unsqueeze(dim) for value in values], dim)


WAYS = {
    "range": lambda x, d: (x.select(d, t) for t in range(x.shape[d])),
    "unbind": lambda x, d: x.unbind(d),
    "iterate": lambda x, d: iter(x.transpose(0, d)),
    "split": lambda x, d: (part.squeeze(d) for part in torch.split(x, 1, d)),
    "narrow": lambda x, d: (x.narrow(d, t, 1).squeeze(d) for t in range(x.size(d))),
}


@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("way", WAYS)
def test_loops(way, dim):
    gather = {"range": preallocated, "split": joined}.get(way, torch.stack)
    x = noise(STEPS, BATCH, 8, scale=2.0)
    layout = "BT" if dim else "TB"
    agree(lambda: Loop(WAYS[way], gather, dim), x, layout, tolerance=1e-5)


# Laws, each in a loop: step(x, state) -> (output, state), state None at first.


def adaptive(x, state):
    """States in a dict; the threshold follows the spikes."""
    zero = torch.zeros_like(x)
    state = state or {"mem": zero, "b": torch.full_like(x, 0.1), "z": zero}
    b = 0.9 * state["b"] + 0.1 * state["z"]
    threshold = 0.5 + 1.8 * b
    mem = 0.8 * state["mem"] + x - threshold * state["z"]
    z = Spike.apply(mem - threshold)
    return z, {"mem": mem, "b": b, "z": z}


def refractory(x, state):
    """A counter of integers, and a mask."""
    mem, wait = state or (torch.zeros_like(x), torch.zeros(x.shape, dtype=torch.int64))
    active = wait == 0
    mem = torch.where(active, 0.9 * mem + x, mem)
    spikes = (mem > 1) & active
    wait = torch.where(spikes, 2, torch.clamp(wait - 1, min=0))
    return spikes.float(), (mem.masked_fill(spikes, 0.0), wait)


def double_exponential(x, state):
    rise, decay, mem = state or (torch.zeros_like(x),) * 3
    rise = 0.6 * rise + x
    decay = 0.9 * decay + rise
    mem = 0.95 * mem + 0.1 * (decay - mem)
    spikes = torch.sign(torch.relu(mem - 0.5))
    return spikes, (rise, decay, mem - 0.5 * spikes)


@dataclasses.dataclass
class State:
    mem: torch.Tensor
    late: torch.Tensor


def late_reset(x, state):
    """The spike is of the potential before the input."""
    state = state or State(torch.zeros_like(x), torch.zeros_like(x))
    spikes = Spike.apply(state.mem - 1.0)
    mem = (0.9 * state.mem + state.late) * (1.0 - spikes.detach())
    return spikes, State(mem, 0.8 * state.late + x)


class Pair(NamedTuple):
    mem: torch.Tensor
    line: torch.Tensor


def rolled(x, state):
    """A delay line that is rolled, and written at one place."""
    state = state or Pair(torch.zeros_like(x), torch.zeros(4, *x.shape))
    mem = 0.8 * state.mem + x
    spikes = (mem > 1).float()
    line = torch.roll(state.line, 1, 0)
    line[0] = spikes
    return line[-1] + 2 * line[1], Pair(mem - spikes, line)


def queued(x, state):
    """A list of the last spikes."""
    mem, queue = state or (torch.zeros_like(x), [torch.zeros_like(x)] * 3)
    mem = 0.8 * mem + x
    spikes = (mem > 1).float()
    return queue[0], (mem - spikes, [*queue[1:], spikes])


def graded(x, state):
    """Up to four spikes at once, and a bound below."""
    mem = x if state is None else state + x
    spikes = torch.clamp(torch.round(mem), 0, 4)
    return spikes, torch.maximum(mem - spikes, torch.tensor(-0.5)).clamp_(max=1.0)


def ternary(x, mem):
    mem = x if mem is None else torch.lerp(x, mem, 0.8)
    spikes = (mem > 0.3).float() - (mem < -0.3).float()
    return spikes, mem - 0.3 * spikes


LAWS = [
    adaptive,
    refractory,
    double_exponential,
    late_reset,
    rolled,
    queued,
    graded,
    ternary,
]


class Laws(nn.Module):
    def __init__(self, law):
        super().__init__()
        self.fc, self.law = nn.Linear(8, 6), law

    def forward(self, x):
        state, result = None, []
        for one in x:
            y, state = self.law(self.fc(one), state)
            result.append(y)
        return torch.stack(result)


@pytest.mark.parametrize("law", LAWS)
def test_laws(law):
    x = noise(STEPS, BATCH, 8, scale=2.0)
    net, _ = agree(lambda: Laws(law), x)
    assert evaluate(net, x.numpy()).any()


# Whole networks.


class Images(nn.Module):
    """(B, T, C, H, W); the rate is the output."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.fc = nn.Linear(100, 5)
        nn.init.uniform_(self.norm.running_var, 0.2, 0.5)

    def forward(self, x):
        batch, steps = x.shape[:2]
        mem1 = mem2 = 0
        total = torch.zeros(batch, 5)
        for t in range(steps):
            mem1 = 0.5 * mem1 + self.norm(self.conv(x[:, t]))
            spikes = (mem1 >= 1).float()
            mem1 = mem1 * (1 - spikes)
            mem2 = 0.5 * mem2 + self.fc(F.avg_pool2d(spikes, 2).view(batch, -1))
            out = (mem2 >= 0.1).float()
            mem2 = mem2 * (1 - out)
            total += out
        return total / steps


def test_convolutions_and_a_rate():
    agree(Images, noise(STEPS, BATCH, 1, 10, 10, scale=2.0), "BT", tolerance=1e-5)


class Shown(nn.Module):
    """An image that is the same at each step."""

    def __init__(self, steps):
        super().__init__()
        self.fc1, self.fc2, self.steps = nn.Linear(8, 6), nn.Linear(6, 5), steps

    def forward(self, x):
        mem1, mem2, total, record = torch.zeros(x.shape[0], 6), 0.0, 0, []
        for _ in range(self.steps):
            mem1 = 0.9 * mem1 + 3 * self.fc1(x)
            spikes = (mem1 > 1).float()
            mem1 = mem1 - spikes
            mem2 = 0.8 * mem2 + 2 * self.fc2(spikes)
            out = Spike.apply(mem2 - 0.5)
            mem2 = mem2 * (1 - out)
            total = total + out
            record.append(mem2)
        return total / self.steps, torch.stack(record), mem2


class ShownToNeurons(nn.Module):
    """The same of modules that keep their state, and are reset before the loop."""

    def __init__(self, steps):
        super().__init__()
        self.fc1, self.fc2, self.steps = nn.Linear(8, 6), nn.Linear(6, 5), steps
        self.lif1, self.lif2 = Neuron(), InPlace(0.5)

    def forward(self, x):
        self.lif1.reset()
        self.lif2.reset()
        result = []
        for _ in range(self.steps):
            result.append(self.lif2(3 * self.fc2(self.lif1(3 * self.fc1(x)))))
        result = torch.stack(result)
        return result.mean(0), result


class ShownToLayers(nn.Module):
    """A range over layers in that over time, of 4 steps, too."""

    def __init__(self, steps):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(4))
        self.steps = steps

    def forward(self, x):
        mems, total = [torch.zeros_like(x)] * 4, 0
        for _ in range(self.steps):
            y = x.clone()
            for i in range(4):
                mems[i] = 0.9 * mems[i] + 2 * self.layers[i](y)
                y = (mems[i] > 0.5).float()
                mems[i] = mems[i] - y
            total = total + y
        return total, mems[-1]


@pytest.mark.parametrize("make", [Shown, ShownToNeurons, ShownToLayers])
@pytest.mark.parametrize("steps, batch", [(4, 1), (4, 4), (30, 1)])
def test_a_loop_over_an_image(make, steps, batch):
    module, x = seeded(make, steps), noise(5, 8)
    net = volley.from_torch(module, x[:batch])
    assert any(f"takes the range of {steps} as" in remark for remark in net.remarks)
    assert len({shape for shape, _ in net.outputs.values()}) == 1
    for module.steps in (steps, 9):
        y = evaluate(net, x.numpy(), steps=module.steps)
        for got, expected in zip(y.values(), run(module, x)):
            assert expected.any()
            np.testing.assert_allclose(got, expected.numpy(), atol=1e-6)
        for mode in ("forced", "free-running"):
            report = volley.compare(module, net, x, mode=mode)
            assert all(output.difference < 1e-6 for output in report.outputs)


class Depth(nn.Module):
    """A range over layers: of their own, or of one that is used again."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for i in range(4):
            x = self.layers[i % len(self.layers)](x)
        return x


@pytest.mark.parametrize(
    "make",
    [
        lambda: Depth(nn.ModuleList(nn.Sequential(nn.Linear(8, 8)) for _ in range(4))),
        lambda: Depth(nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.ReLU())])),
    ],
)
def test_ranges_that_are_no_time(make):
    module, x = seeded(make), noise(2, 8)
    net = volley.from_torch(module, x)
    assert any("the network is static" in remark for remark in net.remarks)
    y = volley.compile(net)(x.numpy(), steps=1)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-6)


class Substeps(Neuron):
    """A range within a step of time."""

    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
        for _ in range(4):
            self.mem = self.mem + 0.2 * (2 * x - self.mem)
            spikes = (self.mem > 0.7).float()
            self.mem = self.mem - spikes
        return spikes


def test_substeps():
    agree(Substeps, noise(STEPS, BATCH, 6, scale=1.5), "step")


class TimeLast(nn.Module):
    """(B, C, T) inside."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 6)

    def forward(self, x):
        x, mem, result = x.permute(1, 2, 0), 0, []
        for t in range(x.shape[-1]):
            mem = 0.25 * mem + self.fc(x[..., t])
            spikes = (mem > 0.5).float()
            mem = mem * (1 - spikes)
            result.append(spikes)
        return torch.stack(result, -1).permute(2, 0, 1)


def test_time_in_the_last_dimension():
    agree(TimeLast, noise(STEPS, BATCH, 8, scale=2.0))


class Tutorial(nn.Module):
    """Matrices in einsum, two loops, potentials whose maximum is the output."""

    def __init__(self):
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(8, 10) * 0.7)
        self.w2 = nn.Parameter(torch.randn(10, 4) * 0.7)

    def forward(self, x):
        h = torch.einsum("abc,cd->abd", (x, self.w1))
        syn = mem = torch.zeros((x.shape[0], 10))
        spikes = []
        for t in range(x.shape[1]):
            out = Spike.apply(mem - 1.0)
            mem = (0.9 * mem + syn) * (1.0 - out.detach())
            syn = 0.8 * syn + h[:, t]
            spikes.append(out)
        h = torch.einsum("abc,cd->abd", (torch.stack(spikes, dim=1), self.w2))
        flt = out = torch.zeros((x.shape[0], 4))
        record = [out]
        for t in range(x.shape[1]):
            flt, out = 0.8 * flt + h[:, t], 0.9 * out + flt
            record.append(out)
        return torch.max(torch.stack(record[1:], dim=1), 1)[0]


def test_two_loops_of_one_length():
    x = noise(STEPS, BATCH, 8)
    agree(Tutorial, x, "BT", tolerance=1e-5)


class Late(nn.Module):
    """Feedback of spikes that cannot come before the third step."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 6, bias=False)
        self.rec = nn.Linear(6, 6, bias=False)

    def forward(self, x):
        syn = mem = out = torch.zeros(x.shape[1], 6)
        result = []
        for one in x:
            current = self.fc(one) + self.rec(out)
            out = Spike.apply(mem - 0.5)
            mem = (0.9 * mem + syn) * (1.0 - out)
            syn = 0.8 * syn + current
            result.append(out)
        return torch.stack(result)


@pytest.mark.parametrize("length", [4, 9])
def test_feedback_that_starts_late(length):
    """At first it is a constant, but not later."""
    module, x = seeded(Late), noise(30, BATCH, 8, scale=2.0)
    net = volley.from_torch(module, x[:length])
    y = evaluate(net, x.numpy())
    assert (y == run(module, x).numpy()).all() and y.mean() > 0.05


class Pipeline(nn.Module):
    """Layers that each see the spikes of the step before, and a way around them."""

    def __init__(self, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(depth)])
        for layer in self.layers:
            nn.init.normal_(layer.weight, 0.2, 0.5)

    def forward(self, x):
        zero = torch.zeros(x.shape[1], 8)
        spikes, mems, result = [zero] * len(self.layers), [zero] * len(self.layers), []
        for one in x:
            before = [one, *spikes[:-1]]
            for i, layer in enumerate(self.layers):
                mem = 0.9 * mems[i] + layer(before[i])
                spikes[i] = Spike.apply(mem - 0.5)
                mems[i] = mem - spikes[i]
            result.append(spikes[-1] + one)
        return torch.stack(result)


@pytest.mark.parametrize("depth", [5, 12])
def test_layers_that_start_late(depth):
    """The last of them is silent for more steps than a short trace has."""
    module, x = seeded(Pipeline, depth), noise(40, BATCH, 8, scale=2.0)
    net = volley.from_torch(module, x[:6])
    y = evaluate(net, x.numpy())
    expected = run(module, x).numpy()
    assert (y == expected).all() and (expected[-8:] != x[-8:].numpy()).any()


class Literals(Neuron):
    """Constants that are written out where they are used."""

    def forward(self, x):
        decay = torch.tensor([0.5, 0.25, 0.75, 0.5])
        self.mem = (0.0 if self.mem is None else self.mem) * decay + x
        spikes = Spike.apply(self.mem - torch.tensor([0.5] * 4))
        self.mem = self.mem - spikes * torch.tensor([0.5, 1.0]).repeat(2)
        return spikes


class LiteralsInLoop(nn.Module):
    def forward(self, x):
        neuron = Literals()
        return torch.stack([neuron(one) for one in x])


def test_tensors_of_numbers_at_each_step():
    x = noise(STEPS, BATCH, 4)
    agree(lambda: nn.Sequential(nn.Linear(4, 4), LiteralsInLoop()), x)
    agree(lambda: nn.Sequential(nn.Linear(4, 4), Literals()), x, "step")


def last_is_written(fc, x):
    """V[t + 1] of V[t], as with arrays."""
    v = torch.zeros(len(x) + 1, x.shape[1], 8)
    s = torch.zeros_like(v)
    for t in range(len(x)):
        v[t + 1] = v[t] * 0.5 * (1 - s[t]) + fc(x[t])
        s[t + 1] = (v[t + 1] >= 0.5).float()
    return s[1:], v[-1]


def every_one_is_written(fc, x):
    """What is written at the last step, too, is read."""
    v, s = torch.zeros(len(x), x.shape[1], 8), torch.zeros(len(x), x.shape[1], 8)
    for t in range(len(x)):
        v[t] = (v[t - 1] * 0.5 * (1 - s[t - 1]) if t > 0 else 0) + fc(x[t])
        s[t : t + 1] = (v[t : t + 1] >= 0.5).float()
    return s.sum(0), v


def read_back(fc, x):
    """In the last dimension."""
    s, v = torch.empty(x.shape[1], 8, len(x)), x.new_zeros(x.shape[1], 8)
    for t in range(len(x)):
        v = v * 0.5 + fc(x[t])
        s[..., t] = (v >= 0.5).float()
        v = v - s[:, :, t] * 0.5
    return s.permute(2, 0, 1), s.sum(-1)


def product(fc, x):
    """Several statements a line, some of which the first step has no need of."""
    v, result = torch.zeros(x.shape[1], 8), torch.ones(x.shape[1], 8)
    for one in x:
        # fmt: off
        v = v * 0.5 + fc(one); s = (v >= 0.5).float(); v = v - s; result = result * (1 - 0.5 * s)  # noqa: E501, E702
        # fmt: on
    return result, v


class Written(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.fc, self.function = nn.Linear(8, 8), function

    def forward(self, x):
        return self.function(self.fc, x)


@pytest.mark.parametrize(
    "function", [last_is_written, every_one_is_written, read_back, product]
)
def test_tensors_that_are_written_and_read(function):
    agree(lambda: Written(function), noise(STEPS, BATCH, 8, scale=2.0), tolerance=1e-5)


def test_a_refused_stream_is_told_once():
    """What follows from it has no operands, and is not told."""

    def function(fc, x):
        v, result = torch.zeros(x.shape[1], 8), []
        for t in range(len(x)):
            v = v * 0.5 + (fc(x[t]) if t != 2 else x[t].relu())
            v = v - (v > 1).float()
            result.append(v)
        return torch.stack(result) * 2

    (error,) = refusal(Written(function), noise(6, BATCH, 8))
    assert "in another way" in error


class Masked(nn.Module):
    """Weights of which some are set in forward."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        weight = self.fc.weight.t().clone()
        weight[0] = 0
        weight[:, 2:4] *= 0.5
        v, result = torch.zeros(x.shape[1], 8), []
        for one in x:
            v = 0.5 * v + one @ (weight * 2)
            result.append((v > 1).float())
            v = v - result[-1]
        return torch.stack(result)


def test_constants_that_are_written():
    module, x = seeded(Masked), noise(STEPS, BATCH, 8)
    net = volley.from_torch(module, x[:6])
    assert not any("no batch" in remark for remark in net.remarks)
    agree(Masked, x)


class Keeps(nn.Module):
    """A sequence goes on from where the last one ended; a record is no state."""

    def __init__(self):
        super().__init__()
        self.fc, self.mem = nn.Linear(8, 6), None

    def forward(self, x):
        mem = torch.zeros(x.shape[1], 6) if self.mem is None else self.mem
        result = []
        for one in x:
            mem = 0.9 * mem + self.fc(one)
            result.append((mem > 1).float())
            mem = mem - result[-1]
        self.mem = mem
        self.record = torch.stack(result)
        self.rate = self.record.mean()
        return self.record


def test_states_between_sequences():
    x = noise(STEPS, BATCH, 8, scale=2.0)
    agree(Keeps, x)
    module = seeded(Keeps)
    net = volley.from_torch(module, x[:6])
    expected = torch.cat([run(module, part) for part in x.split(6)])
    assert (evaluate(net, x.numpy()) == expected.numpy()).all()


class Heads(nn.Module):
    """Queries, keys and values taken apart by index: no steps."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x):
        parts = self.qkv(x).relu().reshape(*x.shape[:2], 3, 8).permute(2, 0, 1, 3)
        q, k, v = parts[0], parts[1], parts[2]
        return q @ (k.transpose(-2, -1) @ v)


def test_parts_that_are_no_steps():
    x = noise(2, 5, 8)
    module = seeded(Heads)
    net = volley.from_torch(module, x)
    assert net.inputs == {"x": ((5, 8), "float32")}
    y = volley.compile(net)(x.numpy(), steps=1)
    assert abs(y - run(module, x).numpy()).max() < 1e-4


# States in objects, closures and globals


@dataclasses.dataclass
class Held:
    v: torch.Tensor
    z: torch.Tensor | None = None


class Slotted:
    __slots__ = ("v",)

    def __init__(self, v):
        self.v = v


HELD = {"v": None}


class Holder(nn.Module):
    """One step of a neuron whose state is kept by a function."""

    def __init__(self, start, update):
        super().__init__()
        self.fc, self.state, self.update = nn.Linear(8, 4), start(), update
        self.register_buffer("v", torch.zeros(2, 4))

    def forward(self, x):
        return self.update(self, self.fc(x))


def fire(v):
    z = (v > 0.3).float()
    return v - 0.3 * z, z


def replaces_object(net, x):
    v, z = fire(net.state.v * 0.9 + x)
    net.state = Held(v, z)
    return z


def starts_from_none(net, x):
    v, z = fire(x if net.state is None else net.state.v * 0.9 + x)
    net.state = types.SimpleNamespace(v=v)
    return z


def changes_object(net, x):
    net.state.v, z = fire(net.state.v * 0.9 + x)
    return z


def changes_dict_of_objects(net, x):
    net.state["a"].v, z = fire(net.state["a"].v * 0.9 + x)
    return z


def changes_global(net, x):
    HELD["v"], z = fire(x if HELD["v"] is None else HELD["v"] * 0.9 + x)
    return z


def calls_closure(net, x):
    return net.state(x)


def make_closure():
    v = torch.zeros(1, 4)

    def step(x):
        nonlocal v
        v, z = fire(v * 0.9 + x)
        return z

    return step


def writes_buffer(net, x):
    net.v.mul_(0.9).add_(x)
    z = (net.v > 0.3).float()
    net.v.sub_(0.3 * z)
    return z


KEEPERS = [
    (lambda: Held(torch.zeros(1, 4)), replaces_object),
    (lambda: None, starts_from_none),
    (lambda: Held(torch.zeros(1, 4)), changes_object),
    (lambda: Slotted(torch.zeros(1, 4)), changes_object),
    (lambda: {"a": Held(torch.zeros(1, 4))}, changes_dict_of_objects),
    (lambda: None, changes_global),
    (make_closure, calls_closure),
    (lambda: None, writes_buffer),
]


@pytest.mark.parametrize("start,update", KEEPERS)
def test_states_outside_of_modules(start, update):
    x = noise(9, 2, 8, scale=2.0)
    HELD["v"] = None
    module = seeded(Holder, start, update)
    net = volley.from_torch(module, x[0], verify=False)
    assert HELD["v"] is None and not module.v.any()
    with torch.no_grad():
        expected = torch.stack([module(xt) for xt in x])
    assert type(expected) is torch.Tensor and 0 < expected.mean() < 1
    np.testing.assert_array_equal(evaluate(net, x.numpy()), expected.numpy())
    HELD["v"] = None


def test_states_are_put_back_when_a_module_is_refused():
    class Refused(Holder):
        def forward(self, x):
            return F.gelu(super().forward(x))

    for start, update in KEEPERS:
        HELD["v"] = None
        module = seeded(Refused, start, update)
        with pytest.raises(volley.CompileError, match="GELU"):
            volley.from_torch(module, noise(2, 8))
        assert type(module(noise(2, 8)).detach()) is torch.Tensor
    HELD["v"] = None


def test_conversions_in_threads():
    def convert(seed):
        torch.manual_seed(seed)
        module, x = Holder(*KEEPERS[0]), noise(9, 2, 8)
        net = volley.from_torch(module.eval(), x[0])
        with torch.no_grad():
            expected = torch.stack([module(xt) for xt in x])
        np.testing.assert_array_equal(volley.compile(net)(x.numpy()), expected)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(convert, range(8)))
