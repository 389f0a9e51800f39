"""One accepted socket that can be left at any moment, by the client or by the server's stop."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time

__all__ = ["Channel", "Stop"]

QUIET = 0.2
"""Seconds without a byte after which a stopping server takes it that nothing more is coming."""
LONGEST = 0.8
"""Seconds that a stop may take altogether."""


class Stop:
    """Tells every thread that the server stops: a socket that becomes readable, for ever, for all who poll it."""

    def __init__(self) -> None:
        self.signal, self._trigger = socket.socketpair()
        self._deadline: float | None = None
        self._lock = threading.Lock()

    @property
    def asked(self) -> bool:
        return self._deadline is not None

    @property
    def left(self) -> float:
        """Seconds left before threads must be gone."""
        return LONGEST if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def ask(self) -> None:
        with self._lock:
            if self._deadline is None:
                self._deadline = time.monotonic() + LONGEST
                self._trigger.close()

    def close(self) -> None:
        self._trigger.close()
        self.signal.close()


class Channel:
    """Reads only what it is asked to, so that what stays in the kernel is known."""

    def __init__(self, sock: socket.socket, stop: Stop) -> None:
        sock.settimeout(0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._stop = stop

    def receive(self, limit: int, *, patience: float | None = None, quiet: float = QUIET) -> bytes:
        """At most `limit` bytes.

        `b""`: the client left and nothing of what it sent is unread, nothing came for `patience` seconds, or the
        server stops and nothing came for `quiet` seconds.
        """
        while not (self._stop.asked and self._stop.left <= 0):
            try:
                return self._sock.recv(limit)
            except BlockingIOError:
                pass
            except OSError:
                return b""
            if self._stop.asked:
                if not self._poll(select.POLLIN, min(quiet, self._stop.left), heed_stop=False):
                    return b""
            elif not self._poll(select.POLLIN, patience) and not self._stop.asked:
                return b""
        return b""

    def send(self, data: bytes) -> bool:
        """Whether all was handed to the kernel before the client left or the server stopped."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._sock.send(rest) :]
            except BlockingIOError:
                if self._stop.asked:
                    return False
                self._poll(select.POLLOUT, None)
            except OSError:
                return False
        return True

    def pause(self, seconds: float | None) -> bool:
        """Wait; whether client and server were both still there at the end. None: until one of them is not."""
        end = None if seconds is None else time.monotonic() + seconds
        watched = select.POLLIN
        while not self._stop.asked:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return True
            if self._poll(watched, left) and not self._stop.asked:
                try:
                    if not self._sock.recv(1, socket.MSG_PEEK):
                        return False
                    watched = 0  # the next request is already there; only errors are news from now on
                except BlockingIOError:
                    continue
                except OSError:
                    return False
        return False

    def widen(self) -> None:
        """Let the kernel take much at once, after a stall with a small window."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    def close(self, *, reset: bool = False) -> None:
        if reset:
            with contextlib.suppress(OSError):
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def _poll(self, events: int, seconds: float | None, *, heed_stop: bool = True) -> bool:
        """Whether the socket has such news; a stop ends the wait, and then the answer says nothing."""
        poller = select.poll()
        poller.register(self._sock, events)
        if heed_stop:
            poller.register(self._stop.signal, select.POLLIN)
        return bool(poller.poll(None if seconds is None else max(0.0, seconds) * 1000))
