"""Every transport offered, under tests that were written for none of them.

A conftest.py that imports `anyio_backend` from here runs its folder's tests on asyncio and on trio over httpx's own
transport, and on asyncio over the fast one: whatever a client of the test is, it sends through that.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest

from autodialer_async import AsyncAutodialer
from autodialer_async.fast import FastTransport

__all__ = ["anyio_backend", "send_through_the_fast_one"]


@pytest.fixture(params=["asyncio", "trio", "asyncio-fast"])
def anyio_backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "asyncio-fast":
        send_through_the_fast_one(monkeypatch)
    return str(request.param).removesuffix("-fast")


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
