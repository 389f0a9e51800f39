"""The receiver inside other applications: it runs with their lifespan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from autodialer_async.errors import ConfigurationError
from autodialer_async.webhooks import ReceivedEvent, WebhookReceiver
from autodialer_async.webhooks.fastapi import router
from tests.webhooks.serving import SECRET, served

pytestmark = pytest.mark.anyio


def starlette(receiver: WebhookReceiver) -> Starlette:
    return Starlette(routes=[Mount("/api/calls", receiver)], lifespan=receiver.lifespan)


def fastapi(receiver: WebhookReceiver) -> FastAPI:
    @asynccontextmanager
    async def its_own(app: FastAPI) -> AsyncIterator[dict[str, int]]:
        yield {"a state of the user's": 1}

    app = FastAPI(lifespan=its_own)
    app.include_router(router(receiver, path="/calls"), prefix="/api")
    return app


def fastapi_mount(receiver: WebhookReceiver) -> FastAPI:
    app = FastAPI(lifespan=receiver.lifespan)
    app.mount("/api/calls", receiver)
    return app


@pytest.mark.parametrize("application", [starlette, fastapi, fastapi_mount])
async def test_it_receives_and_handles_inside_the_application(
    tmp_path: Path, application: Callable[[WebhookReceiver], Any]
) -> None:
    seen, handled = [], anyio.Event()

    async def on_event(event: ReceivedEvent) -> None:
        seen.append(event.phone)
        if len(seen) == 2:
            handled.set()

    receiver = WebhookReceiver(secret=SECRET, inbox=tmp_path / "calls.db", on_event=on_event)
    async with served(application(receiver)) as client:
        assert receiver.is_running
        answers = [
            await client.post(f"/api/calls/{SECRET}", data={"phone": "89222220001"}),
            await client.get("/api/calls", params={"phone": "89222220002", "secret": SECRET}, follow_redirects=True),
            await client.get("/api/calls/wrong", params={"phone": "89222220003"}),
            await client.put(f"/api/calls/{SECRET}", params={"phone": "89222220003"}),
            await client.get("/api/other"),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 404, 405, 404]
        await handled.wait()
    assert sorted(seen) == ["89222220001", "89222220002"]
    assert not receiver.is_running


def test_the_route_is_in_no_document_and_its_path_begins_with_a_slash(tmp_path: Path) -> None:
    receiver = WebhookReceiver(secret=SECRET, inbox=tmp_path / "calls.db")
    app = fastapi(receiver)
    assert app.openapi()["paths"] == {}
    with pytest.raises(ConfigurationError, match="begins with a slash"):
        router(receiver, path="calls")
