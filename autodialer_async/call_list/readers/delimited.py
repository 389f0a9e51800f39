"""A text as rows of cells."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from autodialer_async.call_list.readers.damage import readable
from autodialer_async.call_list.readers.row import BrokenRow, Row
from autodialer_async.errors import CallListError

__all__ = ["ONE_COLUMN", "delimited_rows"]

ONE_COLUMN = "\x1f"
"""Stands for a delimiter in a text of one column: the unit separator, which nobody types."""


def delimited_rows(lines: Iterable[str], delimiter: str, name: str, *, first_line: int = 1) -> Iterator[Row]:
    """The rows, as `csv.reader` makes them; a row with broken quotes is a `BrokenRow`.

    Args:
        lines: With their line ends.
        delimiter: One character.
        name: What to call the file in a message.
        first_line: Number of the first line in the file.

    Raises:
        CallListError: A quote is not closed in its row, so that the rows below it would vanish into one cell.
    """
    # Not strict, csv takes all that follows a lost quote for one cell, and the rows in it vanish.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 0
    while True:
        try:
            with readable(name):
                for row in reader:
                    line = reader.line_num
                    yield row
        except csv.Error as error:
            if reader.line_num > line + 1:
                raise CallListError(
                    f"{name}: a quote opened at line {line + first_line} is not closed in its row ({error})"
                ) from error
            line = reader.line_num
            yield BrokenRow(f"broken quotes ({error})")
        else:
            return
