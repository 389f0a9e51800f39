"""Rows of a list that give no call, and the count of all rows."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple

import attrs

from autodialer_async.errors import InvalidCall
from autodialer_async.models import canonical_phone, masked_phone

__all__ = ["NotData", "Refusal", "RejectReason", "RejectedRow", "RowCounts"]


class RejectReason(StrEnum):
    """Why a row gives no call.

    Members:
        EMPTY: No phone in it: a blank line, or a blank cell.
        LOSSY: The file no longer holds all digits of the number.
        INVALID: A value that cannot be sent, or cells that do not fit the header.
        STOP: The number is on a stop list, or the row says not to call.
        DUPLICATE: An earlier row has the same phone.
        HIDDEN: The row is hidden in its sheet.
        NOT_ALLOWED: A kind of number that was not allowed.
    """

    EMPTY = "empty"
    LOSSY = "lossy"
    INVALID = "invalid"
    STOP = "stop"
    DUPLICATE = "duplicate"
    HIDDEN = "hidden"
    NOT_ALLOWED = "not_allowed"


class NotData:
    """A row below the header that is no data: totals, or the header once more."""


class Refusal(NamedTuple):
    """Why a row gives no call, before it is known whether the row is listed.

    Attributes:
        reason: The kind of reason.
        problem: What is wrong, in one sentence, with numbers masked; None where only a listed row has it
            worked out.
        column: Place of the cell at fault, or None where the whole row is.
    """

    reason: RejectReason
    problem: str | None
    column: int | None


@attrs.frozen(repr=False)
class RejectedRow:
    """One row that gives no call. Its repr hides the cell.

    Attributes:
        row: Number of the data row, from 1 below the header; blank lines count.
        id: The row's own id, where it has one.
        column: The column at fault as the header names it, or None where the whole row is.
        reason: The kind of reason.
        cell: The cell at fault as it stands in the file; `""` where the whole row is.
        problem: What is wrong, in one sentence, with numbers masked.
    """

    row: int
    id: str | None
    column: str | None
    reason: RejectReason
    cell: str
    problem: str

    @property
    def shown_id(self) -> str | None:
        """The id for those who may not see numbers: some lists have the phone for an id, and then it is masked."""
        if self.id is None:
            return None
        try:
            canonical_phone(self.id)
        except InvalidCall:
            return self.id
        return masked_phone(self.id)

    def __repr__(self) -> str:
        return (
            f"RejectedRow(row={self.row}, id={self.shown_id!r}, column={self.column!r}, reason={str(self.reason)!r}, "
            f"cell={masked_phone(self.cell)!r}, problem={self.problem!r})"
        )

    def __str__(self) -> str:
        where = [f"row {self.row}"]
        where += [f"id {self.shown_id!r}"] if self.id is not None else []
        where += [self.column] if self.column is not None else []
        return f"{', '.join(where)}: {self.problem}"


@attrs.define
class RowCounts:
    """How many rows were read and what became of them: `read == valid + rejected.total()`, always.

    Attributes:
        read: Data rows read, blank lines included.
        valid: Rows that gave a call.
        rejected: Rows that gave none, by reason.
        further_calls: Calls of the second and further numbers of valid rows, where each number gets a call.
        not_data: Rows below the header that are no data, and are counted nowhere else: totals («Итого»), and the header
            once more.
    """

    read: int = 0
    valid: int = 0
    rejected: Counter[RejectReason] = attrs.field(factory=Counter[RejectReason])
    further_calls: int = 0
    not_data: int = 0

    @property
    def calls(self) -> int:
        """Calls given."""
        return self.valid + self.further_calls
