"""What a table gives: rows of text, and what became of those that are none."""

from __future__ import annotations

import attrs

__all__ = ["BrokenRow", "HiddenRow", "Row"]


class HiddenRow(list[str]):
    """Cells of a row that its sheet does not show: hidden by hand, by a filter, or folded away with its group."""


@attrs.frozen
class BrokenRow:
    """A row whose cells cannot be told apart.

    Attributes:
        problem: What is wrong with it, without any of its text.
    """

    problem: str


# A plain list (`type(row) is list`) is the common case and the fast one.
Row = list[str] | BrokenRow
