"""Settling unknown records by the call history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta, tzinfo

from autodialer_async.journal import Journal, JournalRecord, RecordState
from autodialer_async.models import CallDetail, Reconciliation

__all__ = ["could_be_its_call", "end_of_hours", "reconcile"]

_ROWS_AT_ONCE = 500

ReadHistory = Callable[[date, date], AbstractAsyncContextManager[AsyncIterator[CallDetail]]]


async def reconcile(
    journal: Journal,
    read_history: ReadHistory,
    *,
    zone: tzinfo | None,
    until: date | None,
    now: datetime,
    clock_skew: timedelta,
) -> Reconciliation:
    """Mark unknown records as accepted where the history shows their call.

    Args:
        journal: The campaign.
        read_history: The history of some days.
        zone: The service's time zone; None: this machine's.
        until: Last day to look at; None: today.
        now: This moment, aware.
        clock_skew: How much the service's clock may be off.
    """
    await journal.settle_abandoned()
    unknown = 0
    first = last = None
    async for record in journal.unknown():
        unknown += 1
        begins = (record.left_at - clock_skew).astimezone(zone).date()
        ends = (end_of_hours(record, zone) + clock_skew).astimezone(zone).date()
        first = begins if first is None else min(first, begins)
        last = ends if last is None else max(last, ends)
    if first is None or last is None:
        return Reconciliation(None, None, 0, 0, 0)
    last = max(first, min(last, until or now.astimezone(zone).date()))
    search = _Search(journal, zone, clock_skew)
    async with read_history(first, last) as rows:
        part: list[CallDetail] = []
        async for row in rows:
            part.append(row)
            if len(part) == _ROWS_AT_ONCE:
                await search.look_at(part)
                part = []
        await search.look_at(part)
    await search.settle_undecided()
    return Reconciliation(first, last, unknown, search.dialled, unknown - search.dialled)


class _Search:
    """Finds the records that rows of history belong to.

    Where two unknown batches hold one number, a row may be the call of either: that is decided at the end, by the
    other rows of the same task, since a task belongs to one batch; else it stays undecided.
    """

    def __init__(self, journal: Journal, zone: tzinfo | None, clock_skew: timedelta) -> None:
        self._journal = journal
        self._tasks: Mapping[int, frozenset[int]] = {}
        self._zone = zone
        self._clock_skew = clock_skew
        self._batches_of_task: dict[int, set[int]] = {}
        self._undecided: list[tuple[int, list[JournalRecord]]] = []
        self.dialled = 0

    async def look_at(self, rows: Sequence[CallDetail]) -> None:
        """Settle what these rows decide."""
        found = await self._journal.find({row.dst for row in rows if row.dst is not None})
        # Asked for after the rows were read: an upload may run beside this, and tasks are known when it settles them.
        self._tasks = await self._journal.tasks()
        decided: dict[str, int] = {}
        for row in rows:
            if row.dst is None or row.query_id is None:
                continue
            records = [record for record in found.get(row.dst, ()) if self._is_possible(record, row)]
            if any(record.state is RecordState.SENDING for record in records):
                # It may be the call of a batch whose report is still on its way.
                continue
            batches = {record.batch for record in records}
            if not batches:
                continue
            self._batches_of_task[row.query_id] = self._batches_of_task.get(row.query_id, batches) & batches
            if len(batches) == 1:
                decided.update((record.id, row.query_id) for record in records)
            else:
                self._undecided.append((row.query_id, records))
        self.dialled += await self._journal.settle_unknown(decided.items())

    async def settle_undecided(self) -> None:
        """Settle the rows whose task is known from its other rows."""
        decided: dict[str, int] = {}
        for task, records in self._undecided:
            batches = self._batches_of_task[task]
            if len(batches) == 1:
                decided.update((record.id, task) for record in records if record.batch in batches)
        self.dialled += await self._journal.settle_unknown(decided.items())

    def _is_possible(self, record: JournalRecord, row: CallDetail) -> bool:
        if record.state not in (RecordState.UNKNOWN, RecordState.SENDING) or row.time is None or row.query_id is None:
            return False
        owners = self._tasks.get(row.query_id)
        if owners is not None and record.batch not in owners:
            return False
        return could_be_its_call(record, row.time, self._zone, self._clock_skew)


def could_be_its_call(record: JournalRecord, called_at: datetime, zone: tzinfo | None, clock_skew: timedelta) -> bool:
    """Whether a call at that time can be this record's: made with its batch on its way, or in its hours after that.

    Args:
        record: The record, with its hours and the times of its batch.
        called_at: When the call was made; a naive time is the service's.
        zone: The service's time zone; None: this machine's.
        clock_skew: How much the service's clock may be off.
    """
    if called_at.tzinfo is None and zone is not None:
        called_at = called_at.replace(tzinfo=zone)
    # Without a zone a naive time is this machine's.
    called_at = called_at.astimezone(zone)
    if called_at < record.left_at - clock_skew or called_at > end_of_hours(record, zone) + clock_skew:
        return False
    if called_at <= (record.settled_at or record.left_at) + clock_skew or record.window is None:
        return True
    opens, closes = (
        datetime.combine(called_at.date(), moment, called_at.tzinfo)
        for moment in (record.window.start, record.window.stop)
    )
    return opens - clock_skew <= called_at <= closes + clock_skew


def end_of_hours(record: JournalRecord, zone: tzinfo | None) -> datetime:
    """When the hours for its call end: on the day on which its batch settled, or on the next."""
    settled = (record.settled_at or record.left_at).astimezone(zone)
    if record.window is None:
        return settled + timedelta(days=1)
    closes = datetime.combine(settled.date(), record.window.stop, settled.tzinfo)
    return closes if settled < closes else closes + timedelta(days=1)
