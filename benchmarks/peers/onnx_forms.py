# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers as ONNX graphs, run by ONNX Runtime."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from peers import UnsupportedError
from peers.base import Peer
from suite.layers import Conv, Dense, Flatten, Neurons, SumPool

OPSET = 21


class Graph:
    """An ONNX graph in the making; values are names."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def name(self):
        self.count += 1
        return f"v{self.count}"

    def constant(self, array):
        name = self.name()
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, op, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def model(self, inputs, outputs):
        def info(name, kind, shape):
            return helper.make_tensor_value_info(name, kind, shape)

        graph = helper.make_graph(
            self.nodes,
            "network",
            [info(*value) for value in inputs],
            [info(*value) for value in outputs],
            self.constants,
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10
        )


def make_session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    data = model if isinstance(model, (str, bytes)) else model.SerializeToString()
    return onnxruntime.InferenceSession(
        data, options, providers=["CPUExecutionProvider"]
    )


class OnnxPeer(Peer):
    def convert(self, x):
        return {"x": np.ascontiguousarray(x, np.float32)}

    def run(self, x):
        return self.session.run(None, x)[0]

    def result(self, y):
        return y


class Hoisted(OnnxPeer):
    setting = (
        "products of all steps at once, neurons unrolled over time; all graph "
        "optimizations"
    )

    def prepare(self):
        workload = self.workload
        self.graph = Graph()
        x = workload.make_input(np.random.default_rng(1))
        self.steps, self.batch = x.shape[:2]
        signal, shape = "x", x.shape[2:]
        for layer in workload.layers():
            signal, shape = self.emit(layer, signal, shape)
        outer = [self.steps, self.batch]
        self.graph.add("Identity", signal)
        self.graph.nodes[-1].output[0] = "y"
        model = self.graph.model(
            [("x", TensorProto.FLOAT, [*outer, *x.shape[2:]])],
            [("y", TensorProto.FLOAT, [*outer, *shape])],
        )
        self.session = make_session(model, workload.threads)

    def reshape(self, signal, *shape):
        return self.graph.add(
            "Reshape", signal, self.graph.constant(np.array(shape, np.int64))
        )

    def emit(self, layer, signal, shape):
        graph = self.graph
        if isinstance(layer, Neurons):
            return self.emit_neurons(layer, signal, shape), shape
        rows = self.steps * self.batch
        if isinstance(layer, Flatten):
            shape = (int(np.prod(shape)),)
            return self.reshape(signal, self.steps, self.batch, *shape), shape
        if isinstance(layer, Dense):
            # Products of arrays with any number of dimensions.
            signal = graph.add(
                "MatMul", signal, graph.constant(np.ascontiguousarray(layer.weight.T))
            )
            if layer.bias is not None:
                signal = graph.add("Add", signal, graph.constant(layer.bias))
            return signal, (len(layer.weight),)
        signal = self.reshape(signal, rows, *shape)
        if isinstance(layer, Conv):
            inputs = [signal, graph.constant(layer.weight)]
            if layer.bias is not None:
                inputs.append(graph.constant(layer.bias))
            signal = graph.add(
                "Conv",
                *inputs,
                strides=list(layer.stride),
                pads=[*layer.padding, *layer.padding],
            )
            (rows_, columns), kernel = shape[1:], layer.weight.shape[2:]
            shape = (
                len(layer.weight),
                (rows_ + 2 * layer.padding[0] - kernel[0]) // layer.stride[0] + 1,
                (columns + 2 * layer.padding[1] - kernel[1]) // layer.stride[1] + 1,
            )
        elif isinstance(layer, SumPool):
            kernel = list(layer.kernel)
            signal = graph.add(
                "AveragePool", signal, kernel_shape=kernel, strides=kernel
            )
            area = np.float32(kernel[0] * kernel[1])
            signal = graph.add("Mul", signal, graph.constant(area))
            shape = (shape[0], shape[1] // kernel[0], shape[2] // kernel[1])
        else:
            raise UnsupportedError(f"no ONNX form of {layer}")
        return self.reshape(signal, self.steps, self.batch, *shape), shape

    def emit_neurons(self, neurons, signal, shape):
        graph = self.graph
        threshold = graph.constant(np.float32(neurons.threshold))
        decay = graph.constant(np.float32(neurons.decay))
        zero = graph.constant(np.float32(0))
        drives = [signal]
        if self.steps > 1:
            drives = graph.add(
                "Split", signal, axis=0, num_outputs=self.steps, outputs=self.steps
            )
        v = current = spikes = None
        result = []
        if neurons.recurrent is not None:
            weight = graph.constant(np.ascontiguousarray(neurons.recurrent.weight.T))
            bias = neurons.recurrent.bias
            if bias is not None:
                bias = graph.constant(bias)
        if neurons.current_decay is not None:
            current_decay = graph.constant(np.float32(neurons.current_decay))
        for drive in drives:
            if neurons.recurrent is not None:
                if spikes is not None:
                    back = graph.add("MatMul", spikes, weight)
                    drive = graph.add("Add", drive, back)
                if bias is not None:
                    drive = graph.add("Add", drive, bias)
            if neurons.current_decay is not None:
                if current is not None:
                    kept = graph.add("Mul", current, current_decay)
                    drive = graph.add("Add", kept, drive)
                current = drive
            if v is not None and neurons.decay != 0:
                kept = v if neurons.decay == 1 else graph.add("Mul", v, decay)
                v = graph.add("Add", kept, drive)
            else:
                v = drive
            fired = graph.add("Greater", v, threshold)
            spikes = graph.add("Cast", fired, to=TensorProto.FLOAT)
            result.append(spikes)
            if neurons.reset == "zero":
                v = graph.add("Where", fired, zero, v)
            else:
                down = spikes
                if neurons.threshold != 1:
                    down = graph.add("Mul", spikes, threshold)
                v = graph.add("Sub", v, down)
        return graph.add("Concat", *result, axis=0)


class Product(OnnxPeer):
    setting = "MatMul and Greater, on floats; all graph optimizations"

    def prepare(self):
        workload = self.workload
        graph = Graph()
        weight = graph.constant(np.ascontiguousarray(workload.weight.T))
        self.emit(graph, graph.add("MatMul", "x", weight), workload.threshold)
        model = graph.model(
            [("x", self.kind, [workload.rows, workload.terms])],
            [("y", TensorProto.BOOL, [workload.rows, workload.outputs])],
        )
        self.session = make_session(model, workload.threads)

    kind = TensorProto.FLOAT

    @staticmethod
    def emit(graph, sums, threshold):
        graph.add("Greater", sums, graph.constant(threshold))
        graph.nodes[-1].output[0] = "y"

    def convert(self, x):
        return super().convert(x[0, 0])

    def result(self, y):
        return y[None, None].view(np.uint8)


class IntegerProduct(Product):
    setting = (
        "MatMulInteger of uint8 spikes and int8 weights, and a comparison; for weights "
        "of 8 bits"
    )
    kind = TensorProto.UINT8

    def prepare(self):
        workload = self.workload
        if workload.bits != 8:
            raise UnsupportedError("for weights of 8 bits")
        # The scale is a power of two: see the workload.
        scale = 1.0
        while np.any(workload.weight * scale != np.round(workload.weight * scale)):
            scale *= 2
        weight = np.ascontiguousarray((workload.weight * scale).T).astype(np.int8)
        graph = Graph()
        sums = graph.add("MatMulInteger", "x", graph.constant(weight))
        self.emit(graph, sums, np.int32(np.floor(workload.threshold * scale)))
        model = graph.model(
            [("x", self.kind, [workload.rows, workload.terms])],
            [("y", TensorProto.BOOL, [workload.rows, workload.outputs])],
        )
        self.session = make_session(model, workload.threads)

    def convert(self, x):
        return {"x": np.ascontiguousarray(x[0, 0], np.uint8)}
