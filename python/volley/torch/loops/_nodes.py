# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is asked of nodes, and new ones that are like others."""

from __future__ import annotations

from collections import Counter

import torch

from volley.torch._graph import Node
from volley.torch._problems import Unsupported, Where

# One value of the loop's body, as the nodes that compute it at the steps 0, 1, ...
Column = tuple[Node, ...]


class Refusal(Unsupported):
    """What has no form in a network, and where it is."""

    def __init__(self, where: Where, message: str):
        super().__init__(message)
        self.where = where


def refuse(node: Node, message: str) -> Refusal:
    return Refusal(node.where, message)


def difference(nodes) -> Refusal:
    """That the steps of a column are not the same computation: which step is another
    than most."""
    counts = Counter(node.op for node in nodes)
    common = max(counts, key=lambda op: (counts[op], op == nodes[-1].op))
    # That the first step differs is often no more than an initial value.
    order = [*range(1, len(nodes)), 0]
    t = next((t for t in order if nodes[t].op != common), 0)
    like = max(t for t, node in enumerate(nodes) if node.op == common)
    most = "the last step" if like == len(nodes) - 1 else f"step {like}"
    return refuse(
        nodes[-1],
        f"step {t} of the loop computes this in another way than {most} "
        f"('{nodes[t].op}' there, '{common}' here); all steps must be equal "
        "but for initial values",
    )


def agree(values, key) -> bool:
    """Whether all values have the same key."""
    first = key(values[0])
    return all(key(v) is first or key(v) == first for v in values)


def is_equal(a, b) -> bool:
    """Whether two operands are computed in the same way from the same values."""
    if a is b or not (isinstance(a, Node) and isinstance(b, Node)):
        return a is b or type(a) is type(b) and a == b
    if a.op != b.op or a.op in ("neuron", "constant", "input") or a.kwargs != b.kwargs:
        return False
    pairs = zip(a.args, b.args)
    return len(a.args) == len(b.args) and all(
        isinstance(x, list)
        and isinstance(y, list)
        and len(x) == len(y)
        and all(map(is_equal, x, y))
        or is_equal(x, y)
        for x, y in pairs
    )


def is_zero(value) -> bool:
    if isinstance(value, Node):
        return value.fill == 0
    return isinstance(value, (int, float)) and value == 0


def without_zero(node: Node) -> Node:
    """What a node is, if it is a sum with 0."""
    if node.op == "add":
        for value, other in (node.args[:2], node.args[1::-1]):
            if is_zero(value) and isinstance(other, Node) and other.shape == node.shape:
                return other
    return node


def map_nodes(args, function) -> list:
    """Operands with each node replaced, in nested lists, too."""
    return [
        function(a)
        if isinstance(a, Node)
        else map_nodes(a, function)
        if isinstance(a, (list, tuple))
        else a
        for a in args
    ]


def like(node: Node, op: str, args, value=None) -> Node:
    """Another op that gives what the node gives, of its shape and place."""
    return Node(op, args, node.shape, node.dtype, node.where, value, node.kwargs)


def make_number(value, like: Node) -> Node:
    """A constant of one value, of another node's shape."""
    tensor = torch.full((), value, dtype=like.dtype).expand(like.shape)
    return Node("constant", [], like.shape, like.dtype, like.where, tensor)


def make_choice(like: Node) -> Node:
    """A node that has another value at the first step than later, without operands:
    what it depends on may depend on it."""
    return Node("where", [], like.shape, like.dtype, like.where)


def choose(choice: Node, first: Node, later: Node, where: Where) -> None:
    """Gives a choice its operands."""
    choice.args = [Node("later", [], (), torch.bool, where), later, first]
