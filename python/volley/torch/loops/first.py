# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""First steps that are computed in another way than later ones."""

from __future__ import annotations

from collections.abc import Callable

from volley.torch._graph import Node
from volley.torch.loops._nodes import (
    Column,
    difference,
    like,
    make_number,
    without_zero,
)
from volley.torch.loops.ages import Ages


class Completion:
    """Writes first steps that lack the earlier value in full."""

    def __init__(self, ages: Ages):
        self.ages = ages
        self._alike: dict[tuple[int, int], bool] = {}

    def complete(self, nodes: Column) -> Column:
        """The column; where later steps add to the earlier value, or subtract from
        it, that is 0 at the first."""
        first, rest = _swapped(nodes[0], nodes[1:]), nodes[1:]
        nodes = (first, *rest)
        if not rest or self.ages.is_static(first):
            return nodes
        if any(n.op != rest[0].op for n in rest) or rest[0].op not in ("add", "sub"):
            return nodes
        operands = rest[0].args[:2]
        steps = [self.ages.age(a) if isinstance(a, Node) else None for a in operands]
        late = {(0, 1): 0, (1, 0): 1}.get(tuple(steps))
        if late is None or late == 0 and rest[0].op == "sub":
            return nodes
        if self._is_alike(first, rest[0]):
            return nodes
        parts = [without_zero(first)] * 2
        parts[late] = make_number(0, first)
        if first.op == rest[0].op:
            before, now = first.args[late], first.args[1 - late]
            if self._is_initial(before):
                return nodes
            if first.op == "add" and self._is_initial(now):
                # Python puts a number last, whatever side it is on.
                parts[late], parts[1 - late] = now, before
        return (like(rest[0], rest[0].op, parts), *rest)

    def _is_alike(self, first, second):
        """Whether two steps compute a value in the same way, from values of before."""
        if not isinstance(second, Node) or self.ages.age(second) != 1:
            return True
        if not isinstance(first, Node) or first.op != second.op:
            return False
        key = id(first), id(second)
        if key not in self._alike:
            pairs = zip(first.operands, second.operands)
            same = len(first.operands) == len(second.operands)
            self._alike[key] = same and all(self._is_alike(a, b) for a, b in pairs)
        return self._alike[key]

    def _is_initial(self, value):
        """Whether an operand of the first step is known before the loop."""
        return not isinstance(value, Node) or self.ages.is_static(value)


def _swapped(first: Node, rest: Column) -> Node:
    """A first step with its operands in the order of later ones: Python puts a number
    last, whatever side it is on."""
    if not rest or first.op != rest[0].op or first.op not in ("add", "mul"):
        return first
    (a, b), later = first.args[:2], rest[0].args[:2]
    if isinstance(b, Node) or a is not later[1] or not isinstance(later[0], Node):
        return first
    return like(first, first.op, [b, a, *first.args[2:]])


class Shift:
    """What the first step would compute if it were like the later ones.

    Args:
        known: the first node of a column by its second and third, or None.
    """

    def __init__(self, ages: Ages, known: Callable[[Node, Node], Node | None]):
        self.ages, self.known = ages, known
        self._shifted: dict[int, Node] = {}

    def shift(self, second: Node, third: Node) -> Node:
        """The node before these two; 0 for what is of earlier steps."""
        if second is third:
            return second
        if id(second) not in self._shifted:
            self._shifted[id(second)] = self._make(second, third)
        return self._shifted[id(second)]

    def _make(self, second, third):
        first = self.known(second, third)
        if first is not None:
            return first
        if self.ages.age(second) != 1:
            return make_number(0, second)
        if second.op != third.op:
            raise difference((second, third))
        chains, args = self.ages.chains, second.args
        if second.op == "getitem" and id(args[0]) in chains.place:
            chain, _ = chains.place[id(args[0])]
            args = [chains.calls[chain][0], args[1]]
        elif (
            second.op == "select"
            and self.ages.sliced
            and args[2] == 1
            and third.args[2] == 2
        ):
            args = [*args[:2], 0]
        else:
            args = self._shift_all(args, third.args)
        return like(second, second.op, args, value=second.value)

    def _shift_all(self, second, third):
        return [
            self.shift(a, b)
            if isinstance(a, Node) and isinstance(b, Node)
            else self._shift_all(a, b)
            if isinstance(a, (list, tuple))
            else a
            for a, b in zip(second, third)
        ]
