"""XLS files of Excel 5 to 2003, by xlrd: the one reader that tells which rows are hidden."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO

from autodialer_async.call_list.readers.cells import date_of_serial, float_text
from autodialer_async.call_list.readers.date_formats import DateFormat, date_format
from autodialer_async.call_list.readers.extra import missing_extra
from autodialer_async.call_list.readers.kinds import is_ole, ole_problem
from autodialer_async.call_list.readers.options import Detected, ReadOptions
from autodialer_async.call_list.readers.sheet_choice import SheetName, chosen_sheet
from autodialer_async.call_list.readers.sheet_rows import SheetRow, placed_rows
from autodialer_async.call_list.readers.table import Table
from autodialer_async.errors import CallListError

try:
    import xlrd
    from xlrd.biffh import error_text_from_code
    from xlrd.book import Book
    from xlrd.sheet import Cell, Sheet
except ModuleNotFoundError as _missing:
    raise missing_extra("an XLS file", _missing) from None

__all__ = ["xls_table"]

# The format holds 65,536 rows of 256 cells a sheet; xlrd reads the file as a whole.
_LARGEST = 256 << 20


def xls_table(file: IO[bytes], options: ReadOptions, name: str, *, compressed: bool) -> Table:
    """The chosen sheet of a workbook.

    Raises:
        CallListError: A damaged or locked workbook, no such sheet, no sheet with anything in it.
    """
    contents = file.read(_LARGEST + 1)
    if len(contents) > _LARGEST:
        raise CallListError(f"{name} is an XLS file of over {_LARGEST >> 20} MiB, larger than Excel writes")
    problem = ole_problem(contents) if is_ole(contents) else None
    if problem is not None:
        raise CallListError(f"{name} {problem}")
    book = _book(contents, name)
    sheets = book.sheets()

    def filled(at: int) -> bool:
        return any(any(row.cells) for row in _rows(book, sheets[at]))

    choice = chosen_sheet(
        [SheetName(sheet.name, hidden=bool(sheet.visibility)) for sheet in sheets], options.sheet, filled, name
    )
    sheet = sheets[choice.at]
    rows = placed_rows(_rows(book, sheet), name, mark_hidden=options.hidden == "skip")
    detected = Detected("xls", sheet=sheet.name, sheets=choice.shown, compressed=compressed)
    return Table(detected, named=False, rows=rows)


def _book(contents: bytes, name: str) -> Book:
    try:
        return xlrd.open_workbook(
            file_contents=contents, formatting_info=True, ragged_rows=True, logfile=io.StringIO(), on_demand=False
        )
    except Exception as error:
        # On damaged files xlrd raises whatever broke its assumptions.
        if "encrypted" in str(error):
            raise CallListError(f"{name} is locked by a password; save it without one") from error
        raise CallListError(
            f"{name} is a damaged XLS file, or older than Excel 2.1 ({type(error).__name__})"
        ) from error


def _rows(book: Book, sheet: Sheet) -> Iterator[SheetRow]:
    for at in range(sheet.nrows):
        info = sheet.rowinfo_map.get(at)
        cells = [_text(cell, book) for cell in sheet.row(at)]
        yield SheetRow(at + 1, info is not None and bool(info.hidden), cells)


def _text(cell: Cell, book: Book) -> str:
    kind, value = cell.ctype, cell.value
    if isinstance(value, str):
        return value
    if kind == xlrd.XL_CELL_DATE:
        moment = _date_format(book, cell.xf_index)
        shown = date_of_serial(value, of_1904=bool(book.datemode), only_time=moment is not None and moment.only_time)
        return float_text(value) if shown is None else shown
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return error_text_from_code.get(int(value), "#N/A")
    return float_text(value)


def _date_format(book: Book, style: int | None) -> DateFormat | None:
    if style is None or not 0 <= style < len(book.xf_list):
        return None
    shown = book.format_map.get(book.xf_list[style].format_key)
    return None if shown is None else date_format("", shown.format_str)
