"""How long answered calls lasted."""

from __future__ import annotations

from collections import Counter
from typing import Any

__all__ = ["EDGES", "Durations"]

EDGES = (5, 10, 20, 30, 45, 60, 90, 120, 180, 300)
"""Upper ends of the bars in seconds, inclusive; one more bar is for what is longer."""


class Durations:
    """Counts of whole seconds: exact, and as small as there are different lengths."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()

    def add(self, seconds: int) -> None:
        """Count a call of so many seconds."""
        self._seconds[seconds] += 1

    @property
    def calls(self) -> int:
        """Calls counted."""
        return self._seconds.total()

    @property
    def total(self) -> int:
        """Seconds of all calls together."""
        return sum(seconds * count for seconds, count in self._seconds.items())

    @property
    def median(self) -> int | None:
        """The length that half of the calls reach at most; None without calls."""
        half, reached = (self.calls + 1) // 2, 0
        for seconds in sorted(self._seconds):
            reached += self._seconds[seconds]
            if reached >= half:
                return seconds
        return None

    @property
    def bars(self) -> list[tuple[int, int | None, int]]:
        """First second, last second (None: no end), and calls of each bar, from the shortest to the longest in use."""
        bars: list[tuple[int, int | None, int]] = []
        begin = 0
        for edge in (*EDGES, None):
            calls = sum(
                count
                for seconds, count in self._seconds.items()
                if seconds >= begin and (edge is None or seconds <= edge)
            )
            bars.append((begin, edge, calls))
            begin = (edge or 0) + 1
        while bars and not bars[-1][2]:
            bars.pop()
        return bars

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "calls": self.calls,
            "total_seconds": self.total,
            "median_seconds": self.median,
            "bars": [{"from": begin, "to": end, "calls": calls} for begin, end, calls in self.bars],
        }
