"""History as it happens: the days that are not over, read again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from hashlib import blake2b

from autodialer_async._days import Read, days_of, latest, newest_day, unsettled_from
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallDetail

__all__ = ["Follower", "beginning"]

_DIGEST_BYTES = 16


def beginning(since: date | datetime, zone: tzinfo | None) -> tuple[date, datetime | None]:
    """The first day to read for a `since`, and the moment before which rows of it are left out (None: none are).

    Args:
        since: A day, or a moment: aware, or as the service writes times without a zone.
        zone: The service's time zone, or None.

    Raises:
        ConfigurationError: It is neither.
    """
    if not isinstance(since, date):
        raise ConfigurationError(f"since is a datetime.date or datetime.datetime, not {type(since).__name__}")
    if not isinstance(since, datetime):
        return since, None
    if since.tzinfo is None:
        return since.date(), since if zone is None else since.replace(tzinfo=zone)
    # Where the service's zone is not known its day may be another one than that of `since`.
    return (since.date() - timedelta(days=1), since) if zone is None else (since.astimezone(zone).date(), since)


class Follower(AsyncIterator[CallDetail]):
    """Gives each state of each row once, as soon as it is seen; never ends.

    One round reads the days from the last one known to be over to the newest one, in order, then pauses. What was given
    of days that are not over is kept as digests, so that memory grows with the calls of two or three days and no more.
    An error of a request ends nothing: the next `anext` goes on where it was, after a pause.

    Args:
        since: First day, and the moment before which rows are left out, as from `beginning`.
        read: One request for some days.
        step: Days in one request.
        zone: The service's time zone, or None.
        pause: Seconds from the end of one round to the next.
        now: The clock, aware.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        since: tuple[date, datetime | None],
        read: Read,
        *,
        step: int,
        zone: tzinfo | None,
        pause: float,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._first, self._moment = since
        self._read = read
        self._step = step
        self._zone = zone
        self._pause = pause
        self._now = now
        self._sleep = sleep
        self._days: Iterator[tuple[date, date]] = iter(())
        self._rows: Iterator[CallDetail] = iter(())
        self._last_of_page = date.min
        self._page_is_over = False
        self._given: dict[date, set[bytes]] = {}
        self._begun = False

    def __aiter__(self) -> Follower:
        return self

    async def __anext__(self) -> CallDetail:
        while True:
            for row in self._rows:
                if self._is_news(row):
                    return row
            if self._page_is_over:
                self._first = self._last_of_page + timedelta(days=1)
                self._page_is_over = False
            days = next(self._days, None)
            if days is not None:
                await self._turn_to(*days)
            else:
                if self._begun:
                    await self._sleep(self._pause)
                self._begun = True
                self._begin_round()

    async def _turn_to(self, first: date, last: date) -> None:
        over = last < unsettled_from(self._now(), self._zone)
        try:
            rows = latest(await self._read(first, last))
        except BaseException:
            # The next round begins with these days; nothing that was given is given twice.
            self._days = iter(())
            raise
        self._rows, self._last_of_page, self._page_is_over = iter(rows), last, over

    def _begin_round(self) -> None:
        newest = newest_day(self._now(), self._zone)
        self._days = iter(days_of(self._first, newest, step=self._step) if self._first <= newest else [])
        # Days are the service's, and times may be of another zone: a day more is remembered.
        oldest = self._first - timedelta(days=1)
        for day in [day for day in self._given if day < oldest]:
            del self._given[day]

    def _is_news(self, row: CallDetail) -> bool:
        if self._is_too_old(row):
            return False
        state = (*row[:3], row.code and row.code.raw, row.seconds, row.problem and repr(row.raw))
        digest = blake2b(repr(state).encode(errors="backslashreplace"), digest_size=_DIGEST_BYTES).digest()
        given = self._given.setdefault(row.time.date() if row.time else self._last_of_page, set())
        if digest in given:
            return False
        if not self._page_is_over:
            given.add(digest)
        return True

    def _is_too_old(self, row: CallDetail) -> bool:
        if self._moment is None or row.time is None or (row.time.tzinfo is None) != (self._moment.tzinfo is None):
            return False
        return row.time < self._moment
