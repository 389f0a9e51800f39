"""Connections to one service: sends bytes, says how far a request got, hides the key.

One lane a slot: each lane is a httpx transport with a single connection. A shared pool loses a slot for good when a
request is cancelled while it waits inside the pool (httpcore #1093), and walks all its connections at every request.
A lane that was left in the middle of a request is closed and replaced.
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import Any

import anyio
import httpx

from autodialer_async._transport.address import chosen_proxy, service_url
from autodialer_async._transport.body import Body
from autodialer_async._transport.failure import without_values
from autodialer_async._transport.lifetime import Lifetime
from autodialer_async._transport.quiet import quieten_httpcore, sending_ours
from autodialer_async._transport.reply import Reply, close
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import Attempt, Flight, Outgoing, Phase

__all__ = ["KEEPALIVE_EXPIRY", "Transport"]

# Servers close idle connections after 5 s (Apache's default): a POST that meets the closing is lost to us as unknown.
KEEPALIVE_EXPIRY = 2.0


class Transport:
    """Sends requests to one service over at most as many connections as requests are in flight.

    Bound to the event loop and the process that used it first. The constructor does no I/O.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | httpx.Timeout,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | httpx.Proxy | None = None,
        verify: bool | ssl.SSLContext = True,
    ) -> None:
        if transport is not None and not isinstance(transport, httpx.AsyncBaseTransport):
            raise ConfigurationError(f"transport is a httpx.AsyncBaseTransport, not {type(transport).__name__}")
        self._url = service_url(base_url)
        self._headers = [
            (b"Host", self._url.netloc),
            (b"User-Agent", b"autodialer-async"),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
        ]
        timeout = _as_timeout(timeout)
        self._read_timeout = timeout.read
        # Whoever has a slot has a lane: nobody waits in a pool.
        self._timeouts = timeout.as_dict() | {"pool": None}
        # Parsing an address costs as much as encoding twenty records, and there are three of them.
        self._address = lru_cache(maxsize=8)(self._url_with_path)
        self._custom = transport
        self._custom_in_use = 0
        self._custom_closed = False
        self._names_are_true = transport is None or isinstance(
            transport, httpx.MockTransport | httpx.AsyncHTTPTransport
        )
        self._proxy = chosen_proxy(self._url, proxy) if transport is None else None
        self._verify = verify
        self._tls = verify if isinstance(verify, ssl.SSLContext) else None
        self._idle: list[httpx.AsyncBaseTransport] = []
        self._lifetime = Lifetime(self.origin, self._idle, transport)
        quieten_httpcore()

    @property
    def origin(self) -> str:
        """The service's address without its path."""
        return f"{self._url.scheme}://{self._url.netloc.decode('ascii')}"

    @property
    def base_path(self) -> str:
        """Path part of the base URL, percent-quoted, without a slash at its end."""
        return self._url.raw_path.decode("ascii").rstrip("/")

    async def send(self, outgoing: Outgoing, *, answer_cap: int, scope: anyio.CancelScope, flight: Flight) -> Attempt:
        """One try: an answer, or how far the request got and why there is none.

        Args:
            outgoing: The request.
            answer_cap: Bytes of the answer's body to read; the rest is dropped and the answer marked truncated.
            scope: Fresh scope in which to run; its deadline is respected, and brought forward to the read timeout
                once the body has left. A caller may cancel it; that counts as having run out of time.
            flight: Told how far the request got, also when a cancel of the caller's task passes through.

        Raises:
            ConfigurationError: The client is closed, or belongs to another event loop or process.
        """
        self.check_usable()
        if not self._lifetime.is_watched:
            await self._lifetime.watch(self)
        body = Body(outgoing, scope, self._read_timeout, names_are_true=self._names_are_true)
        reply = Reply()
        failure: Exception | None = None
        started = anyio.current_time()
        lane: httpx.AsyncBaseTransport | None = None
        token = sending_ours.set(True)
        try:
            with scope:
                try:
                    lane = await self._take_lane()
                    await self._exchange(lane, self._request(outgoing, body), reply, answer_cap)
                except ConfigurationError:
                    raise
                except Exception as error:  # noqa: BLE001 - whatever it is, it says nothing of delivery: the phase does
                    failure = error
        finally:
            flight.phase = body.phase(failure)
            try:
                if lane is not None:
                    await self._give_back(lane, reusable=reply.finished)
            finally:
                sending_ours.reset(token)
        if scope.cancelled_caught:
            failure = TimeoutError("no answer in time" if body.phase(None) is Phase.WHOLE else "out of time")
        return Attempt(
            phase=body.phase(failure),
            answer=reply.answer(),
            cause=None if failure is None else without_values(failure),
            seconds=anyio.current_time() - started,
        )

    def check_usable(self) -> None:
        """Raise if the client is closed, or runs on another event loop or in another process than before.

        Raises:
            ConfigurationError: It says which.
        """
        self._lifetime.check()

    async def aclose(self) -> None:
        """Close idle connections; those in use are closed when their request ends. May be called again.

        Raises:
            ConfigurationError: Called in another event loop or process than the one that used the client.
        """
        await self._lifetime.end()
        await self._close_custom()

    def _request(self, outgoing: Outgoing, body: Body) -> httpx.Request:
        headers = self._headers
        if outgoing.content_type is not None:
            length = len(outgoing.head) + len(outgoing.tail)
            headers = [
                *headers,
                (b"Content-Type", outgoing.content_type.encode("ascii")),
                (b"Content-Length", b"%d" % length),
            ]
        extensions: dict[str, Any] = {"timeout": self._timeouts, "trace": body.trace}
        path = outgoing.target
        if self._custom is None and self._proxy is None:
            # Whoever looks at the request's URL (instrumentation, an exception's text) sees the key's placeholder.
            extensions["target"] = outgoing.target.encode("ascii")
            path = outgoing.label
        url = self._address(path)
        return httpx.Request(outgoing.method, url, headers=headers, stream=body, extensions=extensions)

    def _url_with_path(self, path: str) -> httpx.URL:
        return self._url.copy_with(raw_path=path.encode("ascii").replace(b"{", b"%7B").replace(b"}", b"%7D"))

    async def _exchange(
        self, lane: httpx.AsyncBaseTransport, request: httpx.Request, reply: Reply, answer_cap: int
    ) -> None:
        if self._custom is None:
            await reply.read(lane, request, answer_cap)
            return
        # A transport that is not ours cannot be replaced like a lane. In a task of its own no native cancel of the
        # caller's task reaches the inside of its pool.
        failures: list[Exception] = []

        async def exchange() -> None:
            try:
                await reply.read(lane, request, answer_cap)
            except Exception as error:  # noqa: BLE001 - raised again below, outside of the task group's wrapping
                failures.append(error)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(exchange)
        if failures:
            raise failures[0]

    async def _take_lane(self) -> httpx.AsyncBaseTransport:
        if self._custom is not None:
            self._custom_in_use += 1
            return self._custom
        if self._idle:
            return self._idle.pop()
        if self._tls is None and self._url.scheme == "https":
            # 20-90 ms of reading certificates: once a client, and not on the loop.
            self._tls = await anyio.to_thread.run_sync(httpx.create_ssl_context, self._verify)
        return httpx.AsyncHTTPTransport(
            # A plain-text service never needs certificates; an empty context trusts nobody.
            verify=self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            http1=True,
            http2=False,
            proxy=self._proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_EXPIRY),
        )

    async def _close_custom(self) -> None:
        """Close a transport that is not ours, once, when nothing is on its way any more."""
        if self._custom is not None and not self._custom_in_use and not self._custom_closed:
            self._custom_closed = True
            await close(self._custom)

    async def _give_back(self, lane: httpx.AsyncBaseTransport, *, reusable: bool) -> None:
        if self._custom is not None:
            self._custom_in_use -= 1
            if self._lifetime.closed:
                await self._close_custom()
            return
        if reusable and not self._lifetime.closed:
            # Last in, first out: as few connections as possible stay warm.
            self._idle.append(lane)
        else:
            await close(lane)


def _as_timeout(timeout: object) -> httpx.Timeout:
    if isinstance(timeout, httpx.Timeout):
        return timeout
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0:
        return httpx.Timeout(timeout)
    raise ConfigurationError(f"timeout is a number of seconds above zero or a httpx.Timeout, not {timeout!r}")
