"""A server of the user's that is told of calls: it writes down what comes, and answers what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import attrs

__all__ = ["Told", "UsersServer"]


@attrs.frozen
class Told:
    """One request as it came."""

    method: str
    path: str
    content_type: str | None
    body: bytes


class UsersServer:
    """Serves from entering to leaving.

    Args:
        answer: The status for the request of this number, from 1; 0 closes the connection without an answer.
    """

    def __init__(self, answer: Callable[[int], int] = lambda _: 200) -> None:
        self.told: list[Told] = []
        lock = threading.Lock()
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def _take(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with lock:
                    told.append(Told(self.command, self.path, self.headers.get("content-type"), body))
                    status = answer(len(told))
                if status:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()

            do_GET = do_POST = _take  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/calls"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
