"""A subscriber's time zone as people write it: an offset, a name of the tz database, a region, a town."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from autodialer_async.call_list.hours.regions import SEVERAL_ZONES, ZONES_OF_NAMES

__all__ = ["zone_of"]

_MOSCOW = timedelta(hours=3)
_DASHES = str.maketrans("‐‑‒–—−\u00a0\u2009\u202f", "------   ", "\u200b\ufeff")
_OFFSET = re.compile(
    r"\(?(?P<base>msk|мск|utc|gmt|z)?\s*(?:(?P<sign>[+-])\s*(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
    r"(?:\s*ч(?:ас(?:а|ов)?)?\.?)?\)?",
    re.IGNORECASE,
)
# «(UTC+05:00) Екатеринбург», as Windows and Bitrix24 write it.
_OFFSET_AND_PLACES = re.compile(r"(\((?:UTC|GMT)[^)]*\))\s*\S.*", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"-?\d{1,2}(?:[.,]0+)?", re.ASCII)
_WIDEST = timedelta(hours=14)
_QUARTER_HOURS = ("00", "15", "30", "45")
_WORDS = re.compile(
    r"\b(?:г|гор|город|обл|область|области|край|края|кр|респ|республика|республики|рес|ао|а\.о|аобл|"
    r"автономный округ|автономная область|авт\.? ?округ|авт\.? ?обл|народная|федерального значения|"
    r"region|oblast|krai|republic)\b\.?"
)
_FORMS = "МСК+2, UTC+5, +05:00, Asia/Yekaterinburg, a region of Russia or a large town"


@lru_cache(maxsize=4096)
def zone_of(text: str) -> tzinfo:
    """The time zone that a cell names.

    Understood are `МСК`, `МСК+2`, `MSK-1`, `+05:00`, `+5`, `UTC+5`, `GMT+3`, `(UTC+05:00) Екатеринбург`,
    `Asia/Yekaterinburg`, and the regions of Russia and their large towns («Свердловская обл.», «Респ Татарстан»,
    «ХМАО», «г. Пермь»), also in an address between commas.

    Args:
        text: The cell.

    Raises:
        ValueError: No zone, a name that stands for several zones, or no time zone data on this machine.

    Example:
        >>> zone_of("МСК+2"), zone_of("Свердловская обл.")
        (datetime.timezone(datetime.timedelta(seconds=18000)), zoneinfo.ZoneInfo(key='Asia/Yekaterinburg'))
    """
    plain = " ".join(text.translate(_DASHES).split())
    if not plain:
        raise ValueError(f"no time zone: {_FORMS}")
    both = _OFFSET_AND_PLACES.fullmatch(plain)
    offset = _OFFSET.fullmatch(both[1] if both else plain)
    if offset is not None:
        return _zone_of_offset(offset)
    if _BARE_NUMBER.fullmatch(plain):
        raise ValueError(f"{plain!r} may be hours from UTC, from Moscow, or a region's number: write UTC+5 or МСК+2")
    if "/" in plain and plain.isascii() and (key := _keys().get(plain.replace(" ", "_").lower())):
        return _named(key)
    return _named(_key_of_place(plain))


def _zone_of_offset(offset: re.Match[str]) -> tzinfo:
    base = (offset["base"] or "").lower()
    from_utc = _MOSCOW if base in ("msk", "мск") else timedelta()
    if offset["sign"] is None:
        return timezone(from_utc) if from_utc else UTC
    shift = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    from_utc += -shift if offset["sign"] == "-" else shift
    if abs(from_utc) > _WIDEST or (offset["minutes"] or "00") not in _QUARTER_HOURS:
        raise ValueError("no time zone: it is more than 14 hours from UTC, or no quarter of an hour")
    return timezone(from_utc)


def _key_of_place(plain: str) -> str:
    """The zone's name of a region or a town, or of an address whose known parts agree."""
    found: dict[str, str] = {}
    parts = [plain, *plain.split(",")] if "," in plain else [plain]
    for part in parts:
        name = _name(part)
        if name in SEVERAL_ZONES:
            found[name] = ""
        elif zone := ZONES_OF_NAMES.get(name) or _towns_in_english().get(name):
            found[name] = zone
    # A town settles what a region of several zones leaves open.
    zones = {zone for zone in found.values() if zone}
    if len(zones) == 1:
        return zones.pop()
    # The texts show known places only: the cell may be of another column, and somebody's name.
    if zones:
        raise ValueError(f"places in different time zones: {', '.join(sorted(found))}")
    if found:
        name = next(iter(found))
        raise ValueError(f"{name!r} may be {SEVERAL_ZONES[name]}: add the town, or write one of these")
    raise ValueError(f"no time zone that is known here: {_FORMS}")


def _name(part: str) -> str:
    """A place without the words around its name: «Респ. Северная Осетия - Алания» is `северная осетия-алания`."""
    bare = _WORDS.sub(" ", part.lower().replace("ё", "е"))
    bare = re.sub(r"[()./\"«»]", " ", bare)
    return re.sub(r"\s*-\s*", "-", " ".join(bare.split())).strip("-")


@cache
def _keys() -> dict[str, str]:
    """Names of the tz database by their lower case."""
    return {key.lower(): key for key in available_timezones() | set(ZONES_OF_NAMES.values())}


@cache
def _towns_in_english() -> dict[str, str]:
    return {zone.partition("/")[2].lower(): zone for zone in ZONES_OF_NAMES.values()}


def _named(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"this machine has no data of the time zone {key}: pip install tzdata") from error
