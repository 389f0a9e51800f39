"""Hours in a mapping to a window, and a window to the text of its hours."""

from __future__ import annotations

from datetime import time
from functools import lru_cache

from autodialer_async.errors import InvalidCall
from autodialer_async.models import CallWindow

__all__ = ["START", "STOP", "hours_from", "hours_of", "window_of"]

START, STOP = "window.start", "window.stop"


def window_of(start: object, stop: object, window: object) -> object:
    """What a mapping says of the hours; where it gives a `window` instead of two times, that value as it is."""
    if start in (None, "") and stop in (None, ""):
        return None if window == "" else window
    if window not in (None, ""):
        raise InvalidCall("hours given twice: as a window and as two times", field="window")
    if start in (None, "") or stop in (None, ""):
        raise InvalidCall("one time of the two: give both or none", field="window")
    return window_from(_clock_text(start), _clock_text(stop))


def _clock_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, time):
        return value.isoformat()
    raise InvalidCall(f"an hour is HH:MM, HH:MM:SS or a datetime.time, not {type(value).__name__}", field="window")


# Records share their windows: a list has a handful of them.
@lru_cache(maxsize=1024)
def window_from(start: str, stop: str) -> CallWindow:
    try:
        return CallWindow.from_text(start, stop)
    except ValueError:
        # Not the text itself: in a list with shifted columns it may be a name or a number.
        raise InvalidCall(
            "the hours are not two times HH:MM or HH:MM:SS, the first before the second", field="window"
        ) from None


@lru_cache(maxsize=1024)
def hours_of(window: CallWindow) -> tuple[CallWindow, str, str]:
    """A window, and its two times as `make` sends them."""
    return window, window.start.isoformat(), window.stop.isoformat()


@lru_cache(maxsize=1024)
def hours_from(start: str, stop: str) -> tuple[CallWindow, str, str]:
    """The window that two texts name, and its times as `make` sends them.

    Raises:
        InvalidCall: They name none.
    """
    return hours_of(window_from(start, stop))
