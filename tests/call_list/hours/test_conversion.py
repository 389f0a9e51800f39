"""A subscriber's hours in the server's time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async import CallWindow
from autodialer_async.call_list.hours import convert_window, zone_of

# Machines are slow now and then.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_MOSCOW = ZoneInfo("Europe/Moscow")
_DAY = date(2026, 11, 22)
_SECONDS = st.integers(0, 24 * 3600 - 1)
_OFFSETS = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))


def _converted(hours: str, zone: str, server: str = "МСК", on: date = _DAY) -> str:
    start, stop = hours.split("-")
    window = convert_window(CallWindow.from_text(start, stop), zone_of(zone), zone_of(server), on)
    return f"{window.start:%H:%M:%S}-{window.stop:%H:%M:%S}"


@pytest.mark.parametrize(
    ("hours", "zone", "expected"),
    [
        ("10:00-19:00", "МСК", "10:00:00-19:00:00"),
        ("10:00-19:00", "МСК+2", "08:00:00-17:00:00"),
        ("10:00-19:00", "Калининградская обл.", "11:00:00-20:00:00"),
        ("10:00-19:00", "Владивосток", "03:00:00-12:00:00"),
        ("10:00-19:00", "Камчатский край", "01:00:00-10:00:00"),
        ("09:00-23:59:59", "МСК+2", "07:00:00-22:00:00"),
        ("09:00-23:00", "МСК-1", "10:00:00-23:59:59"),
        ("09:00-23:59:59", "МСК", "09:00:00-23:59:59"),
        ("09:30-18:45:30", "UTC+5:30", "07:00:00-16:15:30"),
    ],
)
def test_hours_are_converted(hours: str, zone: str, expected: str) -> None:
    assert _converted(hours, zone) == expected


def test_both_ends_may_fall_on_the_servers_other_day() -> None:
    assert _converted("01:00-02:00", "Камчатский край") == "16:00:00-17:00:00"
    assert _converted("22:00-23:00", "UTC-5") == "06:00:00-07:00:00"


@pytest.mark.parametrize(
    ("hours", "zone"), [("08:00-12:00", "Камчатский край"), ("20:00-23:00", "UTC"), ("09:00-23:59:59", "Калининград")]
)
def test_hours_that_would_cross_the_servers_midnight_are_refused(hours: str, zone: str) -> None:
    with pytest.raises(ValueError, match="they cross its midnight, and the service has no such hours"):
        _converted(hours, zone)


def test_summer_time_of_the_day_counts() -> None:
    assert _converted("10:00-19:00", "Europe/Berlin", on=date(2026, 7, 1)) == "11:00:00-20:00:00"
    assert _converted("10:00-19:00", "Europe/Berlin", on=date(2026, 12, 1)) == "12:00:00-21:00:00"
    assert _converted("10:00-19:00", "МСК", "Europe/Berlin", on=date(2026, 7, 1)) == "09:00:00-18:00:00"


def test_a_window_inside_the_hour_that_is_left_out_in_spring_is_refused() -> None:
    with pytest.raises(ValueError, match="the clocks are changed on 2026-03-29"):
        _converted("02:00-03:00", "Europe/Berlin", on=date(2026, 3, 29))


@_UNTIMED
@given(_SECONDS, _SECONDS, _OFFSETS, _OFFSETS)
def test_conversion_keeps_the_moments_or_refuses(first: int, second: int, zone: timezone, server: timezone) -> None:
    midnight = datetime.combine(_DAY, time(), tzinfo=zone)
    if first >= second:
        first, second = second, first + 1
    if second >= 24 * 3600 - 1 or first >= second:
        return
    start, stop = (midnight + timedelta(seconds=seconds) for seconds in (first, second))
    there = start.astimezone(server), stop.astimezone(server)
    window = CallWindow(start.time(), stop.time())
    midnight_there = there[1].time() == time() and there[1].date() - there[0].date() == timedelta(days=1)
    if there[0].date() != there[1].date() and not midnight_there:
        with pytest.raises(ValueError, match="midnight"):
            convert_window(window, zone, server, _DAY)
        return
    converted = convert_window(window, zone, server, _DAY)
    assert converted == CallWindow(there[0].time(), time(23, 59, 59) if midnight_there else there[1].time())
    if not midnight_there:
        assert convert_window(converted, server, zone, there[0].date()) == window


def test_the_servers_own_zone_changes_nothing() -> None:
    window = CallWindow(time(10), time(19))
    assert convert_window(window, _MOSCOW, _MOSCOW, _DAY) == window
