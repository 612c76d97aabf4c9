# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spikformer (Zhou et al., ICLR 2023) and Spikingformer (Zhou et al., 2023).

Weights have the names that SpikingJelly's class gives them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model

# (embed_dims, depth, heads, mlp_ratio) by the published name: depth-width.
SIZES = {
    "4-256": (256, 4, 8, 4.0),
    "6-384": (384, 6, 12, 4.0),
    "4-384": (384, 4, 12, 4.0),
    "8-384": (384, 8, 12, 4.0),
    "6-512": (512, 6, 8, 4.0),
    "8-512": (512, 8, 8, 4.0),
    "10-512": (512, 10, 8, 4.0),
    "8-768": (768, 8, 12, 4.0),
}


def spikformer(
    size: str | tuple[int, int, int, float] = "8-512",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    patch: int = 16,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """Spikformer, with random weights or those given.

    Args:
        size: a published one, "8-512" say, or (embed_dims, depth, heads, mlp_ratio).
        image: height and width in pixels, of 3 channels; or (channels, height,
            width).
        classes: of the head.
        patch: 16, or 4 for small images: only the last two stages pool then.
        steps: that random weights are tuned for; a program runs any number.
        seed: of random weights.
        weights: arrays by the names of SpikingJelly's class.

    Raises:
        ValueError: there is no such size, or a weight has another shape.
    """
    dims, depth, heads, ratio = _get(SIZES, size)
    if patch not in (4, 16):
        raise ValueError(f"patch must be 4 or 16, not {patch}")
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        for i, out in enumerate((dims // 8, dims // 4, dims // 2, dims)):
            x = _stem(n, x, f"patch_embed.stages.{i}", out, patch == 16 or i >= 2)
        x = n.add(_stem(n, x, "patch_embed.positional_encoding", dims, False), x)
        x = n.tokens(x)
        for i in range(depth):
            x = n.add(x, _attention(n, x, f"blocks.{i}.attn", heads))
            x = n.add(x, _mlp(n, x, f"blocks.{i}.mlp", int(dims * ratio)))
        # The mean over tokens, then over steps, which the head is linear in.
        x = n.mean_time(n.mean(x, 1))
        n.output("logits", n.linear(x, "head", classes))

    return make_model("spikformer", build, steps, seed, weights)


def _get(sizes, size):
    if not isinstance(size, str):
        return size
    if size not in sizes:
        raise ValueError(f"there is no size {size!r}; there are {', '.join(sizes)}")
    return sizes[size]


def _stem(n: Layers, x, name: str, out: int, pool: bool):
    block = f"{name}.conv_bn.block"
    x = n.conv_norm(x, f"{block}.0", f"{block}.1", out, 3, padding=1)
    if pool:
        x = n.max_pool(x, 3, 2, 1)
    return n.lif(x, f"{name}.neuron")


def _attention(n: Layers, x, name: str, heads: int):
    dims = n.shape(x)[0]
    qkv = n.conv_norm(x, f"{name}.qkv_conv_bn.0", f"{name}.qkv_conv_bn.1", 3 * dims, 1)
    qkv = n.lif(qkv, f"{name}.qkv_lif")
    q, k, v = (n.heads(n.part(qkv, i, 3), heads) for i in range(3))
    x = n.unheads(n.attention(q, k, v, 0.125))
    x = n.lif(x, f"{name}.attn_lif", 0.5)
    x = n.conv_norm(x, f"{name}.proj_conv_bn.0", f"{name}.proj_conv_bn.1", dims, 1)
    return n.lif(x, f"{name}.proj_lif")


def _mlp(n: Layers, x, name: str, hidden: int):
    dims = n.shape(x)[0]
    for i, out in ((1, hidden), (2, dims)):
        x = n.conv_norm(x, f"{name}.fc{i}.0", f"{name}.fc{i}.1", out, 1)
        x = n.lif(x, f"{name}.neuron{i}")
    return x
