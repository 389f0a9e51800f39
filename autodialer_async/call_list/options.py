"""What the user says of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from autodialer_async.call_list.columns import ColumnChoice
from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.call_list.phones import PhoneRules
from autodialer_async.call_list.row_hours import HoursRules

__all__ = ["DuplicatesBy", "ListOptions"]

DuplicatesBy = Literal["phone", "phone_and_scenario"]


@attrs.frozen
class ListOptions:
    """How rows become calls. Fields as in `read_calls`, made ready.

    Attributes:
        stop_lists: Names of the stop lists and their numbers.
        only_numbers: The only numbers to be called, or None for all.
    """

    hours: HoursRules
    columns: Mapping[str, ColumnChoice] = attrs.field(factory=dict[str, ColumnChoice])
    header: int | None = None
    rules: PhoneRules = attrs.field(factory=PhoneRules)
    phones: Literal["first", "each"] = "first"
    duplicates: Literal["drop", "keep"] = "drop"
    duplicates_by: DuplicatesBy = "phone"
    stop_lists: Mapping[str, NumberSet] = attrs.field(factory=dict[str, NumberSet])
    only_numbers: NumberSet | None = None
    max_rows: int | None = None
    generation_type: str | None = None
    max_rejected: int = 1000
