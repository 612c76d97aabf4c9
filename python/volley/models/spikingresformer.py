# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingResformer (Shi et al., CVPR 2024)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model
from volley.models.spikformer import _get

# Widths of the three stages.
SIZES = {
    "Ti": (64, 192, 384),
    "S": (64, 256, 512),
    "M": (64, 384, 768),
    "L": (128, 512, 1024),
}
# Blocks of a stage, and the side of the patches that its attention looks at.
DEPTHS, PATCHES = (1, 2, 3), (4, 2, 1)
RATIO = 4


def spikingresformer(
    size: str | tuple[int, int, int] = "S",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    group: int = 64,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """SpikingResformer: three stages of dual spike self-attention (DSSA) and
    group-wise feed-forward networks.

    ::

        (3, H, W)   conv 7x7 / 2, norm, max pool 3x3 / 2      (C1, H/4, W/4)
        stages      1, 2, 3 blocks of C1, C2, C3 channels; conv 3x3 / 2 between
        block       x + DSSA(x), x + FFN(x), on potentials
        DSSA        s = LIF(x); [y1, y2] = norm(W s), W a convolution of patches
                    a = LIF(y1^T s / sqrt(f_s d)); LIF(y2 a / sqrt(f_a p)); 1x1, norm
        FFN         LIF, 1x1, norm; + (LIF, 3x3 in groups, norm); LIF, 1x1, norm
        head        mean of potentials over positions and steps, linear, no bias

    In DSSA d is the width of a head and p the number of patches; f_s and f_a are the
    firing rates of s and a per head. In training they are running means; here they are
    constants, weights named `firing_rate_x` and `firing_rate_attn` that are no
    parameters: with random weights the rates of the image that tunes them.

    The published numbers of parameters, 11.14 M (Ti), 17.76 M (S) and 35.52 M (M),
    leave those of norms out; 60.38 M (L) counts them, and so does
    :attr:`Model.parameters`.

    Args:
        size: a published one, or the widths of the stages.
        group: channels of a head, and of a group of the 3x3 convolutions.
        weights: arrays by the names of the authors' module.

    Raises:
        ValueError: there is no such size, a width has no whole number of groups, or a
            weight has another shape.

    Other arguments are those of :func:`volley.models.spikformer`.
    """
    widths = _get(SIZES, size)
    if any(width % group for width in widths):
        raise ValueError(f"widths {widths} must be multiples of group {group}")
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        x = n.conv(x, "prologue.0", widths[0], 7, stride=2, padding=3)
        x = n.max_pool(n.norm(x, "prologue.1.bn"), 3, 2, 1)
        for stage, width in enumerate(widths):
            names = (f"layers.{stage}.{i}" for i in range(1 + 2 * DEPTHS[stage]))
            if stage:
                x = _downsample(n, x, next(names), width)
            for _ in range(DEPTHS[stage]):
                x = _attention(n, x, next(names), PATCHES[stage], width // group)
                x = _feed_forward(n, x, next(names), group)
        # The head is linear in what is summed.
        x = n.mean_time(n.mean(n.tokens(x), 1))
        n.output("logits", n.linear(x, "classifier", classes, bias=False))

    return make_model("spikingresformer", build, steps, seed, weights)


def _downsample(n: Layers, x, name: str, out: int):
    x = n.lif(x, f"{name}.activation")
    x = n.conv(x, f"{name}.conv", out, 3, stride=2, padding=1)
    return n.norm(x, f"{name}.norm.bn")


def _attention(n: Layers, x, name: str, patch: int, heads: int):
    size = n.shape(x)
    width = size[0] // heads
    spikes = n.lif(x, f"{name}.activation_in")
    norm = f"{name}.norm.bn"
    y = n.conv_norm(spikes, f"{name}.W", norm, 2 * size[0], patch, stride=patch)
    patches = int(np.prod(n.shape(y)[1:]))
    y = n.reshape(y, (heads, 2 * width, patches))
    # Each head has channels that make the attention, then channels that it reads.
    first = np.arange(2 * size[0]) // width % 2 == 0
    s = n.reshape(spikes, (heads, width, size[1] * size[2]))
    a = n.matmul(n.transpose(n.part(y, 0, 2, dim=1), (0, 2, 1)), s)
    a = n.scale_by_rate(a, s, f"{name}.firing_rate_x", width)
    a = n.lif(a, f"{name}.activation_attn", gain=(norm, first))
    out = n.matmul(n.part(y, 1, 2, dim=1), a)
    out = n.scale_by_rate(out, a, f"{name}.firing_rate_attn", patches)
    out = n.reshape(out, size)
    out = n.lif(out, f"{name}.activation_out", gain=(norm, ~first))
    out = n.conv_norm(out, f"{name}.Wproj", f"{name}.norm_proj.bn", size[0], 1)
    return n.add(out, x)


def _feed_forward(n: Layers, x, name: str, group: int):
    channels = n.shape(x)[0]
    hidden = RATIO * channels

    def layer(x, part: str, out: int, kernel: int, **settings):
        part = f"{name}.{part}"
        x = n.lif(x, f"{part}.0")
        return n.conv_norm(x, f"{part}.1", f"{part}.2.bn", out, kernel, **settings)

    y = layer(x, "up", hidden, 1)
    y = n.add(layer(y, "conv.0", hidden, 3, padding=1, groups=hidden // group), y)
    return n.add(layer(y, "down", channels, 1), x)
