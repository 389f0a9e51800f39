"""Subscribers' numbers as the emulator reads them from the page.

A number is held as an int of its international digits, 79222220000 for every spelling of 8 922 222-00-00.
"""

from __future__ import annotations

import re

__all__ = ["masked_number", "read_number", "written_number"]

_RUSSIAN = re.compile(r"(?:\+7|[78])?([0-9]{10})", re.ASCII)
_FOREIGN = re.compile(r"\+([1-9][0-9]{7,14})", re.ASCII)
_ORNAMENT = str.maketrans("", "", " \u00a0().-")
_RUSSIAN_NUMBERS = range(7 * 10**10, 8 * 10**10)


def read_number(text: str) -> int | None:
    """The number of a phone, or None where it is none.

    `8…`, `7…`, `+7…` and ten digits are one Russian number; others need a `+` and 8 to 15 digits. Blanks, brackets,
    dots and hyphens do not count.
    """
    bare = text.translate(_ORNAMENT)
    if match := _RUSSIAN.fullmatch(bare):
        return 7 * 10**10 + int(match[1])
    if match := _FOREIGN.fullmatch(bare):
        return int(match[1])
    return None


def written_number(number: int) -> str:
    """The number as the page writes it: `89222220000`, foreign ones as `+375291112233`."""
    return f"8{number % 10**10:010}" if number in _RUSSIAN_NUMBERS else f"+{number}"


def masked_number(phone: str) -> str:
    """A written number with its middle hidden: `8922***0001`."""
    return f"{phone[:4]}***{phone[-4:]}"
