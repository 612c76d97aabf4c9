# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of matrices in PyTorch, on floats that are ready made."""

import numpy as np
import torch
from torch.nn import functional as F

from peers.torch_forms import TorchPeer


class Product(TorchPeer):
    setting = "torch.nn.functional.linear and a comparison, on floats; inference mode"

    def prepare(self):
        self.weight = torch.from_numpy(self.workload.weight)
        self.threshold = float(self.workload.threshold)

    def convert(self, x):
        return super().convert(x[0, 0])

    @torch.inference_mode()
    def run(self, x):
        return F.linear(x, self.weight) > self.threshold

    def result(self, y):
        return super().result(y)[None, None].view(np.uint8)


class Coincidences(TorchPeer):
    setting = "torch.bmm on floats; inference mode"

    def prepare(self):
        pass

    def convert(self, x):
        return [super(Coincidences, self).convert(x[name][0, 0]) for name in "ab"]

    @torch.inference_mode()
    def run(self, x):
        return torch.bmm(*x)

    def result(self, y):
        return super().result(y)[None, None]
