# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the models of the zoo are written in.

A model is a function of a :class:`Layers`, which it runs twice: on NumPy arrays, to
give random weights that let every layer fire, and on a builder, to make the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from volley._law import NeuronModel, where
from volley._network import Network
from volley.builder import Builder, Signal

# torch's default, which all published models keep.
EPS = 1e-5
# The rate that random weights are tuned to, and where it may be without.
RATE, LEAST, MOST = 0.12, 0.051, 0.25
# Neurons on which a rate is measured.
_SAMPLE = 1 << 16
# Weights that are running statistics.
_STATISTIC = re.compile(r"\.(running|firing_rate)_\w+$")


def _lif(v, x, threshold):
    """v += (x - v) / 2; a spike at the threshold resets v to 0."""
    v1 = v + (x - v) * 0.5
    spikes = v1 >= threshold
    return {"v": where(spikes, 0.0, v1)}, {"spikes": spikes}


def _integrate_and_fire(v, x, threshold):
    """v += x; a spike at the threshold resets v to 0."""
    v1 = v + x
    spikes = v1 >= threshold
    return {"v": where(spikes, 0.0, v1)}, {"spikes": spikes}


IF = NeuronModel("if", states={"v": 0.0}, params=["threshold"], law=_integrate_and_fire)
LIF = NeuronModel("lif", states={"v": 0.0}, params=["threshold"], law=_lif)


@dataclass
class Model:
    """A network of the zoo with its weights.

    Attributes:
        network: ready to be compiled. Its input "image" is static (B, C, H, W); its
            output "logits" is a window value (B, classes).
        weights: by the names of the published modules.
        steps: how many steps the published model runs.
    """

    network: Network
    weights: dict[str, np.ndarray]
    steps: int

    @property
    def parameters(self) -> int:
        """The number of trained parameters: running statistics are none."""
        return sum(w.size for n, w in self.weights.items() if not _STATISTIC.search(n))


class Layers:
    """Layers with weights by name; subclasses say what a signal is."""

    def __init__(self, weights: dict[str, np.ndarray]):
        self.weights = weights
        self.used: set[str] = set()

    def weight(self, name: str, shape: Sequence[int], scale: float = 1.0) -> np.ndarray:
        if name not in self.weights:
            raise ValueError(f"there is no weight '{name}'; is it another size?")
        self.used.add(name)
        array = self.weights[name]
        if array.shape != tuple(shape):
            raise ValueError(
                f"weight '{name}': expects shape {tuple(shape)}, but got {array.shape}"
            )
        return array

    # Compositions that many models use.

    def conv_norm(self, x, conv: str, norm: str, out: int, kernel: int, **settings):
        return self.norm(self.conv(x, conv, out, kernel, **settings), norm)

    def attention(self, q, k, v, scale: float):
        """(q k^T) v of (heads, tokens, features), without a softmax."""
        kt = self.transpose(k, (0, 2, 1))
        return self.scale(self.matmul(self.matmul(q, kt), v), scale)

    def heads(self, x, heads: int):
        """(C, N) to (heads, N, C / heads)."""
        channels, tokens = self.shape(x)
        x = self.reshape(x, (heads, channels // heads, tokens))
        return self.transpose(x, (0, 2, 1))

    def unheads(self, x):
        """(heads, N, C / heads) to (C, N)."""
        heads, tokens, features = self.shape(x)
        x = self.transpose(x, (0, 2, 1))
        return self.reshape(x, (heads * features, tokens))

    def tokens(self, x):
        """(C, H, W) to (C, N)."""
        channels, height, width = self.shape(x)
        return self.reshape(x, (channels, height * width))


def _scale_of_rates(rates: np.ndarray, count: int) -> np.ndarray:
    """1 / sqrt(rate count), rounded as PyTorch does in f32."""
    rates = np.asarray(rates, np.float32)
    return np.float32(1) / np.sqrt(rates * np.float32(count))


class BuilderLayers(Layers):
    """Layers of a network under construction."""

    def __init__(self, name: str, weights: dict[str, np.ndarray]):
        super().__init__(weights)
        self.net = Builder(name)

    def input(self, name: str, shape: Sequence[int]) -> Signal:
        return self.net.input(name, shape, "f32", static=True)

    def shape(self, x: Signal) -> tuple[int, ...]:
        return x.shape

    def conv(
        self, x, name, out, kernel, stride=1, padding=0, groups=1, bias=False
    ) -> Signal:
        dims = len(x.shape) - 1
        w = self.weight(f"{name}.weight", (out, x.shape[0] // groups, *[kernel] * dims))
        b = self.weight(f"{name}.bias", (out,)) if bias else None
        return self.net.conv(x, w, b, stride, padding, groups=groups, name=name)

    def norm(self, x, name) -> Signal:
        names = ("weight", "bias", "running_mean", "running_var")
        weight, bias, mean, variance = (
            self.weight(f"{name}.{n}", x.shape[:1]).astype(np.float64) for n in names
        )
        scale = weight / np.sqrt(variance + EPS)
        return self.net.norm(x, scale, bias - mean * scale, name=name)

    def linear(self, x, name, out, bias=True) -> Signal:
        w = self.weight(f"{name}.weight", (out, x.shape[-1]))
        b = self.weight(f"{name}.bias", (out,)) if bias else None
        return self.net.dense(x, w, b, name=name)

    def lif(self, x, name, threshold=1.0, lean=None, gain=None) -> Signal:
        """Neurons. The last arguments are for random weights. `lean` is what is added
        to each channel's bias, where neurons that are equally active would let an
        attention fire all the time. `gain`, a norm and which of its channels, is for
        neurons behind a product: it is linear in these channels, whose scale is
        tuned."""
        return self.net.population(LIF, x, params={"threshold": threshold}, name=name)

    def integrate_and_fire(self, x, name, threshold=1.0) -> Signal:
        return self.net.population(IF, x, params={"threshold": threshold}, name=name)

    def max_pool(self, x, kernel, stride, padding=0) -> Signal:
        return self.net.pool("max", x, kernel, stride, padding)

    def avg_pool(self, x, kernel) -> Signal:
        return self.net.pool("avg", x, kernel)

    def add(self, a, b) -> Signal:
        return self.net.add(a, b)

    def mul(self, a, b) -> Signal:
        return self.net.mul(a, b)

    def matmul(self, a, b) -> Signal:
        return self.net.matmul(a, b)

    def scale(self, x, factor) -> Signal:
        return self.net.scale(x, factor)

    def scale_by_rate(self, x, spikes, name, count) -> Signal:
        """A sum over `count` spikes by its deviation, 1 / sqrt(rate count): rates of
        heads, the first dimension, are weights."""
        rates = self.weight(name, (1, 1, x.shape[0], 1, 1)).ravel()
        if not (rates > 0).all():
            raise ValueError(f"weight '{name}': expects rates above 0, but got {rates}")
        return self.net.scale(x, _scale_of_rates(rates, count))

    def reshape(self, x, shape) -> Signal:
        return self.net.reshape(x, shape)

    def transpose(self, x, permutation) -> Signal:
        return self.net.transpose(x, permutation)

    def part(self, x, index, parts, dim=0) -> Signal:
        """One of `parts` equal parts along a dimension."""
        sizes, offsets = list(x.shape), [0] * len(x.shape)
        sizes[dim] //= parts
        offsets[dim] = index * sizes[dim]
        return self.net.slice(x, offsets, sizes)

    def sum(self, x, dim) -> Signal:
        return self.net.reduce("sum", x, dim)

    def mean(self, x, dims) -> Signal:
        return self.net.reduce("mean", x, dims)

    def broadcast(self, x, dim, size) -> Signal:
        shape = list(x.shape)
        shape.insert(dim, size)
        return self.net.broadcast(x, dim, shape)

    def mean_time(self, x) -> Signal:
        return self.net.reduce_time("mean", x)

    def output(self, name, x) -> None:
        self.net.output(name, x)


# -- Random weights ----------------------------------------------------------


@dataclass
class _Value:
    """A signal over some steps of one sample, and how it can be changed.

    Attributes:
        data: (T, *shape); T is 1 for what is the same in every step.
        norm: a norm (or a layer) whose bias shifts the data by as much: so it is
            for what sums, pools and means make of its result.
        refire: the data if the neurons that it comes from fire at another rate.
    """

    data: np.ndarray
    norm: str = ""
    refire: Callable[[float], np.ndarray] | None = None


def _apply(function: Callable[..., np.ndarray], *values: _Value, shifts: bool = False):
    """A stateless function of values; `shifts` says that a shift passes through."""
    result = _Value(function(*(v.data for v in values)))
    if shifts:
        result.norm = next((v.norm for v in values if v.norm), "")
    if any(v.refire for v in values):
        result.refire = lambda rate: function(
            *(v.refire(rate) if v.refire else v.data for v in values)
        )
    return result


def _bisect(measure: Callable[[float], float], low: float, high: float, goal: float):
    """Where an increasing function meets a goal."""
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (middle, high) if measure(middle) < goal else (low, middle)
    return (low + high) / 2


def _windows(x, kernel, stride, padding, fill):
    """(T, C, *spatial) to (T, C, *positions, *kernel)."""
    dims = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *[(padding, padding)] * dims], constant_values=fill)
    axes = tuple(range(2, x.ndim))
    views = np.lib.stride_tricks.sliding_window_view(x, (kernel,) * dims, axes)
    return views[(slice(None), slice(None), *[slice(None, None, stride)] * dims)]


def _convolve_channels(x, w, stride, padding):
    """Each channel with a kernel of its own."""
    views = _windows(x, w.shape[-1], stride, padding, 0)
    dims = x.ndim - 2
    result = np.zeros(views.shape[: 2 + dims], np.float32)
    for position in np.ndindex(*w.shape[2:]):
        factor = w[(slice(None), 0, *position)].reshape(1, -1, *[1] * dims)
        result += views[(..., *position)] * factor
    return result


def _convolve(x, w, stride, padding, groups):
    if groups == w.shape[0] == x.shape[1]:
        return _convolve_channels(x, w, stride, padding)
    dims = x.ndim - 2
    views = _windows(x, w.shape[-1], stride, padding, 0)
    results = []
    for part, weight in zip(
        np.split(views, groups, axis=1), np.split(w, groups, axis=0)
    ):
        # One step at a time: windows take much memory.
        weight = weight.reshape(weight.shape[0], -1)
        steps = []
        for step in part:
            order = (0, *range(1 + dims, 1 + 2 * dims), *range(1, 1 + dims))
            columns = step.transpose(order).reshape(weight.shape[1], -1)
            steps.append((weight @ columns).reshape(-1, *step.shape[1 : 1 + dims]))
        results.append(np.stack(steps))
    return np.concatenate(results, axis=1)


def _simulate(x, threshold, steps, leak):
    """Spikes of neurons of which v += x - leak v in a step, x scaled alike."""
    v, spikes = np.zeros(x.shape[1:], np.float32), []
    for t in range(steps):
        drive = x[t if len(x) > 1 else 0]
        v = v + (drive - v) * np.float32(leak) if leak else v + drive
        spikes.append(v >= threshold)
        v = np.where(spikes[-1], np.float32(0), v)
    return np.stack(spikes).astype(np.float32)


class RandomLayers(Layers):
    """Makes weights up, and tunes biases so that every layer of neurons fires.

    Runs a model on an image of noise: statistics of norms are those of this image,
    and the bias of the norm in front of neurons lets them fire at RATE. Neurons of
    an attention, which have no norm in front, get their rate from those that feed
    them.
    """

    def __init__(self, seed: int, steps: int):
        super().__init__({})
        self.rng = np.random.default_rng(seed)
        self.steps = steps
        self.rates: dict[str, float] = {}

    def _make(self, name, shape, deviation) -> np.ndarray:
        array = self.rng.standard_normal(shape, dtype=np.float32)
        array *= np.float32(deviation)
        self.weights[name] = array
        return array

    def input(self, name, shape) -> _Value:
        return _Value(self.rng.random((1, *shape), dtype=np.float32))

    def shape(self, x) -> tuple[int, ...]:
        return x.data.shape[1:]

    def conv(
        self, x, name, out, kernel, stride=1, padding=0, groups=1, bias=False
    ) -> _Value:
        channels, *spatial = self.shape(x)
        shape = (out, channels // groups, *[kernel] * len(spatial))
        w = self._make(f"{name}.weight", shape, 1 / np.sqrt(np.prod(shape[1:])))
        if bias:
            self._make(f"{name}.bias", (out,), 0.0)
        data = _convolve(x.data, w, stride, padding, groups)
        return _Value(data, name if bias else "")

    def norm(self, x, name) -> _Value:
        axes = (0, *range(2, x.data.ndim))
        mean, variance = x.data.mean(axes), x.data.var(axes)
        size = len(mean)
        self.weights[f"{name}.weight"] = np.ones(size, np.float32)
        self.weights[f"{name}.bias"] = np.zeros(size, np.float32)
        self.weights[f"{name}.running_mean"] = mean.astype(np.float32)
        self.weights[f"{name}.running_var"] = variance.astype(np.float32)
        wide = (1, size, *[1] * (x.data.ndim - 2))
        data = (x.data - mean.reshape(wide)) / np.sqrt(variance + EPS).reshape(wide)
        return _Value(data, name)

    def linear(self, x, name, out, bias=True) -> _Value:
        size = x.data.shape[-1]
        w = self._make(f"{name}.weight", (out, size), 1 / np.sqrt(size))
        if bias:
            self._make(f"{name}.bias", (out,), 0.0)
        return _Value(x.data @ w.T, name if bias else "")

    def lif(self, x, name, threshold=1.0, lean=None, gain=None) -> _Value:
        return self._fire(x, name, threshold, 0.5, lean, gain)

    def integrate_and_fire(self, x, name, threshold=1.0) -> _Value:
        return self._fire(x, name, threshold, 0.0)

    def _fire(self, x, name, threshold, leak, lean=None, gain=None) -> _Value:
        def fire(data):
            return _simulate(data, threshold, self.steps, leak)

        refire = None
        if x.norm:
            plain, norm = x.data, x.norm
            offsets = np.float32(0)
            if lean is not None:
                offsets = np.asarray(lean, np.float32)
                plain = plain + offsets.reshape(1, -1, *[1] * (plain.ndim - 2))
            # A rate is measured well enough on some of many neurons.
            some = plain.reshape(len(plain), -1)
            if some.shape[1] > _SAMPLE:
                some = some[:, self.rng.integers(0, some.shape[1], _SAMPLE)]

            def refire(rate):
                bias = _bisect(lambda b: fire(some + b).mean(), -5.0, 5.0, rate)
                bias = np.float32(bias)
                self.weights[f"{norm}.bias"][:] = offsets + bias
                x.data, x.norm = plain + bias, ""
                return fire(x.data)

            data = refire(RATE)
        elif gain is not None:
            factor = _bisect(lambda g: fire(x.data * np.float32(g)).mean(), 0, 10, RATE)
            norm, channels = gain
            self.weights[f"{norm}.weight"][channels] *= np.float32(factor)
            x.data = x.data * np.float32(factor)
            data = fire(x.data)
        elif x.refire:
            rate = _bisect(lambda r: fire(x.refire(r)).mean(), LEAST, MOST, RATE)
            data = fire(x.refire(rate))
        else:
            data = fire(x.data)
        self.rates[name] = float(data.mean())
        return _Value(data, refire=refire)

    def max_pool(self, x, kernel, stride, padding=0) -> _Value:
        def pool(data):
            views = _windows(data, kernel, stride, padding, -np.inf)
            return views.max(tuple(range(data.ndim, views.ndim)))

        return _apply(pool, x, shifts=True)

    def avg_pool(self, x, kernel) -> _Value:
        def pool(data):
            views = _windows(data, kernel, kernel, 0, 0)
            return views.mean(tuple(range(data.ndim, views.ndim)))

        return _apply(pool, x, shifts=True)

    def add(self, a, b) -> _Value:
        return _apply(np.add, a, b, shifts=True)

    def mul(self, a, b) -> _Value:
        return _apply(np.multiply, a, b)

    def matmul(self, a, b) -> _Value:
        return _apply(np.matmul, a, b)

    def scale(self, x, factor) -> _Value:
        return _apply(lambda data: data * np.float32(factor), x)

    def scale_by_rate(self, x, spikes, name, count) -> _Value:
        # A head that happens to be silent must not make the scale infinite.
        rates = np.maximum(spikes.data.mean((0, 2, 3)), 1e-3).astype(np.float32)
        self.weights[name] = rates.reshape(1, 1, -1, 1, 1)
        return _Value(x.data * _scale_of_rates(rates, count).reshape(1, -1, 1, 1))

    def reshape(self, x, shape) -> _Value:
        return _apply(lambda data: data.reshape(len(data), *shape), x, shifts=True)

    def transpose(self, x, permutation) -> _Value:
        order = (0, *(d + 1 for d in permutation))
        return _apply(lambda data: data.transpose(order), x, shifts=True)

    def part(self, x, index, parts, dim=0) -> _Value:
        return _apply(lambda data: np.split(data, parts, axis=dim + 1)[index], x)

    def sum(self, x, dim) -> _Value:
        return _apply(lambda data: data.sum(dim + 1), x)

    def mean(self, x, dims) -> _Value:
        axes = tuple(d + 1 for d in np.atleast_1d(dims))
        return _apply(lambda data: data.mean(axes), x, shifts=True)

    def broadcast(self, x, dim, size) -> _Value:
        return _apply(
            lambda data: np.repeat(np.expand_dims(data, dim + 1), size, dim + 1), x
        )

    def mean_time(self, x) -> _Value:
        return _Value(x.data.mean(0, keepdims=True))

    def output(self, name, x) -> None:
        pass


def check_names(weights: Mapping[str, np.ndarray], names: set[str]) -> None:
    """Raises ValueError unless the weights have these names, all and no others."""
    missing, unused = sorted(names - set(weights)), sorted(set(weights) - names)
    if missing:
        raise ValueError(f"there is no weight '{missing[0]}'; is it another size?")
    if unused:
        more = f" and {len(unused) - 1} more" if len(unused) > 1 else ""
        raise ValueError(
            f"no layer uses the weight '{unused[0]}'{more}; is it another size?"
        )


def make_model(
    name: str,
    build: Callable[[Any], None],
    steps: int,
    seed: int,
    weights: Mapping[str, np.ndarray] | None,
) -> Model:
    """Runs a model's function for its weights, unless they are given, and for its
    network."""
    if weights is None:
        layers = RandomLayers(seed, steps)
        build(layers)
        weights = layers.weights
    # PyTorch's batch norms count batches, which nothing depends on.
    weights = {
        n: np.asarray(w)
        for n, w in weights.items()
        if not n.endswith("num_batches_tracked")
    }
    layers = BuilderLayers(name, weights)
    build(layers)
    check_names(weights, layers.used)
    return Model(layers.net.build(), weights, steps)
