# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Numbers, types, names and locations as MLIR text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

FLOATS = ("f32", "f64")
# The NumPy type of an element type.
ELEMENTS = {"i1": np.bool_, "i32": np.int32, "f32": np.float32, "f64": np.float64}


def to_array(value: npt.ArrayLike, dtype: str) -> np.ndarray:
    """Numbers as an array of an element type, contiguous; itself if it is one.

    Floats are rounded to the nearest, integers must fit.

    Raises:
        TypeError: the elements are no real numbers.
        ValueError: one of them is no number of the type.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"expects real numbers, but got {array.dtype}")
    target = np.dtype(ELEMENTS[dtype])
    if array.dtype == target:
        return np.require(array, target, ["C", "A"])
    with np.errstate(over="ignore", invalid="ignore"):
        result = np.require(array, target, ["C", "A"])
    if dtype in FLOATS:
        lost = np.isinf(result) & np.isfinite(array)
    else:
        lost = result != array
    if lost.any():
        raise ValueError(f"expects numbers of {dtype}, but got {array[lost].flat[0]}")
    return result


def format_scalar(value: Any, dtype: str) -> str:
    """A number as a literal, exactly; raises what :func:`to_array` does."""
    number = to_array(value, dtype)[()]
    if dtype == "i1":
        return "true" if number else "false"
    if dtype == "i32":
        return str(number)
    if not np.isfinite(number):
        return f"0x{number.tobytes()[::-1].hex().upper()}"
    # Of an f32 the f64 that it is: the parser reads f64, then rounds.
    mantissa, e, exponent = repr(float(number)).partition("e")
    return (mantissa if "." in mantissa else mantissa + ".0") + e + exponent


def typed_scalar(value: Any, dtype: str) -> str:
    """A number as an attribute."""
    return format_scalar(value, dtype) + ("" if dtype == "i1" else f" : {dtype}")


def format_elements(array: np.ndarray) -> str:
    """The elements of an array of an element type, inline."""
    raw = np.packbits(array, bitorder="little") if array.dtype == np.bool_ else array
    return f'dense<"0x{raw.tobytes().hex().upper()}">'


def tensor_type(shape: Sequence[int], dtype: str) -> str:
    return f"tensor<{''.join(f'{n}x' for n in shape)}{dtype}>"


def quote(text: str) -> str:
    """A string literal: control characters, quotes and backslashes as codes."""
    special = {c: f"\\{ord(c):02X}" for c in text if c in '"\\' or not c.isprintable()}
    # Lone characters beyond ASCII need no code, whatever Unicode says they are.
    special = {c: code for c, code in special.items() if c.isascii()}
    return '"' + text.translate(str.maketrans(special)) + '"'


def format_location(node: str, file: str, line: int = 0) -> str:
    """`loc(...)` of a node in a file; line 0 stands for none."""
    place = f"{quote(file)}:{int(line)}:0"
    return f"loc({quote(node)}({place}))" if node else f"loc({place})"
