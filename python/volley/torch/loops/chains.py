# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The calls of neurons: which follow each other, and what each is given."""

from __future__ import annotations

from collections.abc import Iterator

from volley.torch._graph import Node
from volley.torch._problems import Where
from volley.torch.loops._nodes import refuse


class Chains:
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
            if not leaf.neuron.is_single_step and len(chain) > 1:
                problems.error(
                    chain[1].where,
                    f"the neuron is called {len(chain)} times on whole sequences, each "
                    "time from the state that the last call left; use one module per "
                    "place",
                )
            elif not leaf.neuron.is_single_step:
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
            if not chain[0].value[0].neuron.is_single_step:
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
                raise refuse(
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
            value.reshape(-1)[0].item()
            if (value == value.reshape(-1)[0]).all()
            else None
        )
    if fill is None or (state.value.numel() and fill != expected):
        raise refuse(
            call,
            f"the state '{name}' starts from a value of its own; it can start from "
            f"None, or from {expected}. If it is an argument of the module, say None "
            "for it in the example input",
        )
