"""Tables of numbered cells as the tool's menus have them: rows of cells, each of its own width."""

from __future__ import annotations

from collections.abc import Iterable

END = 0
"""The width of a cell that ends its row."""


def laid_out(cells: Iterable[tuple[str, int]]) -> str:
    """The cells with blanks up to their width; a width of ``END`` ends the row."""
    return "".join(text.ljust(width) if width else f"{text}\n" for text, width in cells)
