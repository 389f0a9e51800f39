"""What the emulator's tests share: bodies as the service's page writes them, made without our codec."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from autodialer_async.emulator import Emulator


class Body(httpx.AsyncByteStream):
    """Bytes in one piece, without httpx's own async generator: trio complains of it when a body is broken off."""

    def __init__(self, content: bytes) -> None:
        self._pieces = iter([content])

    def __aiter__(self) -> Body:
        return self

    async def __anext__(self) -> bytes:
        for piece in self._pieces:
            return piece
        raise StopAsyncIteration


@pytest.fixture
def page_records() -> list[dict[str, str]]:
    """The three records of the page's example."""
    same = {
        "UUID": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "statdialertime": "10:00:00",
        "stopdialertime": "19:00:00",
        "maxcount": "1",
        "generationtype": "1",
    }
    return [
        {"id": "1", "name": "Петров", "phone": "89222220000", **same},
        {"id": "2", "name": "Имя", "phone": "89222220000", **same},
        {"id": "3", "name": "Иванов", "phone": "89222220002", **same},
    ]


@pytest.fixture
def post_list() -> Callable[..., Awaitable[httpx.Response]]:
    """Posts a `make` to an emulator with a plain httpx client and returns the response."""

    async def post(client: httpx.AsyncClient, emulator: Emulator, records: list[Any], **query: Any) -> httpx.Response:
        body = {"query": {"access_token": emulator.access_token, "data": records, **query}}
        content = json.dumps(body, ensure_ascii=False).encode()
        request = client.build_request(
            "POST",
            f"{emulator.base_url}/{emulator.api_key}/make",
            content=content,
            headers={"content-type": "application/json"},
        )
        request.stream = Body(content)
        return await client.send(request)

    return post


@pytest.fixture
def some_records() -> Callable[..., list[dict[str, str]]]:
    """So many correct records with numbers of their own."""

    def make(count: int, *, first: int = 1) -> list[dict[str, str]]:
        return [{"id": str(n), "phone": f"8922{n:07}"} for n in range(first, first + count)]

    return make
