"""Lists of people who are not to be called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date

import attrs

from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.call_list.opened import open_list
from autodialer_async.call_list.options import ListOptions
from autodialer_async.call_list.phones import PhoneKind, PhoneRules
from autodialer_async.call_list.readers import BrokenRow, ReadOptions, TableSource
from autodialer_async.call_list.row_hours import HoursRules
from autodialer_async.call_list.row_phones import RowPhoneReader
from autodialer_async.errors import CallListError

__all__ = ["StopNumbers", "read_stop_numbers"]


@attrs.frozen
class StopNumbers:
    """The numbers of a stop list.

    Attributes:
        name: The file.
        numbers: All numbers in its phone columns, also several of one cell, and those of hidden rows.
        unreadable: Rows that hold something, but no number: whom they mean may be called.
    """

    name: str
    numbers: NumberSet
    unreadable: int


def read_stop_numbers(path: str | os.PathLike[str], default_area_code: str | None = None) -> StopNumbers:
    """Reads a stop list: any file that `read_calls` reads, the phone's column found in the same way.

    Raises:
        CallListError: The file cannot be read, or holds no number at all.
    """
    # A number that this list may not call may still be one that another does.
    rules = PhoneRules(default_area_code, frozenset(PhoneKind))
    source = TableSource(path, ReadOptions(hidden="read"))
    numbers, unreadable = NumberSet(), 0
    with open_list(source, ListOptions(HoursRules(date.min), rules=rules)) as opened:
        places = opened.plan.at["phone"]
        phones = RowPhoneReader(rules, range(len(places)))
        for row in opened.rows:
            if isinstance(row, BrokenRow):
                unreadable += 1
            elif any(map(str.strip, row)):
                found = phones.read(_cells(row, places)).numbers
                unreadable += not found
                numbers.add_new(found)
    if not len(numbers):
        raise CallListError(f"the stop list {source.name} holds no number that can be read")
    return StopNumbers(source.name, numbers, unreadable)


def _cells(row: Sequence[str], places: Sequence[int]) -> list[str]:
    return [row[at] if at < len(row) else "" for at in places]
