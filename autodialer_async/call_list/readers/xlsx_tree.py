"""A sheet of an XLSX file, read element by element: right for all XML, and slow."""

from __future__ import annotations

from autodialer_async.call_list.readers.sheet_rows import SheetRow
from autodialer_async.call_list.readers.xlsx_cells import CellReader, column_of, is_true, pad, row_number
from autodialer_async.call_list.readers.xml_parts import XmlReader

__all__ = ["SheetTree"]


class SheetTree:
    """Takes the XML in pieces and collects the rows that are complete."""

    def __init__(self, cells: CellReader, name: str) -> None:
        self._rows: list[SheetRow] = []
        self._reader = XmlReader(name, self._start, self._end, self._text)
        self._cell_reader = cells
        self._name = name
        self._number: int | None = None
        self._hidden = False
        self._cells: list[str] | None = None
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._takes_text = False
        self._phonetic = False

    def taken(self) -> list[SheetRow]:
        """The rows that came to their end since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Parses some more of the sheet."""
        self._reader.feed(data, final=final)

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if element == "row":
            self._cells = []
            number = attributes.get("r")
            self._number = row_number(number, self._name) if number is not None else None
            self._hidden = is_true(attributes.get("hidden"))
        elif self._cells is None:
            return
        elif element == "c":
            place = attributes.get("r")
            at = len(self._cells) if place is None else column_of(place.rstrip("0123456789"), self._name)
            pad(self._cells, at, self._name)
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._pieces.clear()
        elif element in ("v", "t"):
            self._takes_text = not self._phonetic
        elif element == "rPh":
            self._phonetic = True

    def _text(self, piece: str) -> None:
        if self._takes_text:
            self._pieces.append(piece)

    def _end(self, element: str) -> None:
        if self._cells is None:
            return
        if element == "row":
            self._rows.append(SheetRow(self._number, self._hidden, self._cells))
            self._cells = None
        elif element == "c":
            self._cells.append(self._cell_reader.text(self._kind, self._style, "".join(self._pieces)))
        elif element in ("v", "t"):
            self._takes_text = False
        elif element == "rPh":
            self._phonetic = False
