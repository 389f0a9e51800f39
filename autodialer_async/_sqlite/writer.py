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

from autodialer_async._origin import Origin
from autodialer_async._sqlite.process_lock import OPENED_BEFORE

__all__ = ["Writer"]

_Apply = Callable[[sqlite3.Connection], object]


@attrs.define(eq=False)
class _Change:
    apply: _Apply
    committed: Callable[[], None] | None = None
    durable: bool = True
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
        self._origin = Origin(OPENED_BEFORE)
        self._error = error
        self._ended = ended
        self._waiting: deque[_Change] = deque()
        self._turn = anyio.Lock()
        self._threads = anyio.CapacityLimiter(1)
        # A native cancel takes the caller away from a thread that still works.
        self._at_work = threading.Lock()
        self._closed = False
        self._syncs = True

    def put(self, apply: _Apply) -> None:
        """Hand over a change without waiting for it."""
        self._waiting.append(_Change(apply))

    async def do(
        self,
        apply: _Apply,
        committed: Callable[[], None] | None = None,
        *,
        durable: bool = True,
        first: _Apply | None = None,
    ) -> None:
        """Hand over a change and wait until it is durable.

        Args:
            apply: Makes the change, in a worker thread.
            committed: Called in that thread as soon as the change is made.
            durable: Whether it must survive a power cut on return; else it does so with the next change that must.
            first: Another change, made and durable before it, whatever becomes of the second.

        Raises:
            Exception: What `error` makes of the reason: it could not be made, and has left no trace.
            ConfigurationError: In a forked child.
        """
        self._origin.check()
        if self._closed:
            raise self._ended()
        change = _Change(apply, committed, durable)
        changes = [change] if first is None else [_Change(first), change]
        self._waiting.extend(changes)
        async with self._turn:
            if not change.done:
                await anyio.to_thread.run_sync(self._commit, limiter=self._threads)
        for error in (each.error for each in changes if each.error is not None):
            raise self._error(error) from error

    def close(self) -> None:
        """Commit what waits, and close the connection; a forked child leaves both to its parent. Blocks."""
        if self._origin.leave_alone(self._connection):
            return
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
            self._sync_at_commit(any(change.durable for change in group))
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

    def _sync_at_commit(self, wanted: bool) -> None:
        if wanted is not self._syncs:
            # NORMAL writes to the log and leaves the sync to the next commit under FULL, which syncs the whole log.
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if wanted else 'NORMAL'}")
            self._syncs = wanted
