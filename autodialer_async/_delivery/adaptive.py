"""How many requests at once a service seems to bear."""

from __future__ import annotations

import math

__all__ = ["AdaptiveLimit"]


class AdaptiveLimit:
    """Additive increase, multiplicative decrease, between 1 and `most`.

    One pushback halves the limit. What becomes of requests that had left before the halving changes nothing more: they
    were sent under the old limit. A round of answered requests raises it by one, and only where the limit was what
    held requests back.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._halved_at = -math.inf

    @property
    def limit(self) -> int:
        """Requests that may be in flight."""
        return int(self._limit)

    def answered(self, *, left_at: float, was_binding: bool) -> None:
        """A request that had left at `left_at` was answered well; `was_binding`: all slots were taken as it left."""
        if was_binding and left_at >= self._halved_at:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)

    def pushed_back(self, *, left_at: float, now: float) -> None:
        """The service refused, for now, a request that had left at `left_at`, or did not answer it."""
        if left_at >= self._halved_at:
            self._limit = max(1.0, self._limit / 2)
            self._halved_at = now
