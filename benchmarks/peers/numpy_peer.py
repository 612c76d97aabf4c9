# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products by the BLAS that NumPy brings."""

import numpy as np

from peers.base import Peer


class Product(Peer):
    setting = (
        "numpy.matmul into an array that is there, and a comparison, on floats; "
        "OPENBLAS_CORETYPE=SkylakeX where there is AVX-512"
    )

    def prepare(self):
        workload = self.workload
        self.weight = np.ascontiguousarray(workload.weight.T)
        self.sums = np.empty((workload.rows, workload.outputs), np.float32)
        self.threshold = workload.threshold

    def convert(self, x):
        return np.ascontiguousarray(x[0, 0], np.float32)

    def run(self, x):
        np.matmul(x, self.weight, out=self.sums)
        return self.sums > self.threshold

    def result(self, y):
        return y[None, None].view(np.uint8)
