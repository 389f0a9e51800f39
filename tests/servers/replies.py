"""What goes back on the wire: the right answer of each operation, and replies as bytes with a manner of sending."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tests.servers.request import RequestInfo

__all__ = ["Ending", "Headers", "History", "Reply", "Service", "encode", "response"]

_REASONS = {int(status): status.phrase for status in HTTPStatus}
Headers = tuple[tuple[str, str], ...]
Ending = Literal["keep", "close", "reset"]
History = Sequence[Mapping[str, Any]] | Callable[[str | None, str | None, str | None], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Reply:
    """Bytes to send and how.

    Attributes:
        data: All of it, status line included; may be empty.
        status: For the books; None where the bytes are no HTTP answer.
        delay: Seconds before the first byte; None: never.
        piece: Bytes sent at once; None: all.
        interval: Seconds between pieces.
        ending: What becomes of the connection afterwards.
        idle: Seconds after which the connection is closed if no request comes; None: never.
    """

    data: bytes = b""
    status: int | None = None
    delay: float | None = 0.0
    piece: int | None = None
    interval: float = 0.0
    ending: Ending = "keep"
    idle: float | None = None


def encode(document: Any) -> bytes:
    """A JSON answer as the service would write it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def response(
    status: int,
    body: bytes,
    headers: Headers = (),
    *,
    content_type: str = "application/json",
    length: int | None = None,
    close: bool = False,
) -> bytes:
    """A whole HTTP/1.1 answer; `length` overrides the true Content-Length."""
    reason = _REASONS.get(status, "Unknown")
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"Content-Type: {content_type}"] if body else []
    lines += ["Connection: close"] if close else []
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass
class Service:
    """The right answers. `history` is what `cdr` answers: rows, or a function of `date_from`, `date_to`, `to`."""

    history: History = ()
    _tasks: itertools.count[int] = field(default_factory=lambda: itertools.count(40133707428585176))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: RequestInfo) -> Any:
        """The JSON document that a correct service answers to a whole request."""
        count = len(request.ids or ())
        if request.operation == "make":
            lines = str(count)
            report = {"lines": lines, "ok": lines, "inserted": lines, "errorcode": "0", "id": str(self._task())}
            return {"report": report}
        if request.operation == "newcall":
            return {"QUERY_ID": self._task(), "QUERY_COUNT": 1}
        if request.operation == "cdr":
            asked = (request.fields.get(name) for name in ("date_from", "date_to", "to"))
            rows = self.history(*asked) if callable(self.history) else self.history
            return [dict(row) for row in rows]
        return {"error": "no such operation"}

    def _task(self) -> int:
        with self._lock:
            return next(self._tasks)
