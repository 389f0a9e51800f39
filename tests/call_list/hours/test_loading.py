"""Whether a list is loaded inside its hours and days."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from autodialer_async import CallWindow
from autodialer_async.call_list.hours import Weekdays, outside_hours

_HOURS = CallWindow(time(10), time(19))
_WORKING = Weekdays.from_text("будни")


def _friday(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, second, tzinfo=ZoneInfo("Europe/Moscow"))


def test_inside_hours_and_days_there_is_nothing_to_say() -> None:
    assert [outside_hours(_HOURS, now, _WORKING) for now in (_friday(10), _friday(14), _friday(19))] == [None] * 3


def test_before_and_after_the_hours_it_is_said() -> None:
    for now, shown in ((_friday(9, 59, 59), "09:59"), (_friday(19, 0, 1), "19:00"), (_friday(23), "23:00")):
        warning = outside_hours(_HOURS, now)
        assert warning is not None
        assert warning.startswith(f"it is {shown} and the list's hours are 10:00-19:00: what the service does")


def test_on_another_day_it_is_said_also_inside_the_hours() -> None:
    saturday = _friday(14).replace(day=21)
    assert outside_hours(_HOURS, saturday) is None
    warning = outside_hours(_HOURS, saturday, _WORKING)
    assert warning is not None
    assert warning.startswith("it is 2026-11-21 (сб) and the list's days are пн-пт: ")
