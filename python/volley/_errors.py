# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the compiler raises; it is known without the compiler."""

from __future__ import annotations

from collections.abc import Iterable


class CompileError(Exception):
    """A model was refused, or a program could not be compiled.

    Attributes:
        diagnostics: the compiler's errors, each naming file and node.
    """

    diagnostics: list[str]

    def __init__(self, diagnostics: str | Iterable[str]):
        self.diagnostics = (
            [diagnostics] if isinstance(diagnostics, str) else list(diagnostics)
        )
        super().__init__("\n".join(self.diagnostics))
