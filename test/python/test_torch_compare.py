# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What volley.compare tells of inputs that show little, or do not fit."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import layer, neuron  # noqa: E402
from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import dense_net, noise, seeded  # noqa: E402

torch.set_num_threads(1)


def test_silent_populations_are_told():
    module = nn.Sequential(
        layer.Linear(4, 4), neuron.IFNode(step_mode="m"), neuron.IFNode(1e9)
    )
    module[2].step_mode = "m"
    with torch.no_grad():
        module[0].weight.fill_(1.0)
    x = torch.ones(3, 2, 4)
    report = volley.compare(module, volley.from_torch(module, x), x)
    assert report and report.silent == ["2:spikes"]
    assert "silent: 1 of 2 populations" in str(report)
    loud = module[:2]
    assert "silent" not in str(volley.compare(loud, volley.from_torch(loud, x), x))


class Loop(nn.Module):
    """A loop over time, of which nothing tells the steps from the batch."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 6)

    def forward(self, x):
        mem, result = torch.zeros(x.shape[1], 6), []
        for one in x:
            mem = 0.9 * mem + self.fc(one)
            result.append((mem > 0.5).float())
        return torch.stack(result)


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("mode", ["forced", "free-running"])
def test_an_input_without_its_time(mode, batch):
    module = Loop().eval()
    net = volley.from_torch(module, torch.rand(4, 2, 8))
    with pytest.raises(ValueError, match="time and batch where the example had them"):
        volley.compare(module, net, torch.rand(batch, 8), mode=mode)


def test_a_batch_that_is_squeezed_away():
    class Squeezed(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.LIFNode(step_mode="m")

        def forward(self, x):
            return self.lif(x).squeeze(1)

    module, x = Squeezed().eval(), torch.rand(4, 1, 8)
    net = volley.from_torch(module, x)
    with pytest.raises(ValueError, match="squeezes a dimension of size 1"):
        volley.compare(module, net, x)
    assert volley.compare(module, net, torch.rand(4, 2, 8))


def test_hooks_of_the_users():
    """What a hook makes of a neuron's result is not what the neuron gives."""
    module = seeded(dense_net, step_mode="m")
    module[1].register_forward_hook(lambda module, args, y: 1 - y)
    x = noise(9, 2, 8, scale=2.0)
    net = volley.from_torch(module, x)
    for mode in ("forced", "free-running"):
        report = volley.compare(module, net, x, mode=mode)
        assert report and report.outputs[0].difference == 0
        assert not report.silent


def test_a_program_of_other_weights():
    x = noise(9, 2, 8, scale=2.0)
    prog = volley.compile(volley.from_torch(seeded(dense_net, step_mode="m"), x))
    module = dense_net(step_mode="m").eval()
    with pytest.raises(ValueError, match=r"^\d+ of \d+ values of '.+', by up to 1"):
        volley.compare(module, prog, x, mode="forced")


class Plain(nn.Module):
    """Neurons that are no modules."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        v, spikes = torch.zeros(x.shape[1], 4), []
        for xt in x:
            v = 0.5 * v + self.fc(xt)
            z = (v > 0.1).float()
            v = v - z
            spikes.append(z)
        return torch.stack(spikes), v


def test_without_known_neurons_outputs_decide():
    module, x = seeded(Plain), noise(5, 3, 8)
    net = volley.from_torch(module, x)
    assert volley.compare(module, net, x)
    module.fc.weight.data.neg_()
    report = volley.compare(seeded(Plain), net, x)
    assert not report and report.outputs[0].difference == 1.0


def test_one_step_of_a_module_is_no_sequence():
    module = seeded(lambda: nn.Sequential(nn.Linear(8, 4), neuron.LIFNode()))
    x = noise(5, 3, 8)
    net = volley.from_torch(module, x[0])
    assert volley.compare(module, net, x)
    with pytest.raises(ValueError, match=r"\(3, 8\) are those of one step"):
        volley.compare(module, net, x[0])
