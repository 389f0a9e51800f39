"""Several processes that receive on one socket into one inbox, and a sender that repeats until it is answered 2xx."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlencode

import anyio

from autodialer_async.webhooks import Inbox
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until_counted

__all__ = ["Fields", "Sender", "Workers", "workers"]

_ROOT = Path(__file__).parents[2]
Fields = dict[str, str]


class Workers:
    def __init__(self, folder: Path, pause: float, limit: int) -> None:
        # It stays open here, so who connects while every worker is dead waits for the next.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.inbox = Inbox(folder / "calls.db")
        self._handled = folder / "handled"
        self._pause, self._limit = pause, limit
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        descriptor = self._listener.fileno()
        settings = [str(descriptor), str(self.inbox.path), str(self._handled), str(self._pause), str(self._limit)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.webhooks.worker_process", *settings], pass_fds=[descriptor], cwd=_ROOT
        )
        self.processes.append(process)
        return process

    def kill(self, place: int) -> None:
        process = self.processes.pop(place)
        process.kill()
        process.wait()

    def handled(self) -> list[str]:
        """A line for each time that a handler got to its end: the event's key and number."""
        return self._handled.read_text().splitlines() if self._handled.exists() else []

    def wait_until_handled(self, events: int) -> None:
        anyio.run(until_counted, self.inbox, "handled", events)

    def close(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)
        self._listener.close()


@contextmanager
def workers(folder: Path, number: int = 2, *, pause: float = 0.0, limit: int = 1 << 26) -> Iterator[Workers]:
    running = Workers(folder, pause, limit)
    try:
        for _ in range(number):
            running.start()
        yield running
    finally:
        running.close()


class Sender:
    """Sends each set of fields over and over until a 2xx comes back, on several connections."""

    def __init__(self, port: int, events: Iterable[Fields], connections: int) -> None:
        self._port = port
        self._events: SimpleQueue[Fields] = SimpleQueue()
        for event in events:
            self._events.put(event)
        self.answered = 0
        self.sent = 0
        self._threads = [Thread(target=self._send_all, daemon=True) for _ in range(connections)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), f"{self.answered} answered so far"

    def _send_all(self) -> None:
        connection = self._connection()
        while True:
            try:
                body = urlencode(self._events.get_nowait())
            except Empty:
                connection.close()
                return
            while True:
                self.sent += 1
                with suppress(OSError, http.client.HTTPException):
                    headers = {"Content-Type": "application/x-www-form-urlencoded"}
                    connection.request("POST", f"/{SECRET}", body, headers)
                    answer = connection.getresponse()
                    answer.read()
                    if 200 <= answer.status < 300:
                        self.answered += 1
                        break
                connection.close()
                connection = self._connection()
                time.sleep(0.005)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
