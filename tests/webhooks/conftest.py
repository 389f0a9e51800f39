"""A receiver on a real socket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from autodialer_async.webhooks import Backoff, WebhookReceiver
from tests.webhooks.serving import SECRET, served

__all__ = ["Receiving", "StartReceiving"]


@attrs.frozen
class Receiving:
    receiver: WebhookReceiver
    client: httpx.AsyncClient

    @property
    def port(self) -> int:
        port = self.client.base_url.port
        assert port is not None
        return port

    async def send(self, **fields: str) -> httpx.Response:
        return await self.client.post(f"/{SECRET}", data=fields)

    async def kept(self) -> int:
        return sum((await self.receiver.inbox.counts()).values())


StartReceiving = Callable[..., AbstractAsyncContextManager[Receiving]]


@pytest.fixture
def receiving(tmp_path: Path) -> StartReceiving:
    @asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Receiving]:
        usual: dict[str, Any] = {"secret": SECRET, "inbox": tmp_path / "calls.db"}
        receiver = WebhookReceiver(**usual | {"backoff": Backoff(attempts=3, base=0)} | settings)
        async with served(receiver) as client:
            yield Receiving(receiver, client)

    return start


@pytest.fixture(autouse=True)
def _the_client_s_own_log_is_not_ours() -> None:
    # httpx prints addresses at INFO: those of the sender in these tests.
    logging.getLogger("httpx").setLevel(logging.WARNING)
