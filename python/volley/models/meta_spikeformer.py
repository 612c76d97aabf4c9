# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Meta-SpikeFormer, the Spike-driven Transformer V2 (Yao et al., ICLR 2024)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model
from volley.models.spikformer import _get

# Widths of the four stages, by the published number of parameters.
SIZES = {
    "15.1M": (64, 128, 256, 360),
    "31.3M": (96, 192, 384, 480),
    "55.4M": (128, 256, 512, 640),
}
HEADS, RATIO = 8, 4
# Blocks of the third and fourth stages.
DEPTHS = (6, 2)


def meta_spikeformer(
    size: str | tuple[int, int, int, int] = "31.3M",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    depths: tuple[int, int] = DEPTHS,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """Meta-SpikeFormer: two stages of separable convolutions, two of attention.

    Args:
        size: a published one, by its parameters, or the widths of the stages.
        depths: attention blocks of the third and fourth stages.

    Other arguments are those of :func:`volley.models.spikformer`.
    """
    widths = _get(SIZES, size)
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        x = _downsample(n, x, "downsample1_1", widths[0] // 2, 7, 2, first=True)
        x = _conv_block(n, x, "ConvBlock1_1.0")
        x = _downsample(n, x, "downsample1_2", widths[0], 3, 2)
        x = _conv_block(n, x, "ConvBlock1_2.0")
        x = _downsample(n, x, "downsample2", widths[1], 3, 2)
        x = _conv_block(n, x, "ConvBlock2_1.0")
        x = _conv_block(n, x, "ConvBlock2_2.0")
        x = _downsample(n, x, "downsample3", widths[2], 3, 2)
        for i in range(depths[0]):
            x = _block(n, x, f"block3.{i}")
        x = _downsample(n, x, "downsample4", widths[3], 3, 1)
        for i in range(depths[1]):
            x = _block(n, x, f"block4.{i}")
        x = n.lif(n.mean(n.tokens(x), 1), "lif")
        n.output("logits", n.linear(n.mean_time(x), "head", classes))

    return make_model("meta_spikeformer", build, steps, seed, weights)


def _downsample(
    n: Layers, x, name: str, out: int, kernel: int, stride: int, first=False
):
    if not first:
        x = n.lif(x, f"{name}.encode_lif")
    return n.conv_norm(
        x,
        f"{name}.encode_conv",
        f"{name}.encode_bn",
        out,
        kernel,
        stride=stride,
        padding=kernel // 2,
        bias=True,
    )


def _conv_block(n: Layers, x, name: str):
    channels = n.shape(x)[0]
    x = n.add(_separable(n, x, f"{name}.Conv"), x)
    y = x
    for i, out in ((1, RATIO * channels), (2, channels)):
        y = n.lif(y, f"{name}.lif{i}")
        y = n.conv_norm(y, f"{name}.conv{i}", f"{name}.bn{i}", out, 3, padding=1)
    return n.add(y, x)


def _separable(n: Layers, x, name: str):
    channels = n.shape(x)[0]
    hidden = 2 * channels
    x = n.lif(x, f"{name}.lif1")
    x = n.conv_norm(x, f"{name}.pwconv1", f"{name}.bn1", hidden, 1)
    x = n.lif(x, f"{name}.lif2")
    x = n.conv(x, f"{name}.dwconv", hidden, 7, padding=3, groups=hidden)
    return n.conv_norm(x, f"{name}.pwconv2", f"{name}.bn2", channels, 1)


def _re_parameterized(n: Layers, x, name: str):
    """1x1, 3x3 of each channel, 1x1. What pads the second is what the first norm
    makes of zeros: the first convolution is padded instead."""
    channels = n.shape(x)[0]
    name = f"{name}.0.body"
    x = n.conv_norm(x, f"{name}.0", f"{name}.1.bn", channels, 1, padding=1)
    x = n.conv(x, f"{name}.2.0", channels, 3, groups=channels)
    return n.conv_norm(x, f"{name}.2.1", f"{name}.2.2", channels, 1)


def _block(n: Layers, x, name: str):
    x = n.add(x, _attention(n, x, f"{name}.attn"))
    return n.add(x, _mlp(n, x, f"{name}.mlp"))


def _attention(n: Layers, x, name: str):
    dims, height, width = n.shape(x)
    x = n.lif(x, f"{name}.head_lif")
    q, k, v = (
        n.heads(
            n.tokens(
                n.lif(
                    n.norm(
                        _re_parameterized(n, x, f"{name}.{p}_conv"),
                        f"{name}.{p}_conv.1",
                    ),
                    f"{name}.{p}_lif",
                )
            ),
            HEADS,
        )
        for p in "qkv"
    )
    x = n.unheads(n.attention(q, k, v, 0.125))
    x = n.reshape(n.lif(x, f"{name}.attn_lif", 0.5), (dims, height, width))
    x = _re_parameterized(n, x, f"{name}.proj_conv")
    return n.norm(x, f"{name}.proj_conv.1")


def _mlp(n: Layers, x, name: str):
    dims, height, width = n.shape(x)
    x = n.tokens(x)
    for i, out in ((1, RATIO * dims), (2, dims)):
        x = n.lif(x, f"{name}.fc{i}_lif")
        x = n.conv_norm(x, f"{name}.fc{i}_conv", f"{name}.fc{i}_bn", out, 1, bias=True)
    return n.reshape(x, (dims, height, width))
