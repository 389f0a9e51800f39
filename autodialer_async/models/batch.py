"""What became of one batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol, Self

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
        kept: The records as they were to be sent, where the batch was not accepted and there was room to keep them.
            A pickled outcome drops them.
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

    def calls(self) -> Iterator[Call]:
        """The records of a batch that was not accepted, with the hours that they inherited.

        Raises:
            AutodialerError: They are not kept: the batch was accepted, or there was no room for more failures.
        """
        if self.kept is None:
            raise AutodialerError(f"the records of batch {self.index} are not kept")
        return self.kept.calls()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as JSON values, without its records; the task's id as text (17 digits)."""
        report = None if self.report is None else attrs.asdict(self.report)
        if report is not None and report["id"] is not None:
            report["id"] = str(report["id"])
        return {
            "index": self.index,
            "positions": [[part.start, part.stop] for part in self.positions.ranges],
            "size": self.size,
            "state": str(self.state),
            "report": report,
            "error": None if self.error is None else {"type": type(self.error).__name__, "message": str(self.error)},
            "status": self.status,
            "phase": str(self.phase),
            "tries": self.tries,
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The outcome that `to_dict` wrote; its error comes back as a plain `AutodialerError` with the same text.

        Args:
            values: What `to_dict` gave, also after a way through JSON.

        Raises:
            KeyError: A mapping that `to_dict` did not write.
        """
        report = dict(values["report"]) if values["report"] is not None else None
        if report is not None and report["id"] is not None:
            report["id"] = int(report["id"])
        return cls(
            index=values["index"],
            positions=Positions(range(start, stop) for start, stop in values["positions"]),
            size=values["size"],
            state=BatchState(values["state"]),
            report=None if report is None else BatchReport(**report),
            error=None if values["error"] is None else AutodialerError(values["error"]["message"]),
            status=values["status"],
            phase=Phase(values["phase"]),
            tries=values["tries"],
            seconds=values["seconds"],
        )

    def __getstate__(self) -> dict[str, Any]:
        # People's data leave the process by no pickle.
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))} | {"kept": None}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)
