"""Whether a list is loaded inside its hours.

The place for presets of lawful hours by a call's purpose is beside `outside_hours`: what is lawful is a set of
`CallWindow` and `Weekdays`, and this module compares them with a moment.
"""

from __future__ import annotations

from datetime import datetime

from autodialer_async.call_list.hours.weekdays import Weekdays
from autodialer_async.models import CallWindow

__all__ = ["outside_hours"]

_UNDOCUMENTED = "what the service does with a list loaded outside its hours is not documented"


def outside_hours(window: CallWindow, now: datetime, weekdays: Weekdays | None = None) -> str | None:
    """A warning for a list that is loaded outside its hours or days, or None.

    Args:
        window: The hours of the list.
        now: The moment of loading, in the zone of the window.
        weekdays: The days of the list; None: all.

    Example:
        >>> from datetime import time
        >>> outside_hours(CallWindow(time(10), time(19)), datetime(2026, 11, 22, 20, 30))
        "it is 20:30 and the list's hours are 10:00-19:00: what the service does with a list loaded outside its hours is not documented"
    """  # noqa: E501 - the warning as it is shown
    if weekdays is not None and now.date() not in weekdays:
        today = Weekdays(frozenset({now.weekday()}))
        return f"it is {now:%Y-%m-%d} ({today}) and the list's days are {weekdays}: {_UNDOCUMENTED}"
    if window.start <= now.time() <= window.stop:
        return None
    hours = f"{window.start:%H:%M}-{window.stop:%H:%M}"
    return f"it is {now:%H:%M} and the list's hours are {hours}: {_UNDOCUMENTED}"
