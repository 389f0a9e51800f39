"""ODS files of LibreOffice and its kin, read a row at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from autodialer_async.call_list.readers.cells import float_text
from autodialer_async.call_list.readers.options import Detected, ReadOptions
from autodialer_async.call_list.readers.sheet_choice import SheetName, chosen_sheet
from autodialer_async.call_list.readers.sheet_rows import MOST_COLUMNS, MOST_ROWS, SheetRow, placed_rows
from autodialer_async.call_list.readers.table import Table
from autodialer_async.call_list.readers.xml_parts import Attributes, XmlReader
from autodialer_async.call_list.readers.zipped import Archive
from autodialer_async.errors import CallListError

__all__ = ["ods_table"]

_PART = "content.xml"
_DURATION = re.compile(r"(-?)PT(\d{1,9})H(\d{1,9})M(\d{1,9})(?:[.,]\d*)?S")
# Filled rows said to be repeated; empty ones cost nothing.
_MOST_REPEATED = 100_000


def ods_table(archive: Archive, options: ReadOptions, name: str, *, compressed: bool) -> Table:
    """The chosen sheet of a workbook.

    Raises:
        CallListError: A damaged or locked workbook, no such sheet, no sheet with anything in it.
    """
    if _is_locked(archive, name):
        raise CallListError(f"{name} is locked by a password; save it without one")
    sheets = _Sheets(name)
    with archive.open(_PART) as file:
        sheets.read(file)
    choice = chosen_sheet(sheets.names(), options.sheet, sheets.filled.__contains__, name)

    def rows() -> Iterator[SheetRow]:
        with archive.open(_PART) as file:
            yield from _Rows(choice.at, name).read(file)

    detected = Detected("ods", sheet=sheets.names()[choice.at].name, sheets=choice.shown, compressed=compressed)
    return Table(detected, named=False, rows=placed_rows(rows(), name, mark_hidden=options.hidden == "skip"))


def _is_locked(archive: Archive, name: str) -> bool:
    manifest, found = "META-INF/manifest.xml", [False]

    def start(element: str, _: Attributes) -> None:
        found[0] = found[0] or element == "encryption-data"

    if manifest in archive:
        XmlReader(name, start).read(archive.open(manifest))
    return found[0]


class _Sheets:
    """First pass: the sheets' names, which are hidden by their style, and which hold anything."""

    def __init__(self, name: str) -> None:
        self._reader = XmlReader(name, self._start, self._end)
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._sheets: list[tuple[str, str]] = []
        self._depth = 0
        self.filled: set[int] = set()

    def read(self, file: IO[bytes]) -> None:
        self._reader.read(file)

    def names(self) -> list[SheetName]:
        return [SheetName(sheet, hidden=style in self._hidden_styles) for sheet, style in self._sheets]

    def _start(self, element: str, attributes: Attributes) -> None:
        if element == "table":
            self._depth += 1
            if self._depth == 1:
                self._sheets.append((attributes.get("name", ""), attributes.get("style-name", "")))
        elif element == "table-cell":
            if attributes.get("value-type"):
                self.filled.add(len(self._sheets) - 1)
        elif element == "style":
            self._style = attributes.get("name", "")
        elif element == "table-properties" and attributes.get("display") == "false":
            self._hidden_styles.add(self._style)

    def _end(self, element: str) -> None:
        if element == "table":
            self._depth -= 1


class _Rows:
    """Second pass: the rows of one sheet."""

    def __init__(self, sheet: int, name: str) -> None:
        self._reader = XmlReader(name, self._start, self._end, self._text)
        self._sheet = sheet
        self._name = name
        self._at = -1
        self._depth = 0
        self._folded: list[bool] = []
        self._rows: list[SheetRow] = []
        self._number = self._repeated = 0
        self._row: tuple[int, bool] | None = None
        self._cells: list[str] = []
        self._gap = 0
        self._cell: Attributes | None = None
        self._pieces: list[str] = []
        # Comments and drawings stand within cells.
        self._aside = 0

    def read(self, file: IO[bytes]) -> Iterator[SheetRow]:
        """The rows, each as soon as its piece of the file is read."""
        for _ in self._reader.pieces(file):
            rows, self._rows = self._rows, []
            yield from rows
            if self._at > self._sheet:
                return

    def _start(self, element: str, attributes: Attributes) -> None:
        if element == "table":
            self._depth += 1
            self._at += self._depth == 1
        elif self._at != self._sheet or self._depth != 1:
            return
        elif element in _ASIDE:
            self._aside += 1
        elif self._aside:
            return
        elif element == "table-row":
            hidden = attributes.get("visibility", "visible") != "visible" or any(self._folded)
            self._row = (_count(attributes.get("number-rows-repeated"), MOST_ROWS, self._name), hidden)
            self._cells, self._gap = [], 0
        elif element == "table-row-group":
            self._folded.append(attributes.get("display") == "false")
        elif element in ("table-cell", "covered-table-cell"):
            # What lies under a merged cell is not seen.
            self._cell = attributes if element == "table-cell" else _count_only(attributes)
            self._pieces = []
        elif self._cell is not None:
            self._mark(element, attributes)

    def _mark(self, element: str, attributes: Attributes) -> None:
        if element == "p" and self._pieces:
            self._pieces.append("\n")
        elif element == "s":
            self._pieces.append(" " * _count(attributes.get("c"), MOST_COLUMNS, self._name))
        elif element == "tab":
            self._pieces.append("\t")
        elif element == "line-break":
            self._pieces.append("\n")

    def _text(self, piece: str) -> None:
        if self._cell is not None and not self._aside:
            self._pieces.append(piece)

    def _end(self, element: str) -> None:
        if element == "table":
            self._depth -= 1
        elif self._at != self._sheet or self._depth != 1:
            return
        elif element in _ASIDE:
            self._aside -= 1
        elif self._aside:
            return
        elif element in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif element == "table-row-group" and self._folded:
            self._folded.pop()
        elif element == "table-row" and self._row is not None:
            self._end_row(*self._row)
            self._row = None

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text = _value(self._cell, "".join(self._pieces))
        repeated = _count(self._cell.get("number-columns-repeated"), MOST_COLUMNS, self._name)
        self._cell = None
        if not text:
            self._gap += repeated
            return
        if len(self._cells) + self._gap + repeated > MOST_COLUMNS:
            raise CallListError(f"{self._name} is damaged: a row of over {MOST_COLUMNS:,} cells")
        self._cells += [""] * self._gap + [text] * repeated
        self._gap = 0

    def _end_row(self, repeated: int, hidden: bool) -> None:
        number, self._number = self._number + 1, self._number + repeated
        if not self._cells:
            return
        self._repeated += repeated - 1
        if self._repeated > _MOST_REPEATED:
            raise CallListError(f"{self._name} repeats filled rows over {_MOST_REPEATED:,} times: no list does")
        for at in range(number, number + repeated):
            self._rows.append(SheetRow(at, hidden, list(self._cells)))


_COVERED = "covered"
_ASIDE = frozenset(["annotation", "shapes", "frame", "custom-shape"])


def _count_only(attributes: Attributes) -> Attributes:
    return {key: value for key, value in attributes.items() if key == "number-columns-repeated"} | {
        "value-type": _COVERED
    }


def _count(text: str | None, most: int, name: str) -> int:
    if text is None:
        return 1
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    raise CallListError(f"{name} is damaged: it repeats a row, a cell or a blank {text[:20]!r} times")


def _value(cell: Attributes, text: str) -> str:
    kind = cell.get("value-type", "")
    if kind in ("float", "percentage", "currency"):
        return _number(cell.get("value", ""), text)
    if kind == "time":
        return _time(cell.get("time-value", ""), text)
    if kind == "boolean":
        return "TRUE" if cell.get("boolean-value") == "true" else "FALSE"
    written = {"date": "date-value", "string": "string-value"}.get(kind)
    shown = text if written is None else cell.get(written, text)
    return "" if kind == _COVERED else shown.removesuffix("T00:00:00")


def _number(raw: str, text: str) -> str:
    try:
        return float_text(float(raw))
    except ValueError:
        return text


def _time(raw: str, text: str) -> str:
    duration = _DURATION.fullmatch(raw)
    return "{}{:02}:{:02}:{:02}".format(duration[1], *map(int, duration.groups()[1:])) if duration else text
