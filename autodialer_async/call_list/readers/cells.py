"""Values of a sheet or a data frame as text: all digits, never an exponent that was not there."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["cell_text", "date_of_serial", "float_text"]

# Whole numbers below it are exact in a float; above, a digit may be invented.
_EXACT = 2.0**53
_DAY = 86_400
# The year 10000, and the 29th of February 1900, in Excel's days.
_END_OF_DAYS, _FALSE_LEAP_DAY = 2_958_466, 60


def float_text(value: float) -> str:
    """Digits of a float: a whole one without point or exponent as long as it is exact, else its shortest form.

    Example:
        >>> float_text(89222220000.0), float_text(85819.06), float_text(1e20)
        ('89222220000', '85819.06', '1e+20')
    """
    return str(int(value)) if -_EXACT < value < _EXACT and value == int(value) else repr(value)


def cell_text(value: Any) -> str:
    """Any value as a cell's text: dates in ISO form, times as HH:MM:SS, yes and no as TRUE and FALSE, nothing as ""."""
    write = _WRITERS.get(type(value))
    return _composed_text(value) if write is None else write(value)


def _moment_text(value: dt.datetime) -> str:
    midnight = value.time() == dt.time.min and value.tzinfo is None
    return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")


def _decimal_text(value: decimal.Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _composed_text(value: Any) -> str:
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, dt.datetime):
        return _moment_text(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{cell_text(key)}: {cell_text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(cell_text, value))
    return str(value)


def _elapsed_text(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def date_of_serial(serial: float, *, of_1904: bool, only_time: bool) -> str | None:
    """What Excel shows for a number in a date's format, or None where no date is meant by it.

    Args:
        serial: Days since the turn of 1900, or of 1904; the fraction is the time of day.
        of_1904: Whether the workbook counts from 1904, as those of old Macs do.
        only_time: Whether the format shows no day, so that more than 24 hours are hours.

    Example:
        >>> date_of_serial(46347.0, of_1904=False, only_time=False)
        '2026-11-21'
        >>> date_of_serial(0.4166666666666667, of_1904=False, only_time=False)
        '10:00:00'
    """
    if not 0 <= serial < _END_OF_DAYS:
        return None
    seconds = round(serial * _DAY)
    if only_time or (seconds < _DAY and not of_1904):
        return _elapsed_text(dt.timedelta(seconds=seconds))
    # 1900 was no leap year, but Excel counts its 29th of February.
    base = dt.datetime(1904, 1, 1) if of_1904 else dt.datetime(1899, 12, 31 if serial < _FALSE_LEAP_DAY else 30)  # noqa: DTZ001 - a sheet's clock
    try:
        return _moment_text(base + dt.timedelta(seconds=seconds))
    except OverflowError:
        return None


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda _: "",
    bool: lambda value: "TRUE" if value else "FALSE",
    float: float_text,
    dt.datetime: _moment_text,
    dt.timedelta: _elapsed_text,
    dt.time: lambda value: value.isoformat("seconds"),
    decimal.Decimal: _decimal_text,
    bytes: lambda value: value.decode("utf-8", "backslashreplace"),
}
