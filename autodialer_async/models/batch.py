"""What became of one batch."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Protocol

import attrs

from autodialer_async.errors import AutodialerError
from autodialer_async.models.answers import BatchReport
from autodialer_async.models.call import Call
from autodialer_async.models.exchange import Phase
from autodialer_async.models.positions import Positions

__all__ = ["BatchOutcome", "BatchState", "KeptCalls"]


class BatchState(StrEnum):
    """What became of a batch; one of four, and nothing else.

    Members:
        ACCEPTED: The service reported that it took records of this batch.
        REJECTED: A definite no: nothing of it was taken.
        UNSENT: It surely did not reach the service whole; sending it again is safe.
        UNKNOWN: It left, and no usable answer came; sending it again may phone a person twice.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNSENT = "unsent"
    UNKNOWN = "unknown"


class KeptCalls(Protocol):
    """The records of a batch that was not accepted, kept as the bytes that were to be sent."""

    @property
    def size_in_bytes(self) -> int:
        """How much memory the bytes take."""
        ...

    def calls(self) -> Iterator[Call]:
        """The records, with the hours that they inherited."""
        ...


@attrs.frozen
class BatchOutcome:
    """What became of one batch.

    Attributes:
        index: Number of the batch, from 0 in sending order. The halves of a batch cut after 413 get numbers of their
            own, and the number of the whole is not used again.
        positions: Exact places of its records in the source, from 0.
        size: Records in it.
        state: One of the four `BatchState`s.
        report: The service's report, where a readable one came.
        error: Why it was not accepted, or None.
        status: HTTP status of the last answer, or None.
        phase: How far the last request got.
        tries: Requests made; 0 where it never left.
        seconds: Wall clock from the first try to the end, in seconds.
    """

    index: int
    positions: Positions
    size: int
    state: BatchState
    report: BatchReport | None = None
    error: AutodialerError | None = attrs.field(default=None, eq=False)
    status: int | None = None
    phase: Phase = Phase.NOT_SENT
    tries: int = 0
    seconds: float = 0.0
    kept: KeptCalls | None = attrs.field(default=None, eq=False, repr=False)
