# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The trained network of the demo, on images that its training never saw."""

import os
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import volley

import laws
from checks import assert_equal, assert_identical

datasets = pytest.importorskip("sklearn.datasets")
model_selection = pytest.importorskip("sklearn.model_selection")

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"
STEPS = 16


@pytest.fixture(scope="module")
def held_out():
    """Currents (16, 360, 64) and labels."""
    images, labels = datasets.load_digits(return_X_y=True)
    _, images, _, labels = model_selection.train_test_split(
        images / 16, labels, test_size=0.2, stratify=labels, random_state=0
    )
    return np.repeat(images[None], STEPS, axis=0), labels


def test_accuracy(held_out):
    x, labels = held_out
    net = volley.load(DIGITS / "digits.nir", profile="snntorch", dt=1e-4)
    y = volley.compile(net)(x)
    assert y.shape == (STEPS, 360, 10)
    assert (y.sum(0).argmax(1) == labels).mean() >= 0.97
    assert_identical(volley.interpret(net, x[:, :20]), y[:, :20])


def test_file_says_enough(held_out):
    """Without settings: the assumptions are right."""
    x, _ = held_out
    net = volley.load(DIGITS / "digits.nir")
    assert net.dt == 1e-4
    declared = volley.load(DIGITS / "digits.nir", profile="snntorch", dt=1e-4)
    assert_identical(volley.compile(net)(x), volley.compile(declared)(x))
    assert (DIGITS / "digits.nir").stat().st_size < 300_000


def test_spikes_of_every_layer(held_out):
    """The same spikes as from the parameters of the file, in f64."""
    x, _ = held_out
    with h5py.File(DIGITS / "digits.nir") as file:
        nodes = {
            name: {field: data[()] for field, data in group.items()}
            for name, group in file["node/nodes"].items()
        }
        edges = dict(file["node/edges"].asstr()[()])
    net = volley.load(
        DIGITS / "digits.nir", profile="snntorch", dt=1e-4, precision="f64"
    )
    _, rec = volley.compile(net).run(x, record=list(net.neurons))
    name, signal, layers = edges["input"], x, []
    while nodes[name]["type"] != b"Output":
        node = nodes[name]
        if node["type"] == b"LIF":
            params = {k: node[k] for k in ("tau", "r", "v_leak", "v_threshold")}
            signal, _, _ = laws.run_neurons("LIF", params, signal, 1e-4)
            assert_equal(rec[name]["spikes"], signal)
            assert 0 < signal.mean() < 0.5
            layers.append(name)
        else:
            signal = laws.dense(signal, node["weight"], node.get("bias"))
        name = edges[name]
    assert layers == list(net.neurons)


def test_classify(run_tool, held_out, tmp_path):
    """The program of the demo, on the artefact of the demo."""
    artefact = tmp_path / "digits.so"
    done = run_tool(
        "snn-compile",
        DIGITS / "digits.nir",
        *("--profile=snntorch", "--dt=1e-4", "-o", artefact, "--quiet"),
        *("--record=lif1:spikes", "--record=lif2:spikes"),
    )
    assert done.returncode == 0, done.stderr
    package = Path(volley.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, DIGITS / "classify.py", artefact, "--image=3"],
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    right = int(re.search(r"^accuracy +(\d+) of 360", done.stdout, re.M)[1])
    _, labels = held_out
    assert right >= 0.97 * 360
    assert f"image 3, a {labels[3]}," in done.stdout
    (best,) = re.findall(r"(\d)  [·│]{16} .* <$", done.stdout, re.M)
    assert int(best) == labels[3]
    for layer in ("lif1", "lif2"):
        assert re.search(rf"^spikes in {layer} +\d+\.\d per image", done.stdout, re.M)
