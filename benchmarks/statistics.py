"""Medians, spreads and paired ratios; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import attrs

__all__ = ["Summary", "paired_ratios", "summary"]


@attrs.frozen
class Summary:
    """Several measurements of one thing: the middle, and how far they lie apart."""

    median: float
    low: float
    high: float
    count: int

    @property
    def spread(self) -> float:
        """From the lowest to the highest, as a share of the median; 0 for a single measurement."""
        return (self.high - self.low) / abs(self.median) if self.median else 0.0


def summary(values: Iterable[float]) -> Summary | None:
    """Median, lowest and highest; None of nothing."""
    known = sorted(values)
    return Summary(median(known), known[0], known[-1], len(known)) if known else None


def paired_ratios(numerators: Sequence[float | None], denominators: Sequence[float | None]) -> list[float]:
    """The ratio within each round: machines drift between rounds, and both sides of a round drift together.

    A round in which either side is missing, or the denominator is 0, has no ratio.

    Raises:
        ValueError: The two are not of the same rounds.
    """
    return [
        numerator / denominator
        for numerator, denominator in zip(numerators, denominators, strict=True)
        if numerator is not None and denominator
    ]
