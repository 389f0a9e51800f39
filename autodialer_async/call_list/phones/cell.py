"""A cell as a table holds it: text, or a number in its place."""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Integral, Real

__all__ = ["CellError", "cell_text"]

# From here on a float does not tell whole numbers apart.
_EXACT = 2**53
_TOO_LONG = "so many digits are not a phone"


class CellError(ValueError):
    """A cell of a type that holds no phone.

    Attributes:
        lossy: Its digits may be lost already.
    """

    def __init__(self, message: str, *, lossy: bool = False) -> None:
        super().__init__(message)
        self.lossy = lossy


def cell_text(cell: object) -> str:
    """The text of a cell: a table may hold numbers, and its own marks for nothing.

    Raises:
        CellError: Neither text nor a whole number.
    """
    if isinstance(cell, str):
        return cell
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return ""
    if isinstance(cell, bool):
        raise CellError("a yes or no is not a phone")
    if isinstance(cell, Integral):
        return _whole(int(cell))
    if isinstance(cell, float | Decimal):
        nothing = cell.is_nan() if isinstance(cell, Decimal) else math.isnan(cell)
        return "" if nothing else _whole_of_fractional(cell)
    if isinstance(cell, Real):
        raise CellError(f"{type(cell).__name__} does not hold the 11 digits of a phone", lossy=True)
    raise CellError(f"a phone is text or a whole number, not {type(cell).__name__}")


def _whole_of_fractional(number: float | Decimal) -> str:
    # The order matters: a decimal may have more digits than memory.
    if not -_EXACT < number < _EXACT:
        raise CellError(_TOO_LONG)
    if number % 1 != 0:
        raise CellError("a number with a fraction is not a phone")
    return _whole(int(number))


def _whole(number: int) -> str:
    if not 0 <= number < _EXACT:
        raise CellError("a negative number is not a phone" if number < 0 else _TOO_LONG)
    return str(number)
