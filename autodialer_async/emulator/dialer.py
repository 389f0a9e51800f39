"""The dialer behind the emulator: what it takes, what it remembers, whom it calls. No I/O, no HTTP."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Final, Literal

import attrs

from autodialer_async.emulator.book import Book
from autodialer_async.emulator.calling import Calling
from autodialer_async.emulator.chance import Chance
from autodialer_async.emulator.fidelity import Fidelity
from autodialer_async.emulator.listing import Listing
from autodialer_async.emulator.phone import read_number
from autodialer_async.emulator.records import Record, read_hours, read_record
from autodialer_async.emulator.scenario import Simulation
from autodialer_async.emulator.views import Page, TaskState
from autodialer_async.emulator.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from autodialer_async.emulator.views import Ended, PlacedCall, RecordState, Repeat

__all__ = ["MOST_RECORDS", "Dialer", "Report", "Task"]

# "Максимальное кол-во записей в одном массиве – 1000".
MOST_RECORDS: Final = 1000

_ALL_TAKEN, _SOME_INCORRECT, _SOME_DUPLICATE = 0, 1, 2
_NEWCALL_ID: Final = "0"
# Records that keep a thread for about a millisecond.
_SLICE: Final = 100


@attrs.frozen
class Report:
    """What became of one list, as numbers.

    Attributes:
        lines: Records in the list.
        ok: Correct records among them.
        inserted: Records taken: the correct ones without those whose number stood earlier in the same list.
        errorcode: 0 all were taken, 1 some were incorrect, 2 all were correct and some were duplicates. The page shows
            only the 2 of its example and has no table; the others are ours.
        id: The task's number of 17 digits, or 0 where nothing was taken.
    """

    lines: int
    ok: int
    inserted: int
    errorcode: int
    id: int


@attrs.frozen
class Task:
    """One accepted list, or one accepted single call.

    Attributes:
        number: 17 digits, unique in this dialer.
        operation: How it came.
        at: When it was accepted.
        records: What was taken, in list order.
        first: How many records were taken before its own.
    """

    number: int
    operation: Literal["make", "newcall"]
    at: datetime
    records: tuple[Record, ...]
    first: int = 0


class Dialer:
    """Takes lists and single calls, makes the calls, and remembers it all. Safe to ask from any thread.

    Task numbers and outcomes are drawn from the seed and from what was accepted, not from the order in which it came.

    Args:
        seed: What they are drawn from.
        now: The dialer's clock.
        simulation: How calls are made.
        at_once: Asked with each task: are its calls made in the moment of its acceptance?
        witness: Is told of everything.

    Attributes:
        lock: Whoever holds it sees nothing change.
    """

    def __init__(
        self,
        *,
        seed: int,
        now: Callable[[], datetime],
        simulation: Simulation | None = None,
        at_once: Callable[[], bool] = lambda: True,
        witness: Witness | None = None,
    ) -> None:
        self.seed = seed
        self._now = now
        self._simulation = simulation or Simulation()
        self._at_once = at_once
        self._witness = witness or Witness()
        self.lock: AbstractContextManager[object] = RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything and draw from the seed as it is now."""
        with self.lock:
            self._chance = Chance(self.seed, self._simulation)
            self._book = Book()
            self._calling = Calling(self._book, self._simulation, self._chance, self._witness.called)
            self._tasks: dict[int, Task] = {}
            self._again: dict[int, int] = {}
            self._witness.forgotten()

    def make(self, data: Iterable[object]) -> Report:
        """Take a list. A record that is not an object, or is incorrect, is counted and left out."""
        listing = Listing()
        listing.read(data)
        report, calls = self.take(listing)
        _exhaust(calls)
        return report

    def take(self, listing: Listing) -> tuple[Report, Iterator[None]]:
        """Take a list that was read.

        Returns:
            The report, and what makes the calls that are made at once: slice after slice as it is iterated.
        """
        number = 0
        calls: Iterator[None] = iter(())
        if listing.taken:
            task, calls = self._accept("make", tuple(listing.taken.values()))
            number = task.number
        lines, ok, inserted = listing.lines, listing.ok, len(listing.taken)
        errorcode = _SOME_INCORRECT if ok < lines else _SOME_DUPLICATE if inserted < ok else _ALL_TAKEN
        return Report(lines, ok, inserted, errorcode, number), calls

    def newcall(self, fields: Mapping[str, object]) -> int | None:
        """Take one call: the task's number, or None where the fields are not correct.

        `id` must be "0"; `phone` and `generationtype` are required. Without hours it is dialled at once, at any hour.
        """
        hours = read_hours(fields, ("timestart", "timestop"), "%H:%M", (None, None))
        if hours is None or (hours[0] is None) != (hours[1] is None):
            return None
        record = read_record(fields, hours)
        if record is None or record.id != _NEWCALL_ID or record.generation_type is None:
            return None
        task, calls = self._accept("newcall", (record,))
        _exhaust(calls)
        return task.number

    def restore(self, task: Task, *, at_once: bool) -> None:
        """Take a task again that was accepted in an earlier life."""
        with self.lock:
            _exhaust(self._begin(attrs.evolve(task, first=len(self._book.records)), at_once=at_once))

    def work(self, until: datetime | None, most: int) -> tuple[int, datetime | None]:
        """Make the calls that are due up to a moment, or all; at most so many steps.

        Returns:
            The steps made, and the moment of the last one.
        """
        with self.lock:
            steps, moment = self._calling.work(until, most)
            if steps and moment is not None:
                self._witness.worked(steps, moment)
            return steps, moment

    @property
    def next(self) -> datetime | None:
        """When something happens next in a call, or None: no call is left to be made."""
        with self.lock:
            return self._calling.next

    def history(
        self, first: date, last: date, to: str | None = None, *, fidelity: Fidelity | None = None
    ) -> Iterator[list[dict[str, str]]]:
        """One row for every record that was called, with its last call, in the page's names; some rows at a time.

        Args:
            first: The first day of that last call.
            last: The last day, inclusive.
            to: Only this subscriber, in any spelling of the number.
            fidelity: How times and codes are written.
        """
        only = None if to is None else read_number(to)
        if to is not None and only is None:
            return
        write = (fidelity or Fidelity()).history_writer()
        with self.lock:
            book = self._book
            places = self._places(only)
        for start in range(0, len(places), _SLICE):
            with self.lock:
                rows = [
                    write(task, book.records[position].number, *call)
                    for task, position in places[start : start + _SLICE]
                    if (call := book.last_call(position)) is not None and first <= call[0].date() <= last
                ]
            yield rows

    def accepted(self, record_id: str) -> int:
        """How often a record with this id was taken."""
        with self.lock:
            return len(self._book.with_id(record_id))

    def dialled(self, number: int) -> int:
        """How often this number was taken to be dialled; the attempts of one record are one."""
        with self.lock:
            return len(self._book.with_number(number))

    def calls_of(self, number: int) -> int:
        """Calls to this number that are over, every attempt counted."""
        with self.lock:
            return sum(map(self._book.attempts, self._book.with_number(number)))

    def accepted_more_than_once(self) -> dict[str, int]:
        """Ids that were taken more than once, with how often; without the "0" that every single call bears."""
        with self.lock:
            return self._book.accepted_more_than_once()

    def dialled_more_than_once(self) -> dict[str, int]:
        """Numbers as the page writes them that were taken more than once, with how often."""
        with self.lock:
            return self._book.dialled_more_than_once()

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, oldest first."""
        with self.lock:
            return tuple(self._tasks.values())

    @property
    def records(self) -> list[Record]:
        """All records that were taken, in the order in which they came."""
        with self.lock:
            return self._book.records.copy()

    @property
    def sizes(self) -> tuple[int, int]:
        """How many tasks there are, and how many records were taken."""
        with self.lock:
            return len(self._tasks), len(self._book.records)

    @property
    def progress(self) -> tuple[tuple[int, int, int, int], int, dict[str, int]]:
        """Records queued, dialling, waiting and done; calls that are over; records by the CODE of their last call."""
        with self.lock:
            queued, dialling, waiting, done = self._book.totals
            outcomes = {code: count for code, count in self._book.outcomes.items() if count}
            return (queued, dialling, waiting, done), self._book.calls, outcomes

    @property
    def ended(self) -> tuple[PlacedCall, ...]:
        """The last ten thousand calls that are over, oldest first."""
        with self.lock:
            return self._calling.ended

    def placed(self, ended: Ended) -> PlacedCall:
        """A call with its particulars."""
        with self.lock:
            return self._calling.placed(ended)

    def find_call(self, number: int) -> PlacedCall | None:
        """One of them by its number, or None."""
        with self.lock:
            return self._calling.find(number)

    @property
    def repeats(self) -> int:
        """How many numbers were taken to be dialled more than once."""
        with self.lock:
            return self._book.repeats

    def some_repeats(self, offset: int, limit: int) -> Page[Repeat]:
        """Some of them, in the order in which they were taken for the second time."""
        with self.lock:
            return Page(self._book.some_repeats(offset, limit), self._book.repeats, offset)

    def task_states(self, offset: int, limit: int) -> Page[TaskState]:
        """Tasks with how far they are, newest first."""
        with self.lock:
            tasks = list(self._tasks.values())[::-1]
            states = [
                TaskState(
                    task.number,
                    task.operation,
                    task.at,
                    len(task.records),
                    *self._book.split(task.first, len(task.records)),
                    self._book.calls_of(task.first, len(task.records)),
                )
                for task in tasks[offset : offset + limit]
            ]
        return Page(tuple(states), len(tasks), offset)

    def find_records(
        self, record_id: str | None, number: int | None, task: int | None, offset: int, limit: int
    ) -> Page[RecordState]:
        """Records that meet everything given, in the order in which they came."""
        with self.lock:
            found: Sequence[int] = range(len(self._book.records))
            if task is not None:
                known = self._tasks.get(task)
                found = range(known.first, known.first + len(known.records)) if known else ()
            if record_id is not None:
                found = [position for position in self._book.with_id(record_id) if position in found]
            if number is not None:
                with_number = self._book.with_number(number)
                found = [position for position in with_number if position in found]
            part = tuple(map(self._book.view, found[offset : offset + limit]))
        return Page(part, len(found), offset)

    def _accept(
        self, operation: Literal["make", "newcall"], records: tuple[Record, ...]
    ) -> tuple[Task, Iterator[None]]:
        at = self._now()
        with self.lock:
            task = Task(self._number(operation, records), operation, at, records, len(self._book.records))
            return task, self._begin(task, at_once=self._at_once())

    def _number(self, operation: str, records: tuple[Record, ...]) -> int:
        first = number = self._chance.task_number(operation, records, 0)
        if first in self._tasks:
            # The same again; how often it came is not counted from the beginning each time.
            nth = self._again.get(first, 1)
            while (number := self._chance.task_number(operation, records, nth)) in self._tasks:
                nth += 1
            self._again[first] = nth + 1
        return number

    def _begin(self, task: Task, *, at_once: bool) -> Iterator[None]:
        # Written down before anything comes of it.
        self._witness.accepted(task, at_once=at_once)
        self._tasks[task.number] = task
        self._calling.begin(task.number, task.records, task.at, later=not at_once)
        return self._call_at_once(task) if at_once else iter(())

    def _call_at_once(self, task: Task) -> Iterator[None]:
        last = task.first + len(task.records)
        for start in range(task.first, last, _SLICE):
            with self.lock:
                # A reset may have come in between.
                if self._tasks.get(task.number) is not task:
                    return
                self._calling.call_at_once(range(start, min(start + _SLICE, last)), task.at)
            yield

    def _places(self, number: int | None) -> list[tuple[int, int]]:
        if number is not None:
            return [(self._book.tasks[position], position) for position in self._book.with_number(number)]
        # Not in the order of their coming: of lists that came in the same moment that is chance.
        tasks = sorted(self._tasks.values(), key=lambda task: (task.at, task.number))
        return [
            (task.number, position) for task in tasks for position in range(task.first, task.first + len(task.records))
        ]


def _exhaust(slices: Iterator[None]) -> None:
    for _ in slices:
        pass
