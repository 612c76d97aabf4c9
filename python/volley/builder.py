# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Networks written in Python, op by op.

>>> net = volley.Builder("mlp", dt=1e-3)
>>> x = net.input("x", (784,), "i1")
>>> h = net.dense(x, w, b)
>>> s = net.population(lif, h, params={"decay": 0.9}, name="lif1")
>>> net.output("spikes", s)
>>> prog = volley.compile(net.build())

Signals have neither steps nor batch in their shapes. What each op computes is in the
specification, docs/Spec/Ops.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from volley import _volley
from volley._law import (  # noqa: F401
    FLOATS,
    Expr,
    NeuronModel,
    absolute,
    cast,
    ceil,
    exp,
    floor,
    fma,
    format_scalar,
    log,
    maximum,
    minimum,
    roundeven,
    sqrt,
    to_int,
    trunc,
    where,
)
from volley._network import Network

Shape = tuple[int, ...]
Location = Union[tuple[str, int], None]
_NUMPY = {"i1": np.bool_, "i32": np.int32, "f32": np.float32, "f64": np.float64}
# Arrays of up to this many elements stand in the text.
_INLINE = 1


class Signal:
    """A value of a network: one tensor per step (or per reset, or per run).

    Attributes:
        shape: its sizes, without steps and batch.
        dtype: "i1", "i32", "f32" or "f64".
        rate: "static", "stream" or "window".
        name: the node that gives it.
    """

    def __init__(self, net, ssa, shape, dtype, rate, name):
        self._net = net
        self._ssa = ssa
        self.shape: Shape = tuple(int(n) for n in shape)
        self.dtype: str = dtype
        self.rate: str = rate
        self.name: str = name

    def __repr__(self) -> str:
        return f"<Signal {self.name!r}: {self.type}, {self.rate}>"

    @property
    def type(self) -> str:
        return f"tensor<{''.join(f'{n}x' for n in self.shape)}{self.dtype}>"

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def __add__(self, other: Signal) -> Signal:
        return self._net.add(self, other)

    def __mul__(self, other: Signal | float) -> Signal:
        if isinstance(other, Signal):
            return self._net.mul(self, other)
        return self._net.scale(self, other)

    __rmul__ = __mul__

    def __matmul__(self, other: Signal) -> Signal:
        return self._net.matmul(self, other)


class Feedback(Signal):
    """A delay whose input is given later: what closes a cycle."""

    def connect(self, signal: Signal) -> None:
        """Gives the delay its input, of the delay's own shape and type."""
        if self._net._feedback[self._ssa] is not None:
            raise ValueError(f"node '{self.name}': the delay has its input already")
        if signal.shape != self.shape or signal.dtype != self.dtype:
            raise ValueError(
                f"node '{self.name}': expects an input of {self.type}, but got "
                f"{signal.type} of '{signal.name}'"
            )
        self._net._feedback[self._ssa] = signal


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\0A").replace("\t", "\\09") + '"'


def _ints(values, count=None) -> list[int]:
    """A number or a sequence as a list; a number counts for each of `count`."""
    if isinstance(values, (int, np.integer)):
        return [int(values)] * (count or 1)
    return [int(v) for v in values]


class Builder:
    """A network under construction.

    Every method that makes an op takes `name`, the node that the op comes from
    ("blocks.0.attn.q_conv"), and `location`, a file and line; errors name them.

    Args:
        name: of the network.
        dt: the time step in seconds.
        precision: "f32" or "f64": the type of weights, potentials and currents.
    """

    def __init__(self, name: str = "network", dt: float = 1e-3, precision: str = "f32"):
        if precision not in FLOATS:
            raise ValueError(f"precision must be 'f32' or 'f64', not {precision!r}")
        if not (dt > 0 and math.isfinite(dt)):
            raise ValueError(f"dt must be positive, not {dt}")
        self.name = name
        self.dt = float(dt)
        self.precision = precision
        self._inputs: list[str] = []
        self._outputs: list[tuple[str, Signal]] = []
        self._lines: list[Any] = []
        self._count = 0
        self._arrays: dict[str, np.ndarray] = {}
        self._keys: dict[int, str] = {}
        self._models: dict[str, str] = {}
        self._names: set[str] = set()
        # By SSA name: the inputs of delays that were made without one.
        self._feedback: dict[str, Signal | None] = {}

    # -- Parts --------------------------------------------------------------

    def _fresh(self) -> str:
        self._count += 1
        return f"%v{self._count}"

    def _constant(self, value, dtype: str | None = None) -> tuple[str, str]:
        """The SSA name and type of a constant; large arrays are not copied."""
        dtype = dtype or self.precision
        array = np.asarray(value)
        if array.ndim == 0:
            ssa = self._fresh()
            suffix = "" if dtype == "i1" else f" : {dtype}"
            self._lines.append(
                f"{ssa} = arith.constant {format_scalar(array[()], dtype)}{suffix}"
            )
            return ssa, dtype
        array = np.ascontiguousarray(array, _NUMPY[dtype])
        ssa, kind = (
            self._fresh(),
            f"tensor<{''.join(f'{n}x' for n in array.shape)}{dtype}>",
        )
        if array.size == 0:
            raise ValueError(f"expects an array with elements, but got {array.shape}")
        if array.size <= _INLINE or dtype == "i1":
            text = f"dense<{_nested(array, dtype)}>"
        else:
            text = f"dense_resource<{self._key(array)}>"
        self._lines.append(f"{ssa} = arith.constant {text} : {kind}")
        return ssa, kind

    def _key(self, array: np.ndarray) -> str:
        """The name of an array's resource; the same array has one."""
        key = self._keys.get(id(array))
        if key is None or self._arrays[key] is not array:
            key = f"w{len(self._arrays)}"
            self._arrays[key] = array
            self._keys[id(array)] = key
        return key

    def _emit(self, text, shape, dtype, rate, name, location, cls=Signal) -> Signal:
        """Adds `%v = text` and gives its signal."""
        ssa = self._fresh()
        signal = cls(self, ssa, shape, dtype, rate, name or ssa[1:])
        self._lines.append((f"{ssa} = ", text, name, location))
        return signal

    def _rate(self, *signals: Signal, name: str = "") -> str:
        """The rate of stateless work on signals."""
        rates = {signal.rate for signal in signals}
        if {"stream", "window"} <= rates:
            raise ValueError(
                f"node '{name}': expects either values of each step or values that a "
                "run has once (of reduce_time), but got both"
            )
        return next((r for r in ("window", "stream") if r in rates), "static")

    def _fail(self, name, message):
        raise ValueError(f"node '{name}': {message}" if name else message)

    def _real(self, name, *signals: Signal) -> str:
        for signal in signals:
            if signal.dtype in FLOATS and signal.dtype != self.precision:
                self._fail(
                    name, f"expects {self.precision} signals, but got {signal.type}"
                )
        return self.precision

    # -- Ends ---------------------------------------------------------------

    def input(
        self, name: str, shape: Sequence[int], dtype: str = "f32", static: bool = False
    ) -> Signal:
        """An input. A static one has one value per sample, from reset to reset."""
        if dtype not in _NUMPY:
            raise ValueError(
                f"input '{name}': expects i1, i32, f32 or f64, not {dtype!r}"
            )
        ssa = f"%arg{len(self._inputs)}"
        rate = "static" if static else "stream"
        signal = Signal(self, ssa, shape, dtype, rate, name)
        mark = "static " if static else ""
        self._inputs.append(f"{mark}{ssa} {_quote(name)}: {signal.type}")
        return signal

    def output(self, name: str, signal: Signal) -> None:
        """Makes a signal an output of the network."""
        self._outputs.append((name, signal))

    def constant(self, value: npt.ArrayLike, dtype: str | None = None) -> Signal:
        """An array as a static signal, of the network's float type by default."""
        array = np.asarray(value)
        ssa, _ = self._constant(np.atleast_1d(array), dtype)
        signal = Signal(
            self,
            ssa,
            np.atleast_1d(array).shape,
            dtype or self.precision,
            "static",
            "constant",
        )
        if array.ndim == 0:
            signal = self.reshape(signal, ())
        return signal

    # -- Sums ---------------------------------------------------------------

    def dense(
        self,
        x: Signal,
        weight: npt.ArrayLike,
        bias: npt.ArrayLike | None = None,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A fully connected projection of the last dimension.

        Args:
            x: (.., in).
            weight: (out, in) for all leading indices, or (.., out, in).
            bias: the weight's shape without its last dimension.

        Returns:
            (.., out)
        """
        weight = np.asarray(weight)
        if not x.shape or weight.ndim < 2 or weight.shape[-1] != x.shape[-1]:
            self._fail(
                name,
                f"expects a weight of (out, {x.shape[-1] if x.shape else 'in'}), but "
                f"got {weight.shape} for an input of {x.type}",
            )
        w, w_type = self._constant(weight)
        text, types = f"snn.dense {x._ssa}, {w}", [x.type, w_type]
        if bias is not None:
            b, b_type = self._constant(bias)
            text, types = f"{text} bias {b}", [*types, b_type]
        shape = (*x.shape[:-1], weight.shape[-2])
        return self._product(text, types, shape, (x,), name, location)

    def conv(
        self,
        x: Signal,
        weight: npt.ArrayLike,
        bias: npt.ArrayLike | None = None,
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A convolution over one or two dimensions.

        Args:
            x: (C, L) or (C, H, W).
            weight: (O, C / groups, kernel...).
            bias: (O,).
            padding: a number, one per dimension, or two per dimension (before and
                after).
        """
        weight = np.asarray(weight)
        n = len(x.shape) - 1
        if n not in (1, 2) or weight.ndim != n + 2:
            self._fail(
                name,
                f"expects (C, L) or (C, H, W) and a weight of two more dimensions than "
                f"are convolved, but got {x.type} and {weight.shape}",
            )
        kernel = weight.shape[2:]
        stride, dilation = _ints(stride, n), _ints(dilation, n)
        padding = self._padding(padding, n)
        sizes = self._window(name, x, kernel, stride, padding, dilation)
        w, w_type = self._constant(weight)
        text, types = f"snn.conv {x._ssa}, {w}", [x.type, w_type]
        if bias is not None:
            b, b_type = self._constant(bias)
            text, types = f"{text} bias {b}", [*types, b_type]
        text += f" stride {stride} padding {padding} dilation {dilation}"
        text += f" groups {int(groups)}"
        shape = (weight.shape[0], *sizes)
        return self._product(text, types, shape, (x,), name, location)

    def _product(self, text, types, shape, signals, name, location):
        real = self._real(name, *signals)
        result = f"tensor<{''.join(f'{n}x' for n in shape)}{real}>"
        return self._emit(
            f"{text} : ({', '.join(types)}) -> {result}",
            shape,
            real,
            self._rate(*signals, name=name),
            name,
            location,
        )

    def _padding(self, padding, n):
        values = _ints(padding, n)
        if len(values) == n:
            values = [v for value in values for v in (value, value)]
        return values

    def _window(self, name, x, kernel, stride, padding, dilation):
        sizes = []
        for d, size in enumerate(x.shape[1:]):
            span = size + padding[2 * d] + padding[2 * d + 1]
            span -= dilation[d] * (kernel[d] - 1) + 1
            if span < 0:
                self._fail(name, f"expects a kernel {tuple(kernel)} that fits {x.type}")
            sizes.append(span // stride[d] + 1)
        return sizes

    def pool(
        self,
        kind: str,
        x: Signal,
        kernel: int | Sequence[int],
        stride: int | Sequence[int] | None = None,
        padding: int | Sequence[int] = 0,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A reduction over windows: "sum", "avg" (padding counted) or "max".

        x is (C, L) or (C, H, W). Without a stride, windows do not overlap.
        """
        n = len(x.shape) - 1
        if n not in (1, 2):
            self._fail(name, f"expects (C, L) or (C, H, W), but got {x.type}")
        kernel = _ints(kernel, n)
        stride = kernel if stride is None else _ints(stride, n)
        padding = self._padding(padding, n)
        sizes = self._window(name, x, kernel, stride, padding, [1] * n)
        names = {"avg": "mean"}
        dtype = self._reduced(names.get(kind, kind), x, name)
        return self._unary(
            f"snn.pool {kind} {x._ssa} kernel {kernel} stride {stride} padding "
            f"{padding}",
            x,
            (x.shape[0], *sizes),
            dtype,
            name,
            location,
        )

    def _reduced(self, kind, x, name):
        if kind not in ("sum", "mean", "max"):
            self._fail(name, f"there is no reduction {kind!r}")
        if kind == "mean":
            return self._real(name, x)
        if kind == "sum" and x.dtype == "i1":
            return "i32"
        return x.dtype

    def _unary(self, text, x, shape, dtype, name, location, rate=None):
        result = f"tensor<{''.join(f'{n}x' for n in shape)}{dtype}>"
        return self._emit(
            f"{text} : {x.type} -> {result}",
            shape,
            dtype,
            rate or x.rate,
            name,
            location,
        )

    def matmul(
        self, a: Signal, b: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """(.., M, K) times (.., K, N); of two integer signals it is an exact i32."""
        if (
            len(a.shape) < 2
            or len(b.shape) != len(a.shape)
            or a.shape[:-2] != b.shape[:-2]
            or a.shape[-1] != b.shape[-2]
        ):
            self._fail(
                name,
                f"expects (.., M, K) and (.., K, N), but got {a.type} and {b.type}",
            )
        dtype = self._common(name, a, b)
        shape = (*a.shape[:-1], b.shape[-1])
        result = f"tensor<{''.join(f'{n}x' for n in shape)}{dtype}>"
        return self._emit(
            f"snn.matmul {a._ssa}, {b._ssa} : ({a.type}, {b.type}) -> {result}",
            shape,
            dtype,
            self._rate(a, b, name=name),
            name,
            location,
        )

    def _common(self, name, *signals):
        """i32 of integers, else the float type."""
        if all(s.dtype not in FLOATS for s in signals):
            return "i32"
        return self._real(name, *signals)

    def reduce(
        self,
        kind: str,
        x: Signal,
        dims: int | Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The "sum", "mean" or "max" over dimensions, which vanish."""
        dims = self._dims(dims, len(x.shape), name)
        shape = [n for d, n in enumerate(x.shape) if d not in dims]
        dtype = self._reduced(kind, x, name)
        return self._unary(
            f"snn.reduce {kind} {x._ssa} dims {dims}", x, shape, dtype, name, location
        )

    def _dims(self, dims, rank, name):
        result = sorted(d + rank if d < 0 else d for d in _ints(dims))
        if len(set(result)) != len(result) or any(not 0 <= d < rank for d in result):
            self._fail(name, f"expects dimensions below {rank}, but got {dims}")
        return result

    def reduce_time(
        self, kind: str, x: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """What becomes of a stream over the steps since the reset: a window value.

        "sum", "mean", "max", "last", or "first_spike" (the first step whose value is
        not zero; the number of steps if there is none).
        """
        if x.rate == "window":
            self._fail(name, "expects a signal with a value per step")
        if kind == "first_spike":
            dtype = "i32"
        else:
            dtype = x.dtype if kind == "last" else self._reduced(kind, x, name)
        text = f"snn.reduce_time {kind} {x._ssa}"
        return self._unary(text, x, x.shape, dtype, name, location, "window")

    def add(
        self,
        *signals: Signal,
        dtype: str | None = None,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The sum of signals of one shape, from left to right; i32 of integers."""
        dtype = dtype or self._common(name, *signals)
        return self._elementwise("add", signals, dtype, name, location)

    def mul(
        self, a: Signal, b: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """The elementwise product; of two binary signals it is their conjunction."""
        binary = a.dtype == b.dtype == "i1"
        dtype = "i1" if binary else self._common(name, a, b)
        return self._elementwise("mul", (a, b), dtype, name, location)

    def _elementwise(self, op, signals, dtype, name, location):
        shape = signals[0].shape
        if any(s.shape != shape for s in signals):
            self._fail(
                name,
                f"expects signals of one shape, but got "
                f"{', '.join(s.type for s in signals)}; broadcast() repeats one",
            )
        operands = ", ".join(s._ssa for s in signals)
        types = ", ".join(s.type for s in signals)
        result = f"tensor<{''.join(f'{n}x' for n in shape)}{dtype}>"
        return self._emit(
            f"snn.{op} {operands} : ({types}) -> {result}",
            shape,
            dtype,
            self._rate(*signals, name=name),
            name,
            location,
        )

    def scale(
        self,
        x: Signal,
        factor: npt.ArrayLike,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A signal times a number, or an array that broadcasts from the left."""
        self._check_broadcast(name, factor, x)
        c, c_type = self._constant(factor)
        real = self._real(name, x)
        result = f"tensor<{''.join(f'{n}x' for n in x.shape)}{real}>"
        return self._emit(
            f"snn.scale {x._ssa} by {c} : {x.type}, {c_type} -> {result}",
            x.shape,
            real,
            x.rate,
            name,
            location,
        )

    def norm(
        self,
        x: Signal,
        scale: npt.ArrayLike,
        shift: npt.ArrayLike,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """fma(x, scale, shift); both broadcast from the left: (C,) over (C, H, W)."""
        for value in (scale, shift):
            self._check_broadcast(name, value, x)
        a, a_type = self._constant(scale)
        b, b_type = self._constant(shift)
        text = f"snn.norm {x._ssa} scale {a} shift {b}"
        return self._product(
            text, [x.type, a_type, b_type], x.shape, (x,), name, location
        )

    def _check_broadcast(self, name, value, x):
        shape = np.shape(value)
        if len(shape) > len(x.shape) or any(
            n not in (1, m) for n, m in zip(shape, x.shape)
        ):
            self._fail(
                name,
                f"expects an array that broadcasts from the left over {x.type}, but "
                f"got {shape}",
            )

    # -- Moves --------------------------------------------------------------

    def reshape(
        self,
        x: Signal,
        shape: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The same elements in another shape; one size may be -1."""
        shape = _ints(shape)
        if shape.count(-1) == 1:
            rest = math.prod(n for n in shape if n != -1)
            shape[shape.index(-1)] = x.size // max(rest, 1)
        if math.prod(shape) != x.size:
            self._fail(name, f"expects {x.size} elements, but got shape {shape}")
        if tuple(shape) == x.shape:
            return x
        text = f"snn.reshape {x._ssa}"
        return self._unary(text, x, shape, x.dtype, name, location)

    def transpose(
        self,
        x: Signal,
        permutation: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """Dimension d of the result is dimension permutation[d] of x."""
        permutation = _ints(permutation)
        if sorted(permutation) != list(range(len(x.shape))):
            self._fail(
                name, f"expects a permutation of {x.type}, but got {permutation}"
            )
        if permutation == list(range(len(x.shape))):
            return x
        shape = [x.shape[d] for d in permutation]
        text = f"snn.transpose {x._ssa} {permutation}"
        return self._unary(text, x, shape, x.dtype, name, location)

    def broadcast(
        self,
        x: Signal,
        dims: int | Sequence[int],
        shape: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """x repeated to `shape`, in which `dims` are the dimensions x has not."""
        shape = _ints(shape)
        dims = self._dims(dims, len(shape), name)
        if tuple(n for d, n in enumerate(shape) if d not in dims) != x.shape:
            self._fail(
                name,
                f"expects a shape that without dimensions {dims} is {x.shape}, but got "
                f"{shape}",
            )
        text = f"snn.broadcast {x._ssa} dims {dims}"
        return self._unary(text, x, shape, x.dtype, name, location)

    def slice(
        self,
        x: Signal,
        offsets: Sequence[int],
        sizes: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The box of `sizes` that begins at `offsets`."""
        offsets, sizes = _ints(offsets), _ints(sizes)
        if not len(offsets) == len(sizes) == len(x.shape) or any(
            o < 0 or n < 1 or o + n > m for o, n, m in zip(offsets, sizes, x.shape)
        ):
            self._fail(
                name,
                f"expects a box inside {x.type}, but got offsets {offsets} and sizes "
                f"{sizes}",
            )
        if tuple(sizes) == x.shape:
            return x
        text = f"snn.slice {x._ssa} offsets {offsets}"
        return self._unary(text, x, sizes, x.dtype, name, location)

    def concat(
        self,
        signals: Sequence[Signal],
        dim: int,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """Signals one after another along a dimension."""
        first = signals[0]
        dim = self._dims(dim, len(first.shape), name)[0]
        for s in signals:
            if (
                s.dtype != first.dtype
                or s.shape[:dim] != first.shape[:dim]
                or s.shape[dim + 1 :] != first.shape[dim + 1 :]
            ):
                self._fail(
                    name,
                    f"expects signals that differ in dimension {dim} only, but got "
                    f"{', '.join(s.type for s in signals)}",
                )
        shape = list(first.shape)
        shape[dim] = sum(s.shape[dim] for s in signals)
        result = f"tensor<{''.join(f'{n}x' for n in shape)}{first.dtype}>"
        operands = ", ".join(s._ssa for s in signals)
        types = ", ".join(s.type for s in signals)
        return self._emit(
            f"snn.concat {operands} dim {dim} : ({types}) -> {result}",
            shape,
            first.dtype,
            self._rate(*signals, name=name),
            name,
            location,
        )

    # -- State --------------------------------------------------------------

    def delay(
        self,
        x: Signal | None = None,
        steps: int | Sequence[int] = 1,
        initial: npt.ArrayLike | None = None,
        shape: Sequence[int] | None = None,
        dtype: str | None = None,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A signal of some steps ago; `initial` (or 0) before that.

        Without x, the delay's input is given later, by :meth:`Feedback.connect`: the
        way to close a cycle.

        Args:
            steps: a number, or one per element in row-major order.
            initial: a number, or an array of x's shape.
            shape, dtype: of the signal, where x is not given.
        """
        steps = _ints(steps)
        by = steps[0] if len(steps) == 1 else steps
        if x is not None:
            shape, dtype = x.shape, x.dtype
        elif shape is None or dtype is None:
            self._fail(name, "expects a signal, or the shape and dtype of one to come")
        kind = f"tensor<{''.join(f'{n}x' for n in shape)}{dtype}>"
        text = f" by {by}"
        if initial is not None:
            text += f" initial {self._attribute(initial, dtype)}"
        text += f" : {kind}"
        if x is not None:
            return self._emit(
                f"snn.delay {x._ssa}{text}", shape, dtype, "stream", name, location
            )
        ssa = self._fresh()
        signal = Feedback(self, ssa, shape, dtype, "stream", name or ssa[1:])
        self._feedback[ssa] = None
        self._lines.append(
            (
                f"{ssa} = ",
                lambda: f"snn.delay {self._feedback[ssa]._ssa}{text}",
                name,
                location,
            )
        )
        return signal

    def _attribute(self, value, dtype):
        array = np.asarray(value)
        if array.ndim == 0:
            suffix = "" if dtype == "i1" else f" : {dtype}"
            return format_scalar(array[()], dtype) + suffix
        kind = f"tensor<{''.join(f'{n}x' for n in array.shape)}{dtype}>"
        return f"dense<{_nested(array.astype(_NUMPY[dtype]), dtype)}> : {kind}"

    def population(
        self,
        model: NeuronModel,
        *inputs: Signal,
        params: Mapping[str, npt.ArrayLike] | None = None,
        expose: Sequence[str] = (),
        name: str = "",
        shape: Sequence[int] | None = None,
        location: Location = None,
    ) -> Signal | tuple[Signal, ...]:
        """Neurons of one law, one per element of the inputs.

        Args:
            model: the law.
            inputs: one per input of the law, all of one shape. Integer signals
                become floats where the law takes a float.
            params: a value per parameter of the law: a number, or an array that
                broadcasts from the left.
            expose: states that become results too, as they are at the end of the
                step.
            shape: of the population, where the law has no inputs.

        Returns:
            The outputs, then the exposed states; a plain signal if it is one.
        """
        real = self.precision
        if name in self._names and name:
            self._fail(name, "there is a population of this name already")
        self._names.add(name)
        input_types, param_types = model.input_types(real), model.param_types(real)
        if len(inputs) != len(input_types):
            self._fail(
                name,
                f"expects inputs {list(input_types)} of '{model.name}', but got "
                f"{len(inputs)}",
            )
        params = dict(params or {})
        if set(params) != set(param_types):
            self._fail(
                name,
                f"expects parameters {list(param_types)} of '{model.name}', but got "
                f"{list(params)}",
            )
        inputs = tuple(
            self.add(s, dtype=real, name=name, location=location)
            if s.dtype not in FLOATS and dtype in FLOATS
            else s
            for s, dtype in zip(inputs, input_types.values())
        )
        if inputs:
            shape = inputs[0].shape
        elif shape is None:
            self._fail(name, "expects a shape, as the law has no inputs")
        shape = tuple(_ints(shape))
        for signal, (port, dtype) in zip(inputs, input_types.items()):
            if signal.shape != shape or signal.dtype != dtype:
                self._fail(
                    name,
                    f"expects input '{port}' of {dtype} and shape {shape}, but got "
                    f"{signal.type}",
                )
        try:
            law = model.trace(real)
        except TypeError as error:
            raise TypeError(f"node '{name}': {error}") from None
        names, kinds = [], []
        for port, dtype in param_types.items():
            ssa, kind = self._constant(params[port], dtype)
            names.append(ssa)
            kinds.append(kind)
        states = model.state_types(real)
        for state in expose:
            if state not in states:
                self._fail(name, f"'{model.name}' has no state '{state}'")
        dtypes = [*law.outputs.values(), *(states[s] for s in expose)]
        sizes = "".join(f"{n}x" for n in shape)
        results = [f"tensor<{sizes}{dtype}>" for dtype in dtypes]
        text = f"snn.population @{self._symbol(model, law)} {_quote(name)}("
        text += ", ".join(s._ssa for s in inputs) + ")"
        if names:
            text += f" params({', '.join(names)} : {', '.join(kinds)})"
        if expose:
            text += f" expose [{', '.join(_quote(s) for s in expose)}]"
        text += f" : ({', '.join(s.type for s in inputs)}) -> ({', '.join(results)})"
        rate = "stream" if states else self._rate(*inputs, name=name)
        if not results:
            self._fail(name, "expects a law with an output, or a state to expose")
        ssa = self._fresh()
        many = f":{len(results)}" if len(results) > 1 else ""
        self._lines.append((f"{ssa}{many} = ", text, name, location))
        signals = tuple(
            Signal(
                self,
                f"{ssa}#{i}" if many else ssa,
                shape,
                dtype,
                rate,
                name or ssa[1:],
            )
            for i, dtype in enumerate(dtypes)
        )
        return signals if many else signals[0]

    def _symbol(self, model, law):
        """The symbol of a law; equal laws have one."""
        text = law.text("")
        if text not in self._models:
            base = "".join(c if c.isalnum() else "_" for c in model.name)
            taken = set(self._models.values()) | {self.name}
            symbol, i = base, 0
            while symbol in taken:
                symbol, i = f"{base}_{i}", i + 1
            self._models[text] = symbol
        return self._models[text]

    # -- The network --------------------------------------------------------

    def text(self) -> str:
        """The network as MLIR text; arrays are resources, whose elements are not in
        it.

        Raises:
            ValueError: a delay has no input.
        """
        for ssa, signal in self._feedback.items():
            if signal is None:
                raise ValueError(f"delay {ssa} was not given its input; connect() does")
        parts = [
            text.replace("@(", f"@{symbol}(", 1)
            for text, symbol in self._models.items()
        ]
        outputs = ", ".join(f"{_quote(n)}: {s.type}" for n, s in self._outputs)
        parts.append(
            f"snn.network @{_quote(self.name)}({', '.join(self._inputs)}) -> "
            f"({outputs}) dt({format_scalar(self.dt, 'f64')}) {{"
        )
        for line in self._lines:
            if isinstance(line, str):
                parts.append(f"  {line}")
                continue
            start, body, name, location = line
            body = body() if callable(body) else body
            parts.append(f"  {start}{body}{_format_location(name, location)}")
        names = ", ".join(s._ssa for _, s in self._outputs)
        types = ", ".join(s.type for _, s in self._outputs)
        parts.append(f"  snn.output {names} : {types}" if names else "  snn.output")
        parts.append("}\n")
        return "\n".join(parts)

    def build(self) -> Network:
        """The network. Its arrays are those that were given, without a copy, as far
        as they had the network's type: do not change them afterwards.

        Raises:
            CompileError: the network is not valid; the message names the node.
            ValueError: a delay has no input.
        """
        return Network(_volley.parse(self.text(), self._arrays))


def _format_location(name, location) -> str:
    if not name and not location:
        return ""
    file, line = location or ("", 0)
    place = f"{_quote(file)}:{int(line)}:0" if location else ""
    if not name:
        return f" loc({place})"
    return f" loc({_quote(name)}({place}))" if place else f" loc({_quote(name)})"


def _nested(array, dtype) -> str:
    if array.ndim == 0:
        return format_scalar(array[()], dtype)
    return "[" + ", ".join(_nested(row, dtype) for row in array) + "]"
