# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spikingformer (Zhou et al., 2023): Spikformer with shortcuts between potentials."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model
from volley.models.spikformer import _get

# (embed_dims, depth, heads, mlp_ratio)
SIZES = {
    "8-384": (384, 8, 12, 4.0),
    "8-512": (512, 8, 8, 4.0),
    "8-768": (768, 8, 12, 4.0),
}


def spikingformer(
    size: str | tuple[int, int, int, float] = "8-512",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """Spikingformer: neurons in front of every convolution and projection.

    Arguments are those of :func:`volley.models.spikformer`.
    """
    dims, depth, heads, ratio = _get(SIZES, size)
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        name = "patch_embed.proj"
        x = n.conv_norm(x, f"{name}_conv", f"{name}_bn", dims // 8, 3, padding=1)
        for i, out in enumerate((dims // 4, dims // 2, dims, dims), 1):
            name = f"patch_embed.proj{i}"
            x = n.lif(x, f"{name}_lif")
            x = n.conv_norm(x, f"{name}_conv", f"{name}_bn", out, 3, padding=1)
            x = n.max_pool(x, 3, 2, 1)
        x = n.tokens(x)
        for i in range(depth):
            x = n.add(x, _attention(n, x, f"block.{i}.attn", heads))
            x = n.add(x, _mlp(n, x, f"block.{i}.mlp", int(dims * ratio)))
        # Potentials, so that the head is a linear function of what is summed.
        x = n.mean_time(n.mean(x, 1))
        n.output("logits", n.linear(x, "head", classes))

    return make_model("spikingformer", build, steps, seed, weights)


def _attention(n: Layers, x, name: str, heads: int):
    dims = n.shape(x)[0]
    x = n.lif(x, f"{name}.proj_lif")
    # Channels of q and of k take turns in being active.
    turns = np.where(np.arange(dims) % 2, 0.5, -0.5)
    q, k, v = (
        n.heads(
            n.lif(
                n.conv_norm(x, f"{name}.{p}_conv", f"{name}.{p}_bn", dims, 1),
                f"{name}.{p}_lif",
                lean=lean,
            ),
            heads,
        )
        for p, lean in (("q", turns), ("k", -turns), ("v", None))
    )
    x = n.unheads(n.attention(q, k, v, 0.125))
    x = n.lif(x, f"{name}.attn_lif", 0.5)
    return n.conv_norm(x, f"{name}.proj_conv", f"{name}.proj_bn", dims, 1, bias=True)


def _mlp(n: Layers, x, name: str, hidden: int):
    dims = n.shape(x)[0]
    for i, out in ((1, hidden), (2, dims)):
        x = n.lif(x, f"{name}.mlp{i}_lif")
        x = n.conv_norm(
            x, f"{name}.mlp{i}_conv", f"{name}.mlp{i}_bn", out, 1, bias=True
        )
    return x
