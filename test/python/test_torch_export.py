# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""python -m volley export: what it writes, and what it says."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

import volley  # noqa: E402
from volley.__main__ import main  # noqa: E402

from torchnets import noise  # noqa: E402

torch.set_num_threads(1)

MODEL = """\
import torch
from spikingjelly.activation_based import layer, neuron

class Net(torch.nn.Sequential):
    def __init__(self):
        torch.manual_seed(0)
        super().__init__(layer.Linear(8, 6), neuron.LIFNode(), layer.Linear(6, 4))

def build():
    return Net(), torch.zeros(2, 8), {"name": "small", "dt": 1e-4}

def broken():
    return Net(), missing

def demands(size):
    return Net()

def stops():
    raise SystemExit("no data")

class Pair(Net):
    def forward(self, x, y, state=None):
        return super().forward(x + y)

def pair():
    return Pair(), torch.zeros(2, 8), torch.zeros(2, 8), None, {"name": "pair"}

number = 3
wrong_option = lambda: (Net(), torch.zeros(2, 8), {"steps": 4})
wrong_part = lambda: (Net(), torch.zeros(2, 8), (torch.zeros(2, 8),))
wrong_module = lambda: (torch.zeros(2, 8), Net())
wrong_shape = lambda: (Net(), torch.zeros(2, 9))
wrong_type = lambda: {"net": Net()}
"""


@pytest.fixture
def export(tmp_path, monkeypatch, capsys):
    """export("model.py:build", ...) gives (exit code, what it said)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / "nets" / "small").mkdir(parents=True)
    (tmp_path / "nets" / "small" / "models.py").write_text(MODEL)
    (tmp_path / "syntax.py").write_text("def build(:\n")
    (tmp_path / "imports.py").write_text("import torch\nimport not_installed\n")

    def export(*arguments):
        code = main(["export", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return export


@pytest.mark.parametrize("name", ["model.py", "model.py:", "nets.small.models:build"])
def test_the_file_is_the_network(export, run_tool, name):
    x = noise(9, 2, 8, scale=2.0).numpy()
    expected = None
    for suffix in (".mlirbc", ".mlir", ".so"):
        code, said = export(name, "-o", f"net{suffix}")
        assert code == 0 and f"wrote net{suffix}" in said
        if suffix == ".so":
            program = volley.open("net.so")
        else:
            program = volley.compile(volley.load(f"net{suffix}"))
        y = program(x)
        expected = y if expected is None else expected
        np.testing.assert_array_equal(y, expected)
    assert run_tool("snn-compile", "net.mlirbc", "-o", "tool.so").returncode == 0
    np.testing.assert_array_equal(volley.open("tool.so")(x), expected)
    module = main.__globals__["_import"](name.partition(":")[0]).build()[0]
    net = volley.from_torch(module, torch.zeros(2, 8))
    np.testing.assert_array_equal(volley.compile(net)(x), expected)
    assert expected.any()


def test_a_class_and_a_name_of_its_own(export):
    code, said = export("model.py:Net", "--shape", "2,8", "--input", "input=spike")
    assert code == 0 and "wrote net.mlirbc" in said
    assert volley.load("net.mlirbc").inputs == {"input": ((8,), "uint8")}


MISTAKES = {
    "model.py:broken": "model.py:13: NameError: name 'missing'",
    "model.py:demands": "called without arguments, but missing",
    "model.py:stops": "model.py:19: SystemExit: no data",
    "model.py:number": "neither a torch.nn.Module nor a function",
    "model.py:wrong_option": "there is no option 'steps'",
    "model.py:wrong_shape": "reduction dim",
    "model.py:wrong_type": "but got dict",
    "model.py:Net": "say --shape",
    "model.py:absent": "has no 'absent'",
    "absent.py:build": "there is no file absent.py",
    "no.such.package:build": "No module named 'no'",
    "syntax.py:build": "syntax.py:1: SyntaxError",
    "model.py:wrong_part": "expects an example input that is a tensor or a tuple of "
    "tensors, but got tuple",
    "model.py:wrong_module": "but got (Tensor, Net)",
    "imports.py:build": "imports.py:2: ModuleNotFoundError: No module named 'not_inst",
}


@pytest.mark.parametrize("model", MISTAKES)
def test_mistakes(export, model):
    code, said = export(model, "-o", "out.mlirbc")
    assert code == 1 and said.startswith("error: ") and said.count("\n") == 1
    assert MISTAKES[model] in said
    assert not os.path.exists("out.mlirbc")


def test_several_inputs(export):
    code, said = export("model.py:pair", "-o", "pair.mlirbc")
    assert code == 0, said
    net = volley.load("pair.mlirbc")
    assert net.name == "pair" and list(net.inputs) == ["x", "y"]


def test_time_report(export):
    code, said = export("model.py", "-o", "net.mlirbc", "--time-report")
    assert code == 0
    found = re.findall(r"^ +(\d+\.\d{3}) s  (.+)$", said, re.MULTILINE)
    times = {part: float(seconds) for seconds, part in found}
    parts = ("torch.export", "runs without data", "conversion", "file", "total")
    assert times.keys() >= {*parts} and times["torch.export"] > 0
    assert abs(sum(times.values()) - 2 * times["total"]) < 0.01
    assert " s  " not in export("model.py", "-o", "net.mlirbc")[1]


def test_an_error_without_a_line_names_the_model(export):
    code, said = export("model.py:wrong_shape", "-o", "out.mlirbc")
    assert code == 1 and said.startswith("error: model.py:wrong_shape: 0: ")


OPTIONS = {
    "a name that ends in": ["-o", "out.onnx"],
    "there is no folder nowhere": ["-o", "nowhere/out.so"],
    "takes numbers like": ["--shape", "2,-8"],
    "no input 'x'": ["--input", "x=spike"],
    "one of ('spike'": ["--input", "input=fast"],
    "takes NAME=KIND": ["--input", "input"],
    "dt must be positive": ["--dt", "-1"],
}


@pytest.mark.parametrize("text", OPTIONS)
def test_wrong_options(export, text):
    code, said = export("model.py", *OPTIONS[text])
    assert code == 1 and said.startswith("error: ") and text in said


def test_a_file_is_written_as_a_whole(export, monkeypatch):
    """What fails on the way leaves the old file as it was."""
    with open("net.mlirbc", "w") as file:
        file.write("old")

    def save(network, path):
        with open(path, "w") as file:
            file.write("half")
        raise OSError("no space left on device")

    monkeypatch.setattr(volley.Network, "save", save)
    code, said = export("model.py", "-o", "net.mlirbc")
    assert code == 1 and "no space left" in said
    assert open("net.mlirbc").read() == "old"
    assert [name for name in os.listdir() if name.endswith(".mlirbc")] == ["net.mlirbc"]


def test_help_names_all(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["export", "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    for word in ("FILE.py:NAME", "--shape", "--input", "--dt", ".mlirbc", ".so", "-o"):
        assert word in said


MEMORY = """
import re, torch, volley
from torch import nn
from spikingjelly.activation_based import layer, neuron

def resident(field):
    status = open("/proc/self/status").read()
    return int(re.search(field + r":\\s+(\\d+)", status).group(1)) / 1024

volley.from_torch(nn.Sequential(layer.Linear(8, 8), neuron.IFNode()), torch.zeros(2, 8))
before = resident("VmRSS")
layers = [layer.Linear(2500, 2500) for _ in range(3)]
layers.append(layer.Conv2d(512, 1250, 3))
weights = sum(p.numel() * 4 for l in layers for p in l.parameters()) / 2**20
pairs = [m for l in layers[:3] for m in (l, neuron.IFNode())]
dense = volley.from_torch(nn.Sequential(*pairs), torch.zeros(2, 2500))
image = volley.from_torch(layers[3], torch.zeros(2, 512, 5, 5))
dense.save("dense.mlirbc")
print(weights, resident("VmHWM") - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_weights_are_not_copied(tmp_path):
    package = os.path.dirname(os.path.dirname(os.path.abspath(volley.__file__)))
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEMORY],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": package},
        capture_output=True,
        text=True,
        check=True,
    )
    weights, peak = map(float, result.stdout.split())
    assert weights > 90 and peak < 1.3 * weights
