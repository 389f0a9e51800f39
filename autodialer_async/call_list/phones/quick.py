"""The forms in which most lists have their numbers, read in well under a microsecond."""

from __future__ import annotations

import re

from autodialer_async.call_list.phones.numbering import AREA_CODES

__all__ = ["quick_match", "quick_phone"]

# Blanks of all widths and the hyphens that word processors make.
_SEPARATOR = "[ \u00a0\u2007\u2009\u202f\\-\u2010\u2011\u2012\u2013\u2014\u2212]"
# Words that say no more than that a number follows or until when it may be called; a fax is none of them.
_LABEL = r"(?:(?:[Тт]ел|[Мм]об|[Сс]от|[Тт]|[Мм]|[Тт]елефон|[Мм]обильный|[Tt]el|[Mm]ob|[Pp]hone|[Mm]obile)\b[.:]{0,2} ?)"
_HOURS = r"(?: \((?:после|до|с) [0-9]{1,2}(?::[0-9]{2})?\))"
_CODE = f"(9\\d\\d|{AREA_CODES})"
# Ten bare digits that begin with 8 may as well be eleven that lost one.
_NUMBER = (
    rf"(?:(?:8|\+?7){_SEPARATOR}?\(?|\(|(?!8)){_CODE}\)?{_SEPARATOR}?"
    rf"(\d{{3}}){_SEPARATOR}?(\d\d){_SEPARATOR}?(\d\d)"
)
_BARE = re.compile(rf"[ ']?{_NUMBER}(?:(?<=\d{{10}})\.0)?[ ]?", re.ASCII)
_DOTTED = re.compile(rf"(?:(?:8|\+?7)\.)?{_CODE}\.(\d{{3}})\.(\d\d)\.(\d\d)", re.ASCII)
# `\b` is to see Cyrillic letters.
_LABELLED = re.compile(rf"{_LABEL}?{_NUMBER}{_HOURS}?".replace(r"\d", "[0-9]"))


def quick_phone(cell: str) -> str | None:
    """The number of a cell that holds one Russian subscriber's number in a common form and nothing else.

    Returns:
        The number as it goes on the wire, `8XXXXXXXXXX`; None: ask `read_phone`.

    Example:
        >>> quick_phone("+7 (922) 222-00-00")
        '89222220000'
        >>> quick_phone("89222220000 (Иван)") is None
        True
    """
    match = quick_match(cell)
    return None if match is None else f"8{match[1]}{match[2]}{match[3]}{match[4]}"


def quick_match(cell: str) -> re.Match[str] | None:
    """Where the number stands in such a cell: its code and its subscriber's digits are the groups 1 to 4."""
    return _BARE.fullmatch(cell) or _DOTTED.fullmatch(cell) or _LABELLED.fullmatch(cell)
