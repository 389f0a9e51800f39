"""The rules of the journal, in one place.

A journal belongs to one campaign, that is to one list, which may be sent in several runs and may change between them.
A record's id is its key; its place in the list means nothing. States, and what changes them:

    state      set by                                                        the next run
    ---------  ------------------------------------------------------------  -------------------------------------
    (not in)   -                                                             sends it
    sending    `mark_sending`, durable before the batch leaves               takes it for unknown on entering
    accepted   `settle`; `settle_unknown`, which is final                    skips it
    rejected   `settle`                                                      sends it
    unsent     `settle`; a `mark_sending` that was cancelled                 sends it
    unknown    `settle`; a run that ends or dies with the batch `sending`    leaves it, or sends it: `resend_unknown`

- An unknown record that is sent again and is not taken (unsent, rejected) stays unknown: its first try may have been.
- Durable means: it survives a power cut. Only a `sending` that is durable makes "never twice" true.
- All records of a batch share the batch's state, but those that `settle_unknown` settled alone. A record that is sent
  again moves to its new batch; so do the halves of a batch that was refused as too large.
- One run at a time, over all processes; the lock goes with the process that holds it, also when that is killed. All
  other methods work beside it, from any process.
- Ids and UUIDs are kept; names and variables never; a phone only as a digest keyed by a random key of the journal.
  That is out of plain sight, and no encryption: who holds the journal can try all numbers.
- No method blocks the event loop. A cancelled caller neither loses nor damages what it handed over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from autodialer_async.journal.records import JournalBatch, JournalRecord, RecordState, Standing
from autodialer_async.models import BatchReport, BatchState, CallWindow

__all__ = ["Journal", "JournalRun"]


class JournalRun(ABC):
    """One upload's writing end of a journal. `sort` is for one caller at a time, the other methods for any number."""

    @abstractmethod
    async def sort(
        self,
        ids: Sequence[str],
        phones: Sequence[str],
        uuids: Sequence[str | None],
        windows: Sequence[CallWindow | None],
    ) -> list[Standing]:
        """What is to be done with the next records of the list, given in list order.

        Args:
            ids: Keys of the records.
            phones: Their numbers as `Call.phone` has them, as many.
            uuids: Their clients' ids, as many.
            windows: The hours they will be sent with, as many.

        Returns:
            A standing for each. The run remembers what is to be sent until it is marked as sending.

        Raises:
            JournalError: The journal cannot be read.
        """

    @abstractmethod
    async def mark_sending(self, ids: Sequence[str]) -> int:
        """Note that these records are about to leave as one batch; durable on return.

        Cancelled, the batch counts as unsent: without the number nobody can have sent it.

        Args:
            ids: Keys that `sort` called `NEW` or `DOUBTFUL`, or that are in a batch of this run that was settled as
                refused.

        Returns:
            The batch's number, to settle it with.

        Raises:
            JournalError: It could not be written, or holds no records: the batch must not leave.
        """

    @abstractmethod
    async def settle(self, batch: int, state: BatchState, report: BatchReport | None = None) -> None:
        """Note what became of a batch; durable on return. The first state that a batch is given stays.

        Once begun it takes effect, also when the caller is cancelled.

        Args:
            batch: The number that `mark_sending` returned.
            state: What became of it.
            report: The service's report, where a readable one came.

        Raises:
            JournalError: It could not be written: the batch will be unknown.
        """

    async def settle_and_mark(
        self, batch: int, state: BatchState, report: BatchReport | None, ids: Sequence[str]
    ) -> int:
        """As `settle` and then `mark_sending`, which a journal may write in one go.

        Args:
            batch: The number of the batch that is settled.
            state: What became of it.
            report: The service's report, where a readable one came.
            ids: Keys of the batch that is about to leave.

        Returns:
            The number of the batch that is about to leave.

        Raises:
            JournalError: One of the two could not be written: the second batch must not leave.
        """
        await self.settle(batch, state, report)
        return await self.mark_sending(ids)


class Journal(ABC):
    """What became of each record of a campaign, kept over runs. The rules stand in the module's docstring."""

    @abstractmethod
    def run(self, *, resend_unknown: bool = False) -> AbstractAsyncContextManager[JournalRun]:
        """Begin an upload: what an earlier one left `sending` becomes unknown. One at a time.

        Args:
            resend_unknown: Whether `sort` calls unknown records `DOUBTFUL`: sending them may phone a person twice.

        Raises:
            JournalError: In use by another uploader, newer, damaged, or of another campaign; it is untouched.
        """

    @abstractmethod
    async def counts(self) -> Mapping[RecordState, int]:
        """How many records are in each state; every state is there.

        Raises:
            JournalError: There is no journal, or it cannot be read.
        """

    @abstractmethod
    def unknown(self) -> AsyncIterator[JournalRecord]:
        """The unknown records in the order of their ids, read a page at a time; settling them meanwhile is fine.

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    def records(self) -> AsyncIterator[JournalRecord]:
        """All records in the order of their ids, read a page at a time; what is added meanwhile may be left out.

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    async def batches(self) -> tuple[JournalBatch, ...]:
        """All batches, oldest first (a thousand for a million records).

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    async def find(self, phones: Collection[str]) -> Mapping[str, tuple[JournalRecord, ...]]:
        """The records with these numbers; newest batch first, nothing for unknown numbers.

        The first call after a run indexes the journal (about a second for a million records).

        Args:
            phones: Numbers as `Call.phone` has them.

        Raises:
            JournalError: As `counts`.
        """

    async def find_by_phone(self, phone: str) -> tuple[JournalRecord, ...]:
        """The records with this number (`phone` as `Call.phone` has it), newest batch first; else as `find`."""
        return (await self.find([phone])).get(phone, ())

    @abstractmethod
    async def tasks(self) -> Mapping[int, frozenset[int]]:
        """The service's task ids that the journal knows, each with the numbers of the batches it belongs to.

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    async def settle_unknown(self, dialled: Iterable[tuple[str, int | None]]) -> int:
        """Mark unknown records as accepted, because something shows that they were dialled.

        Written a few hundred at a time, so that it may be done beside a running upload. What is not unknown (any more)
        is left as it is.

        Args:
            dialled: Ids of records, each with the service's task, where that is known.

        Returns:
            How many were marked.

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    async def settle_abandoned(self) -> int:
        """Turn what a dead uploader left `sending` into unknown, as the next run would; nothing beside a living one.

        Returns:
            How many batches that were.

        Raises:
            JournalError: As `counts`.
        """

    @abstractmethod
    async def purge(self, *, unfinished: bool = False) -> int:
        """Remove the digests of phones, and their key, from a campaign whose records are all accepted.

        Ids stay, so that a later run still skips what was accepted; it just cannot tell another phone any more.

        Args:
            unfinished: Whether to do so although some records are not accepted.

        Returns:
            How many digests were removed.

        Raises:
            JournalError: Unfinished, in use by an uploader, or as `counts`.
        """
