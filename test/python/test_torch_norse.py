# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of Norse, in the manner of its tutorials and tasks."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
norse = pytest.importorskip("norse.torch")
pytest.importorskip("spikingjelly")

from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import agree, evaluate, noise, run, seeded  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("ignore")

P = norse.LIFParameters
STEPS, BATCH = 18, 2


class Digits(nn.Module):
    """A recurrent hidden layer, and potentials as outputs."""

    def __init__(self, decoder=None):
        super().__init__()
        p = P(alpha=100, v_th=torch.tensor(0.5))
        self.hidden = norse.LIFRecurrentCell(8, 16, p=p, dt=0.001)
        self.readout = nn.Linear(16, 4, bias=False)
        self.out = norse.LICell(dt=0.001)
        self.decoder = decoder

    def forward(self, x):
        hidden = out = None
        voltages = []
        for ts in range(x.shape[0]):
            z, hidden = self.hidden(x[ts, :, :].view(-1, 8), hidden)
            v, out = self.out(self.readout(z), out)
            voltages += [v]
        voltages = torch.stack(voltages)
        return self.decoder(voltages) if self.decoder else voltages


class Convolutions(nn.Module):
    """Images, step by step, into a tensor that is there before."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3), nn.Conv2d(4, 6, 3)
        self.fc = nn.Linear(54, 10)
        self.lif0, self.lif1 = norse.LIFCell(P(alpha=100)), norse.LIFCell()
        self.lif2 = norse.LIFCell(P(v_th=torch.tensor(0.1)))
        self.out = norse.LILinearCell(10, 4)

    def forward(self, x):
        s0 = s1 = s2 = so = None
        voltages = torch.zeros(x.shape[0], x.shape[1], 4, device=x.device)
        for ts in range(x.shape[0]):
            z, s0 = self.lif0(self.conv1(x[ts, :]), s0)
            z = nn.functional.max_pool2d(z, 2, 2)
            z, s1 = self.lif1(20 * self.conv2(z), s1)
            z, s2 = self.lif2(nn.functional.relu(3 * self.fc(z.view(-1, 54))), s2)
            voltages[ts, :, :], so = self.out(z, so)
        return voltages


class OwnStates(nn.Module):
    """A module of one step whose state is a dict."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 6), norse.LIFCell()
        self.rec = norse.SequentialState(nn.Linear(6, 6), norse.LSNNCell())

    def forward(self, x, state=None):
        state = state or {"first": None, "second": None}
        z, first = self.lif(self.fc(x), state["first"])
        z, second = self.rec(3 * z, state["second"])
        return z, {"first": first, "second": second}


class Transposed(nn.Module):
    """Batch first outside, time first inside."""

    def __init__(self):
        super().__init__()
        self.net = norse.SequentialState(nn.Linear(8, 6), norse.LIF(), norse.LI())

    def forward(self, x):
        y, state = self.net(x.permute(1, 0, 2))
        return y.permute(1, 0, 2)


def sequential(*modules, **options):
    return lambda: norse.SequentialState(*(make() for make in modules), **options)


def linear(n, m):
    return lambda: nn.Linear(n, m)


def lifted(make):
    return lambda: norse.Lift(make())


SEQUENCES = {
    "lifted": sequential(
        lifted(linear(8, 6)), norse.LIF, lifted(linear(6, 4)), norse.LI
    ),
    "lifted-cells": lambda: norse.Lift(
        norse.SequentialState(nn.Linear(8, 6), norse.LIFCell())
    ),
    "time-constants": sequential(
        linear(8, 6), lambda: norse.LIF(P(200.0, 300.0, 0.1, 0.7, -0.2), dt=0.0007)
    ),
    "recurrent": sequential(lambda: norse.LIFRecurrent(8, 10), linear(10, 3), norse.LI),
    "adaptive": sequential(
        lambda: norse.LSNNRecurrent(8, 10), linear(10, 5), norse.LSNN
    ),
    "loop": Digits,
}
CELLS = {
    "cells": sequential(
        linear(8, 10), lambda: norse.LIFRecurrentCell(10, 10), norse.LICell
    ),
    "boxes": sequential(linear(8, 10), norse.LIFBoxCell, norse.LIBoxCell),
    "refractory": sequential(linear(8, 10), norse.LIFRefracCell, linear(10, 3)),
    "hidden": sequential(linear(8, 6), norse.LIFCell, return_hidden=True),
    "fed-back": sequential(
        lambda: norse.RecurrentSequential(norse.LIFCell(), nn.Linear(8, 8)),
        norse.LICell,
    ),
    "dict": OwnStates,
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences(name):
    x = noise(STEPS, BATCH, 8, scale=8.0)
    _, rates = agree(SEQUENCES[name], x, tolerance=1e-5)
    assert rates[0] > 0.02


@pytest.mark.parametrize("name", CELLS)
def test_cells(name):
    x = noise(STEPS, BATCH, 8, scale=12.0)
    _, rates = agree(CELLS[name], x, "step", states=1, tolerance=1e-5)
    assert rates[0] > 0.02


def test_convolutions():
    _, rates = agree(
        Convolutions, noise(STEPS, BATCH, 1, 12, 12, scale=20.0), tolerance=1e-5
    )
    assert all(rate != 0 for rate in rates)


def test_batch_first():
    agree(Transposed, noise(STEPS, BATCH, 8, scale=8.0), "BT", tolerance=1e-5)


# What is read from the potentials over time.
DECODERS = {
    "max": lambda v: torch.max(v, 0)[0],
    "last": lambda v: v[-1],
    "mean": lambda v: v.mean(0),
    "sum": lambda v: v.sum(0),
}


@pytest.mark.parametrize("name", DECODERS)
def test_decoders(name):
    module = seeded(Digits, DECODERS[name])
    x = noise(STEPS, BATCH, 8, scale=8.0)
    y = evaluate(volley.from_torch(module, x[:6]), x.numpy())
    assert y.shape == (BATCH, 4)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-6)


def test_a_decoder_is_left_to_the_host():
    module = Digits(lambda v: torch.log_softmax(v.max(0).values, 1))
    with pytest.raises(volley.CompileError, match="leave log_softmax to what reads"):
        volley.from_torch(module, noise(6, BATCH, 8))


def test_a_neuron_without_a_law_is_plain_pytorch():
    make = sequential(linear(8, 6), lambda: norse.Izhikevich(norse.tonic_spiking))
    x = noise(STEPS, BATCH, 8, scale=400.0)
    net, _ = agree(make, x)
    assert any("1: no known neuron" in remark for remark in net.remarks)
    assert evaluate(net, x.numpy()).any()


def test_recorded_states_are_outputs():
    class Recorded(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.lif = nn.Linear(8, 6), norse.LIF(record_states=True)

        def forward(self, x):
            z, state = self.lif(self.fc(x))
            return z, state.v

    agree(Recorded, noise(STEPS, BATCH, 8, scale=8.0), tolerance=1e-5)


class Named(nn.Module):
    """A step whose state is called something."""

    def __init__(self):
        super().__init__()
        self.cells = norse.SequentialState(nn.Linear(8, 6), norse.LIFCell())

    def forward(self, x, s=None):
        return self.cells(x, s)


class Masked(Named):
    """An argument that is None by default, and no state; a result that is none."""

    def forward(self, x, mask=None, s=None):
        y, s = self.cells(x if mask is None else x * mask, s)
        return y, x, s


@pytest.mark.parametrize("make", [Named, Masked])
def test_states_by_another_name(make):
    """What neurons go on from is a state, whatever forward calls it."""
    module = seeded(make)
    x = noise(9, 2, 8, scale=4.0)
    net = volley.from_torch(module, x[0])
    y = volley.compile(net)(x.numpy())
    y = y if make is Named else y["output_0"]
    s, rate = None, 0.0
    for t in range(9):
        with torch.no_grad():
            expected, *_, s = module(x[t], s=s)
        np.testing.assert_array_equal(y[t], expected.numpy())
        rate += expected.mean()
    assert rate > 0.05
