# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Build, train, evaluate and store small Spikformers; train_*.py share it.

The network is SpikingJelly's own ``Spikformer``, unmodified, with its default LIF
neurons. It takes images (B, C, H, W) with pixels scaled to 0..1 and shows each as it
is in all of its T time steps (direct encoding). It gives (T, B, classes); the class of
an image is the largest mean over T, the lowest index among equals.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from spikingjelly.activation_based import functional
from spikingjelly.activation_based.model.spikformer import Spikformer

try:
    from tqdm import tqdm
except ImportError:  # then progress is lines
    tqdm = None


@dataclass(frozen=True)
class Settings:
    """What defines a training run, next to its network and its seed."""

    epochs: int
    batch_size: int
    learning_rate: float
    rotation: float  # degrees, augmentation of the training images
    shift: float  # pixels
    scale: float  # relative
    weight_decay: float = 0.05
    warm_up: float = 0.1  # of all batches


class Progress:
    """A bar on a terminal if tqdm is there, else a line every half minute."""

    PERIOD = 30.0  # seconds

    def __init__(self, total: int) -> None:
        # tqdm's None disables the bar where stderr is no terminal.
        self.bar = tqdm(total=total, unit="batch", disable=None) if tqdm else None
        if self.bar is not None and self.bar.disable:
            self.bar = None
        self.total = total
        self.done = 0
        self.start = self.printed = time.perf_counter()

    def advance(self, text: str) -> None:
        """Count one more batch; ``text`` says how it went."""
        self.done += 1
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update()
            return
        now = time.perf_counter()
        if now - self.printed >= self.PERIOD or self.done == self.total:
            self.printed = now
            print(
                f"batch {self.done}/{self.total}, {now - self.start:.0f} s, {text}",
                flush=True,
            )

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def augment(images: torch.Tensor, settings: Settings) -> torch.Tensor:
    """Return the images (B, 1, N, N), moved a little at random."""
    count = len(images)

    def uniform(bound: float, *shape: int) -> torch.Tensor:
        return (torch.rand(count, *shape) * 2 - 1) * bound

    angle = uniform(float(np.deg2rad(settings.rotation)))
    size = 1 + uniform(settings.scale)
    # The pixels of a side span -1..1.
    move = uniform(settings.shift * 2 / images.shape[-1], 2)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    rows = [
        torch.stack([cos, -sin, move[:, 0]], 1),
        torch.stack([sin, cos, move[:, 1]], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(
    config: dict,
    images: torch.Tensor,
    labels: torch.Tensor,
    settings: Settings,
    seed: int,
) -> Spikformer:
    """Train ``Spikformer(**config)`` and return the network after the last epoch.

    images: (N, 1, H, W) in 0..1; labels: (N,).
    """
    torch.manual_seed(seed)
    network = Spikformer(**config)
    # Weight decay is for weights: on the scales and shifts of batch normalisation it
    # would only pull the input of the neurons away from their threshold.
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": settings.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
    )
    total = -(-len(images) // settings.batch_size) * settings.epochs
    # A rise and a fall, each half a cosine.
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        settings.learning_rate,
        total_steps=total,
        pct_start=settings.warm_up,
        cycle_momentum=False,
    )
    progress = Progress(total)
    network.train()
    for epoch in range(settings.epochs):
        loss_sum, correct, seen = 0.0, 0, 0
        for batch in torch.randperm(len(images)).split(settings.batch_size):
            scores = network(augment(images[batch], settings)).mean(0)
            loss = F.cross_entropy(scores, labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            functional.reset_net(network)  # the next batch starts from rest
            seen += len(batch)
            loss_sum += loss.item() * len(batch)
            correct += int((scores.argmax(1) == labels[batch]).sum())
            progress.advance(
                f"epoch {epoch + 1}/{settings.epochs}: loss {loss_sum / seen:.4f}, "
                f"{correct / seen:.2%} correct"
            )
    progress.close()
    return network


@torch.no_grad()
def count_correct(
    network: Spikformer,
    images: torch.Tensor,
    labels: torch.Tensor,
    batch_size: int = 250,
) -> int:
    """Return how many of the images (N, 1, H, W) get their label (N,)."""
    network.eval()
    correct = 0
    for x, y in zip(images.split(batch_size), labels.split(batch_size)):
        # NumPy's argmax takes the first of equals.
        classes = network(x).mean(0).numpy().argmax(axis=1)
        functional.reset_net(network)
        correct += int((classes == y.numpy()).sum())
    return correct


def save(network: Spikformer, config: dict, path: Path) -> None:
    """Write an .npz: the weights under SpikingJelly's names, and ``config`` as JSON.

    The same network gives the same bytes.
    """
    arrays = {
        name: value.numpy().astype(np.float32)
        for name, value in network.state_dict().items()
        # A counter of training that no result depends on, and the only integer.
        if not name.endswith("num_batches_tracked")
    }
    np.savez_compressed(path, config=np.array(json.dumps(config)), **arrays)


def load(path: Path) -> tuple[Spikformer, dict]:
    """Return the network of a file that ``save`` wrote, and its config."""
    with np.load(path) as file:
        arrays = dict(file)
    config = json.loads(str(arrays.pop("config")))
    network = Spikformer(**config)
    # load_state_dict fills in the counters that save leaves out.
    network.load_state_dict({k: torch.from_numpy(v) for k, v in arrays.items()})
    return network.eval(), config


def count_parameters(network: Spikformer) -> int:
    """Return the number of trained parameters."""
    return sum(p.numel() for p in network.parameters())
