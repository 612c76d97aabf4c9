# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of sinabs: spiking layers, converted networks, every reset."""

import pytest

torch = pytest.importorskip("torch")
sl = pytest.importorskip("sinabs.layers")
pytest.importorskip("spikingjelly")

from sinabs.activation import (  # noqa: E402
    MaxSpike,
    MembraneReset,
    MembraneSubtract,
    SingleSpike,
)
from sinabs.from_torch import from_model  # noqa: E402
from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import agree, noise, seeded  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("ignore")

STEPS, BATCH = 18, 2


def between(neuron):
    """A layer of neurons between two linear layers."""
    return lambda: nn.Sequential(nn.Linear(8, 6), neuron(), nn.Linear(6, 4), sl.IAF())


def lif(**options):
    options = {"tau_mem": 4.0, "spike_threshold": torch.tensor(0.3), **options}
    return between(lambda: sl.LIF(**options))


def recurrent(cls, connect, **options):
    return between(lambda: cls(rec_connect=connect(), **options))


LAYERS = {
    "integrate": between(sl.IAF),
    "leaky": lif(),
    "synapse": lif(tau_syn=3.0, train_alphas=True),
    "per-neuron": lif(tau_mem=torch.linspace(2, 9, 6), norm_input=False),
    "floor": lif(min_v_mem=-0.2),
    "adaptive": between(lambda: sl.ALIF(2.0, 9.0, spike_threshold=0.2)),
    "potential": lambda: nn.Sequential(nn.Linear(8, 6), sl.IAF(), sl.ExpLeak(5.0)),
    "recurrent": recurrent(sl.LIFRecurrent, lambda: nn.Linear(6, 6), tau_mem=2.0),
    "adaptive-recurrent": recurrent(
        sl.ALIFRecurrent,
        lambda: nn.Sequential(nn.Linear(6, 3), nn.Linear(3, 6, bias=False)),
        tau_mem=2.0,
        tau_adapt=9.0,
        spike_threshold=0.3,
    ),
    "recurrent-conv": lambda: nn.Sequential(
        nn.Linear(8, 16),
        nn.Unflatten(2, (1, 4, 4)),
        sl.IAFRecurrent(rec_connect=nn.Conv2d(1, 1, 3, padding=1)),
    ),
    "max-reset": lif(spike_fn=MaxSpike(2)),
    "single-subtract": lif(spike_fn=SingleSpike),
    "single-reset": lif(spike_fn=SingleSpike, reset_fn=MembraneReset()),
    "reset-value": lif(spike_fn=SingleSpike, reset_fn=MembraneReset(-0.1)),
    "multi-reset": lif(reset_fn=MembraneReset()),
    "subtract-value": lif(reset_fn=MembraneSubtract(0.2)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    x = noise(STEPS, BATCH, 8, scale=2.0)
    _, rates = agree(LAYERS[name], x, "BT", tolerance=1e-5)
    assert rates[0] > 0.02


def ann():
    """A network of ReLUs, to be converted to spikes."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Conv2d(4, 6, 3),
        nn.ReLU(),
        sl.SumPool2d(2),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(6, 5, bias=False),
        nn.ReLU(),
    )


CONVERTED = {
    "network": lambda: from_model(ann(), batch_size=BATCH, input_shape=(1, 10, 10)),
    "with-output": lambda: (
        from_model(
            ann()[:-1], batch_size=BATCH, add_spiking_output=True, min_v_mem=-0.5
        ).spiking_model
    ),
    "single-spikes": lambda: from_model(
        ann(), batch_size=BATCH, spike_fn=SingleSpike, reset_fn=MembraneReset()
    ),
}


@pytest.mark.parametrize("name", CONVERTED)
def test_converted_networks(name):
    x = noise(STEPS, BATCH, 1, 10, 10, scale=4.0)
    _, rates = agree(CONVERTED[name], x, "(BT)")
    assert rates[0] > 0.02 and rates[1] > 0.02


class Merged(nn.Module):
    """Time and batch are split and merged on the way; the mean rate is the output."""

    def __init__(self):
        super().__init__()
        self.conv = sl.Repeat(nn.Conv2d(1, 4, 3))
        self.left, self.right, self.merge = sl.IAF(), sl.LIF(tau_mem=3.0), sl.Merge()
        self.flat = nn.Sequential(sl.FlattenTime(), sl.SumPool2d(2), nn.Flatten())
        self.split = sl.UnflattenTime(batch_size=BATCH)
        self.fc, self.out = nn.Linear(36, 5), sl.IAF()

    def forward(self, x):
        x = self.conv(x)
        x = self.merge(self.left(x), self.right(x))
        return self.out(self.split(self.fc(self.flat(x)))).mean(1)


def test_merged_layouts():
    agree(Merged, noise(STEPS, BATCH, 1, 8, 8, scale=2.0), "BT", tolerance=1e-5)


class OwnLayer(sl.StatefulLayer):
    """A layer that nothing knows, with a buffer of sinabs as its state."""

    def __init__(self):
        super().__init__(state_names=["v_mem"])

    def forward(self, x):
        if not self.is_state_initialised():
            self.init_state_with_shape((x.shape[0], *x.shape[2:]))
        v, spikes = self.v_mem, []
        for t in range(x.shape[1]):
            v = 0.8 * v + x[:, t]
            z = (v > 1).float()
            v = v - z
            spikes.append(z)
        self.v_mem = v
        return torch.stack(spikes, 1)


def test_a_layer_without_a_law_is_plain_pytorch():
    net, rates = agree(between(OwnLayer), noise(STEPS, BATCH, 8, scale=2.0), "BT")
    assert list(net.neurons) == ["3"] and rates[0] > 0.02
    assert any("1: no known neuron" in remark for remark in net.remarks)


def test_steps_that_a_layer_was_told():
    module = seeded(lambda: from_model(ann(), num_timesteps=6))
    net = volley.from_torch(module, noise(12, 1, 10, 10))
    assert volley.compare(module, net, noise(12, 1, 10, 10, scale=4.0))


def test_random_rounding_is_refused():
    class Rounds(nn.Module):
        def forward(self, x):
            return sl.neuromorphic_relu.StochasticRounding.apply(x)

    module = nn.Sequential(nn.Linear(8, 6), Rounds(), sl.IAF())
    with pytest.raises(volley.CompileError, match="draws random numbers"):
        volley.from_torch(module, noise(2, 6, 8))


def test_counts_of_operations_are_no_part_of_the_network():
    module = seeded(lambda: from_model(ann(), num_timesteps=6, synops=True))
    x = noise(12, 1, 10, 10)
    net = volley.from_torch(module, x)
    assert not any("batch" in remark for remark in net.remarks)
    assert volley.compare(module, net, x)
    assert any(child._forward_hooks for child in module.modules())
