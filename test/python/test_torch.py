# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks from PyTorch modules: model classes, errors, comparisons, files."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snntorch = pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import functional, layer, neuron  # noqa: E402
from spikingjelly.activation_based.model import (  # noqa: E402
    qkformer,
    sew_resnet,
    spike_driven_transformer,
    spikformer,
    spiking_vgg,
)
from torch import nn  # noqa: E402

import volley  # noqa: E402

from torchnets import calibrate, dense_net, noise, refusal, run, seeded  # noqa: E402

torch.set_num_threads(1)


def line_of(function, text):
    """The number of a line of a function's source."""
    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if text in line)


# Model classes of SpikingJelly, in small sizes.


def small_spikformer():
    return spikformer.Spikformer(
        img_size_h=48,
        img_size_w=48,
        embed_dims=64,
        num_heads=2,
        depths=1,
        num_classes=10,
    )


def small_cifar10():
    return spikformer.Spikformer(
        img_size_h=16,
        img_size_w=16,
        patch_size=4,
        embed_dims=48,
        num_heads=4,
        depths=1,
        num_classes=10,
    )


def small_sdt():
    return spike_driven_transformer.SpikeDrivenTransformer(
        embed_dims=64, depths=1, num_classes=10
    )


def small_qkformer(qka_type="token"):
    return qkformer.QKFormer(
        embed_dims=48,
        num_heads=(2, 2, 2),
        depths=(1, 1, 1),
        num_classes=10,
        qka_type=qka_type,
    )


def small_sew(cnf="ADD", mode="m"):
    net = sew_resnet.SEWResNet(
        sew_resnet.BasicBlock,
        [1, 1, 1, 1],
        num_classes=10,
        cnf=cnf,
        spiking_neuron=neuron.IFNode,
    )
    functional.set_step_mode(net, mode)
    return net


def small_vgg(mode="m"):
    layers = spiking_vgg.SpikingVGG.make_layers(
        [8, "M", 16, "M"], True, neuron=neuron.LIFNode
    )
    head = [
        layer.Flatten(),
        layer.Linear(16 * 8 * 8, 10),
        neuron.LIFNode(v_threshold=0.25, v_reset=None),
    ]
    net = nn.Sequential(*layers, layer.Dropout(), *head)
    functional.set_step_mode(net, mode)
    return net


MODELS = {
    "spikformer": (small_spikformer, (2, 3, 48, 48)),
    "spikformer-cifar10": (small_cifar10, (2, 3, 16, 16)),
    "sdt": (small_sdt, (2, 3, 32, 32)),
    "qkformer": (small_qkformer, (2, 3, 32, 32)),
    "qkformer-channel": (lambda: small_qkformer("channel"), (2, 3, 32, 32)),
    "sew-resnet": (small_sew, (4, 2, 3, 32, 32)),
    "sew-resnet-and": (lambda: small_sew("AND"), (4, 2, 3, 32, 32)),
    "sew-resnet-iand": (lambda: small_sew("IAND"), (4, 2, 3, 32, 32)),
    "vgg": (small_vgg, (4, 2, 3, 32, 32)),
}


@pytest.mark.parametrize("name", MODELS)
def test_model_has_the_same_spikes(name):
    make, shape = MODELS[name]
    x = noise(*shape)
    net = calibrate(seeded(make), x)
    network = volley.from_torch(net, x)
    for mode in ("forced", "free-running"):
        result = volley.compare(net, network, x, mode=mode)
        print(f"\n{name}, {mode}:\n{result}")
        assert result.cells > 10_000
        if mode == "forced":
            assert result.different <= max(1, result.cells // 100_000)
            assert result.worst <= 1e-5
        assert all(output.same_top >= 0.99 for output in result.outputs)
    assert result.layers and not result.silent


@pytest.mark.parametrize("make", [small_sew, small_vgg])
def test_single_and_multi_step_give_the_same_network(make):
    sequence = noise(4, 2, 3, 32, 32)
    multi = calibrate(seeded(make), sequence)
    single = make(mode="s").eval()
    single.load_state_dict(multi.state_dict())
    networks = [
        volley.from_torch(multi, sequence),
        volley.from_torch(single, sequence[0]),
    ]
    assert networks[0].neurons == networks[1].neurons
    assert networks[0].inputs.popitem()[1] == networks[1].inputs.popitem()[1]
    outputs = [volley.compile(network)(sequence.numpy()) for network in networks]
    np.testing.assert_array_equal(*outputs)
    assert volley.compare(single, networks[1], sequence)


def test_populations_are_called_after_their_modules():
    net = volley.from_torch(seeded(small_spikformer), noise(1, 3, 48, 48))
    assert "blocks.0.attn.qkv_lif" in net.neurons
    assert "patch_embed.positional_encoding.neuron" in net.neurons
    assert len(net.neurons) == 10


def test_ops_know_their_module_and_line(monkeypatch):
    from volley import builder

    texts = []
    build = builder.Builder.build
    monkeypatch.setattr(
        builder.Builder, "build", lambda self: texts.append(self.text()) or build(self)
    )
    volley.from_torch(seeded(TwoInputs), (noise(4, 2, 8), noise(4, 2, 3)))
    line = line_of(TwoInputs.forward, "self.lif")
    assert f'loc("left"("{__file__}":{line}:0))' in texts[0]
    assert f'loc("lif"("{__file__}":{line}:0))' in texts[0]


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(8, 4), nn.Linear(3, 4)
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x, y, unused=None):
        spikes = self.lif(self.left(x) + self.right(y))
        return {"rate": spikes.mean(0), "all": (spikes, spikes.sum(-1))}


def test_several_inputs_and_outputs():
    module = seeded(TwoInputs)
    x = (noise(6, 2, 8, scale=2.0), noise(6, 2, 3, scale=2.0))
    net = volley.from_torch(module, x)
    assert list(net.inputs) == ["x", "y"]
    assert net.outputs == {
        "rate": ((4,), "float32"),
        "all_0": ((4,), "uint8"),
        "all_1": ((), "int32"),
    }
    result = volley.compare(module, net, x)
    assert result and all(found.difference == 0 for found in result.outputs)
    net = volley.from_torch(module, (*x, noise(6, 2, 5)))
    assert list(net.inputs) == ["x", "y"]
    assert "the input 'unused' is not used" in net.remarks


def test_torch_is_imported_when_it_is_needed():
    code = "import sys, volley; assert 'torch' not in sys.modules; volley.from_torch"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_image_is_a_static_input():
    x = noise(2, 3, 32, 32)
    module = calibrate(seeded(small_sdt), x)
    net = volley.from_torch(module, x)
    y = volley.compile(net)(x.numpy(), steps=4)
    assert y.shape == (2, 10)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-5)
    # T is free: the module's own T was 4.
    module.T = 7
    y = volley.compile(net)(x.numpy(), steps=7)
    np.testing.assert_allclose(y, run(module, x).numpy(), atol=1e-5)


# An image (B, 3, 8, 8), a layer and neurons over T steps.
REPEATED = {
    "repeat": lambda m, x: m.lif(
        m.conv(x.repeat(m.T, 1, 1, 1)).reshape(m.T, -1, 4, 8, 8)
    ),
    "repeat-interleave": lambda m, x: m.lif(
        m.conv(x.repeat_interleave(m.T, 0)).unflatten(0, (-1, m.T)).transpose(0, 1)
    ),
    "stack": lambda m, x: m.lif(
        functional.seq_to_ann_forward(torch.stack([x] * m.T), m.conv)
    ),
}


class Repeated(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.T, self.function = 4, function
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.lif = neuron.LIFNode(v_threshold=0.3, step_mode="m")

    def forward(self, x):
        return self.function(self, x).mean(0)


@pytest.mark.parametrize("batch", [3, 4])
@pytest.mark.parametrize("name", REPEATED)
def test_an_image_that_is_repeated(name, batch):
    module, x = seeded(Repeated, REPEATED[name]), noise(batch, 3, 8, 8)
    prog = volley.compile(volley.from_torch(module, x))
    for module.T in (4, 6):
        expected = run(module, x).numpy()
        np.testing.assert_allclose(prog(x.numpy(), steps=module.T), expected, atol=1e-5)
        assert 0.05 < expected.mean() < 0.95


def test_weights_are_not_copied():
    module = nn.Sequential(layer.Linear(8, 4, bias=False), neuron.IFNode())
    net = volley.from_torch(module, torch.zeros(2, 8))
    x = np.ones((1, 1, 8), np.float32)
    with torch.no_grad():
        module[0].weight.fill_(1.0)
    assert volley.interpret(net, x).all()
    with torch.no_grad():
        module[0].weight.fill_(-1.0)
    assert not volley.interpret(net, x).any()


# Refusals.


class OwnNeuron(neuron.LIFNode):
    """A law that nothing knows."""

    def multi_step_functional_forward(self, inputs, states):
        return (inputs[0].sort(-1)[0] > 0.5, states)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.act = nn.LayerNorm(8), nn.GELU()
        self.lif = neuron.LIFNode(step_mode="m")
        self.odd = OwnNeuron(step_mode="m")

    def forward(self, x):
        x = self.lif(self.act(self.norm(x)))
        scores = torch.softmax(x @ x.transpose(-2, -1), -1)
        return nn.functional.silu(self.odd(scores @ x))


def test_everything_unsupported_is_listed_at_once():
    errors = refusal(Transformer(), torch.zeros(4, 2, 5, 8))
    expected = [
        ("self.act(self.norm", "norm: layer norm", "batch norm"),
        ("self.act(self.norm", "act: GELU", "spiking neuron"),
        ("torch.softmax", "softmax", "softmax-free attention"),
        ("silu", "SiLU", "spiking neuron"),
    ]
    assert len(errors) == len(expected) + 2
    (law,) = [error for error in errors if "OwnNeuron" in error]
    (sort,) = [error for error in errors if ": odd: sort: " in error]
    assert "without a known law" in law and "LIFNode" in law
    assert sort.startswith(f"{__file__}:")
    for source, what, instead in expected:
        place = f"{__file__}:{line_of(Transformer.forward, source)}: "
        found = [error for error in errors if what in error]
        assert len(found) == 1 and found[0].startswith(place)
        assert instead in found[0]


class Branches(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Forgets(nn.Module):
    """Keeps a state that one call over a sequence does not show."""

    def __init__(self):
        super().__init__()
        self.lif, self.last = neuron.LIFNode(step_mode="m"), torch.zeros(1)

    def forward(self, x):
        y = self.lif(x + self.last)
        self.last = y.mean()
        return y


class Counts(nn.Module):
    def __init__(self):
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")
        self.register_buffer("seen", torch.zeros(8))

    def forward(self, x):
        self.seen += x.mean((0, 1))
        return self.lif(x - self.seen)


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return self.lif(self.lif(x))


class MixesSamples(nn.Module):
    def __init__(self):
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return self.lif(x).mean(1)


class Uneven(nn.Module):
    def __init__(self):
        super().__init__()
        self.lif = snntorch.Leaky(beta=0.9, init_hidden=True)

    def forward(self, x):
        return torch.stack([self.lif(x[t] if t != 1 else -x[t]) for t in range(len(x))])


@pytest.mark.parametrize(
    "module, text",
    [
        (Branches(), "depends on the values of a tensor"),
        (Forgets(), "'last' that cannot be recovered"),
        (Counts(), "'seen' in place, a state that cannot be recovered"),
        (Twice(), "lif: the neuron is called 2 times"),
        (MixesSamples(), "over the batch"),
        (Uneven(), "step 1 of the loop computes this in another way"),
        (nn.Sequential(neuron.LIFNode(step_mode="m"), nn.Softmax(-1)), "softmax"),
        (
            nn.Sequential(neuron.LIFNode(), neuron.LIFNode(step_mode="m")),
            "one step mode",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_refused(module, text):
    (error,) = refusal(module, torch.zeros(4, 2, 8))
    assert text in error


def test_training_mode_is_converted_as_eval():
    module = nn.Sequential(
        layer.Linear(8, 8), layer.BatchNorm1d(8), neuron.LIFNode(), layer.Dropout()
    )
    assert module.training
    net = volley.from_torch(module, torch.zeros(2, 8))
    assert module.training and all(child.training for child in module)
    assert any("eval mode" in remark for remark in net.remarks)
    assert "norm" in str(net)


def test_conversion_leaves_the_module_as_it_was():
    module = seeded(dense_net, step_mode="m")
    x = noise(4, 2, 8, scale=2.0)
    with torch.no_grad():
        module(x)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    potential = module[1].v.clone()
    volley.from_torch(module, x)
    assert torch.equal(module[1].v, potential)
    assert all(torch.equal(before[k], v) for k, v in module.state_dict().items())
    assert "forward" not in vars(module[1])


def test_arguments_are_checked():
    with pytest.raises(TypeError, match="torch.nn.Module"):
        volley.from_torch(lambda x: x, torch.zeros(2))
    with pytest.raises(TypeError, match="tuple of tensors"):
        volley.from_torch(dense_net(), np.zeros(8))
    with pytest.raises(ValueError, match="no input 'x'"):
        volley.from_torch(dense_net(), torch.zeros(2, 8), inputs={"x": "spike"})
    with pytest.raises(ValueError, match="one of"):
        volley.from_torch(dense_net(), torch.zeros(2, 8), inputs={"input": "spikes"})
    with pytest.raises(volley.CompileError, match="float16"):
        volley.from_torch(dense_net().half(), torch.zeros(2, 8).half())


def test_binary_inputs():
    module = seeded(dense_net)
    net = volley.from_torch(module, torch.zeros(2, 8), inputs={"input": "spike"})
    assert net.inputs["input"] == ((8,), "uint8")
    x = (noise(5, 2, 8) > 0).float()
    assert volley.compare(module, net, x)


# Comparisons.


def test_compare_finds_a_difference():
    module = seeded(dense_net, step_mode="m")
    x = noise(8, 2, 8, scale=2.0)
    net = volley.from_torch(module, x)
    program = volley.compile(net, record=["1", "3"])
    with torch.no_grad():
        module[0].bias += 0.5
    result = volley.compare(module, program, x)
    assert not result
    found = result.layers[0]
    assert (found.name, found.what) == ("1", "spikes")
    with torch.no_grad():
        ours = program.run(x.numpy(), record="1:spikes")[1]["1"]["spikes"]
    theirs = run(module[:2], x).numpy()
    assert found.different == (ours != theirs).sum()
    assert found.first == tuple(np.argwhere(ours != theirs)[0])
    assert f"step {found.first[0]}, sample {found.first[1]}" in str(result)


def test_compare_a_saved_program(tmp_path):
    module = seeded(dense_net)
    x = noise(8, 2, 8, scale=2.0)
    net = volley.from_torch(module, x[0])
    volley.compile(net, record=["1"]).save(tmp_path / "net.so")
    program = volley.open(tmp_path / "net.so")
    result = volley.compare(module, program, x)
    assert result and [found.name for found in result.layers] == ["1"]
    assert volley.compare(module, program, x, mode="forced")


def test_compare_refuses_another_network():
    x = noise(8, 2, 8)
    net = volley.from_torch(seeded(dense_net, step_mode="m"), x)
    with pytest.raises(ValueError, match="not those of the module"):
        volley.compare(
            nn.Sequential(layer.Linear(4, 4), neuron.LIFNode()), net, x[..., :4]
        )
    with pytest.raises(ValueError, match="mode"):
        volley.compare(seeded(dense_net), net, x, mode="free")
