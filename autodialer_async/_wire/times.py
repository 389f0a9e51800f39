"""TIME of a history row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from operator import itemgetter

__all__ = ["read_time", "read_times"]

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)[ ]?([^ ]*)", re.ASCII)
_CLOCK_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
_SECONDS = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_MOSCOW = timezone(timedelta(hours=3), "MSK")
_NAMED = {"Z": UTC, "UTC": UTC, "MSK": _MOSCOW}
_WIDEST = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_LAYOUTS = (b"0000-00-00 00:00:00", b"0000-00-00T00:00:00")
# An empty date of .NET and an endless one of databases: no calls, and no other zone can show them.
_NO_YEARS = ("0001-", "9999-")
_zone_part = itemgetter(slice(len(_LAYOUTS[0]), None))


def read_time(text: str, server_tz: tzinfo | None) -> datetime:
    """The moment in `YYYY-MM-DD HH:MM:SS` (or with `T`) and its zone.

    The zone is `Z`, `UTC`, `MSK`, `+0300`, `+03:00`, `+03` or seconds (`10800`, `-3600`); without one it is
    `server_tz`, and where that is None the result is naive.

    Raises:
        ValueError: Anything else, and a time in the first or the last year of the calendar.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None or match[0].startswith(_NO_YEARS):
        raise ValueError("not a time: YYYY-MM-DD HH:MM:SS and a zone")
    *moment, zone = match.groups()
    year, month, day, hour, minute, second = map(int, moment)
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone) if zone else server_tz)


def read_times(texts: Sequence[str], server_tz: tzinfo | None) -> Iterable[datetime]:
    """What `read_time` gives for each text; fast where all are laid out alike and name one zone.

    Raises:
        ValueError: One of them is no time; also from the result as it is gone through.
    """
    zones = set(map(_zone_part, texts))
    joined = "\n".join([*texts, ""])
    if len(zones) == 1 and joined.isascii() and not any(year in joined for year in _NO_YEARS):
        (zone,) = zones
        layout = texts[0].encode().translate(_DIGITS_TO_ZERO)
        alike = joined.encode().translate(_DIGITS_TO_ZERO) == (layout + b"\n") * len(texts)
        if alike and layout.startswith(_LAYOUTS) and b"\n" not in layout:
            tz = _zone(zone.removeprefix(" ")) if zone else None
            offset = "" if tz is None else _offset_text(tz)
            lines = joined.replace(f"{zone}\n", f"{offset}\n").split("\n")
            lines.pop()
            zone_to_set = server_tz if tz is None else _MOSCOW if tz is _MOSCOW else None
            if zone_to_set is None:
                return map(datetime.fromisoformat, lines)
            # `fromisoformat` makes zones without a name.
            return (datetime.fromisoformat(line).replace(tzinfo=zone_to_set) for line in lines)
    return [read_time(text, server_tz) for text in texts]


def _offset_text(zone: tzinfo) -> str:
    """The zone as ISO 8601 writes it; all that `_zone` knows are whole minutes."""
    return datetime(2000, 1, 1, tzinfo=zone).isoformat()[-6:]


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
