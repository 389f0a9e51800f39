"""A table with its columns understood: ready to give data rows."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice

import attrs

from autodialer_async.call_list.columns import ColumnPlan, find_header, plan_columns
from autodialer_async.call_list.options import ListOptions
from autodialer_async.call_list.phones import PhoneRules, quick_phone, read_phone
from autodialer_async.call_list.readers import BrokenRow, Detected, Row, TableSource
from autodialer_async.call_list.rejected import RejectReason
from autodialer_async.errors import CallListError, ConfigurationError

__all__ = ["OpenedList", "open_list"]

# Rows looked at before the columns are understood. The phone's column is told by its cells among them.
_SAMPLE = 1000
_FEWEST_DIGITS = 5


@attrs.frozen(eq=False)
class OpenedList:
    """A list whose columns are understood, good while its file is open.

    Attributes:
        detected: How the file is read.
        plan: Where it keeps what.
        rows: The data rows.
    """

    detected: Detected
    plan: ColumnPlan
    rows: Iterator[Row]


@contextmanager
def open_list(source: TableSource, options: ListOptions) -> Generator[OpenedList]:
    """Opens a list and finds its header and its columns.

    Raises:
        CallListError: The file cannot be read, or its columns are not understood.
        ConfigurationError: The extra that reads this kind of file is not installed.
    """
    with ExitStack() as stack:
        try:
            table = stack.enter_context(source.open())
        except ImportError as error:
            # The extra that reads this kind of file is missing: it is named, with the install command.
            raise ConfigurationError(f"{source.name}: {error}") from error
        sample: list[Row] = []
        failure: CallListError | None = None
        try:
            sample.extend(islice(table.rows, _SAMPLE))
        except CallListError as error:
            if not sample:
                raise
            # The rows above the damage are good; it is told where they end.
            failure = error
        rules = options.rules

        def is_phone(cell: str) -> bool:
            return _is_phone(cell, rules)

        try:
            header = find_header(sample, is_phone, name=source.name, named=table.named, given=options.header)
            data = sample[header.row :]
            plan = plan_columns(header, options.columns, lambda at: _share(data, at, rules), name=source.name)
        except CallListError as error:
            others = [sheet for sheet in table.detected.sheets if sheet != table.detected.sheet]
            if not others:
                raise
            # Perhaps it is a cover; which of the others is the list, and which is one of people not to call, is unsure.
            named = ", ".join(repr(sheet[:40]) for sheet in others[:20])
            raise CallListError(
                f"{error}; this is sheet {table.detected.sheet!r}, others are {named}: choose with --sheet (sheet=)"
            ) from None
        rows = table.rows if failure is None else _damaged(failure)
        yield OpenedList(table.detected, plan, chain(data, rows))


def _damaged(failure: CallListError) -> Iterator[Row]:
    yield from ()
    raise failure


def _share(rows: Sequence[Row], at: int, rules: PhoneRules) -> float:
    cells = [
        row[at]
        for row in rows
        if not isinstance(row, BrokenRow) and len(row) > at and read_phone(row[at]).reason is not RejectReason.EMPTY
    ]
    return sum(_is_phone(cell, rules) for cell in cells) / len(cells) if cells else 0.0


def _is_phone(cell: str, rules: PhoneRules) -> bool:
    if quick_phone(cell) is not None:
        return True
    return sum(map(str.isdigit, cell)) >= _FEWEST_DIGITS and bool(read_phone(cell, rules).phones)
