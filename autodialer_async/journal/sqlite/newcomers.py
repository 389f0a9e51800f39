"""Records that nobody knew, written as they are sorted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, islice, repeat

import attrs

from autodialer_async.journal.phones import PhoneDigest
from autodialer_async.journal.sqlite import columns
from autodialer_async.models import CallWindow

__all__ = ["Group", "Newcomers"]

# Many rows a statement cost half of what as many statements do.
_ADDED_AT_ONCE = 1000
_REMOVE = "DELETE FROM record WHERE id = ? AND batch = ?"
# Batches that never left leave records behind: of a run that ended, or died, between sorting and marking.
_FORGET = "DELETE FROM record WHERE batch NOT IN (SELECT number FROM batch)"


@attrs.frozen(repr=False, eq=False)
class Group:
    """Records that were sorted together.

    Attributes:
        number: Of the batch in which they will probably leave.
        ids: Their keys, all different.
        phones: Their numbers.
        uuids: Their clients' ids.
        windows: The hours they will be sent with.
    """

    number: int
    ids: Sequence[str]
    phones: Sequence[str]
    uuids: Sequence[str | None]
    windows: Sequence[CallWindow | None]


class Newcomers:
    """Writes records of a new journal while they are sorted, under the number of the batch they will probably leave in.

    That asks and adds in one go, which halves the cost of both. No batch has that number before one is marked: until
    then the records count as never seen, and nothing needs to be durable.

    Args:
        digest: Of phones, by this journal's key.
    """

    def __init__(self, digest: PhoneDigest) -> None:
        self._digest = digest
        # By the first id of each group that waits to be marked.
        self._groups: dict[str, tuple[int, Sequence[str]]] = {}
        # What waits of groups that were cut by another rule than they were sorted.
        self._scattered: set[str] = set()

    @staticmethod
    def forget_unmarked(connection: sqlite3.Connection) -> None:
        """Remove what earlier runs sorted and never marked: its batch's number will be given to another."""
        connection.execute(_FORGET)

    def add(self, connection: sqlite3.Connection, group: Group, first: int) -> bool:
        """Write them all, numbered from `first`, or nothing where one of them is known or cannot be written."""
        ids = group.ids
        hours, windows = columns.Hours().of, group.windows
        alike = windows.count(windows[0]) == len(windows)
        cells = zip(
            ids,
            range(first, first + len(ids)),
            self._digest.of(group.phones),
            group.uuids,
            repeat(hours(windows[0]), len(ids)) if alike else map(hours, windows),
            repeat(group.number, len(ids)),
            strict=True,
        )
        before = connection.total_changes
        try:
            while part := list(islice(cells, _ADDED_AT_ONCE)):
                connection.execute(_statement(len(part)), list(chain.from_iterable(part)))
            added = connection.total_changes - before == len(ids)
        except UnicodeEncodeError:
            added = False
        if not added:
            connection.executemany(_REMOVE, [(key, group.number) for key in ids if columns.is_text(key)])
        return added

    def remember(self, group: Group) -> None:
        """They are written, and wait to be marked."""
        self._groups[group.ids[0]] = group.number, group.ids

    def waiting(self) -> set[str]:
        """The ids of all that wait to be marked."""
        return self._scattered.union(*(ids for _, ids in list(self._groups.values())))

    def batch_of(self, ids: Sequence[str]) -> tuple[int | None, Sequence[str]]:
        """The number under which the records of a batch stand, if it begins with a whole group, and those elsewhere."""
        number, group = self._groups.get(ids[0], (None, ()))
        if number is None or ids[: len(group)] != group:
            return None, ids
        return number, ids[len(group) :]

    def marked(self, ids: Sequence[str]) -> None:
        """These wait no longer."""
        number, elsewhere = self.batch_of(ids)
        if number is not None:
            del self._groups[ids[0]]
        gone = set(elsewhere)
        for first, (_, group) in list(self._groups.items()) if gone else ():
            if not gone.isdisjoint(group):
                del self._groups[first]
                self._scattered.update(group)
        self._scattered -= gone


@lru_cache(maxsize=8)
def _statement(records: int) -> str:
    # No numbered places, though the batch is the same in all rows: Python 3.12.0 to 3.12.3 take them for names.
    rows = ",".join(["(?,?,?,?,?,?)"] * records)
    return f"INSERT OR IGNORE INTO record (id, number, phone, uuid, hours, batch) VALUES {rows}"  # noqa: S608 - places only
