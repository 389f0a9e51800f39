"""The server that every row talks to: a process of its own that counts records, waits, and answers as is expected.

It must never be the bottleneck, so bodies are received into one buffer and their braces counted, which for each of the
routes gives the number of records exactly; that the rule holds, and that the bodies are the list's records field by
field, is checked on the first body of the run, after the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping

import attrs

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

from benchmarks.processes import pin
from benchmarks.replies import ROUTES, Route

__all__ = ["Stub"]

_BRACE = ord("{")
_FIRST_BUFFER = 1 << 19
_LARGEST_BODY = 1 << 28


class _Buffer:
    def __init__(self, size: int) -> None:
        self.bytes = bytearray(size)
        self.view = memoryview(self.bytes)
        self.array = np.frombuffer(self.bytes, dtype=np.uint8)

    def larger(self, size: int) -> _Buffer:
        wider = _Buffer(size)
        wider.bytes[: len(self.bytes)] = self.bytes
        return wider


@attrs.define
class Stub:
    """What the server counted since the mark, which a row sets when it is warm.

    Attributes:
        latency: Seconds between a whole request and its answer.
    """

    latency: float
    records: int = 0
    requests: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    marked: float = attrs.field(factory=time.process_time)
    problems: list[str] = attrs.field(factory=list)
    first: tuple[bytes, Route, int] | None = None
    spare: list[_Buffer] = attrs.field(factory=list)

    def mark(self) -> None:
        """Count from here."""
        self.records = self.requests = self.most_in_flight = 0
        self.marked = time.process_time()

    def begin(self) -> _Buffer:
        """A request begins; room for it (the room used last is still in the processor's cache)."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.spare.pop() if self.spare else _Buffer(_FIRST_BUFFER)

    def take(self, route: Route, braces: int, body: Callable[[], bytes]) -> bytes:
        """Count one whole request; the answer to it."""
        records = route.records(braces)
        if records is None:
            self.problems.append(f"a body with {braces} braces is not one of {route.path}")
            records = 0
        if self.first is None:
            self.first = body(), route, records
        self.records += records
        self.requests += 1
        return route.reply(records)

    def report(self) -> Mapping[str, object]:
        """Counts, and what is wrong with them."""
        cpu = time.process_time() - self.marked
        if self.first is not None:
            body, route, records = self.first
            try:
                route.check(body, records)
            except (ValueError, KeyError, TypeError) as error:
                self.problems.append(f"the first body is not what it should be: {type(error).__name__}: {error}")
        return {
            "cpu": cpu,
            "records": self.records,
            "requests": self.requests,
            "in_flight": self.most_in_flight,
            "problems": self.problems[:5],
        }


class _Connection(asyncio.BufferedProtocol):
    def __init__(self, stub: Stub, loop: asyncio.AbstractEventLoop) -> None:
        self._stub = stub
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer: _Buffer | None = None  # held while a request comes in
        self._filled = 0
        self._start = 0  # of the body
        self._end: int | None = None  # of the body; None while the head is not whole, -1 if chunked
        self._path = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asked for by the protocol
        if self._buffer is None:
            self._buffer = self._stub.begin()
        elif self._filled == len(self._buffer.bytes):
            if self._filled >= _LARGEST_BODY:
                raise ValueError("a request larger than any row sends")
            self._buffer = self._buffer.larger(2 * self._filled)
        return self._buffer.view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        buffer = self._buffer
        assert buffer is not None
        self._filled += nbytes
        if self._end is None and not self._read_head(buffer):
            return
        if self._end == -1:
            body = _dechunked(buffer.bytes[self._start : self._filled])
            if body is not None:
                self._settle(buffer, body.count(b"{"), lambda: body)
        elif self._end is not None and self._filled >= self._end:
            start, end = self._start, self._end
            braces = int(np.count_nonzero(buffer.array[start:end] == _BRACE))
            self._settle(buffer, braces, lambda: bytes(buffer.view[start:end]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._buffer is not None:
            self._stub.in_flight -= 1
            if self._filled:
                self._stub.problems.append(f"a connection ended within a request: {exc}")

    def _read_head(self, buffer: _Buffer) -> bool:
        found = buffer.bytes.find(b"\r\n\r\n", 0, self._filled)
        if found < 0:
            return False
        line, _, rest = bytes(buffer.view[:found]).partition(b"\r\n")
        self._path = line.split(b" ")[1].partition(b"?")[0].decode("ascii").rpartition("/")[2]
        fields = dict(field.split(b":", 1) for field in rest.lower().split(b"\r\n") if field)
        self._start = found + 4
        chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
        self._end = -1 if chunked else self._start + int(fields.get(b"content-length", b"0"))
        return True

    def _settle(self, buffer: _Buffer, braces: int, body: Callable[[], bytes]) -> None:
        if self._end not in (-1, self._filled):
            self._stub.problems.append("a second request before the answer to the first")
        route = ROUTES.get(self._path)
        if route is not None:
            reply = self._stub.take(route, braces, body)
        elif self._path == "mark":
            reply = b"HTTP/1.1 204 No Content\r\n\r\n"
        else:
            self._stub.problems.append(f"an unknown path: {self._path}")
            reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        self._stub.spare.append(buffer)
        self._buffer, self._filled, self._end = None, 0, None
        if self._stub.latency and route is not None:
            self._loop.call_later(self._stub.latency, self._answer, reply)
        else:
            self._answer(reply)
            if self._path == "mark":
                self._stub.mark()

    def _answer(self, reply: bytes) -> None:
        self._stub.in_flight -= 1
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.write(reply)


def _dechunked(raw: bytes | bytearray) -> bytes | None:
    """The body that these chunks make, or None while some are missing."""
    if not raw.endswith(b"0\r\n\r\n"):
        return None
    body, place = bytearray(), 0
    while (end := raw.find(b"\r\n", place)) >= 0:
        size = int(raw[place:end], 16)
        if not size:
            return bytes(body)
        body += raw[end + 2 : end + 2 + size]
        place = end + 4 + size
    return None


async def _serve(latency: float, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    stub = Stub(latency)
    server = await loop.create_server(lambda: _Connection(stub, loop), "127.0.0.1", 0, backlog=512)
    over = asyncio.Event()
    loop.add_reader(0, over.set)  # the runner closes our standard input; so does its death
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(over.wait(), seconds)
    print(json.dumps(stub.report()), flush=True)


def main() -> None:
    """Serve as told by one JSON argument: `latency` and `limit` in seconds, `core`."""
    settings = json.loads(sys.argv[1])
    pin(settings["core"])
    # The runner may be gone: then nobody is left to tell.
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(_serve(settings["latency"], settings["limit"]))


if __name__ == "__main__":
    main()
