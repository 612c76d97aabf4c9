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

from volley.torch._graph import Node
from volley.torch._problems import Problems, Where
from volley.torch.loops._nodes import Refusal
from volley.torch.loops.ages import Ages
from volley.torch.loops.chains import Chains
from volley.torch.loops.roller import Roller


def reroll(
    outputs,
    trace: list[Node],
    steps: int,
    sliced: bool,
    problems: Problems,
    kept: int = 0,
) -> tuple[list[Node | None], list[tuple[Where, int]]]:
    """The outputs, of a graph without copies of steps.

    The last `kept` of them are tensors that the module keeps until it is called again.
    Of these, those are None that are not what the loop itself carries on.

    Args:
        trace: all nodes in the order in which they were computed.
        steps: the number of steps of the loop, 0 without one.
        sliced: x[t] is a step wherever a dimension has the size `steps`.

    Returns:
        also the steps from which on something is summed, and where: whether they
        follow the number of steps, one example does not tell.
    """
    found = Problems(remarks=problems.remarks)
    chains = Chains([n for n in trace if n.op == "neuron"], steps, found)
    roller = Roller(chains, Ages(chains, trace, sliced), found)
    rolled = _roll_all(outputs, roller, found, kept)
    # A neuron that runs twice in a step makes two steps of one: that is why.
    repeated = chains.find_repeated(bool(found.errors))
    told = dict.fromkeys(f"{where}{message}" for where, message in repeated)
    problems.errors.update(told or found.errors)
    problems.late |= found.late
    return rolled, roller.starts


def _roll_all(outputs, roller, problems, kept):
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
        node.args[0].shape[node.value[0].neuron.time_dim]
        for node in neurons
        if node.value[0].neuron.time_dim is not None
    }
    if len(lengths) != 1 or lengths == {1}:
        return [0]
    (steps,) = lengths
    ages = Ages(Chains([], steps, Problems()), trace, sliced=True)
    found = any(
        node.op in ("stack", "cat") and ages.gathers(node.args[0]) for node in trace
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
