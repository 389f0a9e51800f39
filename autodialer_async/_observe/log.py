"""The lines that a client writes to the log `autodialer_async`, with the same facts as fields of each record."""

from __future__ import annotations

import logging
from typing import Any

from autodialer_async.errors import ApiError, AutodialerError, TransportError, UnreadableAnswer
from autodialer_async.models import AttemptEvent, BatchState, OutcomeEvent, UploadResult

__all__ = ["hears_attempts", "hears_outcomes", "log_attempt", "log_ending", "log_outcome", "log_pause", "reason"]

_logger = logging.getLogger("autodialer_async")
_PREFIX = "autodialer_"


def hears_attempts() -> bool:
    """Whether anyone listens to single tries."""
    return _logger.isEnabledFor(logging.DEBUG)


def hears_outcomes() -> bool:
    """Whether anyone listens to what became of a request."""
    return _logger.isEnabledFor(logging.INFO)


def log_attempt(event: AttemptEvent) -> None:
    """One try, at DEBUG."""
    _logger.debug(
        "%s: try %d: %s, status %s, body %s, %.3f s",
        event.template, event.number, event.state, event.status, event.phase, event.seconds,
        extra=_fields(
            operation=event.operation, template=event.template, batch=event.batch, records=event.records,
            attempt=event.number, state=event.state, status=event.status, phase=event.phase, seconds=event.seconds,
            error=_kind(event.error),
        ),
    )  # fmt: skip


def log_outcome(event: OutcomeEvent) -> None:
    """What became of one request.

    At INFO where records were accepted, at WARNING where they were not. Batches that were never tried, and requests
    that only read, are counted or raised at the end, so here they are DEBUG.
    """
    level = logging.INFO if event.state is BatchState.ACCEPTED else logging.WARNING
    if not event.tries or not event.records:
        level = logging.DEBUG
    if not _logger.isEnabledFor(level):
        return
    report = event.report
    inserted = None if report is None else report.inserted
    what, counts = event.template, ""
    if event.batch is not None:
        what = f"{event.operation}: batch {event.batch}"
        counts = f"{event.records} records, {'?' if inserted is None else inserted} inserted, "
    _logger.log(
        level,
        "%s %s: %sstatus %s, tries %d, %.3f s%s",
        what, event.state, counts, event.status, event.tries, event.seconds,
        "" if event.error is None else f"; {reason(event.error)}",
        extra=_fields(
            operation=event.operation, template=event.template, batch=event.batch, records=event.records,
            state=event.state, status=event.status, phase=event.phase, tries=event.tries, seconds=event.seconds,
            inserted=inserted, lines=None if report is None else report.lines, error=_kind(event.error),
        ),
    )  # fmt: skip


def log_pause(operation: str, template: str, seconds: float, status: int | None) -> None:
    """The service asked for less, so nobody sends for a while: at WARNING."""
    _logger.warning(
        "%s: status %s: the whole client pauses for %.1f s",
        template, status, seconds,
        extra=_fields(operation=operation, template=template, status=status, seconds=seconds),
    )  # fmt: skip


def log_ending(operation: str, seconds: float, error: BaseException | None, result: UploadResult | None) -> None:
    """The end of what was asked of the client: an upload at INFO, at WARNING if incomplete; all else at DEBUG."""
    if result is None:
        _logger.debug(
            "%s: %s after %.3f s", operation, "done" if error is None else type(error).__name__, seconds,
            extra=_fields(operation=operation, seconds=seconds, error=_kind(error)),
        )  # fmt: skip
        return
    level = logging.INFO if result.complete and error is None else logging.WARNING
    if not _logger.isEnabledFor(level):
        return
    counts = {
        name: getattr(result, name)
        for name in ("read", "accepted", "rejected", "unsent", "unknown", "skipped", "invalid")
    }
    _logger.log(
        level,
        "%s: %s after %.3f s and %d batches: %s",
        operation, "complete" if result.complete else "incomplete", seconds, len(result.batches),
        ", ".join(f"{count} {name}" for name, count in counts.items() if count or name == "read"),
        extra=_fields(
            operation=operation, seconds=seconds, batches=len(result.batches), retries=result.retries,
            complete=result.complete, error=_kind(error), **counts,
        ),
    )  # fmt: skip


def reason(error: BaseException) -> str:
    """Why something failed, in words that quote nobody.

    The errors of a request are masked when they are made. Others may come from the caller's own code, or name a record:
    of them only the kind is told.
    """
    kind = type(error).__name__
    return f"{kind}: {error}" if isinstance(error, TransportError | ApiError | UnreadableAnswer) else kind


def _kind(error: BaseException | AutodialerError | None) -> str | None:
    return None if error is None else type(error).__name__


def _fields(**fields: Any) -> dict[str, Any]:
    # Plain values, under names that collide with nothing that a log record has by itself.
    return {f"{_PREFIX}{name}": str(value) if isinstance(value, str) else value for name, value in fields.items()}
