# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Meta-SpikeFormer and SpikingResformer from PyTorch, and against the model zoo.

Needs torch and spikingjelly; skipped where they are not installed.
"""

import numpy as np
import pytest

import volley
from volley import models

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from torchnets import noise, run  # noqa: E402
from torchzoo import MetaSpikeFormer, SpikingResformer  # noqa: E402

torch.set_num_threads(1)

PUBLISHED = {
    "meta_spikeformer": (MetaSpikeFormer, (96, 192, 384, 480), 31_333_864),
    "spikingresformer": (SpikingResformer, (64, 256, 512), 17_813_824),
}


def meta_spikeformer():
    widths, depths = (16, 32, 64, 80), (2, 1)
    model = models.meta_spikeformer(widths, 32, 10, depths, seed=3)
    return model, MetaSpikeFormer(widths, 10, depths)


def spikingresformer():
    widths, group = (32, 64, 128), 16
    model = models.spikingresformer(widths, 32, 10, group, seed=3)
    return model, SpikingResformer(widths, 32, 10, group)


def load(module, weights):
    """Gives a module the zoo's weights: they have the same names and shapes."""
    missing, unexpected = module.load_state_dict(
        {name: torch.from_numpy(w) for name, w in weights.items()}, strict=False
    )
    assert not unexpected
    assert all(name.endswith("num_batches_tracked") for name in missing)
    return module.eval()


@pytest.mark.parametrize("make", [meta_spikeformer, spikingresformer])
def test_small(make):
    model, module = make()
    load(module, model.weights)
    images = noise(4, 3, 32, 32, scale=0.5)
    net = volley.from_torch(module, images)
    report = volley.compare(module, net, images, mode="forced")
    assert len(report.layers) > 30
    silent = [layer.name for layer in report.layers if not 0 < layer.rates[0] < 0.5]
    assert silent == []
    cells = {layer.name: layer.different / layer.cells for layer in report.layers}
    assert {name: part for name, part in cells.items() if part > 1e-5} == {}
    assert report.worst <= 1e-5

    expected = run(module, images).numpy()
    imported = volley.compile(net)(images.numpy(), steps=4)
    built = volley.compile(model.network)(images.numpy(), steps=4)
    assert np.std(expected) > 0.01
    np.testing.assert_allclose(imported, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(built, expected, rtol=1e-5, atol=1e-5)
    # The populations are the same ones, by name.
    assert set(net.neurons) == set(model.network.neurons)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_size(name):
    make, widths, count = PUBLISHED[name]
    module = make(widths).eval()
    assert sum(p.numel() for p in module.parameters()) == count
    net = volley.from_torch(module, torch.zeros(1, 3, 224, 224))
    assert net.inputs["x"] == ((3, 224, 224), "float32")
    assert net.outputs["output"] == ((1000,), "float32")


def test_training_mode_leaves_statistics():
    """Modules that update statistics in training mode are converted in eval mode."""
    model, module = spikingresformer()
    images = noise(2, 3, 32, 32)
    expected = run(load(module, model.weights), images)
    module.train()
    net = volley.from_torch(module, images)
    for name, array in module.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            np.testing.assert_array_equal(array, model.weights[name])
    actual = volley.compile(net)(images.numpy(), steps=4)
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)
    name = "layers.0.0.firing_rate_x"
    run(module, images)
    assert (module.state_dict()[name].numpy() != model.weights[name]).all()
