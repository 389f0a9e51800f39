"""Parquet: times as times, texts that repeat as dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autodialer_async.errors import ConfigurationError
from autodialer_async.history.tables.cells import Cells

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ModuleNotFoundError as _missing:
    raise ConfigurationError(
        f"{_missing.name} is missing: Parquet needs pip install 'autodialer-async[report]'"
    ) from None

__all__ = ["ParquetTable"]

# Rows are collected to groups of at least so many: smaller ones read slowly.
_ROWS_A_GROUP = 20_000


class ParquetTable:
    """Writes a Parquet file.

    The columns of other tables, with `time` as a timestamp of the service's clock, and `time_utc` beside it where the
    zone is known.

    Args:
        path: The file, which is replaced.
    """

    def __init__(self, path: Path) -> None:
        text, repeated = pa.string(), pa.dictionary(pa.int32(), pa.string())
        kinds: dict[str, Any] = dict.fromkeys(Cells._fields, text)
        kinds |= {"time": pa.timestamp("s"), "number": pa.int32(), "seconds": pa.int32()}
        kinds |= dict.fromkeys(("zone", "disposition", "code", "word", "problem"), repeated)
        self._schema = pa.schema([*kinds.items(), ("time_utc", pa.timestamp("s", tz="UTC"))])
        self._waiting: list[Cells] = []
        # No memory mapping and no pool of buffers that grows: rows go out a group at a time.
        self._file: Any = pq.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Iterable[Cells]) -> None:
        """Add some rows."""
        self._waiting += rows
        if len(self._waiting) >= _ROWS_A_GROUP:
            self._write_group()

    def close(self) -> None:
        """Finish the file."""
        try:
            if self._waiting:
                self._write_group()
        finally:
            self._file.close()

    def _write_group(self) -> None:
        columns: list[Any] = []
        cells = dict(zip(Cells._fields, zip(*self._waiting, strict=True), strict=True))
        moments = [
            None if time is None or zone is None else time + zone
            for time, zone in zip(cells["time"], cells["zone"], strict=True)
        ]
        for field in self._schema:
            values = moments if field.name == "time_utc" else cells[field.name]
            if pa.types.is_timestamp(field.type):
                columns.append(pa.array(values, pa.string()).cast(field.type))
            elif pa.types.is_dictionary(field.type):
                columns.append(pa.array(values, pa.string()).dictionary_encode().cast(field.type))
            else:
                columns.append(pa.array(values, field.type))
        self._waiting = []
        self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema))
