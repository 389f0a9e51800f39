"""One thing that was asked of the client."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio

from autodialer_async._observe.callback import Callback
from autodialer_async._observe.log import hears_outcomes, log_ending, log_outcome
from autodialer_async._observe.watch import Watch
from autodialer_async.models import AttemptEvent, BatchOutcome, OutcomeEvent, Outgoing, UploadResult

if TYPE_CHECKING:
    # Whoever has not installed opentelemetry cannot load it.
    from autodialer_async._observe.telemetry import OperationSpan, RequestSpan

__all__ = ["Operation"]


class Operation:
    """One upload, call or look into the history, from its beginning to its end; a context in which it happens.

    Attributes:
        name: `make`, `newcall`, `cdr`, `history`, `export_history`, `reconcile`, `campaign` or `ping`.
        result: Set by an upload before its end.
    """

    def __init__(
        self,
        name: str,
        *,
        on_attempt: Callback[AttemptEvent] | None,
        on_outcome: Callback[OutcomeEvent] | None,
        span: OperationSpan | None,
    ) -> None:
        self.name = name
        self.result: UploadResult | None = None
        self._on_attempt = on_attempt
        self._on_outcome = on_outcome
        self._span = span
        self._started = 0.0

    @property
    def hears_attempts(self) -> bool:
        """Whether a hook or a span listens to single tries."""
        return self._on_attempt is not None or self._span is not None

    def watch(self, outgoing: Outgoing, *, records: int = 0, batch: int | None = None) -> Watch:
        """A watch for one request of it; arguments as for `Watch`."""
        return Watch(self, outgoing, records=records, batch=batch)

    def request_span(self, outgoing: Outgoing, *, records: int, batch: int | None) -> RequestSpan | None:
        """The span of one request, where there are spans."""
        return None if self._span is None else self._span.request(outgoing, records=records, batch=batch)

    def tried(self, event: AttemptEvent) -> None:
        """One try of a request is over."""
        if self._on_attempt is not None:
            self._on_attempt.put(event)

    def booked(self, outcome: BatchOutcome, template: str) -> None:
        """A batch of the upload is settled."""
        if self._on_outcome is None and self._span is None and not hears_outcomes():
            return
        self.settled(
            OutcomeEvent(
                operation=self.name,
                template=template,
                state=outcome.state,
                status=outcome.status,
                phase=outcome.phase,
                tries=outcome.tries,
                seconds=outcome.seconds,
                error=outcome.error,
                records=outcome.size,
                batch=outcome.index,
                report=outcome.report,
            )
        )

    def settled(self, event: OutcomeEvent) -> None:
        """A request has its last word."""
        log_outcome(event)
        if self._span is not None:
            self._span.settled(event)
        if self._on_outcome is not None:
            self._on_outcome.put(event)

    def __enter__(self) -> Self:
        self._started = anyio.current_time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        log_ending(self.name, anyio.current_time() - self._started, error, self.result)
        if self._span is not None:
            self._span.end(error, self.result)
