# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The model zoo: published parameter counts, and that every layer fires."""

import re

import numpy as np
import pytest

import volley
from volley import models

# Parameters of the published classes; the image makes no difference to them.
COUNTS = [
    (models.spikformer, {"size": "4-256"}, 4_400_392),
    (models.spikformer, {"size": "6-384"}, 13_244_824),
    (models.spikformer, {"size": "8-512"}, 29_664_808),
    (
        models.spikformer,
        {"size": "4-384", "image": 32, "patch": 4, "classes": 10},
        9_310_906,
    ),
    (models.spike_driven_transformer, {"size": "8-384"}, 16_816_744),
    (models.spikingformer, {"size": "8-512"}, 29_689_384),
    (models.meta_spikeformer, {"size": "15.1M"}, 15_112_208),
    (models.meta_spikeformer, {"size": "31.3M"}, 31_333_864),
    (models.meta_spikeformer, {"size": "55.4M"}, 55_350_248),
    (models.qkformer, {"size": "10-384"}, 16_472_584),
    (models.spikingresformer, {"size": "Ti"}, 11_180_992),
    (models.spikingresformer, {"size": "S"}, 17_813_824),
    (models.spikingresformer, {"size": "M"}, 35_601_472),
    (models.spikingresformer, {"size": "L"}, 60_375_680),
    (models.sew_resnet, {"depth": 18}, 11_689_512),
    (models.sew_resnet, {"depth": 34}, 21_797_672),
    (models.sew_resnet, {"depth": 50}, 25_557_032),
    (models.spiking_vgg, {"depth": 11, "image": 224}, 132_868_840),
]


@pytest.mark.parametrize("build, settings, count", COUNTS)
def test_parameters(build, settings, count):
    assert build(**{"image": 32, **settings}).parameters == count


# Millions in the paper, and whether these count the norms.
PUBLISHED = [("Ti", 11.14, False), ("S", 17.76, False), ("M", 35.52, False)]
PUBLISHED += [("L", 60.38, True)]


@pytest.mark.parametrize("size, millions, norms", PUBLISHED)
def test_published_parameters_of_spikingresformer(size, millions, norms):
    model = models.spikingresformer(size, image=32)
    count = model.parameters
    if not norms:
        names = [n for n in model.weights if n.endswith((".bn.weight", ".bn.bias"))]
        count -= sum(model.weights[n].size for n in names)
    assert round(count / 1e6, 2) == millions


SMALL = [
    (models.spikformer, {"size": (64, 2, 4, 4.0), "image": 64}),
    (models.spike_driven_transformer, {"size": (64, 2, 4, 4.0), "image": 64}),
    (models.spikingformer, {"size": (64, 2, 4, 4.0), "image": 64}),
    (
        models.meta_spikeformer,
        {"size": (16, 32, 64, 80), "image": 64, "depths": (2, 1)},
    ),
    (models.qkformer, {"size": (64, (1, 1, 1), (2, 2, 2)), "image": 64}),
    (models.spikingresformer, {"size": (32, 64, 128), "group": 16, "image": 64}),
    (models.sew_resnet, {"depth": 18, "image": 64}),
]


@pytest.mark.parametrize("build, settings", SMALL)
def test_every_layer_fires(build, settings):
    """On another image than the one that weights were tuned on."""
    model = build(classes=10, seed=3, **settings)
    program = volley.compile(model.network)
    shape = program.inputs["image"][0]
    image = np.random.default_rng(9).random((2, *shape), dtype=np.float32)
    logits, record = program.run(
        image, record=list(model.network.neurons), steps=model.steps
    )
    assert logits.shape == (2, 10) and logits.std() > 0
    rates = {name: signals["spikes"].mean() for name, signals in record.items()}
    assert len(rates) > 8
    # Small layers are noisier than those of a published size.
    assert {n: r for n, r in rates.items() if not 0.02 < r < 0.4} == {}
    expected = volley.interpret(model.network, image[:1], steps=2)
    np.testing.assert_array_equal(program(image[:1], steps=2), expected)


def test_recurrent_network_fires():
    model = models.rsnn((40, 64, 5), seed=1)
    assert model.parameters == 40 * 64 + 64 * 64 + 64 * 5
    program = volley.compile(model.network)
    spikes = np.random.default_rng(2).random((100, 3, 40)) < 0.05
    logits, record = program.run(spikes, record="hidden")
    assert 0.05 < record["hidden"]["spikes"].mean() < 0.25
    np.testing.assert_array_equal(volley.interpret(model.network, spikes), logits)
    with pytest.raises(ValueError, match="weight 'input.weight'"):
        models.rsnn((41, 64, 5), weights=model.weights)
    with pytest.raises(ValueError, match="no weight 'input.weight'"):
        models.rsnn((40, 64, 5), weights={})


def test_seed_and_weights():
    settings = {"size": (32, 1, 2, 2.0), "image": 32, "classes": 3}
    a, b = models.spikformer(seed=1, **settings), models.spikformer(seed=1, **settings)
    c = models.spikformer(seed=2, **settings)
    assert all((a.weights[n] == b.weights[n]).all() for n in a.weights)
    assert any((a.weights[n] != c.weights[n]).any() for n in a.weights)
    again = models.spikformer(weights=a.weights, **settings)
    x = np.random.default_rng(0).random((2, 3, 32, 32), dtype=np.float32)
    np.testing.assert_array_equal(
        volley.compile(a.network)(x, steps=4), volley.compile(again.network)(x, steps=4)
    )
    with pytest.raises(ValueError, match=r"weight 'head.weight'.*\(4, 32\)"):
        models.spikformer(weights=a.weights, **{**settings, "classes": 4})
    with pytest.raises(ValueError, match="there is no size 'huge'.*8-512"):
        models.spikformer("huge")
    more = {**settings, "size": (32, 2, 2, 2.0)}
    with pytest.raises(ValueError, match=r"no weight 'blocks\.1\..*another size"):
        models.spikformer(weights=a.weights, **more)
    deep = models.spikformer(**more)
    with pytest.raises(ValueError, match=r"no layer uses .* 'blocks\.1\..* more"):
        models.spikformer(weights=deep.weights, **settings)
    # What a state_dict of PyTorch has besides.
    counted = {**a.weights, "norm.num_batches_tracked": np.array(7)}
    model = models.spikformer(weights=counted, **settings)
    assert model.parameters == a.parameters


def test_rates_of_spikingresformer_are_weights():
    settings = {"size": (16, 32, 48), "group": 16, "image": 40, "classes": 3}
    model = models.spikingresformer(**settings)
    name = "layers.1.1.firing_rate_attn"
    assert model.weights[name].shape == (1, 1, 2, 1, 1)
    x = np.random.default_rng(0).random((2, 3, 40, 40), dtype=np.float32)
    logits = volley.compile(model.network)(x, steps=4)
    # A lower rate has attention scaled up.
    weights = {**model.weights, name: model.weights[name] / 100}
    other = models.spikingresformer(**settings, weights=weights)
    assert (volley.compile(other.network)(x, steps=4) != logits).any()
    with pytest.raises(ValueError, match="multiples of group 64"):
        models.spikingresformer(**{**settings, "group": 64})
    weights[name] = np.zeros((1, 1, 2, 1, 1), np.float32)
    with pytest.raises(ValueError, match=f"weight '{name}': expects rates above 0"):
        models.spikingresformer(**settings, weights=weights)


def test_operation_counts_of_spikformer_8_512(run_tool, tmp_path):
    """By hand, per step: the stem without its first convolution, which is done
    once, the position, four projections, two layers of the MLP, and attention in
    the cheaper order, 2 N d d instead of 2 N N d per head."""
    small = models.spikformer("8-512", image=32)
    # The numbers make no difference to how many they are.
    model = models.spikformer("8-512", weights=small.weights)
    model.network.save(tmp_path / "net.mlirbc")
    command = ["snn-compile", tmp_path / "net.mlirbc", "--emit=optimized", "--explain"]
    run = run_tool(*command, "-o", tmp_path / "out.mlirbc")
    total = next(line for line in run.stderr.splitlines() if "whole network" in line)
    counts = {k.strip(): int(v) for k, v in re.findall(r"([\w ]+) = (\d+)", total)}

    n, d, heads, dims, depth = 196, 64, 8, 512, 8
    layers = ((112, 64, 128), (56, 128, 256), (28, 256, 512), (14, 512, 512))
    # A window of 3 x 3 with a padding of 1 has 3 s - 2 terms along a side of s.
    convolutions = sum((3 * s - 2) ** 2 * a * b for s, a, b in layers)
    linear = depth * n * dims * dims * (4 + 8)
    attention = depth * heads * 2 * n * d * d
    assert counts["MACs once after a reset"] == (3 * 224 - 2) ** 2 * 3 * 64
    assert counts["MACs in every step"] == convolutions + linear + attention
    assert counts["MACs at the end of a run"] == dims * 1000
    products = [
        f"MACs before = {heads * 2 * n * n * d}, MACs after = {heads * 2 * n * d * d}"
    ] * depth
    found = re.findall(r"reassociate-products:.*?(MACs before.*)", run.stderr)
    assert found == products
    assert n / d == pytest.approx(3.06, abs=0.005)
