# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How well networks from PyTorch agree with SpikingJelly, at full size.

    PYTHONPATH=build/python python benchmarks/fidelity.py    # some hours
    PYTHONPATH=build/python python benchmarks/fidelity.py spikformer_ti --inputs 20

Takes unmodified classes of spikingjelly.activation_based.model, and models that it
lacks written with its neurons (test/python/torchzoo.py), with the random weights of
volley.models, whose layers all fire, and converts them with volley.from_torch. Norms
get the statistics of the images, which are random patterns under noise, and ten classes
of the head are fitted to tell the patterns apart. Then it measures

* forced: each population gets the module's own signals. How many cells (steps x samples
  x neurons) differ, how many in 100,000 of the population with most, and how far from
  the threshold the potential is where a neuron starts to differ, in units of max(1,
  threshold). The error of all potentials, root mean square, of PyTorch and of Volley
  against the module in float64 with the same signals.
* free-running: of how many images the top-1 is the same, among the ten classes, and
  among the others, whose random weights prefer few of them. Of how many PyTorch finds
  the right pattern. In how many images some spike differs, to judge by the logits, and
  the largest difference of a logit, which is about 1 for the right pattern and 0 for
  others. The same for PyTorch, and for Volley, against the network in float64: what
  rounding to float32 does by itself.

Needs torch and spikingjelly. Prints two Markdown tables; progress goes to stderr. With
--json more is written, such as the errors of each population, and after each batch of
images: a run that was stopped continues from there, and a finished model is not run
again. A file is of one set of options, models and --inputs aside.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from spikingjelly.activation_based import functional, neuron
from spikingjelly.activation_based.model import (
    qkformer,
    sew_resnet,
    spike_driven_transformer,
    spikformer,
    spiking_vgg,
)
from torch import nn

import volley
from volley import models
from volley.torch import convert

sys.path.append(str(Path(__file__).resolve().parents[1] / "test/python"))
import torchzoo  # noqa: E402

STEPS, IMAGES = 4, 200
# Patterns that images are made of, and images per pattern that heads are fitted on.
CLASSES, FIT = 10, 8
NORMS = nn.modules.batchnorm._BatchNorm


@dataclass(frozen=True)
class Case:
    """A model class in PyTorch and the zoo's function for its weights.

    Attributes:
        settings: arguments of the zoo's function.
        repeated: the module takes the image repeated for all steps, (T, B, C, H, W).
    """

    make: Callable[[], nn.Module]
    zoo: Callable[..., models.Model]
    settings: dict
    repeated: bool = False


def multi_step(make, **settings):
    """A convolutional model of integrate-and-fire neurons over whole sequences."""
    module = make(spiking_neuron=neuron.IFNode, **settings)
    functional.set_step_mode(module, "m")
    return module


def spikformer_8_512():
    dims, depth, heads, ratio = models.spikformer_sizes["8-512"]
    return spikformer.Spikformer(
        embed_dims=dims, depths=depth, num_heads=heads, mlp_ratio=ratio
    )


CASES = {
    "spikformer_cifar10": Case(
        spikformer.spikformer_cifar10,
        models.spikformer,
        {"size": "4-384", "image": 32, "patch": 4, "classes": 10},
    ),
    "spikformer_ti": Case(
        spikformer.spikformer_ti, models.spikformer, {"size": "4-256"}
    ),
    "spikformer_s": Case(spikformer.spikformer_s, models.spikformer, {"size": "6-384"}),
    "spikformer_8_512": Case(spikformer_8_512, models.spikformer, {"size": "8-512"}),
    "sdt_8_384": Case(
        spike_driven_transformer.sdt_8_384,
        models.spike_driven_transformer,
        {"size": "8-384"},
    ),
    "qkformer_10_384": Case(
        qkformer.qkformer_10_384, models.qkformer, {"size": "10-384"}
    ),
    "sew_resnet18": Case(
        lambda: multi_step(sew_resnet.sew_resnet18, cnf="ADD"),
        models.sew_resnet,
        {"depth": 18},
        repeated=True,
    ),
    "sew_resnet34": Case(
        lambda: multi_step(sew_resnet.sew_resnet34, cnf="ADD"),
        models.sew_resnet,
        {"depth": 34},
        repeated=True,
    ),
    "spiking_vgg11_bn": Case(
        lambda: multi_step(spiking_vgg.spiking_vgg11_bn),
        models.spiking_vgg,
        {"depth": 11},
        repeated=True,
    ),
    "metaspikeformer": Case(
        lambda: torchzoo.MetaSpikeFormer((96, 192, 384, 480)),
        models.meta_spikeformer,
        {"size": "31.3M"},
    ),
    "spikingresformer_s": Case(
        lambda: torchzoo.SpikingResformer((64, 256, 512)),
        models.spikingresformer,
        {"size": "S"},
    ),
}


def make_images(labels: np.ndarray, size: int, seed: int) -> np.ndarray:
    """Random images in [0, 1]: the pattern of a label, and noise of their own."""
    patterns = _noise(CLASSES, size, torch.Generator().manual_seed(0))
    own = _noise(len(labels), size, torch.Generator().manual_seed(seed))
    mixed = 1.6 * patterns[torch.from_numpy(labels)] + 0.4 * own
    return torch.sigmoid(mixed).numpy()


def _noise(count, size, generator):
    """Noise of all scales, each as strong as the others."""
    total = torch.zeros(count, 3, size, size)
    cells = 2
    while cells <= size:
        noise = torch.randn(count, 3, cells, cells, generator=generator)
        total += nn.functional.interpolate(noise, size=(size, size), mode="bilinear")
        cells *= 2
    return total / total.std()


def build(case: Case, seed: int = 0) -> nn.Module:
    """The module with the zoo's weights."""
    model = case.zoo(seed=seed, **case.settings)
    module = case.make().eval()
    count = sum(p.numel() for p in module.parameters())
    if count != model.parameters:
        raise ValueError(f"{count} parameters, but the zoo has {model.parameters}")
    state = {n: torch.from_numpy(w) for n, w in model.weights.items()}
    missing, unexpected = module.load_state_dict(state, strict=False)
    missing = [n for n in missing if not n.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"weights missing: {missing}, unexpected: {unexpected}")
    return module


def as_input(case: Case, images: np.ndarray) -> torch.Tensor:
    x = torch.from_numpy(images)
    return x.expand(STEPS, *x.shape).contiguous() if case.repeated else x


@torch.inference_mode()
def run_module(module: nn.Module, x: torch.Tensor) -> np.ndarray:
    """Logits (B, classes) from the initial state."""
    functional.reset_net(module)
    y = module(x).numpy()
    functional.reset_net(module)
    return y.mean(0) if y.ndim == 3 else y


def run_program(program: volley.Program, case: Case, x: torch.Tensor) -> np.ndarray:
    y = program(x.numpy(), steps=None if case.repeated else STEPS)
    return y.mean(0) if y.ndim == 3 else y


def adapt(
    module: nn.Module,
    case: Case,
    size: int,
    batch: int,
    seed: int,
    busy: bool = False,
    fit: bool = True,
) -> None:
    """Gives norms the statistics of the images, and the head's first classes weights
    that tell their patterns apart, by ridge regression: as training would."""
    labels = np.arange(FIT * CLASSES) % CLASSES
    images = make_images(labels, size, seed)
    for norm in module.modules():
        if isinstance(norm, NORMS):
            if busy:
                generator = torch.Generator().manual_seed(seed)
                nn.init.normal_(norm.weight, 1.5, 0.2, generator=generator)
                nn.init.normal_(norm.bias, 0.8, 0.2, generator=generator)
            norm.momentum = 1.0
            norm.train()
    run_module(module, as_input(case, images[:batch]))
    module.eval()
    if not fit:
        return
    head = [m for m in module.modules() if isinstance(m, nn.Linear)][-1]
    features = []
    hook = head.register_forward_pre_hook(lambda m, i: features.append(i[0]))
    for start in range(0, len(images), batch):
        run_module(module, as_input(case, images[start : start + batch]))
    hook.remove()
    # Some heads follow the mean over steps.
    features = [x.mean(0) if x.ndim == 3 else x for x in features]
    x = torch.cat(features).double().numpy()
    y = np.eye(CLASSES)[labels]
    # Without a bias the means are fitted, too.
    mean_x, mean_y = (0, 0) if head.bias is None else (x.mean(0), y.mean(0))
    x0, y0 = x - mean_x, y - mean_y
    gram = x0 @ x0.T
    gram += np.eye(len(x)) * 0.1 * gram.trace() / len(x)
    weight = y0.T @ np.linalg.solve(gram, x0)
    with torch.no_grad():
        head.weight[:CLASSES] = torch.from_numpy(weight)
        if head.bias is not None:
            head.bias[:CLASSES] = torch.from_numpy(mean_y - weight @ mean_x)


# -- Exact arithmetic --------------------------------------------------------


def potentials(node, x: torch.Tensor, spikes: torch.Tensor) -> torch.Tensor:
    """Potentials before each step's spike of (T, ...) inputs, after given spikes."""
    leaky = isinstance(node, neuron.LIFNode) and node.decay_input
    if not leaky and not isinstance(node, neuron.IFNode) or node.v_reset is None:
        raise ValueError(f"expects IF or LIF neurons that reset to a value, not {node}")
    result, v = [], torch.full_like(x[0], node.v_reset)
    for drive, fired in zip(x, spikes):
        v = v + ((drive - (v - node.v_reset)) / node.tau if leaky else drive)
        result.append(v)
        v = torch.where(fired > 0, node.v_reset, v)
    return torch.stack(result)


@dataclass
class Rounding:
    """Potentials of all populations against float64.

    Attributes:
        torch, volley: root mean square errors.
        torch_right, volley_right: of cells where these two start to differ, those
            in which each of them does what float64 does.
        margin: the largest distance from the threshold of such a cell, of float64.
    """

    torch: float = 0.0
    volley: float = 0.0
    torch_right: int = 0
    volley_right: int = 0
    margin: float = 0.0
    populations: list[dict] = field(default_factory=list)


@torch.inference_mode()
def measure_rounding(module: nn.Module, x: torch.Tensor) -> Rounding:
    """Runs the module in float64 with the spikes of its float32 neurons."""
    nodes = {n: m for n, m in module.named_modules() if isinstance(m, neuron.BaseNode)}
    recorded = {}

    def record(name, node, inputs, output):
        recorded[name] = (potentials(node, inputs[0], output), output)

    functional.reset_net(module)
    hooks = [
        m.register_forward_hook(lambda m, i, o, n=n: record(n, m, i, o))
        for n, m in nodes.items()
    ]
    module(x)
    for hook in hooks:
        hook.remove()
    functional.reset_net(module)

    conversion = convert(module, x, cut=True)
    ports = {p.name: next(iter(p.results.values())) for p in conversion.populations}
    given = {
        f"{n}:spikes": ports[n].to_network(spikes).astype(np.uint8)
        for n, (_, spikes) in recorded.items()
    }
    (image,) = (n for n in conversion.network.inputs if n not in given)
    ours = volley.compile(conversion.network)({**given, image: x.numpy()})

    result = Rounding()
    squares, count = np.zeros(2), 0

    def compare(name, node, inputs, output):
        nonlocal count
        h32, spikes = recorded.pop(name)
        exact, theirs = (
            ports[name].to_network(h.double()) - node.v_threshold
            for h in (potentials(node, inputs[0], spikes), h32)
        )
        got = ours[f"{name}:margin"].astype(np.float64)
        differs = (got >= 0) != (theirs >= 0)
        before = np.cumsum(differs, axis=0) - differs == 0
        errors = [np.where(before, abs(e - exact), 0.0) for e in (theirs, got)]
        squares[:] += [np.square(e).sum() for e in errors]
        count += exact.size
        first = differs & before
        result.torch_right += int((first & ((theirs >= 0) == (exact >= 0))).sum())
        result.volley_right += int((first & ((got >= 0) == (exact >= 0))).sum())
        result.margin = max(result.margin, float(abs(exact[first]).max(initial=0.0)))
        result.populations.append(
            {
                "name": name,
                "torch": float(errors[0].max()),
                "volley": float(errors[1].max()),
                "torch_rms": float(np.sqrt(np.square(errors[0]).mean())),
                "volley_rms": float(np.sqrt(np.square(errors[1]).mean())),
                "largest": float(abs(exact).max()),
            }
        )
        return spikes.double()

    double = copy.deepcopy(module).double()
    for name, m in double.named_modules():
        if name in nodes:
            m.register_forward_hook(lambda m, i, o, n=name: compare(n, m, i, o))
    double(x.double())
    result.torch, result.volley = (float(e) for e in np.sqrt(squares / count))
    return result


# -- Free-running ------------------------------------------------------------


@dataclass
class Agreement:
    """Logits of many images, by two evaluations of one network.

    Attributes:
        diverged: images in which some spike differs, to judge by the logits.
        difference: the largest of a pattern's logit: that of the right one is about
            1, others are about 0.
        same: images with the same top-1 of the patterns.
        same_zoo: the same of the other classes, if there are any. The zoo's random
            weights prefer few of them, whatever the image is.
    """

    images: int = 0
    diverged: int = 0
    difference: float = 0.0
    same: int = 0
    same_zoo: int = 0

    def add(self, expected: np.ndarray, got: np.ndarray) -> None:
        patterns = slice(0, CLASSES)
        difference = abs(expected - got)[:, patterns].max(1)
        self.images += len(expected)
        self.diverged += int((difference > 1e-4).sum())
        self.difference = max(self.difference, float(difference.max()))
        self.same += _count_same(expected, got, patterns)
        self.same_zoo += _count_same(expected, got, slice(CLASSES, None))


def _count_same(a, b, part):
    if a[:, part].size == 0:
        return 0
    return int((a[:, part].argmax(1) == b[:, part].argmax(1)).sum())


@dataclass
class Agreements:
    """Free-running, three evaluations: PyTorch's and Volley's in float32, and Volley's
    in float64, as the exact one.

    Attributes:
        right: images whose pattern PyTorch finds.
        zoo_classes: which other classes are a top-1.
        exact_difference: the largest difference of a logit between PyTorch's float64
            and Volley's, on `checked` images.
    """

    torch_volley: Agreement = field(default_factory=Agreement)
    torch_exact: Agreement = field(default_factory=Agreement)
    volley_exact: Agreement = field(default_factory=Agreement)
    right: int = 0
    zoo_classes: list[int] = field(default_factory=list)
    checked: int = 0
    exact_difference: float = 0.0


def measure_agreement(
    module,
    network,
    case,
    size,
    result,
    *,
    inputs,
    exact,
    check,
    batch,
    threads,
    seed,
    step,
) -> None:
    """Adds images to a result until it has `inputs`, and calls step() after each batch
    of them."""
    labels = np.arange(IMAGES) % CLASSES
    images = make_images(labels, size, seed)[:inputs]
    double = copy.deepcopy(module).double()
    x = as_input(case, images[:batch])
    program = volley.compile(network, threads=threads)
    in_double = volley.compile(volley.from_torch(double, x.double()), threads=threads)
    for start in range(result.torch_volley.images, inputs, batch):
        x = as_input(case, images[start : start + batch])
        a = run_module(module, x)
        b = run_program(program, case, x)
        result.torch_volley.add(a, b)
        if start < exact:
            c = run_program(in_double, case, x.double())
            result.torch_exact.add(c, a)
            result.volley_exact.add(c, b)
        top = a[:, :CLASSES].argmax(1)
        result.right += int((top == labels[start : start + len(a)]).sum())
        if a.shape[1] > CLASSES:
            found = a[:, CLASSES:].argmax(1).tolist()
            result.zoo_classes = sorted({*result.zoo_classes, *found})
        if result.checked < min(check, exact):
            part = slice(0, check - result.checked)
            x = as_input(case, images[start : start + batch][part])
            difference = float(abs(run_module(double, x.double()) - c[part]).max())
            result.checked += len(c[part])
            result.exact_difference = max(result.exact_difference, difference)
        step()


# -- All of it ---------------------------------------------------------------


@dataclass
class Result:
    """One model's row.

    Attributes:
        rates: the lowest and the highest firing rate of a population.
        worst_share: cells that differ, in 100,000 of the population with most.
        margin: how far the potential was from the threshold where neurons start to
            differ, at most, in units of max(1, threshold).
    """

    model: str
    options: dict
    parameters: int
    populations: int
    cells: int
    different: int
    worst_share: float
    margin: float
    rates: tuple[float, float]
    rounding: Rounding
    free: Agreements = field(default_factory=Agreements)


class Results:
    """Results by model, and their file, if there is one."""

    def __init__(self, path: str | None, options: dict):
        self.path, self.options = path, options
        self.found: dict[str, Result] = {}
        if path and os.path.exists(path):
            with open(path) as file:
                for figures in json.load(file):
                    self._restore(figures)

    def _restore(self, figures: dict) -> None:
        found = figures.get("options")
        if found != self.options:
            raise ValueError(
                f"'{self.path}' has results of other options: expected {self.options}, "
                f"but got {found}"
            )
        free = {
            name: Agreement(**value) if isinstance(value, dict) else value
            for name, value in figures.pop("free").items()
        }
        rounding = Rounding(**figures.pop("rounding"))
        self.found[figures["model"]] = Result(
            **figures, rounding=rounding, free=Agreements(**free)
        )

    def save(self) -> None:
        if self.path:
            with open(f"{self.path}.part", "w") as file:
                json.dump([asdict(r) for r in self.found.values()], file, indent=1)
            os.replace(f"{self.path}.part", self.path)


def measure(name: str, options, results: Results, say) -> Result:
    """The model's result: what the file has of it, and the rest is run."""
    result = results.found.get(name)
    if result and result.free.torch_volley.images >= options.inputs:
        return result
    case = CASES[name]
    size = case.settings.get("image", 224)
    batch = options.batch or (20 if size <= 64 else 4)
    say("weights")
    module = build(case, options.seed)
    fit = options.inputs > 0
    adapt(module, case, size, batch, options.seed + 1, options.busy, fit)
    x = as_input(case, make_images(np.arange(2), size, options.seed + 2))
    network = volley.from_torch(module, x)
    if result is None:
        say("forced")
        result = measure_forced(name, module, network, x, results.options)
        results.found[name] = result
        results.save()

    def step():
        results.save()
        same = result.free.torch_volley
        say(
            f"{same.images} of {options.inputs} images: {same.diverged} diverged, "
            f"{same.same} same top-1"
        )

    if options.inputs:
        say("free-running")
        measure_agreement(
            module,
            network,
            case,
            size,
            result.free,
            inputs=options.inputs,
            exact=options.exact,
            check=options.check,
            batch=batch,
            threads=options.threads,
            seed=options.seed + 3,
            step=step,
        )
    return result


def measure_forced(name, module, network, x, options: dict) -> Result:
    forced = volley.compare(module, network, x, mode="forced")
    print(forced, file=sys.stderr)
    rates = [layer.rates[0] for layer in forced.layers]
    return Result(
        name,
        options,
        sum(p.numel() for p in module.parameters()),
        len(forced.layers),
        forced.cells,
        forced.different,
        forced.share * 1e5,
        forced.relative,
        (min(rates), max(rates)),
        measure_rounding(module, x),
    )


FORCED = (
    "model",
    "parameters",
    "rates",
    "cells that differ",
    "most, in 100,000",
    "abs(v - threshold)",
    "rms error: PyTorch",
    "Volley",
)
FREE = (
    "model",
    "same top-1",
    "of the zoo's classes",
    "right",
    "images with other spikes",
    "largest difference",
    "PyTorch against float64: same top-1",
    "other spikes",
    "Volley: same top-1",
    "other spikes",
)


def forced_row(result: Result) -> list[str]:
    return [
        result.model,
        f"{result.parameters:,}",
        f"{result.rates[0]:.1%} to {result.rates[1]:.1%}",
        f"{result.different} of {result.cells:,}",
        f"{result.worst_share:.2f}" if result.different else "0",
        f"{result.margin:.1e}" if result.different else "",
        f"{result.rounding.torch:.1e}",
        f"{result.rounding.volley:.1e}",
    ]


def free_row(result: Result) -> list[str]:
    free = result.free
    ours, exact = free.torch_volley, (free.torch_exact, free.volley_exact)
    zoo = f"{ours.same_zoo} of {ours.images}" if free.zoo_classes else ""
    return [
        result.model,
        f"{ours.same} of {ours.images}",
        zoo,
        str(free.right),
        str(ours.diverged),
        f"{ours.difference:.1e}",
        *(
            text
            for other in exact
            for text in (f"{other.same} of {other.images}", str(other.diverged))
        ),
    ]


def print_table(head, rows) -> None:
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help=f"which models (all): {', '.join(CASES)}",
    )
    parser.add_argument(
        "--inputs",
        type=int,
        default=IMAGES,
        help=f"images when free-running, 0 to {IMAGES} ({IMAGES})",
    )
    parser.add_argument(
        "--busy",
        action="store_true",
        help="norms that let up to half of the neurons fire, which makes sums and "
        "potentials large",
    )
    parser.add_argument(
        "--exact",
        type=int,
        default=IMAGES,
        help="of these, how many Volley also runs in float64 (all)",
    )
    parser.add_argument(
        "--check",
        type=int,
        default=4,
        help="of these, how many PyTorch also runs in float64, to check Volley's (4)",
    )
    parser.add_argument(
        "--batch", type=int, help="images at a time (20 of 32 pixels, 4 of 224)"
    )
    parser.add_argument(
        "--threads", type=int, default=1, help="of PyTorch and of Volley (1)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights and images (0)")
    parser.add_argument(
        "--json", metavar="FILE", help="keep all figures there, and continue from them"
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.models if name not in CASES]
    if unknown:
        parser.error(f"no such model: {', '.join(unknown)}")
    if not 0 <= options.inputs <= IMAGES:
        parser.error(f"expects 0 to {IMAGES} inputs, but got {options.inputs}")
    kept = ("busy", "exact", "check", "batch", "threads", "seed")
    try:
        results = Results(options.json, {name: getattr(options, name) for name in kept})
    except ValueError as error:
        parser.error(str(error))
    torch.set_num_threads(options.threads)

    rows = []
    for name in options.models or CASES:
        start = time.perf_counter()

        def say(text, name=name, start=start):
            seconds = time.perf_counter() - start
            print(f"{name}, {seconds:.0f} s: {text}", file=sys.stderr, flush=True)

        rows.append(measure(name, options, results, say))
    print(
        f"{platform.processor() or platform.machine()}, PyTorch {torch.__version__}, "
        f"SpikingJelly {version('spikingjelly')}, {options.threads} threads\n"
    )
    print_table(FORCED, map(forced_row, rows))
    if free := [free_row(r) for r in rows if r.free.torch_volley.images]:
        print()
        print_table(FREE, free)


if __name__ == "__main__":
    main()
