"""An upload's writing end of the journal's file."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import TypeVar, cast

import anyio
import anyio.to_thread

from autodialer_async._origin import Origin
from autodialer_async._sqlite import OPENED_BEFORE, Writer
from autodialer_async.errors import JournalError
from autodialer_async.journal.interface import JournalRun
from autodialer_async.journal.phones import PhoneDigest
from autodialer_async.journal.records import RecordState, Standing, standings
from autodialer_async.journal.sqlite import columns
from autodialer_async.journal.sqlite.brought_home import BroughtHome
from autodialer_async.journal.sqlite.database import Database
from autodialer_async.journal.sqlite.known import Known
from autodialer_async.journal.sqlite.newcomers import Group, Newcomers
from autodialer_async.journal.sqlite.seen import Seen
from autodialer_async.journal.sqlite.uploader_lock import UploaderLock
from autodialer_async.models import BatchReport, BatchState, CallWindow

__all__ = ["SqliteRun", "settle_left_behind"]

T = TypeVar("T")

_NEXT_BATCH = "SELECT coalesce(max(number), 0) + 1 FROM batch"
_NEXT_RECORD = "SELECT coalesce(max(number), -1) + 1 FROM record"
_ADD = "INSERT INTO record (id, number, phone, uuid, hours, batch) VALUES {}"
# Many rows a statement cost half of what as many statements do; SQLite takes 32,766 values in one.
_ADDED_AT_ONCE = 500
_SEND_AGAIN = """
UPDATE record SET phone = ?, uuid = ?, hours = ?, batch = ?,
    doubtful = CASE (SELECT state FROM batch WHERE number = record.batch) WHEN 'unknown' THEN batch ELSE doubtful END
WHERE id = ?
"""
_MOVE = "UPDATE record SET batch = ? WHERE id = ?"
_SETTLE = """
UPDATE batch SET state = ?, settled_at = ?, lines = ?, ok = ?, inserted = ?, errorcode = ?, task = ?
WHERE number = ? AND state = 'sending'
"""


def settle_left_behind(connection: sqlite3.Connection, now: int) -> int:
    """Turn batches that nobody will settle into unknown ones; the number of them."""
    return connection.execute(
        "UPDATE batch SET state = 'unknown', settled_at = ? WHERE state = 'sending'", (now,)
    ).rowcount


def _add(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    for start in range(0, len(rows), _ADDED_AT_ONCE):
        part = rows[start : start + _ADDED_AT_ONCE]
        places = ",".join(["(?, ?, ?, ?, ?, ?)"] * len(part))
        connection.execute(_ADD.format(places), list(chain.from_iterable(part)))


def _at(places: list[int], column: Sequence[T]) -> list[T]:
    return [column[place] for place in places]


# Whether the journal knows it, its digest, its UUID and its hours. A tuple: an object costs 0.4 µs a record more.
_Pending = tuple[bool, int, str | None, CallWindow | None]


class SqliteRun(JournalRun):
    """Two connections: one reads and sorts while the other waits for the disk.

    In memory it keeps what is pending, and a bit for each record of the journal: whether its id stood in this list.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime], *, resend_unknown: bool) -> None:
        self._database = database
        self._clock = clock
        self._standings = standings(resend_unknown=resend_unknown)
        self._lock = UploaderLock(database.path)
        self._life = threading.Lock()
        self._opened = self._closed = False
        self._reading = threading.Lock()
        self._reading_threads = anyio.CapacityLimiter(1)
        self._pending: dict[str, _Pending] = {}

    def open(self) -> None:
        """Take the lock and begin the run. Blocks.

        Raises:
            JournalError: The journal is in use, or not usable; it is untouched.
        """
        with self._life:
            # The caller may have been cancelled while the thread was about to start.
            if not self._closed:
                self._open()

    def _open(self) -> None:
        database = self._database
        database.check()
        if not self._lock.acquire():
            raise JournalError(f"the journal {database.path} is in use by {self._holder()}: one uploader at a time")
        try:
            if not database.check():
                database.create()
            database.verify()
            self._reader = database.reader()
            self._origin = Origin(OPENED_BEFORE)
            try:
                self._begin(database.writer())
            except BaseException:
                self._reader.close()
                raise
        except BaseException:
            self._lock.release()
            raise
        self._opened = True

    def _begin(self, connection: sqlite3.Connection) -> None:
        try:
            with self._database.errors():
                connection.execute("BEGIN IMMEDIATE")
                now = columns.from_time(self._clock())
                begun = connection.execute("INSERT INTO run (process, started_at) VALUES (?, ?)", (os.getpid(), now))
                self._number = cast("int", begun.lastrowid)
                settle_left_behind(connection, now)
                Newcomers.forget_unmarked(connection)
                # Kept up while records are added it would cost more than the records; `find` makes it anew.
                connection.execute("DROP INDEX IF EXISTS record_phone")
                (key,) = connection.execute("SELECT digest_key FROM journal").fetchone()
                self._next_batch: int = connection.execute(_NEXT_BATCH).fetchone()[0]
                self._next_record: int = connection.execute(_NEXT_RECORD).fetchone()[0]
                connection.execute("COMMIT")
            self._database.sync_folder()
        except BaseException:
            connection.close()
            raise
        self._digest = PhoneDigest(key)
        # Of a journal that holds records it is asked first, which records of the list they are.
        self._newcomers = Newcomers(self._digest) if not self._next_record else None
        seen = Seen(self._next_record)
        self._brought_home = BroughtHome(self._reader, self._number, seen, likely=self._newcomers is None)
        self._known = Known(self._reader, self._number, seen, self._standings)
        self._writer = Writer(
            connection,
            error=self._database.error,
            ended=lambda: JournalError("this run of the journal has ended"),
        )

    def _holder(self) -> str:
        try:
            connection = self._database.reader()
        except JournalError:
            return "another process"
        with self._database.errors():
            row = connection.execute("SELECT process FROM run ORDER BY number DESC LIMIT 1").fetchone()
            connection.close()
        return "another process" if row is None else f"process {row[0]}"

    def close(self) -> None:
        """Finish what was handed over, call unknown what was never settled, and give the lock back. Blocks.

        A forked child leaves all of it to its parent.
        """
        if self._opened and self._origin.leave_alone(self):
            return
        with self._life:
            if self._closed or not self._opened:
                self._closed = True
                return
            self._closed = True
            self._writer.put(lambda connection: settle_left_behind(connection, columns.from_time(self._clock())))
            try:
                self._writer.close()
                with self._reading:
                    self._reader.close()
            finally:
                self._lock.release()

    async def sort(
        self,
        ids: Sequence[str],
        phones: Sequence[str],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> list[Standing]:
        """As `JournalRun.sort`."""
        self._origin.check()
        if await self._are_newcomers(ids, phones, uuids, windows):
            return [Standing.NEW] * len(ids)
        return await anyio.to_thread.run_sync(self._sort, ids, phones, uuids, windows, limiter=self._reading_threads)

    async def _are_newcomers(
        self,
        ids: Sequence[str],
        phones: Sequence[str],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> bool:
        newcomers = self._newcomers
        # A record leaves `pending` when it is in the file, so it is seen here or there.
        if newcomers is None or not ids or any(map(self._pending.__contains__, ids)):
            return False
        group = Group(self._next_number(), ids, phones, uuids, windows)
        added = False

        def apply(connection: sqlite3.Connection) -> None:
            nonlocal added
            added = newcomers.add(connection, group, self._next_record)
            self._next_record += len(ids)

        def committed() -> None:
            if added:
                newcomers.remember(group)

        await self._writer.do(apply, committed, durable=False)
        return added

    def _sort(
        self,
        ids: Sequence[str],
        phones: Sequence[str],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> list[Standing]:
        with self._reading:
            if self._closed:
                raise JournalError("this run of the journal has ended")
            digests = self._digest.of(phones)
            with self._database.errors():
                found = self._brought_home.standings(ids, digests)
            left = [place for place, standing in enumerate(found) if standing is None]
            if len(left) == len(ids):
                standings = self._sort_others(ids, digests, uuids, windows)
            elif left:
                others = iter(
                    self._sort_others(_at(left, ids), _at(left, digests), _at(left, uuids), _at(left, windows))
                )
                standings = [next(others) if standing is None else standing for standing in found]
            else:
                standings = list(filter(None, found))
            self._brought_home.learn(standings)
            return standings

    def _sort_others(
        self,
        ids: Sequence[str],
        digests: Sequence[int],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> list[Standing]:
        pending = self._pending
        # Before the look-up: a record leaves `pending` when it is in the file, so it is seen here or there.
        repeated = {key for key in ids if key in pending}
        if self._newcomers is not None:
            repeated |= self._newcomers.waiting().intersection(ids)
        with self._database.errors():
            known = self._known.of(ids)
        if not known and not repeated and len(set(ids)) == len(ids):
            # A first run has little else, and a loop in Python would cost a third of the look-up.
            pending.update(zip(ids, zip(repeat(False), digests, uuids, windows, strict=False), strict=True))  # noqa: FBT003 - a tuple's field
            return [Standing.NEW] * len(ids)
        found: list[Standing] = []
        for key, digest, uuid, window in zip(ids, digests, uuids, windows, strict=True):
            row = known.get(key)
            if key in repeated or key in pending:
                standing = Standing.REPEATED
            elif row is None:
                standing = Standing.NEW
            else:
                standing = self._known.standing(row, digest)
            if standing is Standing.NEW or standing is Standing.DOUBTFUL:
                pending[key] = (row is not None, digest, uuid, window)
            found.append(standing)
        return found

    async def mark_sending(self, ids: Sequence[str]) -> int:
        """As `JournalRun.mark_sending`."""
        return await self._mark_sending(ids)

    async def settle_and_mark(
        self, batch: int, state: BatchState, report: BatchReport | None, ids: Sequence[str]
    ) -> int:
        """As `JournalRun.settle_and_mark`, with one sync for both."""
        return await self._mark_sending(ids, lambda connection: self._settle(connection, batch, state, report))

    async def _mark_sending(self, ids: Sequence[str], first: Callable[[sqlite3.Connection], None] | None = None) -> int:
        if not ids:
            raise JournalError("a batch without records cannot be marked")
        added, others = (None, ids) if self._newcomers is None else self._newcomers.batch_of(ids)
        number = self._next_number() if added is None else added
        left_at = columns.from_time(self._clock())

        def apply(connection: sqlite3.Connection) -> None:
            self._mark(connection, others, number, left_at)

        def committed() -> None:
            if self._newcomers is not None:
                self._newcomers.marked(ids)
            for key in ids:
                self._pending.pop(key, None)

        try:
            await self._writer.do(apply, committed, first=first)
        except JournalError:
            raise
        except BaseException:
            # Cancelled, and the change may have been made or yet be made: what follows takes it back in every case.
            self._writer.put(lambda connection: self._settle(connection, number, BatchState.UNSENT, None))
            raise
        return number

    def _next_number(self) -> int:
        number = self._next_batch
        self._next_batch += 1
        return number

    def _mark(self, connection: sqlite3.Connection, ids: Sequence[str], number: int, left_at: int) -> None:
        added: list[tuple[object, ...]] = []
        again: list[tuple[object, ...]] = []
        moved: list[tuple[object, ...]] = []
        next_record = self._next_record
        hours = columns.Hours()
        for key in ids:
            pending = self._pending.get(key)
            if pending is None:
                moved.append((number, key))
                continue
            known, digest, uuid, window = pending
            if known:
                again.append((digest, uuid, hours.of(window), number, key))
            else:
                added.append((key, next_record, digest, uuid, hours.of(window), number))
                next_record += 1
        connection.execute(
            "INSERT INTO batch (number, run, state, left_at) VALUES (?, ?, 'sending', ?)",
            (number, self._number, left_at),
        )
        before = connection.total_changes
        _add(connection, added)
        connection.executemany(_SEND_AGAIN, again)
        connection.executemany(_MOVE, moved)
        if connection.total_changes - before != len(ids):
            raise JournalError(f"batch {number} holds records that were never sorted")
        # A number that a rollback leaves unused does no harm.
        self._next_record = next_record

    async def settle(self, batch: int, state: BatchState, report: BatchReport | None = None) -> None:
        """As `JournalRun.settle`."""
        await self._writer.do(lambda connection: self._settle(connection, batch, state, report))

    def _settle(
        self, connection: sqlite3.Connection, batch: int, state: BatchState, report: BatchReport | None
    ) -> None:
        told = (None,) * 5 if report is None else columns.from_report(report)
        now = columns.from_time(self._clock())
        connection.execute(_SETTLE, (RecordState(state).value, now, *told, batch))
