"""What a server may do to one request, right or wrong.

A behaviour that reads the whole body says how many of its records the server takes (`takes`) and what it sends
back (`reply`). The others act earlier and take nothing, whatever arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.servers.replies import Headers, Reply, encode, response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.request import RequestInfo

__all__ = [
    "Accept",
    "Answer",
    "AnswerLate",
    "Behaviour",
    "CloseIdleAfter",
    "DropAfterAccepting",
    "DropBeforeReading",
    "EarlyAnswer413",
    "EmptyBody",
    "FewerLines",
    "GarbageStatusLine",
    "Html",
    "HugeAnswer",
    "NeverAnswer",
    "NothingInserted",
    "Redirect",
    "ResetMidBody",
    "SlowDrip",
    "StallMidBody",
    "TruncatedJson",
    "WholeBody",
]

PAGE = "<!doctype html><html><head><title>Вход</title></head><body>Технические работы</body></html>".encode()


@dataclass(frozen=True)
class DropBeforeReading:
    """Close without an answer as soon as it is chosen, what was sent left unread. `reset`: by RST, else by FIN.

    The kernel turns the FIN into an RST where unread bytes are waiting. To drop before even a header is read, see
    `drop_connection` of the server.
    """

    reset: bool = True


@dataclass(frozen=True)
class ResetMidBody:
    """RST once at least `after_bytes` of the body were read."""

    after_bytes: int


@dataclass(frozen=True)
class EarlyAnswer413:
    """Answer 413 without reading the body, and close.

    `lingering`: as nginx does, go on reading and throw away until the client leaves, so that the answer is not lost
    to an RST.
    """

    lingering: bool = True


@dataclass(frozen=True)
class WholeBody:
    """Read the whole body, take `takes` of the records, send `reply`."""

    def takes(self, records: int) -> int:
        """How many of the records, from the first on, the server takes."""
        return records

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        """What to send; `right` is the document that a correct service answers."""
        return Reply(response(200, encode(right)), 200)


@dataclass(frozen=True)
class Accept(WholeBody):
    """Take everything and answer well; `report` replaces fields of the report (of the document elsewhere).

    A field replaced by None is left out. `delay` in seconds. `status` may be any: a good report with a bad status.
    """

    delay: float = 0.0
    report: Mapping[str, Any] = field(default_factory=dict)
    headers: Headers = ()
    status: int = 200

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        data = response(self.status, encode(_changed(right, self.report)), self.headers)
        return Reply(data, self.status, self.delay)


@dataclass(frozen=True)
class AnswerLate(WholeBody):
    """The right answer, `seconds` after the body was whole. A client that leaves meanwhile ends the wait."""

    seconds: float
    accept: bool = True

    def takes(self, records: int) -> int:
        return records if self.accept else 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(response(200, encode(right)), 200, self.seconds)


@dataclass(frozen=True)
class Answer(WholeBody):
    """Any status and body. `retry_after`: seconds or a date, as it goes on the wire; `close`: close afterwards."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    accept: bool = False
    retry_after: str | None = None
    content_type: str = "application/json"
    delay: float = 0.0
    close: bool = False

    def takes(self, records: int) -> int:
        return records if self.accept else 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        headers = self.headers if self.retry_after is None else (*self.headers, ("Retry-After", self.retry_after))
        data = response(self.status, self.body, headers, content_type=self.content_type, close=self.close)
        return Reply(data, self.status, self.delay, ending="close" if self.close else "keep")


@dataclass(frozen=True)
class Redirect(WholeBody):
    """A 3xx. Without `location` it echoes the path it was asked for, the key included."""

    status: int = 302
    location: str | None = None
    accept: bool = False

    def takes(self, records: int) -> int:
        return records if self.accept else 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        headers = (("Location", self.location or request.target),)
        return Reply(response(self.status, b"", headers), self.status)


@dataclass(frozen=True)
class Html(WholeBody):
    """A page where JSON belongs."""

    status: int = 200
    accept: bool = True

    def takes(self, records: int) -> int:
        return records if self.accept else 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(response(self.status, PAGE, content_type="text/html; charset=utf-8"), self.status)


@dataclass(frozen=True)
class EmptyBody(WholeBody):
    """Take everything, answer 200 and nothing."""

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(response(200, b""), 200)


@dataclass(frozen=True)
class TruncatedJson(WholeBody):
    """Take everything, send the first half of the right answer.

    `announced`: Content-Length tells the whole length and the connection is closed before it; otherwise the length
    is that of the half, which is valid HTTP with cut JSON.
    """

    announced: bool = True

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        body = encode(right)
        half = body[: len(body) // 2]
        length = len(body) if self.announced else len(half)
        return Reply(response(200, half, length=length), 200, ending="close" if self.announced else "keep")


@dataclass(frozen=True)
class FewerLines(WholeBody):
    """Take all but the last `missing` records, and say so."""

    missing: int = 1

    def takes(self, records: int) -> int:
        return max(0, records - self.missing)

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        taken = str(self.takes(len(request.ids or ())))
        return Reply(response(200, encode(_changed(right, dict.fromkeys(("lines", "ok", "inserted"), taken)))), 200)


@dataclass(frozen=True)
class NothingInserted(WholeBody):
    """A good report that says 0 in `field` (`inserted` or `ok`): nothing is taken."""

    field: str = "inserted"

    def takes(self, records: int) -> int:
        return 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        zero = {"ok": "0", "inserted": "0"} if self.field == "ok" else {self.field: "0"}
        return Reply(response(200, encode(_changed(right, zero))), 200)


@dataclass(frozen=True)
class SlowDrip(WholeBody):
    """Take everything, send the right answer in pieces of `piece` bytes, `interval` seconds apart."""

    piece: int = 1
    interval: float = 0.05

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(response(200, encode(right)), 200, piece=self.piece, interval=self.interval)


@dataclass(frozen=True)
class HugeAnswer(WholeBody):
    """Take everything, answer valid JSON of `size` bytes (or a few more)."""

    size: int

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        body = encode(right)
        return Reply(response(200, body + b" " * max(0, self.size - len(body))), 200)


@dataclass(frozen=True)
class GarbageStatusLine(WholeBody):
    """Take everything, answer something that is no HTTP, and close."""

    data: bytes = b"\x16\x03\x01 no http here\r\n\r\n"

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(self.data, ending="close")


@dataclass(frozen=True)
class NeverAnswer(WholeBody):
    """Read everything, say nothing, hold the connection until the client leaves."""

    accept: bool = True

    def takes(self, records: int) -> int:
        return records if self.accept else 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(delay=None, ending="close")


@dataclass(frozen=True)
class DropAfterAccepting(WholeBody):
    """Take everything, then close without an answer: by FIN, or by RST with `reset`."""

    reset: bool = False

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(ending="reset" if self.reset else "close")


@dataclass(frozen=True)
class CloseIdleAfter(WholeBody):
    """Take everything and answer well, then close the connection if no request came for `seconds`."""

    seconds: float

    def reply(self, request: RequestInfo, right: Any) -> Reply:
        return Reply(response(200, encode(right)), 200, idle=self.seconds)


@dataclass(frozen=True)
class StallMidBody:
    """Stop reading once at least `after_bytes` of the body were read, until `release()` or the server's stop.

    Then read on, and go on as `then`. How much the kernel takes meanwhile is the server's `receive_buffer`.
    """

    after_bytes: int
    then: WholeBody = field(default_factory=Accept)


Behaviour = WholeBody | DropBeforeReading | ResetMidBody | StallMidBody | EarlyAnswer413


def _changed(right: Any, changes: Mapping[str, Any]) -> Any:
    """The document with fields of its report replaced, or of itself where it has none; None leaves a field out."""
    if not changes:
        return right
    if isinstance(right, dict) and "report" in right:
        return {**right, "report": _changed(right["report"], changes)}
    return {name: value for name, value in {**right, **changes}.items() if value is not None}
