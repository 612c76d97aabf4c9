# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks from PyTorch modules; needs torch.

The parts: _example chooses what to trace, _capture traces it with torch.export,
_graph reads the result, loops rolls loops over time up, _axes and ops follow
dimensions through each op, _convert writes the network, _compare checks it. _steps and
_numbers learn what code asks of the number of a step, and of parameters, _history what
a loop does late.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from volley._errors import CompileError
from volley._network import Network
from volley.torch import _arguments, _capture, _example, _sizes
from volley.torch._arguments import unwrap as unwrap
from volley.torch._convert import Converter, Population
from volley.torch._graph import Importer, Node
from volley.torch._hints import find_unsupported, refused_modules
from volley.torch._ports import Port
from volley.torch._problems import Problems, Where
from volley.torch.loops import find_plain_loops, reroll

__all__ = ["compare", "from_torch"]

_KINDS = ("spike", "count", "real")
# How many times more steps are traced where some were too few.
_MORE = 4
_PRECISIONS = {torch.float32: "f32", torch.float64: "f64"}


# Tracing puts others in the place of functions of torch and of the module's files.
ALONE = threading.RLock()


@dataclass
class Conversion:
    """A network, and how its ports and populations relate to the module.

    Attributes:
        inputs: by position; None for those that nothing depends on.
        traced: the module, or a loop over it; ports are its inputs and outputs.
        steps: those of the module's own code, if nothing else says how many; or 0.
        stepwise: it is a loop over a module that runs single steps.
    """

    network: Network
    inputs: list[Port | None]
    outputs: list[Port]
    populations: list[Population]
    traced: torch.nn.Module
    steps: int
    stepwise: bool


def from_torch(
    module: torch.nn.Module,
    example_input: torch.Tensor | tuple[torch.Tensor, ...],
    *,
    inputs: Mapping[str, str] | None = None,
    name: str | None = None,
    dt: float = 1e-3,
    verify: bool | None = None,
) -> Network:
    """Converts a PyTorch module with spiking neurons to a network.

    The module is traced with torch.export. Layers become ops; neuron modules of
    SpikingJelly, snnTorch, Norse and sinabs become populations with the same law and
    the name of their module. Steps and batch of the network are free, whatever the
    example's are, and the network starts from the initial state, whatever the module
    holds now. It computes what the module computes in eval mode.

    Modules may run single steps (their inputs have no time: then the network runs the
    module once per step), loop over time in Python, or run whole sequences; time and
    batch may come in any order. Inputs without time, in a module that has time inside
    (an image that is repeated), are static: (B, *shape) when the network runs. Outputs
    of a whole run, such as a mean over time, are (B, *shape) too.

    Weights are not copied: the network reads the module's own memory. A module that is
    trained on changes it; convert again, or compile before.

    Args:
        module: the module.
        example_input: what it is called with: a tensor, or a tuple of tensors. Only
            shapes and types count. States that forward takes last and returns last are
            None here, (x, None), or left out if they are None by default, and neurons
            go on from them or forward calls them `state` or `hx`; in the network they
            are implicit.
        inputs: kinds of inputs, by the name of forward's parameter: "spike" (0 or 1),
            "count" or "real". By default what the example's type says: "spike" of
            torch.bool, "count" of integers, "real" of floats.
        name: the network's name; without it, the class's.
        dt: the time step in seconds. Neurons of these libraries count in steps; it is
            for reports.
        verify: run the network beside the module on random inputs, and refuse it if
            they differ by more than rounding; by default if that takes no more than a
            moment. :func:`compare` tells more.

    Raises:
        CompileError: something of the module has no form in a network. All that was
            found is listed, each with its line of Python and its module.
        TypeError: an argument is no module or tensor.
        ValueError: a kind of input is unknown.
    """
    options = dict(inputs=inputs, name=name, dt=dt, verify=verify)
    return convert(module, example_input, **options).network


def convert(
    module,
    example_input,
    *,
    inputs=None,
    name=None,
    dt=1e-3,
    verify=False,
    cut=False,
    check=True,
):
    """What :func:`from_torch` does, with all that is known about the network.

    Args:
        cut: see Converter.
        check: that it is the same for other steps and another batch.
    """
    module = unwrap(module)
    with ALONE:
        return _convert_alone(
            module, example_input, inputs, name, dt, verify, cut, check
        )


def _convert_alone(module, example_input, inputs, name, dt, verify, cut, check):
    args, states = _arguments.check(module, example_input)
    optional = () if states else _arguments.optional(module, len(args))
    states = states or _example.find_states(module, args, optional)
    kinds = dict(inputs or {})
    names = _arguments.input_names(module, len(args))
    _check_kinds(kinds, names)
    precision = _precision(module, args)
    converter, sources, example, problems = _convert(module, args, states, names, cut)
    problems.check()

    def make_builder():
        from volley import builder

        return builder.Builder(
            name or type(module).__name__, dt=dt, precision=precision
        )

    network, ins, outs = converter.emit(make_builder, sources, kinds)
    if check:

        def again(other, leaves):
            found = Problems()
            result = _trace(module, other, leaves, names, found, cut)
            found.check()
            result[0].write(make_builder, result[1], kinds)
            found.check()
            return result[0]

        leaves = _capture.find_leaves(module)
        free = _sizes.check(converter, example, ins, leaves, again, problems)
        problems.check()
    if optional and not states and len(outs) > 1 and not converter.populations:
        problems.remark(
            Where(),
            f"'{optional[-1]}' of forward is taken as None at each step; if it is a "
            "state, give (x, None) as the example",
        )
    training = [
        path or "the module" for path, m in module.named_modules() if m.training
    ]
    if training:
        problems.remark(
            Where(), f"converted as in eval mode; {training[0]} is in training mode"
        )
    conversion = Conversion(
        network,
        ins,
        outs,
        converter.populations,
        example.module,
        example.steps if example.guessed else 0,
        example.added > 0,
    )
    if check and verify is not False:
        from volley.torch import _verify  # it imports this

        if verify or _verify.is_small(converter, module):

            def in_double(double):
                given = tuple(x.double() if x.is_floating_point() else x for x in args)
                given += (None,) * len(states)
                return convert(double, given, inputs=inputs, check=False)

            _verify.check(module, conversion, args, free, in_double, problems)
            problems.check()
        else:
            problems.remark(
                Where(),
                "too large to be run beside the module in a moment; verify=True does "
                "it, and volley.compare tells more",
            )
    network._remarks.extend(problems.remarks)
    return conversion


def _convert(module, args, states, names, cut):
    """The first conversion without problems, or the likeliest one with them."""
    frozen: set[tuple[int, int]] = set()
    while True:
        leaves = _capture.find_leaves(module)
        failures, wrong = [], set()
        for example, problems in _examples(module, args, states, leaves, frozen):
            remarks = dict(problems.remarks)
            try:
                found = _trace(module, example, leaves, names, problems, cut)
                if problems.late and example.more:
                    # What starts late does not show in the first steps.
                    example, problems = example.longer(_MORE), Problems(remarks=remarks)
                    found = _trace(module, example, leaves, names, problems, cut)
                    _tell_late(example, problems)
                wrong = _grown_data(*found, example)
                problems.check()
            except CompileError as error:
                if not example.guessed:
                    failures.append((error, wrong))
                continue
            if example.guessed and not _has_spiking_state(found[0].nodes):
                continue
            if not wrong:
                if example.guessed:
                    text = f"takes the range of {example.steps} as the steps of time"
                    problems.remark(example.guessed, text)
                for where, _ in _capture.find_unknown(module, leaves):
                    problems.remark(where, "no known neuron; taken as plain PyTorch")
                return *found, example, problems
            break
        else:
            # The likeliest one says what is wrong, once sizes are right.
            error, wrong = failures[0]
            if not wrong:
                unknown = _capture.find_unknown(module, leaves)
                raise _with_unknown(error, module, unknown)
        frozen |= wrong


def _has_spiking_state(nodes):
    """Whether something is carried from step to step, and something is binary."""
    return any(n.op == "delay" for n in nodes) and any(
        n.dtype == torch.bool and n.op != "later" for n in nodes
    )


def _tell_late(example, problems):
    if problems.late:
        problems.remark(
            Where(),
            f"some of what the loop computes does not change in {example.steps} steps; "
            "it is taken as constant",
        )


def _with_unknown(error, module, unknown):
    """An error, with neurons without a law for what is wrong inside of them.

    Only what the user's own lines of the neuron do is told besides.
    """
    told = list(error.diagnostics)
    for where, text in unknown:
        inside = re.compile(rf"(^|: ){re.escape(where.path)}(\.[^ ]*)?: ")
        found = {d: m for d in told if (m := inside.search(d))}
        if not found:
            continue
        own = _capture.lines_of(module.get_submodule(where.path))
        reasons = [d for d in found if d.startswith(tuple(own))]
        if not reasons:
            first, match = next(iter(found.items()))
            text += f"; as plain PyTorch it has no form: {first[match.end() :]}"
        told = [d for d in told if d not in found or d in reasons[:1]]
        told.append(f"{where}{text}")
    return CompileError(told)


def _examples(module, args, states, leaves, frozen):
    """Examples to trace, each with its own list of problems."""
    problems = Problems()
    with _explained(module, leaves, problems, args):
        for example in _example.choose(module, args, states, leaves, frozen, problems):
            problems.check()
            yield example, Problems(remarks=dict(problems.remarks))


@contextlib.contextmanager
def _explained(module, leaves, problems, args=()):
    """Tells what torch raises while tracing as a problem of the module.

    Where a neuron is refused, that is why: it could not be traced as it is.

    Args:
        args: the user's own, which may be of a wrong shape.
    """
    try:
        yield
    except CompileError:
        raise
    except Exception as error:
        refused = [leaf for leaf in leaves if leaf.problem and leaf.calls]
        for leaf in refused:
            problems.error(Where(leaf.path), leaf.problem)
        if not refused:
            problems.error(*_capture.explain(error, module, args))
        # What comes behind was not seen; layers that it is made of are known.
        found = find_unsupported(module)
        for path, reason in found.items():
            problems.error(Where(path), reason)
        for reason in _capture.unsupported_before(error):
            if reason not in found.values():
                problems.error(Where(), reason)
        # What torch raised is its own affair; the message names line and reason.
        raise CompileError(problems.errors) from None


def _trace(module, example, leaves, names, problems, cut):
    """Traces a module and follows its dimensions."""
    with _explained(module, leaves, problems):
        trace = _capture.export(example.module, example.args, leaves, example.reads)
    imported = Importer(trace.program, leaves, problems, prefix="module").run()
    for node, name in zip(imported.inputs, names):
        node.value = name
    imported.refused = refused_modules(module)
    imported.check(in_loop=example.steps > 0 and not example.guessed)
    kept = len(example.kept)
    results = [*_tensors(imported.outputs, problems)]
    rolled, starts, steps = _roll(example, imported.trace, results, problems)
    outputs, states = rolled[: len(rolled) - kept], rolled[len(rolled) - kept :]
    problems.late |= any(node.is_constant for node in outputs if node is not None)
    _example.check_kept(example.kept, states, module, problems)
    named = _name_outputs(trace.program, outputs, kept)
    if not named and not problems.errors:
        problems.error(Where(), "the module returns no tensor")
    converter = Converter(
        named, problems, steps, cut, example.varying, example.told, example.added
    )
    converter.starts = starts
    converter.infer()
    for i, dim in example.loop:
        converter.check_time(imported.inputs[i], dim)
    return converter, imported.inputs


def _tensors(outputs, problems):
    """Results that are tensors; a network has no others."""
    for position, output in enumerate(outputs):
        if output is not None and not isinstance(output, Node):
            problems.remark(
                Where(), f"result {position} is {output!r}, no tensor; it is left out"
            )
        yield output if isinstance(output, Node) else None


def _roll(example, trace, results, problems):
    """The results without copies of steps, from which step on something is summed,
    with its place, and how many steps there were."""
    kept = len(example.kept)
    if example.steps:
        steps = example.steps
        rolled = reroll(results, trace, steps, example.sliced, problems, kept)
        return *rolled, steps
    attempts = []
    for steps in find_plain_loops(trace):
        attempts.append(Problems())
        rolled = reroll(results, trace, steps, steps > 0, attempts[-1], kept)
        if not attempts[-1].errors:
            problems.remarks.update(attempts[-1].remarks)
            problems.late |= attempts[-1].late
            return *rolled, steps
    problems.errors.update(attempts[0].errors)
    return [None] * len(results), [], 0


def _grown_data(converter, sources, example):
    """Dimensions that were made larger than 1 but turned out to be data."""
    wrong = set()
    for i, dim in example.grown:
        value = converter.values.get(id(sources[i]))
        if value is not None and value.dims[dim + example.added][0].is_data:
            wrong.add((i, dim))
    return wrong


def _check_kinds(kinds, names):
    for name, kind in kinds.items():
        if name not in names:
            raise ValueError(f"there is no input {name!r}; there are {names}")
        if kind not in _KINDS:
            raise ValueError(f"an input is one of {_KINDS}, but not {kind!r}")


def _name_outputs(program, outputs, kept):
    """{name: node}: "output", or by position or key in what forward returns."""
    spec = program.call_spec.out_spec
    tree = torch.utils._pytree.tree_unflatten([*outputs, *[None] * kept], spec)
    if kept:
        tree = tree[0]
    pairs = torch.utils._pytree.tree_flatten_with_path(tree)[0]
    found = [(path, node) for path, node in pairs if node is not None]
    result = {}
    for path, node in found:
        keys = [
            str(getattr(k, "key", getattr(k, "idx", getattr(k, "name", k))))
            for k in path
        ]
        name = "_".join(keys)
        if not keys or name[0].isdigit():
            name = "_".join(["output", *keys])
        result[name] = node
    return result


def _precision(module, inputs):
    """The type of the parameters, or without any that of the inputs."""
    types = {p.dtype for p in module.parameters() if p.dtype.is_floating_point}
    types = types or {x.dtype for x in inputs if x.dtype.is_floating_point}
    if types - set(_PRECISIONS) or len(types) > 1:
        found = ", ".join(sorted(str(t) for t in types))
        raise CompileError(
            f"expects parameters in float32, or all in float64, but got {found}; "
            "convert the module with .float()"
        )
    return _PRECISIONS[types.pop()] if types else "f32"


def __getattr__(name: str):
    if name == "compare":
        from volley.torch._compare import compare

        return compare
    raise AttributeError(f"module 'volley.torch' has no attribute {name!r}")
