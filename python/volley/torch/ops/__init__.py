# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""ATen ops, one entry each: what happens to dimensions, and what is emitted.

An entry is a function from a converter and the op's operands, in the order of its
schema, to (dims, emit): the dimensions of the result, and a function that adds the op
to a builder once all axes are known. It raises Unsupported for what has no form in a
network. Operands are Values (signals), Constants, and Python numbers and lists.
"""

from volley.torch.ops import elementwise, pools, products, reductions, shapes
from volley.torch.ops._common import TABLE, VARYING

__all__ = [
    "TABLE",
    "VARYING",
    "elementwise",
    "pools",
    "products",
    "reductions",
    "shapes",
]
