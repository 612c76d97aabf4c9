# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line of the package: ``python -m volley export model.py:build``."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import inspect
import os
import re
import sys
import time
import traceback

DESCRIPTION = """\
Writes the network of a PyTorch module to a file that snn-compile and volley.load read.

MODEL names what to export: FILE.py:NAME or package.module:NAME. NAME is "build" if it
is left out. It is a torch.nn.Module, or a function without arguments that returns

  a module, with --shape for each of its inputs,
  (module, example_input, ...), one for each input, or
  (module, example_input, ..., options), options being keywords of volley.from_torch.

An example input is a tensor, or None for a state; only shapes and types count. Several
may be one tuple.
"""

EXAMPLES = """\
examples:
  python -m volley export model.py:build -o model.mlirbc
  python -m volley export model.py --shape 4,1,3,32,32 --input x=spike
  python -m volley export package.models:SpikingVGG --shape 1,3,32,32 -o vgg.so
"""


SUFFIXES = (".mlirbc", ".mlir", ".so")
OPTIONS = ("inputs", "name", "dt", "verify")


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; returns its exit code."""
    options = _make_parser().parse_args(arguments)
    # The model's own imports, as if Python ran it.
    sys.path.insert(0, os.getcwd())
    start = time.perf_counter()
    try:
        import torch  # noqa: F401

        import volley
        import volley.torch  # noqa: F401
    except ImportError as error:
        print(f"error: export needs PyTorch: {error}", file=sys.stderr)
        return 1
    times = {"import of torch": time.perf_counter() - start}
    try:
        path = _export(options, times)
    except volley.CompileError as error:
        for diagnostic in error.diagnostics:
            has_place = re.match(r".+:\d+: ", diagnostic)
            place = "" if has_place else f"{options.model}: "
            print(f"error: {place}{diagnostic}", file=sys.stderr)
        return 1
    except (_Failure, OSError, TypeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.time_report:
        _print_times(times)
    print(f"wrote {path}")
    return 0


class _Failure(Exception):
    """A mistake of the user, told without a traceback."""


@contextlib.contextmanager
def _user_code(name):
    """Tells what the user's code raises in one line: where, and what."""
    try:
        yield
    except _Failure:
        raise
    except (Exception, SystemExit) as error:
        place = _find_place(error) or name
        text = getattr(error, "msg", "") or str(error)
        raise _Failure(f"{place}: {type(error).__name__}: {text}") from None


def _find_place(error) -> str:
    """The innermost line of the user's own code, as FILE:LINE."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = os.path.dirname(os.path.abspath(__file__)) + os.sep
    lines = [
        f"{frame.filename}:{frame.lineno}"
        for frame in frames
        if not frame.filename.startswith(("<", own))
        and "importlib" not in frame.filename
        and "site-packages" not in frame.filename
    ]
    return lines[-1] if lines else ""


class _Parser(argparse.ArgumentParser):
    """Bad options are errors as any other: exit code 1."""

    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(1, f"error: {message}\n")


def _make_parser():
    parser = _Parser(
        prog="python -m volley", description="A compiler for spiking neural networks."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser(
        "export",
        help="write the network of a PyTorch module to a file",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    export.add_argument("model", help="FILE.py:NAME or package.module:NAME")
    export.add_argument(
        "-o",
        "--output",
        help="the file to write: .mlirbc (bytecode), .mlir (text), or .so (compiled); "
        "NAME.mlirbc if left out",
    )
    export.add_argument(
        "--shape",
        action="append",
        default=[],
        metavar="N,N,...",
        help="the shape of an example input of float32; once per input",
    )
    export.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=KIND",
        help="the kind of an input: spike, count or real (default)",
    )
    export.add_argument("--dt", type=float, help="the time step in seconds (1e-3)")
    export.add_argument(
        "--verify",
        action=argparse.BooleanOptionalAction,
        help="run the network beside the module on random inputs (by default if that "
        "takes no more than a moment)",
    )
    export.add_argument(
        "--time-report", action="store_true", help="say how long each part took"
    )
    return parser


def _export(options, times):
    import torch

    import volley
    from volley.torch import _clock

    target, colon, name = options.model.rpartition(":")
    if not colon:
        target, name = options.model, ""
    name = name or "build"
    _check_output(options.output)
    kinds = _parse_kinds(options.input)
    clock = _Clock(times)
    with _user_code(options.model):
        module = _import(target)
    built = getattr(module, name, None)
    if built is None:
        raise _Failure(f"{target} has no '{name}'")
    if not isinstance(built, torch.nn.Module):
        built = _call(built, options.model)
    clock.add("the model's own code")
    module, example, keywords = _take_apart(built, options.shape)
    keywords["inputs"] = {**(keywords.get("inputs") or {}), **kinds}
    if options.dt is not None:
        keywords["dt"] = options.dt
    if options.verify is not None:
        keywords["verify"] = options.verify
    with _clock.report() as parts:
        network = volley.from_torch(module, example, **keywords)
    times.update(parts)
    clock.add("conversion", but=sum(parts.values()))
    for remark in network.remarks:
        print(f"remark: {remark}", file=sys.stderr)
    path = options.output or f"{type(module).__name__.lower()}.mlirbc"
    _write(network, path)
    clock.add("file")
    return path


class _Clock:
    """Adds the seconds since the last part to a dict, by part."""

    def __init__(self, times):
        self.times, self.last = times, time.perf_counter()

    def add(self, part, but=0.0):
        now = time.perf_counter()
        self.times[part], self.last = now - self.last - but, now


def _print_times(times):
    for part, seconds in {**times, "total": sum(times.values())}.items():
        print(f"{seconds:8.3f} s  {part}", file=sys.stderr)


def _check_output(path):
    """That a file of this name can be written, before anything is converted."""
    if path is None:
        return
    if not path.endswith(SUFFIXES):
        raise _Failure(f"{path}: expects a name that ends in {', '.join(SUFFIXES)}")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise _Failure(f"{path}: there is no folder {folder}")


def _write(network, path):
    """Writes all of a file, or nothing."""
    import volley

    stem, suffix = os.path.splitext(path)
    part = f"{stem}.{os.getpid()}{suffix}"
    try:
        if suffix == ".so":
            volley.compile(network).save(part)
        else:
            network.save(part)
        os.replace(part, path)
    except OSError as error:
        raise _Failure(f"{path}: {error.strerror or error}") from None
    finally:
        if os.path.exists(part):
            os.remove(part)


def _call(function, name):
    """What a function without arguments gives."""
    if not callable(function):
        raise _Failure(
            f"{name} is a {type(function).__name__}, neither a torch.nn.Module nor a "
            "function that makes one"
        )
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise _Failure(f"{name} is called without arguments, but {error}") from None
    except ValueError:
        pass  # no signature: then calling says what is wrong
    with _user_code(name):
        return function()


def _import(target):
    """The module that a file or a dotted name is."""
    if not target.endswith(".py"):
        return importlib.import_module(target)
    if not os.path.isfile(target):
        raise _Failure(f"there is no file {target}")
    name = os.path.splitext(os.path.basename(target))[0]
    sys.path.insert(0, os.path.dirname(os.path.abspath(target)))
    spec = importlib.util.spec_from_file_location(name, target)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _take_apart(built, shapes):
    """(module, example input, keywords) of what the model's function gave."""
    import torch

    module, *examples = built if isinstance(built, tuple) and built else (built,)
    if not isinstance(module, torch.nn.Module):
        raise _Failure(
            "expects a torch.nn.Module, (module, example_input) or (module, "
            f"example_input, options), but got {_describe(built)}"
        )
    options = examples.pop() if examples and isinstance(examples[-1], dict) else {}
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        raise _Failure(f"there is no option {unknown[0]!r}; there are {OPTIONS}")
    example = examples[0] if len(examples) == 1 else tuple(examples) or None
    if shapes:
        example = tuple(torch.zeros(_parse_shape(shape)) for shape in shapes)
    if example is None:
        raise _Failure("the model gives no example input; say --shape for each input")
    return module, example, dict(options)


def _describe(built):
    if not isinstance(built, tuple):
        return type(built).__name__
    return f"({', '.join(type(part).__name__ for part in built)})"


def _parse_shape(text):
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", text):
        raise _Failure(f"--shape takes numbers like 4,1,3,32,32, not {text!r}")
    return [int(size) for size in text.split(",")]


def _parse_kinds(entries):
    pairs = [entry.partition("=") for entry in entries]
    for name, equals, kind in pairs:
        if not (name and equals and kind):
            raise _Failure(f"--input takes NAME=KIND, not {name!r}")
    return {name: kind for name, _, kind in pairs}


if __name__ == "__main__":
    sys.exit(main())
