"""What the journal knows of an event's number, and what an event tells the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from typing import Final

import anyio

from autodialer_async._reconciliation import could_be_its_call
from autodialer_async.journal import Journal, JournalRecord, RecordState
from autodialer_async.webhooks.records import ReceivedEvent

__all__ = ["JournalJoin", "records_to_settle"]

_CLOCK_SKEW: Final = timedelta(minutes=10)
_MOST_UNDECIDED: Final = 10_000
_DECIDED_AT_ONCE: Final = 100
# A batch that was on its way when its process died stays so until the next upload.
_GIVEN_UP_AFTER: Final = timedelta(days=1)


class JournalJoin:
    """Joins events with a campaign's journal.

    Args:
        journal: The campaign.
        path: Its file, where it has one: before the first upload there is none, and nothing to join.
        zone: The service's time zone; None: this machine's.
    """

    def __init__(self, journal: Journal, path: Path | None, zone: tzinfo | None) -> None:
        self._journal = journal
        self._path = path
        self._zone = zone
        self._undecided: dict[tuple[str, datetime], None] = {}

    async def records_of(self, event: ReceivedEvent) -> tuple[JournalRecord, ...]:
        """The records with its number, newest first; those that it proves to be dialled are accepted from now on.

        Raises:
            JournalError: The journal cannot be read or written.
        """
        records = await self._settle(event.phone, event.received_at)
        if any(record.state is RecordState.SENDING for record in records):
            self.decide_later(event.phone, event.received_at)
        return records

    def decide_later(self, phone: str, received_at: datetime) -> None:
        """Look at a number again by and by: its call may be over before the answer to its batch fails to come."""
        if len(self._undecided) < _MOST_UNDECIDED:
            self._undecided[phone, received_at] = None

    async def decide(self, now: datetime) -> None:
        """Settle what could not be told while a batch was on its way; a part of it at a time.

        Raises:
            JournalError: The journal cannot be read or written.
        """
        for phone, received_at in list(islice(self._undecided, _DECIDED_AT_ONCE)):
            records = await self._settle(phone, received_at)
            del self._undecided[phone, received_at]
            if any(record.state is RecordState.SENDING for record in records) and now - received_at < _GIVEN_UP_AFTER:
                self.decide_later(phone, received_at)

    async def _settle(self, phone: str, received_at: datetime) -> tuple[JournalRecord, ...]:
        if self._path is not None and not await anyio.Path(self._path).exists():
            return ()
        records = await self._find(phone)
        dialled = records_to_settle(records, received_at, self._zone)
        if dialled and await self._journal.settle_unknown([(record.id, None) for record in dialled]):
            records = await self._find(phone)
        return records

    async def _find(self, phone: str) -> tuple[JournalRecord, ...]:
        records = await self._journal.find_by_phone(phone)
        if not records and phone.isdecimal():
            # A foreign number, whose plus a form's sender has left out or made a blank of.
            records = await self._journal.find_by_phone(f"+{phone}")
        return records


def records_to_settle(
    records: Sequence[JournalRecord], received_at: datetime, zone: tzinfo | None
) -> list[JournalRecord]:
    """The unknown records of a number that an event of it shows to be dialled. Pure.

    Only where the call can be nobody else's: a call of an accepted record, or of one whose report is on its way, proves
    nothing of an unknown one, and of two unknown batches it may be the call of either.
    """
    possible = [record for record in records if could_be_its_call(record, received_at, zone, _CLOCK_SKEW)]
    unknown = [record for record in possible if record.state is RecordState.UNKNOWN]
    if len({record.batch for record in unknown}) != 1:
        return []
    others = {RecordState.ACCEPTED, RecordState.SENDING}
    return [] if any(record.state in others for record in possible) else unknown
