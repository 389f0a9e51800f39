"""The upload over time: one span a batch, or a few batches together where there are too many to see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import attrs

from autodialer_async.journal import JournalBatch, RecordState

__all__ = ["MOST_SPANS", "Span", "spans_of"]

MOST_SPANS = 400

# What is said of several batches: the gravest of them.
_GRAVEST = (
    RecordState.UNKNOWN,
    RecordState.REJECTED,
    RecordState.UNSENT,
    RecordState.SENDING,
    RecordState.ACCEPTED,
)


@attrs.frozen
class Span:
    """Some batches in a row.

    Attributes:
        first: The first batch, counted from 1 in the order in which they left: their numbers in a journal have gaps.
        last: The last one.
        left_at: When the first left, in the service's time.
        settled_at: When the last settled; None while one is on its way.
        state: What became of it; of several, the gravest.
        records: Records in them.
    """

    first: int
    last: int
    left_at: datetime
    settled_at: datetime | None
    state: RecordState
    records: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "first": self.first,
            "last": self.last,
            "left_at": self.left_at.isoformat(),
            "settled_at": None if self.settled_at is None else self.settled_at.isoformat(),
            "state": str(self.state),
            "records": self.records,
        }


def spans_of(batches: Sequence[JournalBatch], zone: tzinfo | None) -> tuple[Span, ...]:
    """At most `MOST_SPANS` spans over all batches, in their order."""
    step = max(1, -(-len(batches) // MOST_SPANS))
    return tuple(_span(batches[begin : begin + step], begin, zone) for begin in range(0, len(batches), step))


def _span(batches: Sequence[JournalBatch], begin: int, zone: tzinfo | None) -> Span:
    ends = [batch.settled_at for batch in batches if batch.settled_at is not None]
    states = {batch.state for batch in batches}
    return Span(
        begin + 1,
        begin + len(batches),
        min(batch.left_at for batch in batches).astimezone(zone),
        max(ends).astimezone(zone) if len(ends) == len(batches) else None,
        next(state for state in _GRAVEST if state in states),
        sum(batch.size for batch in batches),
    )
