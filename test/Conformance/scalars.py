# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every scalar op that a law may hold, on special values, by NumPy's own ops."""

import numpy as np

import arithmetic as ar
from files import ELEMENTS, File, type_of

FLOATS = [0.0, -0.0, 1.0, -2.5, 0.1, 3e38, 1e-40, np.inf, -np.inf, np.nan]
HALVES = [0.5, 1.5, 2.5, 0.49999997, 1e10, 8388609.0]
INTEGERS = [0, 1, -1, 7, -65537, 2**31 - 1, -(2**31)]


def is_unordered(a, b):
    return np.isnan(a) | np.isnan(b)


FLOAT_BINARY = {
    "addf": np.add,
    "subf": np.subtract,
    "mulf": np.multiply,
    "divf": np.divide,
}
ORDERED = {
    "eq": np.equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "ne": np.not_equal,
}
UNARY = {
    "arith.negf": np.negative,
    "math.sqrt": np.sqrt,
    "math.floor": np.floor,
    "math.ceil": np.ceil,
    "math.trunc": np.trunc,
    "math.roundeven": np.rint,
    "math.absf": np.abs,
}
SIGNED = {
    "slt": np.less,
    "sle": np.less_equal,
    "sgt": np.greater,
    "sge": np.greater_equal,
}


class Law:
    """A model without state that emits one value per op, and what those are."""

    def __init__(self, name, **inputs):
        self.name, self.inputs = name, inputs
        self.lines, self.outputs = [], {}

    def add(self, name, text, value):
        """`text` is an op of the inputs; an output is never named as one is."""
        self.lines.append(f"  %{name}_ = {text}")
        self.outputs[name] = np.asarray(value)

    def get_model(self):
        def element(a):
            return ELEMENTS[np.asarray(a).dtype.name]

        ins = ", ".join(f"in %{n}: {element(a)}" for n, a in self.inputs.items())
        outs = ", ".join(f"{n}: {element(a)}" for n, a in self.outputs.items())
        values = ", ".join(f"%{n}_" for n in self.outputs)
        types = ", ".join(element(a) for a in self.outputs.values())
        body = "\n".join(self.lines)
        return (
            f"snn.neuron_model private @law_{self.name}({ins})\n    -> ({outs}) {{\n"
            f"{body}\n  snn.next emit ({values} : {types})\n}}\n"
        )

    def write_to(self, file, comment):
        file.parts.append(self.get_model())
        inputs = {n: a.reshape(1, 1, -1) for n, a in self.inputs.items()}
        outputs = {n: a.reshape(1, 1, -1) for n, a in self.outputs.items()}
        operands = ", ".join(f"%{n}" for n in inputs)
        types = ", ".join(type_of(a, 2) for a in inputs.values())
        results = ", ".join(f"%{n}" for n in outputs)
        result_types = ", ".join(type_of(a, 2) for a in outputs.values())
        if len(outputs) > 1:
            result_types = f"({result_types})"
        file.add(
            self.name,
            comment,
            inputs,
            f'{results} = snn.population @law_{self.name} "" ({operands})\n'
            f"    : ({types})\n    -> {result_types}",
            outputs,
        )


def make_pairs(values, dtype):
    values = np.array(values, dtype)
    return np.repeat(values, len(values)), np.tile(values, len(values))


def write_floats(file, real):
    t = ELEMENTS[real]
    a, b = make_pairs(FLOATS, real)
    law = Law(f"arithmetic_{t}", a=a, b=b)
    for op, function in FLOAT_BINARY.items():
        law.add(op, f"arith.{op} %a, %b : {t}", function(a, b))
    signed = np.where(np.isnan(b), np.abs(a), np.copysign(a, b)).astype(real)
    law.add("copysign", f"math.copysign %a, %b : {t}", signed)
    law.write_to(file, "One rounding each. A NaN has no sign; it counts as +.")

    law = Law(f"comparisons_{t}", a=a, b=b)
    unordered = is_unordered(a, b)
    for predicate, function in ORDERED.items():
        ordered = function(a, b) & ~unordered
        law.add("o" + predicate, f"arith.cmpf o{predicate}, %a, %b : {t}", ordered)
        law.add(
            "u" + predicate,
            f"arith.cmpf u{predicate}, %a, %b : {t}",
            function(a, b) | unordered,
        )
    law.add("ord", f"arith.cmpf ord, %a, %b : {t}", ~unordered)
    law.add("uno", f"arith.cmpf uno, %a, %b : {t}", unordered)
    law.add("false", f"arith.cmpf false, %a, %b : {t}", np.zeros(a.shape, bool))
    law.add("true", f"arith.cmpf true, %a, %b : {t}", np.ones(a.shape, bool))
    law.write_to(file, "NaN makes ordered predicates false and unordered ones true.")

    x = np.array(FLOATS + HALVES + [-v for v in HALVES], real)
    law = Law(f"roundings_{t}", x=x)
    for op, function in UNARY.items():
        law.add(op.partition(".")[2], f"{op} %x : {t}", function(x))
    law.write_to(file, "Roundings keep the sign of what becomes zero.")

    # Sums that cancel but for the product's last bits; products that underflow.
    kind = np.dtype(real).type
    e = kind(2.0**-12 if kind is np.float32 else 2.0**-27)
    one, tiny = kind(1), np.finfo(real).smallest_subnormal
    inf, nan = kind(np.inf), kind(np.nan)
    rows = [
        (one + e, one + e, -(one + e + e)),
        (one - e, one + e, -one),
        (one + e, one + e, one),
        (tiny, kind(0.5), kind(0.0)),
        (tiny, kind(-0.5), kind(-0.0)),
        (tiny, kind(0.75), kind(0.0)),
        (tiny, kind(0.5), one),
        (kind(-0.0), one, kind(-0.0)),
        (kind(-0.0), one, kind(0.0)),
        (kind(1.5), kind(2.0), kind(-3.0)),
        (np.finfo(real).max, kind(2), -np.finfo(real).max),
        (inf, kind(0), one),
        (inf, one, -inf),
        (nan, one, one),
        (one, inf, nan),
    ]
    a, b, c = (np.array(column, real) for column in zip(*rows))
    law = Law(f"fma_{t}", a=a, b=b, c=c)
    law.add("fma", f"math.fma %a, %b, %c : {t}", [ar.fma(*row) for row in rows])
    law.lines.append(f"  %p = arith.mulf %a, %b : {t}")
    law.add("separate", f"arith.addf %p, %c : {t}", a * b + c)
    law.write_to(file, "One rounding for fma, two for a product and a sum.")


def write_integers(file):
    a, b = make_pairs(INTEGERS, np.int32)
    exact = [(int(x), int(y)) for x, y in zip(a, b)]
    law = Law("integers", a=a, b=b)
    wide = {
        "addi": lambda x, y: x + y,
        "subi": lambda x, y: x - y,
        "muli": lambda x, y: x * y,
        "andi": lambda x, y: x & y,
        "ori": lambda x, y: x | y,
        "xori": lambda x, y: x ^ y,
        "maxsi": max,
        "minsi": min,
    }
    for op, function in wide.items():
        value = np.array([ar.wrap(function(x, y)) for x, y in exact], np.int32)
        law.add(op, f"arith.{op} %a, %b : i32", value)
    add_comparisons(law, "i32", a, b, a.view(np.uint32), b.view(np.uint32))
    law.write_to(file, "Modulo 2^32.")

    a, b = make_pairs([False, True], bool)
    signed = [(-int(x), -int(y)) for x, y in zip(a, b)]
    law = Law("spikes", a=a, b=b)
    for op, function in wide.items():
        value = np.array([function(x, y) % 2 == 1 for x, y in signed])
        law.add(op, f"arith.{op} %a, %b : i1", value)
    s, r = (np.array(column) for column in zip(*signed))
    add_comparisons(law, "i1", s, r, a, b)
    law.write_to(file, "Modulo 2; signed ops see a set spike as -1.")


def add_comparisons(law, t, signed_a, signed_b, unsigned_a, unsigned_b):
    for predicate, function in SIGNED.items():
        for name, x, y in (
            (predicate, signed_a, signed_b),
            ("u" + predicate[1:], unsigned_a, unsigned_b),
        ):
            law.add(name, f"arith.cmpi {name}, %a, %b : {t}", function(x, y))
    law.add("eq", f"arith.cmpi eq, %a, %b : {t}", signed_a == signed_b)
    law.add("ne", f"arith.cmpi ne, %a, %b : {t}", signed_a != signed_b)


def write_conversions(file):
    n = np.array([*INTEGERS, 2**24 + 1, 2**24 + 3, -(2**24) - 1, -(2**24) - 3], "int32")
    s = np.arange(n.size) % 2 == 1
    x = np.array([*FLOATS, 2.5], np.float32)
    pi, half = np.pi, 2.0**-25
    y = [0.1, -0.0, np.nan, -np.inf, 1e300, 1 + half, 1 + 3 * half, 7e-46, -7e-46, pi]
    y = np.array([*y, 2.0**-150], np.float64)
    law = Law("conversions", s=s, n=n, x=x, y=y)
    unsigned = n.view(np.uint32)
    law.add("extui", "arith.extui %s : i1 to i32", s.astype(np.int32))
    law.add("extsi", "arith.extsi %s : i1 to i32", -s.astype(np.int32))
    law.add("trunci", "arith.trunci %n : i32 to i1", (n & 1).astype(bool))
    for real in ("float32", "float64"):
        t, kind = ELEMENTS[real], np.dtype(real).type
        law.add(f"s_u_{t}", f"arith.uitofp %s : i1 to {t}", s.astype(real))
        law.add(f"s_s_{t}", f"arith.sitofp %s : i1 to {t}", (-s.astype(real) + 0.0))
        for name, op, integers in (("u", "uitofp", unsigned), ("s", "sitofp", n)):
            value = np.array([ar.to_float(kind, v) for v in integers], real)
            law.add(f"n_{name}_{t}", f"arith.{op} %n : i32 to {t}", value)
    law.add("extf", "arith.extf %x : f32 to f64", x.astype(np.float64))
    law.add("truncf", "arith.truncf %y : f64 to f32", y.astype(np.float32))
    law.add("select", "arith.select %s, %x, %x2 : f32", np.where(s, x, x * x))
    law.lines.insert(-1, "  %x2 = arith.mulf %x, %x : f32")
    law.write_to(
        file,
        "To the nearest, ties to even. A set spike is 1, or -1 if signed.",
    )


def write_scalars():
    file = File("scalars")
    for real in ("float32", "float64"):
        write_floats(file, real)
    write_integers(file)
    write_conversions(file)
    file.write()
