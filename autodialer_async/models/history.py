"""Rows of the call history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import attrs

from autodialer_async.models.phone import masked_phone

__all__ = ["CallDetail", "Disposition", "ResultCode"]


class Disposition(StrEnum):
    """What became of a call, read from the service's CODE."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    FAILED = "failed"
    MACHINE = "machine"
    IN_PROGRESS = "in_progress"
    UNKNOWN = "unknown"


@attrs.frozen
class ResultCode:
    """The service's CODE and how it is read; unknown words read as `unknown`, never as an error.

    Attributes:
        raw: The text as it came.
        word: The word in it, as it came, or None.
        number: The number in it (1 to 127: Q.850 cause; 200 to 699: SIP status), or None.
        disposition: The reading; where word and number disagree, the word wins.
    """

    raw: str
    word: str | None
    number: int | None
    disposition: Disposition


class CallDetail(NamedTuple):
    """One row of the history: the last call of a number in a task. A field that could not be read is None.

    Attributes:
        query_id: Number of the task inside the service.
        dst: The subscriber's number, in the form of `Call.phone` where it is a number.
        time: When the last call was made; aware where the zone is known, else naive.
        code: How it ended.
        seconds: How long it lasted.
        raw: The row as it came.
        problem: What could not be read, or None for a good row.
    """

    # A named tuple, unlike the other records: histories have millions of rows, and a frozen attrs record costs three
    # times as much to make.
    query_id: int | None
    dst: str | None
    time: datetime | None
    code: ResultCode | None
    seconds: int | None
    raw: Mapping[str, Any] = {}
    problem: str | None = None

    def __repr__(self) -> str:
        dst = None if self.dst is None else masked_phone(self.dst)
        code = None if self.code is None else str(self.code.disposition)
        return (
            f"CallDetail(query_id={self.query_id}, dst={dst!r}, time={self.time}, code={code}, "
            f"seconds={self.seconds}, problem={self.problem!r})"
        )

    def __hash__(self) -> int:
        return hash((self.query_id, self.dst, self.time, self.code, self.seconds, self.problem))
