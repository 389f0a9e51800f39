"""The dialer behind the emulator: what it takes, what it remembers. No I/O, no HTTP."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, cast

import attrs

from autodialer_async.emulator.outcomes import outcomes_of
from autodialer_async.emulator.phone import read_number, written_number
from autodialer_async.emulator.records import DEFAULT_HOURS, Record, read_hours, read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

__all__ = ["MOST_RECORDS", "Dialer", "Report", "Task"]

# "Максимальное кол-во записей в одном массиве – 1000".
MOST_RECORDS: Final = 1000

_ALL_TAKEN, _SOME_INCORRECT, _SOME_DUPLICATE = 0, 1, 2
# As on the page: 40133707428585176.
_SEVENTEEN_DIGITS: Final = (10**16, 10**17)
_NEWCALL_ID: Final = "0"


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
    """

    number: int
    operation: Literal["make", "newcall"]
    at: datetime
    records: tuple[Record, ...]


class Dialer:
    """Takes lists and single calls and remembers them. Safe to ask from any thread.

    Args:
        seed: The same seed and the same requests in the same order give the same task numbers and outcomes.
        now: The dialer's clock.
    """

    def __init__(self, *, seed: int, now: Callable[[], datetime]) -> None:
        self._seed = seed
        self._now = now
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything; task numbers begin again."""
        with self._lock:
            self._random = Random(self._seed)  # noqa: S311 - repeatable, not secret
            self._tasks: dict[int, Task] = {}
            self._accepted: Counter[str] = Counter()
            self._dialled: Counter[int] = Counter()

    def make(self, data: Iterable[object]) -> Report:
        """Take a list. A record that is not an object, or is incorrect, is counted and left out."""
        lines = ok = 0
        taken: dict[int, Record] = {}
        hours = DEFAULT_HOURS
        for entry in data:
            lines += 1
            if not isinstance(entry, dict):
                continue
            fields = cast("dict[str, object]", entry)
            own = read_hours(fields, ("statdialertime", "stopdialertime"), "%H:%M:%S", hours)
            if own is None:
                continue
            hours = own
            if (record := read_record(fields, own)) is not None:
                ok += 1
                taken.setdefault(record.number, record)
        number = self._accept("make", tuple(taken.values())) if taken else 0
        errorcode = _SOME_INCORRECT if ok < lines else _SOME_DUPLICATE if len(taken) < ok else _ALL_TAKEN
        return Report(lines, ok, len(taken), errorcode, number)

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
        return self._accept("newcall", (record,))

    def history(self, first: date, last: date, to: str | None = None) -> list[dict[str, str]]:
        """One row for every accepted record, called once on the day it was accepted, in the page's names.

        Args:
            first: The first day.
            last: The last day, inclusive.
            to: Only this subscriber, in any spelling of the number.
        """
        only = None if to is None else read_number(to)
        if to is not None and only is None:
            return []
        rows: list[dict[str, str]] = []
        for task in self._between(first, last):
            moment = task.at.strftime("%Y-%m-%d %H:%M:%S %z").rstrip()
            outcomes = outcomes_of(self._seed, task.number, len(task.records))
            rows += [
                {
                    "QUERY_ID": str(task.number),
                    "DST": written_number(record.number),
                    "TIME": moment,
                    "CODE": outcome.code,
                    "SEC": str(outcome.seconds),
                }
                for record, outcome in zip(task.records, outcomes, strict=True)
                if only is None or record.number == only
            ]
        return rows

    def accepted(self, record_id: str) -> int:
        """How often a record with this id was taken."""
        with self._lock:
            return self._accepted[record_id]

    def dialled(self, number: int) -> int:
        """How often this number was taken to be dialled."""
        with self._lock:
            return self._dialled[number]

    def accepted_more_than_once(self) -> dict[str, int]:
        """Ids that were taken more than once, with how often; without the "0" that every single call bears."""
        with self._lock:
            return {key: times for key, times in self._accepted.items() if times > 1 and key != _NEWCALL_ID}

    def dialled_more_than_once(self) -> dict[str, int]:
        """Numbers as the page writes them that were taken more than once, with how often."""
        with self._lock:
            return {written_number(number): times for number, times in self._dialled.items() if times > 1}

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, oldest first."""
        with self._lock:
            return tuple(self._tasks.values())

    @property
    def records(self) -> list[Record]:
        """All records that were taken, in the order in which they came."""
        return list(chain.from_iterable(task.records for task in self.tasks))

    @property
    def sizes(self) -> tuple[int, int]:
        """How many tasks there are, and how many records were taken."""
        with self._lock:
            return len(self._tasks), self._accepted.total()

    def _accept(self, operation: Literal["make", "newcall"], records: tuple[Record, ...]) -> int:
        at = self._now()
        with self._lock:
            number = self._random.randrange(*_SEVENTEEN_DIGITS)
            while number in self._tasks:
                number = self._random.randrange(*_SEVENTEEN_DIGITS)
            self._tasks[number] = Task(number, operation, at, records)
            self._accepted.update([record.id for record in records])
            self._dialled.update([record.number for record in records])
        return number

    def _between(self, first: date, last: date) -> Sequence[Task]:
        return [task for task in self.tasks if first <= task.at.date() <= last]
