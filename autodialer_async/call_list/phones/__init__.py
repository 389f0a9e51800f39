"""Phones out of the cells of lists, as people write them: never padded, never cut, never guessed."""

from autodialer_async.call_list.phones.quick import quick_phone
from autodialer_async.call_list.phones.reader import read_phone
from autodialer_async.call_list.phones.reading import FoundPhone, PhoneKind, PhoneReading, PhoneRules

__all__ = ["FoundPhone", "PhoneKind", "PhoneReading", "PhoneRules", "quick_phone", "read_phone"]
