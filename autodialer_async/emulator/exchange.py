"""One request under way: what a fault may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio
import attrs

from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.bodies import Arrived, Operation, UnreadableBodyError, read_fields, read_list, read_query

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import Receive, Scope, Send

    from autodialer_async.emulator.service import Service

__all__ = ["CONNECTION", "ClientLeftError", "Connection", "Exchange"]

CONNECTION: Final = "autodialer_async.emulator.connection"
"""The key in the ASGI `state` under which our own server hands out the connection."""

_OPERATIONS: Final[dict[str, Operation]] = {"make": "make", "newcall": "newcall", "cdr": "cdr"}


class ClientLeftError(Exception):
    """The client went away before its body was here: nothing was accepted, nobody waits for an answer."""


class Connection(Protocol):
    """The socket below, where the emulator runs on its own server."""

    def stop_reading(self) -> None:
        """Take nothing more from the socket, so that its window fills."""

    def go_on_reading(self) -> None:
        """Take what comes again."""

    def close(self, *, reset: bool) -> None:
        """Send what was written and close, or reset at once."""

    async def wait_until_gone(self) -> None:
        """Return when the connection is closed, by whichever side."""


class Exchange:
    """One request, its answer, and the connection that they use.

    Attributes:
        operation: What the path asks for, or None.
        status: The status that was answered, or None as yet.
    """

    def __init__(
        self, service: Service, scope: Scope, receive: Receive, send: Send, *, latency: float, max_body: int
    ) -> None:
        self._service = service
        self._receive = receive
        self._send = send
        self._latency = latency
        self._max_body = max_body
        self._method: str = scope["method"]
        self._content_type = _header(scope, b"content-type")
        self._query: bytes = scope["query_string"]
        self._key, operation = service.fidelity.read_path(scope["path"])
        self.operation: Operation | None = _OPERATIONS.get(operation)
        self._connection: Connection | None = scope.get("state", {}).get(CONNECTION)
        self._body = bytearray()
        self._body_length = 0
        self._body_ended = False
        self._arrived: Arrived | Answer | None = None
        self._accepted: Answer | None = None
        self.status: int | None = None

    @property
    def size(self) -> int:
        """Records that came, once the body was read."""
        return len(self._arrived.records) if isinstance(self._arrived, Arrived) else 0

    async def arrived(self) -> Arrived | None:
        """The request, read whole; None where it is refused at the door or cannot be read.

        Raises:
            ClientLeftError: The body did not come to its end.
        """
        read = await self._read()
        return read if isinstance(read, Arrived) else None

    async def accept(self, *, lose: int = 0) -> Answer:
        """Carry out the request by the rules, once, and return the honest answer without sending it.

        Args:
            lose: So many records at the end of a list are lost on the way to the dialer.

        Raises:
            ClientLeftError: The body did not come to its end; nothing was carried out.
        """
        if self._accepted is None:
            read = await self._read()
            self._accepted = read if isinstance(read, Answer) else await self._service.answer(read, lose=lose)
        return self._accepted

    async def answer(self, answer: Answer) -> None:
        """Send an `answer`, after the emulator's latency."""
        await self._begin(answer)
        await self._write(answer.body, last=True)

    async def answer_in_pieces(self, answer: Answer, *, size: int, interval: float) -> None:
        """Send the head of an `answer`, then `size` bytes of its body every `interval` seconds."""
        await self._begin(answer)
        for start in range(0, len(answer.body), size):
            await self.pause(interval)
            await self._write(answer.body[start : start + size], last=False)
        await self._write(b"", last=True)

    async def answer_cut(self, answer: Answer, *, share: float) -> None:
        """Announce the whole body of an `answer`, send this `share` of it, from 0 to 1, and close.

        Raises:
            ConnectionResetError: In process, where there is no connection to close.
        """
        await self._begin(answer)
        await self._write(answer.body[: int(len(answer.body) * share)], last=False)
        await self.drop()

    async def drop(self, *, reset: bool = False) -> None:
        """Close the connection without another word; `reset` sends RST and throws away what is not delivered yet.

        Raises:
            ConnectionResetError: In process, where there is no connection to close.
        """
        if self._connection is None:
            raise ConnectionResetError("the emulator drops this request")
        self._connection.close(reset=reset)
        await self._connection.wait_until_gone()

    async def read_body(self, at_least: int) -> None:
        """Read until `at_least` so many bytes of the body are here, or all of it.

        Raises:
            ClientLeftError: The client went away before.
        """
        while self._body_length < at_least and not self._body_ended:
            await self._read_more()

    async def stall(self, seconds: float) -> None:
        """Read nothing from the connection for so many `seconds`. A client that leaves meanwhile is not noticed."""
        if self._connection is not None:
            self._connection.stop_reading()
        await self._wait(seconds)

    async def pause(self, seconds: float) -> None:
        """Wait so many `seconds`, or until the client has gone."""
        if self._connection is not None:
            # While reading rests, after a long body, nobody would notice that the client has gone.
            self._connection.go_on_reading()
        await self._wait(seconds)

    async def _wait(self, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            if self._connection is None:
                await anyio.sleep_forever()
            else:
                await self._connection.wait_until_gone()

    async def _read(self) -> Arrived | Answer:
        if self._arrived is None:
            # The body of a request that is refused is read too: an answer in mid-body reaches few clients.
            while not self._body_ended:
                await self._read_more()
            self._arrived = await self._understand()
            self._body.clear()
        return self._arrived

    async def _understand(self) -> Arrived | Answer:
        service = self._service
        refusal = service.refusal_at_the_door(self._key, self.operation, self._method)
        if refusal is not None or self.operation is None:
            return refusal or service.refuse("operation", "unknown operation")
        if self._body_length > self._max_body:
            return service.refuse("size", f"at most {self._max_body} bytes in one request")
        try:
            arrived = await self._read_as(self.operation)
        except UnreadableBodyError as error:
            return service.refuse("malformed", str(error))
        fidelity = service.fidelity
        if not fidelity.wire_names:
            return arrived
        return attrs.evolve(arrived, records=tuple(fidelity.rename(self.operation, entry) for entry in arrived.records))

    async def _read_as(self, operation: Operation) -> Arrived:
        if operation == "make":
            return read_list(bytes(self._body))
        if self._method == "GET":
            return read_query(operation, self._query)
        taken = self._service.fidelity.form_encodings
        return await read_fields(operation, self._content_type, bytes(self._body), taken=taken)

    async def _read_more(self) -> None:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientLeftError
        piece: bytes = message.get("body", b"")
        self._body_length += len(piece)
        if self._body_length <= self._max_body:
            self._body += piece
        self._body_ended = not message.get("more_body", False)

    async def _begin(self, answer: Answer) -> None:
        if self._latency > 0:
            await self.pause(self._latency)
        headers = [*answer.headers, ("content-length", str(len(answer.body)))]
        if answer.content_type is not None:
            headers.append(("content-type", answer.content_type))
        start: MutableMapping[str, Any] = {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
        await self._send(start)
        self.status = answer.status

    async def _write(self, piece: bytes, *, last: bool) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": not last})


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name.lower() == wanted:
            text: str = value.decode("latin-1")
            return text
    return ""
