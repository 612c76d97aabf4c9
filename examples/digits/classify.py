# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Classify handwritten digits with a compiled spiking network.

    snn-compile digits.nir --profile=snntorch --dt=1e-4 \\
        --record=lif1:spikes --record=lif2:spikes -o digits.so
    python classify.py digits.so

The images are the 360 of scikit-learn's 8x8 digits that train.py held back. Each
is shown as a constant current for 16 steps; the class is the output neuron with
the most spikes, the lowest index among equals.
"""

import argparse
import statistics
import time

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import volley

STEPS = 16
LAYERS = ["lif1", "lif2"]


def load_test_images():
    """Images (360, 64), float32 in 0..1, and labels (360,)."""
    digits = load_digits()
    images = (digits.data / 16.0).astype(np.float32)
    _, test_x, _, test_y = train_test_split(
        images, digits.target, test_size=0.2, stratify=digits.target, random_state=0
    )
    return test_x, test_y


def show_constantly(images):
    """The input (STEPS, N, 64) of images (N, 64)."""
    return np.repeat(images[None], STEPS, axis=0)


def measure(prog, images):
    """Seconds per image, one image per call and all in one call (medians)."""
    single = []
    for image in images:
        x = show_constantly(image[None])
        start = time.perf_counter()
        prog(x)
        single.append(time.perf_counter() - start)
    x = show_constantly(images)
    batched = []
    for _ in range(7):
        start = time.perf_counter()
        prog(x)
        batched.append((time.perf_counter() - start) / len(images))
    return statistics.median(single), statistics.median(batched)


def draw(image):
    """The 8 rows of an image (64,) as text, two characters per pixel."""
    shades = " ░▒▓█"
    levels = np.rint(image.reshape(8, 8) * (len(shades) - 1)).astype(int)
    return ["".join(shades[level] * 2 for level in row) for row in levels]


def draw_spikes(spikes):
    """One line of text per output neuron, from spikes (STEPS, 10)."""
    counts = spikes.sum(axis=0)
    lines = []
    for neuron, train in enumerate(spikes.T):
        marks = "".join("│" if spike else "·" for spike in train)
        best = "  <" if neuron == counts.argmax() else ""
        lines.append(f"{neuron}  {marks}  {counts[neuron]:2}{best}")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("artefact", help="what snn-compile wrote of digits.nir")
    parser.add_argument(
        "--image", type=int, default=0, help="which of the 360 to draw (default 0)"
    )
    options = parser.parse_args()

    images, labels = load_test_images()
    if not 0 <= options.image < len(images):
        parser.error(f"--image expects 0 to {len(images) - 1}")
    prog = volley.open(options.artefact)
    y, rec = prog.run(show_constantly(images), record=LAYERS)
    classes = y.sum(axis=0).argmax(axis=1)
    correct = int((classes == labels).sum())

    print(f"accuracy         {correct} of {len(labels)} = {correct / len(labels):.2%}")
    for layer in LAYERS:
        spikes = rec[layer]["spikes"]
        print(
            f"spikes in {layer:6} {spikes.sum() / len(images):.1f} per image, of "
            f"{spikes.shape[2]} neurons in {STEPS} steps"
        )
    single, batched = measure(prog, images)
    print(
        f"time per image   {single * 1e6:.0f} us one at a time, "
        f"{batched * 1e6:.1f} us in a batch of {len(images)}"
    )

    i = options.image
    print(f"\nimage {i}, a {labels[i]}, and the output spikes over {STEPS} steps:\n")
    left, right = draw(images[i]), draw_spikes(y[:, i])
    for row in range(max(len(left), len(right))):
        print(f"  {left[row] if row < len(left) else '':16}    {right[row]}")


if __name__ == "__main__":
    main()
