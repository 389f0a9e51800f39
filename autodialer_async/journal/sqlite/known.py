"""What the journal's file holds of the records of a list, and what is to be done with those."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from autodialer_async.journal.records import Standing
from autodialer_async.journal.sqlite import columns
from autodialer_async.journal.sqlite.seen import Seen

__all__ = ["Known", "KnownRecord"]

# Names in one query: more do not make it faster, and SQLite has a limit.
_LOOKED_UP_AT_ONCE = 1000

# As long as a new try of a doubtful record was not taken either, it stays what it was: unknown.
_STATE = """
CASE WHEN record.dialled THEN 'accepted'
     WHEN record.doubtful IS NOT NULL AND batch.state IN ('unsent', 'rejected') THEN 'unknown'
     ELSE batch.state END
"""
_LOOK_UP = f"""
SELECT record.id, record.number, record.phone, {_STATE}, batch.run
FROM record JOIN batch ON batch.number = record.batch WHERE record.id IN ({{}})
"""  # noqa: S608 - made of constants
# Its number, digest and state, and the run that sent it last.
KnownRecord = tuple[int, int | None, str, int]


class Known:
    """Finds records in the file, one row each, and judges them by their state and by what stood in the list before.

    Args:
        reader: Reads the journal.
        run: The number of the run under way.
        seen: Which records stood in the list.
        standings: What is to be done with a record, by its state in the file.
    """

    def __init__(self, reader: sqlite3.Connection, run: int, seen: Seen, standings: Mapping[str, Standing]) -> None:
        self._reader = reader
        self._run = run
        self._seen = seen
        self._standings = standings

    def of(self, ids: Sequence[str]) -> dict[str, KnownRecord]:
        """The records of these ids that are in the file.

        Raises:
            sqlite3.Error: The file cannot be read.
        """
        known: dict[str, KnownRecord] = {}
        for start in range(0, len(ids), _LOOKED_UP_AT_ONCE):
            part = ids[start : start + _LOOKED_UP_AT_ONCE]
            try:
                rows = self._reader.execute(_LOOK_UP.format(",".join("?" * len(part))), part)
            except UnicodeEncodeError:
                # Such an id can neither be sent nor be kept, so it is new.
                part = [key for key in part if columns.is_text(key)]
                rows = self._reader.execute(_LOOK_UP.format(",".join("?" * len(part))), part)
            for key, number, digest, state, run in rows:
                known[key] = number, digest, state, run
        return known

    def standing(self, record: KnownRecord, digest: int) -> Standing:
        """What is to be done with a record that stands in the list with a phone of this digest."""
        number, known_digest, state, run = record
        # Records added by this run lie beyond the bits, and are known by their run.
        if run == self._run or number in self._seen:
            return Standing.REPEATED
        if digest != known_digest and known_digest is not None:
            return Standing.OTHER_PHONE
        standing = self._standings[state]
        if standing is not Standing.NEW and standing is not Standing.DOUBTFUL:
            self._seen.add([number])
        return standing
