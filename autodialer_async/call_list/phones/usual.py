"""Cells with two numbers, or with an extension, in their usual forms: read in a tenth of the time that a scan takes."""

from __future__ import annotations

import re

from autodialer_async.call_list.phones.quick import quick_phone
from autodialer_async.call_list.phones.reading import FoundPhone, PhoneKind

__all__ = ["usual_phones"]

# A slash without blanks may stand between a number and the end of another one.
_BETWEEN = re.compile(r" ?[;,\n] ?| / ")
_EXTENSION = re.compile(r"(.{10,25}?),? (?:доб\.?|вн\.?|ext\.?) ?([0-9]{1,6})")
_MOST_NUMBERS = 3
_LONGEST = 80


def usual_phones(cell: str) -> tuple[FoundPhone, ...] | None:
    """The numbers of a cell that holds some Russian numbers in common forms, or one with an extension.

    Returns:
        What `read_phone` finds there; None: ask it.

    Example:
        >>> [found.phone for found in usual_phones("89222220000, +7 912 111-22-33")]
        ['89222220000', '89121112233']
        >>> usual_phones("8 (343) 222-00-00 доб. 12")[0].extension
        '12'
    """
    if len(cell) > _LONGEST:
        return None
    if match := _EXTENSION.fullmatch(cell):
        phone = quick_phone(match[1])
        return None if phone is None else (_found(phone, match[2]),)
    parts = _BETWEEN.split(cell)
    if not 1 < len(parts) <= _MOST_NUMBERS:
        return None
    phones: dict[str, FoundPhone] = {}
    for part in parts:
        phone = quick_phone(part)
        if phone is None:
            return None
        phones.setdefault(phone, _found(phone, None))
    return tuple(phones.values())


def _found(phone: str, extension: str | None) -> FoundPhone:
    return FoundPhone(phone, extension, PhoneKind.MOBILE if phone[1] == "9" else PhoneKind.LANDLINE)
