"""The books of one upload: every record pulled is in exactly one column at every moment."""

from __future__ import annotations

from bisect import insort

from autodialer_async.errors import AutodialerError, InvalidCall
from autodialer_async.models import BatchOutcome, BatchState, Progress, UploadResult
from autodialer_async.models.result import INVALID_CALLS_KEPT

__all__ = ["KEPT_BYTES", "Tally"]

# How many bytes of records of failed batches are kept, and how many failures keep an error of their own.
KEPT_BYTES = 20 * 1024 * 1024
_BYTES_OF_AN_OBJECT = 200
KEPT_ERRORS = 1000


class Tally:
    """Counts of one upload.

    Attributes:
        skipped: Records that the journal knows as accepted.
        outcomes: Settled batches, in the order in which they settled.
        waited_for_source: As in `UploadResult`, like all that follow.
        waited_for_slot: Seconds.
        paused: Seconds.
        retries: Requests made again.
        limit: Fewest slots in force so far.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self.outcomes: list[BatchOutcome] = []
        self.waited_for_source = 0.0
        self.waited_for_slot = 0.0
        self.paused = 0.0
        self.retries = 0
        self.limit: int | None = None
        self._settled = dict.fromkeys(BatchState, 0)
        self._invalid = 0
        self._invalid_calls: list[InvalidCall] = []
        self._kept_bytes = 0
        self._truncated = False
        self._errors = 0
        self._shared_errors: dict[object, AutodialerError] = {}

    @property
    def settled(self) -> int:
        """Records that are done with."""
        return sum(self._settled.values()) + self.skipped + self._invalid

    def set_aside(self, invalid: list[InvalidCall]) -> None:
        """Count invalid records, and keep the first by position."""
        self._invalid += len(invalid)
        for error in invalid:
            # Records too large for a request are found later than their neighbours.
            insort(self._invalid_calls, error, key=lambda known: known.position or 0)
            del self._invalid_calls[INVALID_CALLS_KEPT:]

    def settle(self, outcome: BatchOutcome) -> BatchOutcome:
        """Count a batch; returns the outcome as kept: without its records once there are too many failures."""
        kept, error = outcome.kept, outcome.error
        if kept is not None:
            size = kept.size_in_bytes + _BYTES_OF_AN_OBJECT
            if self._kept_bytes + size > KEPT_BYTES:
                kept, self._truncated = None, True
            else:
                self._kept_bytes += size
        if error is not None:
            self._errors += 1
            if self._errors > KEPT_ERRORS:
                # A hundred thousand failures of one kind would otherwise cost a kilobyte each.
                error = self._shared_errors.setdefault((type(error), outcome.status), error)
        if kept is not outcome.kept or error is not outcome.error:
            outcome = BatchOutcome(
                outcome.index, outcome.positions, outcome.size, outcome.state, outcome.report, error,
                outcome.status, outcome.phase, outcome.tries, outcome.seconds, kept,
            )  # fmt: skip
        self.outcomes.append(outcome)
        self._settled[outcome.state] += outcome.size
        return outcome

    def result(
        self,
        *,
        read: int,
        sending: int,
        source_exhausted: bool,
        seconds: float,
        peak_in_flight: int,
    ) -> UploadResult:
        """The result at this moment: records in flight (`sending`) count as unknown, those that wait as unsent."""
        waiting = read - self.settled - sending
        return UploadResult(
            read=read,
            accepted=self._settled[BatchState.ACCEPTED],
            rejected=self._settled[BatchState.REJECTED],
            unsent=self._settled[BatchState.UNSENT] + waiting,
            unknown=self._settled[BatchState.UNKNOWN] + sending,
            skipped=self.skipped,
            invalid=self._invalid,
            source_exhausted=source_exhausted,
            batches=tuple(sorted(self.outcomes, key=lambda outcome: outcome.index)),
            invalid_calls=tuple(self._invalid_calls),
            failures_truncated=self._truncated,
            seconds=seconds,
            peak_in_flight=peak_in_flight,
            waited_for_source=self.waited_for_source,
            waited_for_slot=self.waited_for_slot,
            retries=self.retries,
            paused=self.paused,
            limit=self.limit,
        )

    def progress(self, *, read: int, total: int | None, seconds: float, in_flight: int, limit: int) -> Progress:
        """How far the upload is."""
        rate = self.settled / seconds if seconds > 0 else 0.0
        left = None if total is None or not rate else max(0.0, (total - self.settled) / rate)
        return Progress(
            read=read,
            accepted=self._settled[BatchState.ACCEPTED],
            rejected=self._settled[BatchState.REJECTED],
            unsent=self._settled[BatchState.UNSENT],
            unknown=self._settled[BatchState.UNKNOWN],
            skipped=self.skipped,
            invalid=self._invalid,
            batches=len(self.outcomes),
            total=total,
            seconds=seconds,
            rate=rate,
            seconds_left=left,
            in_flight=in_flight,
            limit=limit,
            retries=self.retries,
            paused=self.paused,
        )
