"""Calls out of a file, with every row accounted for."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from typing import IO, Any, Literal

import attrs

from autodialer_async.call_list.columns import fields_of_header
from autodialer_async.call_list.csv_source import CsvSource, Row
from autodialer_async.call_list.rejected import RejectedRow, RejectReason, RowCounts
from autodialer_async.errors import CallListError, InvalidCall
from autodialer_async.models import Call

__all__ = ["CallList", "read_calls"]


def read_calls(
    source: str | os.PathLike[str] | IO[str] | IO[bytes],
    *,
    duplicates: Literal["drop", "keep"] = "drop",
    max_rejected: int = 1000,
) -> CallList:
    r"""Reads a call list: a UTF-8 CSV (a BOM is fine) with a header row and commas between the cells.

    Columns are `id` and `phone`, and optionally `name`, `uuid`, `var1`, `var2`, `var3`, `generation_type`, in any
    order, in these names or the service's own (`UUID`, `generationtype`).

    Args:
        source: A path, or an open file, which is left open.
        duplicates: What to do with a phone that stands in an earlier row: `"drop"` keeps the first row only and lists
            the others as rejected, over the whole list; `"keep"` gives them all, and such people may be called twice.
        max_rejected: How many rejected rows to keep for `CallList.rejected`; their counts are always exact.

    Returns:
        The list. A path's header is read at once, the rows as they are asked for.

    Raises:
        CallListError: A file that cannot be read as a list; also while iterating.

    Example:
        >>> import io
        >>> calls = read_calls(io.StringIO("id,phone\n1,89222220000\n2,8922\n"))
        >>> list(calls)
        [Call(id='1', phone='89*******00')]
        >>> calls.counts.read, calls.counts.valid, calls.rejected[0].row
        (2, 1, 2)
    """
    calls = CallList(CsvSource(source), duplicates=duplicates, max_rejected=max_rejected)
    calls.check_header()
    return calls


class CallList:
    """The calls of a file; iterate it again and again where it was given as a path. Made by `read_calls`.

    `counts` and `rejected` tell of the newest iteration, and grow with it.
    """

    def __init__(self, source: CsvSource, *, duplicates: Literal["drop", "keep"], max_rejected: int) -> None:
        self._source = source
        self._duplicates = duplicates
        self._max_rejected = max_rejected
        self._reading = _Reading(max_rejected)

    @property
    def counts(self) -> RowCounts:
        """How many rows were read and what became of them, exact."""
        return self._reading.counts

    @property
    def rejected(self) -> list[RejectedRow]:
        """The first rows that gave no call, in the order of the file, at most `max_rejected` of them."""
        return self._reading.rejected

    def check_header(self) -> None:
        """Reads the header of a file given as a path; does nothing for an open file.

        Raises:
            CallListError: The file cannot be read, or its columns are not understood.
        """
        if self._source.is_path:
            with self._source.rows() as rows:
                self._header(rows, self._reading)

    def __iter__(self) -> Iterator[Call]:
        self._reading = reading = _Reading(self._max_rejected)
        return self._calls(reading)

    def __length_hint__(self) -> int:
        """About how many rows the file has, or NotImplemented where only reading it would tell."""
        estimate = self._source.estimated_rows()
        return NotImplemented if estimate is None else estimate

    def __repr__(self) -> str:
        return f"CallList({self._source.name!r}, {self.counts})"

    def _header(self, rows: Iterator[Row], reading: _Reading) -> list[str]:
        header = next(rows, None)
        if header is None:
            raise CallListError(f"{self._source.name} is empty: not even a header")
        if isinstance(header, csv.Error):
            raise CallListError(f"{self._source.name}: the header's quotes are broken ({header})")
        reading.header = header
        return fields_of_header(header, self._source.name)

    def _calls(self, reading: _Reading) -> Iterator[Call]:
        counts = reading.counts
        seen: set[str] | None = set() if self._duplicates == "drop" else None
        with self._source.rows() as rows:
            fields = self._header(rows, reading)
            reading.fields, width, phone_at = fields, len(fields), fields.index("phone")
            for row, cells in enumerate(rows, 1):
                counts.read += 1
                if type(cells) is not list or len(cells) != width or not cells[phone_at].strip():
                    reading.reject_shape(row, cells)
                    continue
                try:
                    values: dict[str, Any] = dict(zip(fields, map(str.strip, cells), strict=True))
                    call = Call(**values)
                except InvalidCall as error:
                    reading.reject(row, cells, error.field, RejectReason.INVALID, error.reason)
                    continue
                if seen is not None:
                    if call.phone in seen:
                        reading.reject(row, cells, "phone", RejectReason.DUPLICATE, "an earlier row has the same phone")
                        continue
                    seen.add(call.phone)
                counts.valid += 1
                yield call


@attrs.define
class _Reading:
    """One iteration over the file."""

    max_rejected: int
    header: list[str] = attrs.field(factory=list[str])
    fields: list[str] = attrs.field(factory=list[str])
    counts: RowCounts = attrs.field(factory=RowCounts)
    rejected: list[RejectedRow] = attrs.field(factory=list[RejectedRow])

    def reject_shape(self, row: int, cells: Row) -> None:
        """Counts a row that is blank, broken, of another width than the header, or without a phone."""
        if isinstance(cells, csv.Error):
            self._add(RejectedRow(row, None, None, RejectReason.INVALID, "", f"broken quotes ({cells})"))
        elif not any(map(str.strip, cells)):
            self._add(RejectedRow(row, None, None, RejectReason.EMPTY, "", "a blank row"))
        elif len(cells) != len(self.fields):
            problem = f"{len(cells)} cells where the header has {len(self.fields)}"
            self._add(RejectedRow(row, None, None, RejectReason.INVALID, "", problem))
        else:
            self.reject(row, cells, "phone", RejectReason.EMPTY, "no phone")

    def reject(self, row: int, cells: list[str], field: str | None, reason: RejectReason, problem: str) -> None:
        """Counts a row that has the header's width."""
        at = self.fields.index(field) if field in self.fields else None
        column, cell = (None, "") if at is None else (self.header[at].strip(), cells[at])
        self._add(RejectedRow(row, cells[self.fields.index("id")].strip() or None, column, reason, cell, problem))

    def _add(self, rejected: RejectedRow) -> None:
        self.counts.rejected[rejected.reason] += 1
        if len(self.rejected) < self.max_rejected:
            self.rejected.append(rejected)
