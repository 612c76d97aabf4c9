# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The laws of neurons, written as Python functions of scalars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Union

FLOATS = ("f32", "f64")
Number = Union[bool, int, float]


class Expr:
    """A scalar of a law: what a neuron's state, input or parameter is worth now.

    ``+ - * /`` round once each; comparisons give i1; ``& | ^ ~`` are for i1 and
    i32. A Python number takes the type of the other operand.
    """

    __slots__ = ("dtype", "name", "trace")
    __hash__ = None

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

    def _arithmetic(self, op, other, swap=False):
        return self.trace.arithmetic(op, self, other, swap)

    def __add__(self, other):
        return self._arithmetic("add", other)

    def __radd__(self, other):
        return self._arithmetic("add", other, True)

    def __sub__(self, other):
        return self._arithmetic("sub", other)

    def __rsub__(self, other):
        return self._arithmetic("sub", other, True)

    def __mul__(self, other):
        return self._arithmetic("mul", other)

    def __rmul__(self, other):
        return self._arithmetic("mul", other, True)

    def __truediv__(self, other):
        return self._arithmetic("div", other)

    def __rtruediv__(self, other):
        return self._arithmetic("div", other, True)

    def __neg__(self):
        if self.dtype in FLOATS:
            return self.trace.emit(f"arith.negf {self.name} : {self.dtype}", self.dtype)
        return 0 - self

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
    """The ops of one law so far."""

    def __init__(self):
        self.lines: list[str] = []
        self.count = 0
        self.constants: dict[tuple[str, str], Expr] = {}

    def emit(self, text: str, dtype: str) -> Expr:
        name = f"%{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {text}")
        return Expr(self, name, dtype)

    def constant(self, value: Number, dtype: str) -> Expr:
        text = format_scalar(value, dtype)
        key = (text, dtype)
        if key not in self.constants:
            suffix = "" if dtype == "i1" else f" : {dtype}"
            self.constants[key] = self.emit(f"arith.constant {text}{suffix}", dtype)
        return self.constants[key]

    def operand(self, value: Expr | Number, dtype: str) -> Expr:
        if isinstance(value, Expr):
            return value
        return self.constant(value, dtype)

    def pair(self, a, b) -> tuple[Expr, Expr]:
        """Two operands of one type."""
        dtype = a.dtype if isinstance(a, Expr) else b.dtype
        a, b = self.operand(a, dtype), self.operand(b, dtype)
        if a.dtype != b.dtype:
            raise TypeError(
                f"expects operands of one type, but got {a.dtype} and {b.dtype}; "
                "cast() converts"
            )
        return a, b

    def arithmetic(self, op, a, b, swap) -> Expr:
        a, b = self.pair(a, b)
        if swap:
            a, b = b, a
        is_float = a.dtype in FLOATS
        if op == "div" and not is_float:
            raise TypeError("integers have no division in a law")
        suffix = "f" if is_float else "i"
        return self.emit(f"arith.{op}{suffix} {a.name}, {b.name} : {a.dtype}", a.dtype)

    def bitwise(self, op, a, b) -> Expr:
        a, b = self.pair(a, b)
        if a.dtype in FLOATS:
            raise TypeError(f"expects i1 or i32 for '{op}', but got {a.dtype}")
        return self.emit(f"arith.{op}i {a.name}, {b.name} : {a.dtype}", a.dtype)

    def compare(self, op, a, b) -> Expr:
        a, b = self.pair(a, b)
        if a.dtype in FLOATS:
            predicate = "une" if op == "ne" else f"o{op}"
            text = f"arith.cmpf {predicate}, {a.name}, {b.name} : {a.dtype}"
        else:
            # An i1 is 0 or 1 here, never -1.
            sign = "u" if a.dtype == "i1" else "s"
            predicate = op if op in ("eq", "ne") else f"{sign}{op}"
            text = f"arith.cmpi {predicate}, {a.name}, {b.name} : {a.dtype}"
        return self.emit(text, "i1")


def format_scalar(value: Number, dtype: str) -> str:
    """A number as MLIR text, exactly."""
    if dtype == "i1":
        return "true" if value else "false"
    if dtype == "i32":
        if int(value) != value:
            raise TypeError(f"expects an integer, but got {value}")
        return str(int(value))
    import numpy as np

    real = np.float32(value) if dtype == "f32" else np.float64(value)
    if not np.isfinite(real):
        bits = real.view(np.uint32 if dtype == "f32" else np.uint64)
        return f"0x{int(bits):0{8 if dtype == 'f32' else 16}X}"
    # Of an f32 the f64 that it is: the parser reads f64, then rounds.
    text = repr(float(real))
    mantissa, e, exponent = text.partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + e + exponent


def _trace_of(*values) -> _Trace:
    for value in values:
        if isinstance(value, Expr):
            return value.trace
    raise TypeError("expects at least one scalar of the law, not numbers only")


def where(condition: Expr, a: Expr | Number, b: Expr | Number) -> Expr:
    """a if the condition is true, else b; both are computed."""
    trace = _trace_of(condition)
    if not isinstance(a, Expr) and not isinstance(b, Expr):
        raise TypeError("expects where() to choose at least one scalar of the law")
    a, b = trace.pair(a, b)
    return trace.emit(
        f"arith.select {condition.name}, {a.name}, {b.name} : {a.dtype}", a.dtype
    )


def fma(a: Expr | Number, b: Expr | Number, c: Expr | Number) -> Expr:
    """a b + c with one rounding."""
    trace = _trace_of(a, b, c)
    dtype = next(x.dtype for x in (a, b, c) if isinstance(x, Expr))
    a, b, c = (trace.operand(x, dtype) for x in (a, b, c))
    if {a.dtype, b.dtype, c.dtype} != {dtype} or dtype not in FLOATS:
        raise TypeError(
            f"expects floats of one type, but got {a.dtype}, {b.dtype} and {c.dtype}"
        )
    return trace.emit(f"math.fma {a.name}, {b.name}, {c.name} : {dtype}", dtype)


def _unary(op: str, x: Expr) -> Expr:
    if x.dtype not in FLOATS:
        raise TypeError(f"expects a float, but got {x.dtype}")
    return x.trace.emit(f"{op} {x.name} : {x.dtype}", x.dtype)


def exp(x: Expr) -> Expr:
    """The exponential function, with bits that the specification fixes."""
    return _unary("snn.exp", x)


def log(x: Expr) -> Expr:
    """The natural logarithm, with bits that the specification fixes."""
    return _unary("snn.log", x)


def sqrt(x: Expr) -> Expr:
    return _unary("math.sqrt", x)


def absolute(x: Expr) -> Expr:
    return _unary("math.absf", x)


def floor(x: Expr) -> Expr:
    return _unary("math.floor", x)


def ceil(x: Expr) -> Expr:
    return _unary("math.ceil", x)


def trunc(x: Expr) -> Expr:
    return _unary("math.trunc", x)


def roundeven(x: Expr) -> Expr:
    """The nearest integer, of two the even one."""
    return _unary("math.roundeven", x)


def minimum(a: Expr | Number, b: Expr | Number) -> Expr:
    """The smaller; b if one is NaN."""
    a, b = _trace_of(a, b).pair(a, b)
    return where(a < b, a, b)


def maximum(a: Expr | Number, b: Expr | Number) -> Expr:
    """The larger; b if one is NaN."""
    a, b = _trace_of(a, b).pair(a, b)
    return where(a > b, a, b)


def to_int(x: Expr) -> Expr:
    """A float to i32, toward zero, saturating; NaN gives 0."""
    if x.dtype not in FLOATS:
        raise TypeError(f"expects a float, but got {x.dtype}")
    return x.trace.emit(f"snn.to_int {x.name} : {x.dtype}", "i32")


def cast(x: Expr, dtype: str) -> Expr:
    """The same number in another type: i1 to i32 (0 or 1), integers to the nearest
    float, f32 to f64 and back. Floats become integers by :func:`to_int` only."""
    if x.dtype == dtype:
        return x
    ops = {
        ("i1", "i32"): "arith.extui",
        ("i1", "f32"): "arith.uitofp",
        ("i1", "f64"): "arith.uitofp",
        ("i32", "f32"): "arith.sitofp",
        ("i32", "f64"): "arith.sitofp",
        ("f32", "f64"): "arith.extf",
        ("f64", "f32"): "arith.truncf",
    }
    if (x.dtype, dtype) not in ops:
        raise TypeError(f"there is no conversion from {x.dtype} to {dtype}")
    op = ops[x.dtype, dtype]
    return x.trace.emit(f"{op} {x.name} : {x.dtype} to {dtype}", dtype)


@dataclass(frozen=True)
class NeuronModel:
    """The law of one neuron, as a Python function of scalars.

    >>> lif = NeuronModel(
    ...     "lif", states={"v": 0.0}, inputs=["x"], params=["tau", "threshold"],
    ...     law=lambda v, x, tau, threshold: spiking_step(...))

    The function gets one scalar per state, input and parameter, in that order, and
    returns two dicts: the next states and the outputs. It is called once, to write
    the law down; what it does with Python numbers is done then.

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
            TypeError: the function does not return a value per state, or mixes
                types.
        """
        trace = _Trace()
        arguments, scalars = [], []
        for name, value in self.states.items():
            initial, dtype = _state(value, real)
            text = format_scalar(initial, dtype)
            arguments.append(f"state %{name}: {dtype} = {text}")
            scalars.append(Expr(trace, f"%{name}", dtype))
        for kind, types in (
            ("in", self.input_types(real)),
            ("param", self.param_types(real)),
        ):
            for name, dtype in types.items():
                arguments.append(f"{kind} %{name}: {dtype}")
                scalars.append(Expr(trace, f"%{name}", dtype))
        states, outputs = self.law(*scalars)
        if set(states) != set(self.states):
            raise TypeError(
                f"law of '{self.name}': expects next states "
                f"{sorted(self.states)}, but got {sorted(states)}"
            )
        state_types = self.state_types(real)
        next_states = [
            trace.operand(states[name], state_types[name]) for name in self.states
        ]
        results = {n: trace.operand(value, real) for n, value in outputs.items()}
        for name, value in zip(self.states, next_states):
            if value.dtype != state_types[name]:
                raise TypeError(
                    f"law of '{self.name}': expects state '{name}' to be "
                    f"{state_types[name]}, but got {value.dtype}"
                )
        return TracedLaw(
            arguments,
            trace.lines,
            next_states,
            list(results.values()),
            {n: value.dtype for n, value in results.items()},
        )


@dataclass(frozen=True)
class TracedLaw:
    """The text of a law, but for its name."""

    arguments: list[str]
    lines: list[str]
    states: list[Expr]
    results: list[Expr]
    outputs: dict[str, str]

    def text(self, name: str) -> str:
        outputs = ", ".join(f"{n}: {dtype}" for n, dtype in self.outputs.items())

        def group(values):
            names = ", ".join(v.name for v in values)
            types = ", ".join(v.dtype for v in values)
            return f"({names} : {types})" if values else ""

        end = "snn.next" + group(self.states)
        if self.results:
            end += " emit" + group(self.results)
        body = "".join(f"  {line}\n" for line in [*self.lines, end])
        return (
            f"snn.neuron_model private @{name}({', '.join(self.arguments)}) -> "
            f"({outputs}) {{\n{body}}}\n"
        )


def _typed(entry, real):
    return entry if isinstance(entry, tuple) else (entry, real)


def _state(value, real):
    return value if isinstance(value, tuple) else (value, real)
