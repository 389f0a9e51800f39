"""What the emulator may do wrong. A fault is a small frozen object; a `Rule` says when it strikes.

Every fault says whether records are accepted, so that a test knows who was dialled. Faults that cut the connection need
`Emulator.serve`: in process (`httpx.ASGITransport`) they raise `ConnectionResetError` through the transport. All times
are in seconds. A fault of your own is a frozen subclass of `Fault` with an async `play(exchange)`.
"""

# ruff: noqa: D102 - `Fault.play` says it for all of them

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, ClassVar

import attrs

from autodialer_async.emulator.answers import Answer

if TYPE_CHECKING:
    from autodialer_async.emulator.exchange import Exchange

__all__ = [
    "AcceptThenAnswerLate",
    "AcceptThenDrop",
    "CannedAnswer",
    "DropBefore",
    "EmptyAnswer",
    "ErrorAfterAccepting",
    "Fault",
    "FewerLines",
    "HtmlPage",
    "NothingInserted",
    "Redirect",
    "Refuse",
    "ResetMidBody",
    "SlowDrip",
    "StallMidBody",
    "TooManyRequests",
    "TruncatedAnswer",
    "Unavailable",
]


class Fault:
    """The base of all faults.

    Attributes:
        mid_body: It acts while the body arrives, so a rule cannot choose it by what the body holds.

    Example:
        >>> import attrs
        >>> @attrs.frozen
        ... class Teapot(Fault):
        ...     async def play(self, exchange):
        ...         await exchange.arrived()
        ...         await exchange.answer(Answer.of_error(418, "a teapot"))
        >>> armed = emulator.add_fault(Teapot())
        >>> (await dialer.make(calls, on_failure="return")).batches[0].status
        418
    """

    __slots__ = ()
    mid_body: ClassVar[bool] = False

    async def play(self, exchange: Exchange) -> None:
        """Do the mischief with one request, in place of the honest answer.

        Args:
            exchange: The request, and the ways to answer it.
        """
        raise NotImplementedError


@attrs.frozen
class CannedAnswer(Fault):
    """Give this very answer; the request is carried out first if `accept`.

    Attributes:
        answer: What is answered.
        accept: Whether the records are accepted.
    """

    answer: Answer
    accept: bool = False

    async def play(self, exchange: Exchange) -> None:
        await (exchange.accept() if self.accept else exchange.arrived())
        await exchange.answer(self.answer)


@attrs.frozen
class Refuse(Fault):
    """Accept nothing and answer an error status with `{"error": …}`.

    Attributes:
        status: HTTP status.
    """

    status: int = 400

    async def play(self, exchange: Exchange) -> None:
        await exchange.arrived()
        await exchange.answer(Answer.of_error(self.status, "refused by a fault of the emulator"))


@attrs.frozen
class TooManyRequests(Fault):
    """Accept nothing and answer 429, with `Retry-After` in seconds, as a date, or without it (None).

    Attributes:
        retry_after: Seconds, a date, or None.
    """

    retry_after: float | datetime | None = 1

    async def play(self, exchange: Exchange) -> None:
        await exchange.arrived()
        await exchange.answer(
            Answer.of_error(429, "too many requests: a fault of the emulator", headers=_retry_after(self.retry_after))
        )


@attrs.frozen
class Unavailable(Fault):
    """Accept nothing and answer 503, with `Retry-After` in seconds, as a date, or without it (None).

    Attributes:
        retry_after: Seconds, a date, or None.
    """

    retry_after: float | datetime | None = None

    async def play(self, exchange: Exchange) -> None:
        await exchange.arrived()
        await exchange.answer(
            Answer.of_error(503, "unavailable: a fault of the emulator", headers=_retry_after(self.retry_after))
        )


@attrs.frozen
class Redirect(Fault):
    """Accept nothing and point elsewhere.

    Attributes:
        location: Where to: the header `Location`.
        status: HTTP status.
    """

    location: str = "/elsewhere"
    status: int = 302

    async def play(self, exchange: Exchange) -> None:
        await exchange.arrived()
        await exchange.answer(Answer(self.status, content_type=None, headers=(("location", self.location),)))


@attrs.frozen
class ErrorAfterAccepting(Fault):
    """Accept everything, then answer an error status, as a service does that fails at its last step.

    Attributes:
        status: HTTP status.
    """

    status: int = 500

    async def play(self, exchange: Exchange) -> None:
        await exchange.accept()
        await exchange.answer(Answer(self.status, b"Internal Server Error", "text/plain"))


@attrs.frozen
class HtmlPage(Fault):
    """Answer a web page where JSON is due; with `accept` everything is accepted before.

    Attributes:
        status: HTTP status.
        accept: Whether the records are accepted.
    """

    status: int = 200
    accept: bool = True

    async def play(self, exchange: Exchange) -> None:
        await (exchange.accept() if self.accept else exchange.arrived())
        page = b"<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"
        await exchange.answer(Answer(self.status, page, "text/html; charset=utf-8"))


@attrs.frozen
class EmptyAnswer(Fault):
    """Answer with an empty body; with `accept` everything is accepted before.

    Attributes:
        status: HTTP status.
        accept: Whether the records are accepted.
    """

    status: int = 200
    accept: bool = True

    async def play(self, exchange: Exchange) -> None:
        await (exchange.accept() if self.accept else exchange.arrived())
        await exchange.answer(Answer(self.status, content_type=None))


@attrs.frozen
class TruncatedAnswer(Fault):
    """Break the honest answer off in the middle.

    Attributes:
        accept: Carry the request out before; else what breaks off is an error that says nothing was accepted.
        share: How much of the body is sent, from 0 to 1.
        drop: Announce the whole length and close the connection; else a shorter answer that is complete as HTTP.
    """

    accept: bool = True
    share: float = attrs.field(default=0.5, validator=[attrs.validators.ge(0), attrs.validators.le(1)])
    drop: bool = True

    async def play(self, exchange: Exchange) -> None:
        if self.accept:
            answer = await exchange.accept()
        else:
            await exchange.arrived()
            answer = Answer.of_error(200, "nothing was accepted: a fault of the emulator")
        if self.drop:
            await exchange.answer_cut(answer, share=self.share)
        else:
            await exchange.answer(attrs.evolve(answer, body=answer.body[: int(len(answer.body) * self.share)]))


@attrs.frozen
class FewerLines(Fault):
    """Lose the last `by` records of a list on the way; accept and report the others only.

    Attributes:
        by: Records, at least 1.
    """

    by: int = attrs.field(default=1, validator=attrs.validators.ge(1))

    async def play(self, exchange: Exchange) -> None:
        await exchange.answer(await exchange.accept(lose=self.by))


@attrs.frozen
class NothingInserted(Fault):
    """Accept nothing and report every record as correct and none as inserted.

    Attributes:
        errorcode: The code in the report of `make`.
    """

    errorcode: int = 3

    async def play(self, exchange: Exchange) -> None:
        await exchange.arrived()
        lines = str(exchange.size)
        report = {"lines": lines, "ok": lines, "inserted": "0", "errorcode": str(self.errorcode), "id": "0"}
        single = {"QUERY_ID": "0", "QUERY_COUNT": "0"}
        await exchange.answer(Answer.of_json({"report": report} if exchange.operation == "make" else single))


@attrs.frozen
class DropBefore(Fault):
    """Close the connection and accept nothing. The body is not read, unless a rule had to look into it.

    Attributes:
        reset: Whether to reset the connection (RST) in place of closing it.
    """

    reset: bool = False

    async def play(self, exchange: Exchange) -> None:
        await exchange.drop(reset=self.reset)


@attrs.frozen
class ResetMidBody(Fault):
    """Read so many bytes of the body, then reset the connection. Nothing is accepted.

    Attributes:
        after: Bytes, at least 1.
    """

    mid_body: ClassVar[bool] = True
    after: int = attrs.field(default=1, validator=attrs.validators.ge(1))

    async def play(self, exchange: Exchange) -> None:
        await exchange.read_body(self.after)
        await exchange.drop(reset=True)


@attrs.frozen
class StallMidBody(Fault):
    """Read so many bytes of the body, then nothing for a while, then go on as if nothing had happened.

    What a client that left meanwhile had already handed to its kernel is still read, and accepted if it is the whole
    body. A small `receive_buffer` of `Emulator.serve` makes the client feel the stall with small bodies.

    Attributes:
        seconds: How long nothing is read.
        after: Bytes of the body that are read before.
    """

    mid_body: ClassVar[bool] = True
    seconds: float
    after: int = 0

    async def play(self, exchange: Exchange) -> None:
        await exchange.read_body(self.after)
        await exchange.stall(self.seconds)
        await exchange.answer(await exchange.accept())


@attrs.frozen
class AcceptThenDrop(Fault):
    """Accept everything, then close (or reset) the connection without an answer.

    Attributes:
        reset: Whether to reset the connection (RST) in place of closing it.
    """

    reset: bool = False

    async def play(self, exchange: Exchange) -> None:
        await exchange.accept()
        await exchange.drop(reset=self.reset)


@attrs.frozen
class AcceptThenAnswerLate(Fault):
    """Accept everything, and answer honestly so much later.

    Attributes:
        seconds: How much later.
    """

    seconds: float

    async def play(self, exchange: Exchange) -> None:
        answer = await exchange.accept()
        await exchange.pause(self.seconds)
        await exchange.answer(answer)


@attrs.frozen
class SlowDrip(Fault):
    """Accept everything and send the honest answer `size` bytes every `interval` seconds.

    Attributes:
        interval: Seconds between two pieces.
        size: Bytes a piece, at least 1.
    """

    interval: float = 0.1
    size: int = attrs.field(default=1, validator=attrs.validators.ge(1))

    async def play(self, exchange: Exchange) -> None:
        await exchange.answer_in_pieces(await exchange.accept(), size=self.size, interval=self.interval)


def _retry_after(wait: float | datetime | None) -> tuple[tuple[str, str], ...]:
    if wait is None:
        return ()
    if isinstance(wait, datetime):
        return (("retry-after", format_datetime(wait.astimezone(UTC), usegmt=True)),)
    return (("retry-after", f"{wait:g}"),)
