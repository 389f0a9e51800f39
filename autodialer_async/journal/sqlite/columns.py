"""How values stand in the journal's columns."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from autodialer_async.models import BatchReport, CallWindow

__all__ = ["Hours", "from_report", "from_time", "is_text", "to_report", "to_time", "to_window"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY_SECONDS = 86_400


def from_time(moment: datetime) -> int:
    """An aware time as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def to_time(microseconds: int) -> datetime:
    """The time, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


class Hours:
    """Windows as numbers; the last one is remembered, for most lists have one for all."""

    def __init__(self) -> None:
        self._window: CallWindow | None = None
        self._number: int | None = None

    def of(self, window: CallWindow | None) -> int | None:
        """The window's number."""
        if window is not self._window:
            self._window = window
            self._number = None if window is None else _seconds(window.start) * _DAY_SECONDS + _seconds(window.stop)
        return self._number


# A list has few different hours, and making them anew costs a quarter of reading a record.
@lru_cache(1000)
def to_window(hours: int | None) -> CallWindow | None:
    """The window with this number."""
    return None if hours is None else CallWindow(*(_clock(part) for part in divmod(hours, _DAY_SECONDS)))


def from_report(report: BatchReport) -> tuple[str | None, ...]:
    """Lines, ok, inserted, errorcode and task."""
    values = (report.lines, report.ok, report.inserted, report.errorcode, report.id)
    # A code may hold what is no Unicode: JSON can escape half a character.
    return tuple(None if value is None else str(value).encode(errors="replace").decode() for value in values)


def to_report(told: tuple[str | None, ...]) -> BatchReport | None:
    """The report with these lines, ok, inserted, errorcode and task; a report always has lines."""
    lines, ok, inserted, errorcode, task = told
    if lines is None:
        return None
    code = int(errorcode) if errorcode is not None and errorcode.removeprefix("-").isdecimal() else errorcode
    return BatchReport(
        int(lines),
        None if ok is None else int(ok),
        None if inserted is None else int(inserted),
        code,
        None if task is None else int(task),
    )


def is_text(value: str) -> bool:
    """Whether it is valid Unicode: nothing else can be stored."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _seconds(moment: time) -> int:
    return (moment.hour * 60 + moment.minute) * 60 + moment.second


def _clock(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
