# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps and batch are free: no number of a network is one of the example's."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import neuron  # noqa: E402
from torch import nn  # noqa: E402

import volley  # noqa: E402
from volley.torch import _capture  # noqa: E402

from torchnets import evaluate, noise, refusal, run, seeded  # noqa: E402

torch.set_num_threads(1)

F = nn.functional


class Read(nn.Module):
    """Spikes y of an input x, and what is read of them."""

    def __init__(self, read, in_loop):
        super().__init__()
        self.fc, self.read = nn.Linear(8, 8), read
        mode = "s" if in_loop else "m"
        self.lif = neuron.LIFNode(v_threshold=0.3, step_mode=mode)
        self.table = nn.Parameter(torch.randn(64, 8))
        self.rows = nn.Parameter(torch.randn(6, 8))
        self.register_buffer("decay", torch.tensor(0.9))

    def forward(self, x):
        x = self.fc(x)
        if self.lif.step_mode == "m":
            return self.read(self, self.lif(x), x)
        return self.read(self, torch.stack([self.lif(x[t]) for t in range(len(x))]), x)


both = pytest.mark.parametrize("in_loop", [False, True])

STEPS = {
    "half": lambda m, y, x: y.sum(0) - len(x) / 2,
    "majority": lambda m, y, x: (y.sum(0) >= len(x) / 2).float(),
    "whole half": lambda m, y, x: (y.sum(0) >= len(x) // 2).float(),
    "parity": lambda m, y, x: y.sum(0) * (len(x) % 2),
    "root": lambda m, y, x: y.sum(0) / x.shape[0] ** 0.5,
    "math": lambda m, y, x: y.sum(0) / math.sqrt(len(x)),
    "reciprocal": lambda m, y, x: y.sum(0) * (1 / float(len(x))),
    "multiple": lambda m, y, x: y.sum(0) / (x.size(0) * 3),
    "elements": lambda m, y, x: y.sum(0) / x.numel(),
    "power": lambda m, y, x: y.sum(0) * m.decay ** len(x),
    "exponent": lambda m, y, x: y.sum(0) ** (len(x) // 2),
    "if": lambda m, y, x: y.sum(0) * 2 if len(x) > 10 else y.sum(0),
    "ones": lambda m, y, x: y.sum(0) * torch.ones(len(x)).sum(),
    "full": lambda m, y, x: y.sum(0) - torch.full((8,), len(x) / 2),
    "fill": lambda m, y, x: y.sum(0) * torch.zeros(8).fill_(len(x) / 2),
    "tensor": lambda m, y, x: y.sum(0) - torch.tensor(float(len(x))) / 2,
    "array": lambda m, y, x: y.sum(0) * float(np.arange(len(x)).mean()),
    "arange": lambda m, y, x: y.sum(0) * torch.arange(len(x)).float().mean(),
    "linspace": lambda m, y, x: y.sum(0) * torch.linspace(0, 1, len(x))[1],
    "eye": lambda m, y, x: y.sum(0) * torch.eye(len(x)).trace() / 2,
    "repeat": lambda m, y, x: y.sum(0) * m.decay.repeat(len(x)).sum(),
    "expand": lambda m, y, x: y.sum(0)[:, None].expand(-1, len(x), -1).sum(1),
    "broadcast": lambda m, y, x: (y.sum(0)[:, None] * torch.ones(len(x), 1)).sum(1),
    "outer": lambda m, y, x: y.mean(0) @ torch.ones(8, len(x)) @ torch.ones(len(x), 8),
    "table": lambda m, y, x: y.sum(0) + m.table[: len(x)].sum(0),
    "row": lambda m, y, x: y.sum(0) + m.table[len(x)],
    "last row": lambda m, y, x: y.sum(0) + m.table[len(x) - 1],
    "all rows": lambda m, y, x: y.sum(0) + m.rows[: len(x)].sum(0),
    "clamp": lambda m, y, x: y.sum(0).clamp(max=len(x) / 2),
    "threshold": lambda m, y, x: F.threshold(y.sum(0), len(x) / 2, 0.0),
    "hardtanh": lambda m, y, x: F.hardtanh(y.sum(0), -1.0, len(x) / 2),
    "leaky": lambda m, y, x: F.leaky_relu(y.sum(0) - 1, 1 / len(x)),
    "alpha": lambda m, y, x: torch.add(y.sum(0), y.mean(0), alpha=len(x) / 2),
    "value": lambda m, y, x: torch.addcmul(y.sum(0), y.sum(0), y.sum(0), value=len(x)),
    "late half": lambda m, y, x: y[len(x) // 2 :].sum(0),
    "variance": lambda m, y, x: (y.sum(0) - y.sum(0) * y.mean(0)) / (len(x) - 1),
}


@both
@pytest.mark.parametrize("name", STEPS)
def test_numbers_that_follow_the_steps_are_refused(name, in_loop):
    (error,) = refusal(seeded(Read, STEPS[name], in_loop), noise(6, 2, 8))
    assert error.startswith(f"{__file__}:") and "free in a network" in error


BATCH = {
    "root": lambda m, y, x: y * x.shape[1] ** 0.5,
    "whole half": lambda m, y, x: y - x.shape[1] // 2,
    "ones": lambda m, y, x: y * torch.ones(x.shape[1]).sum(),
    "arange": lambda m, y, x: y * torch.arange(x.shape[1]).float().mean(),
    "table": lambda m, y, x: y + m.table[: x.shape[1]].sum(0),
}


@both
@pytest.mark.parametrize("name", BATCH)
def test_numbers_that_follow_the_batch_are_refused(name, in_loop):
    module = seeded(Read, BATCH[name], in_loop)
    (error,) = refusal(module, noise(6, 2, 8))
    assert error.startswith(f"{__file__}:") and "follows the size of the batch" in error


class Step(nn.Module):
    """A single step, with a current that follows the batch."""

    def __init__(self):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 8), neuron.LIFNode(v_threshold=0.3)

    def forward(self, x):
        return self.lif(self.fc(x) * x.shape[0] ** 0.5)


def test_a_step_that_follows_the_batch_is_refused():
    (error,) = refusal(seeded(Step), noise(2, 8))
    assert error.startswith(f"{__file__}:") and "follows the size of the batch" in error


RIGHT = {
    "mean": lambda m, y, x: (y.sum(0) / len(x) >= 0.5).float(),
    "of floats": lambda m, y, x: y.sum(0) / float(x.shape[0]),
    "in place": lambda m, y, x: y.sum(0).div_(len(x)),
    "of ones": lambda m, y, x: y.sum(0) * torch.ones_like(y).mean(0),
    "late": lambda m, y, x: y[2:].mean(0),
    "constant": lambda m, y, x: y.sum(0) / 12 - 0.5 + m.table[3] + m.rows.sum(0),
    "flat": lambda m, y, x: y.flatten(0, 1).reshape(len(x), -1, 8) * m.decay,
    "zeros": lambda m, y, x: y + torch.zeros(x.shape[1], 8) * m.decay,
    "repeated": lambda m, y, x: (y[:, :, None] * torch.ones(3, 1)).sum(2),
    "weights": lambda m, y, x: y + m.fc(torch.ones(x.shape[1], 8)),
}


@both
@pytest.mark.parametrize("name", RIGHT)
def test_what_follows_neither_is_right_for_all(name, in_loop):
    module = seeded(Read, RIGHT[name], in_loop)
    x = noise(18, 5, 8, scale=2.0)
    net = volley.from_torch(module, x[:4, :2])
    for t, b in ((6, 2), (18, 5), (17, 4), (3, 1)):
        y = evaluate(net, x[:t, :b].numpy())
        expected = run(module, x[:t, :b]).numpy()
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)


# Numbers that the steps that are traced must not be taken for: 5, 7 and 10.
TOLD = {
    "slice": lambda y: y[:, :5],
    "index": lambda y: y[:, 5] + y[:, 7],
    "step": lambda y: y[:, 1:7:5],
    "windows": lambda y: y.unfold(1, 5, 3),
    "repeated": lambda y: y.repeat_interleave(5, 1) * y.repeat(1, 5),
    "dimensions": lambda y: y.view(-1, 1, 1, 1, 2, 4).transpose(4, 5),
    "numbers": lambda y: y * 5 + (y >= 7) + y / 10,
    "parts": lambda y: sum(y.repeat(1, 5).chunk(5, 1)),
}


class Told(nn.Module):
    """A loop by hand, and what is computed at each step."""

    def __init__(self, function):
        super().__init__()
        self.fc, self.function = nn.Linear(8, 8), function

    def forward(self, x):
        v, result = torch.zeros(x.shape[1], 8), []
        for t in range(len(x)):
            v = 0.5 * v + self.fc(x[t])
            z = (v >= 0.5).float()
            v = v - z
            result.append(self.function(z))
        return torch.stack(result)


@pytest.mark.parametrize("steps", [5, 10])
@pytest.mark.parametrize("name", TOLD)
def test_numbers_that_are_no_steps(name, steps):
    module = seeded(Told, TOLD[name])
    x = noise(18, 3, 8, scale=2.0)
    y = evaluate(volley.from_torch(module, x[:steps]), x.numpy())
    expected = run(module, x).numpy()
    assert (y == expected.reshape(y.shape)).all() and expected.any()


@both
def test_a_module_without_such_numbers_is_traced_once(in_loop, monkeypatch):
    """What its ops are told in a run without data says enough."""
    found = []
    export = _capture.export
    monkeypatch.setattr(
        _capture, "export", lambda *args: found.append(1) or export(*args)
    )
    volley.from_torch(seeded(Read, RIGHT["zeros"], in_loop), noise(6, 2, 8))
    assert len(found) == 1
