"""The two forms that come next after one number: a number with its extension, and two numbers."""

from __future__ import annotations

import re

from autodialer_async.call_list.phones.quick import NUMBER
from autodialer_async.call_list.phones.reading import FoundPhone, PhoneKind

__all__ = ["common_phones", "kind_of"]

_EXTENDED = re.compile(rf"{NUMBER},? ?\(?(?:[Дд]об|[Вв]н|ext)\.? ?(\d{{1,7}})\)?", re.ASCII)
_TWO = re.compile(rf"{NUMBER}(?: ?[,;/] ?|\n){NUMBER}", re.ASCII)


def common_phones(text: str) -> tuple[FoundPhone, ...]:
    """The phones of a cell in one of these forms, a third of what `read_phone` would take; empty for any other."""
    if match := _EXTENDED.fullmatch(text):
        phone = f"8{match[1]}{match[2]}{match[3]}{match[4]}"
        return (FoundPhone(phone, match[5], kind_of(phone)),)
    if match := _TWO.fullmatch(text):
        one = f"8{match[1]}{match[2]}{match[3]}{match[4]}"
        other = f"8{match[5]}{match[6]}{match[7]}{match[8]}"
        first = FoundPhone(one, None, kind_of(one))
        return (first,) if one == other else (first, FoundPhone(other, None, kind_of(other)))
    return ()


def kind_of(phone: str) -> PhoneKind:
    """The kind of a number that the quick forms have read."""
    return PhoneKind.MOBILE if phone[1] == "9" else PhoneKind.LANDLINE
