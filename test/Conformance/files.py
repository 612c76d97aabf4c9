# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The text of conformance files, and random data for them."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
ELEMENTS = {"bool": "i1", "int32": "i32", "float32": "f32", "float64": "f64"}


# Text


def format_element(x):
    if isinstance(x, (bool, np.bool_)):
        return "true" if x else "false"
    if isinstance(x, np.integer):
        return str(int(x))
    if not np.isfinite(x):
        width = 8 if x.dtype == np.float32 else 16
        return f"0x{int(x.view(f'uint{width * 4}')):0{width}X}"
    text = str(x)
    if x.dtype.type(float(text)) != x:  # The parser reads an f64, then rounds.
        text = repr(float(x))
    mantissa, e, exponent = text.partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + e + exponent


def format_nested(a):
    if a.ndim == 0:
        return format_element(a[()])
    return "[" + ", ".join(format_nested(row) for row in a) + "]"


def type_of(a, drop=0):
    sizes = "".join(f"{n}x" for n in a.shape[drop:])
    return f"tensor<{sizes}{ELEMENTS[a.dtype.name]}>"


def constant(a):
    a = np.asarray(a)
    if a.ndim == 0:
        return f"{format_element(a[()])} : {ELEMENTS[a.dtype.name]}"
    return f"dense<{format_nested(a)}> : {type_of(a)}"


def quote(name):
    return name if name.isidentifier() else f'"{name}"'


class File:
    """A conformance file; networks are added in order."""

    def __init__(self, name, *models):
        self.name = name
        self.parts = [
            "// RUN: %conform\n\n// Written by `python test/Conformance/generate.py`, "
            "whose arithmetic is the\n// Spec's.\n",
            *models,
        ]

    def add(
        self,
        name,
        comment,
        inputs,
        body,
        outputs,
        dt=1.0,
        probes=None,
        tol=None,
        statics=(),
        windows=(),
        steps=None,
    ):
        """inputs, outputs: arrays (T, B, shape), those of static inputs and window
        outputs (B, shape); an output is the SSA value of its name."""
        lines = [f"// {line}" for line in comment.splitlines()]

        def signal_type(n, a):
            return type_of(a, 1 if n in statics or n in windows else 2)

        args = ", ".join(
            f"{'static ' * (n in statics)}%{n}: {signal_type(n, a)}"
            for n, a in inputs.items()
        )
        results = ", ".join(f"{n}: {signal_type(n, a)}" for n, a in outputs.items())
        attributes = []
        if inputs:
            attributes.append(("snn.inputs", inputs))
        attributes.append(("snn.expected", {**outputs, **(probes or {})}))
        lines.append(f"snn.network @{name}({args})")
        lines.append(f"    -> ({results}) dt({format_element(np.float64(dt))})")
        texts = []
        for key, arrays in attributes:
            entries = ",\n    ".join(
                f"{quote(n)} = {constant(a)}" for n, a in arrays.items()
            )
            texts.append(f"  {key} = {{\n    {entries}}}")
        if steps is not None:
            texts.append(f"  snn.steps = {steps}")
        if tol is not None:
            texts.append(f"  snn.tolerance = {tol} : f64")
        lines.append("    attributes {\n" + ",\n".join(texts) + "} {")
        lines += [f"  {line}".rstrip() for line in body.strip().splitlines()]
        names = ", ".join(f"%{n}" for n in outputs)
        types = ", ".join(signal_type(n, a) for n, a in outputs.items())
        lines.append(f"  snn.output {names} : {types}" if outputs else "  snn.output")
        lines.append("}")
        self.parts.append("\n".join(lines) + "\n")

    def write(self):
        text = "\n".join(part.rstrip() + "\n" for part in self.parts)
        (FOLDER / f"{self.name}.mlir").write_text(text)


# Data


def random_array(rng, kind, shape):
    """Values whose sums depend on their order; a third of them zero."""
    if kind == "bool":
        return rng.random(shape) < 0.4
    zero = rng.random(shape) < 0.33
    if kind == "int32":
        return np.where(zero, 0, rng.integers(-9, 10, shape)).astype(np.int32)
    scale = 10.0 ** rng.integers(-2, 3, shape)
    return np.where(zero, 0, rng.standard_normal(shape) * scale).astype(kind)


def random_weights(rng, kind, shape):
    return (rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3, shape)).astype(
        kind
    )


def each_row(function, x):
    """A stateless function of the samples of (T, B, shape)."""
    return np.stack([np.stack([function(sample) for sample in step]) for step in x])
