# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks from PyTorch modules; needs torch.

The parts: _example chooses what to trace, _capture traces it with torch.export,
_graph reads the result, _reroll rolls loops over time up, _axes and _ops follow
dimensions through each op, _convert writes the network, _compare checks it.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from volley._network import CompileError, Network
from volley.torch import _capture, _example
from volley.torch._convert import Converter, Population
from volley.torch._graph import Importer
from volley.torch._ports import Port
from volley.torch._problems import Problems, Where
from volley.torch._reroll import find_plain_loop, reroll

__all__ = ["compare", "from_torch"]

# What libraries call the states that forward takes.
_STATES = ("state", "states", "hx", "hidden_state")
_KINDS = ("spike", "count", "real")
_PRECISIONS = {torch.float32: "f32", torch.float64: "f64"}


@dataclass
class Conversion:
    """A network, and how its ports and populations relate to the module.

    Attributes:
        inputs: by position; None for those that nothing depends on.
        traced: the module, or a loop over it; ports are its inputs and outputs.
        stepwise: it is a loop over a module that runs single steps.
    """

    network: Network
    inputs: list[Port | None]
    outputs: list[Port]
    populations: list[Population]
    traced: torch.nn.Module
    stepwise: bool


def from_torch(
    module: torch.nn.Module,
    example_input: torch.Tensor | tuple[torch.Tensor, ...],
    *,
    inputs: Mapping[str, str] | None = None,
    name: str | None = None,
    dt: float = 1e-3,
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
            None here, (x, None), or left out if forward calls them `state` or `hx` and
            has a default for them; in the network they are implicit.
        inputs: kinds of inputs, by the name of forward's parameter: "spike" (0 or 1),
            "count" or "real". By default what the example's type says: "spike" of
            torch.bool, "count" of integers, "real" of floats.
        name: the network's name; without it, the class's.
        dt: the time step in seconds. Neurons of these libraries count in steps; it is
            for reports.

    Raises:
        CompileError: something of the module has no form in a network. All that was
            found is listed, each with its line of Python and its module.
        TypeError: an argument is no module or tensor.
        ValueError: a kind of input is unknown.
    """
    return convert(module, example_input, inputs=inputs, name=name, dt=dt).network


def convert(module, example_input, *, inputs=None, name=None, dt=1e-3, cut=False):
    """What :func:`from_torch` does, with all that is known about the network."""
    module = unwrap(module)
    args, states = _check_arguments(module, example_input)
    kinds = dict(inputs or {})
    names = _input_names(module, len(args))
    _check_kinds(kinds, names)
    frozen: set[tuple[int, int]] = set()
    while True:
        problems = Problems()
        leaves = _capture.find_leaves(module)
        converter, sources, example = _trace(
            module, args, states, leaves, names, frozen, problems, cut
        )
        wrong = _grown_data(converter, sources, example)
        if not wrong:
            break
        frozen |= wrong
    problems.check()

    def make_builder():
        from volley import builder

        return builder.Builder(
            name or type(module).__name__, dt=dt, precision=_precision(module)
        )

    network, ins, outs = converter.emit(make_builder, sources, kinds)
    training = [
        path or "the module" for path, m in module.named_modules() if m.training
    ]
    if training:
        problems.remark(
            Where(), f"converted as in eval mode; {training[0]} is in training mode"
        )
    network._remarks.extend(problems.remarks)
    return Conversion(
        network, ins, outs, converter.populations, example.module, example.added > 0
    )


def unwrap(module):
    """The module that torch.compile has wrapped, or the module."""
    return getattr(module, "_orig_mod", module)


def _trace(module, args, states, leaves, names, frozen, problems, cut):
    """Traces a module and follows its dimensions."""
    try:
        example = _example.choose(module, args, states, leaves, frozen, problems)
        problems.check()
        trace = _capture.export(example.module, example.args, leaves)
    except Exception as error:
        if isinstance(error, CompileError):
            raise
        problems.error(*_capture.explain(error, module))
        # What torch raised is its own affair; the message names line and reason.
        raise CompileError(problems.errors) from None
    imported = Importer(trace.program, leaves, problems, prefix="module").run()
    for node, name in zip(imported.inputs, names):
        node.value = name
    imported.check(in_loop=example.steps > 0)
    steps, sliced = example.steps, example.sliced
    if not steps:
        steps = find_plain_loop(imported.trace)
        sliced = steps > 0
    outputs = reroll(imported.outputs, imported.trace, steps, sliced, problems)
    named = _name_outputs(trace.program, outputs)
    if not named and not problems.errors:
        problems.error(Where(), "the module returns no tensor")
    converter = Converter(named, problems, steps, cut)
    converter.infer()
    return converter, imported.inputs, example


def _grown_data(converter, sources, example):
    """Dimensions that were made larger than 1 but turned out to be data."""
    wrong = set()
    for i, dim in example.grown:
        value = converter.values.get(id(sources[i]))
        if value is not None and value.dims[dim + example.added][0].is_data:
            wrong.add((i, dim))
    return wrong


def _check_arguments(module, example_input):
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"expects a torch.nn.Module, but got {type(module).__name__}")
    if isinstance(module, torch.jit.ScriptModule):
        raise CompileError("the module is scripted; convert it before torch.jit does")
    args = example_input if isinstance(example_input, tuple) else (example_input,)
    inputs = tuple(arg for arg in args if arg is not None)
    if any(arg is None for arg in args[: len(inputs)]):
        raise TypeError("expects states, which are None, after all inputs")
    for arg in inputs:
        if not isinstance(arg, torch.Tensor):
            raise TypeError(
                "expects an example input that is a tensor or a tuple of tensors, but "
                f"got {type(arg).__name__}"
            )
    return inputs, len(args) - len(inputs) or _count_states(module, len(inputs))


def _count_states(module, number):
    """Arguments of forward after the inputs that are states by their names."""
    parameters = list(inspect.signature(type(module).forward).parameters.values())
    rest = parameters[number + 1 :]
    return sum(p.name in _STATES and p.default is None for p in rest)


def _check_kinds(kinds, names):
    for name, kind in kinds.items():
        if name not in names:
            raise ValueError(f"there is no input {name!r}; there are {names}")
        if kind not in _KINDS:
            raise ValueError(f"an input is one of {_KINDS}, but not {kind!r}")


def _input_names(module, number):
    """Names of forward's parameters, for the network's inputs."""
    parameters = inspect.signature(type(module).forward).parameters.values()
    named = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
    if len(named) >= number:
        return named[:number]
    return [f"input_{i}" for i in range(number)] if number > 1 else ["input"]


def _name_outputs(program, outputs):
    """{name: node}: "output", or by position or key in what forward returns."""
    spec = program.call_spec.out_spec
    tree = torch.utils._pytree.tree_unflatten(list(outputs), spec)
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


def _precision(module):
    types = {p.dtype for p in module.parameters() if p.dtype.is_floating_point}
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
