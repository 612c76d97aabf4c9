# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The laws of neurons, written as Python functions of scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

import numpy as np

from volley._text import ELEMENTS, FLOATS, format_scalar, quote, typed_scalar

Number = Union[bool, int, float]


class Expr:
    """A scalar of a law: what a neuron's state, input or parameter is worth now.

    ``+ - * /`` round once each; comparisons give i1; ``& | ^ ~`` are for i1 and
    i32. A Python number takes the type of the other operand; other mixtures of
    types need :func:`cast`.

    Attributes:
        dtype: "i1", "i32", "f32" or "f64".
    """

    __slots__ = ("dtype", "name", "trace")
    __hash__ = None
    # A NumPy number on the left leaves the operation to this class.
    __array_ufunc__ = None

    def __init__(self, trace: _Trace, name: str, dtype: str):
        self.trace = trace
        self.name = name
        self.dtype = dtype

    def __repr__(self) -> str:
        return f"<{self.name}: {self.dtype}>"

    def __bool__(self) -> bool:
        raise TypeError(
            "a law has no branches: what a scalar is worth is not known when the "
            "law is written; use where(condition, a, b)"
        )

    def __add__(self, other):
        return self.trace.arithmetic("add", self, other)

    def __radd__(self, other):
        return self.trace.arithmetic("add", other, self)

    def __sub__(self, other):
        return self.trace.arithmetic("sub", self, other)

    def __rsub__(self, other):
        return self.trace.arithmetic("sub", other, self)

    def __mul__(self, other):
        return self.trace.arithmetic("mul", self, other)

    def __rmul__(self, other):
        return self.trace.arithmetic("mul", other, self)

    def __truediv__(self, other):
        return self.trace.arithmetic("div", self, other)

    def __rtruediv__(self, other):
        return self.trace.arithmetic("div", other, self)

    def __neg__(self):
        if self.dtype in FLOATS:
            return self.trace.emit(f"arith.negf {self.name} : {self.dtype}", self.dtype)
        return 0 - self

    def __abs__(self):
        return absolute(self)

    def __and__(self, other):
        return self.trace.bitwise("and", self, other)

    __rand__ = __and__

    def __or__(self, other):
        return self.trace.bitwise("or", self, other)

    __ror__ = __or__

    def __xor__(self, other):
        return self.trace.bitwise("xor", self, other)

    __rxor__ = __xor__

    def __invert__(self):
        return self ^ (True if self.dtype == "i1" else -1)

    def __lt__(self, other):
        return self.trace.compare("lt", self, other)

    def __le__(self, other):
        return self.trace.compare("le", self, other)

    def __gt__(self, other):
        return self.trace.compare("gt", self, other)

    def __ge__(self, other):
        return self.trace.compare("ge", self, other)

    def __eq__(self, other):
        return self.trace.compare("eq", self, other)

    def __ne__(self, other):
        return self.trace.compare("ne", self, other)


class _Trace:
    """The ops of one law so far, over floats of type `real`."""

    def __init__(self, real: str):
        self.real = real
        self.lines: list[str] = []
        self.count = 0
        self.constants: dict[str, Expr] = {}

    def emit(self, text: str, dtype: str) -> Expr:
        name = f"%{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {text}")
        return Expr(self, name, dtype)

    def constant(self, value: Number, dtype: str) -> Expr:
        if not isinstance(value, (bool, int, float, np.generic)):
            raise TypeError(
                f"expects a scalar of the law or a number, but got "
                f"{type(value).__name__}"
            )
        text = typed_scalar(value, dtype)
        if text not in self.constants:
            self.constants[text] = self.emit(f"arith.constant {text}", dtype)
        return self.constants[text]

    def operand(self, value: Expr | Number, dtype: str) -> Expr:
        return value if isinstance(value, Expr) else self.constant(value, dtype)

    def same(self, *values: Expr | Number) -> list[Expr]:
        """Operands of one type, which numbers take from the others."""
        dtype = next(v.dtype for v in values if isinstance(v, Expr))
        operands = [self.operand(v, dtype) for v in values]
        if any(v.dtype != dtype for v in operands):
            raise TypeError(
                "expects operands of one type, but got "
                f"{', '.join(v.dtype for v in operands)}; cast() converts"
            )
        return operands

    def arithmetic(self, op: str, a: Expr | Number, b: Expr | Number) -> Expr:
        a, b = self.same(a, b)
        # Modulo 2, which nobody means: a sum of spikes would be none.
        if a.dtype == "i1" and op != "mul":
            raise TypeError(
                f"i1 has no '{op}'; & | ^ ~ are logic, cast() makes numbers of spikes"
            )
        if a.dtype == "i32" and op == "div":
            raise TypeError("integers have no division in a law")
        suffix = "f" if a.dtype in FLOATS else "i"
        return self.emit(f"arith.{op}{suffix} {a.name}, {b.name} : {a.dtype}", a.dtype)

    def bitwise(self, op: str, a: Expr | Number, b: Expr | Number) -> Expr:
        a, b = self.same(a, b)
        if a.dtype in FLOATS:
            raise TypeError(f"expects i1 or i32 for '{op}', but got {a.dtype}")
        return self.emit(f"arith.{op}i {a.name}, {b.name} : {a.dtype}", a.dtype)

    def compare(self, op: str, a: Expr | Number, b: Expr | Number) -> Expr:
        a, b = self.same(a, b)
        if a.dtype in FLOATS:
            kind, predicate = "cmpf", "une" if op == "ne" else f"o{op}"
        else:
            # An i1 is 0 or 1 here, never -1.
            sign = "u" if a.dtype == "i1" else "s"
            kind, predicate = "cmpi", op if op in ("eq", "ne") else f"{sign}{op}"
        return self.emit(
            f"arith.{kind} {predicate}, {a.name}, {b.name} : {a.dtype}", "i1"
        )


# -- Functions of scalars -----------------------------------------------------


def _trace_of(*values) -> _Trace:
    for value in values:
        if isinstance(value, Expr):
            return value.trace
    raise TypeError("expects a scalar of the law, not numbers only")


def _floats(op: str, *values: Expr | Number) -> Expr:
    """An op on floats of one type that gives such a float."""
    trace = _trace_of(*values)
    operands = trace.same(*values)
    dtype = operands[0].dtype
    if dtype not in FLOATS:
        raise TypeError(f"expects floats for '{op}', but got {dtype}")
    names = ", ".join(v.name for v in operands)
    return trace.emit(f"{op} {names} : {dtype}", dtype)


def where(condition: Expr, a: Expr | Number, b: Expr | Number) -> Expr:
    """a if the condition is true, else b; both are computed.

    Two numbers are of the network's float type.
    """
    trace = _trace_of(condition)
    if condition.dtype != "i1":
        raise TypeError(f"expects a condition of i1, but got {condition.dtype}")
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        a = trace.constant(a, trace.real)
    a, b = trace.same(a, b)
    return trace.emit(
        f"arith.select {condition.name}, {a.name}, {b.name} : {a.dtype}", a.dtype
    )


def fma(a: Expr | Number, b: Expr | Number, c: Expr | Number) -> Expr:
    """a b + c with one rounding."""
    return _floats("math.fma", a, b, c)


def exp(x: Expr) -> Expr:
    """The exponential function, with bits that the specification fixes."""
    return _floats("snn.exp", x)


def log(x: Expr) -> Expr:
    """The natural logarithm, with bits that the specification fixes."""
    return _floats("snn.log", x)


def sqrt(x: Expr) -> Expr:
    """The square root, correctly rounded."""
    return _floats("math.sqrt", x)


def absolute(x: Expr) -> Expr:
    """The magnitude of a float; also abs(x)."""
    return _floats("math.absf", x)


def copysign(magnitude: Expr | Number, sign: Expr | Number) -> Expr:
    """The magnitude of one float with the sign of another."""
    return _floats("math.copysign", magnitude, sign)


def floor(x: Expr) -> Expr:
    """The integer below, as a float."""
    return _floats("math.floor", x)


def ceil(x: Expr) -> Expr:
    """The integer above, as a float."""
    return _floats("math.ceil", x)


def trunc(x: Expr) -> Expr:
    """The integer toward zero, as a float."""
    return _floats("math.trunc", x)


def roundeven(x: Expr) -> Expr:
    """The nearest integer, of two the even one, as a float."""
    return _floats("math.roundeven", x)


def minimum(a: Expr | Number, b: Expr | Number) -> Expr:
    """The smaller; b if one is NaN, or if they are equal."""
    return where(_trace_of(a, b).compare("lt", a, b), a, b)


def maximum(a: Expr | Number, b: Expr | Number) -> Expr:
    """The larger; b if one is NaN, or if they are equal."""
    return where(_trace_of(a, b).compare("gt", a, b), a, b)


def to_int(x: Expr) -> Expr:
    """A float as i32, toward zero, saturating; NaN gives 0."""
    trace = _trace_of(x)
    if x.dtype not in FLOATS:
        raise TypeError(f"expects a float, but got {x.dtype}")
    return trace.emit(f"snn.to_int {x.name} : {x.dtype}", "i32")


_CONVERSIONS = {
    ("i1", "i32"): "arith.extui",
    ("i1", "f32"): "arith.uitofp",
    ("i1", "f64"): "arith.uitofp",
    ("i32", "f32"): "arith.sitofp",
    ("i32", "f64"): "arith.sitofp",
    ("f32", "f64"): "arith.extf",
    ("f64", "f32"): "arith.truncf",
}


def cast(x: Expr, dtype: str) -> Expr:
    """The same number in another type: i1 as i32 (0 or 1), integers as the nearest
    float, f32 as f64 and back. Floats become integers by :func:`to_int` only."""
    trace = _trace_of(x)
    if x.dtype == dtype:
        return x
    if (x.dtype, dtype) not in _CONVERSIONS:
        raise TypeError(f"there is no conversion from {x.dtype} to {dtype}")
    op = _CONVERSIONS[x.dtype, dtype]
    return trace.emit(f"{op} {x.name} : {x.dtype} to {dtype}", dtype)


# -- Models -------------------------------------------------------------------


@dataclass(frozen=True)
class NeuronModel:
    """The law of one neuron, as a Python function of scalars.

    >>> def leaky(v, x, decay, threshold):
    ...     v = v * decay + x
    ...     spikes = v >= threshold
    ...     return {"v": where(spikes, 0.0, v)}, {"spikes": spikes}
    >>> lif = NeuronModel(
    ...     "lif", states={"v": 0.0}, params=["decay", "threshold"], law=leaky)

    The function gets one scalar per state, input and parameter, in that order, and
    returns two dicts: the next states and the outputs. It is called once per
    population, to write the law down; what it does with Python numbers is done then.

    Attributes:
        name: what the model is called in the IR.
        states: initial values by name: a number (of the network's float type), or
            (number, dtype).
        inputs, params: names, or (name, dtype); without a dtype, of the network's
            float type.
        law: the function.
    """

    name: str
    states: Mapping[str, Any] = field(default_factory=dict)
    inputs: Sequence[Any] = ("x",)
    params: Sequence[Any] = ()
    law: Callable[..., tuple[Mapping[str, Expr], Mapping[str, Expr]]] = None

    def input_types(self, real: str) -> dict[str, str]:
        return dict(_typed(entry, real) for entry in self.inputs)

    def param_types(self, real: str) -> dict[str, str]:
        return dict(_typed(entry, real) for entry in self.params)

    def state_types(self, real: str) -> dict[str, str]:
        return {name: _state(value, real)[1] for name, value in self.states.items()}

    def trace(self, real: str) -> TracedLaw:
        """The law over floats of type `real`.

        Raises:
            TypeError: the function mixes types, or does not return a value per
                state.
            ValueError: a number is none of its type, or a name occurs twice.
        """
        trace = _Trace(real)
        arguments, scalars = [], []
        for kind, name, dtype, initial in self._ports(real):
            scalar = Expr(trace, f"%a{len(scalars)}", dtype)
            scalars.append(scalar)
            arguments.append(f"{kind} {scalar.name} {quote(name)}: {dtype}{initial}")
        returned = self.law(*scalars)
        if not (
            isinstance(returned, tuple)
            and len(returned) == 2
            and all(isinstance(part, Mapping) for part in returned)
        ):
            raise TypeError(
                "expects the law to return two dicts, next states and outputs, but got "
                f"{returned!r}"
            )
        states, outputs = returned
        types = self.state_types(real)
        if set(states) != set(types):
            raise TypeError(
                f"expects next states {list(types)}, but got {list(states)}"
            )
        states = {name: trace.operand(states[name], types[name]) for name in types}
        for name, value in states.items():
            if value.dtype != types[name]:
                raise TypeError(
                    f"expects state '{name}' to be {types[name]}, but got {value.dtype}"
                )
        results = {name: trace.operand(v, real) for name, v in outputs.items()}
        outputs = {name: value.dtype for name, value in results.items()}
        body = [*trace.lines, _terminator(states.values(), results.values())]
        return TracedLaw(arguments, outputs, body)

    def _ports(self, real):
        """(kind, name, dtype, text of the initial value) of every argument."""
        ports = [
            ("state", name, dtype, f" = {format_scalar(initial, dtype)}")
            for name, (initial, dtype) in (
                (name, _state(value, real)) for name, value in self.states.items()
            )
        ]
        ports += [("in", *_typed(entry, real), "") for entry in self.inputs]
        ports += [("param", *_typed(entry, real), "") for entry in self.params]
        names = [name for _, name, _, _ in ports]
        for _, name, dtype, _ in ports:
            if names.count(name) > 1:
                raise ValueError(f"expects names that differ, but got '{name}' twice")
            if dtype not in ELEMENTS:
                raise ValueError(
                    f"expects '{name}' to be i1, i32, f32 or f64, but got {dtype!r}"
                )
        return ports


@dataclass(frozen=True)
class TracedLaw:
    """A law written down.

    Attributes:
        arguments, body: of the op, as text.
        outputs: element types by name.
    """

    arguments: list[str]
    outputs: dict[str, str]
    body: list[str]

    @property
    def text(self) -> str:
        """What follows the symbol of the model; equal laws have equal texts."""
        outputs = ", ".join(f"{quote(n)}: {dtype}" for n, dtype in self.outputs.items())
        body = "".join(f"  {line}\n" for line in self.body)
        return f"({', '.join(self.arguments)}) -> ({outputs}) {{\n{body}}}"


def _terminator(states, results) -> str:
    def group(values):
        names = ", ".join(v.name for v in values)
        types = ", ".join(v.dtype for v in values)
        return f"({names} : {types})" if names else ""

    emit = group(results)
    return "snn.next" + group(states) + (f" emit{emit}" if emit else "")


def _typed(entry, real):
    return entry if isinstance(entry, tuple) else (entry, real)


def _state(value, real):
    return value if isinstance(value, tuple) else (value, real)
