# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Badges, drawn here: a label and a text on a colour."""

from xml.sax.saxutils import escape

COLORS = {"green": "#2e7d32", "yellow": "#b26a00", "red": "#b71c1c", "grey": "#555555"}
# Width of a letter of Verdana at 11 px, in the mean.
LETTER, MARGIN = 6.8, 6


def draw(label: str, text: str, color: str) -> str:
    """An SVG."""
    left, right = (len(part) * LETTER + 2 * MARGIN for part in (label, text))
    width = left + right
    parts = []
    for part, middle in ((label, left / 2), (text, left + right / 2)):
        parts.append(f'<text x="{middle:.1f}" y="14">{escape(part)}</text>')
    name = escape(f"{label}: {text}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="20" '
        f'role="img" aria-label="{name}">\n'
        f'<rect width="{left:.1f}" height="20" fill="{COLORS["grey"]}"/>\n'
        f'<rect x="{left:.1f}" width="{right:.1f}" height="20" '
        f'fill="{COLORS[color]}"/>\n'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,sans-serif" '
        'font-size="11">\n' + "\n".join(parts) + "\n</g>\n</svg>\n"
    )
