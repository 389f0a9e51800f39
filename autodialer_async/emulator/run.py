"""One task being worked through: which of its records is called when. Moments come in; nothing waits here."""

from __future__ import annotations

from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from autodialer_async.emulator.book import DIALLING, DONE, WAITING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time

    from autodialer_async.emulator.book import Book
    from autodialer_async.emulator.chance import Outcome
    from autodialer_async.emulator.records import Record

__all__ = ["Run", "opening"]


class Run:
    """The calls of one task, in the order of their moments.

    A record is due when it was accepted and, after an attempt that reached nobody, a pause later. The one that is due
    first gets the first free line, in its hours; of two that are due at once, the one that stands first in the list.

    Args:
        book: Where its records stand.
        first: The position of the first one.
        count: How many there are.
        at: When they were accepted.
        lines: Calls at the same time.
        pause: Between two attempts.
        most_attempts: The end of all attempts, whatever `maxcount` says.
        draw: What the attempt of this number at the record at this position comes to.
        tell: Is told of every call that is over: position, attempt, beginning, outcome.
    """

    def __init__(
        self,
        book: Book,
        first: int,
        count: int,
        at: datetime,
        *,
        lines: int,
        pause: timedelta,
        most_attempts: int,
        draw: Callable[[int, int], Outcome],
        tell: Callable[[int, int, datetime, Outcome], None],
    ) -> None:
        self._book = book
        self._free = lines
        self._pause = pause
        self._most_attempts = most_attempts
        self._draw = draw
        self._tell = tell
        self._now = at
        self._due = [(opening(at, book.records[position]), position) for position in range(first, first + count)]
        heapify(self._due)
        self._busy: list[tuple[datetime, int, datetime, Outcome]] = []

    @property
    def next(self) -> datetime | None:
        """When something happens next, or None: all is over."""
        end = self._busy[0][0] if self._busy else None
        if not self._free or not self._due:
            return end
        start = max(self._due[0][0], self._now)
        return start if end is None or start < end else end

    def step(self) -> None:
        """Let happen what happens next: a call ends, or one begins."""
        moment = self.next
        if moment is None:
            return
        self._now = moment
        if self._busy and self._busy[0][0] == moment:
            self._end()
        else:
            self._begin(moment)

    def _begin(self, moment: datetime) -> None:
        _, position = heappop(self._due)
        allowed = opening(moment, self._book.records[position])
        if allowed > moment:
            heappush(self._due, (allowed, position))
            return
        outcome = self._draw(position, self._book.attempts(position) + 1)
        self._free -= 1
        self._book.move(position, DIALLING)
        # A call takes a moment also where nobody let it ring: time goes on.
        length = timedelta(seconds=max(1, outcome.ring + outcome.seconds))
        heappush(self._busy, (moment + length, position, moment, outcome))

    def _end(self) -> None:
        moment, position, began, outcome = heappop(self._busy)
        self._free += 1
        self._book.note(position, began, outcome)
        attempts = self._book.attempts(position)
        if outcome.final or attempts >= min(self._book.records[position].max_count, self._most_attempts):
            self._book.move(position, DONE)
        else:
            self._book.move(position, WAITING)
            heappush(self._due, (opening(moment + self._pause, self._book.records[position]), position))
        self._tell(position, attempts, began, outcome)


def opening(moment: datetime, record: Record) -> datetime:
    """The first moment, from this one on, that is in a record's hours."""
    start, stop = record.start, record.stop
    if start is None or stop is None:
        return moment
    clock = moment.time()
    if clock < start:
        return _at(moment, start)
    return moment if clock < stop else _at(moment + timedelta(days=1), start)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
