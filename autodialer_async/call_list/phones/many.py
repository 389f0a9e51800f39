"""The quick forms again, for a slice of cells at once."""

from __future__ import annotations

import string
from collections.abc import Sequence

from autodialer_async.call_list.phones.quick import quick_phone

__all__ = ["QuickPhones"]

_DIGITS = string.digits.encode()
_TO_SHAPE = bytes.maketrans(_DIGITS, b"d" * len(_DIGITS))
_NO_DIGITS = bytes(set(range(256)) - set(_DIGITS) - {ord("\n")})
_SUBSCRIBER = 7
_NATIONAL = 10
_LENGTHS = (10, 11)
# Forms times area codes; a list has a few hundred.
_MOST_KNOWN, _LONGEST = 10_000, 40


class QuickPhones:
    """`quick_phone` for many cells, at half its cost.

    Whether a cell is read depends on where its digits stand and on those before the last seven, so what `quick_phone`
    said once of such a cell holds for all like it.

    Example:
        >>> QuickPhones()(["8 (922) 222-00-00", "нет", "9222220001"])
        ['89222220000', None, '89222220001']
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        # «нет», 8.92222E+10: a list has few different ones.
        self._strange: set[str] = set()

    def __call__(self, cells: Sequence[str]) -> list[str | None]:
        """What `quick_phone` gives for each cell."""
        joined = "\n".join(cells).encode("utf-8", "surrogatepass")
        # Shapes are compared and never shown: any encoding of one byte a character will do.
        shapes = joined.translate(_TO_SHAPE).decode("latin-1").split("\n")
        if len(shapes) != len(cells):  # a line break in a cell
            return list(map(quick_phone, cells))
        numbers = joined.translate(None, _NO_DIGITS).decode().split("\n")
        known = self._known
        phones = [
            "8" + number[-_NATIONAL:] if shape + number[:-_SUBSCRIBER] in known else None
            for shape, number in zip(shapes, numbers, strict=True)
        ]
        if None in phones:
            for place, phone in enumerate(phones):
                if phone is None and cells[place] not in self._strange:
                    phones[place] = self._learn(cells[place], shapes[place], numbers[place])
        return phones

    def _learn(self, cell: str, shape: str, number: str) -> str | None:
        phone = quick_phone(cell)
        # Behind a number may stand `.0` or an hour; here the last digits of the cell are to be the number's.
        if phone is not None and shape.rstrip(" ").endswith("dd") and len(number) in _LENGTHS:
            _remember(self._known, shape + number[:-_SUBSCRIBER])
        if phone is None and len(cell) <= _LONGEST:
            _remember(self._strange, cell)
        return phone


def _remember(known: set[str], text: str) -> None:
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known.add(text)
