"""The numbers of one row: its phone's columns, tried in their order."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from autodialer_async.call_list.phones import FoundPhone, PhoneReading, PhoneRules, read_phone
from autodialer_async.call_list.phones.usual import usual_phones
from autodialer_async.call_list.rejected import RejectReason

__all__ = ["RowPhoneReader", "RowPhones"]

_MOST_REMEMBERED = 4096


@attrs.frozen
class RowPhones:
    """What the phone's columns of a row hold: numbers, or the reason why there are none.

    Attributes:
        phones: Each number once, in the order in which it would be tried.
        reason: Why there are none.
        problem: Why, in one sentence, with numbers masked.
        column: Which of the columns is at fault, by its place among them.
        left_out: Whether something was set aside that may be a number too.
    """

    phones: tuple[FoundPhone, ...]
    reason: RejectReason | None = None
    problem: str = ""
    column: int = 0
    left_out: bool = False


class RowPhoneReader:
    """Reads the cells of a row's phone columns.

    The first that holds a number gives it; a cell that cannot be read stops nobody from trying the next. But one that
    says not to call (`RejectReason.STOP`) speaks for the whole row.
    """

    def __init__(self, rules: PhoneRules) -> None:
        self._rules = rules
        # What cannot be read is often the same: a blank, «нет», 8.92222E+10.
        self._refused: dict[tuple[str, ...], RowPhones] = {}

    def __call__(self, cells: Sequence[str]) -> RowPhones:
        """The numbers of a row."""
        key = tuple(cells)
        known = self._refused.get(key)
        if known is not None:
            return known
        phones = self._read(cells)
        if phones.reason is not None:
            if len(self._refused) >= _MOST_REMEMBERED:
                self._refused.clear()
            self._refused[key] = phones
        return phones

    def _read(self, cells: Sequence[str]) -> RowPhones:
        found: dict[str, FoundPhone] = {}
        refused: RowPhones | None = None
        left_out = False
        for column, cell in enumerate(cells):
            usual = usual_phones(cell)
            reading = PhoneReading(usual) if usual is not None else read_phone(cell, self._rules)
            if reading.reason is RejectReason.STOP:
                return RowPhones((), reading.reason, reading.problem, column)
            for phone in reading.phones:
                found.setdefault(phone.phone, phone)
            left_out = left_out or any("set aside" in warning for warning in reading.warnings)
            if reading.reason is None:
                continue
            if refused is None or (refused.reason is RejectReason.EMPTY and reading.reason is not RejectReason.EMPTY):
                refused = RowPhones((), reading.reason, reading.problem, column)
        if found or refused is None:
            return RowPhones(tuple(found.values()), left_out=left_out)
        return refused
