# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Small models against SpikingJelly with the functions of benchmarks/fidelity.py, and
what volley.compare reports."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spikingjelly")

from spikingjelly.activation_based import functional, layer, neuron  # noqa: E402
from spikingjelly.activation_based.model import (  # noqa: E402
    qkformer,
    sew_resnet,
    spike_driven_transformer,
    spikformer,
)
from torch import nn  # noqa: E402

import volley  # noqa: E402
from volley import models  # noqa: E402
from volley.torch import _compare  # noqa: E402

import torchzoo  # noqa: E402
from torchnets import calibrate, noise, run, seeded  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import fidelity  # noqa: E402

from suite.workloads.transformer import RateCalibration  # noqa: E402

torch.set_num_threads(1)

# Ten classes for the patterns, the others keep the zoo's weights.
HEAD = {"num_classes": 20}
SIZES = {"embed_dims": 64, "num_heads": 4, "mlp_ratio": 2.0}
ZOO = {"size": (64, 1, 4, 2.0), "classes": 20}
SMALL = {
    "spikformer": fidelity.Case(
        lambda: spikformer.Spikformer(depths=1, **SIZES, **HEAD),
        models.spikformer,
        {**ZOO, "image": 32},
    ),
    "spikformer_cifar10": fidelity.Case(
        lambda: spikformer.Spikformer(
            img_size_h=16, img_size_w=16, patch_size=4, depths=1, **SIZES, **HEAD
        ),
        models.spikformer,
        {**ZOO, "image": 16, "patch": 4},
    ),
    "sdt": fidelity.Case(
        lambda: spike_driven_transformer.SpikeDrivenTransformer(
            depths=1, **SIZES, **HEAD
        ),
        models.spike_driven_transformer,
        {**ZOO, "image": 32},
    ),
    "qkformer": fidelity.Case(
        lambda: qkformer.QKFormer(
            embed_dims=64, depths=(1, 1, 1), num_heads=(2, 2, 2), **HEAD
        ),
        models.qkformer,
        {"size": (64, (1, 1, 1), (2, 2, 2)), "classes": 20, "image": 64},
    ),
    "sew_resnet": fidelity.Case(
        lambda: fidelity.multi_step(sew_resnet.sew_resnet18, cnf="ADD", **HEAD),
        models.sew_resnet,
        {"depth": 18, "classes": 20, "image": 32},
        repeated=True,
    ),
    "metaspikeformer": fidelity.Case(
        lambda: torchzoo.MetaSpikeFormer((16, 32, 64, 80), 20, (1, 1)),
        models.meta_spikeformer,
        {"size": (16, 32, 64, 80), "depths": (1, 1), "classes": 20, "image": 64},
    ),
    # Its head has no bias.
    "spikingresformer": fidelity.Case(
        lambda: torchzoo.SpikingResformer((32, 64, 128), 64, 20, 16),
        models.spikingresformer,
        {"size": (32, 64, 128), "group": 16, "classes": 20, "image": 64},
    ),
}


@pytest.fixture(params=SMALL)
def case(request):
    return SMALL[request.param]


def test_small_models_keep_the_bars(case):
    module = fidelity.build(case)
    fidelity.adapt(module, case, case.settings["image"], batch=20, seed=1)
    images = fidelity.make_images(np.arange(4), case.settings["image"], seed=2)
    x = fidelity.as_input(case, images)
    network = volley.from_torch(module, x)
    forced = volley.compare(module, network, x, mode="forced")
    print(forced)
    assert forced.cells > 50_000
    for found in forced.layers:
        assert found.different <= max(1, found.cells // 100_000), found.name
        assert found.rates[0] > 0.005, found.name
    assert forced.relative <= 1e-5

    rounding = fidelity.measure_rounding(module, x)
    assert len(rounding.populations) == len(forced.layers)
    for error in (rounding.torch, rounding.volley):
        assert 0 < error < 1e-5

    found, steps = fidelity.Agreements(), []
    fidelity.measure_agreement(
        module,
        network,
        case,
        case.settings["image"],
        found,
        inputs=40,
        exact=20,
        check=5,
        batch=20,
        threads=1,
        seed=3,
        step=lambda: steps.append(found.torch_volley.images),
    )
    print(found)
    assert steps == [20, 40]
    ours = found.torch_volley
    assert (ours.images, found.torch_exact.images, found.checked) == (40, 20, 5)
    assert ours.same >= 39 and ours.same_zoo >= 39
    assert found.exact_difference < 1e-9
    labels = np.arange(40) % 10
    images = fidelity.make_images(np.arange(200) % 10, case.settings["image"], seed=3)
    assert found.right == count_right(module, case, images[:40], labels)


def count_right(module, case, images, labels):
    logits = fidelity.run_module(module, fidelity.as_input(case, images))
    return (logits[:, :10].argmax(1) == labels).sum()


def test_heads_tell_patterns_apart(case):
    module, size = fidelity.build(case), case.settings["image"]
    fidelity.adapt(module, case, size, batch=20, seed=1)
    labels = np.arange(80) % 10
    images = fidelity.make_images(labels, size, seed=1)
    assert count_right(module, case, images[:40], labels[:40]) >= 38


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(fidelity, "CASES", {"small": SMALL["spikformer_cifar10"]})


def test_table_and_figures(small, tmp_path, capsys):
    path, busy = tmp_path / "figures.json", tmp_path / "busy.json"
    options = ["--exact=10", "--check=2", f"--json={path}"]
    fidelity.main(["--inputs=20", *options])
    (figures,) = json.loads(path.read_text())
    assert (
        figures["model"] == "small" and figures["free"]["torch_volley"]["images"] == 20
    )
    out, progress = capsys.readouterr()
    forced, free = (part.splitlines()[-3:] for part in out.strip().split("\n\n")[1:])
    for table in (forced, free):
        assert len({line.count("|") for line in table}) == 1
    assert forced[2].startswith(f"| small | {figures['parameters']:,} | ")
    assert free[2].startswith("| small | 20 of 20 | 20 of 20 | ")
    assert "20 of 20 images: " in progress
    # What a file has is not run again.
    fidelity.main(["--inputs=0", *options])
    assert capsys.readouterr() == (out, "")
    with pytest.raises(SystemExit):
        fidelity.main(["--busy", *options])
    assert "results of other options" in capsys.readouterr().err
    fidelity.main(["--inputs=0", "--busy", f"--json={busy}"])
    (more,) = json.loads(busy.read_text())
    assert more["rates"][1] > 1.2 * figures["rates"][1]
    assert more["rounding"]["torch"] > figures["rounding"]["torch"]
    assert capsys.readouterr().out.count("| model |") == 1
    for wrong, message in (
        ("large", "no such model: large"),
        ("--inputs=201", "expects 0 to 200 inputs, but got 201"),
    ):
        with pytest.raises(SystemExit):
            fidelity.main([wrong])
        assert message in capsys.readouterr().err


def test_stopped_runs_continue(small, monkeypatch, tmp_path):
    paths = [tmp_path / name for name in ("whole.json", "stopped.json")]
    options = [["--inputs=15", "--exact=10", "--batch=5", f"--json={p}"] for p in paths]
    fidelity.main(options[0])
    run_program, runs = fidelity.run_program, []

    def stop_at_third_batch(program, case, x):
        # The first two batches run in float64, too.
        runs.append(len(x))
        if len(runs) == 5:
            raise KeyboardInterrupt
        return run_program(program, case, x)

    monkeypatch.setattr(fidelity, "run_program", stop_at_third_batch)
    with pytest.raises(KeyboardInterrupt):
        fidelity.main(options[1])
    (part,) = json.loads(paths[1].read_text())
    assert part["free"]["torch_volley"]["images"] == 10
    fidelity.main(options[1])
    assert runs == [5] * 6
    whole, continued = (json.loads(path.read_text()) for path in paths)
    assert continued == whole


def test_weights_of_another_model_are_refused():
    case = fidelity.Case(
        SMALL["sdt"].make, models.spikformer, {**ZOO, "image": 32, "classes": 10}
    )
    with pytest.raises(ValueError, match="parameters, but the zoo has"):
        fidelity.build(case)


@pytest.mark.parametrize(
    "node", [neuron.IFNode(), neuron.LIFNode(tau=3.0), neuron.LIFNode(v_reset=0.25)]
)
def test_potentials_are_those_of_spikingjelly(node):
    node.step_mode, node.store_v_seq = "m", True
    x = noise(12, 2, 50, scale=2.0)
    spikes = node(x)
    v = fidelity.potentials(node, x, spikes)
    assert 0.05 < spikes.mean() < 0.5
    np.testing.assert_array_equal(v >= node.v_threshold, spikes > 0)
    np.testing.assert_array_equal(v[spikes == 0], node.v_seq[spikes == 0])


def test_agreement_counts():
    zeros = np.zeros((3, 12))
    got = zeros.copy()
    got[0, 4] = 0.5  # another top-1 of the patterns
    got[1, 0] = 0.25
    got[2, 11] = 1.0  # another one of the other classes
    found = fidelity.Agreement()
    found.add(zeros, got)
    found.add(zeros[:1], zeros[:1])
    assert found == fidelity.Agreement(4, 2, 0.5, 3, 3)


# -- What volley.compare reports ---------------------------------------------


def vgg_of_if():
    layers = [
        layer.Conv2d(3, 16, 3, padding=1),
        layer.BatchNorm2d(16),
        neuron.IFNode(),
        layer.MaxPool2d(2, 2),
        layer.Flatten(),
        layer.Linear(16 * 64, 10),
        neuron.IFNode(v_threshold=2.0),
    ]
    net = nn.Sequential(*layers)
    functional.set_step_mode(net, "m")
    return net


@pytest.fixture(scope="module")
def differing():
    """A module, its network with one bias changed, and an input."""
    x = noise(5, 7, 3, 16, 16)
    module = calibrate(seeded(vgg_of_if), x)
    network = volley.from_torch(module, x)
    program = volley.compile(network, record=["2", "6"])
    with torch.no_grad():
        module[1].bias[3] += 0.01
        module[5].bias[0] += 0.01
    return module, program, x


def flip(recording):
    """Another spike of one neuron in all steps."""
    recording.results["2:spikes"][:, :, 3, 2, 1] ^= 1
    return recording


@pytest.mark.parametrize("mode", ["forced", "free-running"])
def test_parts_of_a_batch_add_up(differing, monkeypatch, mode):
    module, program, x = differing
    if mode == "forced":
        program = volley.compile(volley.from_torch(module, x))
    record, parts = _compare.record_module, []

    def flipped(module, args, conversion):
        parts.append(len(args[0][0]))
        return flip(record(module, args, conversion))

    monkeypatch.setattr(_compare, "record_module", flipped)
    whole = volley.compare(module, program, x, mode=mode)
    assert parts == [7]
    assert whole.layers[0].different >= 35 and whole.layers[0].neurons >= 7
    # Two samples of 5 steps, of the neurons behind the convolution and the last ten.
    monkeypatch.setattr(_compare, "_MEMORY", 2 * 5 * 10 * (16 * 256 + 10))
    sum_of_parts = volley.compare(module, program, x, mode=mode)
    assert parts == [7, 2, 2, 2, 1]
    assert (sum_of_parts.samples, sum_of_parts.diverged) == (7, 7)
    assert str(sum_of_parts) == str(whole)
    for a, b in zip(sum_of_parts.layers, whole.layers):
        assert a.rates == pytest.approx(b.rates)
        assert (a.neurons, a.worst) == (b.neurons, b.worst)


def test_forced_uses_the_modules_signals(differing):
    module, program, x = differing
    free = volley.compare(module, program, x)
    assert free.different > 0
    # With the module's weights only sums can differ.
    own = volley.from_torch(module, x)
    forced = volley.compare(module, own, x, mode="forced")
    assert forced.different <= 1 and forced.relative <= 1e-5
    # A program of other weights is not that of the module.
    with pytest.raises(ValueError, match="not what the module gives"):
        volley.compare(module, program, x, mode="forced")


def test_distance_of_nothing_is_not_small():
    module = nn.Sequential(nn.Linear(4, 3)).eval()
    x = torch.rand(5, 2, 4)
    report = volley.compare(module, volley.from_torch(module, x), x, mode="forced")
    assert not report.relative < 1e-5


def test_first_difference_and_its_potential(differing):
    module, program, x = differing
    found = volley.compare(module, program, x).layers[0]
    with torch.no_grad():
        functional.reset_net(module)
        drive = module[:2](x)
        spikes = module[2](drive)
        functional.reset_net(module)
    ours = program.run(x.numpy(), record="2")[1]["2"]["spikes"]
    assert found.first == tuple(np.argwhere(ours != spikes.numpy())[0])
    potential = fidelity.potentials(module[2], drive, spikes)[found.first].item()
    assert found.potential == pytest.approx(potential, abs=1e-5)
    assert found.margin == pytest.approx(abs(potential - 1.0), abs=1e-5)
    assert found.threshold == 1.0
    text = str(volley.compare(module, program, x))
    step, sample, *index = found.first
    assert f"step {step}, sample {sample}, {index}  {found.potential:.7g} " in text
    spread = (ours != spikes.numpy()).any((0, 2, 3, 4)).sum()
    assert f"in {spread} of 7 samples" in text
    assert f"first in 2, step {step}, sample {sample}, {index}" in text


def test_report_of_a_forced_run(differing, monkeypatch):
    module, _, x = differing
    program = volley.compile(volley.from_torch(module, x))
    record = _compare.record_module
    monkeypatch.setattr(_compare, "record_module", lambda *args: flip(record(*args)))
    result = volley.compare(module, program, x, mode="forced")
    layer = result.layers[0]
    assert layer.first == (0, 0, 3, 2, 1)
    assert result.share == layer.different / layer.cells > 1e-4
    # In units of the threshold, which is 2 in the last layer.
    assert result.layers[1].relative == (result.layers[1].worst or 0.0) / 2
    last = str(result).splitlines()[-1]
    assert last.startswith(f"forced: {result.different:,} of {result.cells:,} cells")
    assert f"at most {result.worst:.2g} where a neuron starts to differ" in last


def test_top_1_is_that_of_the_mean_over_steps(differing):
    module, program, x = differing
    (output,) = volley.compare(module, program, x).outputs
    theirs, ours = run(module, x).numpy(), program(x.numpy())
    same = (theirs.mean(0).argmax(1) == ours.mean(0).argmax(1)).sum()
    assert (output.samples, output.same) == (7, same)
    assert output.difference == abs(theirs - ours).max() > 0


@pytest.mark.parametrize("record", [[], ["2"], ["2", "6"]])
def test_saved_program_without_probes(differing, tmp_path, record):
    module, _, x = differing
    network = volley.from_torch(module, x)
    volley.compile(network, record=record).save(tmp_path / "net.so")
    program = volley.open(tmp_path / "net.so")
    result = volley.compare(module, program, x)
    assert [found.name for found in result.layers] == record
    missing = [f"{name}:spikes" for name in ("2", "6") if name not in record]
    assert result.missing == missing
    says = f"{len(missing)} of 2 populations are not recorded in the program"
    assert (says in str(result)) == bool(missing)
    assert ("no population was compared" in str(result)) == (record == [])
    # Nothing compared is no agreement, but its outputs are still there.
    assert result.outputs[0].samples == 7
    if not record:
        assert not result
    assert volley.compare(module, program, x, mode="forced").missing == []


class ChangesSpikes(nn.Module):
    def __init__(self):
        super().__init__()
        self.lif = neuron.LIFNode(step_mode="m")

    def forward(self, x):
        y = self.lif(x)
        y += x
        return y


def test_spikes_that_forward_changes_in_place():
    module, x = ChangesSpikes().eval(), noise(5, 2, 8, scale=2.0)
    network = volley.from_torch(module, x)
    for mode in ("forced", "free-running"):
        result = volley.compare(module, network, x, mode=mode)
        assert result and 0 < result.layers[0].rates[0] < 1


def test_module_and_state_are_left_as_they_are(differing):
    module, program, x = differing
    run(module, x)
    state, mean = module[2].v.clone(), module[1].running_mean.clone()
    module.train()
    volley.compare(module, program, x)
    assert module.training and not module[2]._forward_hooks
    module.eval()
    np.testing.assert_array_equal(module[2].v, state)
    np.testing.assert_array_equal(module[1].running_mean, mean)


@pytest.mark.parametrize("name", ["spikformer", "sdt"])
def test_rates_are_calibrated(name):
    """Neurons behind norms fire at the rate, also those behind a maximum."""
    case = SMALL[name]
    module = seeded(case.make)
    images = np.random.default_rng(0).random((4, 3, 32, 32), np.float32)
    x = fidelity.as_input(case, images)
    fidelity.adapt(module, case, 32, 4, 0, fit=False)
    calibration = RateCalibration(module, 0.1)
    fidelity.run_module(module, x)
    calibration.remove()
    rates = {}

    def count(name):
        return lambda module, inputs, y: rates.update({name: float(y.mean())})

    for path, one in module.named_modules():
        if isinstance(one, neuron.BaseNode):
            assert not one._forward_pre_hooks
            one.register_forward_hook(count(path))
    fidelity.run_module(module, x)
    behind = [rate for path, rate in rates.items() if "attn_lif" not in path]
    assert len(behind) >= 8
    assert sum(0.07 < rate < 0.13 for rate in behind) >= len(behind) - 2, rates
