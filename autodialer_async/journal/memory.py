"""A journal that lives as long as its object: for tests, and for runs that are never resumed by another process."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count

import anyio.lowlevel
import attrs

from autodialer_async.errors import JournalError
from autodialer_async.journal.interface import Journal, JournalRun
from autodialer_async.journal.phones import PhoneDigest
from autodialer_async.journal.records import TO_SEND, JournalBatch, JournalRecord, RecordState, Standing, standings
from autodialer_async.models import BatchReport, BatchState, CallWindow

__all__ = ["MemoryJournal"]


@attrs.define
class _Batch:
    number: int
    run: int
    left_at: datetime
    state: RecordState = RecordState.SENDING
    settled_at: datetime | None = None
    report: BatchReport | None = None

    @property
    def task_id(self) -> int | None:
        return None if self.report is None else self.report.id


@attrs.define
class _Record:
    number: int
    digest: int | None
    uuid: str | None
    window: CallWindow | None
    last_batch: _Batch
    doubtful: _Batch | None = None
    dialled: bool = False
    task_id: int | None = None

    @property
    def batch(self) -> _Batch:
        """The batch that its state is of: a new try of a doubtful record that was not taken changes nothing."""
        if self.doubtful is not None and self.last_batch.state in (RecordState.UNSENT, RecordState.REJECTED):
            return self.doubtful
        return self.last_batch

    @property
    def state(self) -> RecordState:
        return RecordState.ACCEPTED if self.dialled else self.batch.state

    def shown(self, key: str) -> JournalRecord:
        return JournalRecord(
            id=key,
            uuid=self.uuid,
            state=self.state,
            window=self.window,
            batch=self.batch.number,
            left_at=self.batch.left_at,
            settled_at=self.batch.settled_at,
            task_id=self.task_id if self.dialled else self.batch.task_id,
            number=self.number,
        )


class _Books:
    """What journal and run share."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.digest = PhoneDigest(PhoneDigest.new_key())
        self.records: dict[str, _Record] = {}
        # Keys of the records with a number, which history is looked up by.
        self.keys: dict[int, list[str]] = {}
        self.batches: dict[int, _Batch] = {}
        # Readers may sit in another thread than the uploader.
        self.changing = threading.Lock()


class MemoryJournal(Journal):
    """A journal without a file. Memory grows with the list.

    Args:
        clock: The time of day, aware.

    Example:
        >>> journal = MemoryJournal()
        >>> result = await dialer.make(calls, journal=journal)
        >>> (await dialer.make(calls, journal=journal)).skipped
        3
    """

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._books = _Books(clock)
        self._runs = count(1)
        self._in_use = threading.Lock()

    @asynccontextmanager
    async def run(self, *, resend_unknown: bool = False) -> AsyncIterator[JournalRun]:
        """As `Journal.run`."""
        await anyio.lowlevel.checkpoint()
        if not self._in_use.acquire(blocking=False):
            raise self._busy()
        run = _MemoryRun(self._books, next(self._runs), resend_unknown=resend_unknown)
        try:
            yield run
        finally:
            run.ended = True
            self._abandon()
            self._in_use.release()

    async def counts(self) -> Mapping[RecordState, int]:
        """As `Journal.counts`."""
        await anyio.lowlevel.checkpoint()
        counts = dict.fromkeys(RecordState, 0)
        for _, record in self._snapshot():
            counts[record.state] += 1
        return counts

    async def unknown(self) -> AsyncIterator[JournalRecord]:
        """As `Journal.unknown`."""
        await anyio.lowlevel.checkpoint()
        for key, record in sorted(self._snapshot(), key=lambda item: item[0]):
            if record.state is RecordState.UNKNOWN:
                yield record.shown(key)

    async def records(self) -> AsyncIterator[JournalRecord]:
        """As `Journal.records`."""
        await anyio.lowlevel.checkpoint()
        for key, record in sorted(self._snapshot(), key=lambda item: item[0]):
            yield record.shown(key)

    async def batches(self) -> tuple[JournalBatch, ...]:
        """As `Journal.batches`."""
        await anyio.lowlevel.checkpoint()
        sizes = Counter(record.batch.number for _, record in self._snapshot())
        with self._books.changing:
            return tuple(
                JournalBatch(
                    number=batch.number,
                    run=batch.run,
                    state=batch.state,
                    size=sizes[batch.number],
                    left_at=batch.left_at,
                    settled_at=batch.settled_at,
                    report=batch.report,
                )
                for batch in self._books.batches.values()
            )

    async def find(self, phones: Collection[str]) -> Mapping[str, tuple[JournalRecord, ...]]:
        """As `Journal.find`."""
        await anyio.lowlevel.checkpoint()
        books = self._books
        with books.changing:
            found = {
                phone: [books.records[key].shown(key) for key in books.keys[digest]]
                for phone, digest in zip(phones, books.digest.of(phones), strict=True)
                if digest in books.keys
            }
        return {
            phone: tuple(sorted(records, key=lambda record: (-record.batch, record.id)))
            for phone, records in found.items()
        }

    async def tasks(self) -> Mapping[int, frozenset[int]]:
        """As `Journal.tasks`."""
        await anyio.lowlevel.checkpoint()
        with self._books.changing:
            known = [(batch.task_id, batch.number) for batch in self._books.batches.values()]
        known += [(record.task_id, record.batch.number) for _, record in self._snapshot()]
        tasks: dict[int, set[int]] = {}
        for task_id, batch in known:
            if task_id is not None:
                tasks.setdefault(task_id, set()).add(batch)
        return {task_id: frozenset(batches) for task_id, batches in tasks.items()}

    async def settle_unknown(self, dialled: Iterable[tuple[str, int | None]]) -> int:
        """As `Journal.settle_unknown`."""
        await anyio.lowlevel.checkpoint()
        settled = 0
        with self._books.changing:
            for key, task_id in dialled:
                record = self._books.records.get(key)
                if record is not None and record.state is RecordState.UNKNOWN:
                    record.dialled, record.task_id = True, task_id
                    settled += 1
        return settled

    async def settle_abandoned(self) -> int:
        """As `Journal.settle_abandoned`."""
        # A run settles what it leaves, and no run of this journal can die alone.
        await anyio.lowlevel.checkpoint()
        return 0

    async def purge(self, *, unfinished: bool = False) -> int:
        """As `Journal.purge`."""
        await anyio.lowlevel.checkpoint()
        if not self._in_use.acquire(blocking=False):
            raise self._busy()
        try:
            with self._books.changing:
                open_records = sum(record.state is not RecordState.ACCEPTED for record in self._books.records.values())
                if open_records and not unfinished:
                    raise JournalError(
                        f"{open_records} records are not accepted: unfinished=True purges the journal nevertheless"
                    )
                removed = sum(record.digest is not None for record in self._books.records.values())
                for record in self._books.records.values():
                    record.digest = None
                self._books.keys.clear()
                self._books.digest = PhoneDigest(PhoneDigest.new_key())
            return removed
        finally:
            self._in_use.release()

    def _snapshot(self) -> Iterator[tuple[str, _Record]]:
        with self._books.changing:
            return iter(list(self._books.records.items()))

    def _abandon(self) -> None:
        with self._books.changing:
            for batch in self._books.batches.values():
                if batch.state is RecordState.SENDING:
                    batch.state, batch.settled_at = RecordState.UNKNOWN, self._books.clock()

    @staticmethod
    def _busy() -> JournalError:
        return JournalError(f"the journal is in use by another uploader (process {os.getpid()}): one at a time")


class _MemoryRun(JournalRun):
    def __init__(self, books: _Books, number: int, *, resend_unknown: bool) -> None:
        self._books = books
        self._number = number
        self._standings = standings(resend_unknown=resend_unknown)
        self._seen: set[str] = set()
        self._pending: dict[str, tuple[int, str | None, CallWindow | None]] = {}
        self.ended = False

    async def sort(
        self,
        ids: Sequence[str],
        phones: Sequence[str],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> list[Standing]:
        await self._checkpoint()
        digests = self._books.digest.of(phones)
        return [
            self._standing(key, digest, uuid, window)
            for key, digest, uuid, window in zip(ids, digests, uuids, windows, strict=True)
        ]

    def _standing(self, id: str, digest: int, uuid: str | None, window: CallWindow | None) -> Standing:
        if id in self._seen:
            return Standing.REPEATED
        record = self._books.records.get(id)
        if record is not None and record.digest not in (None, digest):
            return Standing.OTHER_PHONE
        self._seen.add(id)
        standing = Standing.NEW if record is None else self._standings[record.state]
        if standing in TO_SEND:
            self._pending[id] = digest, uuid, window
        return standing

    async def mark_sending(self, ids: Sequence[str]) -> int:
        await self._checkpoint()
        if not ids:
            raise JournalError("a batch without records cannot be marked")
        books = self._books
        with books.changing:
            if strangers := [key for key in ids if key not in self._pending and key not in books.records]:
                raise JournalError(f"{len(strangers)} records to be marked were never sorted")
            number = len(books.batches) + 1
            batch = _Batch(number, self._number, books.clock())
            books.batches[number] = batch
            for key in ids:
                known = books.records.get(key)
                if key in self._pending:
                    digest, uuid, window = self._pending.pop(key)
                    if known is None or known.digest is None:
                        books.keys.setdefault(digest, []).append(key)
                    if known is None:
                        books.records[key] = _Record(len(books.records), digest, uuid, window, batch)
                        continue
                    known.digest, known.uuid, known.window = digest, uuid, window
                if known is not None:
                    if known.state is RecordState.UNKNOWN:
                        known.doubtful = known.batch
                    known.last_batch = batch
        return number

    async def settle(self, batch: int, state: BatchState, report: BatchReport | None = None) -> None:
        # No checkpoint: a settlement that has begun takes effect.
        self._check()
        books = self._books
        with books.changing:
            found = books.batches.get(batch)
            if found is not None and found.state is RecordState.SENDING:
                found.state = RecordState(state)
                found.settled_at = books.clock()
                found.report = report

    async def _checkpoint(self) -> None:
        self._check()
        await anyio.lowlevel.checkpoint()

    def _check(self) -> None:
        if self.ended:
            raise JournalError("this run of the journal has ended")
