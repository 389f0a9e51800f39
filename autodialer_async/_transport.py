"""The only door to httpx: sends bytes, says how far a request got, hides the key.

One lane a slot: each lane is a httpx transport with a single connection. A shared pool loses a slot for good when a
request is cancelled while it waits inside the pool (httpcore #1093), and walks all its connections at every request.
A lane that was left in the middle of a request is closed and replaced.
"""

from __future__ import annotations

import logging
import re
import ssl
import urllib.request
from collections.abc import AsyncIterator
from contextvars import ContextVar
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx

from autodialer_async.errors import ConfigurationError
from autodialer_async.models import Answer, Attempt, Flight, Outgoing, Phase

__all__ = ["KEEPALIVE_EXPIRY", "Transport", "chosen_proxy"]

# Servers close idle connections after 5 s (Apache's default): a POST that meets the closing is lost to us as unknown.
KEEPALIVE_EXPIRY = 2.0
CLOSING_TIME = 2.0
_LONGEST_CHAIN = 10

# What httpx raises before a connection stands, where nothing but the name of the exception can tell.
_BEFORE_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_sending_ours: ContextVar[bool] = ContextVar("autodialer_async_sending", default=False)


class _EventNamesOnly(logging.Filter):
    """Cuts httpcore's DEBUG lines down to the event's name while a request of ours is on its way.

    They print the headers of answers, and a redirect that echoes the path would print the key.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _sending_ours.get():
            record.msg = record.getMessage().partition(" ")[0]
            record.args = None
        return True


_event_names_only = _EventNamesOnly()


def _quieten_httpcore() -> None:
    for name in ("connection", "http11", "proxy", "socks"):
        logging.getLogger(f"httpcore.{name}").addFilter(_event_names_only)


class _Body(httpx.AsyncByteStream):
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
        self._traced = True
        if event.endswith("send_request_headers.started") and self._bodyless:
            self._begun = True
        elif event.endswith(("send_request_headers.failed", "send_request_body.failed")):
            self._cut_by_write_error = type(info["exception"]).__name__ == "WriteError"

    def phase(self, failure: BaseException | None) -> Phase:
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


class Transport:
    """Sends requests to one service over at most as many connections as requests are in flight.

    Bound to the event loop that used it first. The constructor does no I/O.
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
        self._url = _service_url(base_url)
        self._headers = [
            (b"Host", self._url.netloc),
            (b"User-Agent", b"autodialer-async"),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"identity"),
        ]
        timeout = timeout if isinstance(timeout, httpx.Timeout) else httpx.Timeout(timeout)
        self._read_timeout = timeout.read
        # Whoever has a slot has a lane: nobody waits in a pool.
        self._timeouts = timeout.as_dict() | {"pool": None}
        # Parsing an address costs as much as encoding twenty records, and there are three of them.
        self._address = lru_cache(maxsize=8)(self._url_with_path)
        self._custom = transport
        self._names_are_true = transport is None or isinstance(
            transport, httpx.MockTransport | httpx.AsyncHTTPTransport | httpx.ASGITransport
        )
        self._proxy = chosen_proxy(self._url, proxy) if transport is None else None
        self._verify = verify
        self._tls = verify if isinstance(verify, ssl.SSLContext) else None
        self._idle: list[httpx.AsyncBaseTransport] = []
        self._loop: anyio.lowlevel.EventLoopToken | None = None
        self._closed = False
        _quieten_httpcore()

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
            ConfigurationError: The client is closed or belongs to another event loop.
        """
        self.check_usable()
        body = _Body(outgoing, scope, self._read_timeout, names_are_true=self._names_are_true)
        reply = _Reply()
        failure: Exception | None = None
        started = anyio.current_time()
        lane: httpx.AsyncBaseTransport | None = None
        token = _sending_ours.set(True)
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
            if lane is not None:
                await self._give_back(lane, reusable=reply.finished)
            _sending_ours.reset(token)
        if scope.cancelled_caught:
            failure = TimeoutError("no answer in time" if body.phase(None) is Phase.WHOLE else "out of time")
        return Attempt(
            phase=body.phase(failure),
            answer=reply.answer(),
            cause=None if failure is None else _without_values(failure),
            seconds=anyio.current_time() - started,
        )

    def check_usable(self) -> None:
        """Raise if the client is closed or runs on another event loop than before.

        Raises:
            ConfigurationError: It says which.
        """
        if self._closed:
            raise ConfigurationError("this client is closed: make a new one")
        loop = anyio.lowlevel.current_token()
        if self._loop is None:
            self._loop = loop
        elif self._loop != loop:
            raise ConfigurationError("this client belongs to another event loop: make one client in each loop")

    async def aclose(self) -> None:
        """Close idle connections; those in use are closed when their request ends. May be called again.

        Raises:
            ConfigurationError: Called in another event loop than the one that used the client.
        """
        self._closed = True
        if self._loop is not None and self._loop != anyio.lowlevel.current_token():
            raise ConfigurationError("this client belongs to another event loop: close it in the loop that used it")
        idle, self._idle = self._idle, []
        for lane in idle:
            await _close(lane)
        if self._custom is not None:
            custom, self._custom = self._custom, None
            await custom.aclose()

    def _request(self, outgoing: Outgoing, body: _Body) -> httpx.Request:
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
        self, lane: httpx.AsyncBaseTransport, request: httpx.Request, reply: _Reply, answer_cap: int
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

    async def _give_back(self, lane: httpx.AsyncBaseTransport, *, reusable: bool) -> None:
        if lane is self._custom or self._custom is not None:
            return
        if reusable and not self._closed:
            # Last in, first out: as few connections as possible stay warm.
            self._idle.append(lane)
        else:
            await _close(lane)


class _Reply:
    """What has been read of an answer so far, also when reading breaks off."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._body = bytearray()
        self._over_cap = False
        self.finished = False

    async def read(self, lane: httpx.AsyncBaseTransport, request: httpx.Request, cap: int) -> None:
        self._response = response = await lane.handle_async_request(request)
        # We asked for no encoding, and decoding costs even where there is none. A transport may have read the whole.
        as_it_came = "Content-Encoding" not in response.headers and not response.is_stream_consumed
        chunks = response.aiter_raw() if as_it_came else response.aiter_bytes()
        try:
            async for chunk in chunks:
                self._body += chunk
                if len(self._body) > cap:
                    self._over_cap = True
                    del self._body[cap:]
                    # The loop goes on: httpx's nested generators then end with an error, and not as garbage.
                    await _close(response)
        except Exception:
            if not self._over_cap:
                raise
        finally:
            if not response.is_closed:
                await _close(response)
        self.finished = not self._over_cap

    def answer(self) -> Answer | None:
        if self._response is None:
            return None
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        return Answer(self._response.status_code, headers, bytes(self._body), truncated=not self.finished)


async def _close(open_one: httpx.AsyncBaseTransport | httpx.Response) -> None:
    with anyio.CancelScope(shield=True, deadline=anyio.current_time() + CLOSING_TIME):
        await open_one.aclose()


def _service_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError) as error:
        raise ConfigurationError(f"base_url is not an address: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigurationError("base_url is an address such as https://site.url")
    if url.query or url.fragment or url.userinfo:
        raise ConfigurationError("base_url has no query, fragment, user or password: only https://host[:port][/path]")
    return url


def chosen_proxy(url: httpx.URL, proxy: str | httpx.Proxy | None) -> httpx.Proxy | None:
    """The proxy on the way to an address: the one given, else the environment's, if any.

    Raises:
        ConfigurationError: What was given, or stands in the environment, is no address.
    """
    if proxy is None:
        # A transport given to httpx switches its reading of HTTPS_PROXY and NO_PROXY off.
        if urllib.request.proxy_bypass(url.host):
            return None
        environment = urllib.request.getproxies()
        proxy = environment.get(url.scheme) or environment.get("all")
        if not proxy:
            return None
    try:
        chosen = (
            proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
        )
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError("proxy is an address such as http://host:port") from None
    if not chosen.url.host:
        raise ConfigurationError("proxy is an address such as http://host:port")
    if chosen.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError('a SOCKS proxy needs one more package: pip install "httpx[socks]"')
    return chosen


def _without_values(failure: Exception) -> Exception:
    """The same kind of failure without what it might quote, and without the request that hangs on it."""
    kind = type(failure)
    text = _reason(failure) or kind.__name__
    if kind is TimeoutError or (issubclass(kind, httpx.TransportError) and kind.__module__.startswith("httpx")):
        return kind(text)
    return RuntimeError(f"{kind.__name__}: {text}" if text != kind.__name__ else text)


def _reason(failure: BaseException | None) -> str:
    """The first words that a chain of exceptions has: on trio the outer ones are mute."""
    for _ in range(_LONGEST_CHAIN):
        if failure is None:
            break
        # Quoted parts are bytes that came from the peer, or a path; aiohttp quotes whole addresses without marks.
        text = re.split(r"['\"]|\S*/", str(failure), maxsplit=1)[0].strip(" (:,")
        if text:
            return text
        failure = failure.__cause__ or failure.__context__
    return ""
