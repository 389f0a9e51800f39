"""What a journal says of a record."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from autodialer_async.models import BatchReport, CallWindow

__all__ = ["TO_SEND", "JournalBatch", "JournalRecord", "RecordState", "Standing", "standings"]


class RecordState(StrEnum):
    """What the journal knows of a record: a batch's state, or that its batch is on its way."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSENT = "unsent"
    UNKNOWN = "unknown"


class Standing(StrEnum):
    """What is to be done with a record of the list at hand.

    Members:
        NEW: Send it: never seen, or surely not taken by an earlier run.
        ACCEPTED: Skip it: an earlier run sent it, and the service took it.
        DOUBTFUL: Send it, as the caller asked: an earlier run sent it, and got no usable answer.
        UNKNOWN: Leave it: an earlier run sent it and got no usable answer.
        OTHER_PHONE: Set it aside: the journal knows its id with another phone.
        REPEATED: Set it aside: its id stood earlier in this list.
    """

    NEW = "new"
    DOUBTFUL = "doubtful"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    OTHER_PHONE = "other_phone"
    REPEATED = "repeated"


TO_SEND = frozenset({Standing.NEW, Standing.DOUBTFUL})


def standings(*, resend_unknown: bool) -> dict[str, Standing]:
    """The standing that each `RecordState` gives a record whose phone is the same and whose id did not stand earlier.

    Args:
        resend_unknown: Whether the caller asked to send unknown records again.
    """
    unknown = Standing.DOUBTFUL if resend_unknown else Standing.UNKNOWN
    return {
        RecordState.SENDING: unknown,
        RecordState.ACCEPTED: Standing.ACCEPTED,
        RecordState.REJECTED: Standing.NEW,
        RecordState.UNSENT: Standing.NEW,
        RecordState.UNKNOWN: unknown,
    }


@attrs.frozen
class JournalRecord:
    """One record as the journal knows it.

    Attributes:
        id: The caller's key of the record.
        uuid: The client's id in a database or CRM, where the list had one.
        state: What became of it.
        window: The hours it was sent with.
        batch: Number of the batch in which it left last.
        left_at: When that batch was about to leave, UTC.
        settled_at: When that batch settled, or was found without an answer, UTC; None while it is on its way.
        task_id: The service's task: of the batch's report, or the one found in the history for this record alone.
        number: Its place among the journal's records, from 0: the order in which they left first, with gaps at most
            where writing failed.
    """

    id: str
    uuid: str | None
    state: RecordState
    window: CallWindow | None
    batch: int
    left_at: datetime
    settled_at: datetime | None
    task_id: int | None
    number: int = 0


@attrs.frozen
class JournalBatch:
    """One batch as the journal knows it.

    Attributes:
        number: From 1, in the order in which batches left.
        run: The upload that sent it, from 1.
        state: What became of it.
        size: Records that are in it now: one that was sent again has moved to its new batch.
        left_at: When it was about to leave, UTC.
        settled_at: When it settled, or was found without an answer, UTC; None while it is on its way.
        report: The service's report, where a readable one came.
    """

    number: int
    run: int
    state: RecordState
    size: int
    left_at: datetime
    settled_at: datetime | None
    report: BatchReport | None
