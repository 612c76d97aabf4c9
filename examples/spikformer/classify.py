# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Classify handwritten digits with a compiled Spikformer, without PyTorch.

    python classify.py
    python classify.py --so digits.so
    python classify.py --mnist ../../../shared/data/mnist

The images are the 360 of scikit-learn's 8x8 digits that train_digits.py held back, or
the last 10,000 of MNIST's training file, which train_mnist.py held back. The network
gets each image as it is in all of its steps; the class is the largest logit of their
mean over the steps, the lowest index among equals.
"""

import argparse
import gzip
import json
import statistics
import time
import zipfile
from pathlib import Path

import numpy as np

import volley

FOLDER = Path(__file__).resolve().parent
# The data of third parties lies beside the checkout, never in it.
MNIST = FOLDER.parents[2] / "shared" / "data" / "mnist"
MNIST_FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
TRAINED = 50_000  # of MNIST's 60,000
BATCH = 360


def load_digits():
    """Images (360, 1, 8, 8), float32 in 0..1, and labels (360,)."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = (digits.data / 16.0).astype(np.float32).reshape(-1, 1, 8, 8)
    _, test_x, _, test_y = train_test_split(
        images, digits.target, test_size=0.2, stratify=digits.target, random_state=0
    )
    return test_x, test_y


def load_mnist(folder):
    """Images (10000, 1, 28, 28), float32 in 0..1, and labels (10000,)."""
    missing = [name for name in MNIST_FILES if not (folder / name).is_file()]
    if missing:
        raise SystemExit(
            f"{folder} has no {' and no '.join(missing)}; MNIST's two training files "
            "are expected there, or in the folder that --mnist names"
        )
    with gzip.open(folder / MNIST_FILES[0]) as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    with gzip.open(folder / MNIST_FILES[1]) as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    images = pixels.reshape(-1, 1, 28, 28)[TRAINED:].astype(np.float32) / 255
    return images, labels[TRAINED:]


def load_model(path):
    """The network of a file that train_digits.py or train_mnist.py wrote."""
    try:
        with np.load(path) as file:
            weights = dict(file)
        config = json.loads(str(weights.pop("config")))
    except OSError as error:
        raise SystemExit(f"{path}: {error.strerror}") from None
    except (KeyError, ValueError, zipfile.BadZipFile):
        raise SystemExit(f"{path} is no file of train_*.py's weights") from None
    return volley.models.spikformer(
        tuple(
            config[key] for key in ("embed_dims", "depths", "num_heads", "mlp_ratio")
        ),
        image=tuple(config[k] for k in ("in_channels", "img_size_h", "img_size_w")),
        patch=config["patch_size"],
        classes=config["num_classes"],
        steps=config["T"],
        weights=weights,
    )


def classify(prog, images, steps):
    """Classes (N,) of images (N, C, H, W)."""
    parts = (images[i : i + BATCH] for i in range(0, len(images), BATCH))
    return np.concatenate([prog(part, steps=steps).argmax(axis=1) for part in parts])


def measure(prog, images, steps):
    """Seconds per image, one image per call and all in one call (medians)."""
    single = []
    for i in range(len(images)):
        start = time.perf_counter()
        prog(images[i : i + 1], steps=steps)
        single.append(time.perf_counter() - start)
    batched = []
    for _ in range(7):
        start = time.perf_counter()
        prog(images, steps=steps)
        batched.append((time.perf_counter() - start) / len(images))
    return statistics.median(single), statistics.median(batched)


def measure_rates(model, images):
    """{population: (neurons, spikes per neuron and step)}."""
    names = list(model.network.neurons)
    signals = [f"{name}:spikes" for name in names]
    prog = volley.compile(model.network, record=signals)
    _, rec = prog.run(images, record=signals, steps=model.steps)
    spikes = {name: rec[name]["spikes"] for name in names}
    return {n: (s[0, 0].size, s.mean()) for n, s in spikes.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--mnist",
        type=Path,
        nargs="?",
        const=MNIST,
        metavar="FOLDER",
        help="classify MNIST instead; FOLDER holds its two training files "
        "(default ../shared/data/mnist beside the checkout)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="NPZ",
        help="what train_*.py wrote (default digits.npz or mnist.npz of this folder)",
    )
    parser.add_argument("--so", type=Path, metavar="FILE", help="save the program")
    parser.add_argument(
        "--threads", type=int, default=1, help="that share a batch (default 1)"
    )
    options = parser.parse_args()

    images, labels = load_mnist(options.mnist) if options.mnist else load_digits()
    name = "mnist.npz" if options.mnist else "digits.npz"
    model = load_model(options.weights or FOLDER / name)
    shape, _ = model.network.inputs["image"]
    if shape != images.shape[1:]:
        parser.error(f"the weights are for images {shape}, not {images.shape[1:]}")
    start = time.perf_counter()
    prog = volley.compile(model.network, threads=options.threads)
    compiling = time.perf_counter() - start
    correct = int((classify(prog, images, model.steps) == labels).sum())

    print(f"accuracy         {correct} of {len(labels)} = {correct / len(labels):.2%}")
    print(f"parameters       {model.parameters:,}")
    print(f"compile time     {compiling:.2f} s")
    single, batched = measure(prog, images[:BATCH], model.steps)
    print(
        f"time per image   {single * 1e6:.0f} us one at a time, "
        f"{batched * 1e6:.0f} us in a batch of {BATCH}"
    )
    if options.so:
        try:
            prog.save(options.so)
        except volley.CompileError as error:
            raise SystemExit(str(error)) from None
        print(f"program          {options.so}, {options.so.stat().st_size:,} bytes")

    print(f"\nneurons, and how many of them fire in one of the {model.steps} steps:\n")
    for name, (neurons, rate) in measure_rates(model, images[:BATCH]).items():
        print(f"  {name:40} {neurons:6,} {rate:7.1%}")


if __name__ == "__main__":
    main()
