"""What happens, as it happens: the last events, for those who look on."""

from __future__ import annotations

from collections import deque
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from autodialer_async.emulator.views import Ended

    _Data = Mapping[str, object] | Ended

__all__ = ["Event", "EventKind", "Events", "Feed"]

EventKind = Literal["request", "task", "call", "delivery", "fault", "clock", "reset"]

_REMEMBERED = 5000


@attrs.frozen
class Event:
    """Something that happened. Numbers of subscribers are masked in it.

    Attributes:
        number: From 1; a reset does not begin again.
        kind: What it was.
        at: When, by the emulator's clock.
        data: Particulars, ready for JSON.
    """

    number: int
    kind: EventKind
    at: datetime
    data: Mapping[str, object]


@attrs.frozen
class Events:
    """Events after a certain one.

    Attributes:
        items: The oldest of them first.
        last: Ask for those after this one next.
        missed: How many more there were, which are forgotten.
    """

    items: tuple[Event, ...]
    last: int
    missed: int


class Feed:
    """The last five thousand events. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0
        self._entries: deque[tuple[EventKind, datetime, _Data]] = deque(maxlen=_REMEMBERED)

    def add(self, kind: EventKind, at: datetime, data: _Data) -> None:
        """Something happened. A call is put into words only where somebody looks: there are many."""
        with self._lock:
            self._last += 1
            self._entries.append((kind, at, data))

    @property
    def last(self) -> int:
        """The number of the last event, 0 before the first."""
        return self._last

    def forget(self) -> None:
        """Forget what happened; numbers go on."""
        with self._lock:
            self._entries.clear()

    def after(self, number: int, limit: int, show: Callable[[Ended], Mapping[str, object]]) -> Events:
        """At most so many of the events after this one; `show` puts a call into words."""
        with self._lock:
            oldest = self._last - len(self._entries)
            begin = min(max(number, oldest), self._last)
            entries = list(islice(self._entries, begin - oldest, begin - oldest + limit))
        items = tuple(
            Event(begin + n, kind, at, show(data) if isinstance(data, tuple) else data)
            for n, (kind, at, data) in enumerate(entries, 1)
        )
        return Events(items, begin + len(items), max(0, begin - number))
