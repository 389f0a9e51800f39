"""XLSX: ids as text, real dates, a header that stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from autodialer_async.errors import ConfigurationError
from autodialer_async.history.tables.cells import Cells

try:
    import xlsxwriter
except ModuleNotFoundError as _missing:
    raise ConfigurationError(f"{_missing.name} is missing: XLSX needs pip install 'autodialer-async[report]'") from None

__all__ = ["XlsxTable"]

_MOST_ROWS = 1_048_576
_LONGEST_TEXT = 32_767
_FIRST_YEAR = 1900
_WIDTHS = {"query_id": 20, "dst": 14, "time": 19, "disposition": 15, "code": 16, "word": 14, "problem": 24, "raw": 40}


class XlsxTable:
    """Writes an XLSX file row by row; what does not fit on one sheet goes on to the next.

    Args:
        path: The file, which is replaced.
    """

    def __init__(self, path: Path) -> None:
        # Text stays text: nothing becomes a formula, a link or a number because of how it begins.
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        # Opened here: the writer itself would say only at the end that it cannot.
        self._file = path.open("wb")
        self._book: Any = xlsxwriter.Workbook(self._file, options)
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._header = self._book.add_format({"bold": True})
        self._begin_sheet()

    def write(self, rows: Iterable[Cells]) -> None:
        """Add some rows."""
        for cells in rows:
            if self._row == _MOST_ROWS:
                self._begin_sheet()
            for column, (name, cell) in enumerate(zip(Cells._fields, cells, strict=True)):
                if cell is None:
                    continue
                if isinstance(cell, int):
                    self._sheet.write_number(self._row, column, cell)
                elif name == "time" and int(cell[:4]) >= _FIRST_YEAR:
                    self._sheet.write_datetime(self._row, column, datetime.fromisoformat(cell), self._date)
                else:
                    self._sheet.write_string(self._row, column, _fitting(cell))
            self._row += 1

    def close(self) -> None:
        """Finish the file."""
        try:
            self._book.close()
        finally:
            self._file.close()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(Cells._fields):
            self._sheet.set_column(column, column, _WIDTHS.get(name, 9))
            self._sheet.write_string(0, column, name, self._header)
        self._row = 1


def _fitting(text: str) -> str:
    """The text, cut where a cell can hold no more: longer ones would be left out whole."""
    units = len(text.encode("utf-16-le")) // 2
    if units <= _LONGEST_TEXT:
        return text
    return text.encode("utf-16-le")[: 2 * (_LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
