"""The door to opentelemetry: spans and metrics of a client. Needs the extra `otel`.

Names are those of OpenTelemetry's conventions for HTTP where they fit, and begin with `autodialer.` otherwise. They are
promised in docs/tracing.md.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec
from urllib.parse import urlsplit
from weakref import WeakSet

from opentelemetry import context as otel_context
from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.trace import SpanKind, Status, StatusCode

from autodialer_async._observe.attributes import (
    Attributes,
    of_answer,
    of_attempt,
    of_delivery,
    of_outgoing,
    of_result,
)
from autodialer_async._observe.log import reason
from autodialer_async.models import AttemptEvent, OutcomeEvent, Outgoing, UploadResult

if TYPE_CHECKING:
    from contextvars import Token

    from opentelemetry.context import Context

    from autodialer_async._observe.watch import Underway

__all__ = ["OperationSpan", "RequestSpan", "Telemetry"]

_SCOPE = "autodialer_async"
# Automatic instrumentation of httpx and aiohttp keeps silent where these stand: it would tell the address with the key.
# The names are private, and what all instrumentation agrees on; that of aiohttp knew only the last two for long.
_SUPPRESS: tuple[str, ...] = (
    getattr(otel_context, "_SUPPRESS_HTTP_INSTRUMENTATION_KEY", "suppress_http_instrumentation"),
    getattr(otel_context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation"),
    "suppress_instrumentation",
)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0, 120.0)
P = ParamSpec("P")
_logger = logging.getLogger(_SCOPE)


def _never_raises(method: Callable[P, None]) -> Callable[P, None]:
    """What a program's own span processors and exporters raise must not reach an upload."""

    @wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            method(*args, **kwargs)
        except Exception:
            if _failures.acquire(blocking=False):
                _logger.exception("tracing raised; the work goes on, and this is not said again")

    return guarded


# Free until the first failure of this process.
_failures = threading.Lock()


class Telemetry:
    """Spans and metrics of one client.

    Args:
        origin: The service's address without its path.
        limit: Requests that the client allows at once at this moment.
        in_flight: Requests on their way at this moment.
        recording: Whether to make any. Automatic spans of requests are suppressed in every case.

    Attributes:
        server: Attributes that tell the service.
        instruments: Counters and histograms.
        tracer: Makes the spans.
    """

    def __init__(
        self, origin: str, *, limit: Callable[[], int], in_flight: Callable[[], int], recording: bool = True
    ) -> None:
        url = urlsplit(origin)
        self.server: Attributes = {
            "server.address": url.hostname or "",
            "server.port": url.port or (443 if url.scheme == "https" else 80),
        }
        self.scheme: str = url.scheme
        self.limit: Callable[[], int] = limit
        self.in_flight: Callable[[], int] = in_flight
        self.tracer: trace.Tracer = trace.get_tracer(_SCOPE) if recording else trace.NoOpTracer()
        self.instruments: _Instruments = _instruments() if recording else _Instruments.of(metrics.NoOpMeter(_SCOPE))
        if recording:
            _clients.add(self)

    def operation(self, name: str, *, endless: bool = False) -> OperationSpan:
        """Begin the span of an operation, a child of the span that is current; an endless one gets none."""
        span = OperationSpan(self, name)
        if not endless:
            span.begin()
        return span

    def close(self) -> None:
        """The client is closed: its slots count no more."""
        _clients.discard(self)


class OperationSpan:
    """The span of an operation, and the parent of the spans of its requests, in whatever task those run."""

    def __init__(self, telemetry: Telemetry, name: str) -> None:
        self._telemetry = telemetry
        self._name = name
        self._context = otel_context.get_current()
        self._span: trace.Span = trace.INVALID_SPAN

    @_never_raises
    def begin(self) -> None:
        """The operation begins; without this its requests are children of the span that was current."""
        attributes = {"autodialer.operation": self._name, **self._telemetry.server}
        self._span = self._telemetry.tracer.start_span(f"autodialer {self._name}", self._context, attributes=attributes)
        self._context = _with_span(self._span, self._context)

    def request(self, outgoing: Outgoing, *, records: int, batch: int | None) -> RequestSpan:
        """The span of one request of it, not begun yet."""
        return RequestSpan(self._telemetry, self._context, self._name, outgoing, records=records, batch=batch)

    @_never_raises
    def settled(self, event: OutcomeEvent) -> None:
        """Count what became of a request."""
        instruments, server = self._telemetry.instruments, self._telemetry.server
        state: Attributes = {"autodialer.state": str(event.state), **server}
        if event.records:
            instruments.records.add(event.records, {"autodialer.operation": self._name, **state})
        if event.batch is not None:
            instruments.batches.add(1, state)
            if event.tries:
                instruments.batch_seconds.record(event.seconds, state)

    @_never_raises
    def end(self, error: BaseException | None, result: UploadResult | None) -> None:
        """The operation is over: raised this, or brought that about."""
        if result is not None:
            self._count_what_never_left(result)
        if not self._span.is_recording():
            return
        if result is not None:
            self._span.set_attributes(of_result(result))
        if error is not None:
            _fail(self._span, error)
        elif result is not None and not result.complete:
            self._span.set_attribute("error.type", "UploadIncomplete")
            self._span.set_status(Status(StatusCode.ERROR, "UploadIncomplete"))
        self._span.end()

    def _count_what_never_left(self, result: UploadResult) -> None:
        for state, count in (("skipped", result.skipped), ("invalid", result.invalid)):
            if count:
                self._telemetry.instruments.records.add(
                    count,
                    {"autodialer.operation": self._name, "autodialer.state": state, **self._telemetry.server},
                )


class RequestSpan:
    """The span of one request with all its tries; while it is current, no other span of a request is made."""

    def __init__(
        self,
        telemetry: Telemetry,
        parent: Context,
        operation: str,
        outgoing: Outgoing,
        *,
        records: int,
        batch: int | None,
    ) -> None:
        self._telemetry = telemetry
        self._parent = parent
        self._operation = operation
        self._outgoing = outgoing
        self._records = records
        self._batch = batch
        self._span: trace.Span = trace.INVALID_SPAN
        self._token: Token[Context] | None = None

    def begin(self) -> None:
        """It is about to wait for its turn; from here to the end it is the current span of this task."""
        # First of all, so that it holds whatever a program's own span processors do.
        silent = self._parent
        for key in _SUPPRESS:
            silent = otel_context.set_value(key, value=True, context=silent)
        self._token = otel_context.attach(silent)
        self._begin_span(silent)

    @_never_raises
    def _begin_span(self, silent: Context) -> None:
        outgoing = self._outgoing
        attributes = {
            **of_outgoing(outgoing, records=self._records, batch=self._batch),
            "url.scheme": self._telemetry.scheme,
            "autodialer.operation": self._operation,
            **self._telemetry.server,
        }
        self._span = self._telemetry.tracer.start_span(
            f"{outgoing.method} {outgoing.label}", self._parent, SpanKind.CLIENT, attributes
        )
        otel_context.attach(_with_span(self._span, silent))

    @_never_raises
    def attempt(self, event: AttemptEvent) -> None:
        """A try is over."""
        telemetry, outgoing = self._telemetry, self._outgoing
        telemetry.instruments.request_seconds.record(
            event.seconds,
            {
                "http.request.method": outgoing.method,
                "url.template": outgoing.label,
                **of_answer(event),
                **telemetry.server,
            },
        )
        if event.number > 1:
            telemetry.instruments.retries.add(1, {"autodialer.operation": self._operation, **telemetry.server})
        if self._span.is_recording():
            self._span.add_event("attempt", of_attempt(event))

    @_never_raises
    def pause(self, seconds: float) -> None:
        """The answer makes the whole client wait."""
        self._telemetry.instruments.pauses.add(1, self._telemetry.server)
        self._span.add_event("pause", {"autodialer.pause.duration": seconds})

    def end(self, delivery: Underway) -> None:
        """The request has its last word."""
        if self._token is not None:
            otel_context.detach(self._token)
        self._end_span(delivery)

    @_never_raises
    def _end_span(self, delivery: Underway) -> None:
        if not self._span.is_recording():
            return
        self._span.set_attributes(of_delivery(delivery))
        if delivery.reading.error is not None:
            _fail(self._span, delivery.reading.error)
        self._span.end()


class _Instruments(NamedTuple):
    records: metrics.Counter
    batches: metrics.Counter
    retries: metrics.Counter
    pauses: metrics.Counter
    batch_seconds: metrics.Histogram
    request_seconds: metrics.Histogram

    @classmethod
    def of(cls, meter: metrics.Meter) -> _Instruments:
        return cls(
            records=meter.create_counter("autodialer.records", "{record}", "Records by what became of them."),
            batches=meter.create_counter("autodialer.batches", "{batch}", "Batches by what became of them."),
            retries=meter.create_counter("autodialer.retries", "{request}", "Requests made again."),
            pauses=meter.create_counter("autodialer.pauses", "{pause}", "Pauses that the service asked for."),
            batch_seconds=meter.create_histogram(
                "autodialer.batch.duration",
                "s",
                "From the first try of a batch to its end.",
                explicit_bucket_boundaries_advisory=_SECONDS,
            ),
            request_seconds=meter.create_histogram(
                "http.client.request.duration",
                "s",
                "Duration of HTTP client requests.",
                explicit_bucket_boundaries_advisory=_SECONDS,
            ),
        )


@cache
def _instruments() -> _Instruments:
    """Those of this process: they may be made before the program sets its providers up."""
    meter = metrics.get_meter(_SCOPE)
    meter.create_observable_up_down_counter(
        "autodialer.requests.limit",
        [lambda options: _clients.observed(options, lambda client: client.limit())],
        "{request}",
        "Requests that may be on their way at once.",
    )
    meter.create_observable_up_down_counter(
        "autodialer.requests.in_flight",
        [lambda options: _clients.observed(options, lambda client: client.in_flight())],
        "{request}",
        "Requests on their way.",
    )
    return _Instruments.of(meter)


class _Clients:
    """The clients that live, to be asked by a thread that collects metrics."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: WeakSet[Telemetry] = WeakSet()

    def add(self, client: Telemetry) -> None:
        with self._lock:
            self._clients.add(client)

    def discard(self, client: Telemetry) -> None:
        with self._lock:
            self._clients.discard(client)

    def observed(self, _: CallbackOptions, value: Callable[[Telemetry], int]) -> Iterable[Observation]:
        """The sum over the clients of each service: two observations with the same attributes would be one."""
        with self._lock:
            clients = list(self._clients)
        sums: Counter[tuple[tuple[str, Any], ...]] = Counter()
        for client in clients:
            sums[tuple(client.server.items())] += value(client)
        return [Observation(total, dict(server)) for server, total in sums.items()]


_clients = _Clients()


def _with_span(span: trace.Span, context: Context) -> Context:
    # Without an SDK a span is nothing, and must not hide the one that is current.
    return trace.set_span_in_context(span, context) if span.get_span_context().is_valid else context


def _fail(span: trace.Span, error: BaseException) -> None:
    span.set_attribute("error.type", type(error).__name__)
    span.set_status(Status(StatusCode.ERROR, reason(error)))
