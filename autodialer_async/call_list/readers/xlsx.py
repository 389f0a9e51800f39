"""XLSX files.

Our own reader, and not python-calamine: version 0.9.1 ends the whole process (an abort, which nothing can catch) on
five of eight small workbooks made to be wrong, such as two cells in far corners or a false count of texts; it does not
tell hidden rows; and it holds all of a sheet in memory. This one is as fast, and needs one row of memory.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from autodialer_async.call_list.readers.options import Detected, ReadOptions
from autodialer_async.call_list.readers.row import Row
from autodialer_async.call_list.readers.sheet_choice import SheetName, chosen_sheet
from autodialer_async.call_list.readers.sheet_rows import placed_rows
from autodialer_async.call_list.readers.table import Table
from autodialer_async.call_list.readers.xlsx_cells import CellReader
from autodialer_async.call_list.readers.xlsx_sheet import sheet_rows
from autodialer_async.call_list.readers.xlsx_workbook import Workbook, shared_texts
from autodialer_async.call_list.readers.zipped import Archive

__all__ = ["xlsx_table"]


def xlsx_table(archive: Archive, options: ReadOptions, name: str, *, compressed: bool) -> Table:
    """The chosen sheet of a workbook.

    Raises:
        CallListError: A damaged workbook, no such sheet, no sheet with anything in it.
    """
    workbook = Workbook.of(archive, name)
    strings = shared_texts(archive, workbook.strings, name) if workbook.strings else []
    cells = CellReader(strings, workbook.dates, name, of_1904=workbook.of_1904)

    def rows(at: int) -> Iterator[Row]:
        with archive.open(workbook.sheets[at].part) as file:
            yield from placed_rows(sheet_rows(file, cells, name), name, mark_hidden=options.hidden == "skip")

    def filled(at: int) -> bool:
        return next(itertools.islice(rows(at), 1), None) is not None

    sheets = [SheetName(sheet.name, hidden=sheet.hidden) for sheet in workbook.sheets]
    choice = chosen_sheet(sheets, options.sheet, filled, name)
    detected = Detected("xlsx", sheet=sheets[choice.at].name, sheets=choice.shown, compressed=compressed)
    return Table(detected, named=False, rows=rows(choice.at))
