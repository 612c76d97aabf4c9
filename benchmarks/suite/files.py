# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files that are there as a whole or not at all."""

from pathlib import Path


def write_atomically(path: Path, text: str):
    partial = path.with_suffix(path.suffix + ".part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
