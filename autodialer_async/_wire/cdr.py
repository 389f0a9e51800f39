"""History read: the rows of `cdr`, good and bad."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import orjson

from autodialer_async._wire.plain_history import PlainHistory, quotes_in
from autodialer_async._wire.reading import Reading
from autodialer_async._wire.refusals import ExcerptOf, refusal, retry_after
from autodialer_async._wire.shape import ShapeError, body_text, error_named_in, fields_of, parse, whole_number
from autodialer_async._wire.times import read_time
from autodialer_async.errors import InvalidCall, UnreadableAnswer
from autodialer_async.models import Answer, BatchState, CallDetail, ResultCode, canonical_phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from autodialer_async._wire.dialect import Dialect

__all__ = ["read_cdr_answer"]

# Not `code` or `time`: an error or a wrapper may have those too.
_NAMES_A_ROW = frozenset({"query_id", "dst"})
# Few enough to stay in the processor's cache while their columns are gone through.
_ROWS_AT_ONCE = 256
_BESIDE_ROWS = frozenset({"error", "errors", "message"})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def read_cdr_answer(
    answer: Answer, *, dialect: Dialect, server_tz: tzinfo | None, excerpt: ExcerptOf, now: datetime
) -> Reading[list[CallDetail]]:
    """The rows of a history, accepted or rejected; nothing is unknown, because reading dials nobody.

    A bad row is a `CallDetail` with a `problem`, and leaves the others alone. `server_tz` is the zone of times that
    name none; `excerpt` and `now` as in `read_make_answer`.
    """
    status = answer.status
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        passing = status in _PASSING or status >= 500 or status in dialect.refused_statuses  # noqa: PLR2004 - HTTP counts its statuses by the hundred
        wait = retry_after(answer, now) if passing else None
        error = refusal(answer, excerpt, now)
        return Reading(BatchState.REJECTED, error=error, repeatable=passing, retry_after=wait)
    if answer.truncated:
        return _unreadable(answer, excerpt, "the history was cut short")
    rows_of = _RowsOf(dialect, server_tz)
    details = rows_of.plain(answer.body)
    if details is not None:
        return Reading(BatchState.ACCEPTED, value=details)
    return _read_with_care(answer, rows_of, excerpt, now)


def _read_with_care(answer: Answer, rows_of: _RowsOf, excerpt: ExcerptOf, now: datetime) -> Reading[list[CallDetail]]:
    text = body_text(answer.body)
    try:
        value = parse(text) if text.strip() else None
        rows = _rows_in(value)
    except ShapeError:
        return _unreadable(answer, excerpt, "the answer is not a history")
    if not rows and error_named_in(value) is not None:
        return Reading(BatchState.REJECTED, error=refusal(answer, excerpt, now))
    if rows is None:
        return _unreadable(answer, excerpt, "the answer is not a history")
    return Reading(BatchState.ACCEPTED, value=[rows_of.detail(row) for row in rows])


class _RowsOf:
    """Reads the rows of one answer.

    Args:
        dialect: How the installation speaks.
        server_tz: The zone of times that name none.
    """

    def __init__(self, dialect: Dialect, server_tz: tzinfo | None) -> None:
        self._plain = PlainHistory(dialect, server_tz)
        self._server_tz = server_tz

    def plain(self, body: bytes) -> list[CallDetail] | None:
        """The rows of a body that is JSON and nothing else; None for any other, and where the fast reader could err.

        It turns integers of more than 64 bits into floats, and of a field that stands twice it keeps the last. Neither
        happens unseen: floats are refused, and a field more has quotation marks more.
        """
        try:
            value = orjson.loads(body)
            rows = _rows_in(value)
            if not rows:
                return None
            details: list[CallDetail] = []
            quotes = quotes_in(value, but=rows)
            for begin in range(0, len(rows), _ROWS_AT_ONCE):
                part = rows[begin : begin + _ROWS_AT_ONCE]
                read = self._plain.read(part)
                if read is None:
                    quotes += quotes_in(part)
                    read = [self.detail(row) for row in part]
                details += read
        except (ValueError, RecursionError):
            return None
        return details if body.count(b'"') == quotes + self._plain.quotes else None

    def detail(self, row: object) -> CallDetail:
        """One row, good or bad."""
        raw = _as_it_came(row)
        try:
            fields = fields_of(row)
        except ShapeError as error:
            return CallDetail(None, None, None, None, None, raw, str(error))
        problems: list[str] = []
        query_id, seconds = (_number(fields, name, problems) for name in ("query_id", "sec"))
        dst = _number_called(fields, problems)
        time = _time(fields, self._server_tz, problems)
        code = self._code(fields, problems)
        return CallDetail(query_id, dst, time, code, seconds, raw, "; ".join(problems) or None)

    def _code(self, fields: Mapping[str, Any], problems: list[str]) -> ResultCode | None:
        if "code" not in fields:
            problems.append("code is missing")
            return None
        value = fields["code"]
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
        return self._plain.codes[text]


def _unreadable(answer: Answer, excerpt: ExcerptOf, why: str) -> Reading[list[CallDetail]]:
    error = UnreadableAnswer(why, status=answer.status, excerpt=excerpt(answer.body))
    return Reading(BatchState.REJECTED, error=error, repeatable=answer.truncated)


def _rows_in(value: object) -> list[object] | None:
    """The rows: a list, one row, or either of them inside one wrapper; None where the answer has no place for rows."""
    if value is None:
        return []
    if isinstance(value, list):
        rows = cast("list[object]", value)
        inner = rows[0] if len(rows) == 1 else None
        if isinstance(inner, list):
            return cast("list[object]", inner)
        if isinstance(inner, dict) and not _is_row(cast("object", inner)):
            below = _rows_below(cast("dict[str, object]", inner))
            return rows if below is None and error_named_in(rows) is None else below
        return rows
    if _is_row(value):
        return [value]
    return _rows_below(cast("dict[str, object]", value)) if isinstance(value, dict) else None


def _rows_below(fields: dict[str, object]) -> list[object] | None:
    held = [value for name, value in fields.items() if name.casefold() not in _BESIDE_ROWS]
    lists = [cast("list[object]", value) for value in held if isinstance(value, list)]
    full = [rows for rows in lists if rows] or lists[:1]
    if not full:
        full = [[value] for value in held if _is_row(value)]
    if not full and (not fields or any(value is None or value == {} for value in held)):
        return []
    return full[0] if len(full) == 1 else None


def _is_row(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return any(name.casefold() in _NAMES_A_ROW for name in cast("dict[str, object]", value))


def _as_it_came(row: object) -> dict[str, Any]:
    return dict(cast("dict[str, Any]", row)) if isinstance(row, dict) else {"row": row}


def _number(fields: Mapping[str, Any], name: str, problems: list[str]) -> int | None:
    try:
        return whole_number(fields, name)
    except ShapeError as error:
        problems.append(str(error))
        return None


def _number_called(fields: Mapping[str, Any], problems: list[str]) -> str | None:
    value = fields.get("dst")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        problems.append("dst is missing" if value in (None, "") else "dst is not a number")
        return None
    try:
        return canonical_phone(value)
    except InvalidCall:
        return value


def _time(fields: Mapping[str, Any], server_tz: tzinfo | None, problems: list[str]) -> datetime | None:
    value = fields.get("time")
    if not isinstance(value, str) or not value.strip():
        problems.append("time is missing" if value in (None, "") else "time is not a time")
        return None
    try:
        return read_time(value, server_tz)
    except ValueError:
        problems.append("time is not a time")
        return None
