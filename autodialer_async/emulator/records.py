"""One record of a list, read from its fields by the page's rules."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Final

import attrs

from autodialer_async.emulator.phone import read_number, written_number

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT_HOURS", "Hours", "Record", "read_hours", "read_record"]

Hours = tuple[time | None, time | None]
"""From when until when a record may be dialled; None is at once, at any hour."""

# Footnote **: "Значения по умолчанию – 10:00, 19:00 и текущая дата".
DEFAULT_HOURS: Final[Hours] = (time(10), time(19))

_KNOWN = frozenset(
    {"id", "name", "phone", "UUID", "var1", "var2", "var3", "maxcount", "generationtype", "access_token"}
    | {"statdialertime", "stopdialertime", "timestart", "timestop"}
)


@attrs.frozen
class Record:
    """A record that the dialer took. Its repr shows neither number nor name.

    Attributes:
        id: The caller's key; always "0" for `newcall`.
        number: The subscriber's number as international digits, 79222220000.
        start: From when it may be dialled, or None: at once, at any hour.
        stop: Until when.
        max_count: Attempts, at least 1; 1 where none was given.
        name: As it came, like `uuid`, `var1`, `var2`, `var3` and `generation_type`; None where absent.
        extra: Fields that the page does not name, by their name on the wire.
    """

    id: str
    number: int = attrs.field(repr=False)
    start: time | None
    stop: time | None
    max_count: int = 1
    generation_type: str | None = None
    name: str | None = attrs.field(default=None, repr=False)
    uuid: str | None = attrs.field(default=None, repr=False)
    var1: str | None = attrs.field(default=None, repr=False)
    var2: str | None = attrs.field(default=None, repr=False)
    var3: str | None = attrs.field(default=None, repr=False)
    extra: Mapping[str, str] | None = attrs.field(default=None, repr=False)

    @property
    def phone(self) -> str:
        """The number as the page writes it, `89222220000`."""
        return written_number(self.number)


def read_hours(fields: Mapping[str, object], names: tuple[str, str], form: str, otherwise: Hours) -> Hours | None:
    """The hours that a record gives, each one that it leaves out taken from `otherwise`; None where they are wrong.

    Args:
        fields: The record as it came.
        names: The wire's names of start and stop.
        form: How a time is written, for `strptime`.
        otherwise: What the previous record had, or the defaults.
    """
    hours: list[time | None] = []
    for name, inherited in zip(names, otherwise, strict=True):
        text = _text(fields.get(name))
        if text is None or text == "":
            hours.append(inherited)
        elif (moment := _read_time(text, form)) is None:
            return None
        else:
            hours.append(moment)
    start, stop = hours
    if start is not None and stop is not None and start >= stop:
        return None
    return start, stop


def read_record(fields: Mapping[str, object], hours: Hours) -> Record | None:
    """The record with these fields, or None where it is not correct: id and phone are required, values are texts."""
    values: dict[str, str] = {}
    for name, value in fields.items():
        text = _text(value)
        if text is None:
            return None
        if text:
            values[name] = text
    number = read_number(values.get("phone", ""))
    max_count = values.get("maxcount", "1")
    if "id" not in values or number is None or not (max_count.isascii() and max_count.isdecimal()):
        return None
    attempts = int(max_count) if len(max_count) < _LONGEST_COUNT else 0
    if attempts < 1:
        return None
    unnamed = values.keys() - _KNOWN
    return Record(
        values["id"],
        number,
        *hours,
        attempts,
        values.get("generationtype"),
        values.get("name"),
        values.get("UUID"),
        values.get("var1"),
        values.get("var2"),
        values.get("var3"),
        {name: values[name] for name in unnamed} if unnamed else None,
    )


_LONGEST_COUNT: Final = 10

# A list has the same two times in every record, and strptime is slow.
_times: dict[tuple[str, str], time] = {}
_MOST_TIMES: Final = 10_000


def _read_time(text: str, form: str) -> time | None:
    known = _times.get((text, form))
    if known is not None:
        return known
    try:
        moment = datetime.strptime(text, form).time()  # noqa: DTZ007 - hours have no zone on the wire
    except ValueError:
        return None
    if len(_times) < _MOST_TIMES:
        _times[text, form] = moment
    return moment


def _text(value: object) -> str | None:
    """A value of a field as text; None where it is neither text nor a whole number."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
