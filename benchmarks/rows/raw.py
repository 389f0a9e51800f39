"""Bare sockets under asyncio: what the wire itself costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from benchmarks.records import documents, ready, slices
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]

_HEAD = (
    b"POST /key/make HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: */*\r\n"
    b"Content-Length: %d\r\n\r\n"
)


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def post(self, *pieces: bytes) -> asyncio.Future[int]:
        """Send one request; how many records its report says were inserted."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.writelines(pieces)
        return self._answer

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        self._received = b""
        assert self._answer is not None
        if head.startswith(b"HTTP/1.1 200 "):
            self._answer.set_result(int(json.loads(body)["report"]["inserted"]))
        else:
            self._answer.set_exception(RuntimeError(head.decode()))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())


def _request(batch: object) -> tuple[bytes, bytes]:
    body = orjson.dumps({"query": {"access_token": "token", "data": batch}})
    return _HEAD % len(body), body


def _row(
    as_pieces: Callable[[Any], tuple[bytes, ...]], cut: Callable[[Iterable[Any]], Iterable[Any]]
) -> Callable[[Job], AbstractAsyncContextManager[Send]]:
    @asynccontextmanager
    async def opened(job: Job) -> AsyncIterator[Send]:
        loop = asyncio.get_running_loop()
        connections = [
            (await loop.create_connection(_Connection, "127.0.0.1", job.port))[1] for _ in range(job.concurrency)
        ]

        async def send(source: Iterable[Any]) -> int:
            batches = iter(cut(source))

            async def work(connection: _Connection) -> int:
                return sum([await connection.post(*as_pieces(batch)) for batch in batches])

            return sum(await asyncio.gather(*map(work, connections)))

        yield send
        for connection in connections:
            connection.close()

    return opened


def _bodies(count: int, _directory: Path) -> list[bytes]:
    return [b"".join(_request(batch)) for batch in slices(documents(count))]


ROWS = {
    "bodies": Row(_row(lambda body: (body,), iter), _bodies),
    "orjson": Row(_row(_request, slices), lambda count, _: documents(count)),
    "orjson-ready": Row(_row(_request, slices), lambda count, _: ready(documents)(count)),
}
