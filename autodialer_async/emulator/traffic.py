"""What came in over the wire: numbers, and the last requests without their contents."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from autodialer_async.emulator.bodies import Operation
    from autodialer_async.emulator.exchange import Exchange
    from autodialer_async.emulator.feed import Feed

__all__ = ["Counts", "SeenRequest", "Traffic"]

_REMEMBERED = 1000
_REFUSED = 400


@attrs.frozen
class SeenRequest:
    """One request that is over. It holds neither key nor body.

    Attributes:
        number: From 1, in the order in which the requests began.
        operation: What was asked, or None for an unknown path.
        records: Records in it, 0 where the body was not read.
        status: What was answered, or None where nothing was.
        fault: The name of the fault that struck, or None.
        at: When it began, by the emulator's clock.
    """

    number: int
    operation: Operation | None
    records: int
    status: int | None
    fault: str | None
    at: datetime


@attrs.frozen
class Counts:
    """Numbers since the start or the last reset.

    Attributes:
        requests: Requests that began.
        in_flight: Requests that are under way now.
        peak_in_flight: The most at one time.
        faults: Requests that a fault struck.
        tasks: Accepted lists and single calls.
        records: Accepted records.
    """

    requests: int
    in_flight: int
    peak_in_flight: int
    faults: int
    tasks: int
    records: int


@attrs.define
class Visit:
    """A request as it goes on: who handles it notes the fault here."""

    exchange: Exchange
    fault: str | None = None


class Traffic:
    """Counts requests and remembers the last thousand, of those refused as many. Safe to ask from any thread."""

    def __init__(self, now: Callable[[], datetime], feed: Feed) -> None:
        self._now = now
        self._feed = feed
        self._lock = Lock()
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Begin again; requests under way stay in flight."""
        with self._lock:
            self._began = 0
            self._peak = self._in_flight
            self._faults = 0
            self._seen: deque[SeenRequest] = deque(maxlen=_REMEMBERED)
            self._refused: deque[SeenRequest] = deque(maxlen=_REMEMBERED)

    @contextmanager
    def visit(self, exchange: Exchange) -> Generator[Visit]:
        """Count a request in, and out again on every exit."""
        at = self._now()
        visit = Visit(exchange)
        with self._lock:
            self._began += 1
            number = self._began
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)
        try:
            yield visit
        finally:
            with self._lock:
                self._in_flight -= 1
                seen = SeenRequest(number, exchange.operation, exchange.size, exchange.status, visit.fault, at)
                self._seen.append(seen)
                if seen.fault is None and seen.status is not None and seen.status >= _REFUSED:
                    self._refused.append(seen)
            self._feed.add("request", at, _shown(seen))

    def note_fault(self, visit: Visit, name: str) -> None:
        """Write down, before it strikes, which fault it is."""
        visit.fault = name
        with self._lock:
            self._faults += 1

    @property
    def seen(self) -> tuple[SeenRequest, ...]:
        """The last requests that are over, in the order in which they ended."""
        with self._lock:
            return tuple(self._seen)

    @property
    def refused(self) -> tuple[SeenRequest, ...]:
        """The last ones that no fault struck and that were refused all the same."""
        with self._lock:
            return tuple(self._refused)

    def counts(self, *, tasks: int, records: int) -> Counts:
        """The numbers of now."""
        with self._lock:
            return Counts(self._began, self._in_flight, self._peak, self._faults, tasks, records)


def _shown(seen: SeenRequest) -> dict[str, object]:
    return {
        "number": seen.number,
        "operation": seen.operation,
        "records": seen.records,
        "status": seen.status,
        "fault": seen.fault,
    }
