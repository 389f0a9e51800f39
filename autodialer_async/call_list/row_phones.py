"""The numbers of rows: their phone's columns, tried in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from autodialer_async.call_list.phones import PhoneReading, PhoneRules, read_phone
from autodialer_async.call_list.phones.plain import surely_no_phone
from autodialer_async.call_list.phones.usual import UsualPhones, usual_phones
from autodialer_async.call_list.rejected import Refusal, RejectReason

__all__ = ["RowPhoneReader", "RowPhones"]

_MOST_REMEMBERED = 4096


class RowPhones(NamedTuple):
    """What the phone's columns of a row hold: numbers, or the reason why there are none.

    Attributes:
        numbers: Each number once, as on the wire, in the order in which it would be tried.
        refusal: Why there are none, and which of the columns is at fault.
        extended: Whether an extension stands behind one of them.
        left_out: Whether something was set aside that may be a number too.
    """

    numbers: tuple[str, ...]
    refusal: Refusal | None = None
    extended: bool = False
    left_out: bool = False


class RowPhoneReader:
    """Reads the cells of the rows' phone columns.

    The first that holds a number gives it; a cell that cannot be read stops nobody from trying the next. But one that
    says not to call (`RejectReason.STOP`) speaks for the whole row.

    Args:
        rules: Which kinds of numbers may be called.
        at: Places of the columns, in the order in which they are tried.
    """

    def __init__(self, rules: PhoneRules, at: Sequence[int]) -> None:
        self._rules = rules
        self._at = at
        self._usual = UsualPhones()
        # What cannot be read is often the same: a blank, «нет», 8.92222E+10.
        self._refused: dict[tuple[str, ...], RowPhones] = {}
        self._no_phone = RowPhones((), Refusal(RejectReason.INVALID, None, at[0]))

    def __call__(self, rows: Sequence[Sequence[str]]) -> list[RowPhones]:
        """The numbers of some rows."""
        columns = [[row[at] for row in rows] for at in self._at]
        keys = list(zip(*columns, strict=True))
        readings = list(map(self._refused.get, keys))
        if None not in readings:
            return cast("list[RowPhones]", readings)
        left = [place for place, reading in enumerate(readings) if reading is None]
        if len(self._at) > 1:
            for place in left:
                readings[place] = self.read(rows[place])
            return cast("list[RowPhones]", readings)
        cells = [columns[0][place] for place in left]
        for place, cell, usual in zip(left, cells, self._usual(cells), strict=True):
            if usual is not None:
                readings[place] = RowPhones(usual.numbers, None, usual.extended)
            else:
                readings[place] = self._no_phone if surely_no_phone(cell) else self.read(rows[place])
        return cast("list[RowPhones]", readings)

    def read(self, row: Sequence[str]) -> RowPhones:
        """The numbers of one row; a refusal has its problem."""
        cells = tuple(row[at] for at in self._at)
        phones = self._refused.get(cells) or self._read(cells)
        if phones.refusal is not None:
            if len(self._refused) >= _MOST_REMEMBERED:
                self._refused.clear()
            self._refused[cells] = phones
        return phones

    def _read(self, cells: Sequence[str]) -> RowPhones:
        numbers: dict[str, None] = {}
        refusal: Refusal | None = None
        extended = left_out = False
        for at, cell in zip(self._at, cells, strict=True):
            usual = usual_phones(cell)
            reading = PhoneReading(usual) if usual is not None else read_phone(cell, self._rules)
            if reading.reason is RejectReason.STOP:
                return RowPhones((), Refusal(reading.reason, reading.problem, at))
            for phone in reading.phones:
                # Of a number that stands there twice the first is meant, also with what follows it.
                extended = extended or (phone.extension is not None and phone.phone not in numbers)
                numbers.setdefault(phone.phone)
            left_out = left_out or any("set aside" in warning for warning in reading.warnings)
            if reading.reason is None:
                continue
            if refusal is None or (refusal.reason is RejectReason.EMPTY and reading.reason is not RejectReason.EMPTY):
                refusal = Refusal(reading.reason, reading.problem, at)
        if numbers or refusal is None:
            return RowPhones(tuple(numbers), None, extended, left_out)
        return RowPhones((), refusal)
