# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""QKFormer (Zhou et al., NeurIPS 2024).

Weights have the names that SpikingJelly's class gives them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model
from volley.models.spikformer import _attention as self_attention
from volley.models.spikformer import _get

# (embed_dims of the last stage, depths, heads)
SIZES = {
    "10-384": (384, (1, 2, 7), (6, 6, 6)),
    "10-512": (512, (1, 2, 7), (8, 8, 8)),
    "10-768": (768, (1, 2, 7), (12, 12, 12)),
}


def qkformer(
    size: str | tuple = "10-384",
    image: int | tuple[int, int, int] = 224,
    classes: int = 1000,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """QKFormer: two stages of token attention, one of self-attention.

    Arguments are those of :func:`volley.models.spikformer`; a size is a published
    one or (embed_dims, depths, heads).
    """
    dims, depths, heads = _get(SIZES, size)
    shape = (3, image, image) if isinstance(image, int) else tuple(image)

    def build(n: Layers) -> None:
        x = n.input("image", shape)
        for i, out in enumerate((dims // 4, dims // 2, dims)):
            embed = _embed_first if i == 0 else _embed
            x = embed(n, x, f"patch_embed{i + 1}", out)
            size = n.shape(x)
            x = n.tokens(x)
            attention = self_attention if i == 2 else _token_attention
            for block in range(depths[i]):
                name = f"stage{i + 1}.{block}"
                x = n.add(x, attention(n, x, f"{name}.attn", heads[i]))
                x = n.add(x, _mlp(n, x, f"{name}.mlp", 4 * out))
            x = n.reshape(x, size)
        x = n.mean_time(n.mean(n.tokens(x), 1))
        n.output("logits", n.linear(x, "head", classes))

    return make_model("qkformer", build, steps, seed, weights)


def _layer(n: Layers, x, name: str, i: int, out: int, pool: bool):
    x = n.conv_norm(x, f"{name}.conv{i}", f"{name}.bn{i}", out, 3, padding=1, bias=True)
    if pool:
        x = n.max_pool(x, 3, 2, 1)
    return n.lif(x, f"{name}.lif{i}")


def _shortcut(n: Layers, x, name: str, out: int):
    name = f"{name}.shortcut"
    x = n.conv_norm(x, f"{name}.0", f"{name}.1", out, 1, stride=2, bias=True)
    return n.lif(x, f"{name}.2")


def _embed_first(n: Layers, x, name: str, out: int):
    first = _layer(n, x, name, 1, out // 2, True)
    x = _layer(n, first, name, 2, out, True)
    return n.add(_layer(n, x, name, 3, out, False), _shortcut(n, first, name, out))


def _embed(n: Layers, x, name: str, out: int):
    y = _layer(n, x, name, 1, out, True)
    return n.add(_layer(n, y, name, 2, out, False), _shortcut(n, x, name, out))


def _token_attention(n: Layers, x, name: str, heads: int):
    """Keys of the tokens whose queries have enough spikes in a head."""
    dims, tokens = n.shape(x)
    qk = n.conv_norm(x, f"{name}.qk_conv_bn.0", f"{name}.qk_conv_bn.1", 2 * dims, 1)
    # Queries of one head are active, those of others seldom.
    head = np.arange(2 * dims) // (dims // heads)
    lean = np.where(head == 0, 2.0, np.where(head < heads, -2.0, 0.0))
    qk = n.lif(qk, f"{name}.qk_lif", lean=lean)
    q, k = (
        n.reshape(n.part(qk, i, 2), (heads, dims // heads, tokens)) for i in range(2)
    )
    mask = n.lif(n.sum(q, 1), f"{name}.attn_lif", 0.5)
    x = n.mul(n.broadcast(mask, 1, dims // heads), k)
    x = n.reshape(x, (dims, tokens))
    x = n.conv_norm(x, f"{name}.proj_conv_bn.0", f"{name}.proj_conv_bn.1", dims, 1)
    return n.lif(x, f"{name}.proj_lif")


def _mlp(n: Layers, x, name: str, hidden: int):
    dims = n.shape(x)[0]
    for i, out in ((1, hidden), (2, dims)):
        x = n.conv_norm(x, f"{name}.fc{i}", f"{name}.bn{i}", out, 1, bias=True)
        x = n.lif(x, f"{name}.lif{i}")
    return x
