# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Columns of nodes to single nodes that stand for a whole stream."""

from __future__ import annotations

import contextlib

import torch

from volley.torch._graph import Node, collapse
from volley.torch._problems import Problems, Where
from volley.torch.loops._nodes import (
    Column,
    Refusal,
    agree,
    choose,
    difference,
    is_equal,
    like,
    make_choice,
    make_number,
    map_nodes,
    refuse,
)
from volley.torch.loops.ages import Ages
from volley.torch.loops.chains import Chains, check_states
from volley.torch.loops.first import Completion, Shift
from volley.torch.loops.sums import find_late_sum, find_terms, turn_around


class Roller:
    """Rolls up what results depend on.

    Attributes:
        starts: the steps from which on something is summed, and where: whether they
            follow the number of steps, one example does not tell.
    """

    def __init__(self, chains: Chains, ages: Ages, problems: Problems):
        self.chains, self.ages, self.problems = chains, ages, problems
        self.steps = chains.steps
        self.completion = Completion(ages)
        self.starts: list[tuple[Where, int]] = []
        self._whole: dict[int, Node] = {}
        self._neurons: dict[object, Node] = {}
        # Streams by the node of their first step,
        self._streams: dict[int, list[tuple[Column, Node]]] = {}
        # by that of the second step,
        self._seconds: dict[int, list[tuple[Column, Node]]] = {}
        # and whole ones by that of the last step.
        self._lasts: dict[int, Node] = {}
        # Columns as they were before their first step was completed, by its new node.
        self._given: dict[int, Column] = {}
        # Nodes of the first step whose columns are delayed.
        self._delayed: set[int] = set()

    # Values outside of the loop.

    def whole(self, node: Node) -> Node:
        """The node that stands for a value read after or before the loop."""
        if id(node) not in self._whole:
            self._whole[id(node)] = self._make_whole(node)
        return self._whole[id(node)]

    def _make_whole(self, node):
        if node.op in ("input", "constant"):
            return node
        if node.op in ("stack", "cat"):
            parts = tuple(node.args[0])
            if self.ages.gathers(parts):
                return self._sequence(node, parts)
            if self.ages.gathers(parts[::-1]):
                raise refuse(
                    node,
                    "the steps are gathered in reverse, but a network runs forward in "
                    "time; reverse its input or its result instead",
                )
        backward = turn_around(node, self.ages)
        if backward is not None:
            return self.whole(backward)
        terms = find_terms(node, self.ages)
        if terms is not None:
            total = self.column(terms)
            return like(node, "window", [total], value="sum")
        late = find_late_sum(node, self.ages)
        if late is not None:
            self.starts.append((node.where, late.start))
            return late.reduce(self.column(late.column))
        if node.op == "getitem" and id(node.args[0]) in self.chains.place:
            return self._whole_result(node)
        column = self.ages.history(node)
        if id(node) not in self._lasts and column is not None:
            if column[-1] is not node:
                step = self.ages.age(node)
                raise refuse(
                    node,
                    f"the value of step {step} is used by itself; only the last "
                    "step's can be",
                )
            self.column(column)
        if id(node) in self._lasts:
            return like(node, "window", [self._lasts[id(node)]], value="last")
        return like(node, node.op, map_nodes(node.args, self.whole), value=node.value)

    def carried(self, node: Node) -> Node | None:
        """The last value of a state of the loop, if a node is one, or a constant."""
        if node is None or node.is_constant:
            return node
        column = self.ages.history(node)
        is_last = column is not None and column[-1] is node
        return node if is_last and id(column[0]) in self._delayed else None

    def _sequence(self, node, parts):
        dim = node.args[1] % len(node.shape)
        stream = self.column(parts)
        if node.op == "cat":
            if parts[0].shape[dim] != 1:
                raise refuse(node, "steps are joined along another axis than time")
            shape = stream.shape[:dim] + stream.shape[dim + 1 :]
            stream = Node("select", [stream, dim, 0], shape, node.dtype, node.where)
        return like(node, "sequence", [stream, dim])

    def _whole_result(self, node):
        call = node.args[0]
        leaf = call.value[0]
        chain, position = self.chains.place[id(call)]
        if not leaf.neuron.is_single_step:
            neuron = self.neuron(chain)
            return like(node, "getitem", [neuron, node.args[1]])
        if position != self.steps - 1:
            raise refuse(
                node,
                f"the result of step {position} is used by itself; only the last "
                "step's can be",
            )
        stream = like(node, "getitem", [self.neuron(chain), node.args[1]])
        return like(node, "window", [stream], value="last")

    # Values inside the loop.

    def column(self, nodes: Column) -> Node:
        """The stream whose values at the steps 0, 1, ... are the nodes."""
        for other, stream in self._streams.get(id(nodes[0]), ()):
            if all(a is b for a, b in zip(nodes, other)) and len(nodes) <= len(other):
                if len(nodes) > 1 or stream.op == nodes[0].op:
                    return stream
        given = nodes
        nodes = self.completion.complete(_unfold(nodes))
        if nodes[0] is not given[0]:
            self._given[id(nodes[0])] = given
        first, last = nodes[0], nodes[-1]
        if last.is_constant and _is_of_start(last):
            self.problems.late = True
        if all(n is first for n in nodes) and (
            len(nodes) > 1 or self.ages.is_static(first)
        ):
            if not self.ages.is_static(first):
                raise refuse(first, "a value of one step is used at every step")
            return self.whole(first)
        if self._is_delayed(nodes):
            return self._delay(nodes)
        if self._is_held(nodes):
            return self._delay_from(nodes)
        if agree(nodes, lambda n: n.op):
            return self._roll(nodes, last)
        if len(nodes) > 2 and agree(nodes[1:], lambda n: n.op):
            return self._start(nodes)
        raise difference(nodes)

    def _start(self, nodes):
        """The later steps' stream, but for the first step."""
        second, third = nodes[1:3]
        self.problems.remark(
            second.where, "the first step computes this in another way than later steps"
        )
        first = Shift(self.ages, self._find_first).shift(second, third)
        stream = self._register(nodes, make_choice(second))
        with _filled(stream):
            later = self.column((first, *nodes[1:]))
        return self._choose(stream, nodes[0], later)

    def _find_first(self, second, third):
        """The first node of a column that is known."""
        for column, _ in self._seconds.get(id(second), ()):
            if len(column) > 2 and column[2] is third:
                return column[0]
        return None

    def _choose(self, stream, first, later):
        """A stream that is another node at the first step than later."""
        is_static = self.ages.is_static(first)
        with _filled(stream):
            one = self.whole(first) if is_static else self.column((first,))
            choose(stream, one, later, first.where)
        return stream

    def _roll(self, nodes, last):
        if last.op == "getitem":
            return self._result(nodes)
        if last.op == "select" and self._is_time_slice(nodes):
            x, dim, _ = last.args
            stream = like(last, "step", [self.whole(x), dim % len(x.shape)])
            return self._register(nodes, stream)
        if last.op == "constant":
            return self._constants(nodes)
        if not agree(nodes, lambda n: n.kwargs):
            raise difference(nodes)
        stream = like(last, last.op, [], value=last.value)
        self._register(nodes, stream)
        with _filled(stream):
            stream.args = self._roll_arguments(nodes, [n.args for n in nodes])
        return stream

    def _roll_arguments(self, nodes, arguments):
        result = []
        for values in zip(*arguments):
            first, *rest = values
            if isinstance(first, (int, float)) and rest and isinstance(rest[0], Node):
                values = (make_number(first, rest[0]), *rest)
            if all(isinstance(v, Node) for v in values):
                result.append(self.column(tuple(values)))
            elif all(isinstance(v, (list, tuple)) for v in values) and values[0]:
                result.append(self._roll_arguments(nodes, values))
            elif agree(values, lambda v: v):
                result.append(values[0])
            elif all(isinstance(v, (int, float)) for v in values):
                result.append(self._count(nodes, values))
            else:
                raise difference(nodes)
        return result

    def _constants(self, nodes):
        """Constants of one value, which may be the number of the step."""
        last = nodes[-1]
        values = [node.fill for node in nodes]
        if None in values:
            self.problems.late = True
            raise refuse(last, "a constant differs from step to step")
        if agree(values, lambda v: v):
            return self.whole(last)
        count = self._count(nodes, values)
        return Node("expand", [count, last.shape], last.shape, last.dtype, last.where)

    def _count(self, nodes, values):
        """The number of the step, from 0 or from 1 on."""
        start, last = values[0], nodes[-1]
        if start not in (0, 1) or [*values] != [start + t for t in range(len(values))]:
            raise refuse(
                last,
                "a number differs from step to step, other than by counting from 0 or "
                "1 on; give such numbers as an input",
            )
        if len(values) < 2 or last.dtype == torch.bool:
            raise refuse(last, "the number of the step is used without floats")
        return Node("count", [], (), last.dtype, last.where, value=start)

    def _is_time_slice(self, nodes):
        x, dim, _ = nodes[0].args
        return (
            agree(nodes, lambda n: n.args[0])
            and agree(nodes, lambda n: n.args[1])
            and x.shape[dim] == self.steps
            and [n.args[2] % self.steps for n in nodes] == list(range(len(nodes)))
        )

    def _result(self, nodes):
        sources = [n.args[0] for n in nodes]
        places = [self.chains.place.get(id(source)) for source in sources]
        if None in places or not agree(nodes, lambda n: n.args[1]):
            raise difference(nodes)
        chain = places[0][0]
        if places != [(chain, t) for t in range(len(nodes))]:
            raise difference(nodes)
        stream = like(nodes[-1], "getitem", [self.neuron(chain), nodes[-1].args[1]])
        return self._register(nodes, stream)

    def neuron(self, chain) -> Node:
        """The one node of all calls of a chain."""
        if chain in self._neurons:
            return self._neurons[chain]
        calls = self.chains.calls[chain]
        leaf, _, given = calls[-1].value
        node = like(calls[-1], "neuron", [], value=(leaf, chain, {}))
        self._neurons[chain] = node
        if not leaf.neuron.is_single_step:
            node.args = [self.whole(calls[0].args[0])]
        else:
            node.args = [self.column(tuple(call.args[0] for call in calls))]
        check_states(calls)
        return node

    # Delays.

    def _is_delayed(self, nodes):
        """Whether the first step has an initial value where later ones have y."""
        first, rest = nodes[0], nodes[1:]
        if not rest or not self.ages.is_static(first):
            return False
        ages = [self.ages.age(n) for n in rest]
        if any(age is None for age in ages):
            return self._is_delayed(rest) if ages[0] is None else False
        # An op that is computed at the first step too is rolled with its operands.
        return ages == list(range(len(rest))) and (
            first.is_constant or first.op != rest[0].op
        )

    def _is_held(self, nodes):
        """Whether each step has the value of the step before, the first its own."""
        ages = [self.ages.age(n) for n in nodes]
        is_late = len(nodes) > 2 and ages == [0, *range(len(nodes) - 1)]
        return is_late and is_equal(*nodes[:2])

    def _delay(self, nodes):
        first = nodes[0]
        if not first.is_constant:
            return self._delay_from(nodes)
        # States that start without a batch have one later.
        # A state may be held for each sample, and be the same for all of them.
        initial = collapse(first.value.expand(nodes[-1].shape))
        node = like(nodes[-1], "delay", [], value=initial)
        self._register(nodes, node)
        self._delayed.add(id(nodes[1]))
        with _filled(node):
            node.args = [self.column(self.ages.extended(nodes[1:]))]
        return node

    def _delay_from(self, nodes):
        """A state that starts from a value that is computed."""
        first, second = nodes[:2]
        stream = self._register(nodes, make_choice(second))
        with _filled(stream):
            late = self._delay((make_number(0, second), *nodes[1:]))
        return self._choose(stream, first, late)

    def _register(self, nodes, stream):
        for column in (nodes, self._given.get(id(nodes[0]))):
            if column is not None:
                self._streams.setdefault(id(column[0]), []).append((column, stream))
        if len(nodes) > 1:
            self._seconds.setdefault(id(nodes[1]), []).append((nodes, stream))
        if len(nodes) == self.steps > 1:
            # A choice comes before what it chooses from.
            self._lasts.setdefault(id(nodes[-1]), stream)
        return stream


@contextlib.contextmanager
def _filled(stream: Node):
    """A stream that gets its operands, or is unknown where these are refused."""
    try:
        yield
    except Refusal:
        stream.op, stream.args = "unknown", []
        raise


def _unfold(nodes: Column) -> Column:
    """The column with first steps that were folded to constants as ops again."""
    if nodes[-1].is_constant:
        return nodes
    unfolded = tuple(node.origin or node for node in nodes)
    return unfolded if agree(unfolded, lambda n: n.op) else nodes


def _is_of_start(node: Node) -> bool:
    """Whether a constant was computed from one that the code makes: a first state."""
    pending, seen = [node.origin] if node.origin else [], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.is_constant and node.origin is None and "name" not in node.kwargs:
            return True
        pending += [node.origin] if node.origin else node.operands
    return False
