"""How many records and batches may leave in a second."""

from __future__ import annotations

import math
from collections import deque

import attrs

from autodialer_async.errors import ConfigurationError

__all__ = ["RateLimit", "SlidingWindow"]


@attrs.frozen
class RateLimit:
    """Most that may leave in any second, over the whole client; None is no limit.

    It holds over any one-second window, however it is laid: there is no burst at its beginning. A limit below one is
    kept over the longer time that one unit needs. `newcall` counts as one record, `cdr` as none.

    Attributes:
        records_per_second: Records; a batch larger than a second's allowance is cut smaller.
        batches_per_second: Batches of `make`.

    Raises:
        ConfigurationError: A limit that is not above zero.

    Example:
        >>> RateLimit(records_per_second=5000, batches_per_second=10)
        RateLimit(records_per_second=5000, batches_per_second=10)
    """

    records_per_second: float | None = None
    batches_per_second: float | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("records_per_second", "batches_per_second"):
            limit = getattr(self, name)
            if limit is not None and (not isinstance(limit, int | float) or not 0 < limit < math.inf):
                raise ConfigurationError(f"RateLimit.{name} is a finite number above zero or None, not {limit!r}")

    @property
    def largest_batch(self) -> int | None:
        """Records that a batch may have, or None for any number."""
        return None if self.records_per_second is None else max(1, int(self.records_per_second))


class SlidingWindow:
    """Admits units so that no window of its length ever holds more than the limit, and spread evenly over it.

    Without the spreading a second's allowance would leave at once, which a server that counts by the tenth refuses.
    """

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._next_at = -math.inf
        self._length = max(1.0, 1.0 / per_second)
        self._allowance = max(1, int(per_second * self._length))
        self._left: deque[tuple[float, int]] = deque()
        self._inside = 0

    def wait(self, units: int, now: float) -> float:
        """Seconds until so many units may leave; 0 for now."""
        # A moment exactly one window later is outside of it; clocks are floats, so a hair more.
        while self._left and now - self._left[0][0] > self._length:
            self._inside -= self._left.popleft()[1]
        spread = max(0.0, self._next_at - now)
        excess = self._inside + units - self._allowance
        for left_at, left in self._left:
            if excess <= 0:
                break
            excess -= left
            spread = max(spread, left_at + self._length - now + 1e-6)
        return spread

    def depart(self, units: int, now: float) -> None:
        """So many units leave now."""
        self._next_at = now + units / self._per_second
        self._left.append((now, units))
        self._inside += units
