# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is measured: networks for Volley and in a form for peers, and their inputs.

A workload is made from a description's settings and a case's point, as keywords.
"""

from importlib import import_module

# Modules are imported when a workload is made: some need PyTorch.
WORKLOADS = {
    "braille": "nirfile:Braille",
    "coincidences": "product:Coincidences",
    "mlp": "mlp:Mlp",
    "nmnist": "nirfile:Nmnist",
    "product": "product:Product",
    "ring": "ring:Ring",
    "transformer": "transformer:Transformer",
}


def make_workload(case, data):
    """The workload of a case; `data` is the directory with files of others."""
    module, name = WORKLOADS[case.network.workload].split(":")
    cls = getattr(import_module(f"suite.workloads.{module}"), name)
    return cls(data=data, **case.network.settings, **case.point)
