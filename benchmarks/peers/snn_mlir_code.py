# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""From the IR that snn-mlir's package writes to a function that can be called.

The package has no compiler: snn-opt, which brings the ops of its dialect to upstream
MLIR, is built from its repository. So that it can be measured without, each op becomes
here what snn-opt makes of it: the named op of linalg behind a fill, a unit batch
around convolutions and pools, padding by a copy, and one linalg.generic for a step of
neurons. What follows are the passes of the package's own pipeline, by Debian's LLVM,
and in C the loops over samples and steps.
"""

import ctypes
import os
import re
import shutil
import subprocess
import tempfile
import textwrap
from pathlib import Path

import numpy as np

from peers import UnsupportedError

# expand-strided-metadata is not among the package's: without it nothing is left to
# take views apart.
PASSES = """
    -convert-linalg-to-affine-loops -affine-loop-invariant-code-motion -affine-scalrep
    -cse -canonicalize -expand-strided-metadata -lower-affine -convert-scf-to-cf
    -convert-func-to-llvm -convert-cf-to-llvm -finalize-memref-to-llvm
    -convert-arith-to-llvm -reconcile-unrealized-casts -canonicalize
""".split()
FLAGS = ["-O3", "-march=native", "-shared", "-fPIC", "-Wno-override-module"]
FUNCTION = "_mlir_ciface_snn_forward_step"

OP = re.compile(
    r"^ *snn\.(?P<kind>\w+) ins\((?P<ins>[^)]*)\)"
    r"(?: state\((?P<states>[^)]*)\))?(?: bias\((?P<bias>%\S+) : [^)]*\))?"
    r" out\((?P<out>[^)]*)\)(?: \{(?P<attributes>.*)\})? : (?P<types>.*)$",
    re.MULTILINE,
)
# stride = array<i64: 2, 2>, decay_float = 5.0e-01 : f64
ATTRIBUTE = re.compile(r"(\w+) = (?:array<i64: )?([^:>]+?)(?:>| : f64)")
MEMREF = re.compile(r"memref<[^>]*>")
# By kind of neuron its states, and how %new follows from them and %x.
LAWS = {
    "lif": (
        "v",
        """
        %a = arith.mulf %decay, %v : f32
        %new = arith.addf %a, %x : f32
        """,
    ),
    "cubalif": (
        "cv",
        """
        %a = arith.mulf %cur_decay, %c : f32
        %current = arith.addf %a, %x : f32
        %b = arith.mulf %vol_decay, %v : f32
        %new = arith.addf %b, %current : f32
        """,
    ),
}


def shape_of(memref):
    """(2, 34, 34) of "memref<2x34x34xf32>"."""
    return tuple(int(size) for size in memref[len("memref<") :].split("x")[:-1])


def memref(*shape):
    return f"memref<{'x'.join(map(str, shape))}xf32>"


def identity(rank):
    dims = ", ".join(f"d{i}" for i in range(rank))
    return f"affine_map<({dims}) -> ({dims})>"


def generic(maps, rank):
    """The start of an op without reductions."""
    parallel = ", ".join(['"parallel"'] * rank)
    return f"linalg.generic {{indexing_maps = [{maps}], iterator_types = [{parallel}]}}"


def fill(value, kind):
    return f"linalg.fill ins(%zero : f32) outs({value} : {kind})"


class Lowering:
    """One module; `count` makes names of values unique."""

    def __init__(self):
        self.count = 0

    def lower(self, match):
        self.count += 1
        method = getattr(self, f"lower_{match['kind']}", None)
        if method is None:
            raise UnsupportedError(f"snn.{match['kind']} needs the tool SNN_OPT")
        sources, _, result = match["types"].partition(" -> ")
        operands = [name.strip() for name in match["ins"].split(",")]
        kinds = MEMREF.findall(sources)
        attributes = dict(ATTRIBUTE.findall(match["attributes"] or ""))
        lines = method(match, operands, kinds, result, attributes)
        return textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")

    def add_bias(self, match, kind):
        if not match["bias"]:
            return []
        shape = shape_of(kind)
        dims = ", ".join(f"d{i}" for i in range(len(shape)))
        maps = f"affine_map<({dims}) -> (d0)>, {identity(len(shape))}"
        return [
            generic(maps, len(shape)),
            f"  ins({match['bias']} : {memref(shape[0])})",
            f"  outs({match['out']} : {kind}) {{",
            "^bb0(%b: f32, %acc: f32):",
            "  %sum = arith.addf %acc, %b : f32",
            "  linalg.yield %sum : f32",
            "}",
        ]

    def lower_linear(self, match, operands, sources, result, attributes):
        (x, weight), (x_kind, weight_kind) = operands, sources
        return [
            fill(match["out"], result),
            f"linalg.matvec ins({weight}, {x} : {weight_kind}, {x_kind})"
            f" outs({match['out']} : {result})",
            *self.add_bias(match, result),
        ]

    def with_batch(self, value, kind, name):
        """A view (1, *shape), and its type."""
        wide = memref(1, *shape_of(kind))
        sizes = ", ".join(map(str, (1, *shape_of(kind))))
        name = f"%{name}{self.count}"
        line = (
            f"{name} = memref.expand_shape {value} [[0, 1], [2], [3]]"
            f" output_shape [{sizes}] : {kind} into {wide}"
        )
        return line, name, wide

    def lower_windows(self, op, match, operands, sources, result, attributes):
        """A convolution or pool, whose second operand has the windows' shape."""
        (x, window), (x_kind, window_kind) = operands, sources
        lines = []
        if attributes["padding"] != "0, 0":
            channels, height, width = shape_of(x_kind)
            up, left = map(int, attributes["padding"].split(", "))
            wide = memref(channels, height + 2 * up, width + 2 * left)
            stride = width + 2 * left
            strides = f"[{(height + 2 * up) * stride}, {stride}, 1]"
            part = (
                f"memref<{channels}x{height}x{width}xf32, "
                f"strided<{strides}, offset: {up * stride + left}>>"
            )
            padded, inner = f"%padded{self.count}", f"%inner{self.count}"
            lines += [
                f"{padded} = memref.alloca() : {wide}",
                fill(padded, wide),
                f"{inner} = memref.subview {padded}[0, {up}, {left}]"
                f" [{channels}, {height}, {width}] [1, 1, 1] : {wide} to {part}",
                f"linalg.copy ins({x} : {x_kind}) outs({inner} : {part})",
            ]
            x, x_kind = padded, wide
        view, x, x_kind = self.with_batch(x, x_kind, "in")
        out_view, out, out_kind = self.with_batch(match["out"], result, "out")
        return [
            *lines,
            view,
            out_view,
            fill(out, out_kind),
            f"linalg.{op} {{dilations = dense<1> : vector<2xi64>,"
            f" strides = dense<[{attributes['stride']}]> : vector<2xi64>}}"
            f" ins({x}, {window} : {x_kind}, {window_kind}) outs({out} : {out_kind})",
            *self.add_bias(match, result),
        ]

    def lower_conv2d(self, *arguments):
        return self.lower_windows("conv_2d_nchw_fchw", *arguments)

    def lower_sumpool2d(self, match, operands, sources, result, attributes):
        window = memref(*map(int, attributes["kernel"].split(", ")))
        name = f"%window{self.count}"
        return [
            f"{name} = memref.alloca() : {window}",
            *self.lower_windows(
                "pooling_nchw_sum",
                match,
                [*operands, name],
                [*sources, window],
                result,
                attributes,
            ),
        ]

    def lower_neurons(self, match, operands, sources, result, attributes):
        states, law = LAWS[match["kind"]]
        rank, count = len(shape_of(result)), len(states) + 2
        outs = ", ".join([match["states"], match["out"]])
        kinds = ", ".join([result] * (len(states) + 1))
        arguments = ", ".join(f"%{name}: f32" for name in ("x", *states, "old"))
        constants = [
            f"  %{name.removesuffix('_float')} = arith.constant {value} : f32"
            for name, value in attributes.items()
            if name.endswith("_float")
        ]
        if "v_reset_float" not in attributes:
            constants.append("  %v_reset = arith.constant 0.0 : f32")
        results = ["%current"] if "c" in states else []
        results += ["%after", "%spike"]
        types = ", ".join(["f32"] * len(results))
        return [
            generic(", ".join([identity(rank)] * count), rank),
            f"  ins({operands[0]} : {sources[0]}) outs({outs} : {kinds}) {{",
            f"^bb0({arguments}):",
            *constants,
            "  %one = arith.constant 1.0 : f32",
            textwrap.indent(textwrap.dedent(law).strip(), "  "),
            "  %fired = arith.cmpf ogt, %new, %threshold : f32",
            "  %spike = arith.select %fired, %one, %zero : f32",
            "  %after = arith.select %fired, %v_reset, %new : f32",
            f"  linalg.yield {', '.join(results)} : {types}",
            "}",
        ]

    lower_lif = lower_cubalif = lower_neurons


def lower_ops(text):
    """The module without ops of the dialect.

    Raises:
        UnsupportedError: it has another op than those of this suite's networks.
    """
    start = "attributes { llvm.emit_c_interface } {\n"
    text = text.replace(start, f"{start}    %zero = arith.constant 0.0 : f32\n")
    return OP.sub(Lowering().lower, text)


# -- Code --------------------------------------------------------------------


def compile_step(text):
    """All steps of all samples from a module of one step of one sample.

    Returns:
        The function, which takes pointers to x (T, B, *shape) and y in f32, T and B,
        and the shape of an output.

    Raises:
        UnsupportedError: a tool is missing, or an op unknown.
    """
    optimizer, translator, compiler = (
        find_llvm(name) for name in ("mlir-opt", "mlir-translate", "clang")
    )
    arguments = read_arguments(text)
    with tempfile.TemporaryDirectory() as directory:
        code, loops, library = (
            Path(directory, name) for name in ("step.ll", "loops.c", "step.so")
        )
        lowered = pipe([optimizer, *PASSES], lower(text))
        code.write_text(pipe([translator, "--mlir-to-llvmir"], lowered))
        loops.write_text(write_loops(arguments))
        pipe([compiler, *FLAGS, code, loops, "-o", library], "")
        function = ctypes.CDLL(str(library)).run_samples
    function.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_int64] * 2
    function.restype = None
    return function, arguments[-1]


def find_llvm(name):
    for candidate in (f"{name}-22", name):
        if path := shutil.which(candidate):
            return path
    raise UnsupportedError(f"there is no {name}: see utils/packages.txt")


def pipe(command, text):
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        first = done.stderr.strip().splitlines()[:1]
        raise RuntimeError(f"{Path(command[0]).name}: {' '.join(first)}")
    return done.stdout


def lower(text):
    """The module without ops of the dialect."""
    if tool := os.environ.get("SNN_OPT"):
        return pipe([tool, "--convert-snn-to-linalg"], text)
    return lower_ops(text)


def read_arguments(text):
    """Shapes of the function's arguments: the input, states, the output."""
    signature = text.split("@snn_forward_step(")[1].split(")")[0]
    return [shape_of(kind) for kind in MEMREF.findall(signature)]


def write_loops(arguments):
    """C: all steps of all samples, from states of zero."""
    first, last = 0, len(arguments) - 1
    sizes = [int(np.prod(shape)) for shape in arguments]
    lines = ["#include <stdint.h>", "#include <string.h>"]
    for rank in sorted({len(shape) for shape in arguments}):
        lines.append(
            f"typedef struct {{ float *base, *data; int64_t offset, sizes[{rank}], "
            f"strides[{rank}]; }} Memref{rank};"
        )
    kinds = ", ".join(f"Memref{len(shape)} *" for shape in arguments)
    lines.append(f"void {FUNCTION}({kinds});")
    for i in range(first + 1, last):
        lines.append(f"static float s{i}[{sizes[i]}];")
    lines.append("void run_samples(float *x, float *y, int64_t steps, int64_t batch) {")
    for i, shape in enumerate(arguments):
        data = "0" if i in (first, last) else f"s{i}"
        strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
        fields = (", ".join(map(str, numbers)) for numbers in (shape, strides))
        fields = ", ".join(f"{{{numbers}}}" for numbers in fields)
        lines.append(f"  Memref{len(shape)} m{i} = {{{data}, {data}, 0, {fields}}};")
    lines.append("  for (int64_t b = 0; b < batch; ++b) {")
    lines += [f"    memset(s{i}, 0, sizeof s{i});" for i in range(first + 1, last)]
    lines.append("    for (int64_t t = 0; t < steps; ++t) {")
    for i, host in ((first, "x"), (last, "y")):
        place = f"{host} + (t * batch + b) * {sizes[i]}"
        lines.append(f"      m{i}.base = m{i}.data = {place};")
    names = ", ".join(f"&m{i}" for i in range(len(arguments)))
    lines += [f"      {FUNCTION}({names});", "    }", "  }", "}"]
    return "\n".join(lines) + "\n"
