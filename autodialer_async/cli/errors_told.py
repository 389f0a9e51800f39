"""Errors of the library and rows set aside, told in the language that is spoken."""

from __future__ import annotations

from autodialer_async.call_list import RejectedRow
from autodialer_async.cli.language import decimal, say, say_count, spoken
from autodialer_async.cli.other_texts import in_our_words
from autodialer_async.errors import ApiError, AutodialerError, InvalidCall, TransportError, UnreadableAnswer

__all__ = ["told", "told_row"]


def told(error: BaseException) -> str:
    """What went wrong, in one line: in English as the error itself says it."""
    if spoken() == "en":
        return str(error)
    if isinstance(error, InvalidCall):
        where = [] if error.position is None else [say("record {position}", position=error.position)]
        where += [] if error.id is None else [say("id {id}", id=repr(error.id))]
        where += [] if error.field is None else [error.field]
        return _located(where, in_our_words(error.reason))
    if isinstance(error, TransportError | ApiError | UnreadableAnswer):
        return _answered(error)
    return in_our_words(str(error))


def told_row(row: RejectedRow) -> str:
    """A row set aside and why, people's data masked: in English as the row itself says it."""
    if spoken() == "en":
        return str(row)
    where = [say("row {row}", row=row.row)]
    where += [] if row.id is None else [say("id {id}", id=repr(row.shown_id))]
    where += [] if row.column is None else [row.column]
    return _located(where, in_our_words(row.problem))


def _located(where: list[str], what: str) -> str:
    return f"{', '.join(where)}: {what}" if where else what


def _answered(error: TransportError | ApiError | UnreadableAnswer) -> str:
    known = [] if error.status is None else [say("status {status}", status=error.status)]
    known += [] if error.seconds is None else [say("after {seconds} s", seconds=decimal(error.seconds, 1))]
    known += [say_count("{n} try", "{n} tries", error.tries)] if error.tries > 1 else []
    text = in_our_words(error.message) + (f" ({', '.join(known)})" if known else "")
    return f"{text}; {_dialled(error)}"


def _dialled(error: AutodialerError) -> str:
    if error.may_have_dialled:
        return say("someone may have been dialled, so do not simply repeat it")
    return say("nobody was dialled")
