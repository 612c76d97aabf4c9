# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly's model classes, exported by PyTorch, run by ONNX Runtime."""

import tempfile
from pathlib import Path

import torch
from spikingjelly.activation_based import functional

from peers.onnx_forms import make_session
from peers.torch_modules import Eager


class FromInitialState(torch.nn.Module):
    """Starts at every call where a new sequence starts, as part of the graph."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        functional.reset_net(self.module)
        return self.module(x)


class Exported(Eager):
    setting = "exported by torch.onnx with all steps unrolled; all graph optimizations"

    def prepare(self):
        super().prepare()
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "model.onnx")
            self.export(path)
            self.session = make_session(str(path), self.workload.threads)
        functional.reset_net(self.module)
        (self.name,) = [value.name for value in self.session.get_inputs()]

    def export(self, path):
        example = super().convert(self.workload.example())
        module = FromInitialState(self.module).eval()
        torch.onnx.export(module, (example,), path, dynamo=True, verbose=False)

    def convert(self, x):
        return {self.name: super().convert(x).numpy()}

    def run(self, x):
        return self.session.run(None, x)[0]

    def result(self, y):
        return y


class Pointwise(torch.nn.Module):
    """A convolution of kernel 1 as a product, of which there is a fast int8 form."""

    def __init__(self, conv):
        super().__init__()
        self.weight = torch.nn.Parameter(conv.weight[:, :, 0])
        self.bias = conv.bias

    def forward(self, x):
        x = x.transpose(1, 2)
        return torch.nn.functional.linear(x, self.weight, self.bias).transpose(1, 2)


def as_products(module):
    """Replaces convolutions over one dimension with kernel 1, in place."""
    for name, child in module.named_children():
        plain = isinstance(child, torch.nn.Conv1d) and child.kernel_size == (1,)
        if plain and child.stride == (1,) and child.groups == 1:
            setattr(module, name, Pointwise(child))
        else:
            as_products(child)


class Quantized(Exported):
    setting = (
        "exported by torch.onnx, convolutions of kernel 1 as products; "
        "onnxruntime.quantization.quantize_dynamic of products with int8 weights per "
        "output (its int8 convolutions are slower than those of floats); all graph "
        "optimizations"
    )

    def export(self, path):
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic

        functional.reset_net(self.module)
        as_products(self.module)
        whole = path.with_name("float.onnx")
        super().export(whole)
        # The quantizer transposes weights, but not the shapes that the file states.
        model = onnx.load(whole)
        del model.graph.value_info[:]
        onnx.save(model, whole)
        quantize_dynamic(
            whole,
            path,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
