"""A client that speaks HTTP by hand, to leave at any byte."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.servers.misbehaving import MisbehavingServer

__all__ = ["connect", "exchange", "make_body", "make_request", "receive_all", "reset"]


def make_body(ids: Iterable[str], *, padding: int = 0) -> bytes:
    """A `make` body; `padding`: bytes added to each record."""
    data = [{"id": record, "name": "x" * padding, "phone": "89222220000"} for record in ids]
    return json.dumps({"query": {"access_token": "token", "data": data}}).encode()


def make_request(server: MisbehavingServer, body: bytes) -> bytes:
    return f"POST /{server.api_key}/make HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.contextmanager
def connect(server: MisbehavingServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(server.base_url.rpartition(":")[2])), timeout=5) as client:
        yield client


def exchange(client: socket.socket, request: bytes) -> bytes:
    """Send, and receive what comes first; raises ConnectionError on an RST, at whichever of the two it shows."""
    client.sendall(request)
    return client.recv(1 << 16)


def receive_all(client: socket.socket) -> bytes:
    """Everything until the server closes; raises ConnectionResetError on an RST."""
    pieces = []
    while piece := client.recv(1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def reset(client: socket.socket) -> None:
    """Leave with an RST."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
