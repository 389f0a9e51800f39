"""The emulator's clock: real time, faster, or standing still."""

from __future__ import annotations

from datetime import timedelta
from math import inf, isnan
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

__all__ = ["Clock"]

_FASTEST = 1_000_000
_FIRST_YEAR = 1970
# Whatever is planned for after it still has a date.
_LAST_YEAR = 9000


class Clock:
    """A clock that can be set. Safe to use from any thread.

    Args:
        base: The clock that drives it.
        start: What it shows at first, or None for what `base` shows. Both are naive or both have a zone.
        speed: Seconds that pass on it in one of `base`'s: 0 it stands still, 60 an hour takes a minute. Infinite is
            real time on the clock, and says that nothing is waited for.

    Raises:
        ValueError: `start` is not from 1970 to 9000; or the speed is negative, above a million and not infinite, or
            not a number.
    """

    def __init__(self, base: Callable[[], datetime], *, start: datetime | None = None, speed: float = inf) -> None:
        if start is not None and not _FIRST_YEAR <= start.year < _LAST_YEAR:
            raise ValueError(f"start: from {_FIRST_YEAR} to {_LAST_YEAR}")
        self._base = base
        self._start = start
        self._lock = Lock()
        self._speed = _checked(speed)
        self.reset()

    def reset(self) -> None:
        """Show again what it showed at first; the speed stays."""
        with self._lock:
            self._follow = self._start is None and self._rate == 1
            self._fresh = self._start is not None
            if not self._follow:
                self._anchor = self._base()
                self._shown = self._anchor if self._start is None else self._start

    @property
    def speed(self) -> float:
        """Seconds that pass on it in one of ours; infinite: nothing is waited for."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        new = _checked(speed)
        with self._lock:
            self._settle()
            self._speed = new

    def now(self) -> datetime:
        """What it shows."""
        with self._lock:
            return self._now()

    def advance_to(self, moment: datetime) -> None:
        """Put it forward to a moment; one that has passed changes nothing."""
        with self._lock:
            self._settle()
            self._shown = max(self._shown, moment)

    def resume_at(self, moment: datetime) -> None:
        """Go on from a moment of an earlier life. A clock that follows real time has gone on meanwhile by itself."""
        with self._lock:
            if not self._follow:
                self._settle()
                self._shown = moment if self._fresh else max(self._shown, moment)
                self._fresh = False

    def advance(self, seconds: float) -> None:
        """Put it forward by so much.

        Raises:
            ValueError: It would go back, or beyond the year 9000.
        """
        if not 0 <= seconds < inf:
            raise ValueError("seconds: the clock goes forward only, by 0 or more")
        with self._lock:
            self._settle()
            try:
                shown = self._shown + timedelta(seconds=seconds)
            except OverflowError:
                shown = self._shown.replace(year=_LAST_YEAR + 1, day=1)
            if shown.year > _LAST_YEAR:
                raise ValueError(f"seconds: the clock ends with the year {_LAST_YEAR}")
            self._shown = shown

    @property
    def _rate(self) -> float:
        return 1 if self._speed == inf else self._speed

    def _now(self) -> datetime:
        return self._at(self._base())

    def _at(self, base: datetime) -> datetime:
        return base if self._follow else self._shown + (base - self._anchor) * self._rate

    def _settle(self) -> None:
        base = self._base()
        self._shown = self._at(base)
        self._anchor = base
        self._follow = False


def _checked(speed: float) -> float:
    if isnan(speed) or speed < 0 or _FASTEST < speed < inf:
        raise ValueError(f"speed: from 0 to {_FASTEST:,}, or infinite for calls that are made when they are accepted")
    return float(speed)
