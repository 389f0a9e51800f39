"""The one connection that writes: changes that wait for each other share a transaction, so they share its sync."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import anyio
import anyio.to_thread
import attrs

__all__ = ["Writer"]

_Apply = Callable[[sqlite3.Connection], object]


@attrs.define(eq=False)
class _Change:
    apply: _Apply
    committed: Callable[[], None] | None = None
    done: bool = False
    error: Exception | None = None


class Writer:
    """Applies changes in the order given, in one worker thread at a time, and commits those that wait together.

    A change that was handed over is applied, whatever becomes of its caller: by the next commit, or by `close`.

    Args:
        connection: Belongs to the writer from now on.
        error: From what a change raised to what its caller shall see.
        ended: What who comes after the end shall see.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        error: Callable[[Exception], Exception],
        ended: Callable[[], Exception],
    ) -> None:
        self._connection = connection
        self._error = error
        self._ended = ended
        self._waiting: deque[_Change] = deque()
        self._turn = anyio.Lock()
        self._threads = anyio.CapacityLimiter(1)
        # A native cancel takes the caller away from a thread that still works.
        self._at_work = threading.Lock()
        self._closed = False

    def put(self, apply: _Apply) -> None:
        """Hand over a change without waiting for it."""
        self._waiting.append(_Change(apply))

    async def do(self, apply: _Apply, committed: Callable[[], None] | None = None) -> None:
        """Hand over a change and wait until it is durable.

        Args:
            apply: Makes the change, in a worker thread.
            committed: Called in that thread as soon as the change is durable.

        Raises:
            Exception: What `error` makes of the reason: it could not be made, and has left no trace.
        """
        if self._closed:
            raise self._ended()
        change = _Change(apply, committed)
        self._waiting.append(change)
        async with self._turn:
            if not change.done:
                await anyio.to_thread.run_sync(self._commit, limiter=self._threads)
        if change.error is not None:
            raise self._error(change.error) from change.error

    def close(self) -> None:
        """Commit what waits, and close the connection. Blocks."""
        self._closed = True
        self._commit()
        with self._at_work:
            self._connection.close()

    def _commit(self) -> None:
        with self._at_work:
            group: list[_Change] = []
            while self._waiting:
                group.append(self._waiting.popleft())
            if group and self._transact(group) is not None:
                # One of them is at fault, or the disk: alone, each of the others gets what it can.
                for change in group:
                    change.error = self._transact([change])
            for change in group:
                if change.error is None and change.committed is not None:
                    change.committed()
                change.done = True

    def _transact(self, group: list[_Change]) -> Exception | None:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for change in group:
                change.apply(connection)
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - raised to each caller by `do`
            # SQLite has rolled back by itself after the graver errors.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            return error
        return None
