"""What a journal wants to know of records that are already in wire fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs
import orjson

from autodialer_async._wire.codec import START, STOP, wire_names
from autodialer_async._wire.dialect import Dialect
from autodialer_async.models import CallWindow, canonical_phone

__all__ = ["KeyReader", "Keys"]


@attrs.frozen(repr=False)
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
    windows: list[CallWindow | None]


class KeyReader:
    """Reads keys back from wire fields, by one installation's spelling."""

    def __init__(self, dialect: Dialect) -> None:
        names = wire_names(dialect, "make")
        self._id, self._phone, self._uuid = names["id"], names["phone"], names["uuid"]
        self._start, self._stop = names[START], names[STOP]
        self._phones_are_canonical = dialect.phone_format == "8XXXXXXXXXX"
        self._windows: dict[tuple[str, str], CallWindow] = {}

    def of_rows(self, rows: Iterable[Mapping[str, str]]) -> Keys:
        """Keys of records in wire fields."""
        keys = Keys([], [], [], [])
        for row in rows:
            phone = row[self._phone]
            keys.ids.append(row[self._id])
            keys.phones.append(phone if self._phones_are_canonical else canonical_phone(phone))
            keys.uuids.append(row.get(self._uuid))
            keys.windows.append(self._window(row[self._start], row[self._stop]))
        return keys

    def ids_of(self, data: bytes) -> list[str]:
        """The ids in a batch's bytes (JSON objects joined by commas)."""
        return [row[self._id] for row in orjson.loads(b"[" + data + b"]")]

    def _window(self, start: str, stop: str) -> CallWindow:
        # A list has few different hours; the bound is for one that gives every record its own.
        known = self._windows.get((start, stop))
        if known is None:
            if len(self._windows) >= 1000:  # noqa: PLR2004
                self._windows.clear()
            known = self._windows[start, stop] = CallWindow.from_text(start, stop)
        return known
