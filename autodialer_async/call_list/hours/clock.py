"""Times of day and windows as they stand in the cells of lists and on command lines."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from autodialer_async.models import CallWindow

__all__ = ["read_time", "read_window"]

# Hours before midnight end here: a `time` has no 24:00.
_LAST_SECOND = time(23, 59, 59)
_DAY = 24 * 60 * 60

_CLOCK = r"(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2}))?)?"
_TIME = re.compile(rf"(?:\d{{4}}-\d\d-\d\d[ t]|\d\d\.\d\d\.\d{{4}} )?{_CLOCK}\s*(?:ч(?:ас(?:а|ов)?)?\.?|h)?", re.ASCII)
_FRACTION = re.compile(r"0[.,]\d+", re.ASCII)
_WINDOW_CLOCK = r"(\d{1,2}(?:[:.]\d{2}){0,2})\s*(?:ч(?:ас(?:а|ов)?)?\.?|h)?"
_WINDOW = re.compile(
    rf"(?:с|от|from|c)?\.?\s*{_WINDOW_CLOCK}\s*(?:-|до|по|to|till|until)\s*{_WINDOW_CLOCK}",
    re.ASCII,
)
_LIKE_HOURS = re.compile(r"-?\d{1,2}(?:[:.]\d{1,2}){0,2}(?:\W{1,3}\d{1,2}(?:[:.]\d{1,2}){0,2})?", re.ASCII)
_DASHES = str.maketrans("‐‑‒–—−\u00a0\u2009\u202f", "------   ", "\u200b\ufeff")


def read_time(cell: object, *, last: bool = False) -> time:
    """A time of day from `10:00`, `10:00:00`, `10.00`, `10`, `10 ч`, or Excel's part of a day (`0.75`).

    Args:
        cell: Text, a number, or a `time`, `timedelta` or `datetime` from a table.
        last: It ends a window: `24:00` is the last second of the day.

    Raises:
        ValueError: No time of day.

    Example:
        >>> read_time("10.30"), read_time(0.75), read_time("24:00", last=True)
        (datetime.time(10, 30), datetime.time(18, 0), datetime.time(23, 59, 59))
    """
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, timedelta):
        cell = cell / timedelta(days=1)
    if isinstance(cell, time):
        if cell.tzinfo is not None:
            raise ValueError(f"{cell} has a zone; the hours of a list have a zone of their own")
        return cell.replace(microsecond=0)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _time_of_number(cell, last=last)
    text = str(cell).translate(_DASHES).lower().strip().strip("'\"")
    if _FRACTION.fullmatch(text):
        return _time_of_number(float(text.replace(",", ".")), last=last)
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{_shown(cell)} is no time of day: 10:00, 10:00:00 or 10")
    hour, minute, second = (int(part or 0) for part in match.groups())
    return _time_of(hour, minute, second, cell, last=last)


def read_window(cell: object, stop: object = None) -> CallWindow:
    """Hours from one cell (`10:00-19:00`, `10-19`, `с 10 до 19`, `10.00–19.00`) or from two.

    Args:
        cell: The window, or its start where `stop` is given.
        stop: Its end, in a cell of its own.

    Raises:
        ValueError: No hours, hours that end before they begin or cross midnight, or one of two times alone.

    Example:
        >>> print(read_window("с 10 до 19"), read_window("10:00", 0.75))
        10:00:00-19:00:00 10:00:00-18:00:00
    """
    if stop is None:
        match = _WINDOW.fullmatch(str(cell).translate(_DASHES).lower().strip().strip("'\""))
        if match is None:
            raise ValueError(f"no hours in {_shown(cell)}: 10:00-19:00, or two cells")
        cell, stop = match.groups()
    first, second = read_time(cell), read_time(stop, last=True)
    if first >= second:
        raise ValueError(f"hours from {first:%H:%M} to {second:%H:%M} end before they begin, or cross midnight")
    return CallWindow(first, second)


def _time_of_number(number: float, *, last: bool) -> time:
    """Below 1 it is Excel's part of a day, from 1 a whole hour."""
    if isinstance(number, int) or (number > 1 and number.is_integer()):
        return _time_of(int(number), 0, 0, number, last=last)
    if not 0 <= number <= 1:
        raise ValueError(f"{_shown(number)} is no time of day: 10:00, an hour, or a part of a day below 1")
    seconds = round(number * _DAY)
    return _time_of(seconds // 3600, seconds // 60 % 60, seconds % 60, number, last=last)


def _time_of(hour: int, minute: int, second: int, cell: object, *, last: bool) -> time:
    if last and (hour, minute, second) == (24, 0, 0):
        return _LAST_SECOND
    try:
        return time(hour, minute, second)
    except (ValueError, OverflowError):
        raise ValueError(f"{_shown(cell)} is no time of day: hours to 23, minutes and seconds to 59") from None


def _shown(cell: object) -> str:
    # A cell of another column may hold somebody's number or name.
    text = str(cell).strip()
    return repr(text) if _LIKE_HOURS.fullmatch(text) else "the cell"
