"""The last call of each record, in 18 bytes a record: a million records fit beside anything else."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import repeat

import attrs

from autodialer_async.models import CallDetail, Disposition

__all__ = ["LastCall", "LastCalls"]

_DISPOSITIONS = tuple(Disposition)
_CODES = {disposition: code for code, disposition in enumerate(_DISPOSITIONS, 1)}
_NONE, _DOUBLED = 0, 255
_MOST_CALLS = 255
_MOST_PLACES = 65_535
_MOST_SECONDS = 2**31 - 1
_NAIVE = 32_767
_MINUTE = timedelta(minutes=1)


@attrs.frozen
class LastCall:
    """The last call of a record, as the history told of it.

    Attributes:
        outcome: How it ended.
        at: When it was made; aware where the history's zone is known. None where the row's time was not readable.
        seconds: How long it lasted, or None.
        calls: How many calls of the record are known, at least 1: the service tells of the last one only, so there are
            more only where the history was read while the campaign ran.
        place: Where the number is from, where that was asked for and is known.
    """

    outcome: Disposition
    at: datetime | None
    seconds: int | None
    calls: int
    place: str | None = None


class LastCalls:
    """Calls by the number of their record in the journal.

    Attributes:
        by_attempt: How the first, second, … known call of a record ended, in records.
    """

    def __init__(self) -> None:
        self._outcomes = bytearray()
        self._moments = array("d")
        self._offsets = array("h")
        self._seconds = array("i")
        self._calls = bytearray()
        self._places = array("H")
        self._names: list[str | None] = [None]
        self._numbers: dict[str | None, int] = {None: 0}
        self.by_attempt: Counter[tuple[int, Disposition]] = Counter()
        self.doubled: int = 0

    def __len__(self) -> int:
        return len(self._outcomes) - self._outcomes.count(_NONE) - self._outcomes.count(_DOUBLED)

    def __iter__(self) -> Iterator[LastCall]:
        for number in range(len(self._outcomes)):
            call = self.of(number)
            if call is not None:
                yield call

    def of(self, number: int) -> LastCall | None:
        """The last call of the record with this number, or None."""
        code = self._outcomes[number] if number < len(self._outcomes) else _NONE
        if code in (_NONE, _DOUBLED):
            return None
        seconds = self._seconds[number]
        return LastCall(
            _DISPOSITIONS[code - 1],
            self._at(number),
            None if seconds < 0 else seconds,
            self._calls[number],
            self._names[self._places[number]],
        )

    def is_doubled(self, number: int) -> bool:
        """Whether another record of its task has the same number, and so its call."""
        return number < len(self._outcomes) and self._outcomes[number] == _DOUBLED

    def double(self, number: int) -> None:
        """Note that another record of its task has the same number."""
        self._make_room(number)
        if self._outcomes[number] == _NONE:
            self._outcomes[number] = _DOUBLED
            self.doubled += 1

    def note(self, number: int, row: CallDetail, place: str | None) -> bool:
        """Note a row of history; an older state of a known call changes nothing.

        Returns:
            Whether it is the first call that is known of the record.
        """
        self._make_room(number)
        outcome = Disposition.UNKNOWN if row.code is None else row.code.disposition
        known = self._outcomes[number]
        if known in (_NONE, _DOUBLED):
            self.doubled -= known == _DOUBLED
            self._calls[number] = 1
            self.by_attempt[1, outcome] += 1
            self._set(number, outcome, row, place)
            return True
        age = _difference(self._at(number), row.time)
        if age is not None and age < 0:
            return False
        before = _DISPOSITIONS[known - 1]
        calls = self._calls[number]
        if age and before is not Disposition.IN_PROGRESS:
            calls = self._calls[number] = min(calls + 1, _MOST_CALLS)
        else:
            self.by_attempt[calls, before] -= 1
        self.by_attempt[calls, outcome] += 1
        self._set(number, outcome, row, place)
        return False

    def _set(self, number: int, outcome: Disposition, row: CallDetail, place: str | None) -> None:
        at = row.time
        self._outcomes[number] = _CODES[outcome]
        if at is None:
            self._moments[number] = math.nan
        else:
            offset = at.utcoffset()
            self._moments[number] = (at if offset is not None else at.replace(tzinfo=UTC)).timestamp()
            self._offsets[number] = _NAIVE if offset is None else offset // _MINUTE
        self._seconds[number] = -1 if row.seconds is None else min(max(row.seconds, 0), _MOST_SECONDS)
        if place not in self._numbers and len(self._names) < _MOST_PLACES:
            self._numbers[place] = len(self._names)
            self._names.append(place)
        self._places[number] = self._numbers.get(place, 0)

    def _at(self, number: int) -> datetime | None:
        moment, offset = self._moments[number], self._offsets[number]
        if math.isnan(moment):
            return None
        if offset == _NAIVE:
            return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
        return datetime.fromtimestamp(moment, timezone(offset * _MINUTE))

    def _make_room(self, number: int) -> None:
        missing = number + 1 - len(self._outcomes)
        if missing > 0:
            # Rows come in any order: room for all numbers up to this one, and an eighth more against growing by one.
            missing += number // 8
            self._outcomes.extend(bytes(missing))
            self._calls.extend(bytes(missing))
            self._moments.extend(repeat(math.nan, missing))
            self._offsets.frombytes(bytes(2 * missing))
            self._seconds.frombytes(bytes(4 * missing))
            self._places.frombytes(bytes(2 * missing))


def _difference(known: datetime | None, at: datetime | None) -> float | None:
    """Seconds from one to the other; None where they cannot be compared, and the later row is the later state."""
    if known is None or at is None or (known.tzinfo is None) != (at.tzinfo is None):
        return None
    return (at - known).total_seconds()
