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
from typing import Union

import numpy as np
import numpy.typing as npt

from volley import _compiler
from volley._law import (
    Expr,
    NeuronModel,
    TracedLaw,
    absolute,
    cast,
    ceil,
    copysign,
    exp,
    floor,
    fma,
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
from volley._text import ELEMENTS, FLOATS, quote, tensor_type
from volley._writer import Feedback, Location, Node, Shape, Signal, Writer, types_of

__all__ = [
    "Builder",
    "Expr",
    "Feedback",
    "NeuronModel",
    "Signal",
    "absolute",
    "cast",
    "ceil",
    "copysign",
    "exp",
    "floor",
    "fma",
    "log",
    "maximum",
    "minimum",
    "roundeven",
    "sqrt",
    "to_int",
    "trunc",
    "where",
]

Ints = Union[int, Sequence[int]]


class Builder(Writer):
    """A network under construction.

    Every method that makes an op takes `name`, the node that the op comes from
    ("blocks.0.attn.q_conv"), and `location`, a file and line. Errors name them; an op
    without a name is called after its kind, "dense_1". A method raises ValueError if
    its arguments do not fit each other.

    Weights are NumPy arrays of any real type. They are rounded to the network's float
    type; those that have it already are used where they are, without a copy.

    Args:
        name: of the network.
        dt: the time step in seconds.
        precision: "f32" or "f64": the type of weights, potentials and currents.
    """

    def __init__(self, name: str = "network", dt: float = 1e-3, precision: str = "f32"):
        if not name:
            raise ValueError("a network needs a name")
        if precision not in FLOATS:
            raise ValueError(f"precision must be 'f32' or 'f64', not {precision!r}")
        if not (dt > 0 and math.isfinite(dt)):
            raise ValueError(f"dt must be positive, not {dt}")
        super().__init__(name, float(dt), precision)
        self._populations: set[str] = set()

    # -- Ends ---------------------------------------------------------------

    def input(
        self, name: str, shape: Sequence[int], dtype: str = "f32", static: bool = False
    ) -> Signal:
        """An input. A static one has one value per sample, from reset to reset."""
        node = Node(name, self.name)
        if name in self._inputs:
            node.fail("there is an input of this name already")
        rate = "static" if static else "stream"
        self._inputs[name] = Signal(
            self,
            f"%in{len(self._inputs)}",
            self._shape(node, shape),
            self._dtype(node, dtype),
            rate,
            name,
        )
        return self._inputs[name]

    def output(self, name: str, signal: Signal) -> None:
        """Makes a signal an output of the network."""
        node = Node(name, self.name)
        self._check(node, signal)
        if name in self._outputs:
            node.fail("there is an output of this name already")
        self._outputs[name] = signal

    def constant(
        self,
        value: npt.ArrayLike,
        dtype: str | None = None,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """An array as a static signal, of the network's float type by default."""
        node = self._node("constant", name, location)
        shape = np.shape(value)
        constant = self._constant(node, "", np.reshape(value, shape or (1,)), dtype)
        return constant if shape else self.reshape(constant, (), node.name, location)

    # -- Sums and products --------------------------------------------------

    def dense(
        self,
        x: Signal,
        weight: npt.ArrayLike,
        bias: npt.ArrayLike | None = None,
        sum: str = "ascending",
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A fully connected projection of the last dimension.

        Args:
            x: (.., in).
            weight: (out, in) for all leading indices, or (.., out, in).
            bias: the weight's shape without its last dimension.
            sum: the law of the sum, "ascending" or "exact"; see
                :meth:`Network.set_sum_law`.

        Returns:
            (.., out)
        """
        node = self._node("dense", name, location, x)
        weight = np.asarray(weight)
        shape = weight.shape
        if (
            not x.shape
            or len(shape) not in (2, len(x.shape) + 1)
            or shape[-1] != x.shape[-1]
            or shape[:-2] not in ((), x.shape[:-1])
        ):
            last = x.shape[-1] if x.shape else "in"
            node.fail(
                f"expects a weight of (out, {last}), but got {shape} for an input of "
                f"{x.type}"
            )
        operands = [x, *self._weights(node, weight, bias, shape[:-1])]
        text = "snn.dense {}, {}" + (" bias {}" if bias is not None else "")
        text += self._sum_law(node, sum)
        real = self._real(node, x)
        return self._emit(node, text, operands, (*x.shape[:-1], shape[-2]), real)

    @staticmethod
    def _sum_law(node, law):
        if law not in ("ascending", "exact"):
            node.fail(f"there is no law {law!r} for sums; there are ascending, exact")
        return f" sum {law}"

    def conv(
        self,
        x: Signal,
        weight: npt.ArrayLike,
        bias: npt.ArrayLike | None = None,
        stride: Ints = 1,
        padding: Ints = 0,
        dilation: Ints = 1,
        groups: int = 1,
        sum: str = "ascending",
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A convolution (cross-correlation) over one or two dimensions.

        Args:
            x: (C, L) or (C, H, W).
            weight: (O, C / groups, kernel...).
            bias: (O,).
            padding: a number, one per dimension, or two per dimension (before and
                after).
            sum: the law of the sum, as for :meth:`dense`.

        Returns:
            (O, L') or (O, H', W')
        """
        node = self._node("conv", name, location, x)
        weight = np.asarray(weight)
        dims = self._spatial(node, x)
        groups = int(groups)
        if (
            weight.ndim != dims + 2
            or groups < 1
            or weight.shape[0] % groups
            or weight.shape[1] * groups != x.shape[0]
        ):
            node.fail(
                f"expects a weight of (out, in / groups, kernel...), but got "
                f"{weight.shape} and {groups} groups for an input of {x.type}"
            )
        stride = self._per_dim(node, "stride", stride, dims)
        dilation = self._per_dim(node, "dilation", dilation, dims)
        padding = self._padding(node, padding, dims)
        sizes = self._windows(node, x, weight.shape[2:], stride, padding, dilation)
        operands = [x, *self._weights(node, weight, bias, weight.shape[:1])]
        text = "snn.conv {}, {}" + (" bias {}" if bias is not None else "")
        text += f" stride {stride} padding {padding} dilation {dilation}"
        text += f" groups {groups}" + self._sum_law(node, sum)
        real = self._real(node, x)
        return self._emit(node, text, operands, (weight.shape[0], *sizes), real)

    def pool(
        self,
        kind: str,
        x: Signal,
        kernel: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A reduction over windows: "sum", "avg" (padding counted) or "max".

        x is (C, L) or (C, H, W). Without a stride, windows do not overlap. The sum of
        integers is i32, the average a float.
        """
        node = self._node("pool", name, location, x)
        dtype = self._reduced(node, kind, ("sum", "avg", "max"), x)
        dims = self._spatial(node, x)
        kernel = self._per_dim(node, "kernel", kernel, dims)
        stride = (
            kernel if stride is None else self._per_dim(node, "stride", stride, dims)
        )
        padding = self._padding(node, padding, dims)
        sizes = self._windows(node, x, kernel, stride, padding, [1] * dims)
        text = f"snn.pool {kind} {{}} kernel {kernel} stride {stride} padding {padding}"
        return self._emit(node, text, [x], (x.shape[0], *sizes), dtype)

    def matmul(
        self, a: Signal, b: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """(.., M, K) times (.., K, N); of two integer signals it is an exact i32."""
        node = self._node("matmul", name, location, a, b)
        if (
            len(a.shape) < 2
            or len(b.shape) != len(a.shape)
            or a.shape[:-2] != b.shape[:-2]
            or a.shape[-1] != b.shape[-2]
        ):
            node.fail(
                f"expects (.., M, K) and (.., K, N), but got {a.type} and {b.type}"
            )
        shape = (*a.shape[:-1], b.shape[-1])
        dtype = self._common(node, a, b)
        return self._emit(node, "snn.matmul {}, {}", [a, b], shape, dtype)

    def reduce(
        self,
        kind: str,
        x: Signal,
        dims: Ints,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The "sum", "mean" or "max" over dimensions, which vanish.

        The sum of integers is i32, the mean a float.
        """
        node = self._node("reduce", name, location, x)
        dtype = self._reduced(node, kind, ("sum", "mean", "max"), x)
        dims = self._dims(node, dims, len(x.shape))
        shape = [n for d, n in enumerate(x.shape) if d not in dims]
        return self._emit(
            node, f"snn.reduce {kind} {{}} dims {dims}", [x], shape, dtype
        )

    def reduce_time(
        self, kind: str, x: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """What becomes of a stream over the steps since the reset: a window value.

        "sum", "mean", "max", "last", or "first_spike" (the first step whose value is
        not zero; the number of steps if there is none).
        """
        node = self._node("reduce_time", name, location, x)
        kinds = ("sum", "mean", "max", "last", "first_spike")
        dtype = self._reduced(node, kind, kinds, x)
        self._check_steps(node, x)
        text = f"snn.reduce_time {kind} {{}}"
        return self._emit(node, text, [x], x.shape, dtype, rate="window")

    def add(
        self,
        *signals: Signal,
        dtype: str | None = None,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The sum of signals of one shape, from left to right.

        It is i32 of integers, else a float; `dtype` says otherwise, so that add() of
        one signal converts it.
        """
        node = self._node("add", name, location, *signals)
        return self._elementwise(node, "add", signals, dtype)

    def mul(
        self, a: Signal, b: Signal, name: str = "", location: Location = None
    ) -> Signal:
        """The elementwise product; of two binary signals it is their conjunction."""
        node = self._node("mul", name, location, a, b)
        binary = "i1" if a.dtype == b.dtype == "i1" else None
        return self._elementwise(node, "mul", (a, b), binary)

    def scale(
        self,
        x: Signal,
        factor: npt.ArrayLike,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """A signal times a number, or an array that broadcasts from the left."""
        node = self._node("scale", name, location, x)
        factor = self._parameter(node, "factor", factor, x.shape)
        types = f"{x.type}, {factor.type}"
        real = self._real(node, x)
        return self._emit(node, "snn.scale {} by {}", [x, factor], x.shape, real, types)

    def norm(
        self,
        x: Signal,
        scale: npt.ArrayLike,
        shift: npt.ArrayLike,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """fma(x, scale, shift); both broadcast from the left: (C,) over (C, H, W)."""
        node = self._node("norm", name, location, x)
        scale = self._parameter(node, "scale", scale, x.shape)
        shift = self._parameter(node, "shift", shift, x.shape)
        text = "snn.norm {} scale {} shift {}"
        real = self._real(node, x)
        return self._emit(node, text, [x, scale, shift], x.shape, real)

    # -- Moves --------------------------------------------------------------

    def reshape(
        self,
        x: Signal,
        shape: Ints,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The same elements in another shape; one size may be -1."""
        node = self._node("reshape", name, location, x)
        shape = self._ints(node, shape)
        if shape.count(-1) == 1:
            known = math.prod(n for n in shape if n != -1)
            shape[shape.index(-1)] = x.size // max(known, 1)
        if math.prod(shape) != x.size or any(n < 1 for n in shape):
            node.fail(f"expects a shape of {x.size} elements, but got {tuple(shape)}")
        if tuple(shape) == x.shape:
            return x
        return self._emit(node, "snn.reshape {}", [x], shape, x.dtype)

    def transpose(
        self,
        x: Signal,
        permutation: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """Dimension d of the result is dimension permutation[d] of x."""
        node = self._node("transpose", name, location, x)
        permutation = self._ints(node, permutation)
        if sorted(permutation) != list(range(len(x.shape))):
            node.fail(
                f"expects a permutation of the dimensions of {x.type}, but got "
                f"{permutation}"
            )
        if permutation == sorted(permutation):
            return x
        shape = [x.shape[d] for d in permutation]
        return self._emit(
            node, f"snn.transpose {{}} {permutation}", [x], shape, x.dtype
        )

    def broadcast(
        self,
        x: Signal,
        dims: Ints,
        shape: Sequence[int],
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """x repeated to `shape`, in which `dims` are the dimensions x has not."""
        node = self._node("broadcast", name, location, x)
        shape = self._shape(node, shape)
        dims = self._dims(node, dims, len(shape))
        if tuple(n for d, n in enumerate(shape) if d not in dims) != x.shape:
            node.fail(
                f"expects a shape that without dimensions {dims} is {x.shape}, but got "
                f"{shape}"
            )
        return self._emit(node, f"snn.broadcast {{}} dims {dims}", [x], shape, x.dtype)

    def slice(
        self,
        x: Signal,
        offsets: Ints,
        sizes: Ints,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """The box of `sizes` that begins at `offsets`."""
        node = self._node("slice", name, location, x)
        offsets, sizes = self._ints(node, offsets), self._ints(node, sizes)
        if not len(offsets) == len(sizes) == len(x.shape) or any(
            o < 0 or n < 1 or o + n > m for o, n, m in zip(offsets, sizes, x.shape)
        ):
            node.fail(
                f"expects a box inside {x.type}, but got offsets {offsets} and sizes "
                f"{sizes}"
            )
        if tuple(sizes) == x.shape:
            return x
        return self._emit(
            node, f"snn.slice {{}} offsets {offsets}", [x], sizes, x.dtype
        )

    def concat(
        self,
        signals: Sequence[Signal],
        dim: int,
        name: str = "",
        location: Location = None,
    ) -> Signal:
        """Signals one after another along a dimension."""
        node = self._node("concat", name, location, *signals)
        if not signals:
            node.fail("expects at least one signal")
        first = signals[0]
        (dim,) = self._dims(node, dim, len(first.shape))

        def rest(signal):
            return signal.dtype, signal.shape[:dim], signal.shape[dim + 1 :]

        if any(rest(signal) != rest(first) for signal in signals):
            node.fail(
                f"expects signals that differ in the size of dimension {dim} only, but "
                f"got {types_of(signals)}"
            )
        shape = list(first.shape)
        shape[dim] = sum(signal.shape[dim] for signal in signals)
        text = f"snn.concat {', '.join(['{}'] * len(signals))} dim {dim}"
        types = f"({types_of(signals)})"
        return self._emit(node, text, signals, shape, first.dtype, types)

    # -- State --------------------------------------------------------------

    def delay(
        self,
        x: Signal | None = None,
        steps: Ints = 1,
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

        Returns:
            A signal; a :class:`Feedback` without x.
        """
        node = self._node("delay", name, location, *([] if x is None else [x]))
        if x is not None:
            shape, dtype = x.shape, x.dtype
        elif shape is None or dtype is None:
            node.fail("expects a signal, or the shape and dtype of one to come")
        shape, dtype = self._shape(node, shape), self._dtype(node, dtype)
        steps = self._ints(node, steps)
        if len(steps) not in (1, math.prod(shape)) or min(steps) < 0:
            node.fail(f"expects steps, one number or one per element, but got {steps}")
        text = f"snn.delay {{}} by {steps[0] if len(steps) == 1 else steps}"
        if initial is not None:
            text += f" initial {self._initial(node, initial, shape, dtype)}"
        if x is None:
            return self._feedback(node, text, shape, dtype)
        if max(steps) > 0:
            self._check_steps(node, x)
        text = f"{text.format(x._ssa)} : {x.type}"
        rate = "stream" if max(steps) > 0 else x.rate
        return self._add(node, text, [(shape, dtype)], rate)[0]

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
                become what the law takes.
            params: a value per parameter of the law: a number, or an array that
                broadcasts from the left.
            expose: states that become results too, as they are at the end of the
                step.
            name: what the neurons are recorded by; no two populations have one.
            shape: of the population, where the law has no inputs.

        Returns:
            The outputs, then the exposed states; a plain signal if it is one.

        Raises:
            TypeError: the law is none.
        """
        node = self._node("population", name, location, *inputs)
        if name in self._populations:
            node.fail("there is a population of this name already")
        inputs = self._law_inputs(node, model, inputs)
        if not inputs and shape is None:
            node.fail("expects a shape, as the law has no inputs")
        shape = self._shape(node, inputs[0].shape if inputs else shape)
        if any(signal.shape != shape for signal in inputs):
            node.fail(f"expects inputs of one shape, but got {types_of(inputs)}")
        values = self._law_params(node, model, params or {}, shape)
        law = self._trace(node, model)
        states = model.state_types(self.precision)
        expose = [expose] if isinstance(expose, str) else list(expose)
        if not set(expose) <= set(states):
            node.fail(f"expects to expose states of {list(states)}, but got {expose}")
        dtypes = [*law.outputs.values(), *(states[state] for state in expose)]
        if not dtypes:
            node.fail("expects a law with an output, or a state to expose")
        if states:
            self._check_steps(node, *inputs)
        text = f"snn.population @{quote(self._symbol(model.name, law))} {quote(name)}"
        text += f"({', '.join(s._ssa for s in inputs)})"
        if values:
            names = ", ".join(value._ssa for value in values)
            text += f" params({names} : {types_of(values)})"
        if expose:
            text += f" expose [{', '.join(map(quote, expose))}]"
        results = ", ".join(tensor_type(shape, dtype) for dtype in dtypes)
        text += f" : ({types_of(inputs)}) -> ({results})"
        rate = "stream" if states else self._rate(node, inputs)
        signals = self._add(node, text, [(shape, dtype) for dtype in dtypes], rate)
        self._populations |= {name} - {""}
        return signals if len(signals) > 1 else signals[0]

    # -- The network --------------------------------------------------------

    def build(self) -> Network:
        """The network. Its arrays are those that were given, as far as they had the
        network's type: do not change them afterwards.

        Raises:
            CompileError: the network is not valid; the message names the node.
            ValueError: a delay has no input.
        """
        return Network(_compiler.parse(self.text(), self._arrays))

    # -- Parts of populations -----------------------------------------------

    def _law_inputs(self, node: Node, model, inputs) -> list[Signal]:
        """The inputs of a law, in the types that it takes."""
        types = model.input_types(self.precision)
        if len(inputs) != len(types):
            node.fail(
                f"expects inputs {list(types)} of '{model.name}', but got {len(inputs)}"
            )
        result = []
        for signal, (port, dtype) in zip(inputs, types.items()):
            if signal.dtype not in FLOATS and dtype in ("i32", self.precision):
                if signal.dtype != dtype:
                    signal = self._elementwise(node, "add", [signal], dtype)
            if signal.dtype != dtype:
                node.fail(
                    f"expects {dtype} for input '{port}' of '{model.name}', but got "
                    f"{signal.type}"
                )
            result.append(signal)
        return result

    def _law_params(self, node: Node, model, params, shape) -> list[Signal]:
        """The parameters of a law, in its order."""
        types = model.param_types(self.precision)
        if set(params) != set(types):
            node.fail(
                f"expects parameters {list(types)} of '{model.name}', but got "
                f"{list(params)}"
            )
        return [
            self._parameter(node, name, params[name], shape, dtype)
            for name, dtype in types.items()
        ]

    def _trace(self, node: Node, model: NeuronModel) -> TracedLaw:
        try:
            return model.trace(self.precision)
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            message = f"node '{node.name}', law '{model.name}': {error}"
            raise kind(message) from error

    # -- Types and shapes ---------------------------------------------------

    def _ints(self, node: Node, values: Ints, count: int = 1) -> list[int]:
        """A sequence as a list; a number counts for each of `count`."""
        array = np.asarray(values)
        if array.size and array.dtype.kind not in "iu":
            raise TypeError(f"node '{node.name}': expects integers, but got {values!r}")
        numbers = [int(n) for n in array.flat]
        return numbers if array.ndim else numbers * count

    def _shape(self, node: Node, shape: Ints) -> Shape:
        sizes = tuple(self._ints(node, shape))
        if any(n < 1 for n in sizes):
            node.fail(f"expects a shape of sizes of at least 1, but got {sizes}")
        return sizes

    def _dtype(self, node: Node, dtype: str) -> str:
        if dtype not in ELEMENTS:
            node.fail(f"expects i1, i32, f32 or f64, but got {dtype!r}")
        return dtype

    def _real(self, node: Node, *signals: Signal) -> str:
        """The network's float type, which float signals must have."""
        for signal in signals:
            if signal.dtype in FLOATS and signal.dtype != self.precision:
                node.fail(f"expects {self.precision} signals, but got {signal.type}")
        return self.precision

    def _common(self, node: Node, *signals: Signal) -> str:
        """i32 of integers, else the float type."""
        if all(signal.dtype not in FLOATS for signal in signals):
            return "i32"
        return self._real(node, *signals)

    def _reduced(self, node: Node, kind: str, kinds: tuple[str, ...], x: Signal) -> str:
        """The type of a reduction of x."""
        if kind not in kinds:
            node.fail(f"expects one of {', '.join(kinds)}, but got {kind!r}")
        if kind == "first_spike" or (kind == "sum" and x.dtype == "i1"):
            return "i32"
        return self._real(node, x) if kind in ("mean", "avg") else x.dtype

    def _dims(self, node: Node, dims: Ints, rank: int) -> list[int]:
        """Dimensions in order; negative ones count from the end."""
        result = sorted(d + rank if d < 0 else d for d in self._ints(node, dims))
        if len(set(result)) != len(result) or any(not 0 <= d < rank for d in result):
            node.fail(f"expects dimensions below {rank}, but got {dims}")
        return result

    def _spatial(self, node: Node, x: Signal) -> int:
        """How many dimensions of x windows move over."""
        if len(x.shape) not in (2, 3):
            node.fail(f"expects (C, L) or (C, H, W), but got {x.type}")
        return len(x.shape) - 1

    def _per_dim(self, node: Node, what: str, values: Ints, dims: int) -> list[int]:
        result = self._ints(node, values, dims)
        if len(result) != dims or any(n < 1 for n in result):
            node.fail(
                f"expects a {what} of at least 1, one or {dims} numbers, but got "
                f"{values}"
            )
        return result

    def _padding(self, node: Node, padding: Ints, dims: int) -> list[int]:
        """Two numbers per dimension, before and after."""
        result = self._ints(node, padding, dims)
        if len(result) == dims:
            result = [n for size in result for n in (size, size)]
        if len(result) != 2 * dims or any(n < 0 for n in result):
            node.fail(
                f"expects a padding of at least 0, one, {dims} or {2 * dims} numbers, "
                f"but got {padding}"
            )
        return result

    def _windows(self, node: Node, x, kernel, stride, padding, dilation) -> list[int]:
        """How many windows lie in each dimension."""
        sizes = []
        for d, size in enumerate(x.shape[1:]):
            room = size + padding[2 * d] + padding[2 * d + 1]
            room -= dilation[d] * (kernel[d] - 1) + 1
            if room < 0:
                node.fail(
                    f"expects a kernel that fits into {x.type}, but got "
                    f"{tuple(kernel)} with padding {padding} and dilation {dilation}"
                )
            sizes.append(room // stride[d] + 1)
        return sizes

    # -- Operands -----------------------------------------------------------

    def _weights(self, node: Node, weight, bias, bias_shape) -> list[Signal]:
        """The constants of a product."""
        if bias is None:
            return [self._constant(node, "weight", weight)]
        if np.shape(bias) != bias_shape:
            node.fail(f"expects a bias of {bias_shape}, but got {np.shape(bias)}")
        return [
            self._constant(node, "weight", weight),
            self._constant(node, "bias", bias),
        ]

    def _parameter(self, node: Node, what, value, over: Shape, dtype=None) -> Signal:
        """A constant that broadcasts from the left over a shape."""
        shape = np.shape(value)
        if len(shape) > len(over) or any(
            n not in (1, size) for n, size in zip(shape, over)
        ):
            node.fail(
                f"expects a {what} that broadcasts from the left over {over}, but got "
                f"{shape}"
            )
        return self._constant(node, what, value, dtype)

    def _initial(self, node: Node, value, shape: Shape, dtype: str) -> str:
        array = self._numbers(node, "initial value", value, dtype)
        if array.shape not in ((), shape):
            node.fail(f"expects an initial value of {shape}, but got {array.shape}")
        return self._attribute(array, dtype)

    def _elementwise(self, node: Node, op: str, signals, dtype=None) -> Signal:
        """A sum or product of signals of one shape, of `dtype` if one is wanted."""
        if not signals:
            node.fail("expects at least one signal")
        shape = signals[0].shape
        if any(signal.shape != shape for signal in signals):
            node.fail(
                f"expects signals of one shape, but got {types_of(signals)}; "
                "broadcast() repeats one"
            )
        dtype = dtype or self._common(node, *signals)
        text = f"snn.{op} {', '.join(['{}'] * len(signals))}"
        types = f"({types_of(signals)})"
        return self._emit(node, text, signals, shape, dtype, types)
