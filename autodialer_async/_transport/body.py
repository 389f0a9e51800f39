"""A request's body on its way, and how far it got."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import httpx

from autodialer_async.models import Outgoing, Phase

__all__ = ["Body"]

# What httpx raises before a connection stands, where nothing but the name of the exception can tell.
_BEFORE_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Body(httpx.AsyncByteStream):
    """A request's body in two pieces, which remembers how much was handed over.

    While the last piece is kept back the service cannot hold the whole body. That is proof where `trace` has none: a
    cancel or a timeout may come while the server already has every byte of a body sent in one piece.
    """

    def __init__(
        self, outgoing: Outgoing, scope: anyio.CancelScope, read_timeout: float | None, *, names_are_true: bool
    ) -> None:
        self._names_are_true = names_are_true
        self._pieces = [outgoing.tail, outgoing.head] if outgoing.tail else []
        self._bodyless = not outgoing.tail
        self._scope = scope
        self._read_timeout = read_timeout
        self._begun = False
        self._traced = False
        self._cut_by_write_error = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._pieces:
            self._begun = True
            return self._pieces.pop()
        self._expect_answer()
        raise StopAsyncIteration

    def _expect_answer(self) -> None:
        # httpx counts its read timeout anew with every chunk, so a dripping server could hold us for ever.
        if self._read_timeout is not None:
            self._scope.deadline = min(self._scope.deadline, anyio.current_time() + self._read_timeout)

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Told by httpcore what happens: it alone knows of a write error, and of a request without a body."""
        self._traced = True
        if event.endswith("send_request_headers.started") and self._bodyless:
            self._begun = True
        elif event.endswith(("send_request_headers.failed", "send_request_body.failed")):
            self._cut_by_write_error = type(info["exception"]).__name__ == "WriteError"

    def phase(self, failure: BaseException | None) -> Phase:
        """How far the request got, if it ended with this failure."""
        if self._cut_by_write_error:
            return Phase.PARTIAL if self._begun else Phase.NOT_SENT
        if not self._traced and (self._bodyless or not self._pieces):
            # httpx-aiohttp calls a connection that was dropped after the whole body a ConnectTimeout: only of httpx's
            # own transports does the name prove something. Those that are mocked read the body before they fail.
            before = self._names_are_true and isinstance(failure, _BEFORE_CONNECTION)
            return Phase.NOT_SENT if before else Phase.WHOLE
        if not self._begun:
            return Phase.NOT_SENT
        return Phase.PARTIAL if self._pieces else Phase.WHOLE
