"""A light server for load and memory tests: correct reports for next to no CPU, in a process of its own.

    with StubProcess(latency=0.2) as stub:
        ...  # a client with stub.base_url and any key
        assert stub.counts().records == 25_000

By hand: `python -m tests.servers.stub --latency 0.2` prints its port and runs until its standard input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

__all__ = ["Counts", "Stub", "StubProcess"]

RECORD = b'"phone":'
ROOT = Path(__file__).parents[2]


@dataclass
class Counts:
    """What a stub has seen.

    Attributes:
        requests: Requests whose whole body arrived.
        records: Records in them.
        in_flight: Requests begun and not yet answered, their clients still there.
        max_in_flight: The most of these at any time.
        connections: Connections accepted.
    """

    requests: int = 0
    records: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    connections: int = 0


@dataclass
class Stub:
    """What all connections share: how to answer, and the counts.

    Args of the constructor as in `StubProcess`.
    """

    latency: float
    silent: bool
    fail_status: int | None
    counts: Counts
    tasks: int = 40133707428585176

    def answer(self, records: int) -> bytes:
        """The whole answer to one `make`."""
        if self.fail_status is not None:
            return f"HTTP/1.1 {self.fail_status} Stub\r\nContent-Length: 0\r\n\r\n".encode()
        self.tasks += 1
        report = f'{{"lines":"{records}","ok":"{records}","inserted":"{records}","errorcode":"0","id":"{self.tasks}"}}'
        return _json(f'{{"report":{report}}}')


class _Connection(asyncio.Protocol):
    """Counts a body piece by piece and keeps none of it."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._transport: asyncio.Transport | None = None
        self._head = b""
        self._left: int | None = None
        self._tail = b""
        self._records = 0
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._stub.counts.connections += 1
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._end()

    def data_received(self, data: bytes) -> None:
        if self._left is None:
            data = self._take_head(data)
            if self._left is None:
                return
        self._left -= len(data)
        # A record's mark may be cut by the border of two pieces, and the tail is too short to hold a whole one.
        piece = self._tail + data
        self._records += piece.count(RECORD)
        self._tail = piece[1 - len(RECORD) :]
        if self._left <= 0:
            self._settle()

    def _take_head(self, data: bytes) -> bytes:
        """Read the header; what is behind it."""
        self._head += data
        head, end, body = self._head.partition(b"\r\n\r\n")
        if not end:
            return b""
        self._head = b""
        if head.startswith(b"GET /counts "):
            self._send(_json(json.dumps(asdict(self._stub.counts))))
            return b""
        self._left, self._records, self._tail = _content_length(head), 0, b""
        counts = self._stub.counts
        counts.in_flight += 1
        counts.max_in_flight = max(counts.max_in_flight, counts.in_flight)
        self._busy = True
        return body

    def _settle(self) -> None:
        self._left = None
        self._stub.counts.requests += 1
        self._stub.counts.records += self._records
        if self._stub.silent:
            return
        answer = self._stub.answer(self._records)
        if self._stub.latency:
            asyncio.get_running_loop().call_later(self._stub.latency, self._reply, answer)
        else:
            self._reply(answer)

    def _reply(self, answer: bytes) -> None:
        self._end()
        self._send(answer)

    def _send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _end(self) -> None:
        if self._busy:
            self._busy = False
            self._stub.counts.in_flight -= 1


class StubProcess:
    """A stub in a process of its own, that ends with the block, or with this process at the latest.

    Args:
        latency: Seconds between a whole body and its answer.
        silent: Never answer; what is sent is read and counted.
        fail_status: Answer everything with this status and an empty body.
    """

    def __init__(self, *, latency: float = 0.0, silent: bool = False, fail_status: int | None = None) -> None:
        self._arguments = ["--latency", str(latency)]
        self._arguments += ["--silent"] if silent else []
        self._arguments += ["--fail-status", str(fail_status)] if fail_status is not None else []
        self._process: subprocess.Popen[bytes] | None = None
        self.base_url = ""
        self.api_key = "key-of-a-test"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.servers.stub", *self._arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            port = int(self._process.stdout.readline()) if self._process.stdout else 0
        except BaseException:
            self._end()
            raise
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def counts(self) -> Counts:
        """The counts at this moment. Blocks for about a millisecond."""
        connection = http.client.HTTPConnection(self.base_url.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/counts")
            return Counts(**json.load(connection.getresponse()))
        finally:
            connection.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def _json(body: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


async def _serve(stub: Stub) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(stub), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  (the parent reads it)
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--fail-status", type=int)
    options = parser.parse_args()
    asyncio.run(_serve(Stub(options.latency, options.silent, options.fail_status, Counts())))


if __name__ == "__main__":
    main()
