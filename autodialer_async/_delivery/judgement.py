"""What one try means: the four states of a request, decided by how far it got and what came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from autodialer_async._wire import Reading
from autodialer_async.errors import DeliveryUnknown, NotSent, TransportError, UnreadableAnswer
from autodialer_async.models import Answer, Attempt, BatchState, Phase

__all__ = ["judge"]

T = TypeVar("T")


def judge(attempt: Attempt, read: Callable[[Answer], Reading[T]], *, only_reads: bool = False) -> Reading[T]:
    """The meaning of one try.

    Args:
        attempt: The try.
        read: What the answer means, by the protocol.
        only_reads: The request changes nothing at the service (`cdr`), so it may always be repeated.
    """
    if attempt.answer is not None:
        reading = _read(attempt.answer, read, only_reads=only_reads)
        if reading.state is not BatchState.UNKNOWN or attempt.phase is Phase.WHOLE:
            if isinstance(reading.error, DeliveryUnknown):
                reading.error.__cause__ = attempt.cause
            return reading
    error: TransportError
    if only_reads or attempt.phase is not Phase.WHOLE:
        what = "the answer did not arrive" if attempt.phase is Phase.WHOLE else _UNSENT[attempt.phase]
        error = (TransportError if only_reads and attempt.phase is Phase.WHOLE else NotSent)(_because(what, attempt))
        error.__cause__ = attempt.cause
        return Reading(BatchState.UNSENT, error=error, repeatable=True)
    error = DeliveryUnknown(_because("the request left, and no usable answer came", attempt))
    error.__cause__ = attempt.cause
    return Reading(BatchState.UNKNOWN, error=error)


def _read(answer: Answer, read: Callable[[Answer], Reading[T]], *, only_reads: bool) -> Reading[T]:
    try:
        return read(answer)
    except Exception as error:  # noqa: BLE001 - an answer that breaks our reader is an answer all the same
        what = f"the answer cannot be read: {type(error).__name__}"
        if only_reads:
            return Reading(BatchState.REJECTED, error=UnreadableAnswer(what, status=answer.status))
        return Reading(BatchState.UNKNOWN, error=DeliveryUnknown(what, status=answer.status))


_UNSENT = {
    Phase.NOT_SENT: "the request did not leave",
    Phase.PARTIAL: "only a part of the request left, the service cannot hold the whole",
}


def _because(what: str, attempt: Attempt) -> str:
    cause = attempt.cause
    return what if cause is None else f"{what}: {type(cause).__name__}: {cause}"
