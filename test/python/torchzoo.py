# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spiking transformers in PyTorch as their authors write them: SpikingJelly's neurons
over whole sequences (T, B, C, H, W), with an image repeated for all steps.

Parameters have the names of the weights of volley.models, so that these can be loaded.
"""

import torch
from spikingjelly.activation_based import functional, layer, neuron
from torch import nn


def lif(threshold=1.0):
    return neuron.LIFNode(
        tau=2.0, v_threshold=threshold, detach_reset=True, step_mode="m"
    )


def per_step(x, *layers):
    """Layers of (B, ...) on each step of (T, B, ...)."""
    return functional.seq_to_ann_forward(x, layers)


class MetaSpikeFormer(nn.Module):
    """Meta-SpikeFormer (Yao et al., ICLR 2024)."""

    def __init__(self, widths, classes=1000, depths=(6, 2), steps=4):
        super().__init__()
        a, b, c, d = widths
        self.steps = steps
        self.downsample1_1 = MetaDownsample(3, a // 2, 7, 2, first=True)
        self.ConvBlock1_1 = nn.ModuleList([ConvBlock(a // 2)])
        self.downsample1_2 = MetaDownsample(a // 2, a, 3, 2)
        self.ConvBlock1_2 = nn.ModuleList([ConvBlock(a)])
        self.downsample2 = MetaDownsample(a, b, 3, 2)
        self.ConvBlock2_1 = nn.ModuleList([ConvBlock(b)])
        self.ConvBlock2_2 = nn.ModuleList([ConvBlock(b)])
        self.downsample3 = MetaDownsample(b, c, 3, 2)
        self.block3 = nn.ModuleList([MetaBlock(c) for _ in range(depths[0])])
        self.downsample4 = MetaDownsample(c, d, 3, 1)
        self.block4 = nn.ModuleList([MetaBlock(d) for _ in range(depths[1])])
        self.lif = lif()
        self.head = nn.Linear(d, classes)

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1)
        for downsample, blocks in (
            (self.downsample1_1, self.ConvBlock1_1),
            (self.downsample1_2, self.ConvBlock1_2),
            (self.downsample2, [*self.ConvBlock2_1, *self.ConvBlock2_2]),
            (self.downsample3, self.block3),
            (self.downsample4, self.block4),
        ):
            x = downsample(x)
            for block in blocks:
                x = block(x)
        x = self.lif(x.flatten(3).mean(3))
        return self.head(x).mean(0)


class MetaDownsample(nn.Module):
    def __init__(self, channels, out, kernel, stride, first=False):
        super().__init__()
        self.encode_conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2)
        self.encode_bn = nn.BatchNorm2d(out)
        if not first:
            self.encode_lif = lif()

    def forward(self, x):
        if hasattr(self, "encode_lif"):
            x = self.encode_lif(x)
        return per_step(x, self.encode_conv, self.encode_bn)


class SeparableConv(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = 2 * channels
        self.lif1, self.lif2 = lif(), lif()
        self.pwconv1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.dwconv = nn.Conv2d(hidden, hidden, 7, padding=3, groups=hidden, bias=False)
        self.pwconv2 = nn.Conv2d(hidden, channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        x = per_step(self.lif1(x), self.pwconv1, self.bn1)
        return per_step(self.lif2(x), self.dwconv, self.pwconv2, self.bn2)


class ConvBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = 4 * channels
        self.Conv = SeparableConv(channels)
        self.lif1, self.lif2 = lif(), lif()
        self.conv1 = nn.Conv2d(channels, hidden, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        x = self.Conv(x) + x
        y = per_step(self.lif1(x), self.conv1, self.bn1)
        return x + per_step(self.lif2(y), self.conv2, self.bn2)


class PaddedNorm(nn.Module):
    """A norm, then a border of what it makes of zeros."""

    def __init__(self, channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        bn = self.bn
        x = nn.functional.pad(bn(x), (1, 1, 1, 1))
        deviation = torch.sqrt(bn.running_var + bn.eps)
        border = bn.bias.detach() - bn.running_mean * bn.weight.detach() / deviation
        border = border.view(1, -1, 1, 1)
        x[:, :, :1, :] = border
        x[:, :, -1:, :] = border
        x[:, :, :, :1] = border
        x[:, :, :, -1:] = border
        return x


class RepConv(nn.Module):
    """1x1, 3x3 of each channel, 1x1: one 3x3 convolution after training."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 1, bias=False),
            PaddedNorm(channels),
            nn.Sequential(
                nn.Conv2d(channels, channels, 3, groups=channels, bias=False),
                nn.Conv2d(channels, channels, 1, bias=False),
                nn.BatchNorm2d(channels),
            ),
        )

    def forward(self, x):
        return self.body(x)


class MetaBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.attn = MetaAttention(channels)
        self.mlp = MetaMLP(channels)

    def forward(self, x):
        x = x + self.attn(x)
        return x + self.mlp(x)


class MetaAttention(nn.Module):
    heads, scale = 8, 0.125

    def __init__(self, channels):
        super().__init__()
        self.head_lif = lif()
        for name in ("q", "k", "v", "proj"):
            conv = nn.Sequential(RepConv(channels), nn.BatchNorm2d(channels))
            setattr(self, f"{name}_conv", conv)
        self.q_lif, self.k_lif, self.v_lif = lif(), lif(), lif()
        self.attn_lif = lif(0.5)

    def split(self, x):
        """(T, B, C, H, W) to (T, B, heads, H W, C / heads)."""
        steps, batch, channels, height, width = x.shape
        x = x.flatten(3).transpose(-1, -2)
        x = x.reshape(steps, batch, height * width, self.heads, channels // self.heads)
        return x.permute(0, 1, 3, 2, 4).contiguous()

    def forward(self, x):
        shape = x.shape
        x = self.head_lif(x)
        q = self.split(self.q_lif(per_step(x, self.q_conv)))
        k = self.split(self.k_lif(per_step(x, self.k_conv)))
        v = self.split(self.v_lif(per_step(x, self.v_conv)))
        x = q @ (k.transpose(-2, -1) @ v) * self.scale
        x = x.transpose(3, 4).reshape(*shape[:3], -1)
        x = self.attn_lif(x).reshape(shape)
        return per_step(x, self.proj_conv)


class MetaMLP(nn.Module):
    def __init__(self, channels):
        super().__init__()
        hidden = 4 * channels
        self.fc1_lif, self.fc2_lif = lif(), lif()
        self.fc1_conv = nn.Conv1d(channels, hidden, 1)
        self.fc1_bn = nn.BatchNorm1d(hidden)
        self.fc2_conv = nn.Conv1d(hidden, channels, 1)
        self.fc2_bn = nn.BatchNorm1d(channels)

    def forward(self, x):
        y = per_step(self.fc1_lif(x.flatten(3)), self.fc1_conv, self.fc1_bn)
        y = per_step(self.fc2_lif(y), self.fc2_conv, self.fc2_bn)
        return y.reshape(x.shape)


class SpikingResformer(nn.Module):
    """SpikingResformer (Shi et al., CVPR 2024)."""

    def __init__(self, widths, image=224, classes=1000, group=64, steps=4):
        super().__init__()
        self.steps = steps
        self.prologue = nn.Sequential(
            layer.Conv2d(3, widths[0], 7, 2, 3, bias=False, step_mode="m"),
            Norm(widths[0]),
            layer.MaxPool2d(3, 2, 1, step_mode="m"),
        )
        side = image // 4
        stages = []
        for stage, (width, patch) in enumerate(zip(widths, (4, 2, 1))):
            blocks = []
            if stage:
                blocks.append(Downsample(widths[stage - 1], width))
                side //= 2
            for _ in range(1 + stage):
                patches = (side // patch) ** 2
                blocks.append(DualAttention(width, width // group, patches, patch))
                blocks.append(GroupWiseMLP(width, group))
            stages.append(nn.Sequential(*blocks))
        self.layers = nn.Sequential(*stages)
        self.avgpool = layer.AdaptiveAvgPool2d((1, 1), step_mode="m")
        self.classifier = layer.Linear(widths[-1], classes, bias=False, step_mode="m")

    def forward(self, x):
        x = x.unsqueeze(0).repeat(self.steps, 1, 1, 1, 1)
        x = self.layers(self.prologue(x))
        return self.classifier(torch.flatten(self.avgpool(x), 2)).mean(0)


class Norm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return per_step(x, self.bn)


def conv(channels, out, kernel, **settings):
    padding = 1 if kernel == 3 else 0
    return layer.Conv2d(
        channels, out, kernel, padding=padding, bias=False, step_mode="m", **settings
    )


class Downsample(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.conv, self.norm = conv(channels, out, 3, stride=2), Norm(out)
        self.activation = lif()

    def forward(self, x):
        return self.norm(self.conv(self.activation(x)))


class DualAttention(nn.Module):
    """Dual spike self-attention, with the firing rates of training."""

    def __init__(self, channels, heads, patches, patch):
        super().__init__()
        self.heads, self.width, self.patches = heads, channels // heads, patches
        self.register_buffer("firing_rate_x", torch.zeros(1, 1, heads, 1, 1))
        self.register_buffer("firing_rate_attn", torch.zeros(1, 1, heads, 1, 1))
        self.activation_in = lif()
        self.W, self.norm = (
            conv(channels, 2 * channels, patch, stride=patch),
            Norm(2 * channels),
        )
        self.activation_attn, self.activation_out = lif(), lif()
        self.Wproj, self.norm_proj = conv(channels, channels, 1), Norm(channels)

    def rate(self, name, spikes):
        """The running mean of a firing rate."""
        if self.training:
            now = spikes.detach().mean((0, 1, 3, 4), keepdim=True)
            mean = getattr(self, name)
            mean = now if (mean == 0).all() else mean
            setattr(self, name, 0.999 * mean + 0.001 * now)
        return getattr(self, name)

    def forward(self, x):
        steps, batch = x.shape[:2]
        spikes = self.activation_in(x)
        y = self.norm(self.W(spikes))
        y = y.reshape(steps, batch, self.heads, 2 * self.width, -1)
        y1, y2 = y[:, :, :, : self.width], y[:, :, :, self.width :]
        s = spikes.reshape(steps, batch, self.heads, self.width, -1)
        scale = 1.0 / torch.sqrt(self.rate("firing_rate_x", s) * self.width)
        a = self.activation_attn(y1.transpose(-1, -2) @ s * scale)
        scale = 1.0 / torch.sqrt(self.rate("firing_rate_attn", a) * self.patches)
        out = self.activation_out((y2 @ a * scale).reshape(x.shape))
        return self.norm_proj(self.Wproj(out)) + x


class GroupWiseMLP(nn.Module):
    def __init__(self, channels, group):
        super().__init__()
        hidden = 4 * channels
        groups = hidden // group
        self.up = nn.Sequential(lif(), conv(channels, hidden, 1), Norm(hidden))
        middle = conv(hidden, hidden, 3, groups=groups)
        self.conv = nn.ModuleList([nn.Sequential(lif(), middle, Norm(hidden))])
        self.down = nn.Sequential(lif(), conv(hidden, channels, 1), Norm(channels))

    def forward(self, x):
        y = start = self.up(x)
        for layers in self.conv:
            y = layers(y)
        return self.down(y + start) + x
