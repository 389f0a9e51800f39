"""Records that earlier runs brought home: most of a list that is resumed, so they are looked for first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from autodialer_async.journal.sqlite.seen import Seen

__all__ = ["BroughtHome"]

# Names in one query: more do not make it faster, and SQLite has a limit.
_ASKED_AT_ONCE = 1000
# All answers in one row: a row a record costs as much as finding the record. CROSS keeps the order of the tables. A
# batch that an earlier run brought home stays so, and nothing of it is waiting to be marked.
_ASK = """
WITH asked (id, phone) AS (VALUES {})
SELECT count(*), group_concat(record.number) FROM asked
CROSS JOIN record ON record.id = asked.id
CROSS JOIN batch ON batch.number = record.batch
WHERE (record.phone = asked.phone OR record.phone IS NULL) AND batch.state = 'accepted' AND batch.run <> ?
"""


class BroughtHome:
    """Answers for whole slices of the list at once, which takes a third of what asking for each record's state does.

    Args:
        reader: Reads the journal.
        run: The number of the run under way.
        seen: Which records stood in the list.
        likely: Whether there may be such slices.
    """

    def __init__(self, reader: sqlite3.Connection, run: int, seen: Seen, *, likely: bool) -> None:
        self._reader = reader
        self._run = run
        self._seen = seen
        self._likely = likely

    def has(self, ids: Sequence[str], digests: Sequence[int]) -> bool:
        """Whether all of them were accepted in earlier runs, and stand in the list for the first time.

        If so they stood there from now on; if not, nothing is noted, and the next slice is not asked for before
        `sorted` has told of one that was like that.
        """
        if self._likely:
            numbers = self._numbers(ids, digests)
            self._likely = numbers is not None and self._seen.add_all(numbers)
        return self._likely

    def sorted(self, *, all_accepted: bool) -> None:
        """A slice was sorted record by record: whether it was one that `has` would have found."""
        self._likely = all_accepted

    def _numbers(self, ids: Sequence[str], digests: Sequence[int]) -> list[int] | None:
        numbers: list[int] = []
        for start in range(0, len(ids), _ASKED_AT_ONCE):
            part = slice(start, min(start + _ASKED_AT_ONCE, len(ids)))
            asked = chain.from_iterable(zip(ids[part], digests[part], strict=True))
            try:
                row = self._reader.execute(_query(part.stop - start), [*asked, self._run]).fetchone()
            except UnicodeEncodeError:
                # An id that cannot be sent: nobody has.
                return None
            if row[0] < part.stop - start:
                return None
            numbers += map(int, row[1].split(","))
        return numbers


@lru_cache(maxsize=8)
def _query(records: int) -> str:
    return _ASK.format(",".join(["(?,?)"] * records))
