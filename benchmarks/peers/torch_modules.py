# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SpikingJelly's model classes in PyTorch."""

import torch
from spikingjelly.activation_based import functional

from peers.torch_forms import TorchPeer


class Eager(TorchPeer):
    setting = "the module as it is, in multi-step mode; inference mode"

    def prepare(self):
        self.module = self.workload.module

    @torch.inference_mode()
    def run(self, x):
        functional.reset_net(self.module)
        return self.module(x)


class Compiled(Eager):
    setting = "torch.compile of the module with static shapes; inference mode"

    def prepare(self):
        super().prepare()
        self.compiled = torch.compile(self.module, dynamic=False)

    @torch.inference_mode()
    def run(self, x):
        functional.reset_net(self.module)
        return self.compiled(x)
