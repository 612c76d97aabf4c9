# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers by way of snn-mlir: NIR to its dialect, to LLVM IR, to a shared object."""

import nir
import numpy as np
import snn_mlir

from peers import UnsupportedError
from peers.base import Peer
from peers.snn_mlir_code import compile_step
from suite.layers import Conv, Dense, Flatten, Neurons


class SnnMlir(Peer):
    setting = (
        "its IR of one step, lowered as its snn-opt does (the package has none; "
        "SNN_OPT names one), its passes and expand-strided-metadata, clang -O3 "
        "-march=native; loops over steps and samples in C, a sample at a time"
    )

    def prepare(self):
        x = self.workload.make_input(np.random.default_rng(1))
        graph = make_graph(self.workload.layers(), x.shape[2:])
        self.function, self.shape = compile_step(snn_mlir.to_mlir(graph))

    def convert(self, x):
        return np.ascontiguousarray(x, np.float32)

    def run(self, x):
        y = np.empty((*x.shape[:2], *self.shape), np.float32)
        self.function(x.ctypes.data, y.ctypes.data, *x.shape[:2])
        return y

    def result(self, y):
        return y


# -- Networks as NIR ---------------------------------------------------------


def make_graph(layers, shape):
    """A chain of layers, with the time constants by which a step is 1.

    Raises:
        UnsupportedError: for a law that the package has no form of.
    """
    nodes, edges, before = {"input": nir.Input(np.array(shape))}, [], "input"
    for i, layer in enumerate(layers):
        name = layer.name if isinstance(layer, Neurons) else f"layer{i}"
        node = make_node(layer, shape)
        node.input_type = {"input": np.array(shape)}
        nodes[name] = node
        edges.append((before, name))
        if isinstance(layer, Neurons) and layer.recurrent:
            nodes[f"{name}_back"] = make_node(layer.recurrent, layer.shape)
            edges += [(name, f"{name}_back"), (f"{name}_back", name)]
        before, shape = name, output_shape(layer, shape)
    nodes["output"] = nir.Output(np.array(shape))
    return nir.NIRGraph(nodes, [*edges, (before, "output")], type_check=False)


def output_shape(layer, shape):
    if isinstance(layer, Neurons):
        return shape
    if isinstance(layer, Dense):
        return layer.weight.shape[:1]
    if isinstance(layer, Flatten):
        return (int(np.prod(shape)),)
    if isinstance(layer, Conv):
        kernel, stride, padding = layer.weight.shape[2:], layer.stride, layer.padding
        channels = len(layer.weight)
    else:
        kernel, stride, padding = layer.kernel, layer.kernel, (0, 0)
        channels = shape[0]
    sizes = zip(shape[1:], kernel, stride, padding)
    return (channels, *((n + 2 * p - k) // s + 1 for n, k, s, p in sizes))


def make_node(layer, shape):
    if isinstance(layer, Neurons):
        return make_neurons(layer)
    if isinstance(layer, Dense):
        if layer.bias is None:
            return nir.Linear(layer.weight)
        return nir.Affine(layer.weight, layer.bias)
    if isinstance(layer, Flatten):
        return nir.Flatten({"input": np.array(shape)}, start_dim=0)
    if isinstance(layer, Conv):
        bias = np.zeros(len(layer.weight)) if layer.bias is None else layer.bias
        window = (layer.stride, layer.padding, 1, 1)
        return nir.Conv2d(shape[1:], layer.weight, *window, bias)
    kernel = np.array(layer.kernel)
    return nir.SumPool2d(kernel, kernel, np.zeros(2, int))


def make_neurons(layer):
    if layer.reset != "zero":
        raise UnsupportedError(
            "its neurons reset to zero, none subtracts the threshold"
        )
    one = np.ones(layer.shape)
    law = {"v_threshold": layer.threshold * one, "v_reset": 0 * one}
    if layer.current_decay is None and layer.decay == 1:
        return nir.IF(r=one, **law)
    tau = one / (1 - layer.decay)
    law.update(r=tau, v_leak=0 * one)
    if layer.current_decay is None:
        return nir.LIF(tau=tau, **law)
    current_tau = one / (1 - layer.current_decay)
    return nir.CubaLIF(tau_syn=current_tau, tau_mem=tau, w_in=current_tau, **law)
