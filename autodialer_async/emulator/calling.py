"""All tasks being worked through, each with lines of its own, in the order of the moments. It waits for nothing."""

from __future__ import annotations

from collections import Counter, deque
from datetime import timedelta
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

from autodialer_async.emulator.book import DONE
from autodialer_async.emulator.chance import Chance
from autodialer_async.emulator.run import Run
from autodialer_async.emulator.views import PlacedCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from autodialer_async.emulator.book import Book
    from autodialer_async.emulator.chance import Outcome
    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.scenario import Simulation
    from autodialer_async.emulator.views import Ended

__all__ = ["Calling"]

_REMEMBERED: Final = 10_000


class Calling:
    """Makes the calls of all tasks. Not safe to use from two threads at once: the dialer sees to that.

    A task does not wait for another one's lines, so what becomes of it depends on nothing but its records, the moment
    of its acceptance, and the seed.

    Args:
        book: Where the records stand.
        simulation: How the dialer works.
        chance: What calls come to.
        tell: Is told of every call that is over; `placed` puts it into words.
    """

    def __init__(
        self,
        book: Book,
        simulation: Simulation,
        chance: Chance,
        tell: Callable[[Ended], None],
    ) -> None:
        self._book = book
        self._simulation = simulation
        self._chance = chance
        self._tell = tell
        self._runs: list[tuple[datetime, int, Run]] = []
        # How often the same id and number came before: few records have an entry.
        self._nth: dict[int, int] = {}
        # By number, for those that came more than once: how often with each id.
        self._came: dict[int, Counter[str]] = {}
        self._ended: deque[Ended] = deque(maxlen=_REMEMBERED)

    def begin(self, task: int, records: Sequence[Record], at: datetime, *, later: bool) -> None:
        """Take up a task.

        Args:
            task: Its number.
            records: Its records, in list order.
            at: When it was accepted.
            later: Plan its calls by the clock; else `call_at_once` makes them.
        """
        first = self._book.add(task, records)
        self._note_repeats(first, len(records))
        if not later:
            return
        run = Run(
            self._book,
            first,
            len(records),
            at,
            lines=self._simulation.lines,
            pause=timedelta(seconds=self._simulation.pause),
            most_attempts=self._simulation.most_attempts,
            draw=self._draw,
            tell=self._end,
        )
        self._queue(task, run)

    def call_at_once(self, positions: Iterable[int], at: datetime) -> None:
        """Make all calls of some records in this moment, whatever their hours and pauses."""
        for position in positions:
            attempts = min(self._book.records[position].max_count, self._simulation.most_attempts)
            for attempt in range(1, attempts + 1):
                outcome = self._draw(position, attempt)
                self._book.note(position, at, outcome)
                over = outcome.final or attempt == attempts
                if over:
                    self._book.move(position, DONE)
                self._end(position, attempt, at, outcome)
                if over:
                    break

    @property
    def next(self) -> datetime | None:
        """When something happens next, or None: no call is left to be made."""
        return self._runs[0][0] if self._runs else None

    def work(self, until: datetime | None, most: int) -> tuple[int, datetime | None]:
        """Let happen what happens up to a moment, or all of it.

        Args:
            until: That moment, or None.
            most: Stop after so many steps.

        Returns:
            How many steps were made, and the moment of the last one.
        """
        moment: datetime | None = None
        for steps in range(most):
            if not self._runs or (until is not None and self._runs[0][0] > until):
                return steps, moment
            moment, task, run = heappop(self._runs)
            run.step()
            self._queue(task, run)
        return most, moment

    @property
    def ended(self) -> tuple[PlacedCall, ...]:
        """The last ten thousand calls that are over, oldest first."""
        return tuple(map(self.placed, self._ended))

    def find(self, number: int) -> PlacedCall | None:
        """One of them by its number, or None where it is forgotten or was never made."""
        if not self._ended:
            return None
        index = number - self._ended[0][0]
        return self.placed(self._ended[index]) if 0 <= index < len(self._ended) else None

    def _queue(self, task: int, run: Run) -> None:
        if (moment := run.next) is not None:
            heappush(self._runs, (moment, task, run))

    def _draw(self, position: int, attempt: int) -> Outcome:
        return self._chance.outcome(self._book.records[position], self._nth.get(position, 0), attempt)

    def _end(self, position: int, attempt: int, began: datetime, outcome: Outcome) -> None:
        ended = (self._book.calls, position, attempt, began, outcome.code, outcome.seconds, outcome.answer)
        self._ended.append(ended)
        self._tell(ended)

    def placed(self, ended: Ended) -> PlacedCall:
        """A call with its particulars."""
        number, position, attempt, began, code, seconds, answer = ended
        record = self._book.records[position]
        return PlacedCall(
            number,
            self._book.tasks[position],
            record.id,
            record.phone,
            attempt,
            began,
            code,
            seconds,
            answer,
            record.uuid,
        )

    def _note_repeats(self, first: int, count: int) -> None:
        records = self._book.records
        for position in range(first, first + count):
            record = records[position]
            same_number = self._book.with_number(record.number)
            if len(same_number) == 1:
                continue
            came = self._came.get(record.number)
            if came is None:
                came = self._came[record.number] = Counter(records[at].id for at in same_number if at < position)
            if nth := came[record.id]:
                self._nth[position] = nth
            came[record.id] += 1
