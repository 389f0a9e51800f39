"""The columns of a table of calls, and a row of history as its cells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from autodialer_async.models import CallDetail

__all__ = ["Cells", "cells_of", "packed", "unpacked"]

# No call is longer, and tables hold numbers of 64 bits at most.
_LONGEST_SECONDS = 2**31 - 1
_FIELDS_OF_THE_PAGE = 5
_TIME_ENDS = len("2026-11-21 10:00:00")
# Offsets of a hundred years ago have seconds, which no format takes.
_ZONE_ENDS = len("2026-11-21 10:00:00+03:00")


class Cells(NamedTuple):
    """One row of a table: text and numbers, and None where there is nothing.

    Attributes:
        query_id: Number of the task; text, because a spreadsheet keeps 15 digits of a number.
        dst: The subscriber's number.
        time: When the last call was made, `YYYY-MM-DD HH:MM:SS`, by the clock of `zone`.
        zone: Offset of that clock, `+03:00`; None where it is not known.
        disposition: What became of the call.
        seconds: How long it lasted.
        code: The service's CODE as it came.
        word: The word in it.
        number: The number in it.
        problem: What of the row could not be read.
        raw: The row as it came, in JSON, where the other cells do not say it all.
    """

    query_id: str | None
    dst: str | None
    time: str | None
    zone: str | None
    disposition: str | None
    seconds: int | None
    code: str | None
    word: str | None
    number: int | None
    problem: str | None
    raw: str | None


def cells_of(detail: CallDetail) -> Cells:
    """The cells of a row of history."""
    query_id, dst, time, code, seconds, raw, problem = detail
    moment = "" if time is None else time.isoformat(" ", "seconds")
    too_long = seconds is not None and seconds > _LONGEST_SECONDS
    all_said = problem is None and not too_long and len(raw) <= _FIELDS_OF_THE_PAGE
    return Cells(
        None if query_id is None else str(query_id),
        dst,
        moment[:_TIME_ENDS] or None,
        moment[_TIME_ENDS:_ZONE_ENDS] or None,
        None if code is None else code.disposition.value,
        None if too_long else seconds,
        None if code is None else code.raw,
        None if code is None else code.word,
        None if code is None else code.number,
        problem,
        None if all_said else _json_of(raw),
    )


def packed(cells: Cells) -> bytes:
    """The cells as JSON; half of a pair of UTF-16, which no file can hold, becomes visible text."""
    try:
        return orjson.dumps(tuple(cells))
    except TypeError:
        return orjson.dumps([_encodable(cell) if isinstance(cell, str) else cell for cell in cells])


def unpacked(data: bytes) -> Cells:
    """The cells that were packed."""
    return Cells(*orjson.loads(data))


def _json_of(raw: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(dict(raw)).decode()
    except TypeError:
        # Integers of more than 64 bits, and text that is no UTF-8.
        return json.dumps(dict(raw))


def _encodable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
