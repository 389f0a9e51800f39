"""When the next request of a client may go: one service, one pace."""

from __future__ import annotations

from typing import NamedTuple

from autodialer_async._delivery.adaptive import AdaptiveLimit
from autodialer_async._delivery.budget import RetryBudget
from autodialer_async._delivery.rate import RateLimit, SlidingWindow
from autodialer_async._delivery.slots import Slots
from autodialer_async._delivery.spacing import Spacing

__all__ = ["Load", "Pace"]


class Load(NamedTuple):
    """What a request weighs against the rate limit.

    Attributes:
        records: Records in it.
        batches: 1 for a batch of `make`, else 0.
    """

    records: int = 0
    batches: int = 0


class Pace:
    """Told what happens to the requests of a client, answers when the next one may go.

    Attributes:
        slots: The client's semaphore.
        budget: Its purse of repeats.
    """

    def __init__(self, slots: Slots, *, rate_limit: RateLimit | None = None, adaptive: bool = False) -> None:
        self.slots = slots
        self.budget = RetryBudget()
        self._paused_until = 0.0
        self._spacing = Spacing()
        self._adaptive = AdaptiveLimit(slots.count) if adaptive else None
        limit = rate_limit or RateLimit()
        self._records = SlidingWindow(limit.records_per_second) if limit.records_per_second else None
        self._batches = SlidingWindow(limit.batches_per_second) if limit.batches_per_second else None

    def wait(self, load: Load, now: float) -> float:
        """Seconds until such a request may go; 0 for now."""
        waits = [self._paused_until - now, self._spacing.wait(now), 0.0]
        if self._records is not None and load.records:
            waits.append(self._records.wait(load.records, now))
        if self._batches is not None and load.batches:
            waits.append(self._batches.wait(load.batches, now))
        return max(waits)

    def depart(self, load: Load, now: float) -> None:
        """Such a request goes now."""
        self._spacing.depart(now)
        if self._records is not None and load.records:
            self._records.depart(load.records, now)
        if self._batches is not None and load.batches:
            self._batches.depart(load.batches, now)

    def answered(self, *, left_at: float, was_binding: bool) -> None:
        """A request was answered, and not pushed back."""
        self.budget.answered()
        self._spacing.answered()
        if self._adaptive is not None:
            self._adaptive.answered(left_at=left_at, was_binding=was_binding)
            self.slots.resize(self._adaptive.limit)

    def pushed_back(self, *, left_at: float, now: float, pause: float) -> bool:
        """The service refused a request for now: nobody sends for `pause` seconds (0 for a request unanswered).

        Returns whether a pause begins with it, and not within one.
        """
        begins = pause > 0 and now >= self._paused_until
        self._paused_until = max(self._paused_until, now + pause)
        if pause:
            self._spacing.pushed_back(left_at=left_at, now=now)
        if self._adaptive is not None:
            self._adaptive.pushed_back(left_at=left_at, now=now)
            self.slots.resize(self._adaptive.limit)
        return begins
