"""A call list as it is read, record after record."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from autodialer_async.emulator.records import DEFAULT_HOURS, Record, read_hours, read_record

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Listing"]


class Listing:
    """What was read of a list so far. It can be read in pieces: hours are inherited from one to the next.

    Attributes:
        lines: Records in it.
        ok: Correct ones among them.
        taken: The correct ones by their number, without those whose number stood earlier.
    """

    def __init__(self) -> None:
        self.lines: int = 0
        self.ok: int = 0
        self.taken: dict[int, Record] = {}
        self._hours = DEFAULT_HOURS

    def read(self, data: Iterable[object]) -> None:
        """Read on. A record that is not an object, or is incorrect, is counted and left out."""
        for entry in data:
            self.lines += 1
            if not isinstance(entry, dict):
                continue
            fields = cast("dict[str, object]", entry)
            own = read_hours(fields, ("statdialertime", "stopdialertime"), "%H:%M:%S", self._hours)
            if own is None:
                continue
            self._hours = own
            if (record := read_record(fields, own)) is not None:
                self.ok += 1
                self.taken.setdefault(record.number, record)
