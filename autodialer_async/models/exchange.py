"""One request and what became of it, in words that know nothing of a HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

__all__ = ["Answer", "Attempt", "Flight", "Outgoing", "Phase"]


class Phase(StrEnum):
    """How far a request got.

    Members:
        NOT_SENT: Not a byte of its body left.
        PARTIAL: A part of it left, surely not all: the service cannot hold the whole request.
        WHOLE: All of it was handed to the connection.
    """

    NOT_SENT = "not_sent"
    PARTIAL = "partial"
    WHOLE = "whole"


@attrs.frozen(repr=False, eq=False)
class Outgoing:
    """A request ready to leave.

    Attributes:
        method: `POST` or `GET`.
        target: Path and query on the wire, percent-quoted; holds the key.
        label: The same with the key left out, for logs, errors and spans: `/{apikey}/make`.
        content_type: The body's type, or None without a body.
        head: The body but for its last bytes.
        tail: Its last bytes, handed over apart: while they are kept back, the service cannot hold the whole body.
            Empty only where the body is.
    """

    method: str
    target: str
    label: str
    content_type: str | None
    head: bytes
    tail: bytes

    def __repr__(self) -> str:
        return f"Outgoing({self.method} {self.label}, {len(self.head) + len(self.tail)} bytes)"


@attrs.frozen(repr=False)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        headers: Header lines, names in lower case.
        body: The body, decoded from its content encoding, cut at the reader's cap.
        truncated: The body was longer than the cap, or the connection broke inside it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool = False

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes)"


class Flight:
    """How far a request got, also where a cancel of the sending task leaves no `Attempt` behind.

    Attributes:
        phase: Set when the sending ends, however it ends.
    """

    __slots__ = ("phase",)

    def __init__(self) -> None:
        self.phase: Phase = Phase.NOT_SENT


@attrs.frozen(repr=False, eq=False)
class Attempt:
    """One try of a request: an answer, or the reason why there is none.

    Attributes:
        phase: How far the request got.
        answer: What came back, or None.
        cause: Why nothing usable came back: cleaned of secrets and people's data; None with a whole answer.
        seconds: Wall clock of this try.
    """

    phase: Phase
    answer: Answer | None
    cause: Exception | None
    seconds: float

    def __repr__(self) -> str:
        return f"Attempt({self.phase}, {self.answer!r}, {type(self.cause).__name__}, {self.seconds:.3f} s)"
