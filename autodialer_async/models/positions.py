"""Places of records in their source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Self, overload

__all__ = ["Positions"]


class Positions(Sequence[int]):
    """An increasing sequence of places in the source, from 0, held as ranges: a thousand neighbours cost one.

    Example:
        >>> Positions([range(0, 3), range(5, 6)])
        Positions(0-2, 5)
        >>> list(Positions([range(0, 3), range(5, 6)]))
        [0, 1, 2, 5]
    """

    __slots__ = ("_ranges",)

    def __init__(self, ranges: Iterable[range] = ()) -> None:
        joined: list[range] = []
        for part in ranges:
            if joined and joined[-1].stop == part.start:
                joined[-1] = range(joined[-1].start, part.stop)
            elif part:
                joined.append(part)
        self._ranges = tuple(joined)

    @classmethod
    def of(cls, places: Iterable[int]) -> Self:
        """Positions from single places in increasing order."""
        return cls(range(place, place + 1) for place in places)

    @property
    def ranges(self) -> tuple[range, ...]:
        """The places as neighbouring runs."""
        return self._ranges

    def __len__(self) -> int:
        return sum(map(len, self._ranges))

    def __iter__(self) -> Iterator[int]:
        for part in self._ranges:
            yield from part

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Positions: ...
    def __getitem__(self, index: int | slice) -> int | Positions:
        if isinstance(index, slice):
            return Positions.of(list(self)[index])
        left = index + len(self) if index < 0 else index
        if left >= 0:
            for part in self._ranges:
                if left < len(part):
                    return part[left]
                left -= len(part)
        raise IndexError("no such position")

    def __contains__(self, place: object) -> bool:
        return any(place in part for part in self._ranges)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Positions):
            return self._ranges == other._ranges
        # Whoever compares with a list or a tuple of places means the places.
        return list(self) == list(other) if isinstance(other, list | tuple | range) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        runs = [str(part.start) if len(part) == 1 else f"{part.start}-{part[-1]}" for part in self._ranges]
        return f"Positions({', '.join(runs)})"
