"""The aggregate result of an upload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Self

import attrs

from autodialer_async.errors import AutodialerError, InvalidCall
from autodialer_async.models.batch import BatchOutcome, BatchState
from autodialer_async.models.call import Call

__all__ = ["INVALID_CALLS_KEPT", "UploadResult"]

INVALID_CALLS_KEPT = 1000
_COUNTS = ("read", "accepted", "rejected", "unsent", "unknown", "skipped", "invalid")
_TIMES = ("seconds", "waited_for_source", "waited_for_slot", "paused")


def _exact(seconds: float) -> float:
    # Whole 2**-20 s (about a microsecond): sums of these are exact, so merging gives the same in any order.
    return round(seconds * 2**20) / 2**20


@attrs.frozen
class UploadResult:
    """What became of every record of an upload, and the reports of its batches merged into one.

    `read == accepted + rejected + unsent + unknown + skipped + invalid` at every moment: while the upload runs, records
    that wait are counted as unsent and records in flight as unknown. `a + b` merges two results, `UploadResult()` is
    the zero of that addition.

    Attributes:
        read: Records pulled from the source.
        accepted: Records in batches that the service took.
        rejected: Records in batches that it refused.
        unsent: Records that surely did not reach it: they may be sent again.
        unknown: Records that left without a usable answer: sending them again may phone a person twice.
        skipped: Records that the journal knows as accepted by an earlier run.
        invalid: Records that cannot be sent.
        source_exhausted: Whether the source was read to its end.
        batches: What became of each batch, by index.
        invalid_calls: The first 1000 `InvalidCall`s by position.
        failures_truncated: Whether there were too many failures to keep all their records.
        seconds: Wall clock of the run; of merged runs, added up.
        peak_in_flight: Most requests of this upload on their way at one moment.
        waited_for_source: Seconds spent in pulling records from the source.
        waited_for_slot: Seconds in which batches waited for one of the client's slots, added up over batches.
        retries: Requests made again.
        paused: Seconds in which batches waited on purpose, added up over batches: before a repeat, in a pause of the
            whole client, for the rate limit.
        limit: Fewest requests that the client allowed at once while the upload ran, None where nothing was sent.

    Example:
        >>> result = await dialer.make(calls, on_failure="return")
        >>> result.read, result.accepted, result.complete, list(result.unsent_calls())
        (3, 3, True, [])
        >>> (result + UploadResult(read=2, unsent=2)).to_dict()["unsent"]
        2
    """

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    unsent: int = 0
    unknown: int = 0
    skipped: int = 0
    invalid: int = 0
    source_exhausted: bool = True
    batches: tuple[BatchOutcome, ...] = attrs.field(default=(), repr=False)
    invalid_calls: tuple[InvalidCall, ...] = attrs.field(default=(), repr=False, eq=False)
    failures_truncated: bool = False
    seconds: float = attrs.field(default=0.0, converter=_exact)
    peak_in_flight: int = 0
    waited_for_source: float = attrs.field(default=0.0, converter=_exact)
    waited_for_slot: float = attrs.field(default=0.0, converter=_exact)
    retries: int = 0
    paused: float = attrs.field(default=0.0, converter=_exact)
    limit: int | None = None

    @property
    def complete(self) -> bool:
        """Whether the source was read to its end and every record is accepted or skipped."""
        return self.source_exhausted and self.read == self.accepted + self.skipped

    @property
    def lines(self) -> int:
        """Records that the service counted in the accepted batches."""
        return sum(batch.report.lines for batch in self._accepted() if batch.report)

    @property
    def ok(self) -> int | None:
        """Correct records among them; None if a report lacked the number."""
        return _total(batch.report.ok if batch.report else None for batch in self._accepted())

    @property
    def inserted(self) -> int | None:
        """Records that it put into its tasks; None if a report lacked the number."""
        return _total(batch.report.inserted if batch.report else None for batch in self._accepted())

    @property
    def not_inserted(self) -> int | None:
        """Records of accepted batches that it left out, not saying which; None if a report lacked the number."""
        inserted = self.inserted
        return None if inserted is None else self.lines - inserted

    @property
    def errorcodes(self) -> Counter[int | str]:
        """How often each error code came with an accepted batch; codes are opaque, success may carry one."""
        return Counter(
            batch.report.errorcode
            for batch in self._accepted()
            if batch.report is not None and batch.report.errorcode is not None
        )

    @property
    def ids(self) -> tuple[int, ...]:
        """Numbers of the service's tasks, in the order of the batches."""
        return tuple(
            batch.report.id for batch in self._accepted() if batch.report is not None and batch.report.id is not None
        )

    @property
    def failures(self) -> tuple[BatchOutcome, ...]:
        """The batches that were not accepted."""
        return tuple(batch for batch in self.batches if batch.state is not BatchState.ACCEPTED)

    def unsent_calls(self) -> Iterator[Call]:
        """The records that surely did not reach the service, hours filled in: they may be sent again.

        Raises:
            AutodialerError: Some are no longer kept: too many failures, the result was unpickled, or still running.
        """
        return self._kept_calls(BatchState.UNSENT, self.unsent)

    def unknown_calls(self) -> Iterator[Call]:
        """The records that left without a usable answer: sending them again may phone a person twice.

        Raises:
            AutodialerError: As `unsent_calls`.
        """
        return self._kept_calls(BatchState.UNKNOWN, self.unknown)

    def _kept_calls(self, state: BatchState, count: int) -> Iterator[Call]:
        batches = [batch for batch in self.batches if batch.state is state]
        kept = sum(batch.size for batch in batches if batch.kept is not None)
        if kept != count:
            raise AutodialerError(
                f"only {kept} of {count} {state} records are kept; use a journal to find the others by their ids"
            )
        return (call for batch in batches if batch.kept is not None for call in batch.kept.calls())

    def _accepted(self) -> Iterator[BatchOutcome]:
        return (batch for batch in self.batches if batch.state is BatchState.ACCEPTED)

    def __add__(self, other: object) -> UploadResult:
        if not isinstance(other, UploadResult):
            return NotImplemented
        summed: dict[str, Any] = {
            name: getattr(self, name) + getattr(other, name) for name in (*_COUNTS, *_TIMES, "retries")
        }
        return UploadResult(
            **summed,
            source_exhausted=self.source_exhausted and other.source_exhausted,
            batches=tuple(sorted(self.batches + other.batches, key=lambda batch: batch.index)),
            invalid_calls=tuple(
                sorted(self.invalid_calls + other.invalid_calls, key=lambda error: error.position or 0)
            )[:INVALID_CALLS_KEPT],
            failures_truncated=self.failures_truncated or other.failures_truncated,
            peak_in_flight=max(self.peak_in_flight, other.peak_in_flight),
            limit=min((limit for limit in (self.limit, other.limit) if limit is not None), default=None),
        )

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {value}" for name in _COUNTS[1:] if (value := getattr(self, name)))
        lines = [f"{'complete' if self.complete else 'incomplete'}: read {self.read}: {counts or 'nothing'}"]
        if self.accepted:
            told = [f"lines {self.lines}"]
            told += [f"{name} {'not said' if (n := getattr(self, name)) is None else n}" for name in ("ok", "inserted")]
            told += [f"not inserted {self.not_inserted}"] if self.not_inserted else []
            told += [f"errorcodes {', '.join(f'{code}: {n}' for code, n in self.errorcodes.items())}"] * bool(
                self.errorcodes
            )
            lines.append(f"the service's reports: {', '.join(told)}, {len(self.ids)} ids")
        if not self.source_exhausted:
            lines.append("the source was not read to its end")
        if self.unknown:
            lines.append("sending the unknown records again may phone a person twice")
        first = next((batch.error for batch in self.failures if batch.error is not None), None)
        lines += [f"first failure: {first}"] if first is not None else []
        lines += [f"first invalid record: {self.invalid_calls[0]}"] if self.invalid_calls else []
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """All counts and outcomes as JSON values, without any call or phone number; task ids as text (17 digits)."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "complete": self.complete,
            "source_exhausted": self.source_exhausted,
            **{name: getattr(self, name) for name in ("lines", "ok", "inserted", "not_inserted")},
            "errorcodes": {str(code): count for code, count in self.errorcodes.items()},
            "ids": [str(number) for number in self.ids],
            "failures_truncated": self.failures_truncated,
            **{name: getattr(self, name) for name in (*_TIMES, "peak_in_flight", "retries", "limit")},
            "batches": [batch.to_dict() for batch in self.batches],
            "invalid_calls": [
                {"position": error.position, "id": error.id, "field": error.field, "reason": error.reason}
                for error in self.invalid_calls
            ],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The result that `to_dict` wrote; its failures hold no records.

        Args:
            values: What `to_dict` gave, also after a way through JSON.

        Raises:
            KeyError: A mapping that `to_dict` did not write.
        """
        stored = (*_COUNTS, *_TIMES, "source_exhausted", "failures_truncated", "peak_in_flight", "retries", "limit")
        return cls(
            **{name: values[name] for name in stored},
            batches=tuple(BatchOutcome.from_dict(batch) for batch in values["batches"]),
            invalid_calls=tuple(
                InvalidCall(error["reason"], field=error["field"], position=error["position"], id=error["id"])
                for error in values["invalid_calls"]
            ),
        )


def _total(numbers: Iterator[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total
