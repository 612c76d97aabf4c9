# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sizes of an artefact's parts."""

import struct
from pathlib import Path


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
