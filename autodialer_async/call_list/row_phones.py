"""The numbers of one row: its phone's columns, tried in their order."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from autodialer_async.call_list.phones import FoundPhone, PhoneReading, PhoneRules, read_phone
from autodialer_async.call_list.rejected import RejectReason

__all__ = ["RowPhones", "read_row_phones"]


@attrs.frozen
class RowPhones:
    """What the phone's columns of a row hold: numbers, or the reason why there are none.

    Attributes:
        phones: Each number once, in the order in which it would be tried.
        reason: Why there are none.
        problem: Why, in one sentence, with numbers masked.
        column: Which of the columns is at fault, by its place among them.
        warnings: What a person should know of the cells that gave numbers, masked.
    """

    phones: tuple[FoundPhone, ...]
    reason: RejectReason | None = None
    problem: str = ""
    column: int = 0
    warnings: tuple[str, ...] = ()


def read_row_phones(cells: Sequence[str], rules: PhoneRules) -> RowPhones:
    """Read the cells of a row's phone columns.

    The first that holds a number gives it; a cell that cannot be read stops nobody from trying the next. But one that
    says not to call (`RejectReason.STOP`) speaks for the whole row.
    """
    found: dict[str, FoundPhone] = {}
    warnings: list[str] = []
    refused: RowPhones | None = None
    for column, cell in enumerate(cells):
        reading: PhoneReading = read_phone(cell, rules)
        if reading.reason is RejectReason.STOP:
            return RowPhones((), reading.reason, reading.problem, column)
        for phone in reading.phones:
            found.setdefault(phone.phone, phone)
        warnings += reading.warnings
        if reading.reason is not None and (
            refused is None or (refused.reason is RejectReason.EMPTY and reading.reason is not RejectReason.EMPTY)
        ):
            refused = RowPhones((), reading.reason, reading.problem, column)
    if found or refused is None:
        return RowPhones(tuple(found.values()), warnings=tuple(warnings))
    return refused
