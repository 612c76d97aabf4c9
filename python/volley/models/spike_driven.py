# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spike-driven Transformer, version 1 (Yao et al., NeurIPS 2023).

Weights have the names that SpikingJelly's class gives them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model
from volley.models.spikformer import _get

# (embed_dims, depth, heads, mlp_ratio)
SIZES = {
    "2-512": (512, 2, 8, 4.0),
    "8-384": (384, 8, 8, 4.0),
    "6-512": (512, 6, 8, 4.0),
    "8-512": (512, 8, 8, 4.0),
    "10-512": (512, 10, 8, 4.0),
    "8-768": (768, 8, 8, 4.0),
}


def spike_driven_transformer(
    size: str | tuple[int, int, int, float] = "8-512",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    pools: str = "1111",
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """Spike-driven Transformer v1, with random weights or those given.

    Args:
        pools: which of the four stages of the stem pool; "0011" for small images.

    Other arguments are those of :func:`volley.models.spikformer`.
    """
    dims, depth, heads, ratio = _get(SIZES, size)
    if len(pools) != 4 or set(pools) - set("01"):
        raise ValueError(f"pools must be four of 0 and 1, not {pools!r}")
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        for i, out in enumerate((dims // 8, dims // 4, dims // 2)):
            name = f"patch_embed.stages.{i}"
            x = _conv(n, x, f"{name}.0", f"{name}.1", out, 3)
            x = n.lif(x, f"{name}.2")
            if pools[i] == "1":
                x = n.max_pool(x, 3, 2, 1)
        name = "patch_embed.final_stage"
        x = _conv(n, x, f"{name}.0", f"{name}.1", dims, 3)
        if pools[3] == "1":
            x = n.max_pool(x, 3, 2, 1)
        spikes = n.lif(x, "patch_embed.final_lif")
        position = n.conv_norm(
            spikes, "patch_embed.rpe_conv", "patch_embed.rpe_bn", dims, 3, padding=1
        )
        x = n.add(position, x)
        for i in range(depth):
            x = n.add(_attention(n, x, f"blocks.{i}.attn", heads), x)
            x = n.add(_mlp(n, x, f"blocks.{i}.mlp", int(dims * ratio)), x)
        x = n.lif(n.mean(x, (1, 2)), "head_lif")
        n.output("logits", n.linear(n.mean_time(x), "head", classes))

    return make_model("spike_driven_transformer", build, steps, seed, weights)


def _conv(n: Layers, x, conv: str, norm: str, out: int, kernel: int):
    padding = kernel // 2
    return n.conv_norm(x, conv, norm, out, kernel, padding=padding, bias=True)


def _attention(n: Layers, x, name: str, heads: int):
    """Masks and sums only: q where enough tokens of k and v coincide."""
    dims, height, width = n.shape(x)
    x = n.lif(x, f"{name}.shortcut_lif")
    # Channels of k and of v take turns in being active.
    turns = np.where(np.arange(dims) % 2, 1.0, -1.0)
    q, k, v = (
        n.lif(
            n.conv_norm(x, f"{name}.{p}_conv", f"{name}.{p}_bn", dims, 1),
            f"{name}.{p}_lif",
            lean=lean,
        )
        for p, lean in (("q", None), ("k", turns), ("v", -turns))
    )
    # Per channel, so that heads make no difference.
    counts = n.sum(n.tokens(n.mul(k, v)), 1)
    mask = n.lif(counts, f"{name}.attn_lif", 0.5)
    mask = n.broadcast(mask, 1, height * width)
    x = n.reshape(n.mul(n.tokens(q), mask), (dims, height, width))
    return _conv(n, x, f"{name}.proj_conv", f"{name}.proj_bn", dims, 1)


def _mlp(n: Layers, x, name: str, hidden: int):
    dims = n.shape(x)[0]
    for i, out in ((1, hidden), (2, dims)):
        x = n.lif(x, f"{name}.lif{i}")
        x = _conv(n, x, f"{name}.fc{i}", f"{name}.bn{i}", out, 1)
    return x
