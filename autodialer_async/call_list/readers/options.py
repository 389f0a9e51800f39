"""What the user says about a file, and what was found in it."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["Detected", "Format", "ReadOptions"]

Format = Literal["csv", "text", "xlsx", "xls", "ods", "jsonl", "parquet"]


@attrs.frozen
class ReadOptions:
    r"""What the user knows about a file; it goes before all that is found in it.

    Attributes:
        encoding: Of a text file, by any name Python knows it.
        delimiter: One character between the cells of a text file; `"tab"` and `\t` stand for the tabulator.
        sheet: Name of a workbook's sheet, or its position from 1.
        hidden: What to do with rows that a sheet does not show: `"skip"` gives them as `HiddenRow`, `"read"` as any
            other row.
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | int | None = None
    hidden: Literal["skip", "read"] = "skip"


@attrs.frozen
class Detected:
    """How a file was read, as found in it or as told.

    Attributes:
        format: Kind of file by its content; `"text"` is a text of one column, `"csv"` one of several.
        encoding: Of a text, else None.
        delimiter: Between the cells of a `"csv"`, else None.
        sheet: Name of the sheet that is read, or None where there are no sheets.
        sheets: Names of all sheets that show something, in their order.
        compressed: Whether it was unpacked from gzip first.
    """

    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    compressed: bool = False
