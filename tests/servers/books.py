"""The server's books: what arrived, what was taken, how much at once."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.servers.request import RequestInfo

__all__ = ["Books", "RequestRecord"]


@dataclass
class RequestRecord:
    """One request begun, kept up to date while it lasts.

    Attributes:
        info: What the header and later the body said; None until the header is whole.
        header_bytes: Bytes of header received.
        body: Bytes of body read by the server.
        whole: Whether the whole announced body arrived.
        accepted: How many of its records, from the first on, the server took.
        behaviour: What was chosen, or None if the client left before that.
        status: Status of the answer that the server began to send, or None.
    """

    number: int
    connection: int
    info: RequestInfo | None = None
    header_bytes: int = 0
    body: bytes = b""
    whole: bool = False
    accepted: int = 0
    behaviour: object = None
    status: int | None = None
    finished: bool = False

    @property
    def target(self) -> str:
        return self.info.target if self.info else ""

    @property
    def body_bytes(self) -> int:
        return len(self.body)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.info and self.info.ids) or ()


class Books:
    """Counts for all requests; every method may be called from any thread.

    Attributes:
        accepted: How often each record id was taken. A record counts only if the whole body arrived, also when
            its client had already gone.
        received_whole: How often each record id arrived in a whole body, taken or not.
        connections: Sockets accepted.
        in_flight: Requests begun and neither answered nor given up. A client that leaves is noticed a moment
            later, and by a stalled request not before its release.
        max_in_flight: The most of these at any time.
        stalled: Requests that are held in mid-body now.
    """

    def __init__(self) -> None:
        self.requests: list[RequestRecord] = []
        self.accepted: Counter[str] = Counter()
        self.received_whole: Counter[str] = Counter()
        self.connections = 0
        self.in_flight = 0
        self.max_in_flight = 0
        self.stalled = 0
        self._changed = threading.Condition()

    @property
    def attempts(self) -> int:
        """Requests of which at least one byte arrived."""
        return len(self.requests)

    def wait_for(self, fact: Callable[[], bool], timeout: float = 5.0) -> None:
        """Block until `fact()` holds, looked at on every change of the books.

        Raises:
            TimeoutError: It did not hold within `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(fact, timeout):
                raise TimeoutError(f"after {timeout} s the books still say: {self.requests!r}")

    def connect(self) -> int:
        with self._changed:
            self.connections += 1
            self._changed.notify_all()
            return self.connections

    def begin(self, connection: int) -> RequestRecord:
        with self._changed:
            record = RequestRecord(len(self.requests) + 1, connection)
            self.requests.append(record)
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            self._changed.notify_all()
            return record

    def receive(self, record: RequestRecord, info: RequestInfo, body: bytes) -> None:
        """The whole body is there."""
        with self._changed:
            record.info, record.body, record.whole = info, body, True
            self.received_whole.update(record.ids)
            self._changed.notify_all()

    def accept(self, record: RequestRecord, count: int) -> None:
        """The server takes the first `count` records."""
        with self._changed:
            record.accepted = min(count, len(record.ids))
            self.accepted.update(record.ids[: record.accepted])
            self._changed.notify_all()

    def stall(self, change: int) -> None:
        with self._changed:
            self.stalled += change
            self._changed.notify_all()

    def finish(self, record: RequestRecord) -> None:
        """The request is over; a second time changes nothing."""
        with self._changed:
            if not record.finished:
                record.finished = True
                self.in_flight -= 1
                self._changed.notify_all()
