"""Slices of rows, turned into calls and refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import cast

from autodialer_async.call_list.cells import text_column, text_of
from autodialer_async.call_list.columns import EXTRA, ColumnPlan
from autodialer_async.call_list.identity import made_id
from autodialer_async.call_list.options import ListOptions
from autodialer_async.call_list.phones.many import QuickPhones
from autodialer_async.call_list.readers import BrokenRow, HiddenRow, Row
from autodialer_async.call_list.rejected import NotData, Refusal, RejectedRow, RejectReason
from autodialer_async.call_list.row_hours import HoursError, RowHours
from autodialer_async.call_list.row_phones import RowPhoneReader
from autodialer_async.call_list.sieve import Sieve
from autodialer_async.call_list.warnings import Warnings
from autodialer_async.models import Call, CallWindow
from autodialer_async.models.call import changed_call, checked_calls
from autodialer_async.models.extra import NO_EXTRA, ExtraFields

__all__ = ["Item", "SliceReader"]


# What becomes of a row: a call, several where each of its numbers is called, a refusal (its reason alone where it is
# not to be listed), or nothing.
Item = Call | tuple[Call, ...] | RejectedRow | RejectReason | NotData
_NOT_DATA = NotData()
_TOTALS = re.compile(
    r"[\W_]*(?:(?:общий |промежуточный )?итог\w*|всего|количество|кол-во|(?:grand |sub)?total)\b", re.IGNORECASE
)
_HOUR_FIELDS = ("start", "stop", "hours", "zone", "weekdays")
_MOST_ATTEMPTS = 1_000_000_000
_ATTEMPTS = re.compile(r"(\d{1,10})(?:[.,]0+)?", re.ASCII)


class SliceReader:
    """Turns rows into items, one slice after the other from the top of the list.

    A slice is worked through column by column, which costs half of what row by row does; only rows that the common
    forms do not cover are looked at one by one.
    """

    def __init__(self, plan: ColumnPlan, options: ListOptions, warnings: Warnings) -> None:
        self._plan = plan
        self._options = options
        self._warnings = warnings
        self._names = plan.header.names
        self._phone_at = plan.at["phone"]
        self._quick = QuickPhones()
        self._read_phones = RowPhoneReader(options.rules, self._phone_at)
        self._sieve = Sieve(options, self._phone_at[0])
        self._hour_at = [plan.at[field][0] if field in plan.at else None for field in _HOUR_FIELDS]
        rules = options.hours
        wanted = any(at is not None for at in self._hour_at) or rules.window or rules.weekdays
        self._hours = RowHours(rules, zoned="zone" in plan.at) if wanted else None
        self._extra_at = {field.removeprefix(EXTRA): at[0] for field, at in plan.at.items() if field.startswith(EXTRA)}

    def items(self, rows: Sequence[Row], first: int, *, listed: bool) -> list[Item]:
        """What becomes of each row.

        Args:
            rows: Rows of the file.
            first: Number of the first of them.
            listed: Whether rows that are refused are to be listed, or else only their reasons to be counted.
        """
        # Rows that are no plain lists are rare, and so are those of another width.
        count, width = len(rows), len(self._names)
        if [*map(type, rows)].count(list) == count == [*map(len, cast("Sequence[list[str]]", rows))].count(width):
            return self._items(cast("Sequence[list[str]]", rows), range(first, first + len(rows)), listed=listed)
        whole: list[list[str]] = []
        numbers: list[int] = []
        misshapen: dict[int, RejectedRow] = {}
        for number, row in enumerate(rows, first):
            shaped = self._shaped(row, number)
            if isinstance(shaped, RejectedRow):
                misshapen[number] = shaped
            else:
                whole.append(shaped)
                numbers.append(number)
        items = iter(self._items(whole, numbers, listed=listed))
        return [misshapen[number] if number in misshapen else next(items) for number in range(first, first + len(rows))]

    def _shaped(self, row: Row, number: int) -> list[str] | RejectedRow:
        """The row with as many cells as the header."""
        if isinstance(row, BrokenRow):
            return RejectedRow(number, None, None, RejectReason.INVALID, "", row.problem)
        width = len(self._names)
        surplus = [cell for cell in row[width:] if cell.strip()]
        padded = [*row[:width], *repeat("", width - len(row))]
        if isinstance(row, HiddenRow):
            return RejectedRow(number, self._id_of(padded), None, RejectReason.HIDDEN, "", "the sheet does not show it")
        if surplus:
            # Some delimiter stands inside a cell, and which cells are shifted nobody knows.
            problem = f"{len(row)} cells where the header has {width}"
            return RejectedRow(number, None, None, RejectReason.INVALID, "", problem)
        if 0 < len(row) < width and any(map(str.strip, row)):
            self._warnings.add("rows with fewer cells than the header: the missing ones are taken as blank")
        return padded

    def _items(self, rows: Sequence[list[str]], numbers: Sequence[int], *, listed: bool) -> list[Item]:
        refusals: dict[int, Refusal | NotData] = {}
        phones, several = self._phones(rows, refusals)
        windows = self._windows(rows, refusals)
        attempts = self._attempts(rows, refusals)
        scenarios = self._scenarios(rows)
        chosen = self._sieve.refuse(phones, several, scenarios, refusals)
        # A row that gives no call has a record all the same, which is dropped below: leaving it out costs more.
        calls = checked_calls(
            self._ids(rows, phones, scenarios),
            phones,
            names=self._name(rows),
            uuids=self._texts(rows, "uuid"),
            vars1=self._texts(rows, "var1"),
            vars2=self._texts(rows, "var2"),
            vars3=self._texts(rows, "var3"),
            windows=windows,
            max_counts=attempts,
            generation_types=scenarios,
            extras=self._extras(rows),
        )
        items: list[Item] = list(calls)
        for place, left in chosen.items():
            items[place] = self._each(calls[place], left, own_id=self._id_of(rows[place]) is not None)
        for place, refusal in refusals.items():
            if isinstance(refusal, NotData):
                items[place] = refusal
            elif listed:
                items[place] = self._rejected(rows[place], numbers[place], refusal)
            else:
                items[place] = refusal.reason
        return items

    def _phones(
        self, rows: Sequence[list[str]], refusals: dict[int, Refusal | NotData]
    ) -> tuple[list[str], dict[int, Sequence[str]]]:
        """The first number of each row, and all numbers of the rows that have several."""
        first, *more = self._phone_at
        found = self._quick([row[first] for row in rows])
        doubtful = [place for place, phone in enumerate(found) if phone is None] if None in found else []
        if more:
            filled = {place for at in more for place, row in enumerate(rows) if row[at] and not row[at].isspace()}
            doubtful = sorted(filled.union(doubtful))
        several: dict[int, Sequence[str]] = {}
        if not doubtful:
            return cast("list[str]", found), several
        for place, reading in zip(doubtful, self._read_phones([rows[place] for place in doubtful]), strict=True):
            numbers, refusal, extended, left_out = reading
            if refusal is not None:
                row = rows[place]
                # No totals and no header begin with a digit.
                refusals[place] = refusal if row[0][:1].isdigit() else self._refused(row, refusal)
                found[place] = ""
                continue
            found[place] = numbers[0]
            if len(numbers) > 1:
                several[place] = numbers
            if extended or left_out or len(numbers) > 1:
                self._warnings.of_phones(reading, each=self._options.phones == "each")
        return cast("list[str]", found), several

    def _refused(self, row: Sequence[str], refusal: Refusal) -> Refusal | NotData:
        begin = next(filter(None, map(str.strip, row)), None)
        if begin is None:
            return Refusal(RejectReason.EMPTY, "a blank row", None)
        if not begin[0].isdigit() and (
            _TOTALS.match(begin) or (self._plan.header.row and [*map(str.strip, row)] == [*self._names])
        ):
            return _NOT_DATA
        return refusal

    def _windows(
        self, rows: Sequence[list[str]], refusals: dict[int, Refusal | NotData]
    ) -> Iterable[CallWindow | None]:
        if self._hours is None:
            return repeat(None)
        windows: list[CallWindow | None] = []
        for place, row in enumerate(rows):
            window = None
            if not isinstance(refusals.get(place), NotData):
                cells = ["" if at is None else text_of(row[at]) for at in self._hour_at]
                try:
                    window = self._hours.of_row(*cells)
                except HoursError as error:
                    reason = RejectReason.INVALID if error.unreadable else RejectReason.NOT_ALLOWED
                    column = self._plan.at[error.field][0] if error.field in self._plan.at else None
                    refusals.setdefault(place, Refusal(reason, str(error), column))
            windows.append(window)
        return windows

    def _attempts(self, rows: Sequence[list[str]], refusals: dict[int, Refusal | NotData]) -> Iterable[int | None]:
        if "max_count" not in self._plan.at:
            return repeat(None)
        at = self._plan.at["max_count"][0]
        attempts: list[int | None] = []
        for place, text in enumerate(text_column(rows, at)):
            match = _ATTEMPTS.fullmatch(text or "")
            number = int(match[1]) if match else None
            if text is not None and (number is None or not 1 <= number <= _MOST_ATTEMPTS):
                problem = "max_count is a whole number of attempts, at least 1"
                refusals.setdefault(place, Refusal(RejectReason.INVALID, problem, at))
            attempts.append(number)
        return attempts

    def _texts(self, rows: Sequence[list[str]], field: str) -> Iterable[str | None]:
        return text_column(rows, self._plan.at[field][0]) if field in self._plan.at else repeat(None)

    def _ids(self, rows: Sequence[list[str]], phones: Sequence[str], scenarios: Sequence[str | None]) -> list[str]:
        own = text_column(rows, self._plan.at["id"][0]) if "id" in self._plan.at else [None] * len(rows)
        if None not in own:
            return cast("list[str]", own)
        return [text or made_id(phone, scenario) for text, phone, scenario in zip(own, phones, scenarios, strict=True)]

    def _scenarios(self, rows: Sequence[list[str]]) -> Sequence[str | None]:
        default = self._options.generation_type
        if "generation_type" not in self._plan.at:
            return [default] * len(rows)
        return [text or default for text in text_column(rows, self._plan.at["generation_type"][0])]

    def _name(self, rows: Sequence[list[str]]) -> Iterable[str | None]:
        places = self._plan.at.get("name", ())
        if len(places) <= 1:
            return self._texts(rows, "name")
        parts = [text_column(rows, at) for at in places]
        return [" ".join(filter(None, some)) or None for some in zip(*parts, strict=True)]

    def _extras(self, rows: Sequence[list[str]]) -> Iterable[Mapping[str, str]]:
        if not self._extra_at:
            return repeat(NO_EXTRA)
        columns = [text_column(rows, at) for at in self._extra_at.values()]
        return [
            ExtraFields({name: text for name, text in zip(self._extra_at, texts, strict=True) if text is not None})
            for texts in zip(*columns, strict=True)
        ]

    def _rejected(self, row: Sequence[str], number: int, refusal: Refusal) -> RejectedRow:
        at, problem = refusal.column, refusal.problem
        if problem is None:
            told = self._read_phones.read(row).refusal
            assert told is not None  # noqa: S101 - told to the type checker
            problem = told.problem or ""
        column, cell = (None, "") if at is None else (self._names[at], row[at])
        return RejectedRow(number, self._id_of(row), column, refusal.reason, cell, problem)

    def _id_of(self, row: Sequence[str]) -> str | None:
        return text_of(row[self._plan.at["id"][0]]) or None if "id" in self._plan.at else None

    def _each(self, call: Call, chosen: Sequence[tuple[int, str]], *, own_id: bool) -> tuple[Call, ...]:
        """A call for each number of a row; each has an id of its own, and the first number the row's."""
        return tuple(
            changed_call(
                call,
                id=(call.id if order == 1 else f"{call.id}-{order}")
                if own_id
                else made_id(phone, call.generation_type),
                phone=phone,
            )
            for order, phone in chosen
        )
