"""One connection, served by hand: HTTP/1.1 with keep-alive and Content-Length, and wrong wherever it is told to be."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.servers.behaviours import (
    Behaviour,
    DropBeforeReading,
    EarlyAnswer413,
    ResetMidBody,
    StallMidBody,
    WholeBody,
)
from tests.servers.replies import Reply, Service, response
from tests.servers.request import RequestInfo, first_record_id, read_contents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers.books import Books, RequestRecord
    from tests.servers.channel import Channel
    from tests.servers.misbehaving import MisbehavingServer

__all__ = ["Connection"]

SIP = 1024
"""Bytes read at once where what to do is not yet known: little enough to be far from the end of a batch."""
GULP = 1 << 16
LONGEST_HEADER = 1 << 16
LONGEST_START = 8192
"""Bytes of body in which the first record's id is looked for."""


@dataclass(frozen=True)
class _Head:
    method: str
    target: str
    headers: Mapping[str, str]
    length: int


class _Left(Exception):
    """The connection is over: the client left, the server stops, or a behaviour ended it."""


class Connection:
    """Serves requests in turn until someone leaves. Runs in a thread of its own."""

    def __init__(self, server: MisbehavingServer, channel: Channel, number: int) -> None:
        self._server = server
        self._books: Books = server
        self._service: Service = server.service
        self._channel = channel
        self._number = number
        self._buffer = b""
        self._body = bytearray()
        self._nth = 0
        self._idle: float | None = None

    def run(self) -> None:
        try:
            while self._serve_one():
                pass
        except _Left:
            pass
        finally:
            self._channel.close()

    def _serve_one(self) -> bool:
        """Whether the connection may serve another request."""
        if not self._buffer:
            self._buffer = self._channel.receive(SIP, patience=self._idle, quiet=0.0)
            if not self._buffer:
                return False
        self._nth += 1
        self._body = bytearray()
        record = self._books.begin(self._number)
        try:
            head = self._read_head(record)
            request = RequestInfo(
                number=record.number,
                connection=self._number,
                nth=self._nth,
                method=head.method,
                target=head.target,
                operation=urlsplit(head.target).path.rpartition("/")[2],
                headers=head.headers,
                content_length=head.length,
            )
            record.info = request
            keep = self._conduct(record, request)
            return keep and head.headers.get("connection", "").lower() != "close"
        finally:
            record.body = bytes(self._body)
            self._books.finish(record)

    def _read_head(self, record: RequestRecord) -> _Head:
        while b"\r\n\r\n" not in self._buffer:
            more = self._channel.receive(SIP)
            record.header_bytes = len(self._buffer) + len(more)
            if not more or len(self._buffer) > LONGEST_HEADER:
                raise _Left
            self._buffer += more
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        record.header_bytes = len(head) + 4
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if "transfer-encoding" in headers:
            self._send(record, Reply(response(411, b"", close=True), 411))
            raise _Left
        method, target, *_ = [*first.split(" "), "", ""]
        return _Head(method, target, headers, int(headers.get("content-length", "0")))

    def _choose(self, record: RequestRecord, request: RequestInfo) -> tuple[RequestInfo, Behaviour]:
        """Ask the script as soon as there is something new to know."""
        behaviour = self._server.ask(request)
        if behaviour is None and request.content_length:
            request, behaviour = self._choose_by_start(request)
        if behaviour is None:
            request = self._receive_whole(record, request)
            behaviour = self._server.ask(request)
        if behaviour is None:
            raise TypeError(f"the script chose nothing for request {request.number}")
        record.behaviour = behaviour
        return request, behaviour

    def _conduct(self, record: RequestRecord, request: RequestInfo) -> bool:
        """Choose a behaviour and carry it out; whether the connection lives on."""
        request, behaviour = self._choose(record, request)
        match behaviour:
            case DropBeforeReading(reset):
                self._end(record, reset=reset)
            case EarlyAnswer413(lingering):
                self._send(record, Reply(response(413, b"", close=True), 413))
                if lingering:
                    self._receive_whole(record, request)
                self._end(record, reset=False)
            case ResetMidBody(after_bytes):
                self._read_on(min(after_bytes, request.content_length))
                self._end(record, reset=True)
            case StallMidBody(after_bytes, then):
                self._read_on(min(after_bytes, request.content_length))
                self._server.hold()
                self._channel.widen()
                return self._answer(record, request, then)
            case WholeBody():
                return self._answer(record, request, behaviour)
        return False

    def _choose_by_start(self, request: RequestInfo) -> tuple[RequestInfo, Behaviour | None]:
        limit = min(request.content_length, LONGEST_START)
        while (first := first_record_id(bytes(self._body))) is None and len(self._body) < limit:
            self._read_some(request.content_length, SIP)
        request = dataclasses.replace(request, first_id=first)
        return request, None if first is None else self._server.ask(request)

    def _answer(self, record: RequestRecord, request: RequestInfo, behaviour: WholeBody) -> bool:
        if not record.whole:
            request = self._receive_whole(record, request)
        self._books.accept(record, behaviour.takes(len(request.ids or ())))
        reply = behaviour.reply(request, self._service.answer(request))
        self._send(record, reply)
        if reply.ending == "reset":
            self._end(record, reset=True)
        self._idle = reply.idle
        return reply.ending == "keep"

    def _receive_whole(self, record: RequestRecord, request: RequestInfo) -> RequestInfo:
        self._read_on(request.content_length)
        contents = read_contents(request, bytes(self._body))
        request = dataclasses.replace(request, ids=contents.ids, fields=contents.fields)
        self._books.receive(record, request, bytes(self._body))
        return request

    def _read_on(self, until: int) -> None:
        """Read until `until` bytes of the body are there.

        Raises:
            _Left: They never came.
        """
        while len(self._body) < until:
            self._read_some(until, GULP)

    def _read_some(self, until: int, most: int) -> None:
        want = min(until - len(self._body), most)
        piece, self._buffer = self._buffer[:want], self._buffer[want:]
        if not piece:
            piece = self._channel.receive(want)
        if not piece:
            raise _Left
        self._body += piece

    def _send(self, record: RequestRecord, reply: Reply) -> None:
        """Send as told. The request is over before its last byte leaves: a client that has it may send the next."""
        if reply.delay != 0.0 and not self._channel.pause(reply.delay):
            raise _Left
        record.status = reply.status
        *pieces, last = _cut(reply.data, reply.piece)
        for piece in pieces:
            if not self._channel.send(piece) or not self._channel.pause(reply.interval):
                raise _Left
        self._books.finish(record)
        if not self._channel.send(last):
            raise _Left

    def _end(self, record: RequestRecord, *, reset: bool) -> None:
        self._books.finish(record)
        self._channel.close(reset=reset)
        raise _Left


def _cut(data: bytes, size: int | None) -> list[bytes]:
    if size is None:
        return [data]
    return [data[start : start + size] for start in range(0, len(data), size)] or [data]
