"""The inbox: events that came, what became of them, and how to have them handled again or removed."""

from __future__ import annotations

import functools
import os
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
import attrs

from autodialer_async.errors import ConfigurationError
from autodialer_async.webhooks.inbox.database import Database
from autodialer_async.webhooks.inbox.recordings import RecordingFolder
from autodialer_async.webhooks.inbox.rows import COLUMNS, from_time, to_event
from autodialer_async.webhooks.inbox.worker import InboxWorker
from autodialer_async.webhooks.records import EventState, ReceivedEvent

__all__ = ["Inbox", "Purged", "open_inbox"]

T = TypeVar("T")

_AT_ONCE: Final = 500
_EVENTS = f"SELECT {COLUMNS} FROM event WHERE state IN ({{}}) ORDER BY number DESC LIMIT ?"  # noqa: S608 - made of constants
_NEXT_EVENTS = f"SELECT {COLUMNS} FROM event WHERE number > ? ORDER BY number LIMIT {_AT_ONCE}"  # noqa: S608 - made of constants
_COUNTS = "SELECT state, count(*) FROM event GROUP BY state"
_REPLAY = "UPDATE event SET state = 'waiting', tries = 0, problem = NULL, due_at = ? WHERE owner IS NULL"
_REPLAY_DEAD = f"{_REPLAY} AND state = 'dead'"
_REPLAY_ONE = f"{_REPLAY} AND (SELECT id FROM inbox) || '-' || number = ? AND number = ?"  # noqa: S608 - made of constants
_FORGOTTEN = "received_at < ? AND owner IS NULL"
_REMOVED = "received_at < ? AND owner IS NULL AND (state <> 'waiting' OR ?)"
_RECORDINGS_OF = "SELECT DISTINCT sha256, suffix FROM event WHERE suffix IS NOT NULL AND {}"
_FORGET_RECORDINGS = f"UPDATE event SET suffix = NULL WHERE suffix IS NOT NULL AND {_FORGOTTEN}"  # noqa: S608 - constants
_REMOVE = f"DELETE FROM event WHERE {_REMOVED}"  # noqa: S608 - constants
_WANTED = "SELECT 1 FROM event WHERE sha256 = ? AND suffix IS NOT NULL"


@attrs.frozen
class Purged:
    """What a purge removed.

    Attributes:
        events: Events.
        recordings: Files of recordings, with those that a kill left half-written.
    """

    events: int
    recordings: int


class Inbox:
    """Events in one SQLite file, made by the first receiver and readable by its owner alone.

    Nothing stays open between calls: there is nothing to close. They work beside running receivers, from any process.
    Beside the file stand `…-wal` and `…-shm` while it is in use, an empty `…-worker-…` for each process that receives,
    and the folder of recordings. It must lie on a local disk: network file systems keep no locks to rely on. It holds
    numbers, answers and recordings as they came: keep it where people's data may be kept.

    Args:
        path: Where the file is or will be. Nothing is opened before the first call.
        recordings: Folder of recordings; without one it is `<path>-recordings`.
        repeat_window: How long the same number, duration, recording and answer mean the same call.
        clock: The time of day, aware.

    Example:
        >>> from autodialer_async.webhooks import WebhookReceiver
        >>> async with WebhookReceiver(secret="…", inbox="calls.db"):
        ...     pass
        >>> inbox = Inbox("calls.db")
        >>> await inbox.dead(), await inbox.replay()  # dead letters are handled again
        ([], 0)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        recordings: str | os.PathLike[str] | None = None,
        repeat_window: timedelta = timedelta(minutes=10),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = Database(Path(path))
        folder = Path(recordings) if recordings is not None else Path(f"{os.fspath(path)}-recordings")
        self.recordings: RecordingFolder = RecordingFolder(folder)
        self._window = repeat_window
        self._clock = clock

    def __repr__(self) -> str:
        return f"Inbox({os.fspath(self._database.path)!r})"

    @property
    def path(self) -> Path:
        """Where the file is or will be."""
        return self._database.path

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[InboxWorker]:
        """The writing end, for a receiver; any number of them, in any process.

        Raises:
            InboxError: The inbox cannot be made or used.
        """
        worker = InboxWorker(self._database, self.recordings, self._clock, self._window)
        try:
            await _in_thread(worker.open)
            yield worker
        finally:
            try:
                with anyio.CancelScope(shield=True):
                    await _in_thread(worker.close)
            except BaseException:
                # A second native cancel passes through shields, maybe before the thread began.
                worker.close()
                raise

    async def counts(self) -> Mapping[EventState, int]:
        """How many events are in each state; every state is there.

        Raises:
            InboxError: There is no inbox, or it cannot be read.
        """
        rows = await self._once(lambda connection: connection.execute(_COUNTS).fetchall())
        return dict.fromkeys(EventState, 0) | {EventState(state): number for state, number in rows}

    async def events(self, *, state: EventState | None = None, limit: int = 100) -> list[ReceivedEvent]:
        """The newest events, newest first. What the journal knows of them is for handlers, and not filled in here.

        Args:
            state: Only those in this state.
            limit: How many at most.

        Raises:
            InboxError: As `counts`.
        """
        states = list(EventState) if state is None else [EventState(state)]
        places = ",".join("?" * len(states))
        rows = await self._once(
            lambda connection: connection.execute(_EVENTS.format(places), (*states, limit)).fetchall()
        )
        return [to_event(row, self.recordings.path_of) for row in rows]

    async def all_events(self) -> AsyncGenerator[ReceivedEvent]:
        """Every event, oldest first, read a page at a time; fields as in `events`.

        Raises:
            InboxError: As `counts`.
        """
        number = 0
        while rows := await self._once(partial(_rows_after, number=number)):
            for row in rows:
                yield to_event(row, self.recordings.path_of)
            number = rows[-1][0]

    async def dead(self, *, limit: int = 100) -> list[ReceivedEvent]:
        """The newest events whose handler failed as often as it may, newest first, at most `limit` of them.

        Raises:
            InboxError: As `counts`.
        """
        return await self.events(state=EventState.DEAD, limit=limit)

    async def replay(self, keys: Collection[str] | None = None) -> int:
        """Have events handled again, from the first try on, with the same idempotency keys.

        Args:
            keys: Theirs, whatever their state; None: all dead ones.

        Returns:
            How many; those that a handler has in hand are left to it.

        Raises:
            InboxError: As `counts`.
        """
        now = from_time(self._clock())

        def replay(connection: sqlite3.Connection) -> int:
            if keys is None:
                return connection.execute(_REPLAY_DEAD, (now,)).rowcount
            rows = [(now, key, number) for key in keys if (number := key.rpartition("-")[2]).isdecimal()]
            return sum(connection.execute(_REPLAY_ONE, row).rowcount for row in rows)

        return await self._once(lambda connection: _transact(connection, lambda: replay(connection)))

    async def purge(
        self,
        *,
        events_older: timedelta | None = None,
        recordings_older: timedelta | None = None,
        unhandled: bool = False,
    ) -> Purged:
        """Remove what is older; what is removed is overwritten in the file.

        A recording goes when the last event that has it goes or grows older. Events that wait for a handler stay.

        Args:
            events_older: Remove events that came longer ago than this; None: none.
            recordings_older: Remove recordings of events that came longer ago than this; None: none.
            unhandled: Also remove events that wait for a handler.

        Raises:
            InboxError: As `counts`.
        """
        now = self._clock()

        def remove(connection: sqlite3.Connection, gone: list[tuple[str, str]]) -> int:
            if recordings_older is not None:
                older = (from_time(now - recordings_older),)
                gone += connection.execute(_RECORDINGS_OF.format(_FORGOTTEN), older)
                connection.execute(_FORGET_RECORDINGS, older)
            if events_older is None:
                return 0
            old = (from_time(now - events_older), unhandled)
            gone += connection.execute(_RECORDINGS_OF.format(_REMOVED), old)
            return connection.execute(_REMOVE, old).rowcount

        def purge(connection: sqlite3.Connection) -> Purged:
            gone: list[tuple[str, str]] = []
            removed = _transact(connection, lambda: remove(connection, gone))
            # The log holds pages as they were. Where a reader holds old ones, the next purge empties it.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

            def is_wanted(digest: str) -> bool:
                return connection.execute(_WANTED, (digest,)).fetchone() is not None

            files = self.recordings.purge(is_wanted)
            for start in range(0, len(gone), _AT_ONCE):
                part = gone[start : start + _AT_ONCE]
                # With nobody writing meanwhile: an event that comes with such a recording finds it, or finds it gone.
                files += _transact(connection, functools.partial(self.recordings.remove, part, is_wanted))
            return Purged(removed, files)

        return await self._once(purge)

    async def _once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do something in a worker thread, on a connection of its own."""

        def do() -> T:
            with closing(self._database.connect()) as connection, self._database.errors():
                return work(connection)

        return await _in_thread(do)


def open_inbox(inbox: object) -> Inbox:
    """The inbox that is meant by a path, or the one given. Opens no file.

    Raises:
        ConfigurationError: It is neither.
    """
    if isinstance(inbox, Inbox):
        return inbox
    if isinstance(inbox, str | os.PathLike):
        return Inbox(inbox)
    raise ConfigurationError(f"inbox is a path or an Inbox, not {type(inbox).__name__}")


async def _in_thread(work: Callable[[], T]) -> T:
    # A limiter of its own: an application that fills anyio's default one must not stop the inbox.
    return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))


def _rows_after(connection: sqlite3.Connection, *, number: int) -> list[tuple[Any, ...]]:
    return connection.execute(_NEXT_EVENTS, (number,)).fetchall()


def _transact(connection: sqlite3.Connection, change: Callable[[], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = change()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise
    return result
