"""A cell of a phone's column, read."""

from __future__ import annotations

from autodialer_async.call_list.phones.numbering import national_kind
from autodialer_async.call_list.phones.quick import quick_phone
from autodialer_async.call_list.phones.reading import FoundPhone, PhoneKind, PhoneReading, PhoneRules
from autodialer_async.call_list.rejected import RejectReason

__all__ = ["read_phone"]


def read_phone(cell: object, rules: PhoneRules) -> PhoneReading:
    """Reads a cell."""
    phone = quick_phone(str(cell))
    if phone is None:
        return PhoneReading((), RejectReason.INVALID, "not a phone number")
    return PhoneReading((FoundPhone(phone, None, PhoneKind(national_kind(phone[1:]) or "mobile")),))
