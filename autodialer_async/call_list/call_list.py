"""Calls out of a file, with every row accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

import attrs

from autodialer_async.call_list.columns import ColumnPlan
from autodialer_async.call_list.opened import OpenedList, open_list
from autodialer_async.call_list.options import ListOptions
from autodialer_async.call_list.readers import Detected, Row, TableSource
from autodialer_async.call_list.rejected import RejectedRow, RejectReason, RowCounts
from autodialer_async.call_list.slices import Item, SliceReader
from autodialer_async.call_list.warnings import Warnings
from autodialer_async.errors import CallListError
from autodialer_async.models import Call

__all__ = ["CallList", "RowOutcome"]

# Rows worked through at once: so few that they stay in the processor's cache, and give Python's collector no work.
_SLICE = 192


@attrs.frozen(repr=False)
class RowOutcome:
    """What became of one row.

    Attributes:
        row: Number of the data row, from 1 below the header.
        cells: The row as it stands in the file; empty where its cells cannot be told apart.
        calls: The calls that it gives.
        rejected: Why it gives none, or None.
    """

    row: int
    cells: tuple[str, ...]
    calls: tuple[Call, ...]
    rejected: RejectedRow | None


class CallList:
    r"""The calls of a file; iterate it again and again where it was given as a path. Made by `read_calls`.

    `counts`, `rejected` and `warnings` tell of the newest iteration, and grow with it.

    Example:
        >>> from pathlib import Path
        >>> from autodialer_async.call_list import read_calls
        >>> written = Path("debtors.csv").write_text("Код;Телефон\n7;8 (922) 222-00-00\n8;нет\n", encoding="cp1251")
        >>> calls = read_calls("debtors.csv")
        >>> (await dialer.make(calls, generation_type=1)).accepted, calls.counts.read
        (1, 2)
        >>> print(calls.rejected[0], "|", calls.detected.encoding)
        row 2, id '8', Телефон: no phone | cp1251
    """

    def __init__(self, source: TableSource, options: ListOptions, remarks: Mapping[str, int]) -> None:
        self._source = source
        self._options = options
        self._remarks = remarks
        self._plan: ColumnPlan | None = None
        self._detected: Detected | None = None
        self._reading = _Reading(options.max_rejected)

    @property
    def name(self) -> str:
        """What the file is called in messages."""
        return self._source.name

    @property
    def counts(self) -> RowCounts:
        """How many rows were read and what became of them, exact."""
        return self._reading.counts

    @property
    def rejected(self) -> list[RejectedRow]:
        """The first rows that gave no call, in the order of the file, at most `max_rejected` of them."""
        return self._reading.rejected

    @property
    def warnings(self) -> Counter[str]:
        """What a person should know before sending, and how many rows each remark is about."""
        return (
            Counter(self._remarks) + self._reading.warnings.counts if self._remarks else self._reading.warnings.counts
        )

    @property
    def detected(self) -> Detected | None:
        """How the file is read: its format, encoding, delimiter, sheet; None for an open file before it is read."""
        return self._detected

    @property
    def header(self) -> tuple[str, ...]:
        """Names of all columns; letters where the list has no header."""
        return self._plan.header.names if self._plan else ()

    @property
    def header_row(self) -> int | None:
        """Physical row of the header, from 1; 0 where there is none; None for an open file before it is read."""
        return self._plan.header.row if self._plan else None

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Which columns are read as which field, in the order in which they are tried."""
        return MappingProxyType(self._plan.used if self._plan else {})

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Columns that are not read."""
        return self._plan.ignored if self._plan else ()

    def check_header(self) -> None:
        """Reads the beginning of a file given as a path; does nothing for an open file.

        Raises:
            CallListError: The file cannot be read, or its columns are not understood.
        """
        if self._source.is_path:
            with open_list(self._source, self._options) as opened:
                self._understood(opened)

    def __iter__(self) -> Iterator[Call]:
        self._reading = reading = _Reading(self._options.max_rejected)
        return self._calls(reading)

    def outcomes(self) -> Iterator[RowOutcome]:
        """What became of each row, in the order of the file; rows that are no data are left out.

        It is an iteration of its own, as `iter` is.
        """
        self._reading = reading = _Reading(self._options.max_rejected)
        return self._outcomes(reading)

    def __length_hint__(self) -> int:
        """About how many rows the file has, or NotImplemented where only reading it would tell."""
        estimate = self._source.estimated_rows()
        return NotImplemented if estimate is None else max(0, estimate - (self.header_row or 0))

    def __repr__(self) -> str:
        return f"CallList({self.name!r}, {self.counts})"

    def _understood(self, opened: OpenedList) -> None:
        self._detected, self._plan = opened.detected, opened.plan

    def _slices(
        self, reading: _Reading, *, list_all: bool = False
    ) -> Iterator[tuple[int, Sequence[object], list[Item]]]:
        """Slices of rows: the number of the first, the rows, and what becomes of each."""
        self._check_length()
        with open_list(self._source, self._options) as opened:
            self._understood(opened)
            reader = SliceReader(opened.plan, self._options, reading.warnings)
            first, most = 1, self._options.max_rows
            failure: CallListError | None = None
            while failure is None:
                rows: list[Row] = []
                try:
                    rows.extend(islice(opened.rows, _SLICE))
                except CallListError as error:
                    # The rows above the damage are good.
                    failure = error
                if not rows:
                    break
                if most is not None and first + len(rows) > most + 1:
                    raise self._too_long(most)
                listed = list_all or len(reading.rejected) < reading.max_rejected
                yield first, rows, reader.items(rows, first, listed=listed)
                first += len(rows)
            if failure is not None:
                raise failure

    def _calls(self, reading: _Reading) -> Iterator[Call]:
        counts = reading.counts
        for _, rows, items in self._slices(reading):
            for item in items:
                if type(item) is Call:
                    counts.read += 1
                    counts.valid += 1
                    yield item
                elif type(item) is RejectReason:
                    counts.read += 1
                    counts.rejected[item] += 1
                else:
                    yield from reading.note(item)
            # Now, and not when the next slice is there: it takes their place in the processor's cache.
            del rows, items

    def _outcomes(self, reading: _Reading) -> Iterator[RowOutcome]:
        for first, rows, items in self._slices(reading, list_all=True):
            for number, row, item in zip(range(first, first + len(rows)), rows, items, strict=True):
                calls = tuple(reading.note(item))
                rejected = item if isinstance(item, RejectedRow) else None
                if calls or rejected:
                    yield RowOutcome(number, tuple(row) if isinstance(row, list) else (), calls, rejected)

    def _check_length(self) -> None:
        most = self._options.max_rows
        if most is not None and self._source.is_path:
            # A pass of its own: a list that is too long must not be half sent.
            with open_list(self._source, self._options) as opened:
                if sum(1 for _ in islice(opened.rows, most + 1)) > most:
                    raise self._too_long(most)

    def _too_long(self, most: int) -> CallListError:
        return CallListError(
            f"{self.name} has more than {most} rows: nothing of it is taken; is it the right file? "
            "--max-rows (max_rows=) sets the bound"
        )


@attrs.define
class _Reading:
    """One iteration over the file."""

    max_rejected: int
    counts: RowCounts = attrs.field(factory=RowCounts)
    rejected: list[RejectedRow] = attrs.field(factory=list[RejectedRow])
    warnings: Warnings = attrs.field(factory=Warnings)

    def note(self, item: Item) -> tuple[Call, ...]:
        """Counts a row, and gives its calls."""
        counts = self.counts
        if isinstance(item, Call | tuple):
            calls = item if isinstance(item, tuple) else (item,)
            counts.read += 1
            counts.valid += 1
            counts.further_calls += len(calls) - 1
            return calls
        if isinstance(item, RejectedRow):
            counts.read += 1
            counts.rejected[item.reason] += 1
            if len(self.rejected) < self.max_rejected:
                self.rejected.append(item)
        else:
            counts.not_data += 1
        return ()
