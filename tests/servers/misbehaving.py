"""A real TCP server on loopback that does wrong on purpose, and keeps exact books of what it took.

    with MisbehavingServer(ByBatch({"1000": [DropAfterAccepting()]})) as server:
        ...  # a client with server.base_url and server.api_key
    assert server.accepted["1000"] == 1

It has threads of its own, so tests on asyncio and on trio use the same server, and imports nothing of the package.
After `stop()` the books are final: all that had reached the kernel was read.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING, Self

from tests.servers.behaviours import (
    Accept,
    Answer,
    AnswerLate,
    Behaviour,
    CloseIdleAfter,
    DropAfterAccepting,
    DropBeforeReading,
    EarlyAnswer413,
    EmptyBody,
    FewerLines,
    GarbageStatusLine,
    Html,
    HugeAnswer,
    NeverAnswer,
    NothingInserted,
    Redirect,
    ResetMidBody,
    SlowDrip,
    StallMidBody,
    TruncatedJson,
    WholeBody,
)
from tests.servers.books import Books, RequestRecord
from tests.servers.channel import Channel, Stop
from tests.servers.connection import Connection
from tests.servers.replies import History, Reply, Service
from tests.servers.request import RequestInfo
from tests.servers.scripts import ByBatch, ByRecord, Script, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Accept",
    "Answer",
    "AnswerLate",
    "Behaviour",
    "ByBatch",
    "ByRecord",
    "CloseIdleAfter",
    "DropAfterAccepting",
    "DropBeforeReading",
    "EarlyAnswer413",
    "EmptyBody",
    "FewerLines",
    "GarbageStatusLine",
    "Html",
    "HugeAnswer",
    "MisbehavingServer",
    "NeverAnswer",
    "NothingInserted",
    "Redirect",
    "Reply",
    "RequestInfo",
    "RequestRecord",
    "ResetMidBody",
    "Script",
    "SlowDrip",
    "StallMidBody",
    "TruncatedJson",
    "WholeBody",
    "closed_port",
    "in_order",
]


class MisbehavingServer(Books):
    """One server, its script, and its books (the attributes of `Books`).

    Args:
        script: A behaviour for all requests, or a function that chooses one, see `scripts`.
        receive_buffer: SO_RCVBUF in bytes of every connection, set before accept; the kernel doubles it. Small ones
            (8192) make a client's write block in mid-body.
        history: What `cdr` answers: rows, or a function of `date_from`, `date_to` and `to`.
        drop_connection: Asked with the connection's number, from 1: whether to reset it right after accept, before
            a byte is read. Such a connection holds no request; a client may see the reset while it connects.
        api_key: The key in `target`s. Not checked.
    """

    def __init__(
        self,
        script: Script | Behaviour | None = None,
        *,
        receive_buffer: int | None = None,
        history: History = (),
        drop_connection: Callable[[int], bool] | None = None,
        api_key: str = "key-of-a-test",
    ) -> None:
        super().__init__()
        self.script: Script | Behaviour = script or Accept()
        self.service = Service(history)
        self.api_key = api_key
        self._drop_connection = drop_connection
        self._receive_buffer = receive_buffer
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._release = threading.Condition()
        self._releases = 0
        self._stopping: Stop | None = None
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def url(self, operation: str) -> str:
        return f"{self.base_url}/{self.api_key}/{operation}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop()
        if self._errors and kind is None:
            raise self._errors[0]

    def start(self) -> None:
        """Listen on a free port of loopback."""
        self._stopping = Stop()
        self._listener = socket.socket()
        if self._receive_buffer is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(512)
        self._listener.settimeout(0)
        self._port = self._listener.getsockname()[1]
        self._spawn(self._listen, self._listener, self._stopping)

    def stop(self) -> None:
        """End all connections within about a second. What clients had sent before is read and counted."""
        if self._stopping is None or self._listener is None:
            return
        self._stopping.ask()
        self.release()
        while self._threads:
            self._threads.pop().join()
        self._listener.close()
        self._stopping.close()
        self._stopping = self._listener = None

    def release(self) -> None:
        """Let all requests go on that are stalled now; later ones stall again."""
        with self._release:
            self._releases += 1
            self._release.notify_all()

    def hold(self) -> None:
        """Block until the next `release` or the stop."""
        with self._release:
            before = self._releases
            self.stall(+1)
            self._release.wait_for(
                lambda: self._releases > before or self._stopping is None or self._stopping.asked,
            )
        self.stall(-1)

    def wait_settled(self, timeout: float = 5.0) -> None:
        """Block until no request is in flight.

        Raises:
            TimeoutError: One still was after `timeout` seconds.
        """
        self.wait_for(lambda: self.in_flight == 0, timeout)

    def ask(self, request: RequestInfo) -> Behaviour | None:
        """What the script says of a request."""
        return self.script(request) if callable(self.script) else self.script

    def _spawn(self, target: Callable[..., None], *args: object) -> None:
        def guarded() -> None:
            try:
                target(*args)
            except BaseException as error:  # noqa: BLE001  (a broken script must fail the test, not a thread)
                self._errors.append(error)

        thread = threading.Thread(target=guarded, name="misbehaving server")
        thread.start()
        self._threads.append(thread)  # once started: a stop joins what it finds here

    def _listen(self, listener: socket.socket, stopping: Stop) -> None:
        poller = select.poll()
        poller.register(listener, select.POLLIN)
        poller.register(stopping.signal, select.POLLIN)
        while True:
            # Looked at before accept: connections that wait at the moment of the stop are still served.
            last_round = stopping.asked
            try:
                sock = listener.accept()[0]
            except BlockingIOError:
                if last_round:
                    return
                poller.poll()
                continue
            number = self.connect()
            channel = Channel(sock, stopping)
            if self._drop_connection is not None and self._drop_connection(number):
                channel.close(reset=True)
            else:
                self._spawn(Connection(self, channel, number).run)


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port of loopback that refuses connections and that nobody else can get meanwhile."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]
