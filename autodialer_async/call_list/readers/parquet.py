"""Parquet files, by pyarrow: the reference reader, fuzzed upstream day by day; a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, Any

from autodialer_async.call_list.readers.cells import cell_text
from autodialer_async.call_list.readers.extra import missing_extra
from autodialer_async.call_list.readers.options import Detected
from autodialer_async.call_list.readers.row import Row
from autodialer_async.call_list.readers.table import Table
from autodialer_async.errors import CallListError

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ModuleNotFoundError as _missing:
    raise missing_extra("a Parquet file", _missing) from None

__all__ = ["parquet_table"]

_BATCH = 4096
# What a file tells about itself is held at once; a list's is a few kilobytes.
_MOST_METADATA = 64 << 20
_MOST_ROWS, _MOST_COLUMNS, _MOST_UNPACKED = 100_000_000, 16_384, 1 << 30


def parquet_table(file: IO[bytes], name: str, *, compressed: bool) -> Table:
    """The rows of a Parquet file, its column names as the header.

    Raises:
        CallListError: A damaged file, or one that unpacks to more than any list.
    """
    with _told(name):
        parquet: Any = pq.ParquetFile(
            file, memory_map=False, thrift_string_size_limit=_MOST_METADATA, thrift_container_size_limit=_MOST_METADATA
        )
        metadata = parquet.metadata
        largest = max((metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups)), default=0)
    if metadata.num_rows > _MOST_ROWS or metadata.num_columns > _MOST_COLUMNS or largest > _MOST_UNPACKED:
        raise CallListError(
            f"{name} has {metadata.num_rows:,} rows in {metadata.num_columns:,} columns, and a group of them of "
            f"{largest >> 20:,} MiB: more than any list, not read"
        )
    names = [str(column) for column in parquet.schema_arrow.names]
    return Table(Detected("parquet", compressed=compressed), named=True, rows=_rows(parquet, names, name))


def _rows(parquet: Any, names: list[str], name: str) -> Iterator[Row]:
    yield names
    batches = parquet.iter_batches(batch_size=_BATCH, use_threads=False)
    while True:
        with _told(name):
            batch = next(batches, None)
            if batch is None:
                return
            columns = [_texts(column) for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield list(row)


def _texts(column: Any) -> list[str]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        # Python has no nanoseconds, and pandas, which has, may be missing.
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    return [cell_text(value) for value in column.to_pylist()]


@contextmanager
def _told(name: str) -> Generator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
        raise CallListError(f"{name} is a Parquet file that cannot be read: {str(error)[:200]}") from error
