"""A table in a file: the name tells the format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Protocol

from autodialer_async.errors import ConfigurationError
from autodialer_async.history.tables.cells import Cells, cells_of, packed, unpacked
from autodialer_async.models import CallDetail

__all__ = ["Table", "table_kind", "write_table"]

_ROWS_AT_ONCE = 5000


class Table(Protocol):
    """A file that rows are written to."""

    def write(self, rows: Iterable[Cells]) -> None:
        """Add some rows."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


def _csv() -> Callable[[Path], Table]:
    from autodialer_async.history.tables.csv_table import CsvTable  # noqa: PLC0415 - only the format that is asked for

    return CsvTable


def _json_lines() -> Callable[[Path], Table]:
    from autodialer_async.history.tables.json_lines_table import JsonLinesTable  # noqa: PLC0415 - as above

    return JsonLinesTable


def _xlsx() -> Callable[[Path], Table]:
    from autodialer_async.history.tables.xlsx_table import XlsxTable  # noqa: PLC0415 - as above

    return XlsxTable


def _parquet() -> Callable[[Path], Table]:
    from autodialer_async.history.tables.parquet_table import ParquetTable  # noqa: PLC0415 - as above

    return ParquetTable


_KINDS = {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _json_lines, ".parquet": _parquet}


def table_kind(path: Path) -> Callable[[Path], Table]:
    """What writes a file of this name: a class that takes the path to write to.

    Raises:
        ConfigurationError: Another suffix than `.csv`, `.xlsx`, `.jsonl`, `.parquet`, or a missing extra.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise ConfigurationError(f"{path.name!r}: the name of a table ends in {', '.join(_KINDS)}")
    return kind()


def write_table(rows: Iterable[CallDetail], file: str | PathLike[str]) -> int:
    """Write rows of history to a file; its name tells the format.

    Args:
        rows: The rows, in the order in which they are to stand there; gone through once.
        file: `….csv`, `….xlsx`, `….jsonl` or `….parquet`; replaced where it exists.

    Returns:
        How many rows were written.

    Raises:
        ConfigurationError: Another suffix, or a missing extra.
        OSError: The file cannot be written.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from autodialer_async import CallDetail
        >>> rows = [CallDetail(40133707428585176, "89222220000", None, None, 5)]
        >>> with TemporaryDirectory() as directory:
        ...     write_table(rows, Path(directory, "calls.csv"))
        1
    """
    path = Path(file)
    table = table_kind(path)(path)
    count = 0
    remaining = iter(rows)
    try:
        while part := [unpacked(packed(cells_of(row))) for row in islice(remaining, _ROWS_AT_ONCE)]:
            table.write(part)
            count += len(part)
    finally:
        table.close()
    return count
