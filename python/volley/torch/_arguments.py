# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What from_torch is given: checked before anything is traced."""

from __future__ import annotations

import inspect

import torch

from volley._errors import CompileError
from volley.torch._problems import Problems, Where

# What libraries call the states that forward takes.
_STATES = ("state", "states", "hx", "hidden_state")
_QUANTIZED = ("torch.ao.nn.quantized", "torch.ao.nn.intrinsic.quantized", "torchao.")
_WRAPPERS = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)


def unwrap(module):
    """The module itself, without torch.compile and what spreads it over devices."""
    module = getattr(module, "_orig_mod", module)
    return module.module if isinstance(module, _WRAPPERS) else module


def check(module, example_input):
    """The inputs, and the names of forward's parameters that are states.

    Raises:
        TypeError: an argument is of the wrong type.
        CompileError: nothing can be made of the module or the example as they are.
    """
    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"expects a torch.nn.Module, but got {type(module).__name__}")
    if isinstance(module, torch.jit.ScriptModule):
        raise CompileError("the module is scripted; convert it before torch.jit does")
    inputs, states = _take_apart(example_input)
    problems = Problems()
    _check_values(module, problems)
    _check_example(module, inputs, problems)
    problems.check()
    return inputs, _find_states(module, len(inputs), states)


def _take_apart(example_input):
    """The tensors of the example, and how many states follow them."""
    args = example_input if isinstance(example_input, tuple) else (example_input,)
    inputs = tuple(arg for arg in args if arg is not None)
    if not inputs:
        raise TypeError("expects an example input, a tensor or a tuple of tensors")
    if any(arg is None for arg in args[: len(inputs)]):
        raise TypeError("expects states, which are None, after all inputs")
    for arg in inputs:
        if not isinstance(arg, torch.Tensor):
            raise TypeError(
                "expects an example input that is a tensor or a tuple of tensors, but "
                f"got {type(arg).__name__}"
            )
    return inputs, len(args) - len(inputs)


def _check_values(module, problems):
    """That weights hold numbers that a network can read."""
    for path, child in module.named_modules():
        if type(child).__module__.startswith(_QUANTIZED):
            problems.error(
                Where(path),
                f"{type(child).__name__} holds quantized weights; convert the module "
                "before it is quantized",
            )
    tensors = [*module.named_parameters(), *module.named_buffers()]
    for path, tensor in tensors:
        if torch.nn.parameter.is_lazy(tensor):
            message = "is not initialized; run the module once on an input"
        elif tensor.device.type == "meta":
            message = "is on the device 'meta', which holds no values; load the weights"
        elif tensor.is_complex():
            message = "is complex; use two real tensors"
        elif tensor.layout is not torch.strided:
            message = f"is {tensor.layout}; make it dense with to_dense()"
        else:
            continue
        problems.error(Where(path), message)


def _check_example(module, inputs, problems):
    """That inputs are ones that the module can be called with."""
    weights = {p.dtype for p in module.parameters() if p.is_floating_point()}
    for i, tensor in enumerate(inputs):
        where = Where(f"example input {i}" if len(inputs) > 1 else "example input")
        shape, dtype = tuple(tensor.shape), tensor.dtype
        if tensor.layout is not torch.strided or tensor.is_nested:
            problems.error(where, f"is {tensor.layout}; make it dense with to_dense()")
        elif tensor.device.type == "meta":
            problems.error(where, "is on the device 'meta'; give it the module's")
        elif tensor.is_complex() or tensor.is_quantized:
            problems.error(where, f"is of {dtype}; use real numbers")
        elif 0 in shape:
            problems.error(where, f"is empty: its shape is {shape}")
        elif dtype.is_floating_point and len(weights) == 1 and dtype not in weights:
            (own,) = weights
            problems.error(
                where, f"is of {dtype}, but the module's parameters are of {own}"
            )


def _find_states(module, number, given):
    """Names of forward's parameters that are states, None for those without a name.

    `given` states follow the inputs, or those that are called like states do.
    """
    if not given:
        return tuple(name for name in optional(module, number) if name in _STATES)
    names = [p.name for p in _rest(module, number)[:given]]
    return (*names, *[None] * (given - len(names)))


def optional(module, number) -> tuple[str, ...]:
    """Names of forward's parameters after the inputs that are None by default."""
    return tuple(p.name for p in _rest(module, number) if p.default is None)


def _rest(module, number):
    parameters = list(inspect.signature(type(module).forward).parameters.values())
    rest = parameters[number + 1 :]
    return [p for p in rest if p.kind is p.POSITIONAL_OR_KEYWORD]


def input_names(module, number):
    """Names of forward's parameters, for the network's inputs."""
    parameters = inspect.signature(type(module).forward).parameters.values()
    named = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
    if len(named) >= number:
        return named[:number]
    return [f"input_{i}" for i in range(number)] if number > 1 else ["input"]
