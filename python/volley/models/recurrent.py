# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A recurrent network of leaky integrate-and-fire neurons, as for spoken digits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from volley._law import NeuronModel
from volley.builder import Builder
from volley.models._layers import LIF, RATE, Model, _bisect, check_names

# (inputs, hidden neurons, classes)
SIZES = {
    "shd-128": (700, 128, 20),
    "shd-256": (700, 256, 20),
    "shd-512": (700, 512, 20),
}
# Spikes per input and step that random weights are tuned for.
INPUT_RATE = 0.02


def _integrate(v, x, decay):
    v1 = v * decay + x
    return {"v": v1}, {"potential": v1}


READOUT = NeuronModel("readout", states={"v": 0.0}, params=["decay"], law=_integrate)


def rsnn(
    size: str | tuple[int, int, int] = "shd-256",
    steps: int = 100,
    seed: int = 0,
    weights: Mapping[str, np.ndarray] | None = None,
) -> Model:
    """A recurrent layer of neurons between spikes and a leaky readout.

    Its input "spikes" is (T, B, inputs), binary; its output "logits" (B, classes) is
    the largest potential of each readout neuron over time.

    Args:
        size: "shd-128", "shd-256" or "shd-512" (700 inputs and 20 classes, those of
            the Heidelberg digits), or (inputs, hidden, classes).
        steps: that random weights are tuned for; a program runs any number.
        seed: of random weights.
        weights: "input.weight" (hidden, inputs), "recurrent.weight" (hidden, hidden),
            "readout.weight" (classes, hidden).

    Raises:
        ValueError: there is no such size, or a weight has another shape.
    """
    if isinstance(size, str) and size not in SIZES:
        raise ValueError(f"there is no size {size!r}; there are {', '.join(SIZES)}")
    inputs, hidden, classes = SIZES[size] if isinstance(size, str) else size
    if weights is None:
        weights = _tune(inputs, hidden, classes, steps, np.random.default_rng(seed))
    weights = {n: np.asarray(w) for n, w in weights.items()}
    shapes = {
        "input.weight": (hidden, inputs),
        "recurrent.weight": (hidden, hidden),
        "readout.weight": (classes, hidden),
    }
    check_names(weights, set(shapes))
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ValueError(
                f"weight '{name}': expects shape {shape}, but got {weights[name].shape}"
            )
    net = Builder("rsnn")
    x = net.input("spikes", (inputs,), "i1")
    late = net.delay(shape=(hidden,), dtype="i1", name="recurrent")
    drive = net.add(
        net.dense(x, weights["input.weight"], name="input"),
        net.dense(late, weights["recurrent.weight"], name="recurrent"),
        name="drive",
    )
    spikes = net.population(LIF, drive, params={"threshold": 1.0}, name="hidden")
    late.connect(spikes)
    v = net.dense(spikes, weights["readout.weight"], name="readout")
    v = net.population(READOUT, v, params={"decay": 0.95}, name="out")
    net.output("logits", net.reduce_time("max", v))
    return Model(net.build(), weights, steps)


def _tune(inputs, hidden, classes, steps, rng) -> dict[str, np.ndarray]:
    """Random weights under which hidden neurons fire at RATE."""

    def normal(*shape):
        return rng.standard_normal(shape, dtype=np.float32)

    into, back = normal(hidden, inputs), normal(hidden, hidden)
    out = normal(classes, hidden) / np.float32(np.sqrt(hidden))
    # Recurrence adds about as much as a tenth of the drive.
    back *= np.float32(0.3 / np.sqrt(hidden * RATE))
    x = (rng.random((steps, inputs)) < max(INPUT_RATE, 2 / inputs)).astype(np.float32)

    def rate(gain):
        v = np.zeros(hidden, np.float32)
        s = np.zeros(hidden, np.float32)
        total = 0.0
        for step in x @ (into.T * np.float32(gain)):
            v = v + (step + back @ s - v) * np.float32(0.5)
            s = (v >= 1).astype(np.float32)
            v = np.where(v >= 1, np.float32(0), v)
            total += s.mean()
        return total / steps

    gain = _bisect(rate, 0.0, 8.0, RATE)
    return {
        "input.weight": into * np.float32(gain),
        "recurrent.weight": back,
        "readout.weight": out,
    }
