# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whom Volley is measured against, each in its best reasonable setting.

A peer is a class per kind of workload (see suite.workloads), with `prepare`,
`convert`, `run` and `result`; peers.base.Peer says what they do. Modules are
imported when a peer is made: without its packages it is reported as missing.
"""

from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Entry:
    """A peer's name in reports, and its class by kind of workload.

    Attributes:
        compiles: preparing takes tens of seconds; --quick leaves it out.
    """

    title: str
    classes: dict[str, str]
    compiles: bool = False


PEERS = {
    "torch": Entry(
        "PyTorch",
        {
            "product": "torch_products:Product",
            "coincidences": "torch_products:Coincidences",
            "module": "torch_modules:Eager",
        },
    ),
    "torch-compiled": Entry(
        "torch.compile",
        {
            "layers": "torch_forms:Compiled",
            "module": "torch_modules:Compiled",
            "ring": "ring:Compiled",
        },
        compiles=True,
    ),
    "torch-hoisted": Entry("PyTorch, by layer", {"layers": "torch_forms:Hoisted"}),
    "torch-loop": Entry(
        "PyTorch, by step", {"layers": "torch_forms:Loop", "ring": "ring:Torch"}
    ),
    "onnxruntime": Entry(
        "ONNX Runtime",
        {
            "layers": "onnx_forms:Hoisted",
            "product": "onnx_forms:Product",
            "module": "onnx_modules:Exported",
        },
    ),
    "onnxruntime-int8": Entry(
        "ONNX Runtime, int8",
        {
            "product": "onnx_forms:IntegerProduct",
            "module": "onnx_modules:Quantized",
        },
    ),
    "numpy": Entry("NumPy, OpenBLAS", {"product": "numpy_peer:Product"}),
    "snntorch": Entry(
        "snnTorch", {"layers": "snntorch_peer:SnnTorch", "ring": "ring:SnnTorch"}
    ),
    "sinabs": Entry("sinabs", {"layers": "sinabs_peer:Sinabs"}),
    "spikingjelly": Entry("SpikingJelly", {"layers": "spikingjelly_peer:SpikingJelly"}),
    "norse": Entry("Norse", {"layers": "norse_peer:Norse", "ring": "ring:Norse"}),
    "snn-mlir": Entry("snn-mlir", {"layers": "snn_mlir_peer:SnnMlir"}),
}


def name_of(runner):
    """Volley's or a peer's name in reports."""
    return "Volley" if runner == "volley" else PEERS[runner].title


class UnsupportedError(Exception):
    """A peer cannot run a workload; the message says why."""


def make_peer(name, workload):
    """
    Raises:
        ModuleNotFoundError: its packages are not installed.
        UnsupportedError: it cannot run such a workload.
    """
    if name == "volley":
        path = "volley_peer:Volley"
    else:
        path = PEERS[name].classes.get(workload.kind)
    if path is None:
        raise UnsupportedError(f"{name} is not there for workloads of {workload.kind}")
    module, cls = path.split(":")
    return getattr(import_module(f"peers.{module}"), cls)(workload)
