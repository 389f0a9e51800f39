"""A tiny HTTP proxy on loopback: CONNECT tunnels and plain forwarding, and a record of what it was told.

with Proxy() as proxy:
    ...  # a client with proxy=proxy.url
assert proxy.requests == [["CONNECT 127.0.0.1:4431 HTTP/1.1", ...header lines]]
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

__all__ = ["Proxy"]


class Proxy:
    """Forwards until it is stopped.

    Args:
        refuse_with: Answer every request with this status line instead (`407 Proxy Authentication Required`).

    Attributes:
        requests: Of each request the lines of its head, as received.
        bytes_seen: Everything that clients sent, tunnelled bytes included.
    """

    def __init__(self, *, refuse_with: str | None = None) -> None:
        self.requests: list[list[str]] = []
        self.bytes_seen = bytearray()
        self._refuse_with = refuse_with
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self._spawn(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._cut(self._listener)
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            self._cut(sock)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()
        for sock in sockets:
            sock.close()

    def _spawn(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            self._keep(client)
            self._spawn(self._serve, client)

    def _keep(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.add(sock)

    def _serve(self, client: socket.socket) -> None:
        head = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return self._cut(client)
                head += piece
                self.bytes_seen += piece
            lines, _, rest = head.partition(b"\r\n\r\n")
            told = lines.decode("latin-1").split("\r\n")
            self.requests.append(told)
            method, target, _ = told[0].split(" ")
            if self._refuse_with is not None:
                length = next((int(line[15:]) for line in told if line.lower().startswith("content-length:")), 0)
                while len(rest) < length and (piece := client.recv(65536)):
                    rest += piece
                client.sendall(
                    f"HTTP/1.1 {self._refuse_with}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
                )
                return self._cut(client)
            address = f"//{target}" if method == "CONNECT" else target
            parts = urlsplit(address)
            upstream = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10)
            upstream.settimeout(None)
            self._keep(upstream)
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                upstream.sendall(rest)
            else:
                path = f"{parts.path}?{parts.query}" if parts.query else parts.path
                first = f"{method} {path} HTTP/1.1"
                # One request a connection is enough here.
                kept = [line for line in told[1:] if not line.lower().startswith(("connection:", "proxy-"))]
                upstream.sendall("\r\n".join([first, *kept, "Connection: close", "", ""]).encode("latin-1") + rest)
            self._spawn(self._pump, upstream, client)
            self._pump(client, upstream, self.bytes_seen)
        return None

    def _pump(self, source: socket.socket, drain: socket.socket, seen: bytearray | None = None) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if seen is not None:
                    seen += piece
                drain.sendall(piece)
        self._cut(drain)

    def _cut(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
