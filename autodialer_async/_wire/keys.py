"""What a journal wants to know of records, as they were given or already in wire fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from autodialer_async._wire.codec import START, STOP, wire_names
from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.hours import hours_of
from autodialer_async.models import Call, CallWindow
from autodialer_async.models.extra import NO_EXTRA
from autodialer_async.models.phone import held_phone

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["KeyReader", "Keys"]


@attrs.frozen(repr=False, eq=False)
class Keys:
    """Keys of some records, in their order.

    Attributes:
        ids: The callers' keys.
        phones: Numbers as `Call.phone` has them.
        uuids: The clients' ids, where given.
        windows: The hours they are sent with.
    """

    ids: list[str]
    phones: list[str]
    uuids: list[str | None]
    windows: Sequence[CallWindow]


class KeyReader:
    """Reads keys of records, and back from wire fields, by one installation's spelling.

    Attributes:
        id_name: The service's name of the id.
    """

    def __init__(self, dialect: Dialect) -> None:
        names = wire_names(dialect, "make")
        self.id_name: str = names["id"]
        self._phone, self._uuid = names["phone"], names["uuid"]
        self._start, self._stop = names[START], names[STOP]
        self._phones_are_canonical = dialect.phone_format == "8XXXXXXXXXX"
        self._windows: dict[tuple[str, str], CallWindow] = {}

    def of_calls(self, records: Sequence[object], window: CallWindow) -> Keys | None:
        """Keys of records as the caller gave them; None where only their wire fields tell whether they can be sent.

        Args:
            records: Consecutive records of the list.
            window: The hours of those before the first one that gives some.
        """
        if set(map(type, records)) != {Call}:
            return None
        calls = cast("Sequence[Call]", records)
        try:
            if any(call.extra is not NO_EXTRA for call in calls):
                return None
            windows = [call.window for call in calls]
            return Keys(
                [call.id for call in calls],
                [call.phone for call in calls],
                [call.uuid for call in calls],
                _handed_down(windows, window) if any(windows) else [window] * len(calls),
            )
        except AttributeError:
            # A record that was never filled in.
            return None

    def of_rows(self, rows: Sequence[Mapping[str, str]]) -> Keys:
        """Keys of records in wire fields."""
        phones = [row[self._phone] for row in rows]
        starts, stops = [row[self._start] for row in rows], [row[self._stop] for row in rows]
        return Keys(
            [row[self.id_name] for row in rows],
            phones if self._phones_are_canonical else list(map(held_phone, phones)),
            [row.get(self._uuid) for row in rows],
            # Most slices have the same hours throughout.
            [self._window(starts[0], stops[0])] * len(rows)
            if rows and starts.count(starts[0]) == stops.count(stops[0]) == len(rows)
            else list(map(self._window, starts, stops)),
        )

    def _window(self, start: str, stop: str) -> CallWindow:
        # A list has few different hours; the bound is for one that gives every record its own.
        known = self._windows.get((start, stop))
        if known is None:
            if len(self._windows) >= 1000:  # noqa: PLR2004 - the bound above
                self._windows.clear()
            known = self._windows[start, stop] = CallWindow.from_text(start, stop)
        return known


def _handed_down(windows: Iterable[CallWindow | None], window: CallWindow) -> list[CallWindow]:
    """The hours of each record, those of the nearest earlier one where it gives none; equal ones are one object."""
    given = window
    hours: list[CallWindow] = []
    for own in windows:
        if own is not None and own is not given:
            given, window = own, hours_of(own)[0]
        hours.append(window)
    return hours
