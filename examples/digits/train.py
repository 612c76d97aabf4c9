# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train the spiking digit classifier of the demo with snnTorch and export it to NIR.

The images are the 1797 handwritten 8x8 digits of ``sklearn.datasets.load_digits``.
``train_test_split(test_size=0.2, stratify=y, random_state=0)`` holds 360 of them back.
A training run sees the other 1437 only, keeps the network of its last epoch, and
classifies the 360 once, after the last epoch. The settings below were chosen with
``--folds 5``, which cross-validates on the 1437 training images and never touches the
test images.

The network is ``64 -> Linear -> Leaky -> Linear -> Leaky -> 10`` with one learned
``beta`` and one learned threshold per neuron. An image is shown as a constant current:
its 64 pixels, scaled to 0..1, are the input of every one of ``--steps`` time steps. The
class is the output neuron with the most spikes over all steps, the lowest index among
equals.

The neurons reset to zero, and in the step of their spike (``reset_mechanism="zero"``,
``reset_delay=False``). This is the law that snnTorch's NIR export describes
(``v_reset`` is 0): forward Euler with ``dt = 1e-4``, ``tau = dt / (1 - beta)``, ``r =
tau / dt``.

Usage::

    python train.py --seeds 0 1 2 --output digits.nir
    python train.py --folds 5

The first seed of ``--seeds`` is the one that is written, whatever its test accuracy.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import nir
import numpy as np
import snntorch as snn
import snntorch.functional as SF
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split
from snntorch import surrogate
from snntorch.export_nir import export_to_nir
from torch import nn

PIXELS = 64
CLASSES = 10

# Bounds that are kept in training.  A beta below 1 makes the exported tau positive and
# finite, and a threshold above 0 makes a neuron at rest silent.
BETA_BOUNDS = (0.1, 0.98)
THRESHOLD_BOUNDS = (0.2, 5.0)


@dataclass(frozen=True)
class Settings:
    """What defines a training run, next to its seed."""

    hidden: int = 256
    steps: int = 16
    epochs: int = 100
    batch_size: int = 64
    learning_rate: float = 1e-2
    weight_decay: float = 0.1
    beta_init: tuple[float, float] = (0.7, 0.95)  # uniform between the two
    surrogate_slope: float = 5.0  # of snnTorch's fast sigmoid
    rotation: float = 5.0  # degrees, augmentation of the training images
    shift: float = 0.5  # pixels
    scale: float = 0.05  # relative


def load_split() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return train images (1437, 64), test images (360, 64), train and test labels.

    Images are float32 and hold multiples of 1/16 between 0 and 1; labels are int64.
    """
    digits = load_digits()
    images = (digits.data / 16.0).astype(np.float32)
    parts = train_test_split(
        images, digits.target, test_size=0.2, stratify=digits.target, random_state=0
    )
    train_x, test_x, train_y, test_y = (torch.from_numpy(part) for part in parts)
    return train_x, test_x, train_y, test_y


def build_network(settings: Settings) -> nn.Sequential:
    """Return an untrained network: one step of (N, 64) to one step of (N, 10)."""

    def leaky(size: int) -> snn.Leaky:
        return snn.Leaky(
            beta=torch.empty(size).uniform_(*settings.beta_init),
            threshold=torch.ones(size),
            spike_grad=surrogate.fast_sigmoid(slope=settings.surrogate_slope),
            learn_beta=True,
            learn_threshold=True,
            init_hidden=True,
            reset_mechanism="zero",
            reset_delay=False,
        )

    return nn.Sequential(
        OrderedDict(
            fc1=nn.Linear(PIXELS, settings.hidden),
            lif1=leaky(settings.hidden),
            fc2=nn.Linear(settings.hidden, CLASSES),
            lif2=leaky(CLASSES),
        )
    )


def neuron_layers(network: nn.Sequential) -> list[snn.Leaky]:
    """Return the spiking layers in the order of the data flow."""
    return [layer for layer in network if isinstance(layer, snn.Leaky)]


def simulate(
    network: nn.Sequential, images: torch.Tensor, steps: int
) -> list[torch.Tensor]:
    """Show each image for ``steps`` steps, from rest.

    images: (N, 64), the input current of every step.
    Returns the spikes (0.0 or 1.0) of each spiking layer:
    [(steps, N, hidden), (steps, N, 10)].
    """
    for layer in neuron_layers(network):
        layer.reset_mem()
    records: list[list[torch.Tensor]] = [[] for _ in neuron_layers(network)]
    for _ in range(steps):
        signal = images
        record = iter(records)
        for layer in network:
            signal = layer(signal)
            if isinstance(layer, snn.Leaky):
                next(record).append(signal)
    return [torch.stack(record) for record in records]


def classify(output_spikes: torch.Tensor) -> torch.Tensor:
    """Return the classes (N,) of output spikes (steps, N, 10).

    The class is the neuron with the most spikes, the lowest index among equals.
    """
    counts = output_spikes.sum(dim=0).numpy()
    return torch.from_numpy(
        counts.argmax(axis=1)
    )  # numpy's argmax takes the first of equals


def augment(images: torch.Tensor, settings: Settings) -> torch.Tensor:
    """Return the images (N, 64), rotated, scaled and shifted a little at random."""
    count = len(images)

    def uniform(bound: float, *shape: int) -> torch.Tensor:
        return (torch.rand(count, *shape) * 2 - 1) * bound

    angle = uniform(float(np.deg2rad(settings.rotation)))
    size = 1 + uniform(settings.scale)
    move = uniform(settings.shift / 4, 2)  # the 8 pixels of a side span -1..1
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    rows = [
        torch.stack([cos, -sin, move[:, 0]], 1),
        torch.stack([sin, cos, move[:, 1]], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), (count, 1, 8, 8), align_corners=False)
    moved = F.grid_sample(images.view(count, 1, 8, 8), grid, align_corners=False)
    return moved.view(count, PIXELS)


def train(
    images: torch.Tensor, labels: torch.Tensor, settings: Settings, seed: int
) -> nn.Sequential:
    """Train on images (N, 64) and labels (N,), and return the last epoch's network."""
    torch.manual_seed(seed)
    network = build_network(settings)
    synapses = [
        p
        for layer in network
        if isinstance(layer, nn.Linear)
        for p in layer.parameters()
    ]
    neurons = [
        p for layer in neuron_layers(network) for p in (layer.beta, layer.threshold)
    ]
    rates = [settings.learning_rate, settings.learning_rate / 2]
    optimizer = torch.optim.AdamW(
        [
            {"params": synapses, "weight_decay": settings.weight_decay},
            {"params": neurons, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    batches = -(-len(images) // settings.batch_size)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=batches * settings.epochs, pct_start=0.1
    )
    loss_function = SF.ce_count_loss()
    for _ in range(settings.epochs):
        for batch in torch.randperm(len(images)).split(settings.batch_size):
            spikes = simulate(network, augment(images[batch], settings), settings.steps)
            loss = loss_function(spikes[-1], labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            with torch.no_grad():
                for layer in neuron_layers(network):
                    layer.beta.clamp_(*BETA_BOUNDS)
                    layer.threshold.clamp_(*THRESHOLD_BOUNDS)
    return network


@torch.no_grad()
def evaluate(
    network: nn.Sequential, images: torch.Tensor, labels: torch.Tensor, steps: int
) -> tuple[int, str]:
    """Return how many images are classified correctly, and a line of figures."""
    spikes = simulate(network, images, steps)
    correct = int((classify(spikes[-1]) == labels).sum())
    best = spikes[-1].sum(dim=0).topk(2, dim=1).values
    ties = int((best[:, 0] == best[:, 1]).sum())
    rates = ", ".join(f"{layer.sum().item() / len(images):.1f}" for layer in spikes)
    return correct, (
        f"{correct}/{len(images)} correct ({correct / len(images):.2%}), {ties} ties, "
        f"spikes per image and layer: {rates}"
    )


def cross_validate(settings: Settings, folds: int, seed: int) -> None:
    """Print the accuracy of ``folds``-fold cross-validation on the training images."""
    images, _, labels, _ = load_split()
    total = 0
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for fold, (inside, outside) in enumerate(splitter.split(images, labels)):
        network = train(images[inside], labels[inside], settings, seed + fold)
        correct, line = evaluate(
            network, images[outside], labels[outside], settings.steps
        )
        print(f"fold {fold}: {line}", flush=True)
        total += correct
    print(
        f"cross-validation: {total}/{len(images)} correct ({total / len(images):.2%})"
    )


def export(network: nn.Sequential, path: Path) -> None:
    """Write the network to a NIR file; the same network gives the same bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # snnTorch calls an older nirtorch API
        graph = export_to_nir(network, torch.zeros(1, PIXELS), ignore_dims=[0])
    # The exporter passes the edges through a set, whose order changes from run to run.
    graph.edges = sorted(graph.edges)
    nir.write(path, graph, compression="gzip")


@torch.no_grad()
def write_reference(
    network: nn.Sequential,
    images: torch.Tensor,
    labels: torch.Tensor,
    steps: int,
    path: Path,
) -> None:
    """Write snnTorch's own spikes on the images, to compare other simulators with.

    The .npz file holds images (N, 64) float32, labels (N,) int64, and per spiking layer
    one array (steps, N, size) uint8, named like the layer's node in the NIR file.
    """
    names = [
        name for name, layer in network.named_children() if isinstance(layer, snn.Leaky)
    ]
    spikes = simulate(network, images, steps)
    arrays = {
        name: layer.numpy().astype(np.uint8)
        for name, layer in zip(names, spikes, strict=True)
    }
    np.savez_compressed(path, images=images.numpy(), labels=labels.numpy(), **arrays)


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    defaults = Settings()
    parser = argparse.ArgumentParser(
        description="Train the demo's digit classifier and export it to NIR.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--seeds",
        type=int,
        nargs="+",
        default=[0, 1, 2],
        help="the first one is exported",
    )
    parser.add_argument("--epochs", type=int, default=defaults.epochs)
    parser.add_argument(
        "--steps", type=int, default=defaults.steps, help="time steps per image"
    )
    parser.add_argument(
        "--hidden", type=int, default=defaults.hidden, help="hidden neurons"
    )
    parser.add_argument("--output", type=Path, default=Path("digits.nir"))
    parser.add_argument(
        "--reference", type=Path, help="write snnTorch's test spikes (.npz) here"
    )
    parser.add_argument(
        "--folds",
        type=int,
        default=0,
        help="only cross-validate on the training images with the first seed",
    )
    return parser.parse_args()


def main() -> None:
    """Train one network per seed, print their figures, and export the first one."""
    options = parse_arguments()
    settings = Settings(
        hidden=options.hidden, steps=options.steps, epochs=options.epochs
    )
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    print(settings)
    if options.folds:
        cross_validate(settings, options.folds, options.seeds[0])
        return

    train_x, test_x, train_y, test_y = load_split()
    accuracies = []
    for seed in options.seeds:
        start = time.perf_counter()
        network = train(train_x, train_y, settings, seed)
        seconds = time.perf_counter() - start
        _, train_line = evaluate(network, train_x, train_y, settings.steps)
        correct, test_line = evaluate(network, test_x, test_y, settings.steps)
        print(f"seed {seed}: trained in {seconds:.0f} s")
        print(f"  train: {train_line}")
        print(f"  test:  {test_line}", flush=True)
        if not accuracies:
            export(network, options.output)
            if options.reference:
                write_reference(
                    network, test_x, test_y, settings.steps, options.reference
                )
        accuracies.append(correct / len(test_x))
    print(f"mean test accuracy of {len(accuracies)} seeds: {np.mean(accuracies):.2%}")
    print(f"seed {options.seeds[0]} is in {options.output}")


if __name__ == "__main__":
    main()
