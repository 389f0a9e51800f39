"""The uploader's side of the journal: what of the list is to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

import anyio
import attrs

from autodialer_async._bulk.batches import Batch
from autodialer_async._bulk.rows import Row, RowMaker
from autodialer_async._wire.keys import KeyReader, Keys
from autodialer_async.errors import InvalidCall, JournalError
from autodialer_async.journal import JournalRun, Standing
from autodialer_async.models import BatchReport, BatchState, Call, Positions

__all__ = ["Ledger", "Sifted"]

_SET_ASIDE = {
    Standing.OTHER_PHONE: ("phone", "the journal knows this id with another phone"),
    Standing.REPEATED: ("id", "this id stands earlier in the list"),
}


@attrs.frozen(repr=False)
class Sifted:
    """Records sorted by what the journal says of them.

    Attributes:
        made: Rows that were made of them, to be sent or not.
        rows: Rows of those to be sent.
        places: Their places in the source.
        skipped: How many an earlier run brought home.
        unknown: Rows of those that an earlier run sent without a usable answer; they are not sent.
        unknown_places: Their places.
    """

    made: Sequence[Row]
    rows: Sequence[Row] = ()
    places: Sequence[range] = ()
    skipped: int = 0
    unknown: Sequence[Row] = ()
    unknown_places: Sequence[range] = ()


class Ledger:
    """Asks the journal before batches are cut, and tells it before each one leaves and after it settled.

    All of it is shielded: a cancel must not leave the journal with less than the truth.

    Attributes:
        id_name: The service's name of the id.
        unsifted: Rows, and their places, of records about which the journal could not be asked to the end.
    """

    def __init__(self, run: JournalRun, keys: KeyReader) -> None:
        self._run = run
        self._keys = keys
        self.id_name: str = keys.id_name
        self.unsifted: tuple[Sequence[Row], Sequence[range]] | None = None
        self._doubtful: set[str] = set()

    async def sift(self, records: Sequence[object], maker: RowMaker, invalid: list[InvalidCall]) -> Sifted:
        """What is to be done with the next records of the list; those set aside are added to `invalid`."""
        keys = self._keys.of_calls(records, maker.window)
        if keys is None:
            rows, places = maker.rows(records, invalid)
            if not rows:
                return Sifted(rows)
            if rows[0] is records[0]:
                # While the journal is asked the caller's own program may change its mappings.
                rows = list(map(dict, rows))
            keys = self._keys.of_rows(rows)
            try:
                standings = await self._ask(keys)
            except BaseException:
                self.unsifted = rows, places
                raise
            return self._sifted((rows, places), keys.ids, standings, invalid)
        try:
            standings = await self._ask(keys)
        except BaseException:
            rows, places = maker.rows(records, invalid)
            self.unsifted = (rows, places) if rows else None
            raise
        begun, ids, skipped = maker.position, keys.ids, 0
        if Standing.ACCEPTED in standings:
            # A row costs as much as asking, and most of a list that is resumed needs none. The first shows the size.
            wanted = [at for at, standing in enumerate(standings) if standing is not Standing.ACCEPTED or not at]
            skipped = len(ids) - len(wanted)
            rows, places = maker.rows_at(wanted, cast("Sequence[Call]", records), keys.windows, invalid)
        else:
            rows, places = maker.rows(records, invalid)
        if len(rows) < len(ids):
            made = [place - begun for part in places for place in part]
            ids, standings = [ids[at] for at in made], [standings[at] for at in made]
        return self._sifted((rows, places), ids, standings, invalid, skipped)

    async def _ask(self, keys: Keys) -> Sequence[Standing]:
        standings: Sequence[Standing] = ()
        with anyio.CancelScope(shield=True), _during_upload():
            standings = await self._run.sort(keys.ids, keys.phones, keys.uuids, keys.windows)
        return standings  # noqa: RET504 - as in `leaving`

    def _sifted(
        self,
        made: tuple[Sequence[Row], Sequence[range]],
        ids: Sequence[str],
        standings: Sequence[Standing],
        invalid: list[InvalidCall],
        skipped: int = 0,
    ) -> Sifted:
        rows, places = made
        if standings.count(Standing.NEW) == len(standings):
            return Sifted(rows, rows, places, skipped)
        sent: tuple[list[Row], list[int]] = ([], [])
        left: tuple[list[Row], list[int]] = ([], [])
        flat = (place for part in places for place in part)
        for row, key, place, standing in zip(rows, ids, flat, standings, strict=True):
            if standing in _SET_ASIDE:
                field, reason = _SET_ASIDE[standing]
                invalid.append(InvalidCall(reason, field=field, position=place, id=key))
            elif standing is Standing.ACCEPTED:
                skipped += 1
            else:
                if standing is Standing.DOUBTFUL:
                    self._doubtful.add(key)
                group = left if standing is Standing.UNKNOWN else sent
                group[0].append(row)
                group[1].append(place)
        return Sifted(
            made=rows,
            rows=sent[0],
            places=Positions.of(sent[1]).ranges,
            skipped=skipped,
            unknown=left[0],
            unknown_places=Positions.of(left[1]).ranges,
        )

    def is_doubtful(self, batch: Batch) -> bool:
        """Whether records of it were sent by an earlier run too, without a usable answer."""
        return bool(self._doubtful) and not self._doubtful.isdisjoint(batch.ids)

    async def leaving(self, batch: Batch) -> int:
        """Note that a batch is about to leave; durable on return. Gives its number in the journal."""
        number = 0
        with anyio.CancelScope(shield=True), _during_upload():
            number = await self._run.mark_sending(_all_ids(batch))
        return number  # noqa: RET504 - inside, type checkers think that the scope may swallow the return

    async def settled(self, number: int, state: BatchState, report: BatchReport | None) -> None:
        """Note what became of it; durable on return."""
        with anyio.CancelScope(shield=True), _during_upload():
            await self._run.settle(number, state, report)

    async def settled_and_leaving(
        self, number: int, state: BatchState, report: BatchReport | None, batch: Batch
    ) -> int:
        """Note what became of one batch and that another is about to leave; both durable on return, with one sync."""
        next_number = 0
        with anyio.CancelScope(shield=True), _during_upload():
            next_number = await self._run.settle_and_mark(number, state, report, _all_ids(batch))
        return next_number  # noqa: RET504 - as in `leaving`


def _all_ids(batch: Batch) -> Sequence[str]:
    if len(batch.ids) != batch.size:
        # A batch that the journal does not know by all its ids would be sent again by the next run.
        raise JournalError(f"batch {batch.index} has {batch.size} records and {len(batch.ids)} ids")
    return batch.ids


@contextmanager
def _during_upload() -> Iterator[None]:
    try:
        yield
    except JournalError as error:
        error.during_upload = True
        raise
