# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which step of the loop each node belongs to, and which nodes make a column."""

from __future__ import annotations

from volley.torch._graph import Node
from volley.torch.loops._nodes import Column
from volley.torch.loops.chains import Chains


class Ages:
    """Tells steps apart by what they depend on, or by what code says of them.

    Attributes:
        sliced: x[t] is a step wherever a dimension has as many elements as steps.
    """

    def __init__(self, chains: Chains, trace: list[Node], sliced: bool):
        self.chains, self.steps, self.sliced = chains, chains.steps, sliced
        self._ages: dict[int, int | None] = {}
        # Nodes of one op and line of a module, in the order of the trace,
        self._lines: dict[object, list[Node]] = {}
        for node in trace:
            self._lines.setdefault((node.op, node.where), []).append(node)
        # and the same by their step.
        self._by_age: dict[object, dict[int | None, list[Node]]] = {}

    def age(self, node: Node) -> int | None:
        """The last step that a node depends on; None without any."""
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [n for n in top.operands if id(n) not in self._ages]
            if missing:
                stack += missing
                continue
            stack.pop()
            self._ages[id(top)] = self._own_age(top)
        return self._ages[id(node)]

    def _own_age(self, node):
        place = self.chains.place.get(id(node))
        if place is not None and node.value[0].neuron.is_single_step:
            return place[1]
        ages = [self._ages[id(n)] for n in node.operands]
        age = max((a for a in ages if a is not None), default=None)
        if age is None and node.step is not None:
            return node.step
        if age is None and node.op == "select" and self.sliced:
            x, dim, index = node.args
            return index % self.steps if x.shape[dim] == self.steps else None
        if node.op in ("stack", "cat") and self._are_steps(ages):
            return None
        return age

    def _are_steps(self, ages):
        """Whether values of these ages are of one step each, maybe an earlier one."""
        late = next((i for i, age in enumerate(ages) if age is not None), len(ages))
        ages = ages[late:]
        return late + len(ages) == self.steps and ages == list(range(len(ages))) != []

    def is_static(self, node: Node) -> bool:
        """Whether a node is computed before the loop, or after it."""
        return self.age(node) is None

    def gathers(self, parts) -> bool:
        """Whether nodes are the steps of the loop, in order."""
        return self._are_steps([self.age(part) for part in parts])

    def history(self, node: Node) -> Column | None:
        """The column that a node read after the loop is the last of, if it is."""
        line = self._lines.get((node.op, node.where), [])
        if self.steps < 2 or node not in line:
            return None
        for steps in (self.steps, self.steps - 1):
            every, rest = divmod(len(line), steps)
            if rest:
                continue
            column = tuple(line[line.index(node) % every :: every])
            if steps < self.steps:
                column = self._with_first(column)
            if self.gathers(column):
                return column
        return self._by_steps(node)

    def _by_steps(self, node):
        """The column of a node of the last step, by where it is among those of its
        line and step: what the first step folds belongs to no step."""
        if self.age(node) != self.steps - 1:
            return None
        groups = [self._at(node, age) for age in range(self.steps)]
        *early, last = groups
        place, counts = last.index(node), set(map(len, early))
        # What steps read of the one before is of its age, and comes after its own.
        if len(counts) != 1 or len(last) > counts.pop():
            return None
        return tuple(group[place] for group in groups)

    def _with_first(self, column):
        """A column of the later steps, with what the second step has for it before."""
        pairs = [column[:2]] if len(column) > 1 else []
        while pairs:
            second, third = pairs.pop()
            for a, b in zip(second.operands, third.operands):
                if b is column[0]:
                    return (a, *column)
                if a is not b and a.op == b.op:
                    pairs.append((a, b))
        return column

    def extended(self, nodes: Column) -> Column:
        """The column with the step after its last, which the delay leaves out.

        Without it, what starts late would look like the constant that it is at first.
        """
        last = nodes[-1]
        age = self.age(last)
        if age is None or age + 1 >= self.steps:
            return nodes
        now, then = self._at(last, age), self._at(last, age + 1)
        if len(now) != len(then) or last not in now:
            return nodes
        return (*nodes, then[now.index(last)])

    def _at(self, node, age) -> list[Node]:
        """Nodes like one, of the same line, that belong to a step."""
        key = node.op, node.where
        if key not in self._by_age:
            groups = self._by_age.setdefault(key, {})
            for other in self._lines.get(key, ()):
                groups.setdefault(self.age(other), []).append(other)
        return self._by_age[key].get(age, [])
