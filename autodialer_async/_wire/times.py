"""TIME of a history row."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

__all__ = ["read_time"]

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)[ ]?([^ ]*)", re.ASCII)
_CLOCK_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
_SECONDS = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_NAMED = {"Z": UTC, "UTC": UTC, "MSK": timezone(timedelta(hours=3), "MSK")}
_WIDEST = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)


def read_time(text: str, server_tz: tzinfo | None) -> datetime:
    """The moment in `YYYY-MM-DD HH:MM:SS` (or with `T`) and its zone.

    The zone is `Z`, `UTC`, `MSK`, `+0300`, `+03:00`, `+03` or seconds (`10800`, `-3600`); without one it is
    `server_tz`, and where that is None the result is naive.

    Raises:
        ValueError: Anything else.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError("not a time: YYYY-MM-DD HH:MM:SS and a zone")
    *moment, zone = match.groups()
    year, month, day, hour, minute, second = map(int, moment)
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone) if zone else server_tz)


def _zone(text: str) -> tzinfo:
    if named := _NAMED.get(text.upper()):
        return named
    if clock := _CLOCK_OFFSET.fullmatch(text):
        sign, hours, minutes = clock.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        # `-3600` has the shape of hours and minutes, but no zone is 36 hours away: those are seconds.
        if offset <= _WIDEST and int(minutes or 0) < 60:  # noqa: PLR2004 - minutes of an hour
            return timezone(-offset if sign == "-" else offset)
    if _SECONDS.fullmatch(text):
        offset = timedelta(seconds=int(text))
        if abs(offset) <= _WIDEST and not offset % _QUARTER:
            return timezone(offset)
    raise ValueError("not a zone: Z, UTC, MSK, +0300, +03:00, +03 or seconds")
