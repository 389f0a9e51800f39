"""Cells of an XLSX sheet as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from autodialer_async.call_list.readers.cells import cell_text, date_of_serial, float_text
from autodialer_async.call_list.readers.date_formats import DateFormat
from autodialer_async.call_list.readers.sheet_rows import MOST_COLUMNS, MOST_ROWS
from autodialer_async.call_list.readers.xlsx_workbook import plain_text
from autodialer_async.errors import CallListError

__all__ = ["CellReader", "column_of", "is_true", "pad", "row_number"]

# Excel writes numbers of up to 15 digits, exact.
_PLAIN_DIGITS = 15


class CellReader:
    """Makes text of what the cells of one workbook hold.

    Args:
        strings: The shared texts.
        dates: The cell styles that show a number as a moment.
        of_1904: Whether days are counted from 1904.
        name: What to call the file in a message.
    """

    def __init__(self, strings: Sequence[str], dates: Mapping[str, DateFormat], name: str, *, of_1904: bool) -> None:
        self._strings = strings
        self._dates = dates
        self._of_1904 = of_1904
        self._name = name

    def text(self, kind: str, style: str, raw: str) -> str:
        """A cell's text.

        Args:
            kind: The cell's type, `""` for a number.
            style: Position of its style, or `""`.
            raw: Its value as the file holds it.
        """
        if kind in ("", "n"):
            return self.number(style, raw)
        if kind == "s":
            return self.shared(raw)
        if kind in ("str", "inlineStr"):
            return plain_text(raw)
        if kind == "b":
            return "TRUE" if is_true(raw.strip()) else "FALSE"
        if kind == "d":
            return _iso(raw)
        return raw

    def shared(self, raw: str) -> str:
        """The shared text at a position."""
        if not raw:
            return ""
        try:
            at = int(raw)
            if at >= 0:
                return self._strings[at]
        except (ValueError, IndexError):
            pass
        raise CallListError(f"{self._name} is damaged: a cell points at text {raw[:20]!r}, which is not there")

    def number(self, style: str, raw: str) -> str:
        """A number with all its digits, or the moment that its style makes of it."""
        moment = self._dates.get(style)
        if moment is None and len(raw) <= _PLAIN_DIGITS and raw.isdecimal() and raw[0] != "0":
            return raw
        try:
            value = float(raw)
        except ValueError:
            return raw
        if moment is not None:
            shown = date_of_serial(value, of_1904=self._of_1904, only_time=moment.only_time)
            if shown is not None:
                return shown
        return float_text(value)


def _iso(raw: str) -> str:
    try:
        return cell_text(dt.datetime.fromisoformat(raw))
    except ValueError:
        return raw


_COLUMNS: dict[str, int] = {}


def column_of(letters: str, name: str) -> int:
    """Position from 0 of a column.

    Example:
        >>> column_of("A", "list.xlsx"), column_of("AB", "list.xlsx")
        (0, 27)

    Raises:
        CallListError: No column of a sheet.
    """
    at = _COLUMNS.get(letters)
    if at is None:
        at = 0
        for letter in letters[:4]:
            at = at * 26 + ord(letter) - ord("A") + 1
        at -= 1
        if not (letters.isascii() and letters.isalpha() and letters.isupper() and 0 <= at < MOST_COLUMNS):
            raise CallListError(f"{name} is damaged: a sheet has no column {letters[:20]!r}")
        _COLUMNS[letters] = at
    return at


def pad(cells: list[str], at: int, name: str) -> None:
    """Fills up the empty cells before a column.

    Raises:
        CallListError: The column stands before the last one, or beyond a sheet.
    """
    if not len(cells) <= at < MOST_COLUMNS:
        raise CallListError(f"{name} is damaged: the cells of a row are out of order")
    if at > len(cells):
        cells.extend([""] * (at - len(cells)))


def row_number(text: str, name: str) -> int:
    """A row's number from 1.

    Raises:
        CallListError: No number, or more than a sheet has rows.
    """
    if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ROWS)) and 1 <= int(text) <= MOST_ROWS:
        return int(text)
    raise CallListError(f"{name} is damaged: a sheet has no row {text[:20]!r}")


def is_true(value: str | None) -> bool:
    """Whether an attribute or a yes-or-no cell says yes."""
    return value in ("1", "true")
