"""One request, watched from its first try to its last word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from autodialer_async._observe.log import hears_attempts, log_attempt, log_pause
from autodialer_async._wire import Reading
from autodialer_async.models import AttemptEvent, OutcomeEvent, Outgoing, Phase

if TYPE_CHECKING:
    from autodialer_async._observe.operation import Operation

__all__ = ["Underway", "Watch"]


class Underway(Protocol):
    """What a watch looks at: a delivery on its way."""

    phase: Phase
    status: int | None
    tries: int
    paused: float
    waited_for_slot: float

    @property
    def reading(self) -> Reading[Any]:
        """What the last try means."""
        ...

    @property
    def seconds(self) -> float:
        """Wall clock since the first try."""
        ...


class Watch:
    """Tells the log, the hooks and the span of one request what happens to it. Never raises.

    Args:
        operation: What the request belongs to.
        outgoing: The request.
        records: Records in it.
        batch: Its number in an upload, or None. What becomes of a batch is told by the upload, which knows more.
    """

    def __init__(self, operation: Operation, outgoing: Outgoing, *, records: int = 0, batch: int | None = None) -> None:
        self._operation = operation
        self._template = f"{outgoing.method} {outgoing.label}"
        self._records = records
        self._batch = batch
        self._span = operation.request_span(outgoing, records=records, batch=batch)

    @contextmanager
    def over(self, delivery: Underway) -> Iterator[None]:
        """From before the first try of a delivery to its end, however it ends."""
        if self._span is not None:
            self._span.begin()
        try:
            yield
        finally:
            if self._span is not None:
                self._span.end(delivery)
            if self._batch is None:
                self._operation.settled(self._outcome(delivery))

    def tried(self, delivery: Underway, seconds: float) -> None:
        """A try is over; `seconds` is what it took."""
        operation = self._operation
        if not (operation.hears_attempts or hears_attempts()):
            return
        event = AttemptEvent(
            operation=operation.name,
            template=self._template,
            number=delivery.tries,
            state=delivery.reading.state,
            status=delivery.status,
            phase=delivery.phase,
            seconds=seconds,
            error=delivery.reading.error,
            records=self._records,
            batch=self._batch,
        )
        if hears_attempts():
            log_attempt(event)
        if self._span is not None:
            self._span.attempt(event)
        operation.tried(event)

    def paused(self, delivery: Underway, seconds: float) -> None:
        """The service's answer makes the whole client wait so long."""
        log_pause(self._operation.name, self._template, seconds, delivery.status)
        if self._span is not None:
            self._span.pause(seconds)

    def _outcome(self, delivery: Underway) -> OutcomeEvent:
        return OutcomeEvent(
            operation=self._operation.name,
            template=self._template,
            state=delivery.reading.state,
            status=delivery.status,
            phase=delivery.phase,
            tries=delivery.tries,
            seconds=delivery.seconds,
            error=delivery.reading.error,
            records=self._records,
        )
