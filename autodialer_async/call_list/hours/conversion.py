"""Hours of a subscriber's day as hours of the server's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from autodialer_async.models import CallWindow

__all__ = ["convert_window"]

_LAST_SECOND = time(23, 59, 59)
_SECOND = timedelta(seconds=1)
_MIDNIGHT = time(0)


def convert_window(window: CallWindow, zone: tzinfo, server_tz: tzinfo, on: date) -> CallWindow:
    """The window of a subscriber's day in the server's time.

    The service knows no dates: its hours are those of its own day, whichever it is. So a window whose ends fall on
    two of the server's days cannot be said to it. One whose both ends fall on the same other day can.

    Args:
        window: Hours in `zone`. A stop at 23:59:59 is the end of the day.
        zone: The subscriber's time zone.
        server_tz: The service's time zone.
        on: The subscriber's day; it decides about summer time, in either zone.

    Raises:
        ValueError: The window would cross the server's midnight, or summer time leaves nothing of it.

    Example:
        >>> from datetime import timezone
        >>> moscow, yekaterinburg = timezone(timedelta(hours=3)), timezone(timedelta(hours=5))
        >>> print(convert_window(CallWindow(time(10), time(19)), yekaterinburg, moscow, date(2026, 11, 22)))
        08:00:00-17:00:00
    """
    start = datetime.combine(on, window.start, tzinfo=zone).astimezone(server_tz)
    # The end of the day is a midnight; counted from the second before, it would end at xx:59:59 elsewhere.
    whole = window.stop == _LAST_SECOND
    stop = datetime.combine(on, window.stop, tzinfo=zone).astimezone(server_tz) + (_SECOND if whole else timedelta())
    shown = f"{window.start:%H:%M}-{window.stop:%H:%M} there are {start:%H:%M}-{stop:%H:%M} of the server's time"
    first, last = start.replace(tzinfo=None), stop.replace(tzinfo=None)
    if first >= last:
        raise ValueError(f"{shown}: the clocks are changed on {on} and leave nothing of these hours")
    if last.time() == _MIDNIGHT and last.date() == first.date() + timedelta(days=1):
        return CallWindow(first.time(), _LAST_SECOND)
    if last.date() != first.date():
        raise ValueError(f"{shown}: they cross its midnight, and the service has no such hours")
    return CallWindow(first.time(), last.time())
