"""Cells of a slice of rows, column by column."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["text_column", "text_of"]

# What spreadsheets show as text where an apostrophe goes before it; our own exports write it so too.
_MARKED = frozenset("=+-@0123456789\t\r")


def text_of(cell: str) -> str:
    """A cell without the blanks around it and without the mark by which spreadsheets know a text.

    Example:
        >>> text_of(" '07000001 "), text_of("'t Hoen")
        ('07000001', "'t Hoen")
    """
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _MARKED else text


def text_column(rows: Sequence[Sequence[str]], at: int) -> list[str | None]:
    """The texts of one column; None where a cell is blank."""
    cells = [row[at] for row in rows]
    texts = list(map(text_of, cells) if "'" in "".join(cells) else map(str.strip, cells))
    return [text or None for text in texts] if "" in texts else [*texts]
