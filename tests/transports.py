"""Every transport offered, under tests that were written for none of them.

A conftest.py that imports `anyio_backend` from here runs its folder's tests on asyncio and on trio over httpx's own
transport, and on asyncio over the fast one: whatever a client of the test is, it sends through that. Tests of asyncio
alone ask for `every_transport` instead, and those of one transport say `over_stock`. Another transport may call more
unknown than stock httpx does, never fewer: the fast one needs that for requests without a body alone
(`test_fast.py`), so that no test here makes an allowance.
"""

from __future__ import annotations

import socket
import time
from functools import wraps
from typing import Any

import aiohttp
import aiohttp.connector
import httpx
import pytest

from autodialer_async import AsyncAutodialer
from autodialer_async.fast import FastTransport

__all__ = [
    "anyio_backend",
    "every_transport",
    "let_seconds_pass",
    "over_stock",
    "send_through_the_fast_one",
    "shrink_send_buffers",
]

over_stock = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
"""For tests that look at httpx's own transport, or bring one of their own."""


@pytest.fixture(params=["asyncio", "trio", "asyncio-fast"])
def anyio_backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "asyncio-fast":
        send_through_the_fast_one(monkeypatch)
    return str(request.param).removesuffix("-fast")


@pytest.fixture(params=["stock", "fast"])
def every_transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests marked `asyncio`."""
    if request.param == "fast":
        send_through_the_fast_one(monkeypatch)


def send_through_the_fast_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients made from now on that are told of no transport use the fast one."""
    stock = AsyncAutodialer.__init__

    @wraps(stock)
    def init(self: AsyncAutodialer, *args: Any, **settings: Any) -> None:
        if settings.get("transport") is None:
            own = {name: settings.pop(name) for name in ("proxy", "verify") if name in settings}
            settings["transport"] = FastTransport(**own)
        stock(self, *args, **settings)

    monkeypatch.setattr(AsyncAutodialer, "__init__", init)


def shrink_send_buffers(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Connections like those over a slow line. Without this the kernel takes some megabytes on loopback."""
    option = (socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    class SlowHttpx(httpx.AsyncHTTPTransport):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings, socket_options=[option])

    class SlowAiohttp(aiohttp.TCPConnector):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings, socket_factory=_socket)

    def _socket(address: Any) -> socket.socket:
        family, kind, protocol, _, _ = address
        made = socket.socket(family, kind, protocol)
        made.setsockopt(*option)
        return made

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", SlowHttpx)
    monkeypatch.setattr(aiohttp, "TCPConnector", SlowAiohttp)


def let_seconds_pass(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Put the clock forward by which transports judge the age of a connection."""
    real = time.monotonic

    def later() -> float:
        return real() + seconds

    monkeypatch.setattr(time, "monotonic", later)
    monkeypatch.setattr(aiohttp.connector, "monotonic", later)
