"""Rows of a sheet in their places: gaps filled, blank tails cut, hidden ones marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from autodialer_async.call_list.readers.damage import readable
from autodialer_async.call_list.readers.row import HiddenRow, Row
from autodialer_async.errors import CallListError

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "SheetRow", "placed_rows"]

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
# A list of a million people with two hundred columns each.
_MOST_CELLS = 200_000_000


class SheetRow(NamedTuple):
    """A row as its sheet holds it.

    Attributes:
        number: From 1, or None where it follows the row before it.
        hidden: Whether the sheet does not show it.
        cells: All cells up to the last one that was written.
    """

    number: int | None
    hidden: bool
    cells: list[str]


def placed_rows(rows: Iterable[SheetRow], name: str, *, mark_hidden: bool) -> Iterator[Row]:
    """The rows from the top of the sheet to the last that holds anything.

    Sheets leave out what is empty: a row ends with its last filled cell, a row in a gap has none.

    Raises:
        CallListError: Rows out of order, or more cells than any list has.
    """
    last = given = cells_given = 0
    with readable(name):
        for number, hidden, cells in rows:
            at = last + 1 if number is None else number
            if not last < at <= MOST_ROWS:
                raise CallListError(f"{name} is damaged: row {at:,} of the sheet stands below row {last:,}")
            last = at
            while cells and not cells[-1]:
                cells.pop()
            if not cells:
                continue
            cells_given += len(cells)
            if cells_given > _MOST_CELLS:
                raise CallListError(f"{name} has over {_MOST_CELLS:,} cells in its sheet, more than a list ever has")
            while given < at - 1:
                given += 1
                yield []
            given = at
            yield HiddenRow(cells) if hidden and mark_hidden else cells
