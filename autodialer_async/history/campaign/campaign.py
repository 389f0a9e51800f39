"""The join of a journal with the history."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

import attrs

from autodialer_async._reconciliation import could_be_its_call
from autodialer_async.history.campaign.again import CallAgain, Decision, decide
from autodialer_async.history.campaign.last_calls import LastCall, LastCalls
from autodialer_async.history.campaign.pages import Pages
from autodialer_async.history.campaign.record import CampaignRecord
from autodialer_async.history.campaign.selection import Calls, Selection
from autodialer_async.journal import Journal, JournalBatch, JournalRecord, RecordState, open_journal
from autodialer_async.models import Call, CallDetail, Disposition, masked_line

__all__ = ["Campaign", "RowCounts"]

_CLOCK_SKEW = timedelta(minutes=5)
# Distinct words of which the code is not known: more are counted together.
_MOST_WORDS = 1000
_LONGEST_WORD = 60


@attrs.define
class RowCounts:
    """What the rows of a history were.

    Attributes:
        read: All rows.
        joined: Those that belong to a record of the campaign; several rows may tell of one record.
        undecided: Calls to numbers whose records are unknown: `reconcile` may tell whether they are theirs.
        strangers: Calls in the campaign's tasks to numbers that the journal does not know.
        others: Calls that are not of this campaign.
        unreadable: Rows without a readable task or number.
    """

    read: int = 0
    joined: int = 0
    undecided: int = 0
    strangers: int = 0
    others: int = 0
    unreadable: int = 0


class Campaign:
    """Every record of a campaign with its state and outcome.

    A row of history is a record's call where its task is the record's and its number has the record's digest. A record
    whose task is not known (the report named none, or something else showed that it was dialled) has the calls to its
    number in its hours, in tasks that the journal does not know. Where a task has a number twice, the record that
    left first has the call, and the others are `doubled`.

    It costs 18 bytes of memory a record, whatever the history is; a million records and rows take about half a minute.

    Attributes:
        counts: How many records are in each state.
        batches: All batches, oldest first.
        rows: What the rows of the history were.
        unknown_words: Codes that were not understood, with how often, runs of five or more digits masked;
            `Dialect.status_map` teaches them.
        called_in_two_tasks: Numbers that were called in more than one task of the campaign.

    Example:
        >>> result = await dialer.make(calls, journal="campaign.db")
        >>> campaign = await dialer.campaign("campaign.db")
        >>> again = await dialer.make(campaign.to_call_again(calls), journal="campaign-2.db")
        >>> again.complete
        True
    """

    def __init__(self, journal: Journal, zone: tzinfo | None, batches: Sequence[JournalBatch]) -> None:
        self._journal = journal
        self._zone = zone
        self._calls = LastCalls()
        self.counts: Mapping[RecordState, int] = dict.fromkeys(RecordState, 0)
        self.batches: tuple[JournalBatch, ...] = tuple(batches)
        self.rows: RowCounts = RowCounts()
        self.unknown_words: Counter[str] = Counter()
        self.called_in_two_tasks: int = 0

    @classmethod
    async def read(
        cls,
        journal: Journal | str | os.PathLike[str],
        rows: Iterable[CallDetail] | AsyncIterable[CallDetail],
        *,
        zone: tzinfo | None = None,
        place_of: Callable[[str], str | None] | None = None,
    ) -> Self:
        """Join a journal with a history.

        Args:
            journal: The campaign's journal, or its path.
            rows: The history of its days (`campaign_days`), in any order; of several states of a call the latest
                counts. May hold calls of other campaigns, which are left out.
            zone: The service's time zone, for times without one; None: this machine's.
            place_of: Tells where a number is from, for `LastCall.place`.

        Raises:
            JournalError: There is no journal, or it cannot be read.
        """
        opened = open_journal(journal)
        await opened.settle_abandoned()
        campaign = cls(opened, zone, await opened.batches())
        tasks = await opened.tasks()
        async for page in Pages(rows):
            await campaign._join(page, tasks, place_of)
        campaign.counts = await opened.counts()
        return campaign

    @property
    def size(self) -> int:
        """Records in the journal."""
        return sum(self.counts.values())

    @property
    def dialled(self) -> int:
        """Records with a call, also one that has not ended."""
        return len(self._calls)

    @property
    def doubled(self) -> int:
        """Records whose number stands in another record of the same task."""
        return self._calls.doubled

    @property
    def not_yet_dialled(self) -> int:
        """Records that the service took and of which no call is known."""
        return max(0, self.counts[RecordState.ACCEPTED] - self.dialled - self.doubled)

    @property
    def by_attempt(self) -> Mapping[tuple[int, Disposition], int]:
        """How many records' first, second, … known call ended how: by its number from 1, and its outcome.

        The service tells of the last call only: there are second ones only where the history was read while the
        campaign ran.
        """
        return +self._calls.by_attempt

    def calls(self) -> Iterable[LastCall]:
        """The last call of each record that has one."""
        return self._calls

    async def records(self) -> AsyncIterator[CampaignRecord]:
        """Every record in the order of their ids, read from the journal a page at a time.

        Raises:
            JournalError: The journal cannot be read any more.
        """
        async for entry in self._journal.records():
            yield self._record(entry)

    async def decisions(self, rule: CallAgain = CallAgain(), *, now: datetime | None = None) -> Counter[Decision]:
        """How many records are to be called again, and why not the others; `max_count` of the list is not known here.

        Args:
            rule: Which ones.
            now: This moment, aware; None: by the clock.

        Raises:
            JournalError: The journal cannot be read any more.
        """
        moment = now or datetime.now(UTC)
        found: Counter[Decision] = Counter()
        async for record in self.records():
            found[decide(record, rule, max_count=None, now=moment, zone=self._zone)] += 1
        return found

    async def to_call_again(
        self, calls: Calls, rule: CallAgain = CallAgain(), *, now: datetime | None = None
    ) -> AsyncIterator[Call]:
        """The records of a list that are to be called again, in its order: for a new `make` with a journal of its own.

        Never picked: records that are not in this campaign's journal under their id and number, and, whatever the
        rule, those that the service may still call by itself. A number that stands in several records is picked once.

        Args:
            calls: The original list, as `make` takes it.
            rule: Which ones; the default: busy, no answer, unreachable, congestion, failed.
            now: This moment, aware; None: by the clock.

        Raises:
            JournalError: The journal cannot be read any more; raised at the end of a list of which it knows not one
                record: that is another list's journal, or a purged one.
            InvalidCall: A mapping that is no record.
        """
        async for call, decision in self.decided(calls, rule, now=now):
            if decision is Decision.AGAIN:
                yield call

    def decided(
        self, calls: Calls, rule: CallAgain = CallAgain(), *, now: datetime | None = None
    ) -> AsyncIterator[tuple[Call, Decision]]:
        """Every record of a list with the decision on it; arguments and errors as in `to_call_again`.

        Args:
            calls: The original list.
            rule: Which ones.
            now: This moment, aware; None: by the clock.
        """
        return Selection(self._journal, self._record, calls, rule, now=now or datetime.now(UTC), zone=self._zone)

    def _record(self, entry: JournalRecord) -> CampaignRecord:
        number = entry.number
        return CampaignRecord(entry, self._calls.of(number), self._calls.is_doubled(number))

    async def _join(
        self,
        rows: Sequence[CallDetail],
        tasks: Mapping[int, frozenset[int]],
        place_of: Callable[[str], str | None] | None,
    ) -> None:
        found = await self._journal.find({row.dst for row in rows if row.dst is not None})
        counts = self.rows
        counts.read += len(rows)
        for row in rows:
            if row.dst is None or row.query_id is None:
                counts.unreadable += 1
                continue
            records = found.get(row.dst, ())
            owners = self._owners(row, row.query_id, records, known=row.query_id in tasks)
            if owners:
                counts.joined += 1
                self._note(row, owners, records, None if place_of is None else place_of(row.dst))
            elif row.query_id in tasks:
                counts.strangers += 1
            elif any(record.state in (RecordState.UNKNOWN, RecordState.SENDING) for record in records):
                counts.undecided += 1
            else:
                counts.others += 1

    def _owners(
        self, row: CallDetail, task: int, records: Sequence[JournalRecord], *, known: bool
    ) -> list[JournalRecord]:
        accepted = [record for record in records if record.state is RecordState.ACCEPTED]
        owners = [record for record in accepted if record.task_id == task]
        at = row.time
        if not owners and not known and at is not None:
            owners = [
                record
                for record in accepted
                if record.task_id is None and could_be_its_call(record, at, self._zone, _CLOCK_SKEW)
            ]
        return sorted(owners, key=lambda record: record.number)

    def _note(
        self, row: CallDetail, owners: Sequence[JournalRecord], records: Sequence[JournalRecord], place: str | None
    ) -> None:
        owner, *doubles = owners
        for double in doubles:
            self._calls.double(double.number)
        if self._calls.note(owner.number, row, place):
            before = [record for record in records if record is not owner and self._calls.of(record.number) is not None]
            self.called_in_two_tasks += len(before) == 1
        if row.code is None or row.code.disposition is Disposition.UNKNOWN:
            word = "" if row.code is None else masked_line(row.code.raw, _LONGEST_WORD)
            if word in self.unknown_words or len(self.unknown_words) < _MOST_WORDS:
                self.unknown_words[word] += 1
            else:
                self.unknown_words["…"] += 1
