# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The trained Spikformers of examples/spikformer, on images held out of training.

What compares with SpikingJelly is skipped without torch and spikingjelly.
"""

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import volley

from checks import assert_identical

pytest.importorskip("sklearn")

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "spikformer"


@functools.cache
def import_example(name):
    """A script of the example as a module, whoever has taken its name before."""
    for path in EXAMPLE.glob("*.py"):
        loaded = sys.modules.get(path.stem)
        if loaded and Path(getattr(loaded, "__file__", None) or "") != path:
            del sys.modules[path.stem]
    sys.path.insert(0, str(EXAMPLE))
    try:
        return __import__(name)
    finally:
        sys.path.remove(str(EXAMPLE))


@functools.cache
def load_model(name):
    return import_example("classify").load_model(EXAMPLE / f"{name}.npz")


@functools.cache
def compile_model(name):
    return volley.compile(load_model(name).network)


@pytest.fixture(scope="module")
def digits():
    """Images (360, 1, 8, 8) and labels."""
    return import_example("classify").load_digits()


@pytest.fixture(scope="module")
def mnist(shared_data):
    """Images (10000, 1, 28, 28) and labels."""
    return import_example("classify").load_mnist(shared_data / "mnist")


def run_script(script, *arguments):
    package = Path(volley.__file__).parents[1]
    return subprocess.run(
        [sys.executable, EXAMPLE / script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(package), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.mark.parametrize("name, parameters", [("digits", 129_474), ("mnist", 95_810)])
def test_files(name, parameters):
    assert (EXAMPLE / f"{name}.npz").stat().st_size < 1_000_000
    assert load_model(name).parameters == parameters


def test_digits(digits):
    """Accuracy, and the same bits from the interpreter."""
    images, labels = digits
    model = load_model("digits")
    logits = compile_model("digits")(images, steps=model.steps)
    assert logits.shape == (360, 10)
    assert (logits.argmax(1) == labels).mean() >= 0.975
    assert_identical(volley.interpret(model.network, images, steps=model.steps), logits)


@pytest.mark.shared_data
def test_mnist(mnist):
    """All 10,000; the interpreter gives the same bits on some."""
    images, labels = mnist
    assert len(images) == 10_000
    model, prog = load_model("mnist"), compile_model("mnist")
    classes = import_example("classify").classify(prog, images, model.steps)
    right = int((classes == labels).sum())
    print(f"{right} of {len(labels)} right")
    assert right >= 0.98 * len(labels)
    some = images[:30]
    assert_identical(
        volley.interpret(model.network, some, steps=model.steps),
        prog(some, steps=model.steps),
    )


@pytest.mark.parametrize("name", ["digits", "mnist"])
def test_every_layer_fires(name, request):
    """No layer is silent or always on, so that the accuracy is the network's."""
    if name == "mnist" and not import_example("classify").MNIST.is_dir():
        pytest.skip("../shared/data/mnist is absent")
    images, _ = request.getfixturevalue(name)
    rates = import_example("classify").measure_rates(load_model(name), images[:100])
    assert list(rates) == list(load_model(name).network.neurons)
    assert all(0.01 < rate < 0.6 for _, rate in rates.values())


# The scripts


def test_classify(digits, tmp_path):
    images, labels = digits
    done = run_script("classify.py", "--so", tmp_path / "digits.so")
    assert done.returncode == 0, done.stderr
    model = load_model("digits")
    logits = compile_model("digits")(images, steps=model.steps)
    right = int((logits.argmax(1) == labels).sum())
    assert f"accuracy         {right} of 360 = " in done.stdout
    assert "parameters       129,474\n" in done.stdout
    for name in model.network.neurons:
        assert re.search(rf"^  {re.escape(name)} +[\d,]+ +\d+\.\d%$", done.stdout, re.M)
    saved = volley.open(tmp_path / "digits.so")
    assert_identical(saved(images, steps=model.steps), logits)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--mnist", "nowhere"], "nowhere has no train-images-idx3-ubyte.gz"),
        (["--weights", "nowhere.npz"], "nowhere.npz: No such file"),
        (["--weights", EXAMPLE / "README.md"], "README.md is no file of train_"),
        (["--weights", EXAMPLE / "mnist.npz"], r"for images \(1, 28, 28\), not \(1, 8"),
        (["--so", "nowhere/a.so"], "nowhere/a.so: error: cannot be written"),
    ],
)
def test_classify_refuses(arguments, message):
    done = run_script("classify.py", *arguments)
    assert done.returncode != 0
    assert re.search(message, done.stderr)
    assert "Traceback" not in done.stderr


# Against SpikingJelly


@pytest.fixture
def torch():
    pytest.importorskip("spikingjelly")
    return pytest.importorskip("torch")


@functools.cache
def load_module(name):
    """SpikingJelly's class with the same weights, its logits averaged over time."""
    network, _ = import_example("model").load(EXAMPLE / f"{name}.npz")
    return import_example("from_pytorch").Classifier(network).eval()


@pytest.mark.parametrize(
    "name", ["digits", pytest.param("mnist", marks=pytest.mark.shared_data)]
)
def test_same_classes(torch, name, request):
    """Both routes to a network, on 360 digits and 1,000 images of MNIST."""
    torch.set_num_threads(1)
    images = request.getfixturevalue(name)[0][:1000]
    assert len(images) == {"digits": 360, "mnist": 1000}[name]
    module, steps = load_module(name), load_model(name).steps
    x = torch.from_numpy(images)
    expected = import_example("from_pytorch").run_eager(module, x).argmax(1)
    routes = {
        "from_torch": volley.compile(volley.from_torch(module, x[:2])),
        "models": compile_model(name),
    }
    for route, prog in routes.items():
        different = int((prog(images, steps=steps).argmax(1) != expected).sum())
        print(f"{name}, {route}: {different} of {len(images)} classes differ")
        assert different <= 2
    # Classes that differ are seen: those of other weights do.
    other = volley.models.spikformer(
        (64, 2 if name == "digits" else 1, 4, 2.0),
        image=images.shape[1:],
        patch=4,
        classes=10,
    )
    found = volley.compile(other.network)(images, steps=steps).argmax(1)
    assert (found != expected).mean() > 0.5


def test_from_pytorch(torch, digits, tmp_path):
    arguments = ("--weights", EXAMPLE / "digits.npz", "--so", tmp_path / "net.so")
    done = run_script("from_pytorch.py", *arguments)
    assert done.returncode == 0, done.stderr
    right = re.search(r"^accuracy +(\d+) of 360 +(\d+) of 360$", done.stdout, re.M)
    theirs, ours = int(right[1]), int(right[2])
    assert ours >= 0.975 * 360
    assert abs(theirs - ours) <= 2
    same = re.search(r"^same class +(\d+) of 360$", done.stdout, re.M)
    assert int(same[1]) >= 358
    forced = re.search(r"^forced +(\d+) of ([\d,]+) spikes differ", done.stdout, re.M)
    assert int(forced[1]) <= 1e-5 * int(forced[2].replace(",", ""))
    times = re.findall(
        r"^(\d+) images?, (\d) threads? +[\d.]+ ms +[\d.]+ ms", done.stdout, re.M
    )
    assert times == [("1", "1"), ("360", "1"), ("1", "2"), ("360", "2")]
    # The file is the network that the figures are of.
    images, labels = digits
    logits = volley.open(tmp_path / "net.so")(images, steps=4)
    assert int((logits.argmax(1) == labels).sum()) == ours


@pytest.mark.nightly
def test_from_pytorch_trains(torch, tmp_path):
    """A network that was just trained is the same in both, too."""
    # After fewer epochs all images get one class, and to agree is no feat.
    arguments = ("--epochs", 5, "--so", tmp_path / "net.so")
    done = run_script("from_pytorch.py", *arguments)
    assert done.returncode == 0, done.stderr
    right = re.search(r"^accuracy +(\d+) of 360 +(\d+) of 360$", done.stdout, re.M)
    assert int(right[1]) >= 0.8 * 360
    same = re.search(r"^same class +(\d+) of 360$", done.stdout, re.M)
    assert int(same[1]) >= 358
