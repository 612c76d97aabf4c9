# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Signals, and how a network under construction is written as MLIR."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, Union

import numpy as np
import numpy.typing as npt

from volley._law import TracedLaw
from volley._text import (
    format_elements,
    format_location,
    format_scalar,
    quote,
    tensor_type,
    to_array,
    typed_scalar,
)

if TYPE_CHECKING:
    from volley.builder import Builder

Shape = tuple[int, ...]
Location = Union[tuple[str, int], None]


class Signal:
    """A value of a network: one tensor per step (or per reset, or per run).

    ``a + b``, ``a * b`` and ``a @ b`` are :meth:`Builder.add`, :meth:`Builder.mul` and
    :meth:`Builder.matmul`; a signal times a number or an array is
    :meth:`Builder.scale`.

    Attributes:
        shape: its sizes, without steps and batch.
        dtype: "i1", "i32", "f32" or "f64".
        rate: "static", "stream" or "window".
        name: the node that gives it.
    """

    # An array on the left leaves the operation to this class.
    __array_ufunc__ = None

    def __init__(
        self, net: Writer, ssa: str, shape: Sequence[int], dtype: str, rate: str, name
    ):
        self._net: Builder = net
        self._ssa = ssa
        self.shape: Shape = tuple(shape)
        self.dtype = dtype
        self.rate = rate
        self.name: str = name

    def __repr__(self) -> str:
        return f"<Signal {self.name!r}: {self.type}, {self.rate}>"

    @property
    def type(self) -> str:
        """Its type in the IR, "tensor<2x34x34xi1>"."""
        return tensor_type(self.shape, self.dtype)

    @property
    def size(self) -> int:
        """The number of its elements."""
        return math.prod(self.shape)

    def __add__(self, other: Signal) -> Signal:
        if isinstance(other, Signal):
            return self._net.add(self, other)
        return NotImplemented

    def __mul__(self, other: Signal | npt.ArrayLike) -> Signal:
        if isinstance(other, Signal):
            return self._net.mul(self, other)
        return self._net.scale(self, other)

    __rmul__ = __mul__

    def __matmul__(self, other: Signal) -> Signal:
        if isinstance(other, Signal):
            return self._net.matmul(self, other)
        return NotImplemented


class Feedback(Signal):
    """A delay whose input is given later: what closes a cycle."""

    def connect(self, signal: Signal) -> None:
        """Gives the delay its input, of the delay's own shape and type.

        Raises:
            ValueError: the signal is of another type, or the delay has its input.
        """
        self._net._connect(self, signal)


class Scalar(Signal):
    """A constant that is no tensor."""

    @property
    def type(self) -> str:
        return self.dtype


class Node:
    """What an op comes from: the subject of errors, and a location."""

    def __init__(self, name: str, file: str, line: int = 0):
        self.name = name
        self.file = file
        self.line = line

    def fail(self, message: str) -> NoReturn:
        raise ValueError(f"node '{self.name}': {message}")

    def location(self, part: str = "") -> str:
        """loc(...) of the node, or of a constant of it."""
        name = f"{self.name}.{part}" if part else self.name
        return format_location(name, self.file, self.line)


def types_of(values: Sequence[Signal]) -> str:
    return ", ".join(value.type for value in values)


class Writer:
    """The text and the arrays of a network."""

    def __init__(self, name: str, dt: float, precision: str):
        self.name = name
        self.dt = dt
        self.precision = precision
        self._inputs: dict[str, Signal] = {}
        self._outputs: dict[str, Signal] = {}
        self._lines: list[str] = []
        self._values = 0
        self._unnamed: Counter[str] = Counter()
        # By the names of their resources.
        self._arrays: dict[str, np.ndarray] = {}
        # The other way round, by identity.
        self._resources: dict[int, str] = {}
        # The symbols of laws, by their text.
        self._laws: dict[str, str] = {}
        # Delays that wait for their input, with the line that misses it.
        self._waiting: dict[Feedback, tuple[int, str, Node]] = {}

    # Nodes and ops.

    def _node(self, kind: str, name: str, location: Location, *operands) -> Node:
        """The node of an op, called after its kind if it has no name."""
        if not name:
            self._unnamed[kind] += 1
            name = f"{kind}_{self._unnamed[kind]}"
        node = Node(name, *(location or (self.name,)))
        for operand in operands:
            self._check(node, operand)
        return node

    def _check(self, node: Node, signal: Signal) -> None:
        """A signal of another network would be taken for one of this."""
        if not isinstance(signal, Signal):
            node.fail(f"expects a signal, but got {type(signal).__name__}")
        if signal._net is not self:
            node.fail(f"'{signal.name}' is a signal of another network")

    def _add(self, node, text, results, rate, cls=Signal) -> tuple[Signal, ...]:
        """Adds an op whose results have these (shape, dtype)."""
        self._values += 1
        ssa = f"%{self._values}"
        several = len(results) > 1
        count = f":{len(results)}" if several else ""
        self._lines.append(f"{ssa}{count} = {text} {node.location()}")
        return tuple(
            cls(self, f"{ssa}#{i}" if several else ssa, shape, dtype, rate, node.name)
            for i, (shape, dtype) in enumerate(results)
        )

    def _emit(
        self, node, text, operands, shape, dtype, types=None, rate=None
    ) -> Signal:
        """Adds an op with one result; `text` has a gap per operand.

        Several operands are typed as those of a function, one by its type alone;
        `types` says otherwise.
        """
        text = text.format(*(operand._ssa for operand in operands))
        if types is None:
            types = types_of(operands)
            types = f"({types})" if len(operands) > 1 else types
        text += f" : {types} -> {tensor_type(shape, dtype)}"
        rate = rate or self._rate(node, operands)
        return self._add(node, text, [(shape, dtype)], rate)[0]

    def _rate(self, node: Node, operands: Sequence[Signal]) -> str:
        """The rate of stateless work on these."""
        rates = {operand.rate for operand in operands}
        if {"stream", "window"} <= rates:
            node.fail(
                "expects values of each step or values that a run has once "
                "(reduce_time gives them), but got both"
            )
        return next((r for r in ("window", "stream") if r in rates), "static")

    # Delays whose input comes later.

    def _feedback(self, node, text, shape, dtype) -> Feedback:
        """Adds a delay; `text` has a gap for its input."""
        (delay,) = self._add(node, "", [(shape, dtype)], "stream", Feedback)
        self._waiting[delay] = len(self._lines) - 1, text, node
        return delay

    def _connect(self, delay: Feedback, signal: Signal) -> None:
        if delay not in self._waiting:
            raise ValueError(f"node '{delay.name}': the delay has its input already")
        index, text, node = self._waiting[delay]
        self._check(node, signal)
        if signal.type != delay.type:
            node.fail(
                f"expects an input of {delay.type}, but got {signal.type} of "
                f"'{signal.name}'"
            )
        self._check_steps(node, signal)
        text = f"{text.format(signal._ssa)} : {delay.type} {node.location()}"
        self._lines[index] = f"{delay._ssa} = {text}"
        del self._waiting[delay]

    def _check_steps(self, node: Node, *signals: Signal) -> None:
        """What has state takes no values that a run has once."""
        for signal in signals:
            if signal.rate == "window":
                node.fail(
                    f"expects values of each step, but '{signal.name}' has one per run"
                )

    # Constants and laws.

    def _numbers(self, node: Node, what: str, value: npt.ArrayLike, dtype: str):
        """Numbers as an array of an element type."""
        try:
            array = to_array(value, dtype)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(f"node '{node.name}', {what}: {error}") from None
        if not array.size:
            node.fail(f"expects a {what} with elements, but got shape {array.shape}")
        return array

    def _constant(
        self, node: Node, what: str, value: npt.ArrayLike, dtype: str | None = None
    ) -> Signal:
        """A constant of a node: a scalar, or a tensor."""
        dtype = dtype or self.precision
        array = self._numbers(node, what, value, dtype)
        self._values += 1
        cls = Signal if array.ndim else Scalar
        constant = cls(
            self, f"%{self._values}", array.shape, dtype, "static", node.name
        )
        self._lines.append(
            f"{constant._ssa} = arith.constant {self._attribute(array, dtype)} "
            f"{node.location(what)}"
        )
        return constant

    def _attribute(self, array: np.ndarray, dtype: str) -> str:
        """An array of an element type as a typed attribute; floats stay where they
        are."""
        if not array.ndim:
            return typed_scalar(array, dtype)
        if array.dtype.kind == "f" and array.size > 1:
            text = f"dense_resource<{self._resource(array)}>"
        else:
            text = format_elements(array)
        return f"{text} : {tensor_type(array.shape, dtype)}"

    def _resource(self, array: np.ndarray) -> str:
        """The name of an array's resource."""
        key = self._resources.get(id(array))
        if key is None:
            key = f"w{len(self._arrays)}"
            self._arrays[key] = array
            self._resources[id(array)] = key
        return key

    def _symbol(self, name: str, law: TracedLaw) -> str:
        """The symbol of a law; equal laws have one."""
        taken = {self.name, *self._laws.values()}
        symbol, i = name, 0
        while symbol in taken:
            symbol, i = f"{name}_{i}", i + 1
        return self._laws.setdefault(law.text, symbol)

    # The whole.

    @property
    def op_count(self) -> int:
        """How many ops there are, constants among them."""
        return len(self._lines)

    def ops(self) -> list[tuple[str, list[np.ndarray]]]:
        """What each op is, without its place: its text, with the text of its law, and
        the arrays of a constant."""
        laws = {f"@{quote(symbol)}": law for law, symbol in self._laws.items()}
        result = []
        for line in self._lines:
            text = line.rpartition(" loc(")[0]
            text += "".join(law for symbol, law in laws.items() if f"{symbol} " in text)
            names = re.findall(r"dense_resource<(\w+)>", text)
            result.append((text, [self._arrays[name] for name in names]))
        return result

    def text(self) -> str:
        """The network as MLIR text, without the elements of arrays.

        Raises:
            ValueError: a delay has no input.
        """
        for delay in self._waiting:
            raise ValueError(
                f"node '{delay.name}': the delay has no input; connect() gives it one"
            )
        place = format_location("", self.name)
        models = [
            f"snn.neuron_model private @{quote(symbol)}{law} {place}"
            for law, symbol in self._laws.items()
        ]
        inputs = ", ".join(
            f"{'static ' if s.rate == 'static' else ''}{s._ssa} {quote(n)}: {s.type}"
            for n, s in self._inputs.items()
        )
        outputs = ", ".join(f"{quote(n)}: {s.type}" for n, s in self._outputs.items())
        head = (
            f"snn.network @{quote(self.name)}({inputs}) -> ({outputs}) "
            f"dt({format_scalar(self.dt, 'f64')}) {{"
        )
        results = list(self._outputs.values())
        end = "snn.output"
        if results:
            end += f" {', '.join(s._ssa for s in results)} : {types_of(results)}"
        body = [f"  {line}" for line in [*self._lines, end]]
        return "\n".join([*models, head, *body, f"}} {place}\n"])
