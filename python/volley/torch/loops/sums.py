# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sums and means over steps, as code writes them out."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from volley.torch._graph import Node
from volley.torch._problems import Where
from volley.torch.loops._nodes import Column, is_zero, like
from volley.torch.loops.ages import Ages


def find_terms(node: Node, ages: Ages) -> Column | None:
    """The steps' values if a node is their sum, first to last."""
    if node.op != "add" or ages.steps < 2 or node.dtype == torch.bool:
        return None
    terms: list[Node] = []
    while node.op == "add" and len(terms) < ages.steps:
        a, b = node.args[:2]
        if node.kwargs.get("alpha", 1) != 1:
            return None
        if is_zero(b):
            node = a
        elif is_zero(a) and isinstance(b, Node):
            node = b
        elif not (isinstance(a, Node) and isinstance(b, Node)):
            return None
        else:
            terms.insert(0, b)
            node = a
    if len(terms) < ages.steps:
        terms.insert(0, node)
    elif not is_zero(node):
        return None  # the sum starts from something else
    return tuple(terms) if ages.gathers(terms) else None


def turn_around(node: Node, ages: Ages) -> Node | None:
    """A reduction over steps in reverse, as one over steps; or None."""
    if node.op not in ("sum", "mean", "amax") or node.args[0].op != "stack":
        return None
    stack, dims = node.args[:2]
    parts, dim = stack.args
    if dims not in ([dim], [dim - len(stack.shape)]):
        return None
    if not ages.gathers(parts[::-1]):
        return None
    forward = like(stack, "stack", [parts[::-1], dim])
    return like(node, node.op, [forward, *node.args[1:]])


@dataclass
class LateSum:
    """A sum or mean over all but the first steps.

    Attributes:
        where: the place at which steps are gathered.
        column: the values of all steps.
        start: the first step that counts.
    """

    node: Node
    where: Where
    column: Column
    start: int
    kind: str = "sum"
    dim: int = 0
    keepdim: bool = False

    def reduce(self, stream: Node) -> Node:
        """The node, of the column's stream."""
        shape = (*stream.shape[: self.dim], len(self.column), *stream.shape[self.dim :])
        every = Node("sequence", [stream, self.dim], shape, stream.dtype, self.where)
        args = [every, self.kind, self.dim, self.start, self.keepdim]
        return Node(
            "reduce_end", args, self.node.shape, self.node.dtype, self.node.where
        )


def find_late_sum(node: Node, ages: Ages) -> LateSum | None:
    """What a node is if it sums, or averages, all but the first steps."""
    where, settings = node.where, {}
    if node.op in ("sum", "mean") and node.args[0].op in ("stack", "cat"):
        stack = node.args[0]
        parts, dim = stack.args[0], stack.args[1] % len(stack.shape)
        dims, keepdim = (*node.args[1:], None, False)[:2]
        if stack.op != "stack" or dims not in ([dim], [dim - len(stack.shape)]):
            return None
        where = stack.where
        settings = {"kind": node.op, "dim": dim, "keepdim": keepdim}
    else:
        parts = _find_late_terms(node, ages.steps)
    found = [ages.age(part) for part in parts]
    start = found[0] if found else None
    if not start or found != list(range(start, ages.steps)):
        return None
    column = ages.history(parts[-1])
    if column is None or any(a is not b for a, b in zip(column[start:], parts)):
        return None
    return LateSum(node, where, column, start, **settings)


def _find_late_terms(node, steps) -> list[Node]:
    """What is added in turn at the last steps, first to last."""
    terms: list[Node] = []
    where = node.where
    while node.op == "add" and node.where == where and len(terms) < steps:
        a, b = node.args[:2]
        if node.kwargs.get("alpha", 1) != 1 or not isinstance(a, Node):
            return []
        if not isinstance(b, Node) or is_zero(b):
            a, b = b, a
        if not isinstance(b, Node):
            return []
        terms.insert(0, b)
        if is_zero(a):
            return terms
        if not isinstance(a, Node):
            return []
        node = a
    return []
