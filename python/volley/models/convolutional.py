# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Spiking convolutional networks: SEW-ResNet (Fang et al., NeurIPS 2021) and VGG.

Neurons are integrate-and-fire, as published for SEW-ResNet. Weights have the names
that SpikingJelly's classes give them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley.models._layers import Layers, Model, make_model

# Blocks per stage, and whether they are bottlenecks.
RESNETS = {
    18: ((2, 2, 2, 2), False),
    34: ((3, 4, 6, 3), False),
    50: ((3, 4, 6, 3), True),
    101: ((3, 4, 23, 3), True),
    152: ((3, 8, 36, 3), True),
}
# Channels of convolutions between pools ("M").
VGGS = {
    11: "64 M 128 M 256 256 M 512 512 M 512 512 M",
    13: "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    16: "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    19: "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}


def sew_resnet(
    depth: int = 18,
    image: int = 224,
    classes: int = 1000,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """SEW-ResNet with ADD as its connection, of depth 18, 34, 50, 101 or 152.

    Other arguments are those of :func:`volley.models.spikformer`.
    """
    if depth not in RESNETS:
        raise ValueError(f"there is no depth {depth}; there are {list(RESNETS)}")
    blocks, is_bottleneck = RESNETS[depth]

    def build(n: Layers) -> None:
        x = n.input("image", (3, image, image))
        x = n.conv_norm(x, "conv1", "bn1", 64, 7, stride=2, padding=3)
        x = n.max_pool(n.integrate_and_fire(x, "sn1"), 3, 2, 1)
        for stage, count in enumerate(blocks):
            for block in range(count):
                stride = 2 if stage > 0 and block == 0 else 1
                name = f"layer{stage + 1}.{block}"
                x = _block(n, x, name, 64 << stage, stride, is_bottleneck)
        x = n.mean_time(n.mean(x, (1, 2)))
        n.output("logits", n.linear(x, "fc", classes))

    return make_model("sew_resnet", build, steps, seed, weights)


def _block(n: Layers, x, name: str, planes: int, stride: int, is_bottleneck: bool):
    out = 4 * planes if is_bottleneck else planes
    # (outputs, kernel, stride) of each convolution.
    layers = [(planes, 3, stride), (out, 3, 1)]
    if is_bottleneck:
        layers = [(planes, 1, 1), (planes, 3, stride), (out, 1, 1)]
    y = x
    for i, (channels, kernel, step) in enumerate(layers, 1):
        y = n.conv_norm(
            y,
            f"{name}.conv{i}",
            f"{name}.bn{i}",
            channels,
            kernel,
            stride=step,
            padding=kernel // 2,
        )
        y = n.integrate_and_fire(y, f"{name}.sn{i}")
    if stride != 1 or n.shape(x)[0] != out:
        down = f"{name}.downsample"
        x = n.conv_norm(x, f"{down}.0", f"{down}.1", out, 1, stride=stride)
        x = n.integrate_and_fire(x, f"{down}_sn")
    return n.add(y, x)


def spiking_vgg(
    depth: int = 11,
    image: int = 224,
    classes: int = 1000,
    norm: bool = True,
    steps: int = 4,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """Spiking VGG of depth 11, 13, 16 or 19, with or without norms.

    Other arguments are those of :func:`volley.models.spikformer`.

    Raises:
        ValueError: there is no such depth, or the image is no multiple of 224.
    """
    if depth not in VGGS:
        raise ValueError(f"there is no depth {depth}; there are {list(VGGS)}")
    if image % 224:
        raise ValueError(f"image must be a multiple of 224, not {image}")

    def build(n: Layers) -> None:
        x, i = n.input("image", (3, image, image)), 0
        for entry in VGGS[depth].split():
            if entry == "M":
                x, i = n.max_pool(x, 2, 2), i + 1
                continue
            x = n.conv(x, f"features.{i}", int(entry), 3, padding=1, bias=True)
            if norm:
                x, i = n.norm(x, f"features.{i + 1}"), i + 1
            x, i = n.integrate_and_fire(x, f"features.{i + 1}"), i + 2
        if image > 224:
            x = n.avg_pool(x, image // 224)
        x = n.reshape(x, (int(np.prod(n.shape(x))),))
        for i in (0, 3):
            x = n.linear(x, f"classifier.{i}", 4096)
            x = n.integrate_and_fire(x, f"classifier.{i + 1}")
        n.output("logits", n.linear(n.mean_time(x), "classifier.6", classes))

    return make_model("spiking_vgg", build, steps, seed, weights)
