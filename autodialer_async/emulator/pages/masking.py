"""People's data as the page shows it before a click."""

from __future__ import annotations

from typing import Final

__all__ = ["masked_name", "masked_phone", "spaced_phone"]

_DOT: Final = "•"
_RUSSIAN_LENGTH: Final = 11


def spaced_phone(phone: str) -> str:
    """A number in groups, to be read by people.

    >>> spaced_phone("89222220000").replace(chr(160), " ")
    '8 922 222-00-00'
    """
    if phone.startswith("8") and len(phone) == _RUSSIAN_LENGTH:
        return f"8\u00a0{phone[1:4]}\u00a0{phone[4:7]}-{phone[7:9]}-{phone[9:]}"
    return phone


def masked_phone(phone: str) -> str:
    """A number of which only the code and the last two digits can be read.

    >>> masked_phone("89222220000").replace(chr(160), " ")
    '8 922 •••-••-00'
    """
    hidden = phone[:4] + _DOT * (len(phone) - 6) + phone[-2:]
    return spaced_phone(hidden)


def masked_name(name: str) -> str:
    """A name of which only the first letter can be read; its length is not told.

    >>> masked_name("Петров")
    'П•••'
    """
    return f"{name[:1]}{_DOT * 3}"
