"""A process that receives and handles: the writing end of an inbox."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import anyio
import anyio.to_thread
import attrs

from autodialer_async._origin import Origin
from autodialer_async._sqlite import OPENED_BEFORE, ProcessLock, Writer
from autodialer_async.errors import InboxError
from autodialer_async.webhooks.inbox.database import Database
from autodialer_async.webhooks.inbox.recordings import RecordingFolder
from autodialer_async.webhooks.inbox.rows import COLUMNS, add, from_time, to_event
from autodialer_async.webhooks.records import CallEvent, EventState, ReceivedEvent

__all__ = ["Arrival", "InboxWorker"]

_LONGEST_WAIT_SECONDS: Final = 366 * 86_400.0
_NEXT = """
SELECT number FROM event WHERE state = 'waiting' AND owner IS NULL AND due_at <= ? ORDER BY due_at, number LIMIT ?
"""
_TOO_LATE = """
SELECT number FROM event WHERE state = 'waiting' AND owner IS NULL AND due_at > ? ORDER BY due_at, number LIMIT ?
"""
_CLAIM = "UPDATE event SET owner = ?, tries = tries + 1 WHERE number = ?"
_SHOW = f"SELECT {COLUMNS} FROM event WHERE number = ?"  # noqa: S608 - made of constants
_FINISH = "UPDATE event SET owner = NULL, state = ?, problem = ?, due_at = ? WHERE number = ? AND owner = ?"
_RELEASE = "UPDATE event SET owner = NULL WHERE owner = ?"
_KILLER = "UPDATE event SET state = 'dead', problem = ? WHERE owner = ? AND tries >= ?"
_GIVE_BACK = "UPDATE event SET owner = NULL, tries = tries - 1 WHERE number = ? AND owner = ?"
_ANSWERED = "UPDATE event SET answered = 1 WHERE number = ?"


@attrs.frozen
class Arrival:
    """What became of an event that came.

    Attributes:
        number: Its number in the inbox.
        is_repeat: Whether it was there already, and was only counted.
    """

    number: int
    is_repeat: bool


class InboxWorker:
    """Two things at once: events are put in, and events are taken out by their handlers. For one process at a time.

    Args:
        database: The file.
        recordings: Where recordings lie.
        clock: The time of day, aware.
        window: How long the same values mean the same call.
    """

    def __init__(
        self, database: Database, recordings: RecordingFolder, clock: Callable[[], datetime], window: timedelta
    ) -> None:
        self._database = database
        self._recordings = recordings
        self._clock = clock
        self._window = window
        self._id = secrets.token_hex(8)
        self._lock = ProcessLock(self._lock_path(self._id), patience=1.0)
        self._life = threading.Lock()
        self._opened = self._closed = False

    def _lock_path(self, worker: str) -> Path:
        return self._database.path.with_name(f"{self._database.path.name}-worker-{worker}")

    def open(self) -> None:
        """Make the inbox where there is none, and sign on. Blocks.

        Raises:
            InboxError: It cannot be used.
        """
        with self._life:
            # The caller may have been cancelled while the thread was about to start.
            if not self._closed:
                self._open()

    def _open(self) -> None:
        self._database.make()
        with self._database.errors():
            if not self._lock.acquire():
                raise InboxError(f"the lock {self._lock_path(self._id)} is held by somebody else")
            try:
                connection = self._database.connect()
                try:
                    connection.execute("INSERT INTO worker (id) VALUES (?)", (self._id,))
                except BaseException:
                    connection.close()
                    raise
            except BaseException:
                self._drop_lock()
                raise
        self._writer = Writer(
            connection, error=self._database.error, ended=lambda: InboxError("the inbox was closed by its receiver")
        )
        self._origin = Origin(OPENED_BEFORE)
        self._opened = True

    def close(self) -> None:
        """Give back what is not handled, and sign off; a forked child leaves both to its parent. Blocks."""
        if self._opened and self._origin.leave_alone(self):
            return
        with self._life:
            if self._closed or not self._opened:
                self._closed = True
                return
            self._closed = True
            self._writer.put(self._sign_off)
            try:
                self._writer.close()
            finally:
                self._drop_lock()

    def _sign_off(self, connection: sqlite3.Connection) -> None:
        connection.execute(_RELEASE, (self._id,))
        connection.execute("DELETE FROM worker WHERE id = ?", (self._id,))

    def _drop_lock(self) -> None:
        self._lock.release()
        # Nobody else ever bears this name.
        self._lock_path(self._id).unlink(missing_ok=True)

    async def put(self, event: CallEvent) -> Arrival:
        """Write an event down, with its recording already kept; durable on return.

        Raises:
            InboxError: It could not be written.
        """
        arrivals: list[Arrival] = []
        now = self._clock()

        def apply(connection: sqlite3.Connection) -> None:
            number, verdict = add(connection, event, now, self._window)
            arrivals.append(Arrival(number, is_repeat=verdict.repeat_of is not None))

        await self._writer.do(apply)
        # A group that failed together is applied once more, each change alone.
        return arrivals[-1]

    def note_answered(self, number: int) -> None:
        """Note that its sender was answered; durable with the next change, and of no great loss before."""
        self._writer.put(lambda connection: connection.execute(_ANSWERED, (number,)))

    async def flush(self) -> None:
        """Make durable what was only noted.

        Raises:
            InboxError: It could not be written.
        """
        await self._writer.do(lambda _: None)

    async def claim(self, limit: int, *, longest: float = _LONGEST_WAIT_SECONDS) -> list[ReceivedEvent]:
        """Events that are due, for this worker's handlers alone, the oldest first.

        Args:
            limit: How many at most.
            longest: Seconds that nothing ever waits: what is due later than that is due since the clock was set back.

        Raises:
            InboxError: The inbox cannot be used.
        """
        claimed: list[ReceivedEvent] = []

        def apply(connection: sqlite3.Connection) -> None:
            claimed.clear()
            now = from_time(self._clock())
            due = connection.execute(_NEXT, (now, limit)).fetchall()
            beyond = now + int(min(longest, _LONGEST_WAIT_SECONDS) * 1_000_000)
            due += connection.execute(_TOO_LATE, (beyond, limit - len(due))).fetchall()
            for (number,) in due:
                connection.execute(_CLAIM, (self._id, number))
                row = connection.execute(_SHOW, (number,)).fetchone()
                claimed.append(to_event(row, self._recordings.path_of))

        await self._writer.do(apply)
        return claimed

    async def settle(
        self, event: ReceivedEvent, state: EventState, *, problem: str | None = None, due_at: datetime | None = None
    ) -> None:
        """Note how a handler ended; durable on return.

        Args:
            event: One that this worker claimed.
            state: Its state from now on.
            problem: Kind of the error, where there was one.
            due_at: When a waiting one is tried again.

        Raises:
            InboxError: It could not be written.
        """
        at = from_time(due_at or self._clock())
        await self._writer.do(
            lambda connection: connection.execute(_FINISH, (state, problem, at, number_of(event.key), self._id))
        )

    def give_back(self, event: ReceivedEvent) -> None:
        """Let others have an event whose handler was not begun, or was cancelled; durable on closing at the latest."""
        self._writer.put(lambda connection: connection.execute(_GIVE_BACK, (number_of(event.key), self._id)))

    async def take_over(self, attempts: int) -> int:
        """Free what dead processes had in hand.

        Args:
            attempts: Tries after which an event is given up: its handler may be what kills the process.

        Returns:
            How many processes had died.

        Raises:
            InboxError: The inbox cannot be used.
        """
        others: list[str] = []

        def look(connection: sqlite3.Connection) -> None:
            others[:] = [row[0] for row in connection.execute("SELECT id FROM worker WHERE id <> ?", (self._id,))]

        await self._writer.do(look)
        dead = await anyio.to_thread.run_sync(self._dead, others, limiter=anyio.CapacityLimiter(1))
        if dead:

            def free(connection: sqlite3.Connection) -> None:
                for worker in dead:
                    connection.execute(_KILLER, ("the process was killed", worker, attempts))
                    connection.execute(_RELEASE, (worker,))
                    connection.execute("DELETE FROM worker WHERE id = ?", (worker,))

            await self._writer.do(free)
        return len(dead)

    def _dead(self, workers: list[str]) -> list[str]:
        dead: list[str] = []
        for worker in workers:
            path = self._lock_path(worker)
            lock = ProcessLock(path, patience=0)
            # Its file is in use, or cannot be looked at: it may be alive.
            with suppress(OSError, sqlite3.Error):
                if lock.acquire():
                    dead.append(worker)
                    lock.release()
                    path.unlink(missing_ok=True)
        return dead


def number_of(key: str) -> int:
    """The number of the event with this idempotency key."""
    return int(key.rpartition("-")[2])
