"""Days of the week on which a list may be loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Self

import attrs

__all__ = ["Weekdays"]

_DAYS = 7
_RUSSIAN = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_NAMES = (
    ("понедельник", "понедельника", "monday"),
    ("вторник", "вторника", "tuesday"),
    ("среда", "среды", "среду", "wednesday"),
    ("четверг", "четверга", "thursday"),
    ("пятница", "пятницы", "пятницу", "friday"),
    ("суббота", "субботы", "субботу", "saturday"),
    ("воскресенье", "воскресенья", "sunday"),
)
_SHORT = (
    ("пн", "пон", "mo", "mon"),
    ("вт", "втор", "tu", "tue", "tues"),
    ("ср", "we", "wed"),
    ("чт", "чет", "четв", "th", "thu", "thur", "thurs"),
    ("пт", "пят", "fr", "fri"),
    ("сб", "суб", "субб", "sa", "sat"),
    ("вс", "воскр", "su", "sun"),
)
_DAY = {name: day for table in (_NAMES, _SHORT) for day, names in enumerate(table) for name in names} | {
    str(day + 1): day for day in range(_DAYS)
}
_WORKING = frozenset(range(5))
_SETS = {
    **dict.fromkeys(("будни", "будние", "будние дни", "по будням", "рабочие дни", "weekdays", "workdays"), _WORKING),
    **dict.fromkeys(("выходные", "выходные дни", "по выходным", "weekend", "weekends"), frozenset({5, 6})),
    **dict.fromkeys(
        ("ежедневно", "каждый день", "все дни", "без выходных", "daily", "every day", "all", "any"),
        frozenset(range(_DAYS)),
    ),
}
_DASHES = str.maketrans("‐‑‒–—−", "------")
_SPLIT = re.compile(r"[,;/+]|\s+(?:и|and)\s+|(?<!-)\s+(?!-)")
_RANGE = re.compile(r"(?:(?:с|со|from)\s+)?(\w+)\.?\s*(?:-|\s(?:по|to)\s)\s*(\w+)\.?")


def _days(days: Iterable[int]) -> frozenset[int]:
    return frozenset(days)


@attrs.frozen
class Weekdays:
    """A set of days of the week, at least one.

    Attributes:
        days: 0 for Monday to 6 for Sunday, as `date.weekday` counts.

    Raises:
        ValueError: No day at all, or something that is no day.

    Example:
        >>> from datetime import date
        >>> working = Weekdays.from_text("пн-пт")
        >>> date(2026, 11, 20) in working, date(2026, 11, 21) in working, str(working)
        (True, False, 'пн-пт')
    """

    days: frozenset[int] = attrs.field(converter=_days)

    def __attrs_post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(_DAYS)):
            raise ValueError("weekdays are one or more of 0 (Monday) to 6 (Sunday)")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Days from `пн-пт`, `пн, ср, пт`, `с понедельника по пятницу`, `Mon-Fri`, `1-5`, `будни`, `сб-вс`, `weekend`.

        A range may run over the end of the week: `сб-пн` are three days.

        Args:
            text: The cell.

        Raises:
            ValueError: Something in it is no day.
        """
        plain = " ".join(text.translate(_DASHES).lower().split()).strip(" .;,")
        if plain in _SETS:
            return cls(_SETS[plain])
        if match := _RANGE.fullmatch(plain):
            return cls(_range(match[1], match[2], text))
        found: set[int] = set()
        for part in filter(None, (part.strip(" .") for part in _SPLIT.split(plain))):
            if part in _SETS:
                found |= _SETS[part]
            elif match := _RANGE.fullmatch(part):
                found |= _range(match[1], match[2], text)
            else:
                found.add(_day(part, text))
        if not found:
            raise ValueError("no day of the week: пн-пт, Mon-Fri, будни")
        return cls(frozenset(found))

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.days

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.days))

    def __str__(self) -> str:
        """The shortest form: `пн-пт`, `пн, ср`, `сб, вс`."""
        days, parts = sorted(self.days), list[str]()
        while days:
            run = 1
            while run < len(days) and days[run] == days[0] + run:
                run += 1
            first, last = _RUSSIAN[days[0]], _RUSSIAN[days[run - 1]]
            parts.append(first if run == 1 else f"{first}-{last}" if run > 2 else f"{first}, {last}")  # noqa: PLR2004 - two days are no range
            del days[:run]
        return ", ".join(parts)


def _range(first: str, last: str, text: str) -> frozenset[int]:
    start, stop = _day(first, text), _day(last, text)
    return frozenset((start + step) % _DAYS for step in range((stop - start) % _DAYS + 1))


def _day(name: str, text: str) -> int:
    day = _DAY.get(name)
    if day is None:
        raise ValueError(f"{name!r} in {text[:40]!r} is no day of the week: пн-пт, Mon-Fri, будни")
    return day
