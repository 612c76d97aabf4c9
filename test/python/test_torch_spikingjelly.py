# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks from SpikingJelly, in the ways that its users write them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import (  # noqa: E402
    functional,
    layer,
    neuron,
    surrogate,
)
from spikingjelly.activation_based.model import parametric_lif_net  # noqa: E402
from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import calibrate, check, evaluate, noise, refusal, run, seeded  # noqa: E402

torch.set_num_threads(1)


# An image for T steps: by a loop over a net of single steps, and as a sequence.


class Accumulated(nn.Module):
    """`out_fr += net(x)`, with what the tutorials do before and after."""

    def __init__(self, T=6, resets=True):
        super().__init__()
        self.T, self.resets = T, resets
        self.net = nn.Sequential(
            layer.Flatten(),
            layer.Linear(64, 10, bias=False),
            neuron.LIFNode(tau=2.0, surrogate_function=surrogate.ATan()),
        )

    def forward(self, img):
        if self.resets:
            functional.reset_net(self)
        out_fr = self.net(img)
        for _ in range(1, self.T):
            out_fr += self.net(img)
        return out_fr / self.T


@pytest.mark.parametrize("resets", [False, True])
def test_firing_rates_that_are_accumulated(resets):
    module = seeded(Accumulated, resets=resets)
    x = noise(3, 1, 8, 8, scale=4.0)
    net = volley.from_torch(module, x)
    y = evaluate(net, x.numpy(), steps=6)
    expected = run(module, x).numpy()
    assert expected.any()
    np.testing.assert_array_equal(y, expected)


class CSNN(nn.Module):
    """T inside of the module: the image is repeated, neurons run the sequence."""

    def __init__(self, T=4, channels=8):
        super().__init__()
        self.T = T
        parts = []
        for before in (1, channels):
            parts += [
                layer.Conv2d(before, channels, 3, padding=1, bias=False),
                layer.BatchNorm2d(channels),
                neuron.IFNode(surrogate_function=surrogate.ATan()),
                layer.MaxPool2d(2, 2),
            ]
        self.conv_fc = nn.Sequential(
            *parts,
            layer.Flatten(),
            layer.Dropout(0.5),
            layer.Linear(channels * 4, 20, bias=False),
            neuron.ParametricLIFNode(init_tau=2.0, v_threshold=0.3),
            layer.VotingLayer(2),
        )
        functional.set_step_mode(self, "m")

    def forward(self, x):
        x_seq = x.unsqueeze(0).repeat(self.T, 1, 1, 1, 1)
        return self.conv_fc(x_seq).mean(0)


def test_an_image_that_is_repeated():
    x = noise(3, 1, 8, 8, scale=2.0)
    module = calibrate(seeded(CSNN), x)
    net = check(module, x[:2], x)
    functional.reset_net(module)
    expected = volley.compile(net)(x.numpy(), steps=4)
    # Training mode is converted as eval mode: without dropout, with the running means.
    net = volley.from_torch(module.train(), x)
    assert any("training mode" in remark for remark in net.remarks)
    np.testing.assert_array_equal(volley.compile(net)(x.numpy(), steps=4), expected)


@pytest.mark.parametrize("mode", ["s", "m"])
def test_event_frames(mode):
    """The net of the DVS gestures, frames (N, T, ...), small."""
    net = seeded(
        parametric_lif_net.DVSGestureNet,
        channels=4,
        spiking_neuron=neuron.LIFNode,
        surrogate_function=surrogate.ATan(),
        detach_reset=True,
        v_threshold=0.2,
    )
    functional.set_step_mode(net, mode)
    x = noise(4, 1, 2, 128, 128, scale=2.0)
    if mode == "m":
        calibrate(net, x)
        check(net, x[:3], x)
        return
    for norm in (m for m in net.modules() if isinstance(m, nn.BatchNorm2d)):
        nn.init.constant_(norm.weight, 4.0)
    check(net, x[0], x)


# Containers, functional calls, and states that are read.


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.bn = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.sn1 = neuron.LIFNode(step_mode="m", decay_input=False, detach_reset=True)
        self.pool, self.fc = nn.AvgPool2d(2), nn.Linear(64, 5)
        self.sn2 = neuron.IFNode(v_reset=None, v_threshold=0.3)

    def forward(self, x_seq):
        functional.reset_net(self)
        y = functional.seq_to_ann_forward(x_seq, [self.conv, self.bn])
        y = functional.seq_to_ann_forward(self.sn1(y), self.pool).flatten(2)
        return functional.multi_step_forward(y, [self.fc, self.sn2])


def test_functional_calls():
    x = noise(9, 3, 1, 8, 8, scale=2.0)
    check(seeded(Functional), x[:6, :2], x)


def containers():
    return nn.Sequential(
        layer.SeqToANNContainer(nn.Linear(8, 8), nn.BatchNorm1d(8)),
        layer.LinearRecurrentContainer(neuron.LIFNode(v_threshold=0.3), 8, 8),
        layer.SynapseFilter(tau=5.0),
        layer.MultiStepContainer(nn.Linear(8, 4), neuron.QIFNode(v_threshold=0.2)),
        layer.ElementWiseRecurrentContainer(
            neuron.IFNode(v_threshold=0.5), lambda x, y: x + y
        ),
    )


def test_containers():
    net = seeded(containers)
    for child in (net[1], net[2], net[4]):
        functional.set_step_mode(child, "m")
    x = noise(12, 3, 8, scale=4.0)
    check(net, x[:5, :2], x)


class Potential(nn.Module):
    """A readout neuron that never spikes, its potentials, and the last of them."""

    def __init__(self):
        super().__init__()
        self.fc, self.sn = layer.Linear(8, 8), neuron.CUBALIFNode(v_threshold=0.5)
        self.out = neuron.LIFNode(v_threshold=float("inf"), store_v_seq=True)
        functional.set_step_mode(self, "m")

    def forward(self, x):
        functional.reset_net(self)
        self.out(self.sn(self.fc(x)))
        return self.out.v_seq.mean(0), self.out.v


def test_potentials_that_are_read():
    module, x = seeded(Potential), noise(12, 3, 8, scale=4.0)
    net = volley.from_torch(module, x[:4, :2])
    y = evaluate(net, x.numpy())
    for name, expected in zip(y, run(module, x)):
        assert expected.any()
        np.testing.assert_allclose(y[name], expected.numpy(), atol=1e-6)


class Masks(nn.Module):
    """What residual blocks do with spikes."""

    def __init__(self):
        super().__init__()
        self.fc = layer.Linear(8, 8, step_mode="m")
        self.sn1 = neuron.LIFNode(step_mode="m", v_threshold=0.3)
        self.sn2 = neuron.IFNode(step_mode="m")

    def forward(self, x):
        a, b = self.sn1(self.fc(x)), self.sn2(x)
        left, right = a.chunk(2, dim=-1)
        return {
            "and": a * b,
            "iand": a * (1.0 - b),
            "or": torch.logical_or(a.bool(), b.bool()).float(),
            "xor": (a.bool() ^ b.bool()),
            "add": a + b,
            "halves": torch.stack([left, right], dim=-1).sum(-1),
        }


def test_masks_of_spikes_are_spikes():
    x = noise(12, 3, 8, scale=4.0)
    net = check(seeded(Masks), x[:4, :2], x)
    spikes = ("and", "iand", "or", "xor")
    assert {net.outputs[name][1] for name in spikes} == {"uint8"}
    assert net.outputs["add"][1] == "int32"


# A number beside a sum over time.


class Mean(nn.Module):
    def __init__(self, read):
        super().__init__()
        self.sn, self.read = neuron.LIFNode(step_mode="m"), read

    def forward(self, x):
        return self.read(self.sn(x))


def test_the_number_of_steps_and_other_numbers():
    x = noise(20, 2, 8, scale=4.0)
    module = Mean(lambda y: (y.sum(0) / y.shape[0], y.sum(0) / 10, y.sum(0) / 7))
    y = evaluate(volley.from_torch(module, x[:10]), x.numpy())
    for name, expected in zip(y, run(module, x)):
        np.testing.assert_array_equal(y[name], expected.numpy())
    (error,) = refusal(Mean(lambda y: y.sum(0) * (1 / y.shape[0])), x[:10])
    assert error.startswith(__file__) and "depends on how many steps" in error


def test_first_steps_that_are_left_out():
    x = noise(20, 2, 8, scale=4.0)
    module = Mean(lambda y: (y[3:].sum(0), y[4:].mean(0), (0.3 * y)[1:].sum(0)))
    y = evaluate(volley.from_torch(module, x[:10]), x.numpy())
    for name, expected in zip(y, run(module, x)):
        assert expected.any()
        np.testing.assert_allclose(y[name], expected.numpy(), atol=1e-6)
    (error,) = refusal(Mean(lambda y: y[len(y) // 2 :].sum(0)), x[:10])
    assert "depends on how many steps" in error


def test_a_step_by_its_number_is_not_the_last():
    for steps in (5, 10):
        (error,) = refusal(Mean(lambda y: y[4]), noise(steps, 2, 8))
        assert "picks step 4" in error


# States that are set from outside, and what has no law.


class Touched(nn.Module):
    def __init__(self, touch):
        super().__init__()
        self.fc, self.sn, self.touch = nn.Linear(8, 8), neuron.LIFNode(), touch

    def forward(self, x):
        self.touch(self.sn)
        return self.sn(self.fc(x))


def halve(sn):
    if torch.is_tensor(sn.v):
        sn.v = sn.v * 0.5


def halve_in_place(sn):
    if torch.is_tensor(sn.v):
        sn.v *= 0.5


def start_high(sn):
    if not torch.is_tensor(sn.v):
        sn.v = 0.25


@pytest.mark.parametrize(
    "touch, text",
    [
        (lambda sn: sn.reset(), "starts anew at each step"),
        (halve, "only neurons change states"),
        (halve_in_place, "only neurons change states"),
        (start_high, "starts from a value of its own"),
    ],
)
def test_states_that_are_set_are_refused(touch, text):
    (error,) = refusal(Touched(touch), noise(2, 8))
    assert "sn: " in error and text in error


def test_detached_states_go_on():
    x = noise(12, 3, 8, scale=4.0)
    check(Touched(lambda sn: functional.detach_net(sn)), x[0], x)


def test_a_refused_neuron_gives_its_own_reason():
    net = nn.Sequential(
        layer.Linear(8, 8, step_mode="m"),
        neuron.LIFNode(step_mode="m"),
        neuron.NonSpikingLIFNode(decode="mean-mem"),
        neuron.PSN(4),
    )
    errors = refusal(net, noise(4, 2, 8))
    assert len(errors) == 2
    assert errors[0].startswith("2: decode='mean-mem'")
    assert errors[1].startswith("3: PSN mixes the steps")


def test_laws_that_are_not_exact_are_remarked():
    net = volley.from_torch(
        nn.Sequential(nn.Linear(8, 8), neuron.EIFNode()), noise(2, 8)
    )
    assert any(r.startswith("1: ") and "exponential" in r for r in net.remarks)
