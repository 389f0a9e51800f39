"""Which of the answers that a webhook brought belong to a campaign."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from autodialer_async.history.campaign.days import DAYS_AFTER
from autodialer_async.history.campaign.pages import Pages
from autodialer_async.history.report.answers import RecognisedAnswer
from autodialer_async.journal import Journal, JournalRecord, RecordState

__all__ = ["HeardEvent", "answers_of"]

_CLOCK_SKEW = timedelta(minutes=10)
# A sender may put megabytes into an answer, and a report shows its beginning.
_LONGEST = 1000
_NEVER_CALLED = frozenset({RecordState.REJECTED, RecordState.UNSENT})


class HeardEvent(Protocol):
    """The end of a call, as `webhooks.ReceivedEvent` tells it."""

    @property
    def phone(self) -> str:
        """The subscriber's number, as `Call.phone` has it."""
        ...

    @property
    def answer(self) -> str | None:
        """What the person said, as the service recognised it."""
        ...

    @property
    def duration(self) -> int | None:
        """How long the call lasted, in seconds."""
        ...

    @property
    def received_at(self) -> datetime:
        """When the event came, aware."""
        ...


async def answers_of(
    journal: Journal,
    events: Iterable[HeardEvent] | AsyncIterable[HeardEvent],
    *,
    until: date | None = None,
    zone: tzinfo | None = None,
) -> list[RecognisedAnswer]:
    """What a campaign's people said: the events of its numbers that bring an answer.

    An event names a number and no task, so it belongs to the record with that number that left last before it came,
    and within the campaign's days: a week after the record's batch settled. Records that the service refused or that
    never left were called by somebody else.

    Args:
        journal: The campaign's.
        events: Oldest first, such as `Inbox.all_events()`; those of other campaigns are left out.
        until: Another last day for the events.
        zone: The zone of that day; None: this machine's.

    Raises:
        JournalError: There is no journal, or it cannot be read.

    Example:
        >>> from datetime import UTC, datetime
        >>> from autodialer_async.journal import SqliteJournal
        >>> from autodialer_async.webhooks import ReceivedEvent
        >>> result = await dialer.make(calls, journal="campaign.db")
        >>> event = ReceivedEvent("89222220000", 12, answer="да", key="1-1", received_at=datetime.now(UTC))
        >>> [answer.seconds for answer in await answers_of(SqliteJournal("campaign.db"), [event])]
        [12]
    """
    answers: list[RecognisedAnswer] = []
    async for page in Pages(events):
        said = [(event, event.answer) for event in page if event.answer]
        found = await journal.find({event.phone for event, _ in said})
        for event, text in said:
            records = found.get(event.phone, ())
            record = next((record for record in records if _may_be_of(record, event, until, zone)), None)
            if record is not None:
                answers.append(RecognisedAnswer(text[:_LONGEST], event.duration, record.id))
    return answers


def _may_be_of(record: JournalRecord, event: HeardEvent, until: date | None, zone: tzinfo | None) -> bool:
    at = event.received_at
    if record.state in _NEVER_CALLED or at < record.left_at - _CLOCK_SKEW:
        return False
    if until is not None:
        return at.astimezone(zone).date() <= until
    return at <= (record.settled_at or record.left_at) + DAYS_AFTER
