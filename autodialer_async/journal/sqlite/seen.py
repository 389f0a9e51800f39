"""Which of the journal's records stood in the list so far."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Seen"]


class Seen:
    """A bit for each of the records that a journal holds, by their numbers.

    Args:
        records: How many numbers are given.
    """

    def __init__(self, records: int) -> None:
        self._bits = bytearray(records // 8 + 1)

    def __contains__(self, number: int) -> bool:
        return bool(self._bits[number >> 3] & 1 << (number & 7))

    def add(self, numbers: Iterable[int]) -> list[int]:
        """These follow in the list: which of them, counted from 0, stood there before."""
        bits = self._bits
        again: list[int] = []
        for count, number in enumerate(numbers):
            place, bit = number >> 3, 1 << (number & 7)
            if bits[place] & bit:
                again.append(count)
            bits[place] |= bit
        return again
