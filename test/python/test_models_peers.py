# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The model zoo against SpikingJelly's classes with the same weights.

Needs torch and spikingjelly; skipped where they are not installed.
"""

import numpy as np
import pytest

import volley
from volley import models

torch = pytest.importorskip("torch")
functional = pytest.importorskip("spikingjelly.activation_based.functional")

STEPS, CLASSES = 4, 10


def spikformer(settings):
    from spikingjelly.activation_based.model.spikformer import Spikformer

    dims, depth, heads, ratio = settings["size"]
    return Spikformer(
        T=STEPS,
        img_size_h=settings["image"],
        img_size_w=settings["image"],
        patch_size=settings.get("patch", 16),
        num_classes=CLASSES,
        embed_dims=dims,
        depths=depth,
        num_heads=heads,
        mlp_ratio=ratio,
    )


def spike_driven(settings):
    from spikingjelly.activation_based.model import spike_driven_transformer as module

    dims, depth, heads, ratio = settings["size"]
    return module.SpikeDrivenTransformer(
        T=STEPS,
        num_classes=CLASSES,
        embed_dims=dims,
        depths=depth,
        num_heads=heads,
        mlp_ratio=ratio,
    )


def qkformer(settings):
    from spikingjelly.activation_based.model.qkformer import QKFormer

    dims, depths, heads = settings["size"]
    return QKFormer(
        T=STEPS, num_classes=CLASSES, embed_dims=dims, depths=depths, num_heads=heads
    )


def sew_resnet(settings):
    from spikingjelly.activation_based import neuron
    from spikingjelly.activation_based.model import sew_resnet as module

    build = getattr(module, f"sew_resnet{settings['depth']}")
    net = build(cnf="ADD", spiking_neuron=neuron.IFNode, num_classes=CLASSES)
    functional.set_step_mode(net, "m")
    return net


CASES = [
    (models.spikformer, spikformer, {"size": (64, 2, 4, 4.0), "image": 64}),
    (models.spikformer, spikformer, {"size": (64, 1, 2, 2.0), "image": 16, "patch": 4}),
    (
        models.spike_driven_transformer,
        spike_driven,
        {"size": (64, 2, 4, 4.0), "image": 64},
    ),
    (models.qkformer, qkformer, {"size": (64, (1, 1, 1), (2, 2, 2)), "image": 64}),
    (models.sew_resnet, sew_resnet, {"depth": 18, "image": 64}),
    (models.sew_resnet, sew_resnet, {"depth": 50, "image": 64}),
]


@pytest.mark.parametrize("build, make_module, settings", CASES)
def test_same_logits(build, make_module, settings):
    torch.set_num_threads(1)
    model = build(classes=CLASSES, seed=5, **settings)
    module = make_module(settings).eval()
    assert sum(p.numel() for p in module.parameters()) == model.parameters
    state = {n: torch.from_numpy(w) for n, w in model.weights.items()}
    missing, unexpected = module.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(n.endswith("num_batches_tracked") for n in missing)

    size = settings["image"]
    images = np.random.default_rng(1).random((8, 3, size, size), dtype=np.float32)
    with torch.no_grad():
        x = torch.from_numpy(images)
        if make_module is sew_resnet:
            x = x.repeat(STEPS, 1, 1, 1, 1)
        expected = module(x).numpy()
    if expected.ndim == 3:
        expected = expected.mean(0)
    actual = volley.compile(model.network)(images, steps=STEPS)
    # Sums round in other orders, so a potential at its threshold may go either way;
    # most samples have no such potential.
    close = np.isclose(actual, expected, rtol=1e-4, atol=1e-4).all(1)
    assert close.mean() >= 0.75
    assert (actual.argmax(1) == expected.argmax(1)).mean() >= 0.75
