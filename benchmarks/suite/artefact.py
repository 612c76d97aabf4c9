# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The tools that make and run artefacts, and sizes of an artefact's parts."""

import os
import struct
import subprocess
import tempfile
from pathlib import Path


def find_tool(name):
    """A tool beside the package volley, or where VOLLEY_TOOLS says.

    Raises:
        FileNotFoundError: it is not there.
    """
    import volley

    beside = Path(volley.__file__).resolve().parents[2] / "bin"
    path = Path(os.environ.get("VOLLEY_TOOLS") or beside, name)
    if not path.exists():
        raise FileNotFoundError(f"there is no {path}; VOLLEY_TOOLS names its directory")
    return path


def compile_without(network, names, path, *options):
    """Writes the program without optional passes, which only the tool can leave out.

    Raises:
        ValueError: in the compiler's words, for example that there is no such pass.
    """
    with tempfile.TemporaryDirectory() as directory:
        model = Path(directory, "net.mlirbc")
        network.save(model)
        left_out = [f"--without={name}" for name in names]
        command = [find_tool("snn-compile"), "--quiet", model, "-o", path]
        done = subprocess.run(
            [*command, *options, *left_out], stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise ValueError(done.stderr.strip())


def check_passes(names):
    """Raises ValueError if one is no pass that can be left out."""
    import volley

    net = volley.Builder("passes")
    net.output("y", net.input("x", (1,)))
    with tempfile.TemporaryDirectory() as directory:
        compile_without(net.build(), names, Path(directory, "net.so"))


def get_sections(path):
    """Sizes of an ELF file's sections by name."""
    data = Path(path).read_bytes()
    (start,) = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<3H", data, 0x3A)
    headers = [
        struct.unpack_from("<IIQQQQ", data, start + i * size) for i in range(count)
    ]
    first = headers[names][4]
    return {
        data[first + name : data.index(b"\0", first + name)].decode(): length
        for name, _, _, _, _, length in headers
    }
