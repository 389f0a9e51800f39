"""Answers read: accepted, rejected or unknown, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from autodialer_async._wire.reading import Reading
from autodialer_async._wire.refusals import ExcerptOf, status_reading, unknown
from autodialer_async._wire.shape import ShapeError, body_text, fields_of, mentions, objects_in, parse, whole_number
from autodialer_async.errors import ApiError, CallRejected
from autodialer_async.models import Answer, BatchReport, BatchState, CallReceipt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from autodialer_async._wire.dialect import Dialect

__all__ = ["ExcerptOf", "read_make_answer", "read_newcall_answer"]


_LONGEST_CODE = 64
_INTEGER = re.compile(r"-?[0-9]+")
_REPORT = frozenset({"report"})
_RECEIPT = frozenset({"query_id", "query_count"})


def read_make_answer(
    answer: Answer, *, sent: int, dialect: Dialect, excerpt: ExcerptOf, now: datetime
) -> Reading[BatchReport]:
    """What became of a batch of `sent` records; a readable report wins over the status.

    `excerpt` shortens and masks a body for an error; a date in `Retry-After` counts from `now` (aware).
    """
    value = _parsed(answer)
    try:
        report = _report(fields_of(_holder(value, _REPORT)["report"]))
    except ShapeError:
        clean = not mentions(value, _REPORT)
        return status_reading(answer, may_name_error=clean, dialect=dialect, excerpt=excerpt, now=now)
    if isinstance(report.errorcode, str):
        # Free text of the service may quote what was sent, and this goes into results and their JSON.
        report = attrs.evolve(report, errorcode=excerpt(report.errorcode.encode(errors="replace"))[:_LONGEST_CODE])
    if sent and 0 in (report.ok, report.inserted):
        code = "" if report.errorcode is None else f", errorcode {excerpt(str(report.errorcode).encode())[:32]}"
        error = ApiError(
            f"the service took none of {sent} records{code}", status=answer.status, excerpt=excerpt(answer.body)
        )
        return Reading(BatchState.REJECTED, value=report, error=error)
    if report.lines != sent:
        return unknown(answer, excerpt, f"the service counted {report.lines} records where {sent} were sent", report)
    return Reading(BatchState.ACCEPTED, value=report)


def read_newcall_answer(answer: Answer, *, dialect: Dialect, excerpt: ExcerptOf, now: datetime) -> Reading[CallReceipt]:
    """What became of one call; a readable receipt wins over the status, a malformed one is unknown whatever it is.

    `excerpt` and `now` as in `read_make_answer`.
    """
    value = _parsed(answer)
    if not mentions(value, _RECEIPT):
        return status_reading(answer, may_name_error=True, dialect=dialect, excerpt=excerpt, now=now)
    try:
        fields = _holder(value, _RECEIPT)
        count = whole_number(fields, "query_count")
        if count == 0:
            error = CallRejected(
                "the service did not take the call", status=answer.status, excerpt=excerpt(answer.body)
            )
            return Reading(BatchState.REJECTED, error=error)
        receipt = CallReceipt(whole_number(fields, "query_id"), count)
    except ShapeError as error:
        return unknown(answer, excerpt, f"the receipt cannot be read: {error}")
    return Reading(BatchState.ACCEPTED, value=receipt)


def _parsed(answer: Answer) -> object:
    """The answer's JSON value, or None: neither a report nor a receipt can be in what is cut short or no JSON."""
    if answer.truncated:
        return None
    try:
        return parse(body_text(answer.body))
    except ShapeError:
        return None


def _holder(value: object, names: AbstractSet[str]) -> dict[str, Any]:
    """The one object, at the top or one level below, that has one of the fields."""
    top, *below = objects_in(value) or [{}]
    holders = [fields for fields in ([top] if names & top.keys() else below) if names & fields.keys()]
    if len(holders) != 1:
        raise ShapeError("no such object, or several")
    return holders[0]


def _report(fields: Mapping[str, Any]) -> BatchReport:
    lines = whole_number(fields, "lines")
    ok, inserted, task = (whole_number(fields, name) if name in fields else None for name in ("ok", "inserted", "id"))
    if (ok is not None and ok > lines) or (inserted is not None and inserted > lines):
        raise ShapeError("more records are correct or inserted than there are")
    return BatchReport(lines, ok, inserted, _errorcode(fields), task)


def _errorcode(fields: Mapping[str, Any]) -> int | str | None:
    """Opaque: any text or integer; an integer where it is written as one."""
    code = fields.get("errorcode", "")
    if isinstance(code, str):
        code = code.strip()
        try:
            return int(code) if _INTEGER.fullmatch(code) else code or None
        except ValueError:  # more digits than the interpreter turns into a number
            return code
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    raise ShapeError("errorcode is neither text nor a whole number")
