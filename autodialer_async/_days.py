"""History over many days: cut by day, read ahead a little, put together in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo

import anyio
import attrs

from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallDetail

__all__ = ["Page", "Read", "days_of", "latest", "newest_day", "oldest_day", "read_days", "read_pages", "unsettled_from"]

# Days fetched, or being fetched, before the reader asks for them: more would only fill memory.
_AHEAD = 4
_FARTHEST_WEST = timedelta(hours=12)
_FARTHEST_EAST = timedelta(hours=14)

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
    if len({row[:2] for row in rows}) == len(rows):
        return list(rows)
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


def unsettled_from(now: datetime, zone: tzinfo | None) -> date:
    """The first day whose rows may still change at this moment, or whose rows others may still join.

    A row shows the last call of a number in a task: when the number is called again, the row leaves its day for the
    day of the service at that moment. Rows of a day that is over only leave. Yesterday counts as not over: a call that
    began before midnight may end after it.

    Args:
        now: This moment, aware.
        zone: The service's time zone; None: any may be its own.
    """
    return oldest_day(now, zone) - timedelta(days=1)


def oldest_day(now: datetime, zone: tzinfo | None) -> date:
    """The first day that it can be for the service at this moment; arguments as in `unsettled_from`."""
    there = now.astimezone(UTC) - _FARTHEST_WEST if zone is None else now.astimezone(zone)
    return there.date()


def newest_day(now: datetime, zone: tzinfo | None) -> date:
    """The last day that the service can have calls of at this moment; arguments as in `unsettled_from`."""
    there = now.astimezone(UTC) + _FARTHEST_EAST if zone is None else now.astimezone(zone)
    return there.date()


@attrs.frozen
class Page:
    """The rows of some days, as one request gave them; of each number in a task the last state.

    Attributes:
        first: First day.
        last: Last day, inclusive.
        rows: The rows.
    """

    first: date
    last: date
    rows: list[CallDetail]


@asynccontextmanager
async def read_days(
    days: Sequence[tuple[date, date]], read: Read, *, ahead: int, unsettled: date
) -> AsyncIterator[AsyncIterator[CallDetail]]:
    """The rows of `read_pages`, one after the other."""
    async with read_pages(days, read, ahead=ahead, unsettled=unsettled) as pages:
        yield _Rows(pages)


@asynccontextmanager
async def read_pages(
    days: Sequence[tuple[date, date]], read: Read, *, ahead: int, unsettled: date
) -> AsyncIterator[AsyncIterator[Page]]:
    """Read days in parallel, give them in order.

    Days that are not over are asked for one by one, after all days before them have answered: a row may leave its day
    for a later one while the history is read, and is then met again instead of missed.

    Args:
        days: First and last day of each request, from the first to the last.
        read: One request.
        ahead: Most requests to run at once.
        unsettled: The first day that is not over.
    """
    shelf = _Shelf(days, read, ahead=min(ahead, _AHEAD), unsettled=unsettled)
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


class _Rows:
    """Rows of pages, one after the other."""

    def __init__(self, pages: AsyncIterator[Page]) -> None:
        self._pages = pages
        self._rows: Iterator[CallDetail] = iter(())

    def __aiter__(self) -> _Rows:
        return self

    async def __anext__(self) -> CallDetail:
        while True:
            for row in self._rows:
                return row
            self._rows = iter((await anext(self._pages)).rows)


class _Shelf:
    """Days that were read and wait for the reader; at most a few."""

    def __init__(self, days: Sequence[tuple[date, date]], read: Read, *, ahead: int, unsettled: date) -> None:
        self._days = days
        self._read = read
        self._unsettled = unsettled
        self._room = anyio.Semaphore(ahead)
        self._ready = [anyio.Event() for _ in days]
        self._found: dict[int, Page | Exception] = {}
        self._begun = 0
        self._next = 0

    async def fill(self) -> None:
        while True:
            await self._room.acquire()
            number = self._begun
            if number == len(self._days):
                return
            self._begun += 1
            first, last = self._days[number]
            if last >= self._unsettled and number:
                # Each of these waits for the one before: the last of them has all others behind it.
                for earlier in self._ready[:number]:
                    await earlier.wait()
            try:
                self._found[number] = Page(first, last, latest(await self._read(first, last)))
            except Exception as error:  # noqa: BLE001 - raised where the reader reaches this day
                self._found[number] = error
            self._ready[number].set()

    def __aiter__(self) -> _Shelf:
        return self

    async def __anext__(self) -> Page:
        if self._next == len(self._days):
            raise StopAsyncIteration
        await self._ready[self._next].wait()
        found = self._found.pop(self._next)
        self._next += 1
        self._room.release()
        if isinstance(found, Exception):
            self._next = len(self._days)
            raise found
        return found
