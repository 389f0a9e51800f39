"""Which number formats of a workbook show a moment."""

from __future__ import annotations

import re

import attrs

__all__ = ["DateFormat", "date_format"]

# The numbers of Excel's own formats with a day; with a time only.
_DAYS = frozenset(map(str, [*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)]))
_TIMES = frozenset(map(str, [*range(18, 22), *range(32, 36), 45, 46, 47]))
# What stands in a format without being a part of the date: texts, characters, colours and languages.
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@attrs.frozen
class DateFormat:
    """A format that shows a number as a moment."""

    only_time: bool


def date_format(number: str, code: str | None) -> DateFormat | None:
    """The format that a style's number means, or None where it shows a plain number.

    Args:
        number: The format's number as the workbook writes it.
        code: What the workbook says of it, or None for one of Excel's own.

    Example:
        >>> date_format("164", "dd/mm/yyyy hh:mm")
        DateFormat(only_time=False)
        >>> date_format("164", '0 "days"') is None
        True
    """
    if code is None:
        return DateFormat(only_time=number in _TIMES) if number in _DAYS or number in _TIMES else None
    letters = _NOT_FORMAT.sub("", code.partition(";")[0]).lower()
    if letters == "general" or not set(letters) & set("dmyhs"):
        return None
    return DateFormat(only_time="d" not in letters and "y" not in letters)
