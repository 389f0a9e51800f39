"""How far apart requests leave while a service pushes back."""

from __future__ import annotations

import math

__all__ = ["Spacing"]


class Spacing:
    """A pause alone lets all who waited leave together, to be refused together again; this sets them apart.

    One round of refusals doubles the gap, those of requests that had left before change nothing more; every answer
    takes a twentieth of it away, until it is gone.
    """

    def __init__(self, *, first: float = 0.025, longest: float = 0.5, least: float = 0.001) -> None:
        self._first = first
        self._longest = longest
        self._least = least
        self._widened_at = -math.inf
        self._next_at = -math.inf
        self.gap = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave; not positive for now."""
        return self._next_at - now

    def depart(self, now: float) -> None:
        """A request leaves now."""
        self._next_at = now + self.gap

    def answered(self) -> None:
        """A request was answered well."""
        self.gap = self.gap * 0.95 if self.gap * 0.95 > self._least else 0.0

    def pushed_back(self, *, left_at: float, now: float) -> None:
        """The service refused, for now, a request that had left at `left_at`."""
        if left_at >= self._widened_at:
            self.gap = min(max(2 * self.gap, self._first), self._longest)
            self._widened_at = now
