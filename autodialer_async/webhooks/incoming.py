"""A request's body as it comes: bounded, hashed, and beyond a small size in a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

import anyio
import anyio.to_thread

from autodialer_async.errors import WebhookRejected
from autodialer_async.webhooks.events import digest_of_query
from autodialer_async.webhooks.inbox.recordings import Spool

if TYPE_CHECKING:
    from starlette.types import Receive

__all__ = ["IncomingBody", "SenderGoneError"]

_KEPT_IN_MEMORY: Final = 256 * 1024
_WRITTEN_AT_ONCE: Final = 1024 * 1024


class SenderGoneError(Exception):
    """The sender closed the connection before its request was here."""


class IncomingBody:
    """One body.

    Args:
        receive: ASGI's.
        limit: Bytes that it may have.
        query: The query before it: both are hashed together.
        spool: Makes the file for a large one.
        threads: For the file's writes.
    """

    def __init__(
        self, receive: Receive, limit: int, query: bytes, spool: Spool, threads: anyio.CapacityLimiter
    ) -> None:
        self._receive = receive
        self._limit = limit
        self._spool = spool
        self._threads = threads
        self._digest = digest_of_query(query)
        self._buffer = bytearray()
        self._file: BinaryIO | None = None
        self._size = 0
        self.is_here: bool = False

    @property
    def is_large(self) -> bool:
        """Whether it lies in a file."""
        return self._file is not None

    @property
    def digest(self) -> str:
        """SHA-256 of query and body, in hex."""
        return self._digest.hexdigest()

    async def read(self, declared: int | None) -> BinaryIO:
        """All of it.

        Args:
            declared: The Content-Length, where there is one.

        Raises:
            WebhookRejected: It is too large; found as soon as it can be known.
            SenderGoneError: The sender went away.
            OSError: It cannot be written down.
        """
        if declared is not None and declared > self._limit:
            raise self._too_large()
        is_last = False
        while not is_last:
            piece, is_last = await self._next()
            self._size += len(piece)
            if self._size > self._limit:
                raise self._too_large()
            self._digest.update(piece)
            self._buffer += piece
            full = _WRITTEN_AT_ONCE if self._file is not None else _KEPT_IN_MEMORY
            if len(self._buffer) > full or (is_last and self._file is not None):
                await anyio.to_thread.run_sync(self._write, limiter=self._threads)
        return self._file or io.BytesIO(self._buffer)

    def _write(self) -> None:
        if self._file is None:
            self._file = self._spool()
        self._file.write(self._buffer)
        self._buffer.clear()

    async def _next(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise SenderGoneError
        self.is_here = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece, self.is_here

    async def discard(self, seconds: float) -> None:
        """Take what still comes and throw it away, for so long: who is still sending reads no answer."""
        with anyio.move_on_after(seconds):
            try:
                while not self.is_here:
                    await self._next()
            except SenderGoneError:
                return

    def _too_large(self) -> WebhookRejected:
        return WebhookRejected(f"the body has more than {self._limit} bytes", reason="too_large", status=413)
