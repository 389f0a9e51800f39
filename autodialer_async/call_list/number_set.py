"""Sets of phone numbers, small enough for lists of any length."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from operator import length_hint
from typing import Protocol

__all__ = ["NumberSet"]

# Above all national numbers: +8 131 234 56 78 is not 8 (131) 234-56-78.
_FOREIGN = 10**16


class _IntSet(Protocol):
    def add_checked(self, value: int, /) -> None: ...
    def __contains__(self, value: int, /) -> bool: ...
    def __len__(self) -> int: ...


class _PlainSet(set[int]):
    def add_checked(self, value: int, /) -> None:
        """Adds a value.

        Raises:
            KeyError: It was there already.
        """
        if value in self:
            raise KeyError(value)
        self.add(value)


try:
    # Some three bytes a number of a list of a million; a set of ints takes 65.
    from pyroaring import BitMap64
except ModuleNotFoundError:  # the extra `lists` is not installed
    _new_set: type[_IntSet] = _PlainSet
else:
    _new_set = BitMap64


class NumberSet:
    """Phone numbers as records hold them: `8XXXXXXXXXX`, or `+…` for foreign ones.

    Example:
        >>> numbers = NumberSet(["89222220000"])
        >>> numbers.add_new(["89222220001", "89222220000", "89222220001"])
        [1, 2]
        >>> "89222220001" in numbers, len(numbers)
        (True, 2)
    """

    def __init__(self, phones: Iterable[str] = ()) -> None:
        self._numbers: _IntSet = _new_set()
        self.add_new(list(phones))

    def add_new(self, phones: Sequence[str]) -> list[int]:
        """Adds numbers, and returns the places of those that were there already."""
        known = list[int]()
        numbers = list(map(_number if "+" in "".join(phones) else int, phones))
        left = iter(numbers)
        while True:
            try:
                # One look at the set instead of two: most numbers are new.
                deque(map(self._numbers.add_checked, left), maxlen=0)
            except KeyError:
                known.append(len(numbers) - length_hint(left) - 1)
            else:
                return known

    def __contains__(self, phone: str) -> bool:
        return _number(phone) in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __repr__(self) -> str:
        return f"NumberSet({len(self)} numbers)"


def _number(phone: str) -> int:
    return int(phone) if phone[0] != "+" else int(phone) + _FOREIGN
