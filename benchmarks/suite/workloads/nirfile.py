# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks of NIR files, on recordings."""

from __future__ import annotations

import tarfile
from functools import cached_property

import numpy as np

import volley

from suite.layers import Conv, Dense, Flatten, Neurons, SumPool
from suite.workloads.base import Workload


class NirFile(Workload):
    """
    Args:
        file: of the network, below the data of others.
        profile: Volley's name of the law that the file is of; "zero" or "subtract"
            is what it does to potentials after a spike.
        input: what the input carries: "spike", "count" or "real".
    """

    def __init__(self, file, profile, reset, input, **common):
        super().__init__(**common)
        self.path = self.find_data(file)
        self.profile, self.reset, self.input = profile, reset, input

    def network(self):
        options = {"profile": self.profile, "reset": self.reset}
        (name,) = volley.load(self.path, **options).inputs
        network = volley.load(self.path, inputs={name: self.input}, **options)
        if self.sum != "ascending":
            network.set_sum_law(self.sum)
        return network

    @cached_property
    def dt(self):
        return volley.load(self.path, profile=self.profile).dt

    def layers(self):
        """Read from the file by another reader than Volley's."""
        import nir

        graph = nir.read(self.path)
        back = {}  # by population
        following = {}
        for source, target in graph.edges:
            if (target, source) in graph.edges:
                if "LIF" in type(graph.nodes[target]).__name__:
                    back[target] = graph.nodes[source]
            else:
                following[source] = target
        name, result = following["input"], []
        while name != "output":
            node = graph.nodes[name]
            result.append(self.convert(name, node, back.get(name)))
            name = following[name]
        return result

    def convert(self, name, node, recurrent):
        kind = type(node).__name__
        if kind in ("Affine", "Linear"):
            return Dense(*_parameters(node))
        if kind == "Conv2d":
            weight, bias = _parameters(node)
            if np.any(np.asarray(node.dilation) != 1) or node.groups != 1:
                raise NotImplementedError(f"{name}: dilation or groups")
            return Conv(weight, bias, _pair(node.stride), _pair(node.padding))
        if kind == "SumPool2d":
            kernel = _pair(node.kernel_size)
            if _pair(node.stride) != kernel or any(_pair(node.padding)):
                raise NotImplementedError(f"{name}: windows that overlap")
            return SumPool(kernel)
        if kind == "Flatten":
            return Flatten()
        options = {
            "name": name,
            "shape": np.shape(node.v_threshold),
            "threshold": _scalar(node.v_threshold),
            "reset": self.reset,
        }
        if kind == "IF":
            if _scalar(node.r) != 1:
                raise NotImplementedError(f"{name}: a gain")
            return Neurons(decay=1.0, **options)
        if kind == "CubaLIF":
            share, current_share = (
                self.dt / _scalar(tau) for tau in (node.tau_mem, node.tau_syn)
            )
            gains = share * _scalar(node.r), current_share * _scalar(node.w_in)
            if not np.allclose(gains, 1, atol=1e-6):
                raise NotImplementedError(f"{name}: gains")
            return Neurons(
                decay=1 - share,
                current_decay=1 - current_share,
                recurrent=recurrent and Dense(*_parameters(recurrent)),
                **options,
            )
        raise NotImplementedError(f"{name}: {kind}")


def _scalar(values):
    values = np.unique(values)
    if len(values) != 1:
        raise NotImplementedError("expects neurons with the same parameters")
    return float(values[0])


def _pair(value):
    rows, columns = np.resize(value, 2).tolist()
    return rows, columns


def _parameters(node):
    bias = getattr(node, "bias", None)
    weight = np.asarray(node.weight, np.float32)
    return weight, None if bias is None else np.asarray(bias, np.float32)


class Nmnist(NirFile):
    """On events of N-MNIST in bins of a millisecond: counts.

    Recordings are cut or filled with silence to the steps of the case.
    """

    def __init__(self, recordings, **common):
        super().__init__(**common)
        self.archive = self.find_data(recordings)

    @cached_property
    def recordings(self):
        with tarfile.open(self.archive) as archive:
            return [
                archive.extractfile(member).read()
                for member in archive
                if member.name.endswith(".bs2")
            ]

    def make_input(self, rng):
        x = np.zeros((self.steps, self.batch, 2, 34, 34), np.uint8)
        numbers = rng.choice(len(self.recordings), self.batch, replace=False)
        for i, number in enumerate(numbers):
            # Five bytes an event: x, y, polarity and a time in microseconds.
            data = np.frombuffer(self.recordings[number], np.uint8)
            events = data.reshape(-1, 5).astype(np.int64)
            time = (events[:, 2] & 127) << 16 | events[:, 3] << 8 | events[:, 4]
            step = time // 1000
            within = step < self.steps
            events, step = events[within], step[within]
            polarity = events[:, 2] >> 7
            np.add.at(x, (step, i, polarity, events[:, 1], events[:, 0]), 1)
        return x


class Braille(NirFile):
    """On spikes as frequent in each channel as those of a recording."""

    def __init__(self, recording, **common):
        super().__init__(**common)
        self.recording = self.find_data(recording)

    @cached_property
    def rates(self):
        return np.loadtxt(self.recording, delimiter=",").mean(0)

    def make_input(self, rng):
        shape = (self.steps, self.batch, len(self.rates))
        return (rng.random(shape) < self.rates).view(np.uint8)
