"""One request: whether it may come in, the event in it, and how it is refused."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

import anyio
import anyio.to_thread
import attrs

from autodialer_async.errors import WebhookRejected
from autodialer_async.webhooks.addresses import AddressList, sender_of
from autodialer_async.webhooks.aliases import FieldNames
from autodialer_async.webhooks.events import read_event
from autodialer_async.webhooks.inbox.recordings import RecordingFolder, Spool
from autodialer_async.webhooks.incoming import IncomingBody
from autodialer_async.webhooks.records import CallEvent
from autodialer_async.webhooks.secret import Secrets

try:
    from starlette.datastructures import Headers
    from starlette.responses import JSONResponse
except ModuleNotFoundError as _missing:
    raise ImportError(
        f'the webhook receiver needs {_missing.name}, which is not installed: pip install "autodialer-async[webhooks]"'
    ) from None

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

__all__ = ["METHODS", "Reception", "Request"]

METHODS: Final = ("GET", "POST")
_LINGER_SECONDS: Final = 5.0
# Beyond every limit, and still a number that costs nothing to read.
_LONGEST_LENGTH: Final = 18


@attrs.frozen(eq=False)
class Reception:
    """Who and what is let in.

    Attributes:
        secrets: How a request is recognised.
        names: Which names mean what.
        allowed: Addresses that may send; empty: all.
        trusted: Proxies whose word on addresses counts.
        max_body: Bytes of a body.
        body_timeout: Seconds for a body.
        recordings: Where recordings are kept.
        threads: For the work on files.
    """

    secrets: Secrets
    names: FieldNames
    allowed: AddressList
    trusted: AddressList
    max_body: int
    body_timeout: float
    recordings: RecordingFolder
    threads: anyio.CapacityLimiter

    @asynccontextmanager
    async def request(self, scope: Scope, receive: Receive) -> AsyncIterator[Request]:
        """A request, until it is answered."""
        with self.recordings.spool() as spool:
            yield Request(self, scope, receive, spool)


class Request:
    """One request."""

    def __init__(self, reception: Reception, scope: Scope, receive: Receive, spool: Spool) -> None:
        self._reception = reception
        self._scope = scope
        self._headers = Headers(scope=scope)
        self._spool = spool
        self._is_ours, self._query = reception.secrets.find(scope["path"], scope["query_string"])
        self._body = IncomingBody(receive, reception.max_body, self._query, spool, reception.threads)

    async def event(self) -> CallEvent:
        """The event in it, with its recording kept.

        Raises:
            WebhookRejected: It may not come in, or holds none.
            SenderGoneError: The sender went away.
            OSError: Something could not be written down.
        """
        self._admit()
        reception = self._reception
        try:
            with anyio.fail_after(reception.body_timeout):
                content = await self._body.read(self._declared())
        except TimeoutError:
            raise WebhookRejected("the body did not come in time", reason="too_slow", status=408) from None
        if self._body.is_large:
            event = await anyio.to_thread.run_sync(self._read_large, content, limiter=reception.threads)
        else:
            found = read_event(self._query, self._content_type, content, reception.names, io.BytesIO)
            event = found.event
            if found.content is not None:
                event = await anyio.to_thread.run_sync(
                    self._with_recording, event, found.content, limiter=reception.threads
                )
        return attrs.evolve(event, digest=self._body.digest)

    def _admit(self) -> None:
        reception = self._reception
        if reception.allowed:
            peer = self._scope.get("client")
            sender = sender_of(peer and peer[0], self._headers.getlist("x-forwarded-for"), reception.trusted)
            if sender is None or sender not in reception.allowed:
                raise WebhookRejected("not from this address", reason="not_allowed", status=403)
        if not self._is_ours:
            raise WebhookRejected("there is nothing here", reason="secret", status=404)
        if self._scope["method"] not in METHODS:
            raise WebhookRejected("an event comes with GET or POST", reason="method", status=405)

    @property
    def _content_type(self) -> str:
        return self._headers.get("content-type", "")

    def _declared(self) -> int | None:
        length = self._headers.get("content-length", "")
        return int(length[:_LONGEST_LENGTH]) if length.isascii() and length.isdecimal() else None

    def _read_large(self, content: BinaryIO) -> CallEvent:
        found = read_event(self._query, self._content_type, content, self._reception.names, self._spool)
        return found.event if found.content is None else self._with_recording(found.event, found.content)

    def _with_recording(self, event: CallEvent, content: BinaryIO) -> CallEvent:
        name = event.recording.name if event.recording is not None else None
        return attrs.evolve(event, recording=self._reception.recordings.keep(content, name))

    async def refuse(self, send: Send, status: int, message: str, headers: Mapping[str, str]) -> None:
        """Answer with an error, and let the sender read it even where it is still sending."""
        body = self._body
        if body.is_here:
            with suppress(OSError):
                await JSONResponse({"error": message}, status, headers)(self._scope, _never, send)
            return
        response = JSONResponse({"error": message}, status, {**headers, "Connection": "close"})
        with suppress(OSError):
            await send({"type": "http.response.start", "status": status, "headers": response.raw_headers})
            await send({"type": "http.response.body", "body": response.body, "more_body": True})
            # The answer is out. A connection closed while the sender still sends would take it back.
            await body.discard(_LINGER_SECONDS)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _never() -> Message:
    raise RuntimeError("an answer reads nothing of the request")
