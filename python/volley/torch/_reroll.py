# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rolling up a loop over time that tracing has unrolled.

The loop's n steps appear as n copies of its body. A *column* is one value of the
body, as the n nodes that compute it at the steps 0, 1, ..., n-1. Starting from what
is read after the loop, columns are turned into single nodes that stand for a whole
stream:

    all one node, computed before the loop      -> that node
    results of the calls 0, 1, ... of a neuron  -> the neuron, once
    x[0], x[1], ...                             -> "step": x without its time axis
    [initial, y[0], y[1], ...]                  -> "delay" of the column y
    equal ops                                   -> the op, of its operands' columns

Anything else is not the same computation at each step, and refused. What a stack of
a column is, is again a tensor with a time axis ("sequence"); a sum over it, or its
last node, is a value of the whole run ("window").
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import torch

from volley.torch._graph import Node
from volley.torch._problems import Problems, Unsupported, Where

Column = tuple[Node, ...]


def reroll(
    outputs,
    trace: list[Node],
    steps: int,
    sliced: bool,
    problems: Problems,
    kept: int = 0,
    starts: list[tuple[Where, int]] | None = None,
):
    """The outputs, of a graph without copies of steps.

    The last `kept` of them are tensors that the module keeps until it is called again.
    Of these, those are None that are not what the loop itself carries on.

    Args:
        trace: all nodes in the order in which they were computed.
        steps: the number of steps of the loop, 0 without one.
        sliced: x[t] is a step wherever a dimension has the size `steps`.
        starts: gets the steps from which on something is summed, and where: whether
            they follow the number of steps, one example does not tell.
    """
    found = Problems(remarks=problems.remarks)
    chains = _Chains([n for n in trace if n.op == "neuron"], steps, found)
    roller = _Roller(chains, trace, sliced, found)
    if starts is not None:
        roller.starts = starts
    rolled = _reroll(outputs, roller, found, kept)
    # A neuron that runs twice in a step makes two steps of one: that is why.
    repeated = chains.find_repeated(bool(found.errors))
    told = dict.fromkeys(f"{where}{message}" for where, message in repeated)
    problems.errors.update(told or found.errors)
    problems.late |= found.late
    return rolled


def _reroll(outputs, roller, problems, kept):
    if problems.errors:
        return [None] * len(outputs)

    def roll(function, value):
        try:
            with _deep_recursion():
                return function(value)
        except Refusal as refusal:
            problems.error(refusal.where, str(refusal))
            return None

    # First what runs in the loop, so that what is read after it is known.
    for chain in roller.chains.calls:
        roll(roller.neuron, chain)
    if problems.errors:
        return [None] * len(outputs)
    results = outputs[: len(outputs) - kept]
    return [
        *(None if result is None else roll(roller.whole, result) for result in results),
        *map(roller.carried, outputs[len(results) :]),
    ]


def find_plain_loops(trace: list[Node]) -> list[int]:
    """The steps that a loop that runs no neuron module may have; 0 is without one.

    A module that runs sequences of neurons says how long they are, and the loop
    gathers as many steps. In one without neurons, it is the dimension of an input of
    which every index is taken; what is computed first may be taken apart as data.
    """
    neurons = [node for node in trace if node.op == "neuron"]
    if not neurons:
        direct = _sliced_size(trace, lambda x: x.op == "input")
        return [direct] if direct else [_sliced_size(trace, lambda x: True), 0]
    lengths = {
        node.args[0].shape[0 if node.value[0].neuron.time == "TB" else 1]
        for node in neurons
        if node.value[0].neuron.time in ("TB", "BT")
    }
    if len(lengths) != 1 or lengths == {1}:
        return [0]
    (steps,) = lengths
    roller = _Roller(_Chains([], steps, Problems()), trace, True, Problems())
    found = any(
        node.op in ("stack", "cat") and roller.gathers(node.args[0]) for node in trace
    )
    return [steps if found else 0]


def _sliced_size(trace, is_source) -> int:
    """The size of one of the first two dimensions that is taken apart, or 0."""
    taken: dict[tuple[int, int], set[int]] = {}
    sizes = {}
    for node in trace:
        if node.op == "select" and is_source(_source(node.args[0])):
            x, dim, index = node.args
            dim, size = dim % len(x.shape), x.shape[dim]
            if dim < 2 and size > 1 and not x.is_constant:
                taken.setdefault((id(x), dim), set()).add(index % size)
                sizes[id(x), dim] = size
    inputs = [x for node in trace for x in node.operands if x.op == "input"]
    found = {sizes[key] for key, indices in taken.items() if len(indices) == sizes[key]}
    found &= {size for x in inputs for size in x.shape}
    return found.pop() if len(found) == 1 else 0


def _source(node):
    """The node whose dimensions are only permuted."""
    while node.op in ("transpose", "permute", "movedim", "swapaxes"):
        node = node.args[0]
    return node


@contextlib.contextmanager
def _deep_recursion():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


class _Chains:
    """The calls of neurons, in the order of time.

    A module that keeps its state is one chain of calls. Calls that are handed
    their state belong to the chain that it comes from.

    Attributes:
        place: the chain and the position of each call.
    """

    def __init__(self, calls, steps, problems):
        self.steps = steps
        self.place: dict[int, tuple[object, int]] = {}
        self.calls: dict[object, list[Node]] = {}
        for node in calls:
            key = self._chain(node)
            chain = self.calls.setdefault(key, [])
            self.place[id(node)] = (key, len(chain))
            chain.append(node)
        self._check(problems)

    def _chain(self, node):
        leaf, call, given = node.value
        states = [name for name in given if name != "input"]
        if not states:
            return (leaf.index, 0 if leaf.neuron.keeps_state else call)
        for name in states:
            before = self._call_before(node.args[given[name]], leaf)
            if before is not None:
                return self.place[id(before)][0]
        return (leaf.index, call)

    def _call_before(self, state, leaf):
        """The call of a neuron that a state comes from, changed or not; or None."""
        pending = [state]
        while pending:
            node = pending.pop()
            if node.op != "neuron":
                pending += node.operands
            elif node.value[0] is leaf and id(node) in self.place:
                return node
        return None

    def _check(self, problems):
        for chain in self.calls.values():
            leaf = chain[0].value[0]
            if leaf.problem:
                continue
            if leaf.neuron.time != "step" and len(chain) > 1:
                problems.error(
                    chain[1].where,
                    f"the neuron is called {len(chain)} times on whole sequences, each "
                    "time from the state that the last call left; use one module per "
                    "place",
                )
            elif leaf.neuron.time != "step":
                continue
            elif self._starts_anew(chain):
                problems.error(
                    chain[0].where,
                    "the neuron starts anew at each step: it is reset, or not given "
                    "the state that it returned; reset before the loop over time, and "
                    "pass states on",
                )
            elif len(chain) != max(self.steps, 1) and self._is_restarted(chain):
                problems.error(
                    chain[0].where,
                    "the neuron is reset within the loop over time; a network is reset "
                    "between runs",
                )
            elif len(chain) != max(self.steps, 1):
                problems.error(
                    chain[-1].where,
                    f"the neuron is called {len(chain)} times, where others are called "
                    f"{self.steps} times; a neuron runs once per step: use one module "
                    "per place, and pass states on",
                )

    def find_repeated(self, failed: bool) -> Iterator[tuple[Where, str]]:
        """Neurons that run at several places in turn, as if these were steps.

        Unless it failed to roll a loop up, those that run once at each.
        """
        for chain in self.calls.values():
            if chain[0].value[0].neuron.time != "step":
                continue
            places = [_place(call) for call in chain]
            count = len(set(places))
            if count < 2 or any(p != places[i % count] for i, p in enumerate(places)):
                continue
            if not failed and count < len(chain):
                continue
            lines = {f"{w.file}:{w.line}": None for w, _ in places if w.file}
            at = f" ({', '.join(lines)})" if len(lines) > 1 else ""
            yield (
                chain[0].where,
                f"the neuron runs {count} times in a step{at}, each time from the "
                "state that the last run left; a neuron runs once per step: use one "
                "module per place",
            )

    def _starts_anew(self, chain):
        leaf = chain[0].value[0]
        chains = [c for c in self.calls.values() if c[0].value[0] is leaf]
        return len(chains) >= self.steps > 1 and all(len(c) == 1 for c in chains)

    def _is_restarted(self, chain):
        """Whether a chain starts where the last one of its neuron ends."""
        first = chain[0].value[1]
        return any(
            other[0].value[0] is chain[0].value[0] and other[-1].value[1] == first - 1
            for other in self.calls.values()
        )


def _place(call) -> tuple[Where, frozenset]:
    """Where a neuron is called, and the parameters that its input is computed by."""
    names, pending, seen = set(), [call.args[0]], set()
    while pending:
        node = pending.pop()
        if id(node) in seen or node.op == "neuron":
            continue
        seen.add(id(node))
        pending += [node.origin] if node.origin else node.operands
        names.add(node.kwargs.get("name"))
    return call.where, frozenset(names)


class _Roller:
    def __init__(self, chains, trace: list[Node], sliced: bool, problems: Problems):
        self.chains, self.steps, self.sliced = chains, chains.steps, sliced
        self.problems = problems
        self.starts: list[tuple[Where, int]] = []
        # Nodes of one line of a module, in the order of the trace.
        self._lines: dict[object, list[Node]] = {}
        for node in trace:
            self._lines.setdefault((node.op, node.where), []).append(node)
        self._whole: dict[int, Node] = {}
        self._neurons: dict[object, Node] = {}
        # Streams by the node of their first step.
        self._streams: dict[int, list[tuple[Column, Node]]] = {}
        # Columns by their first node after what `_complete` does.
        self._given: dict[int, Column] = {}
        # Streams by the node of the second step.
        self._seconds: dict[int, list[tuple[Column, Node]]] = {}
        # And whole ones by the node of their last step.
        self._lasts: dict[int, Node] = {}
        self._ages: dict[int, int | None] = {}
        # The same by their step.
        self._by_age: dict[object, dict[int | None, list[Node]]] = {}
        self._alike: dict[tuple[int, int], bool] = {}
        # Nodes of the first step whose columns are delayed.
        self._delayed: set[int] = set()

    # The step that a value belongs to.

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
        if place is not None and node.value[0].neuron.time == "step":
            return place[1]
        ages = [self._ages[id(n)] for n in node.operands]
        age = max((a for a in ages if a is not None), default=None)
        if age is None and node.op == "select" and self.sliced:
            x, dim, index = node.args
            return index % self.steps if x.shape[dim] == self.steps else None
        if self._is_column_end(node, ages):
            return None
        return age

    def _is_column_end(self, node, ages):
        """Whether a node gathers all steps."""
        return node.op in ("stack", "cat") and self._are_steps(ages)

    def _are_steps(self, ages):
        """Whether values of these ages are of one step each, maybe an earlier one."""
        late = next((i for i, age in enumerate(ages) if age is not None), len(ages))
        ages = ages[late:]
        return late + len(ages) == self.steps and ages == list(range(len(ages))) != []

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
            if self.gathers(parts):
                return self._sequence(node, parts)
            if self.gathers(parts[::-1]):
                raise _refuse(
                    node,
                    "the steps are gathered in reverse, but a network runs forward in "
                    "time; reverse its input or its result instead",
                )
        backward = self._reversed(node)
        if backward is not None:
            return self.whole(backward)
        terms = self._terms(node)
        if terms is not None:
            total = self.column(terms)
            return _like(node, "window", [total], value="sum")
        late = self._late_sum(node)
        if late is not None:
            return late
        if node.op == "getitem" and id(node.args[0]) in self.chains.place:
            return self._whole_result(node)
        column = self._history(node)
        if id(node) not in self._lasts and column is not None:
            if column[-1] is not node:
                raise _refuse(
                    node,
                    f"the value of step {self.age(node)} is used by itself; only the "
                    "last step's can be",
                )
            self.column(column)
        if id(node) in self._lasts:
            return _like(node, "window", [self._lasts[id(node)]], value="last")
        return _like(node, node.op, _map(node.args, self.whole), value=node.value)

    def carried(self, node: Node) -> Node | None:
        """The last value of a state of the loop, if a node is one, or a constant."""
        if node is None or node.is_constant:
            return node
        column = self._history(node)
        is_last = column is not None and column[-1] is node
        return node if is_last and id(column[0]) in self._delayed else None

    def gathers(self, parts) -> bool:
        """Whether nodes are the steps of the loop, in order."""
        return self._are_steps([self.age(part) for part in parts])

    def _history(self, node) -> Column | None:
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
        return None

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

    def _sequence(self, node, parts):
        dim = node.args[1] % len(node.shape)
        stream = self.column(parts)
        if node.op == "cat":
            if parts[0].shape[dim] != 1:
                raise _refuse(node, "steps are joined along another axis than time")
            shape = stream.shape[:dim] + stream.shape[dim + 1 :]
            stream = Node("select", [stream, dim, 0], shape, node.dtype, node.where)
        return _like(node, "sequence", [stream, dim])

    def _terms(self, node) -> Column | None:
        """The steps' values if a node is their sum, first to last."""
        if node.op != "add" or self.steps < 2:
            return None
        terms: list[Node] = []
        while node.op == "add" and len(terms) < self.steps:
            a, b = node.args[:2]
            if node.kwargs.get("alpha", 1) != 1:
                return None
            if _is_zero(b):
                node = a
            elif _is_zero(a) and isinstance(b, Node):
                node = b
            elif not (isinstance(a, Node) and isinstance(b, Node)):
                return None
            else:
                terms.insert(0, b)
                node = a
        if len(terms) < self.steps:
            terms.insert(0, node)
        return tuple(terms) if self.gathers(terms) else None

    def _reversed(self, node):
        """A reduction over steps in reverse, as one over steps; or None."""
        if node.op not in ("sum", "mean", "amax") or node.args[0].op != "stack":
            return None
        stack, dims = node.args[:2]
        parts, dim = stack.args
        if dims not in ([dim], [dim - len(stack.shape)]):
            return None
        if not self.gathers(parts[::-1]):
            return None
        forward = _like(stack, "stack", [parts[::-1], dim])
        return _like(node, node.op, [forward, *node.args[1:]])

    def _late_sum(self, node):
        """A sum or mean over all but the first steps, if a node is one."""
        if node.op in ("sum", "mean") and node.args[0].op in ("stack", "cat"):
            stack = node.args[0]
            parts, dim = stack.args[0], stack.args[1] % len(stack.shape)
            dims, keepdim = (*node.args[1:], None, False)[:2]
            over = stack.op == "stack" and dims in ([dim], [dim - len(stack.shape)])
            kind = node.op
        else:
            parts, dim, keepdim, kind = self._late_terms(node), 0, False, "sum"
            stack, over = node, True
        ages = [self.age(part) for part in parts]
        start = ages[0] if ages else None
        if not over or not start or ages != list(range(start, self.steps)):
            return None
        column = self._history(parts[-1])
        if column is None or any(a is not b for a, b in zip(column[start:], parts)):
            return None
        self.starts.append((node.where, start))
        one = column[0]
        shape = (*one.shape[:dim], self.steps, *one.shape[dim:])
        every = Node(
            "sequence", [self.column(column), dim], shape, one.dtype, stack.where
        )
        args = [every, kind, dim, start, keepdim]
        return Node("reduce_end", args, node.shape, node.dtype, node.where)

    def _late_terms(self, node) -> list[Node]:
        """What is added in turn at the last steps, first to last."""
        terms: list[Node] = []
        where = node.where
        while node.op == "add" and node.where == where and len(terms) < self.steps:
            a, b = node.args[:2]
            if node.kwargs.get("alpha", 1) != 1 or not isinstance(a, Node):
                return []
            if not isinstance(b, Node) or _is_zero(b):
                a, b = b, a
            terms.insert(0, b)
            if _is_zero(a):
                return terms
            node = a
        return []

    def _whole_result(self, node):
        call = node.args[0]
        leaf = call.value[0]
        chain, position = self.chains.place[id(call)]
        if leaf.neuron.time != "step":
            neuron = self.neuron(chain)
            return _like(node, "getitem", [neuron, node.args[1]])
        if position != self.steps - 1:
            raise _refuse(
                node,
                f"the result of step {position} is used by itself; only the last "
                "step's can be",
            )
        stream = _like(node, "getitem", [self.neuron(chain), node.args[1]])
        return _like(node, "window", [stream], value="last")

    # Values inside the loop.

    def column(self, nodes: Column) -> Node:
        """The stream whose values at the steps 0, 1, ... are the nodes."""
        for other, stream in self._streams.get(id(nodes[0]), ()):
            if all(a is b for a, b in zip(nodes, other)) and len(nodes) <= len(other):
                if len(nodes) > 1 or stream.op == nodes[0].op:
                    return stream
        given = nodes
        nodes = self._complete(_unfold(nodes))
        if nodes[0] is not given[0]:
            self._given[id(nodes[0])] = given
        first, last = nodes[0], nodes[-1]
        if last.is_constant and _is_of_start(last):
            self.problems.late = True
        if all(n is first for n in nodes) and (
            len(nodes) > 1 or self._is_static(first)
        ):
            if not self._is_static(first):
                raise _refuse(first, "a value of one step is used at every step")
            return self.whole(first)
        if self._is_delayed(nodes):
            return self._delay(nodes)
        if self._is_held(nodes):
            return self._delay_from(nodes)
        if _same(nodes, lambda n: n.op):
            return self._roll(nodes, last)
        if len(nodes) > 2 and _same(nodes[1:], lambda n: n.op):
            return self._start(nodes)
        raise self._difference(nodes)

    # A first step that is computed in another way than the later ones.

    def _start(self, nodes):
        """The later steps' stream, but for the first step."""
        first, second, third = nodes[:3]
        self.problems.remark(
            second.where, "the first step computes this in another way than later steps"
        )
        rest = (self._before(second, third, {}), *nodes[1:])
        stream = self._register(nodes, _where(second))
        rest = self.column(rest)
        one = self.whole(first) if self._is_static(first) else self.column((first,))
        stream.args = [_since(1, first), rest, one]
        return stream

    def _before(self, second, third, known):
        """What would be computed at the first step; 0 for what is of earlier steps."""
        if second is third:
            return second
        if id(second) not in known:
            known[id(second)] = self._make_before(second, third, known)
        return known[id(second)]

    def _make_before(self, second, third, known):
        for column, _ in self._seconds.get(id(second), ()):
            if len(column) > 2 and column[2] is third:
                return column[0]
        if self.age(second) != 1:
            return _number(0, second)
        if second.op != third.op:
            raise self._difference((second, third))
        args = second.args
        if second.op == "getitem" and id(second.args[0]) in self.chains.place:
            chain, _ = self.chains.place[id(second.args[0])]
            args = [self.chains.calls[chain][0], second.args[1]]
        elif (
            second.op == "select"
            and self.sliced
            and args[2] == 1
            and third.args[2] == 2
        ):
            args = [*args[:2], 0]
        else:
            args = self._before_all(second.args, third.args, known)
        return _like(second, second.op, args, value=second.value)

    def _before_all(self, second, third, known):
        return [
            self._before(a, b, known)
            if isinstance(a, Node) and isinstance(b, Node)
            else self._before_all(a, b, known)
            if isinstance(a, (list, tuple))
            else a
            for a, b in zip(second, third)
        ]

    def _complete(self, nodes: Column) -> Column:
        """The column with a first step that lacks the earlier value written in full.

        Where later steps add to the earlier value, or subtract it, it is 0.
        """
        first, rest = nodes[0], nodes[1:]
        if not rest or self._is_static(first):
            return nodes
        if any(n.op != rest[0].op for n in rest) or rest[0].op not in ("add", "sub"):
            return nodes
        ages = [self.age(a) if isinstance(a, Node) else None for a in rest[0].args[:2]]
        late = {(0, 1): 0, (1, 0): 1}.get(tuple(ages))
        if late is None or late == 0 and rest[0].op == "sub":
            return nodes
        parts = [_without_zero(first)] * 2
        parts[late] = _number(0, first)
        if self._is_alike(first, rest[0]):
            return nodes
        if first.op == rest[0].op:
            before, now = first.args[late], first.args[1 - late]
            if self._is_initial(before):
                return nodes
            if first.op == "add" and self._is_initial(now):
                # Python puts a number last, whatever side it is on.
                parts[late], parts[1 - late] = now, before
        return (_like(rest[0], rest[0].op, parts), *rest)

    def _is_alike(self, first, second):
        """Whether two steps compute a value in the same way, from values of before."""
        if not isinstance(second, Node) or self.age(second) != 1:
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
        return not isinstance(value, Node) or self._is_static(value)

    def _is_static(self, node):
        return self.age(node) is None

    def _roll(self, nodes, last):
        if last.op == "getitem":
            return self._result(nodes)
        if last.op == "select" and self._is_time_slice(nodes):
            x, dim, _ = last.args
            stream = _like(last, "step", [self.whole(x), dim % len(x.shape)])
            return self._register(nodes, stream)
        if last.op == "constant":
            return self._constants(nodes)
        if not _same(nodes, lambda n: n.kwargs):
            raise self._difference(nodes)
        stream = _like(last, last.op, [], value=last.value)
        self._register(nodes, stream)
        stream.args = self._roll_arguments(nodes, [n.args for n in nodes])
        return stream

    def _roll_arguments(self, nodes, arguments):
        result = []
        for values in zip(*arguments):
            first, *rest = values
            if isinstance(first, (int, float)) and rest and isinstance(rest[0], Node):
                values = (_number(first, rest[0]), *rest)
            if all(isinstance(v, Node) for v in values):
                result.append(self.column(tuple(values)))
            elif all(isinstance(v, (list, tuple)) for v in values) and values[0]:
                result.append(self._roll_arguments(nodes, values))
            elif _same(values, lambda v: v):
                result.append(values[0])
            elif all(isinstance(v, (int, float)) for v in values):
                result.append(self._count(nodes, values))
            else:
                raise self._difference(nodes)
        return result

    def _constants(self, nodes):
        """Constants of one value, which may be the number of the step."""
        last = nodes[-1]
        values = [node.fill for node in nodes]
        if None in values:
            self.problems.late = True
            raise _refuse(last, "a constant differs from step to step")
        if _same(values, lambda v: v):
            return self.whole(last)
        count = self._count(nodes, values)
        return Node("expand", [count, last.shape], last.shape, last.dtype, last.where)

    def _count(self, nodes, values):
        """The number of the step, from 0 or from 1 on."""
        start, like = values[0], nodes[-1]
        if start not in (0, 1) or [*values] != [start + t for t in range(len(values))]:
            raise _refuse(
                like,
                "a number differs from step to step, other than by counting from 0 or "
                "1 on; give such numbers as an input",
            )
        if len(values) < 2 or like.dtype == torch.bool:
            raise _refuse(like, "the number of the step is used without floats")
        return Node("count", [], (), like.dtype, like.where, value=start)

    def _is_time_slice(self, nodes):
        x, dim, _ = nodes[0].args
        return (
            _same(nodes, lambda n: n.args[0])
            and _same(nodes, lambda n: n.args[1])
            and x.shape[dim] == self.steps
            and [n.args[2] % self.steps for n in nodes] == list(range(len(nodes)))
        )

    def _result(self, nodes):
        sources = [n.args[0] for n in nodes]
        places = [self.chains.place.get(id(source)) for source in sources]
        if None in places or not _same(nodes, lambda n: n.args[1]):
            raise self._difference(nodes)
        chain = places[0][0]
        if places != [(chain, t) for t in range(len(nodes))]:
            raise self._difference(nodes)
        stream = _like(nodes[-1], "getitem", [self.neuron(chain), nodes[-1].args[1]])
        return self._register(nodes, stream)

    def neuron(self, chain) -> Node:
        """The one node of all calls of a chain."""
        if chain in self._neurons:
            return self._neurons[chain]
        calls = self.chains.calls[chain]
        leaf, _, given = calls[-1].value
        node = _like(calls[-1], "neuron", [], value=(leaf, chain, {}))
        self._neurons[chain] = node
        if leaf.neuron.time != "step":
            node.args = [self.whole(calls[0].args[0])]
        else:
            node.args = [self.column(tuple(call.args[0] for call in calls))]
        check_states(calls)
        return node

    # Delays.

    def _is_delayed(self, nodes):
        """Whether the first step has an initial value where later ones have y."""
        first, rest = nodes[0], nodes[1:]
        if not rest or not self._is_static(first):
            return False
        ages = [self.age(n) for n in rest]
        if any(age is None for age in ages):
            return self._is_delayed(rest) if ages[0] is None else False
        # An op that is computed at the first step too is rolled with its operands.
        return ages == list(range(len(rest))) and (
            first.is_constant or first.op != rest[0].op
        )

    def _is_held(self, nodes):
        """Whether each step has the value of the step before, the first its own."""
        ages = [self.age(n) for n in nodes]
        is_late = len(nodes) > 2 and ages == [0, *range(len(nodes) - 1)]
        return is_late and _is_equal(*nodes[:2])

    def _delay(self, nodes):
        first = nodes[0]
        if not first.is_constant:
            return self._delay_from(nodes)
        node = _like(nodes[1], "delay", [], value=first.value)
        self._register(nodes, node)
        self._delayed.add(id(nodes[1]))
        node.args = [self.column(self._extended(nodes[1:]))]
        return node

    def _extended(self, nodes: Column) -> Column:
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

    def _delay_from(self, nodes):
        """A state that starts from a value that is computed."""
        first, second = nodes[:2]
        stream = self._register(nodes, _where(second))
        late = self._delay((_number(0, second), *nodes[1:]))
        one = self.whole(first) if self._is_static(first) else self.column((first,))
        stream.args = [_since(1, first), late, one]
        return stream

    def _register(self, nodes, stream):
        for column in (nodes, self._given.get(id(nodes[0]))):
            if column is not None:
                self._streams.setdefault(id(column[0]), []).append((column, stream))
        if len(nodes) > 1:
            self._seconds.setdefault(id(nodes[1]), []).append((nodes, stream))
        if len(nodes) == self.steps > 1:
            self._lasts[id(nodes[-1])] = stream
        return stream

    def _difference(self, nodes):
        # That the first step differs is often no more than an initial value.
        order = [*range(1, len(nodes)), 0]
        t = next((t for t in order if nodes[t].op != nodes[-1].op), 0)
        return _refuse(
            nodes[-1],
            f"step {t} of the loop computes this in another way than the last step "
            f"('{nodes[t].op}' there, '{nodes[-1].op}' here); all steps must be equal "
            "but for initial values",
        )


def _unfold(nodes: Column) -> Column:
    """The column with first steps that were folded to constants as ops again."""
    if nodes[-1].is_constant:
        return nodes
    unfolded = tuple(node.origin or node for node in nodes)
    return unfolded if _same(unfolded, lambda n: n.op) else nodes


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


def check_states(calls: list[Node]) -> None:
    """That a chain hands its own states on, from an initial value that it knows."""
    for position, call in enumerate(calls):
        leaf, _, given = call.value
        for name, i in given.items():
            if name == "input":
                continue
            state = call.args[i]
            if position == 0:
                _check_initial(call, leaf, name, state)
            elif not (
                state.op == "getitem"
                and state.args[0] is calls[position - 1]
                and leaf.results[state.args[1]] == name
            ):
                raise _refuse(
                    call,
                    f"the state '{name}' that the neuron has at step {position} is not "
                    "the one that the step before left; only neurons change states",
                )


def _check_initial(call, leaf, name, state):
    attributes = leaf.neuron.attributes.items()
    own = [f"{leaf.path}.{a}".lstrip(".") for a, held in attributes if held == name]
    if state.kwargs.get("name") in own:
        return  # of a run before, of which a network knows nothing
    expected = leaf.neuron.initial.get(name, 0.0)
    fill = state.fill
    if fill is None and state.is_constant:
        value = state.value
        fill = (
            value.reshape(-1)[0].item() if (value == value.view(-1)[0]).all() else None
        )
    if fill is None or (state.value.numel() and fill != expected):
        raise _refuse(
            call,
            f"the state '{name}' starts from a value of its own; it can start from "
            f"None, or from {expected}. If it is an argument of the module, say None "
            "for it in the example input",
        )


class Refusal(Unsupported):
    def __init__(self, where: Where, message: str):
        super().__init__(message)
        self.where = where


def _refuse(node, message):
    return Refusal(node.where, message)


def _same(values, key):
    first = key(values[0])
    return all(key(v) is first or key(v) == first for v in values)


def _is_equal(a, b) -> bool:
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
        and all(map(_is_equal, x, y))
        or _is_equal(x, y)
        for x, y in pairs
    )


def _map(args, function):
    return [
        function(a)
        if isinstance(a, Node)
        else _map(a, function)
        if isinstance(a, (list, tuple))
        else a
        for a in args
    ]


def _like(node, op, args, value=None):
    return Node(op, args, node.shape, node.dtype, node.where, value, node.kwargs)


def _where(like: Node) -> Node:
    return Node("where", [], like.shape, like.dtype, like.where)


def _since(step, like: Node) -> Node:
    """1 from a step on, 0 before."""
    return Node("since", [], (), torch.bool, like.where, value=step)


def _number(value, like: Node) -> Node:
    """A constant of one value, of another node's shape."""
    tensor = torch.full((), value, dtype=like.dtype).expand(like.shape)
    return Node("constant", [], like.shape, like.dtype, like.where, tensor)


def _without_zero(node: Node) -> Node:
    """What a node is, if it is a sum with 0."""
    if node.op == "add":
        for value, other in (node.args[:2], node.args[1::-1]):
            if (
                _is_zero(value)
                and isinstance(other, Node)
                and other.shape == node.shape
            ):
                return other
    return node


def _is_zero(value):
    if isinstance(value, Node):
        return value.fill == 0
    return isinstance(value, (int, float)) and value == 0
