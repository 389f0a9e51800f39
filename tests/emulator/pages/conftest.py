"""What the page's tests share."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from autodialer_async.emulator import Emulator


@pytest.fixture
async def emulator(anyio_backend: str) -> AsyncIterator[Emulator]:
    async with Emulator.serve() as served:
        yield served


@pytest.fixture
async def visitor(emulator: Emulator) -> AsyncIterator[httpx.AsyncClient]:
    """Someone with a browser without scripts, at the page."""
    async with httpx.AsyncClient(base_url=emulator.page_url, headers={"accept-language": "en"}) as client:
        yield client


@pytest.fixture
def send(emulator: Emulator) -> Callable[[list[dict[str, Any]]], Awaitable[None]]:
    """Hands records to the emulator, as a program would."""

    async def post(records: list[dict[str, Any]]) -> None:
        body = json.dumps({"query": {"access_token": emulator.access_token, "data": records}})
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{emulator.base_url}/{emulator.api_key}/make", content=body)
            assert answer.status_code == 200

    return post


@pytest.fixture
def listen(emulator: Emulator) -> Callable[..., Awaitable[list[tuple[str, str, Any]]]]:
    """Listens to the page's stream until a message is what was waited for; the messages as (kind, id, data)."""

    async def until(
        enough: Callable[[tuple[str, str, Any]], bool], query: str = "", **headers: str
    ) -> list[tuple[str, str, Any]]:
        parts = urlsplit(emulator.page_url)
        lines = [f"GET {parts.path}stream?{query} HTTP/1.1", f"Host: {parts.netloc}", *map(": ".join, headers.items())]
        heard: list[tuple[str, str, Any]] = []
        text = ""
        with anyio.fail_after(20):
            async with await anyio.connect_tcp(parts.hostname or "", parts.port or 0) as stream:
                await stream.send("\r\n".join([*lines, "", ""]).encode())
                while True:
                    text += (await stream.receive()).decode()
                    # What is left over is the beginning of the next message; lengths of chunks stand between them.
                    *whole, text = text.split("\n\n")
                    for message in map(_read, whole):
                        if message is None:
                            continue
                        heard.append(message)
                        if enough(message):
                            return heard

    return until


def _read(message: str) -> tuple[str, str, Any] | None:
    fields = dict(
        line.split(": ", 1) for line in message.splitlines() if line.startswith(("id: ", "event: ", "data: "))
    )
    return (fields["event"], fields.get("id", ""), json.loads(fields["data"])) if "event" in fields else None
