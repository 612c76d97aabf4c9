# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ATen ops, each between neurons of a small net."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import neuron  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import volley  # noqa: E402

from torchnets import evaluate, noise, run, seeded  # noqa: E402

torch.set_num_threads(1)


class Net(nn.Module):
    """Spikes y (T, B, 6, 4, 4) and currents x of the same shape go into an op."""

    def __init__(self, function):
        super().__init__()
        self.lif, self.function = neuron.LIFNode(step_mode="m"), function
        self.weight = nn.Parameter(torch.randn(6, 4, 4))

    def forward(self, x):
        return self.function(self.lif(x), x, self.weight)


def spatial(layer):
    """A layer of (N, C, H, W), applied to all steps."""
    return lambda y, x, w: layer(y.flatten(0, 1)).unflatten(0, y.shape[:2])


def tokens(y):
    return y.flatten(3)


def attention(y, x, w):
    q = tokens(y).unflatten(2, (2, 3))
    return (q @ q.transpose(-1, -2) @ q * 0.125).flatten(2, 3)


def masked(x):
    x = x + 1
    x[x > 1] = 0.5
    return x


def written(y):
    y = y + 0.5
    y[:, :, 1] = 2.0
    y[:, :, 4] = y[:, :, 0] * y[:, :, 1]
    return y


def filled(x):
    x = x + 1
    x[..., [0, 3]] = 0.5
    x[:, :, torch.tensor([-1, 2])] = -2.0
    return x.index_fill(3, torch.tensor([1]), 7.0)


def padded(y, x, w):
    y = F.pad(y.flatten(0, 1) * w, (1, 1, 2, 0))
    y[:, :, :2] = 0.5
    return y.unflatten(0, (-1, x.shape[1]))


OPS = {
    "add": lambda y, x, w: y + y + x + w + 1.5,
    "sub": lambda y, x, w: (y - x) - w - (2.0 - y),
    "mul": lambda y, x, w: y * x * w * 0.3,
    "div": lambda y, x, w: (y / 3 + x / w) / 4,
    "neg": lambda y, x, w: -(y**2) - x.square(),
    "in-place": lambda y, x, w: (y * 2).add_(x).mul_(w).relu_(),
    "compare": lambda y, x, w: ((x > 0.1) & (x < w)).float() * 2 + (y == 1).float(),
    "where": lambda y, x, w: torch.where(y > 0, w, x.masked_fill(x > 1, 3.0)),
    "bounds": lambda y, x, w: x.clamp(-1, 1) + x.clamp(min=0.2).relu() + y,
    "larger": lambda y, x, w: torch.maximum(x, y) + torch.minimum(x, w).abs(),
    "round": lambda y, x, w: x.floor() + x.ceil() * 10 + x.round() * 100 + y,
    "leaky": lambda y, x, w: (
        F.leaky_relu(x) + y + F.prelu(x.flatten(0, 1), w[:, 0, 0]).view(x.shape)
    ),
    "cumsum": lambda y, x, w: y.cumsum(0),
    "smaller": lambda y, x, w: (
        torch.min(x, w) + x.amin((2, 3, 4), True) + x.min(2, keepdim=True).values + y
    ),
    "sign": lambda y, x, w: x.sign() + torch.heaviside(x - 1, w[0, 0, 0]) + y,
    "convert": lambda y, x, w: x.int() + (x * y).bool().float() + x.to(torch.int64) * y,
    "lerp": lambda y, x, w: (
        torch.lerp(x, y, 0.3) + torch.lerp(y, x, 0.7) - x.lerp(y, w)
    ),
    "fused": lambda y, x, w: torch.add(x, y, alpha=0.3) + x.addcmul(y, w, value=0.3),
    "roll": lambda y, x, w: y.roll(1, 2) + x.roll(-2, 4).flip(3),
    "narrow": lambda y, x, w: y.narrow(2, 1, 3) * w.narrow(0, -4, 3) + x[:, :, 3:],
    "strided": lambda y, x, w: y[:, :, ::2] + x[:, :, torch.tensor([5, 0, 2])],
    "mask": lambda y, x, w: masked(x) + torch.where(w > 0, x, y),
    "written": lambda y, x, w: written(y),
    "threshold": lambda y, x, w: F.threshold(x, 0.5, -1.0) + F.relu6(x * 9) + y,
    "not": lambda y, x, w: (~(y > 0)).float() + x,
    "sum": lambda y, x, w: (
        y.sum(2) + x.sum((2,)) + y.sum((3, 4)).amax(2)[..., None, None]
    ),
    "keepdim": lambda y, x, w: y.sum(2, keepdim=True) * x.mean((3, 4), True),
    "last": lambda y, x, w: y[-1] + x[-1],
    "over-time": lambda y, x, w: y.mean(0) + y.sum(0) / 7 + x.max(0).values,
    "rate": lambda y, x, w: y.sum(0) / 4,
    "matmul": attention,
    "weight": lambda y, x, w: y @ w[0] + x.transpose(-1, -2) @ w[1],
    "einsum-weight": lambda y, x, w: torch.einsum("tbchw,vh->tbwcv", y, w[0]),
    "vector": lambda y, x, w: y @ w[0, 0] + torch.einsum("tbchw,w->tbch", x, w[1, 0]),
    "matrices": lambda y, x, w: torch.mm(x.flatten(0, 3), w[0]).view(x.shape) + y,
    "einsum-scale": lambda y, x, w: (
        torch.einsum("tbchw,c->tbchw", y, w[:, 0, 0])
        + torch.einsum("chw,tbchw->tbhcw", w, x).transpose(2, 3)
    ),
    "einsum-outer": lambda y, x, w: torch.einsum("tbchw,i->tbihcw", x + y, w[0, 0]),
    "einsum-sums": lambda y, x, w: torch.einsum("tbchw,chw->tbw", y + x, w),
    "einsum-groups": lambda y, x, w: torch.einsum("tbchw,chv->tbcwv", y + x, w),
    "einsum": lambda y, x, w: torch.einsum("tbchw,tbcwv->tbhcv", y, y),
    "linear": lambda y, x, w: (
        F.linear(y, w[0], w[1, 0])
        + F.linear(x.flatten(2), w.view(6, 16).repeat(1, 6))[..., None, None]
    ),
    "permute": lambda y, x, w: (
        y.permute(1, 3, 0, 4, 2) + 0 * x.movedim(2, -1).permute(1, 2, 0, 3, 4)
    ),
    "reshape": lambda y, x, w: y.reshape(x.shape[0], -1, 3, 32).transpose(2, 3),
    "chunk": lambda y, x, w: torch.cat([*y.chunk(2, 2)][::-1] + [x[:, :, 1:3]], 2),
    "stack": lambda y, x, w: torch.stack(
        [y[:, :, 0], x[:, :, 1], torch.zeros(4, 2, 4, 4)], 2
    ),
    "expand": lambda y, x, w: w.expand(*y.shape) * y + x[:, :, :1].expand_as(x),
    "cat": lambda y, x, w: torch.cat([w.expand(*y.shape), y, x], 3),
    "fill-index": lambda y, x, w: filled(x) + y,
    "floor-divide": lambda y, x, w: (
        (x * 9).int() // 3
        + x // 0.5
        + torch.div(x, w.sign() * 2, rounding_mode="floor")
        + y
    ),
    "remainder": lambda y, x, w: (
        (x * 9).int() % 5 + (x * 9).int() % -3 + x % 0.25 + x.fmod(0.5) + y
    ),
    "triangles": lambda y, x, w: x.tril() + y.triu(1) + (x + y).tril(-2),
    "pad": padded,
    "conv": spatial(nn.Conv2d(6, 4, 3, 2, 1, groups=2)),
    "conv-same": spatial(nn.Conv2d(6, 4, 2, padding="same", dilation=2)),
    "conv1d": lambda y, x, w: F.conv1d(
        tokens(y).flatten(0, 1), w[:, :, :1].repeat(1, 1, 2)[:, :3], groups=2
    ).unflatten(0, y.shape[:2]),
    "max-pool": spatial(nn.MaxPool2d(3, 2, 1)),
    "avg-pool": spatial(nn.AvgPool2d(2)),
    "adaptive": spatial(nn.AdaptiveAvgPool2d((2, 1))),
    "adaptive-max": spatial(nn.AdaptiveMaxPool2d(2)),
    "adaptive-repeat": spatial(nn.Sequential(nn.AvgPool2d(4), nn.AdaptiveAvgPool2d(3))),
    "upsample": spatial(nn.Upsample(scale_factor=2)),
    "batch-norm": spatial(nn.BatchNorm2d(6).eval()),
    # Windows that are cut, or that leave padding out.
    "max-pool-ceil": spatial(nn.MaxPool2d(3, 2, ceil_mode=True)),
    "max-pool-ceil-pad": spatial(nn.MaxPool2d(3, (2, 3), 1, ceil_mode=True)),
    "avg-pool-ceil": spatial(nn.AvgPool2d(3, 2, ceil_mode=True)),
    "avg-pool-ceil-pad": spatial(nn.AvgPool2d(3, (2, 3), 1, ceil_mode=True)),
    "avg-pool-inside": spatial(nn.AvgPool2d(2, 2, 1, count_include_pad=False)),
    "avg-pool-ceil-inside": spatial(
        nn.AvgPool2d((2, 3), (2, 3), 1, ceil_mode=True, count_include_pad=False)
    ),
    "avg-pool-divisor": spatial(nn.AvgPool2d(2, divisor_override=3)),
    "avg-pool-1d": lambda y, x, w: F.avg_pool1d(
        tokens(y).flatten(0, 1), 5, 3, 2, True, False
    ).unflatten(0, y.shape[:2]),
    "adaptive-uneven": spatial(nn.AdaptiveAvgPool2d(3)),
    "adaptive-max-uneven": spatial(nn.AdaptiveMaxPool2d((3, 2))),
    "adaptive-larger": spatial(nn.AdaptiveAvgPool2d((5, 7))),
    "powers": lambda y, x, w: (
        x**3 - x.abs().pow(0.5) + (x.abs() + 1) ** -1 + (x.abs() + 1).pow(-2) + y**3
    ),
    "roots": lambda y, x, w: (x.abs() + 1).rsqrt() + (x * x + 1) ** -0.5 + 1 / w + y,
    "higher-powers": lambda y, x, w: (x * 0.5) ** 4 + (x.abs() + 1) ** -3 + 0.9**x + y,
    "repeat": lambda y, x, w: y.repeat(1, 1, 2, 3, 1) + x.repeat(1, 1, 2, 3, 1),
    "tile": lambda y, x, w: torch.tile(y[:, :, :, :1], (2, 5, 3)) + w[0, 0, 0],
    "interleave": lambda y, x, w: (
        y.repeat_interleave(2, 2).repeat_interleave(
            torch.tensor([2, 0, 1, 3]), 3, output_size=6
        )
        + x[:, :, :1].repeat_interleave(12, 2)[:, :, :, :1]
    ),
    "interleave-numbers": lambda y, x, w: (
        torch.repeat_interleave(y, torch.tensor([1, 0, 2, 1, 0, 3]), 2)
        + x.repeat_interleave(2 * (w[:, 0, 0] * 0).int() + 2, 2)
        .unflatten(2, (2, -1))
        .flatten(2, 3)[:, :, :7]
    ),
    "unfold": spatial(lambda y: F.unfold(y, (3, 2), 1, 1, 2)),
    "windows": lambda y, x, w: y.unfold(3, 3, 1).unfold(2, 2, 2),
    "pad-value": lambda y, x, w: F.pad(y, (1, 0, -1, 2), value=0.5),
    "conv-transpose": spatial(nn.ConvTranspose2d(6, 4, 3, 2, 1, output_padding=1)),
    "conv-transpose-groups": spatial(
        nn.ConvTranspose2d(6, 4, (2, 3), (1, 3), (0, 2), groups=2, dilation=(2, 1))
    ),
    "conv-transpose-1d": lambda y, x, w: F.conv_transpose1d(
        tokens(y).flatten(0, 1), w[:, :, :3], stride=2, padding=3
    ).unflatten(0, y.shape[:2]),
}


@pytest.mark.parametrize("name", OPS)
def test_op(name):
    module = seeded(Net, OPS[name])
    x = noise(4, 2, 6, 4, 4, scale=2.0)
    expected = run(module, x)
    net = volley.from_torch(module, x)
    y = evaluate(net, x.numpy())
    # Dimensions of the network come as (T, B, ...); the module may permute them.
    if name == "permute":
        expected = expected.permute(2, 0, 1, 3, 4)
    # PyTorch's order of terms depends on the processor.
    expected = expected.numpy().reshape(y.shape)
    np.testing.assert_allclose(y, expected, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("name", ["max-pool", "adaptive-max", "reshape", "windows"])
def test_spikes_stay_spikes(name):
    net = volley.from_torch(seeded(Net, OPS[name]), noise(4, 2, 6, 4, 4))
    assert net.outputs["output"][1] == "uint8"


def test_sums_of_spikes_are_counts():
    for function in (
        lambda y, x, w: y.sum(2),
        lambda y, x, w: y + y,
        lambda y, x, w: y.sum(0),
        lambda y, x, w: y @ y,
    ):
        net = volley.from_torch(seeded(Net, function), noise(4, 2, 6, 4, 4))
        assert net.outputs["output"][1] == "int32"


REFUSED = {
    "picks step 0": lambda y, x, w: y[0],
    "time elsewhere, but as data": lambda y, x, w: y[1:],
    "over the batch": lambda y, x, w: y.mean(1),
    "picks one sample": lambda y, x, w: y[:, 0],
    "values that a run has once": lambda y, x, w: y - y.mean(0),
    "a running sum over data": lambda y, x, w: y.cumsum(2),
    "argmax": lambda y, x, w: y.mean(0).argmax(1),
    "torch.float64": lambda y, x, w: y.double(),
    "a power of 2.5": lambda y, x, w: x**2.5,
    "a power of a signal": lambda y, x, w: x**y,
    "a repetition of all": lambda y, x, w: y.repeat_interleave(2),
    "rounds down": lambda y, x, w: x // 0.75,
    "a remainder of floats": lambda y, x, w: x % 0.75,
    "remainder of floats": lambda y, x, w: torch.fmod(x, y),
    "values that are no numbers": lambda y, x, w: (x / y).nan_to_num(),
    "isnan: asks": lambda y, x, w: torch.where(x.isnan(), y, x),
    "the function has no form": lambda y, x, w: x.erf(),
    "with these": lambda y, x, w: x.log2(),
    "a running product": lambda y, x, w: x.cumprod(0),
    "a product of all": lambda y, x, w: x.prod(-1),
    "torch.where, or of a mask": lambda y, x, w: y[:, :, w[:, 0, 0] > 0],
    "leave softmax to what": lambda y, x, w: y.mean(0).flatten(1).softmax(-1),
    "softmax has no spike-driven": lambda y, x, w: y.softmax(-1) @ w[0],
    "several indices": lambda y, x, w: y[:, :, torch.arange(4), torch.arange(4)],
    "SiLU": lambda y, x, w: F.silu(y),
    "training=": lambda y, x, w: F.dropout(y),
}


@pytest.mark.parametrize("text", REFUSED)
def test_op_refused(text):
    with pytest.raises(volley.CompileError) as caught:
        volley.from_torch(seeded(Net, REFUSED[text]), noise(4, 2, 6, 4, 4))
    (error,) = caught.value.diagnostics
    assert text in error and error.startswith(__file__)
