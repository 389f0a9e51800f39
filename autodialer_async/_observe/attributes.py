"""What spans and metrics tell of a client's work: names and plain values, nothing of a record."""

from __future__ import annotations

from autodialer_async._observe.watch import Underway
from autodialer_async.models import AttemptEvent, BatchReport, Outgoing, UploadResult

__all__ = ["Attributes", "of_answer", "of_attempt", "of_delivery", "of_outgoing", "of_result"]

Attributes = dict[str, str | bool | int | float]


def of_outgoing(outgoing: Outgoing, *, records: int, batch: int | None) -> Attributes:
    """What is known of a request before it leaves."""
    known: Attributes = {
        "http.request.method": outgoing.method,
        "url.template": outgoing.label,
        "http.request.body.size": len(outgoing.head) + len(outgoing.tail),
    }
    if records:
        known["autodialer.records"] = records
    if batch is not None:
        known["autodialer.batch.index"] = batch
    return known


def of_answer(event: AttemptEvent) -> Attributes:
    """How a try was answered, if it was."""
    known: Attributes = {}
    if event.status is not None:
        known["http.response.status_code"] = event.status
    if event.error is not None:
        known["error.type"] = type(event.error).__name__
    return known


def of_attempt(event: AttemptEvent) -> Attributes:
    """One try."""
    return {
        "autodialer.attempt.number": event.number,
        "autodialer.attempt.duration": event.seconds,
        "autodialer.state": str(event.state),
        "autodialer.phase": str(event.phase),
        **of_answer(event),
    }


def of_delivery(delivery: Underway) -> Attributes:
    """What became of a request."""
    known: Attributes = {
        "autodialer.state": str(delivery.reading.state),
        "autodialer.phase": str(delivery.phase),
        "autodialer.tries": delivery.tries,
        "autodialer.paused": delivery.paused,
        "autodialer.waited_for_slot": delivery.waited_for_slot,
    }
    if delivery.tries > 1:
        known["http.request.resend_count"] = delivery.tries - 1
    if delivery.status is not None:
        known["http.response.status_code"] = delivery.status
    report = delivery.reading.value
    if isinstance(report, BatchReport):
        known |= _of_counts(report.lines, report.ok, report.inserted)
        if report.errorcode is not None:
            known["autodialer.report.errorcode"] = str(report.errorcode)
        if report.id is not None:
            # Of any size: text, as everywhere outside of Python.
            known["autodialer.report.id"] = str(report.id)
    return known


def of_result(result: UploadResult) -> Attributes:
    """What became of an upload."""
    return {
        "autodialer.records.read": result.read,
        "autodialer.records.accepted": result.accepted,
        "autodialer.records.rejected": result.rejected,
        "autodialer.records.unsent": result.unsent,
        "autodialer.records.unknown": result.unknown,
        "autodialer.records.skipped": result.skipped,
        "autodialer.records.invalid": result.invalid,
        "autodialer.batches": len(result.batches),
        "autodialer.retries": result.retries,
        "autodialer.complete": result.complete,
        **_of_counts(result.lines, result.ok, result.inserted),
    }


def _of_counts(lines: int, ok: int | None, inserted: int | None) -> Attributes:
    known = {"lines": lines, "ok": ok, "inserted": inserted}
    return {f"autodialer.report.{name}": count for name, count in known.items() if count is not None}
