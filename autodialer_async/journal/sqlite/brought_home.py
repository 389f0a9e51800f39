"""Records that earlier runs brought home: most of a list that is resumed, so they are looked for first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from autodialer_async.journal.records import Standing
from autodialer_async.journal.sqlite.seen import Seen

__all__ = ["BroughtHome"]

# Names in one query: more do not make it faster, and SQLite has a limit.
_ASKED_AT_ONCE = 1000
# All answers in one row: a row a record costs as much as finding the record. CROSS keeps the order of the tables. A
# batch that an earlier run brought home stays so, and none of its records waits to be sent.
_ASK = """
WITH asked (place, id, phone) AS (VALUES {})
SELECT count(*), group_concat(asked.place), group_concat(record.number) FROM asked
CROSS JOIN record ON record.id = asked.id
CROSS JOIN batch ON batch.number = record.batch
WHERE (record.phone = asked.phone OR record.phone IS NULL) AND batch.state = 'accepted' AND batch.run <> ?
"""


class BroughtHome:
    """Asks for the plain case alone, which takes half of what asking for each record's state does.

    Args:
        reader: Reads the journal.
        run: The number of the run under way.
        seen: Which records stood in the list.
        likely: Whether the journal holds any.
    """

    def __init__(self, reader: sqlite3.Connection, run: int, seen: Seen, *, likely: bool) -> None:
        self._reader = reader
        self._run = run
        self._seen = seen
        self._likely = likely

    def standings(self, ids: Sequence[str], digests: Sequence[int]) -> list[Standing | None]:
        """Which records were accepted in earlier runs, with the same phone; None where more must be asked.

        After a slice that had few of them nothing is asked, until `learn` has seen one that had many.
        """
        found: list[Standing | None] = [None] * len(ids)
        # Where an id comes twice its two records must be judged in their order.
        if self._likely and len(set(ids)) == len(ids):
            for start in range(0, len(ids), _ASKED_AT_ONCE):
                stop = min(start + _ASKED_AT_ONCE, len(ids))
                found[start:stop] = self._standings(ids[start:stop], digests[start:stop])
        return found

    def learn(self, standings: Sequence[Standing]) -> None:
        """What the records of a slice were at last."""
        self._likely = 2 * standings.count(Standing.ACCEPTED) >= len(standings)

    def _standings(self, ids: Sequence[str], digests: Sequence[int]) -> list[Standing | None]:
        nothing: list[Standing | None] = [None] * len(ids)
        asked = chain.from_iterable(zip(ids, digests, strict=True))
        try:
            count, places, numbers = self._reader.execute(_query(len(ids)), [*asked, self._run]).fetchone()
        except UnicodeEncodeError:
            # One of the ids can neither be sent nor be kept.
            return nothing
        if not count:
            return nothing
        again = self._seen.add(map(int, numbers.split(",")))
        if count == len(ids) and not again:
            return [Standing.ACCEPTED] * count
        found = nothing
        at = list(map(int, places.split(",")))
        for place in at:
            found[place] = Standing.ACCEPTED
        for which in again:
            found[at[which]] = Standing.REPEATED
        return found


@lru_cache(maxsize=8)
def _query(records: int) -> str:
    return _ASK.format(",".join([f"({place},?,?)" for place in range(records)]))
