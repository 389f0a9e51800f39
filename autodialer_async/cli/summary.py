"""An upload's result in a small table and a few lines."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autodialer_async.call_list import CallList, RejectReason, RowCounts
from autodialer_async.cli.errors_told import told, told_row
from autodialer_async.cli.language import decimal, say, say_count
from autodialer_async.cli.output import Field, Output
from autodialer_async.models import UploadResult

__all__ = ["list_is_clean", "print_result", "result_fields", "rows_object"]

_SHOWN_IDS = 3
_SHOWN_PROBLEMS = 5
# Rows whose absence surprises nobody: there was nothing to call, or somebody asked for it.
_EXPECTED = frozenset(RejectReason) - {RejectReason.INVALID, RejectReason.LOSSY}


def list_is_clean(counts: RowCounts) -> bool:
    """Whether no row was set aside that its author meant to be called."""
    return not set(+counts.rejected) - _EXPECTED


def rows_object(counts: RowCounts) -> dict[str, Any]:
    """The counts of a file's rows as JSON values."""
    rejected = {str(reason): count for reason, count in sorted(counts.rejected.items())}
    return {"read": counts.read, "valid": counts.valid, "rejected": rejected}


def result_fields(
    result: UploadResult, counts: RowCounts | None = None, *, with_journal: bool = False
) -> Iterator[Field]:
    """The lines of the table, the exact numbers without separators so that they can be searched and copied.

    Args:
        result: The upload's result.
        counts: Of the rows of the file.
        with_journal: Whether records may have been skipped: then their number is told also where it is 0.
    """
    if counts is not None and counts.rejected:
        reasons = ", ".join(f"{say(str(reason))} {count}" for reason, count in sorted(counts.rejected.items()))
        apart = counts.rejected.total()
        rows = say("{read} in the file, {apart} set aside: {told}", read=counts.read, apart=apart, told=reasons)
        yield Field(say("rows"), rows, "yellow")
    to_the_end = "" if result.source_exhausted else say(", not to the end of the list")
    yield Field(say("read"), f"{result.read}{to_the_end}", "bold")
    yield Field(say("accepted"), str(result.accepted), "green" if result.accepted else "")
    yield Field(say("rejected"), str(result.rejected), "red" if result.rejected else "")
    yield Field(say("unsent"), str(result.unsent), "yellow" if result.unsent else "")
    yield Field(say("unknown"), str(result.unknown), "yellow" if result.unknown else "")
    if with_journal or result.skipped:
        yield Field(say("skipped"), str(result.skipped))
    if result.invalid:
        yield Field(say("invalid"), str(result.invalid), "yellow")
    yield Field(say("lines"), str(result.lines))
    yield Field(say("ok"), _said(result.ok))
    yield Field(say("inserted"), _said(result.inserted))
    if result.not_inserted:
        left_out = say("{n}, the service does not say which", n=result.not_inserted)
        yield Field(say("not inserted"), left_out, "yellow")
    counted = [(code, say_count("{n} times", "{n} times", count)) for code, count in result.errorcodes.items()]
    codes = ", ".join(f"{code} ({times})" for code, times in counted)
    yield Field(say("errorcodes"), codes or say("none"))
    yield Field(say("task ids"), _ids(result.ids))
    if result.retries:
        yield Field(say("retries"), str(result.retries))
    yield Field(say("seconds"), decimal(result.seconds, 2))
    settled = result.read - result.unsent
    yield Field(say("records/s"), f"{settled / result.seconds:.0f}" if result.seconds else "0")


def print_result(
    output: Output, result: UploadResult, calls: CallList | None = None, *, journal: Path | None = None
) -> None:
    """The table on stdout; what failed and why, with no number and no name, on stderr."""
    counts = None if calls is None else calls.counts
    output.table(result_fields(result, counts, with_journal=journal is not None))
    reasons = Counter[str]()
    for batch in result.failures:
        why = say("stopped before it was sent") if batch.error is None else told(batch.error)
        reasons[f"{say(str(batch.state))}: {why}"] += batch.size
    for reason, records in reasons.most_common(_SHOWN_PROBLEMS):
        output.remark(say_count("{n} records {reason}", "{n} records {reason}", records, reason=reason))
    problems = [told(error) for error in result.invalid_calls[:_SHOWN_PROBLEMS]]
    problems += [told_row(row) for row in calls.rejected[:_SHOWN_PROBLEMS]] if calls is not None else []
    for problem in problems:
        output.remark(problem)
    if result.unknown:
        output.warning(say("sending the unknown records again may phone a person twice"))
        if journal is not None:
            file = shlex.quote(str(journal))
            output.remark(say("`autodialer status {file} --reconcile` asks the history about them", file=file))


def _said(number: int | None) -> str:
    return say("not said") if number is None else str(number)


def _ids(ids: tuple[int, ...]) -> str:
    if not ids:
        return say("none")
    shown = ", ".join(map(str, ids[:_SHOWN_IDS]))
    return f"{len(ids)} ({shown}{', …' if len(ids) > _SHOWN_IDS else ''})"
