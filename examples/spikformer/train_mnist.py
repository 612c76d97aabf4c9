# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Train a small Spikformer on MNIST's training file.

The file's first 50,000 images are for training and its last 10,000 are held out. A
training run sees the 50,000 only, keeps the network of its last epoch, and classifies
the 10,000 once, after the last epoch. ``--select`` holds out the last 5,000 of the
50,000 instead, to choose settings without the 10,000.

Pixels are scaled to 0..1. A 28x28 image is 7x7 patches of 4x4 pixels, which are the
tokens of the attention.

Usage::

    python train_mnist.py --seed 0 --output mnist.npz
    python train_mnist.py --evaluate mnist.npz
    python train_mnist.py --select --images 5000 --epochs 4
"""

from __future__ import annotations

import argparse
import gzip
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from model import Settings, count_correct, count_parameters, load, save, train

TRAINED = 50_000
SELECTING = 45_000  # of them are trained with --select

CONFIG = {
    "T": 4,
    "in_channels": 1,
    "img_size_h": 28,
    "img_size_w": 28,
    "patch_size": 4,
    "num_classes": 10,
    "embed_dims": 64,
    "num_heads": 4,
    "mlp_ratio": 2.0,
    "depths": 1,
}

SETTINGS = Settings(
    epochs=5,
    batch_size=64,
    learning_rate=6e-3,
    rotation=10.0,
    shift=1.0,
    scale=0.1,
)

# The data of third parties lies beside the checkout, never in it.
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"


def load_images(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the images (60000, 1, 28, 28), float32 in 0..1, and labels (60000,)."""
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    images = pixels.reshape(-1, 1, 28, 28).astype(np.float32) / 255
    if len(images) != 60_000 or len(labels) != 60_000:
        raise SystemExit(f"{folder} does not hold MNIST's 60,000 training images")
    return torch.from_numpy(images), torch.from_numpy(labels.astype(np.int64))


def parse_arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description="Train a small Spikformer on MNIST.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        help="folder with train-{images-idx3,labels-idx1}-ubyte.gz",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=SETTINGS.epochs)
    parser.add_argument("--batch-size", type=int, default=SETTINGS.batch_size)
    parser.add_argument("--learning-rate", type=float, default=SETTINGS.learning_rate)
    parser.add_argument(
        "--images", type=int, metavar="N", help="train on the first N only, to try"
    )
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    parser.add_argument("--output", type=Path, default=Path("mnist.npz"))
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--evaluate",
        type=Path,
        metavar="NPZ",
        help="only classify the 10,000 held-out images with this file",
    )
    instead.add_argument(
        "--select",
        action="store_true",
        help="hold out the last 5,000 of the 50,000 instead, and write nothing",
    )
    return parser.parse_args()


def main() -> None:
    """Train and store a network, or do what the options say instead."""
    options = parse_arguments()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    images, labels = load_images(options.data)
    if options.select:
        trained, held_out = slice(SELECTING), slice(SELECTING, TRAINED)
    else:
        trained, held_out = slice(TRAINED), slice(TRAINED, None)
    if options.evaluate:
        network, config = load(options.evaluate)
        print(config)
    else:
        settings = replace(
            SETTINGS,
            epochs=options.epochs,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
        )
        print(CONFIG, settings, sep="\n", flush=True)
        train_x, train_y = images[trained], labels[trained]
        if options.images:
            train_x, train_y = train_x[: options.images], train_y[: options.images]
        start = time.perf_counter()
        network = train(CONFIG, train_x, train_y, settings, options.seed)
        print(f"trained in {time.perf_counter() - start:.0f} s, seed {options.seed}")
        if not options.select:
            save(network, CONFIG, options.output)
            print(f"wrote {options.output}")
    test_x, test_y = images[held_out], labels[held_out]
    correct = count_correct(network, test_x, test_y)
    print(f"parameters  {count_parameters(network)}")
    print(f"held out    {correct} of {len(test_y)} = {correct / len(test_y):.2%}")


if __name__ == "__main__":
    main()
