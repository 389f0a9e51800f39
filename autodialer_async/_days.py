"""History over many days: cut by day, read ahead a little, put together in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import anyio

from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallDetail

__all__ = ["days_of", "latest", "read_days"]

# Days fetched, or being fetched, before the reader asks for them: more would only fill memory.
_AHEAD = 4

Read = Callable[[date, date], Awaitable[list[CallDetail]]]


def days_of(date_from: date, date_to: date | None, *, step: int) -> list[tuple[date, date]]:
    """First and last day of each request for a range, both inclusive, `step` days a request.

    Raises:
        ConfigurationError: Something that is no date, or a last day before the first.
    """
    last = date_from if date_to is None else date_to
    for name, day in (("date_from", date_from), ("date_to", last)):
        if not isinstance(day, date) or isinstance(day, datetime):
            raise ConfigurationError(f"{name} is a datetime.date, not {type(day).__name__}")
    if last < date_from:
        raise ConfigurationError(f"date_to {last} is before date_from {date_from}")
    count = (last - date_from).days + 1
    return [
        (date_from + timedelta(days=begin), date_from + timedelta(days=min(begin + step, count) - 1))
        for begin in range(0, count, step)
    ]


def latest(rows: Sequence[CallDetail]) -> list[CallDetail]:
    """Rows in their order; of several states of a number in a task only the last. Bad rows all stay."""
    newest: dict[tuple[int | None, str | None], int] = {}
    for place, row in enumerate(rows):
        if row.problem is None:
            known = newest.get((row.query_id, row.dst))
            if known is None or not _is_older(row, rows[known]):
                newest[row.query_id, row.dst] = place
    return [row for place, row in enumerate(rows) if row.problem is not None or newest[row.query_id, row.dst] == place]


def _is_older(row: CallDetail, known: CallDetail) -> bool:
    if row.time is None or known.time is None or (row.time.tzinfo is None) != (known.time.tzinfo is None):
        # Not comparable: the later row counts as the later state.
        return False
    return row.time < known.time


@asynccontextmanager
async def read_days(
    days: Sequence[tuple[date, date]], read: Read, *, ahead: int
) -> AsyncIterator[AsyncIterator[CallDetail]]:
    """Read days in parallel, give their rows in order.

    Args:
        days: First and last day of each request.
        read: One request.
        ahead: Most requests to run at once.
    """
    shelf = _Shelf(days, read, ahead=min(ahead, _AHEAD))
    failure: BaseException | None = None
    async with anyio.create_task_group() as tasks:
        for _ in range(min(ahead, _AHEAD, len(days))):
            tasks.start_soon(shelf.fill)
        try:
            yield shelf
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001 - raised below, outside of the task group's wrapping
            failure = error
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


class _Shelf:
    """Days that were read and wait for the reader; at most a few."""

    def __init__(self, days: Sequence[tuple[date, date]], read: Read, *, ahead: int) -> None:
        self._days = iter(enumerate(days))
        self._count = len(days)
        self._read = read
        self._room = anyio.Semaphore(ahead)
        self._ready = [anyio.Event() for _ in days]
        self._found: dict[int, list[CallDetail] | Exception] = {}
        self._next = 0
        self._rows: Iterator[CallDetail] = iter(())

    async def fill(self) -> None:
        while True:
            await self._room.acquire()
            number, (first, last) = next(self._days, (self._count, (date.min, date.min)))
            if number == self._count:
                return
            try:
                self._found[number] = latest(await self._read(first, last))
            except Exception as error:  # noqa: BLE001 - raised where the reader reaches this day
                self._found[number] = error
            self._ready[number].set()

    def __aiter__(self) -> _Shelf:
        return self

    async def __anext__(self) -> CallDetail:
        while True:
            for row in self._rows:
                return row
            if self._next == self._count:
                raise StopAsyncIteration
            await self._ready[self._next].wait()
            found = self._found.pop(self._next)
            self._next += 1
            self._room.release()
            if isinstance(found, Exception):
                self._next = self._count
                raise found
            self._rows = iter(found)
