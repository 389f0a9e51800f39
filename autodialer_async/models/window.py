"""The hours in which a record may be dialled."""

from __future__ import annotations

from datetime import time
from typing import Self

import attrs

__all__ = ["CallWindow"]


@attrs.frozen
class CallWindow:
    """Hours of the day in which the service may dial, in the service's own time zone.

    Attributes:
        start: First moment, naive, whole seconds.
        stop: Last moment, naive, whole seconds, later than `start`: hours that cross midnight are refused.

    Raises:
        ValueError: A time with a zone or with fractions of a second, or `start` not before `stop`.
        TypeError: Something that is not a `datetime.time`.

    Example:
        >>> from datetime import time
        >>> print(CallWindow(time(10), time(19)))
        10:00:00-19:00:00
    """

    start: time
    stop: time

    def __attrs_post_init__(self) -> None:
        for name, value in (("start", self.start), ("stop", self.stop)):
            if not isinstance(value, time):
                raise TypeError(f"CallWindow.{name} is a datetime.time, not {type(value).__name__}")
            if value.tzinfo is not None or value.microsecond:
                raise ValueError(f"CallWindow.{name} is a naive time of whole seconds, not {value}")
        if self.start >= self.stop:
            raise ValueError(f"CallWindow.start {self.start} is not before its stop {self.stop}")

    @classmethod
    def from_text(cls, start: str, stop: str) -> Self:
        """Hours from `HH:MM` or `HH:MM:SS`.

        Raises:
            ValueError: A text that is no such time, or `start` not before `stop`.
        """
        return cls(_clock(start), _clock(stop))

    def __str__(self) -> str:
        return f"{self.start}-{self.stop}"


def _clock(text: str) -> time:
    parts = text.strip().split(":")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):  # noqa: PLR2004 - HH:MM and HH:MM:SS
        hour, minute, second = (*map(int, parts), 0)[:3]
        return time(hour, minute, second)
    raise ValueError(f"{text!r} is not a time of day: HH:MM or HH:MM:SS")
