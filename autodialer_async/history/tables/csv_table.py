"""CSV that a spreadsheet program opens as it is meant: UTF-8 with a BOM, semicolons, no formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from autodialer_async.history.tables.cells import Cells

__all__ = ["CsvTable"]

# Also the wide ones of East Asian keyboards, which Excel reads alike.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CsvTable:
    """Writes a CSV file.

    Ids and numbers of subscribers have a tab before them: it cannot be seen, keeps a spreadsheet program from making a
    number of them, of which Excel would keep 15 digits, and is cut off by whatever reads numbers from text. Cells that
    would begin a formula have an apostrophe before them.

    Args:
        path: The file, which is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file, delimiter=";", lineterminator="\r\n")
        self._rows.writerow(Cells._fields)

    def write(self, rows: Iterable[Cells]) -> None:
        """Add some rows."""
        self._rows.writerows(map(_guarded, rows))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def _guarded(cells: Cells) -> list[str | int | None]:
    return [
        _as_text(cells.query_id),
        _as_text(cells.dst),
        cells.time,
        cells.zone and f"UTC{cells.zone}",
        cells.disposition,
        cells.seconds,
        _harmless(cells.code),
        _harmless(cells.word),
        cells.number,
        _harmless(cells.problem),
        _harmless(cells.raw),
    ]


def _as_text(text: str | None) -> str | None:
    return "\t" + text if text and text.isdigit() else _harmless(text)


def _harmless(text: str | None) -> str | None:
    return "'" + text if text and text.startswith(_BEGINS_A_FORMULA) else text
