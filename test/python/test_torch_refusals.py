# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What from_torch cannot take: said in a line, and the module stays as it was."""

import inspect

import numpy as np
import pytest

torch = pytest.importorskip("torch")
snntorch = pytest.importorskip("snntorch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import layer, neuron  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402
from torch.nn.utils import parametrizations, prune  # noqa: E402

import volley  # noqa: E402

from torchnets import assert_same, evaluate, noise, refusal, run, seeded, snapshot  # noqa: E402

torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("ignore")


class Net(nn.Module):
    """A layer and neurons over a sequence, and a function of the user's."""

    def __init__(self, function, **modules):
        super().__init__()
        self.fc, self.lif = nn.Linear(8, 6), neuron.LIFNode(step_mode="m")
        self.function = function
        for name, module in modules.items():
            setattr(self, name, module)

    def forward(self, x):
        return self.function(self, x)


SEQUENCE = torch.zeros(5, 2, 8)
IMAGE = torch.zeros(2, 3, 8, 8)


def branch(net, x):
    return net.lif(net.fc(x)) if x.sum() > 0 else x


def reversed_loop(net, x):
    return torch.stack([net.fc(x[t]) for t in reversed(range(x.shape[0]))])


# (what the error must say, function of (net, x), modules, example).
REFUSED = [
    ("softmax-free attention", lambda net, x: x.softmax(-1) @ x.mT, {}, SEQUENCE),
    ("leave softmax to", lambda net, x: x.softmax(-1), {}, SEQUENCE),
    (
        "attention with softmax",
        lambda net, x: F.scaled_dot_product_attention(x, x, x),
        {},
        SEQUENCE,
    ),
    ("GELU is not spike-driven", lambda net, x: F.gelu(x), {}, SEQUENCE),
    ("SiLU is not spike-driven", lambda net, x: F.silu(x), {}, SEQUENCE),
    ("mish: the activation", lambda net, x: F.mish(x), {}, SEQUENCE),
    ("layer norm depends", lambda net, x: F.layer_norm(x, (8,)), {}, SEQUENCE),
    ("RMS norm depends", lambda net, x: F.rms_norm(x, (8,)), {}, SEQUENCE),
    ("group norm depends", lambda net, x: net.m(x), {"m": nn.GroupNorm(3, 3)}, IMAGE),
    (
        "instance norm depends",
        lambda net, x: net.m(x),
        {"m": nn.InstanceNorm2d(3)},
        IMAGE,
    ),
    (
        "statistics of the batch",
        lambda net, x: net.m(x),
        {"m": nn.BatchNorm2d(3, track_running_stats=False)},
        IMAGE,
    ),
    ("LSTM", lambda net, x: net.m(x)[0], {"m": nn.LSTM(8, 6)}, SEQUENCE),
    ("GRU", lambda net, x: net.m(x)[0], {"m": nn.GRU(8, 6)}, SEQUENCE),
    (
        "gru_cell: a gated",
        lambda net, x: net.m(x),
        {"m": nn.GRUCell(8, 6)},
        IMAGE[0, 0],
    ),
    (
        "embedding reads",
        lambda net, x: net.m(x),
        {"m": nn.Embedding(8, 6)},
        torch.zeros(5, 2, dtype=torch.long),
    ),
    ("values of a tensor", branch, {}, SEQUENCE),
    ("values of a tensor;", lambda net, x: x * x.max().item(), {}, SEQUENCE),
    ("shape of a tensor depends", lambda net, x: x.nonzero(), {}, SEQUENCE),
    ("shape of a tensor depends on", lambda net, x: x[x > 0], {}, SEQUENCE),
    ("topk: depends on the order", lambda net, x: x.topk(2)[0], {}, SEQUENCE),
    ("leave argmax", lambda net, x: net.lif(x).argmax(-1), {}, SEQUENCE),
    (
        "3-d transposed convolutions",
        lambda net, x: net.m(x),
        {"m": nn.ConvTranspose3d(1, 2, 3)},
        torch.zeros(2, 1, 4, 4, 4),
    ),
    (
        "3-d convolutions",
        lambda net, x: net.m(x),
        {"m": nn.Conv3d(1, 2, 3)},
        torch.zeros(2, 1, 4, 4, 4),
    ),
    (
        "max_pool3d: this pool",
        lambda net, x: F.max_pool3d(x, 2),
        {},
        torch.zeros(2, 1, 4, 4, 4),
    ),
    (
        "padding in mode 'circular'",
        lambda net, x: net.m(x),
        {"m": nn.Conv2d(3, 2, 3, padding=1, padding_mode="circular")},
        IMAGE,
    ),
    (
        "upsample_bilinear2d: only nearest",
        lambda net, x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        {},
        IMAGE,
    ),
    ("dropout is on", lambda net, x: F.dropout(net.fc(x)), {}, SEQUENCE),
    ("rand_like: draws", lambda net, x: torch.rand_like(x) < x, {}, SEQUENCE),
    ("bernoulli: draws", lambda net, x: torch.bernoulli(x), {}, SEQUENCE),
    (
        "is split is used as time",
        lambda net, x: net.lif(net.fc(x).view(5, -1, 6)).mean(0),
        {},
        SEQUENCE.flatten(0, 1),
    ),
    ("complex numbers", lambda net, x: torch.fft.fft(x).abs(), {}, SEQUENCE),
    (
        "a loss is for training",
        lambda net, x: F.cross_entropy(x[0], torch.zeros(2, dtype=torch.long)),
        {},
        SEQUENCE,
    ),
    ("var: a statistic", lambda net, x: net.fc(x).var(-1), {}, SEQUENCE),
    ("over the batch", lambda net, x: net.lif(x - x.mean(1, True)), {}, SEQUENCE),
    ("gathered in reverse", reversed_loop, {}, SEQUENCE),
    ("no input reaches it", lambda net, x: net.fc.weight, {}, SEQUENCE),
    ("returns no tensor", lambda net, x: None, {}, SEQUENCE),
    ("returns no tensor", lambda net, x: "spikes", {}, SEQUENCE),
    ("ZeroDivisionError", lambda net, x: 1 / 0, {}, SEQUENCE),
    ("cannot be traced", lambda net, x: x.numpy(), {}, SEQUENCE),
    ("reduction dim", lambda net, x: net.fc(x[..., :3]), {}, SEQUENCE),
]


@pytest.mark.parametrize("text, function, modules, example", REFUSED)
def test_refused(text, function, modules, example):
    (error,) = refusal(Net(function, **modules), example)
    assert text in error
    if "returns no" not in text:
        assert f"{__file__}:" in error or error.startswith("fc.weight: ")


def line_of(function, text):
    """FILE:LINE of a line of a function."""
    lines, first = inspect.getsourcelines(function)
    return f"{__file__}:{first + [text in line for line in lines].index(True)}: "


def scores(x):
    x = x + 1
    return torch.softmax(x, -1)


class Helped(Net):
    """Methods and functions that forward calls, one of them at two places."""

    def step(self, x, mem):
        mem = 0.9 * mem + F.silu(self.fc(x))
        return (mem > 1).float(), mem

    def forward(self, x):
        mem, result = 0.0, []
        for one in x:
            spikes, mem = self.step(one, mem)
            result.append(spikes)
        first = scores(torch.stack(result))
        return first, scores(x)


def test_errors_name_the_line_of_a_helper():
    errors = refusal(Helped(None), SEQUENCE)
    assert errors[0].startswith(line_of(Helped.step, "F.silu") + "SiLU")
    assert errors[1].startswith(line_of(scores, "softmax") + "leave softmax")
    assert len(errors) == 2


def test_everything_is_listed():
    module = nn.Sequential(nn.GELU(), nn.LayerNorm(8), nn.Softmax(-1), neuron.IFNode())
    errors = refusal(module, torch.zeros(2, 8))
    assert [error[:3] for error in errors] == ["0: ", "1: ", "2: "]


# Blocks of ops under a setting.


def with_gradients(net, x):
    with torch.enable_grad():
        y = net.fc(x)
        part = y[..., :3]
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            part += torch.tensor([0.5, -0.5, 0.25])
    return net.lif(y)


def with_checkpoint(net, x):
    with torch.enable_grad():
        y = torch.utils.checkpoint.checkpoint(net.fc, x, use_reentrant=False)
    return net.lif(y.detach())


@pytest.mark.parametrize("function", [with_gradients, with_checkpoint])
def test_settings_that_change_no_value(function):
    module = seeded(Net, function)
    x = noise(9, 2, 8, scale=2.0)
    y = evaluate(volley.from_torch(module, x[:4]), x.numpy())
    expected = run(module, x).numpy()
    assert (y == expected).all() and expected.any()


def with_autocast(net, x):
    with torch.autocast("cpu"):
        y = net.fc(x)
    return net.lif(y.float())


def with_map(net, x):
    return net.lif(torch.vmap(net.fc)(x))


def with_condition(net, x):
    return torch.cond(x.sum() > 0, lambda x: x + 1, lambda x: x - 1, (x,))


@pytest.mark.parametrize(
    "function, line, text",
    [
        (with_autocast, "net.fc(x)", "torch.autocast('cpu') computes in torch.bfloat"),
        (with_map, "torch.vmap", "vmap: a function of single samples"),
        (with_condition, "torch.cond", "cond: what is computed depends on the values"),
    ],
)
def test_settings_that_change_values(function, line, text):
    (error,) = refusal(Net(function), SEQUENCE)
    assert error.startswith(line_of(function, line)) and text in error


# Modules and examples that cannot be read at all.


def linear():
    return nn.Sequential(layer.Linear(8, 6), neuron.IFNode())


def quantized():
    return torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(8, 6)))


UNREADABLE = {
    "is scripted": (lambda: torch.jit.script(nn.Linear(8, 6)), torch.zeros(2, 8)),
    "quantized": (quantized, torch.zeros(2, 8)),
    "not initialized": (lambda: nn.LazyLinear(6), torch.zeros(2, 8)),
    "device 'meta'": (lambda: nn.Linear(8, 6, device="meta"), torch.zeros(2, 8)),
    "float16": (lambda: linear().half(), torch.zeros(2, 8).half()),
    "bfloat16": (lambda: linear().bfloat16(), torch.zeros(2, 8).bfloat16()),
    "is of torch.float64": (linear, torch.zeros(2, 8).double()),
    "is empty": (linear, torch.zeros(0, 8)),
    "sparse": (linear, torch.zeros(2, 8).to_sparse()),
    "is complex": (lambda: nn.Linear(8, 6).to(torch.complex64), torch.zeros(2, 8)),
    "missing the required": (nn.Module, torch.zeros(2, 8)),
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_unreadable(text):
    make, example = UNREADABLE[text]
    module = make()
    with pytest.raises(volley.CompileError) as caught:
        volley.from_torch(module, example)
    assert all(text in error for error in caught.value.diagnostics)


NO_TENSORS = [None, (), "x", 3, [SEQUENCE], {"x": SEQUENCE}, SEQUENCE.numpy()]


@pytest.mark.parametrize(
    "example", NO_TENSORS, ids=[type(x).__name__ for x in NO_TENSORS]
)
def test_examples_that_are_no_tensors(example):
    with pytest.raises(TypeError, match="expects an example input"):
        volley.from_torch(linear(), example)


@pytest.mark.parametrize("module", [nn.Linear, lambda x: x, None])
def test_modules_that_are_none(module):
    with pytest.raises(TypeError, match="expects a torch.nn.Module"):
        volley.from_torch(module, SEQUENCE)


# What looks unusual, and is taken.


def hooked():
    module = linear()
    module[0].register_forward_hook(lambda m, x, y: 2 * y)
    module[1].register_forward_pre_hook(lambda m, x: (x[0] + 0.25,))
    module[1].register_forward_hook(lambda m, x, y: 1 - y)
    return module


def tied():
    shared = nn.Linear(8, 8)
    return nn.Sequential(shared, neuron.IFNode(), shared, neuron.IFNode())


def wrapped(wrap):
    return lambda: nn.Sequential(wrap(nn.Linear(8, 6)), neuron.IFNode())


TAKEN = {
    "hooks": hooked,
    "tied": tied,
    "weight-norm": wrapped(parametrizations.weight_norm),
    "spectral-norm": wrapped(parametrizations.spectral_norm),
    "old-weight-norm": wrapped(nn.utils.weight_norm),
    "pruned": wrapped(lambda m: prune.l1_unstructured(m, "weight", 0.5)),
    "compiled": lambda: torch.compile(linear()),
    "parallel": lambda: nn.DataParallel(linear()),
    "double": lambda: linear().double(),
    "deep": lambda: nn.Sequential(*(m for _ in range(60) for m in linear_pair())),
}


def linear_pair():
    return nn.Linear(8, 8), neuron.IFNode()


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name):
    module = seeded(TAKEN[name]).train()
    before = snapshot(module)
    x = noise(7, 2, 8, scale=2.0)
    x = x.double() if name == "double" else x
    net = volley.from_torch(module, x[0])
    assert_same(before, snapshot(module))
    module = getattr(module, "_orig_mod", module).eval()
    expected = torch.stack([run(module, x[0]), *map(module, x[1:])]).detach()
    assert (evaluate(net, x.numpy()) == expected.numpy()).all()
    assert list(net.inputs.values())[0][1] == (
        "float64" if name == "double" else "float32"
    )


def test_results_of_several_kinds():
    def function(net, x):
        y = net.lif(net.fc(x))
        return {"spikes": y, "none": None, "label": "a", "pair": (y.sum(-1), 3), "x": x}

    net = volley.from_torch(Net(function), SEQUENCE)
    assert list(net.outputs) == ["spikes", "pair_0", "x"]
    left_out = [remark for remark in net.remarks if "no tensor" in remark]
    assert "'a'" in left_out[0] and "3" in left_out[1]


def test_inputs_that_are_not_used():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.lif = neuron.IFNode()

        def forward(self, x, unused):
            return self.lif(x)

    net = volley.from_torch(Two(), (torch.zeros(2, 8), torch.zeros(2, 3)))
    assert list(net.inputs) == ["x"]
    assert any("'unused' is not used" in remark for remark in net.remarks)


@pytest.mark.parametrize("steps", [1, 300])
def test_short_and_long_examples(steps):
    class Loop(Net):
        def forward(self, x):
            mem, result = 0.0, []
            for one in x:
                mem = 0.5 * mem + self.fc(one)
                result.append((mem > 0.5).float())
            return torch.stack(result)

    module = seeded(Loop, None)
    x = noise(9, 2, 8)
    net = volley.from_torch(module, torch.zeros(steps, 2, 8))
    assert (evaluate(net, x.numpy()) == run(module, x).numpy()).all()


# States of earlier runs.


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.mem = None

    def reset(self):
        self.mem = None

    def forward(self, x):
        if self.mem is None:
            self.mem = torch.zeros_like(x)
        self.mem *= 0.5
        self.mem += x
        return (self.mem > 1).float()


def test_a_state_of_an_earlier_run():
    module = Plain()
    x = noise(6, 2, 8)
    module(x[0])
    held = module.mem.clone()
    with pytest.raises(volley.CompileError):
        volley.from_torch(module, x[0])
    assert torch.equal(module.mem, held)
    module.reset()
    net = volley.from_torch(module, x[0])
    assert module.mem is None
    expected = torch.stack([module(one) for one in x])
    assert (evaluate(net, x.numpy()) == expected.numpy()).all()


class ByBatch(nn.Module):
    """A number that is the size of the batch, in some way."""

    def __init__(self, use):
        super().__init__()
        self.use = use
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        return self.use(self.lif(x).sum(0), x)


@pytest.mark.parametrize(
    "use",
    [
        lambda y, x: y / x.shape[1],
        lambda y, x: y + x.size(1),
        lambda y, x: y * (2.0 / len(y)),
    ],
)
def test_numbers_that_follow_the_batch(use):
    with pytest.raises(volley.CompileError, match="follows the size of the batch"):
        volley.from_torch(ByBatch(use).eval(), torch.rand(5, 2, 8))


def test_numbers_that_happen_to_be_the_batch():
    module = ByBatch(lambda y, x: y / 2).eval()
    prog = volley.compile(volley.from_torch(module, torch.rand(5, 2, 8)))
    x = torch.rand(5, 3, 8) * 4
    with torch.no_grad():
        np.testing.assert_array_equal(prog(x.numpy()), module(x).numpy())


# Neurons that run twice in a step.


class Twice(nn.Module):
    """One neuron after two layers: in two lines, in one, or in a loop over layers."""

    def __init__(self, way, lif, loop):
        super().__init__()
        self.fc1, self.fc2, self.lif = nn.Linear(8, 8), nn.Linear(8, 8), lif
        self.way, self.loop = way, loop

    def step(self, x):
        if self.way == "line":
            return self.lif(self.fc2(self.lif(self.fc1(x))))
        if self.way == "again":
            return self.lif(self.lif(self.fc1(x)))
        for linear in (self.fc1, self.fc2):
            x = self.lif(linear(x))
        return x

    def forward(self, x):
        if self.way == "lines":
            x = self.lif(self.fc1(x))
            return self.lif(self.fc2(x))
        return torch.stack([*map(self.step, x)]) if self.loop else self.step(x)


@pytest.mark.parametrize(
    "way, loop", [("lines", 0), ("line", 0), ("layers", 1), ("again", 0)]
)
def test_a_neuron_that_runs_twice_in_a_step(way, loop):
    example = SEQUENCE if loop else SEQUENCE[0]
    (error,) = refusal(Twice(way, neuron.LIFNode(), loop), example)
    assert error.startswith(__file__) and "lif: the neuron runs 2 times" in error
    first, _, rest = error.removeprefix(f"{__file__}:").partition(":")
    told = f"({__file__}:{first}, {__file__}:{int(first) + 1})"
    assert (told in error) == (way == "lines")


@pytest.mark.parametrize(
    "options, call",
    [
        ({}, {}),
        ({"kdim": 6, "vdim": 6}, {"need_weights": False}),
        ({"add_bias_kv": True}, {"attn_mask": torch.zeros(5, 5)}),
    ],
)
def test_multihead_attention_is_one_line(options, call):
    module = nn.MultiheadAttention(8, 2, **options)
    size = options.get("kdim", 8)

    def attend(net, x):
        return net.m(x, x[..., :size], x[..., :size], **call)[0]

    (error,) = refusal(Net(attend, m=module), SEQUENCE)
    assert error.startswith(__file__) and "nn.MultiheadAttention" in error


# Remarks on what the dimensions of inputs are.


@pytest.mark.parametrize(
    "function, example, text",
    [
        (lambda net, x: net.m(x.reshape(-1)), SEQUENCE[0], "all of (2, 8) is data"),
        (lambda net, x: net.fc(x), SEQUENCE[0], "takes dimension 0 of 'x'"),
        (
            lambda net, x: torch.stack([net.fc(s) + i for i, s in enumerate(x)]),
            SEQUENCE,
            "takes dimension 1 of 'x'",
        ),
        (lambda net, x: net.lif(net.fc(x)), SEQUENCE, None),
    ],
)
def test_remarks_on_the_batch(function, example, text):
    net = volley.from_torch(Net(function, m=nn.Linear(16, 6)).eval(), example)
    found = [r for r in net.remarks if "batch" in r]
    assert [text in remark for remark in found] == ([True] if text else [])


# What is not a number.


def _weight(module):
    module.fc.weight[0, :2] = torch.nan
    return "fc.weight: 2 of 64 values are NaN"


def _bias(module):
    module.fc.bias[3] = torch.nan
    return "fc.bias: 1 of 8 values are NaN"


def _mean(module):
    module.norm.running_mean[0] = torch.nan
    return "norm.running_mean: 1 of 8 values are NaN"


def _variance(module):
    module.norm.running_var[0] = -1.0
    return "norm: a batch norm whose running variance is not positive"


def _threshold(module):
    module.lif.v_threshold = float("nan")
    return "lif: the parameter 'threshold' is NaN"


def _reset(module):
    module.lif.v_reset = float("nan")
    return "lif: the parameter 'v_reset' is NaN"


def _factor(module):
    module.lif = neuron.ParametricLIFNode()
    module.lif.w.fill_(torch.nan)
    return "lif: the parameter 'factor' is NaN"


def _recurrent(module):
    module.lif = snntorch.RLeaky(beta=0.9, linear_features=8, init_hidden=True)
    module.lif.recurrent.weight[0, 0] = torch.nan
    return "lif: of a recurrent weight, 1 of 64 values are NaN"


@pytest.mark.parametrize(
    "spoil",
    [_weight, _bias, _mean, _variance, _threshold, _reset, _factor, _recurrent],
)
def test_what_is_not_a_number(spoil):
    layers = {"fc": nn.Linear(8, 8), "norm": nn.BatchNorm1d(8), "lif": neuron.LIFNode()}
    module = nn.Sequential()
    for name, child in layers.items():
        module.add_module(name, child)
    module.eval()
    with torch.no_grad():
        expected = spoil(module)
    with pytest.raises(volley.CompileError) as caught:
        volley.from_torch(module, torch.zeros(2, 8))
    (error,) = caught.value.diagnostics
    assert error.endswith(expected)


# One cause, one error that says what it is.


class OtherCharge(neuron.LIFNode):
    """A known neuron with a law of its own."""

    def neuronal_charge(self, x):
        self.v = self.v + 0.5 * x


class Own(nn.Module):
    def __init__(self, lif=None, pool=None):
        super().__init__()
        self.fc, self.lif, self.pool = nn.Linear(8, 8), lif, pool

    def forward(self, x):
        y = self.lif(self.fc(x))
        return y if self.pool is None else self.pool(y.flatten(0, 1))


@pytest.mark.parametrize("mode, shape", [("s", (2, 8)), ("m", (4, 2, 8))])
def test_a_neuron_that_derives_from_a_known_one(mode, shape):
    (error,) = refusal(Own(OtherCharge(step_mode=mode)).eval(), torch.zeros(shape))
    assert error.startswith(f"{__file__}:") and "lif: " in error
    assert "OtherCharge is a neuron without a known law" in error
    assert "as plain PyTorch it has no form: the op" in error


def test_an_example_of_a_wrong_shape():
    module = nn.Sequential(nn.Linear(8, 8), neuron.LIFNode(step_mode="m"))
    (error,) = refusal(module.eval(), torch.zeros(4, 2, 7))
    assert error.startswith("0: the module cannot be traced")
    assert "in a Linear; the example is of shape (4, 2, 7)" in error


@pytest.mark.parametrize("pool", [nn.MaxPool1d(2), nn.AvgPool1d(2)])
def test_a_pool_over_time_and_batch(pool):
    module = Own(neuron.LIFNode(step_mode="m"), pool).eval()
    (error,) = refusal(module, torch.zeros(4, 2, 8))
    assert error.startswith(f"{__file__}:") and "as channels, but it is time" in error
    assert "unsqueeze(1)" in error


class Shifted(Own):
    """A loop over some of the steps of an input."""

    def __init__(self, first, last):
        super().__init__(neuron.LIFNode())
        self.first, self.last = first, last

    def forward(self, x):
        steps = range(self.first, len(x) + self.last)
        return sum(self.lif(self.fc(x[t])) for t in steps)


@pytest.mark.parametrize("first, last", [(0, -1), (1, 0)])
def test_a_loop_over_a_part_of_the_steps(first, last):
    (error,) = refusal(Shifted(first, last).eval(), torch.zeros(6, 2, 8))
    assert "the loop over 5 steps reads a dimension of 6" in error


def test_what_comes_behind_a_failure_is_told_too():
    def function(net, x):
        y = net.psn(F.gelu(net.norm(net.fc(x))))
        return net.lif(y * 2 if y.sum() > 0 else y).softmax(-1)

    norm, psn = nn.LayerNorm(6), neuron.PSN(T=5)
    found = refusal(seeded(Net, function, norm=norm, psn=psn), SEQUENCE)
    for text in ("psn: PSN mixes", "norm: layer norm", "GELU"):
        assert any(text in diagnostic for diagnostic in found), found
