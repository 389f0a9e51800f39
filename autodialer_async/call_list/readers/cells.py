"""Values of a sheet or a data frame as text: all digits, never an exponent that was not there."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Mapping
from typing import Any

__all__ = ["cell_text", "date_of_serial", "float_text"]

# Whole numbers below it are exact in a float; above, a digit may be invented.
_EXACT = 2.0**53
_DAY = 86_400


def float_text(value: float) -> str:
    """Digits of a float: a whole one without point or exponent as long as it is exact, else its shortest form.

    Example:
        >>> float_text(89222220000.0), float_text(85819.06), float_text(1e20)
        ('89222220000', '85819.06', '1e+20')
    """
    return str(int(value)) if -_EXACT < value < _EXACT and value == int(value) else repr(value)


def cell_text(value: Any) -> str:
    """Any value as a cell's text: dates in ISO form, times as HH:MM:SS, yes and no as TRUE and FALSE, nothing as ""."""
    kind = type(value)
    if kind is str:
        return str(value)
    if value is None:
        return ""
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is float:
        return float_text(value)
    if isinstance(value, datetime.datetime):
        return _moment_text(value)
    if isinstance(value, datetime.timedelta):
        return _elapsed_text(value)
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    if isinstance(value, decimal.Decimal):
        return _decimal_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return _composed_text(value)


def _moment_text(value: datetime.datetime) -> str:
    midnight = value.time() == datetime.time.min and value.tzinfo is None
    return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")


def _decimal_text(value: decimal.Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _composed_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{cell_text(key)}: {cell_text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(cell_text, value))
    return str(value)


def _elapsed_text(value: datetime.timedelta) -> str:
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
    if not 0 <= serial < 2_958_466:
        return None
    seconds = round(serial * _DAY)
    if only_time or (seconds < _DAY and not of_1904):
        return _elapsed_text(datetime.timedelta(seconds=seconds))
    # 1900 was no leap year, but Excel counts its 29th of February.
    base = datetime.datetime(1904, 1, 1) if of_1904 else datetime.datetime(1899, 12, 31 if serial < 60 else 30)  # noqa: DTZ001 - a sheet's clock
    try:
        return _moment_text(base + datetime.timedelta(seconds=seconds))
    except OverflowError:
        return None
