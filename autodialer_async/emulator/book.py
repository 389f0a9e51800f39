"""The dialer's book: every accepted record, where it stands, and where to find it. No rules, no clock."""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from autodialer_async.emulator.phone import written_number
from autodialer_async.emulator.views import RecordState, Repeat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from autodialer_async.emulator.chance import Outcome
    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.views import RecordStatus

__all__ = ["DIALLING", "DONE", "QUEUED", "WAITING", "Book"]

QUEUED, DIALLING, WAITING, DONE = range(4)
_STATES: Final[tuple[RecordStatus, ...]] = ("queued", "dialling", "waiting", "done")
_NEWCALL_ID: Final = "0"
Key = TypeVar("Key", str, int)


class Book:
    """Records by their position, from 0 in the order in which they came; a state costs some twenty bytes.

    Attributes:
        records: What was accepted.
        tasks: The task's number, by position.
        calls: Calls that are over.
        totals: Records by state.
        outcomes: Records by the CODE of their last call.
    """

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.tasks: list[int] = []
        self.calls: int = 0
        self.totals: list[int] = [0, 0, 0, 0]
        self.outcomes: dict[str, int] = {}
        self._state = bytearray()
        self._attempts = array("H")
        self._seconds = array("H")
        self._codes = array("H")
        self._answers = array("H")
        self._begun: list[datetime | None] = []
        # A text is held once; number 0 is none.
        self._texts: list[str | None] = [None]
        self._text_numbers: dict[str | None, int] = {None: 0}
        # Nearly every id and number stands once: a list is made for the others only.
        self._by_id: dict[str, int | list[int]] = {}
        self._by_number: dict[int, int | list[int]] = {}
        self._repeated: dict[int, None] = {}

    def add(self, task: int, records: Sequence[Record]) -> int:
        """Write down a task's records; the position of the first one."""
        first = len(self.records)
        count = len(records)
        self.records.extend(records)
        self.tasks.extend([task] * count)
        self.totals[QUEUED] += count
        self._state += bytes(count)
        for column in (self._attempts, self._seconds, self._codes, self._answers):
            column.extend([0] * count)
        self._begun.extend([None] * count)
        for position, record in enumerate(records, first):
            _enter(self._by_id, record.id, position)
            if _enter(self._by_number, record.number, position):
                self._repeated[record.number] = None
        return first

    def move(self, position: int, state: int) -> None:
        """A record goes into another state."""
        self.totals[self._state[position]] -= 1
        self.totals[state] += 1
        self._state[position] = state

    def note(self, position: int, at: datetime, outcome: Outcome) -> None:
        """A call of a record, begun at this moment, is over."""
        before = self._texts[self._codes[position]]
        if before is not None:
            self.outcomes[before] -= 1
        self.outcomes[outcome.code] = self.outcomes.get(outcome.code, 0) + 1
        self.calls += 1
        self._attempts[position] += 1
        self._seconds[position] = outcome.seconds
        self._codes[position] = self._number_of(outcome.code)
        self._answers[position] = self._number_of(outcome.answer)
        self._begun[position] = at

    def attempts(self, position: int) -> int:
        """Calls of this record that are over."""
        return self._attempts[position]

    def last_call(self, position: int) -> tuple[datetime, str, int] | None:
        """When the last call of a record began, its CODE, and its seconds; None where there was none."""
        at, code = self._begun[position], self._texts[self._codes[position]]
        return None if at is None or code is None else (at, code, self._seconds[position])

    def split(self, first: int, count: int) -> tuple[int, int, int, int]:
        """How many of these records are in each state."""
        part = self._state[first : first + count]
        return part.count(QUEUED), part.count(DIALLING), part.count(WAITING), part.count(DONE)

    def calls_of(self, first: int, count: int) -> int:
        """Calls of these records that are over."""
        return sum(self._attempts[first : first + count])

    def with_id(self, record_id: str) -> list[int]:
        """Positions of the records with this id."""
        return _found(self._by_id, record_id)

    def with_number(self, number: int) -> list[int]:
        """Positions of the records with this number."""
        return _found(self._by_number, number)

    def view(self, position: int) -> RecordState:
        """A record as it is shown."""
        record = self.records[position]
        return RecordState(
            record,
            self.tasks[position],
            _STATES[self._state[position]],
            self._attempts[position],
            len(self.with_number(record.number)),
            self._begun[position],
            self._texts[self._codes[position]],
            self._seconds[position],
            self._texts[self._answers[position]],
        )

    def accepted_more_than_once(self) -> dict[str, int]:
        """Ids that stand more than once, with how often; without the "0" that every single call bears."""
        found = {key: len(at) for key, at in self._by_id.items() if isinstance(at, list)}
        found.pop(_NEWCALL_ID, None)
        return found

    def dialled_more_than_once(self) -> dict[str, int]:
        """Numbers as the page writes them that stand more than once, with how often."""
        return {written_number(number): len(self.with_number(number)) for number in self._repeated}

    @property
    def repeats(self) -> int:
        """How many numbers stand more than once."""
        return len(self._repeated)

    def some_repeats(self, offset: int, limit: int) -> tuple[Repeat, ...]:
        """Some of these numbers, in the order in which they came for the second time."""
        return tuple(
            Repeat(written_number(number), len(at), sum(map(self.attempts, at)))
            for number in islice(self._repeated, offset, offset + limit)
            if (at := self.with_number(number))
        )

    def _number_of(self, text: str | None) -> int:
        number = self._text_numbers.get(text)
        if number is None:
            number = self._text_numbers[text] = len(self._texts)
            self._texts.append(text)
        return number


def _enter(index: dict[Key, int | list[int]], key: Key, position: int) -> bool:
    """Whether it stood there before."""
    at = index.setdefault(key, position)
    if at == position:
        return False
    if isinstance(at, list):
        at.append(position)
    else:
        index[key] = [at, position]
    return True


def _found(index: dict[Key, int | list[int]], key: Key) -> list[int]:
    at = index.get(key)
    return [] if at is None else at if isinstance(at, list) else [at]
