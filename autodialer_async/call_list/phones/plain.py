"""Cells that hold no phone whatever their digits are, told without a scan."""

from __future__ import annotations

import re

__all__ = ["surely_no_phone"]

# One run of digits: eight or nine are neither a local number nor a whole one, and twelve begin with 8-10 or 00 or are
# too many. A letter O among digits stands for one of them.
_NO_PHONE = re.compile(r"[0-9]{8,9}|(?!810|00)[0-9]{12,}|[0-9]+[OoОо][0-9OoОо]*")


def surely_no_phone(cell: str) -> bool:
    """Whether `read_phone` refuses the cell as invalid under any rules. It may also do so where this is False.

    Example:
        >>> surely_no_phone("892222200"), surely_no_phone("892222200OO"), surely_no_phone("2220000")
        (True, True, False)
    """
    return _NO_PHONE.fullmatch(cell) is not None
