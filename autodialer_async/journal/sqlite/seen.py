"""Which of the journal's records stood in the list so far."""

from __future__ import annotations

from collections.abc import Sequence

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

    def add(self, number: int) -> None:
        """It stood in the list."""
        self._bits[number >> 3] |= 1 << (number & 7)

    def add_all(self, numbers: Sequence[int]) -> bool:
        """They stood in the list; False, and nothing is noted, where one of them is there twice or was before."""
        bits = self._bits
        for count, number in enumerate(numbers):
            place, bit = number >> 3, 1 << (number & 7)
            if bits[place] & bit:
                for added in numbers[:count]:
                    bits[added >> 3] &= ~(1 << (added & 7))
                return False
            bits[place] |= bit
        return True
