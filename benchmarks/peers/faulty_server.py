"""A service on loopback that reads each request whole, counts it, and then does wrong."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

__all__ = ["FAULTS", "FaultyServer"]

FAULTS = {
    "drop": "the connection is closed without an answer",
    "late": "the answer comes after the client's timeout",
    "500": "500 with an error in JSON",
    "503": "503 without Retry-After",
    "html": "200 with a HTML page",
    "307": "307 to another host",
}

_PAGE = b"<!doctype html><html><body>Please log in</body></html>"
_LATE = 2.5


class FaultyServer(ThreadingHTTPServer):
    """One fault, and how often a POST (or PUT) arrived whole.

    Attributes:
        sends: Requests that arrived whole; each might have phoned somebody.
        keys: The idempotency keys that came with them.
        elsewhere: Where a 307 leads to; bodies that arrive there left for a host that the user never named.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, fault: str, elsewhere: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fault = fault
        self.elsewhere = elsewhere
        self.sends = 0
        self.keys: list[str] = []
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that left is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: FaultyServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, b"{}")

    def do_POST(self) -> None:
        self._read_body()
        with self.server.lock:
            self.server.sends += 1
            self.server.keys += [value for name, value in self.headers.items() if "idempot" in name.lower()]
        match self.server.fault:
            case "drop":
                self.close_connection = True
            case "late":
                self.server.stopped.wait(_LATE)
                self.close_connection = True
            case "html":
                self._answer(200, _PAGE, "text/html")
            case "307":
                self._answer(307, b"", location=self.server.elsewhere + self.path)
            case "ok":
                self._answer(200, b"{}")
            case status:
                self._answer(int(status), b'{"error": {"message": "internal", "type": "server_error"}}')

    do_PUT = do_POST  # noqa: N815 - http.server's own spelling

    def log_message(self, *_: object) -> None:
        """Counting is enough."""

    def _read_body(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes, kind: str = "application/json", location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        # What elasticsearch's client asks of a server before it speaks with it.
        self.send_header("X-Elastic-Product", "Elasticsearch")
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)
