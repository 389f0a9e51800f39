"""The journal in a file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from autodialer_async.errors import JournalError
from autodialer_async.journal.interface import Journal, JournalRun
from autodialer_async.journal.phones import PhoneDigest
from autodialer_async.journal.records import JournalBatch, JournalRecord, RecordState
from autodialer_async.journal.sqlite import columns
from autodialer_async.journal.sqlite.database import Database
from autodialer_async.journal.sqlite.run import SqliteRun, settle_left_behind
from autodialer_async.journal.sqlite.uploader_lock import UploaderLock

__all__ = ["SqliteJournal"]

T = TypeVar("T")

# Records in one page or one short transaction.
_PAGE = 500
# Records in one page of all: each page is a connection of its own.
_LONG_PAGE = 5000

# The batch that a record's state, times and task are of: a new try of a doubtful record that was not taken is none.
_BATCH = """
CASE WHEN record.doubtful IS NOT NULL
      AND (SELECT last.state FROM batch AS last WHERE last.number = record.batch) IN ('unsent', 'rejected')
     THEN record.doubtful ELSE record.batch END
"""
_STATE = "CASE WHEN record.dialled THEN 'accepted' ELSE batch.state END"
_TASK = "CASE WHEN record.dialled THEN record.task ELSE batch.task END"
_RECORD = f"""
SELECT record.id, record.uuid, {_STATE}, record.hours, batch.number, batch.left_at, batch.settled_at, {_TASK},
       record.number, record.phone
"""
# CROSS keeps the order of the tables: records by their key, a page from where the last one ended.
_UNKNOWN = f"""
{_RECORD} FROM record CROSS JOIN batch ON batch.number = {_BATCH}
WHERE record.id > ? AND batch.state = 'unknown' AND NOT record.dialled ORDER BY record.id LIMIT {_PAGE}
"""
_ALL = f"""
{_RECORD} FROM record CROSS JOIN batch ON batch.number = {_BATCH}
WHERE record.id > ? ORDER BY record.id LIMIT {_LONG_PAGE}
"""
_SIZES = f"SELECT {_BATCH}, count(*) FROM record GROUP BY 1"  # noqa: S608 - made of constants
_BATCHES = """
SELECT number, run, state, left_at, settled_at, lines, ok, inserted, errorcode, task FROM batch ORDER BY number
"""
_BY_PHONE = f"""
{_RECORD} FROM record JOIN batch ON batch.number = {_BATCH}
WHERE record.phone IN ({{}}) ORDER BY batch.number DESC, record.id
"""
_COUNTS = f"SELECT {_STATE}, count(*) FROM record JOIN batch ON batch.number = {_BATCH} GROUP BY 1"  # noqa: S608 - made of constants
_TASKS = f"""
SELECT task, number FROM batch WHERE task IS NOT NULL UNION SELECT task, {_BATCH} FROM record WHERE task IS NOT NULL
"""  # noqa: S608 - made of constants
_DIALLED = f"""
UPDATE record SET dialled = 1, task = ?
WHERE id = ? AND NOT dialled AND (SELECT state FROM batch WHERE number = {_BATCH}) = 'unknown'
"""  # noqa: S608 - made of constants


class SqliteJournal(Journal):
    """A journal in one SQLite file, made by the first run and readable by its owner alone.

    Nothing stays open between calls, but for a run: there is nothing to close. Beside the file stand an empty
    `…-lock` and, while it is in use, `…-wal` and `…-shm`, which belong to it: copy it while nobody uses it. It must lie
    on a local disk: network file systems keep no locks that one could rely on.

    Args:
        path: Where the file is or will be. Nothing is opened before the first call.
        campaign: Name of the campaign, kept in a file that is made; a file that bears another is refused.
        clock: The time of day, aware.

    Example:
        >>> journal = SqliteJournal("campaign.db")
        >>> result = await dialer.make(calls, journal=journal)
        >>> (await journal.counts())[RecordState.ACCEPTED]
        3
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        campaign: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = Database(Path(path), campaign)
        self._clock = clock

    def __repr__(self) -> str:
        return f"SqliteJournal({os.fspath(self._database.path)!r})"

    @asynccontextmanager
    async def run(self, *, resend_unknown: bool = False) -> AsyncIterator[JournalRun]:
        """As `Journal.run`."""
        run = SqliteRun(self._database, self._clock, resend_unknown=resend_unknown)
        try:
            await _in_thread(run.open)
            yield run
        finally:
            try:
                with anyio.CancelScope(shield=True):
                    await _in_thread(run.close)
            except BaseException:
                # A second native cancel passes through shields, maybe before the thread began. Better a loop that
                # stands still for one sync than a lock that stays.
                run.close()
                raise

    async def counts(self) -> Mapping[RecordState, int]:
        """As `Journal.counts`."""
        rows = await self._once(lambda connection: connection.execute(_COUNTS).fetchall())
        return dict.fromkeys(RecordState, 0) | {RecordState(state): number for state, number in rows}

    def unknown(self) -> AsyncIterator[JournalRecord]:
        """As `Journal.unknown`."""
        return self._in_pages(_UNKNOWN)

    def records(self) -> AsyncIterator[JournalRecord]:
        """As `Journal.records`."""
        return self._in_pages(_ALL)

    async def _in_pages(self, query: str) -> AsyncIterator[JournalRecord]:
        last = ""
        while page := await self._once(lambda connection: connection.execute(query, (last,)).fetchall()):  # noqa: B023 - called at once
            for row in page:
                yield _record(row)
            last = page[-1][0]

    async def batches(self) -> tuple[JournalBatch, ...]:
        """As `Journal.batches`."""

        def read(connection: sqlite3.Connection) -> tuple[JournalBatch, ...]:
            # One view of both, also beside a running upload.
            connection.execute("BEGIN")
            sizes = dict(connection.execute(_SIZES).fetchall())
            return tuple(_batch(row, sizes.get(row[0], 0)) for row in connection.execute(_BATCHES))

        return await self._once(read)

    async def find(self, phones: Collection[str]) -> Mapping[str, tuple[JournalRecord, ...]]:
        """As `Journal.find`."""
        wanted = list(dict.fromkeys(phones))
        found: dict[str, tuple[JournalRecord, ...]] = {}
        for start in range(0, len(wanted), _PAGE):
            found |= await self._once(lambda connection: _find(connection, wanted[start : start + _PAGE]), writing=True)  # noqa: B023 - called at once
        return found

    async def tasks(self) -> Mapping[int, frozenset[int]]:
        """As `Journal.tasks`."""
        tasks: dict[int, set[int]] = {}
        for task_id, batch in await self._once(lambda connection: connection.execute(_TASKS).fetchall()):
            tasks.setdefault(int(task_id), set()).add(batch)
        return {task_id: frozenset(batches) for task_id, batches in tasks.items()}

    async def settle_unknown(self, dialled: Iterable[tuple[str, int | None]]) -> int:
        """As `Journal.settle_unknown`."""
        settled = 0
        remaining = iter(dialled)
        while page := list(islice(remaining, _PAGE)):
            rows = [(None if task_id is None else str(task_id), key) for key, task_id in page if columns.is_text(key)]
            settled += await self._once(
                lambda connection: _transact(connection, lambda: connection.executemany(_DIALLED, rows).rowcount),  # noqa: B023 - called at once
                writing=True,
            )
        return settled

    async def settle_abandoned(self) -> int:
        """As `Journal.settle_abandoned`."""

        def settle(connection: sqlite3.Connection) -> int:
            lock = UploaderLock(self._database.path)
            if not lock.acquire():
                return 0
            try:
                now = columns.from_time(self._clock())
                return _transact(connection, lambda: settle_left_behind(connection, now))
            finally:
                lock.release()

        return await self._once(settle, writing=True)

    async def purge(self, *, unfinished: bool = False) -> int:
        """As `Journal.purge`."""

        def purge(connection: sqlite3.Connection) -> int:
            lock = UploaderLock(self._database.path)
            if not lock.acquire():
                raise JournalError(f"the journal {self._database.path} is in use by an uploader: purge it afterwards")
            try:
                return self._purge(connection, unfinished=unfinished)
            finally:
                lock.release()

        return await self._once(purge, writing=True)

    def _purge(self, connection: sqlite3.Connection, *, unfinished: bool) -> int:
        left = sum(number for state, number in connection.execute(_COUNTS) if state != RecordState.ACCEPTED)
        if left and not unfinished:
            raise JournalError(
                f"{left} records of the journal {self._database.path} are not accepted: "
                "unfinished=True purges it nevertheless"
            )
        # Without it the digests would stay in the file until their place is used again.
        connection.execute("PRAGMA secure_delete = ON")

        def remove() -> int:
            connection.execute("DROP INDEX IF EXISTS record_phone")
            connection.execute("UPDATE journal SET digest_key = ?", (PhoneDigest.new_key(),))
            return connection.execute("UPDATE record SET phone = NULL WHERE phone IS NOT NULL").rowcount

        removed = _transact(connection, remove)
        # The log still holds pages as they were.
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise JournalError(
                f"the journal {self._database.path} is purged, but a reader holds old pages: purge it again"
            )
        return removed

    async def _once(self, work: Callable[[sqlite3.Connection], T], *, writing: bool = False) -> T:
        """Do something in a worker thread, on a connection of its own."""

        def do() -> T:
            connection = self._database.writer() if writing else self._database.reader()
            with closing(connection), self._database.errors():
                return work(connection)

        return await _in_thread(do)


async def _in_thread(work: Callable[[], T]) -> T:
    # A limiter of its own: an application that fills anyio's default one must not stop the journal.
    return await anyio.to_thread.run_sync(work, limiter=anyio.CapacityLimiter(1))


def _transact(connection: sqlite3.Connection, change: Callable[[], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = change()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _find(connection: sqlite3.Connection, phones: list[str]) -> dict[str, tuple[JournalRecord, ...]]:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'record_phone'").fetchone() is None:
        connection.execute("CREATE INDEX IF NOT EXISTS record_phone ON record (phone)")
    (key,) = connection.execute("SELECT digest_key FROM journal").fetchone()
    by_digest = dict(zip(PhoneDigest(key).of(phones), phones, strict=True))
    found: dict[str, list[JournalRecord]] = {}
    for row in connection.execute(_BY_PHONE.format(",".join("?" * len(by_digest))), list(by_digest)):
        found.setdefault(by_digest[row[-1]], []).append(_record(row))
    return {phone: tuple(records) for phone, records in found.items()}


def _record(row: tuple[Any, ...]) -> JournalRecord:
    key, uuid, state, hours, batch, left_at, settled_at, task, number, _ = row
    return JournalRecord(
        id=key,
        uuid=uuid,
        state=RecordState(state),
        window=columns.to_window(hours),
        batch=batch,
        left_at=columns.to_time(left_at),
        settled_at=None if settled_at is None else columns.to_time(settled_at),
        task_id=None if task is None else int(task),
        number=number,
    )


def _batch(row: tuple[Any, ...], size: int) -> JournalBatch:
    number, run, state, left_at, settled_at, *told = row
    return JournalBatch(
        number=number,
        run=run,
        state=RecordState(state),
        size=size,
        left_at=columns.to_time(left_at),
        settled_at=None if settled_at is None else columns.to_time(settled_at),
        report=columns.to_report(tuple(told)),
    )
