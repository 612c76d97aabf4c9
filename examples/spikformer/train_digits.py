# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train a small Spikformer on scikit-learn's handwritten 8x8 digits.

The 1437 training and 360 held-out images are those of ``examples/digits``:
``train_test_split(test_size=0.2, stratify=y, random_state=0)``. A training run sees the
1437 only, keeps the network of its last epoch, and classifies the 360 once, after the
last epoch. The settings below were chosen with ``--folds 5``, which cross-validates on
the 1437 and never touches the 360.

Pixels are scaled to 0..1. An 8x8 image is four patches of 4x4 pixels, so attention is
between 2x2 tokens.

Usage::

    python train_digits.py --seed 0 --output digits.npz
    python train_digits.py --evaluate digits.npz
    python train_digits.py --folds 5
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from model import Settings, count_correct, count_parameters, load, save, train
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split

CONFIG = {
    "T": 4,
    "in_channels": 1,
    "img_size_h": 8,
    "img_size_w": 8,
    "patch_size": 4,
    "num_classes": 10,
    "embed_dims": 64,
    "num_heads": 4,
    "mlp_ratio": 2.0,
    "depths": 2,
}

SETTINGS = Settings(
    epochs=60,
    batch_size=64,
    learning_rate=5e-3,
    rotation=5.0,
    shift=0.5,
    scale=0.05,
)


def load_split() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return train images (1437, 1, 8, 8), test images (360, 1, 8, 8), their labels.

    Images are float32 and hold multiples of 1/16 between 0 and 1; labels are int64.
    """
    digits = load_digits()
    images = (digits.data / 16.0).astype(np.float32).reshape(-1, 1, 8, 8)
    parts = train_test_split(
        images, digits.target, test_size=0.2, stratify=digits.target, random_state=0
    )
    train_x, test_x, train_y, test_y = (torch.from_numpy(part) for part in parts)
    return train_x, test_x, train_y, test_y


def cross_validate(settings: Settings, folds: int, seed: int) -> None:
    """Print the accuracy of ``folds``-fold cross-validation on the training images."""
    images, _, labels, _ = load_split()
    total = 0
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for fold, (inside, outside) in enumerate(splitter.split(images, labels)):
        network = train(CONFIG, images[inside], labels[inside], settings, seed + fold)
        correct = count_correct(network, images[outside], labels[outside])
        print(f"fold {fold}: {correct} of {len(outside)}", flush=True)
        total += correct
    print(f"cross-validation: {total} of {len(images)} = {total / len(images):.2%}")


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description="Train a small Spikformer on scikit-learn's 8x8 digits.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=SETTINGS.epochs)
    parser.add_argument("--batch-size", type=int, default=SETTINGS.batch_size)
    parser.add_argument("--learning-rate", type=float, default=SETTINGS.learning_rate)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    parser.add_argument("--output", type=Path, default=Path("digits.npz"))
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--evaluate",
        type=Path,
        metavar="NPZ",
        help="only classify the 360 held-out images with this file",
    )
    instead.add_argument(
        "--folds",
        type=int,
        metavar="N",
        help="only cross-validate on the 1437 training images",
    )
    return parser.parse_args()


def main() -> None:
    """Train and store a network, or do what the options say instead."""
    options = parse_arguments()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    settings = replace(
        SETTINGS,
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
    )
    if options.folds:
        print(settings)
        cross_validate(settings, options.folds, options.seed)
        return

    train_x, test_x, train_y, test_y = load_split()
    if options.evaluate:
        network, config = load(options.evaluate)
        print(config)
    else:
        print(CONFIG, settings, sep="\n")
        start = time.perf_counter()
        network = train(CONFIG, train_x, train_y, settings, options.seed)
        print(f"trained in {time.perf_counter() - start:.0f} s, seed {options.seed}")
        save(network, CONFIG, options.output)
        print(f"wrote {options.output}")
    correct = count_correct(network, test_x, test_y)
    print(f"parameters  {count_parameters(network)}")
    print(f"held out    {correct} of {len(test_y)} = {correct / len(test_y):.2%}")


if __name__ == "__main__":
    main()
