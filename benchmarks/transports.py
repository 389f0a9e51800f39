"""What our own rows may run over, by name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

__all__ = ["OTHERS", "TRANSPORTS"]


def _fast(_concurrency: int) -> httpx.AsyncBaseTransport:
    # The stock rows must not pay for its import.
    from autodialer_async.fast import FastTransport  # noqa: PLC0415

    return FastTransport()


# Each makes the `transport=` of a client for that many connections; None is the client's own choice.
TRANSPORTS: dict[str, Callable[[int], httpx.AsyncBaseTransport | None]] = {
    "stock": lambda _concurrency: None,
    "fast": _fast,
}


def _httpx_aiohttp(concurrency: int) -> httpx.AsyncBaseTransport:
    from httpx_aiohttp import AiohttpTransport  # noqa: PLC0415 - a peer

    made: httpx.AsyncBaseTransport = AiohttpTransport(limits=_limits(concurrency))
    return made


def _pyreqwest(_concurrency: int) -> httpx.AsyncBaseTransport:
    from pyreqwest.compatibility.httpx import HttpxTransport  # noqa: PLC0415 - a peer

    made: httpx.AsyncBaseTransport = HttpxTransport()
    return made


def _httpx2(concurrency: int) -> httpx.AsyncBaseTransport:
    import httpx2  # noqa: PLC0415 - a peer

    limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    return _Httpx2(httpx2.AsyncHTTPTransport(limits=limits))


def _limits(concurrency: int) -> httpx.Limits:
    return httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.stream:
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Httpx2(httpx.AsyncBaseTransport):
    """httpx's continuation under httpx's face."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        import httpx2  # noqa: PLC0415 - a peer

        asked = httpx2.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        answer = await self._inner.handle_async_request(asked)
        return httpx.Response(answer.status_code, headers=answer.headers.raw, stream=_Stream(answer))

    async def aclose(self) -> None:
        await self._inner.aclose()


# Not offered, measured beside those that are: `transport=` takes them all.
OTHERS: dict[str, Callable[[int], httpx.AsyncBaseTransport | None]] = {
    "httpx-aiohttp": _httpx_aiohttp,
    "pyreqwest": _pyreqwest,
    "httpx2": _httpx2,
}
