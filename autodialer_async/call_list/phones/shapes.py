"""Shapes of cells, which have no digits, and digits of cells, which have no shape: for a slice of cells at once."""

from __future__ import annotations

import string
from collections.abc import Sequence

import attrs

from autodialer_async.call_list.phones.quick import quick_match

__all__ = ["SUBSCRIBER", "NumberPlace", "number_place", "shapes_and_digits"]

SUBSCRIBER = 7
"""Digits behind the code of a number in common forms. Whether there is such a number, they do not decide."""

_NATIONAL = 10
_DIGITS = string.digits.encode()
# A byte that stands in no UTF-8: with a letter in its place, a cell with that letter would have the shape of another
# one, which has a digit more.
_DIGIT = b"\xff"
_TO_SHAPE = bytes.maketrans(_DIGITS, _DIGIT * len(_DIGITS))
_NO_DIGITS = bytes(set(range(256)) - set(_DIGITS) - {ord("\n")})
# Codes, and what else stands before and behind the last seven digits; a list has a few hundred.
_MOST_KNOWN = 500


def shapes_and_digits(cells: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Each cell with one mark for all digits, and its digits; None where a cell holds a line break.

    Shapes are to be compared, and not to be shown.

    Example:
        >>> shapes_and_digits(["8 (922) 222-00-00"])
        (['ÿ (ÿÿÿ) ÿÿÿ-ÿÿ-ÿÿ'], ['89222220000'])
    """
    joined = "\n".join(cells).encode("utf-8", "surrogatepass")
    # Any encoding of one byte a character will do.
    shapes = joined.translate(_TO_SHAPE).decode("latin-1").split("\n")
    if len(shapes) != len(cells):
        return None
    return shapes, joined.translate(None, _NO_DIGITS).decode().split("\n")


@attrs.frozen(eq=False)
class NumberPlace:
    """Where a number stands among the digits of all cells of one shape.

    Attributes:
        start: Where its part of the cell begins.
        stop: Where it ends.
        end: Where its part of the cell ends: behind it may stand `.0` or an hour.
        known: The digits of its part without the last seven of the number, where `quick_phone` has read such a part.
    """

    start: int
    stop: int
    end: int
    known: set[str] = attrs.field(factory=set[str])

    def number(self, digits: str) -> str | None:
        """What `quick_phone` gives for this part of a cell with these digits; None where that is not known yet."""
        if digits[self.start : self.stop - SUBSCRIBER] + digits[self.stop : self.end] not in self.known:
            return None
        return "8" + digits[self.stop - _NATIONAL : self.stop]

    def learn(self, digits: str) -> None:
        """Remembers that `quick_phone` has read this part of a cell with these digits."""
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        self.known.add(digits[self.start : self.stop - SUBSCRIBER] + digits[self.stop : self.end])


def number_place(part: str, start: int = 0) -> NumberPlace | None:
    """Where the number of a part of a cell stands, or None where `quick_phone` reads none.

    Args:
        part: The part.
        start: How many digits stand before it.
    """
    match = quick_match(part)
    if match is None:
        return None
    return NumberPlace(start, start + _count(part[: match.end(4)]), start + _count(part))


def _count(text: str) -> int:
    return sum(character in string.digits for character in text)
