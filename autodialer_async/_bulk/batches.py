"""Cutting rows into batches of bytes: at most so many records, at most so many bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import attrs
import orjson

from autodialer_async._bulk.rows import Row
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Positions

__all__ = ["Batch", "BatchCutter"]

# A mapping's names may be of the caller's own kind of str, which orjson takes only so, and slower.
_ANY_STR = orjson.OPT_NON_STR_KEYS


@attrs.frozen(repr=False, eq=False)
class Batch:
    """Records on their way: the bytes to be sent and where they came from. The records themselves are gone.

    Attributes:
        index: Number in sending order, from 0.
        positions: Places in the source.
        data: JSON objects, joined by commas.
        ids: Keys of the records, where the cutter was asked to keep them.
    """

    index: int
    positions: Positions
    data: bytes
    ids: Sequence[str] = ()

    @property
    def size(self) -> int:
        """Records in it."""
        return len(self.positions)

    def halves(self, next_index: Callable[[], int]) -> tuple[Batch, Batch]:
        """The same records in two batches with numbers of their own."""
        rows = orjson.loads(b"[" + self.data + b"]")
        middle = len(rows) // 2
        return (
            Batch(next_index(), self.positions[:middle], _joined(rows[:middle]), self.ids[:middle]),
            Batch(next_index(), self.positions[middle:], _joined(rows[middle:]), self.ids[middle:]),
        )


class BatchCutter:
    """Collects rows, encodes them a slice at a time, and gives out a batch whenever one is full.

    `keep_ids` is the service's name of the id, where batches are to hold the ids of their records.

    Encoding slices costs less than encoding rows, and less memory than keeping them.
    """

    def __init__(
        self,
        *,
        batch_size: int,
        max_bytes: int,
        overhead: int,
        complain: Callable[[Row], InvalidCall],
        keep_ids: str | None = None,
    ) -> None:
        self._complain = complain
        self._keep_ids = keep_ids
        self._ids: list[str] = []
        self._batch_size = batch_size
        self._record_limit = self._max_data = max_bytes - overhead
        self._largest_accepted = 0
        self._mean = 0.0
        self._seen = 0
        self._next_index = 0
        self._pieces: list[bytes] = []
        self._places: list[range] = []
        self._records = 0
        self._bytes = 0

    @property
    def room(self) -> int:
        """Records to pull next: so many that they do not fill more than the batch in hand; at least 1.

        Sizes are known only once records are encoded, so this begins with one, grows by half, and reckons with twice
        the mean.
        """
        by_count = self._batch_size - self._records
        by_bytes = int((self._limit - self._bytes) / (2 * self._mean)) if self._mean else 1
        return max(1, min(by_count, by_bytes, self._seen // 2))

    @property
    def _limit(self) -> int:
        return max(self._max_data, self._largest_accepted)

    def weigh(self, rows: Sequence[Row], records: int) -> None:
        """Take note of the size of some of these records, whether they will be added or not: `room` reckons with it."""
        if rows:
            self._seen += records
            self._mean = max(self._mean, len(_encoded(rows[:1]) or b""))

    def next_index(self) -> int:
        """A number for a new batch."""
        self._next_index += 1
        return self._next_index - 1

    def shrink(self, refused: Batch) -> None:
        """Cut smaller from now on: this batch was too large for the service."""
        self._max_data = min(self._max_data, max(1, len(refused.data) // 2))

    def accepted(self, batch: Batch) -> None:
        """This batch was not too large: a single record that is always refused must not make all batches small."""
        self._largest_accepted = max(self._largest_accepted, len(batch.data))

    def add(self, rows: Sequence[Row], places: Sequence[range], invalid: list[InvalidCall]) -> Iterator[Batch]:
        """Take rows of consecutive places; yields each batch that is full.

        Records that cannot be encoded, or are too large for any request, are added to `invalid`.
        """
        start = 0
        places = list(places)
        while start < len(rows):
            part = rows[start : start + self._batch_size - self._records]
            head, places = _split(places, len(part))
            start += len(part)
            piece = _encoded(part)
            if piece is not None and self._fits(piece):
                self._take(piece, head, part)
            else:
                yield from self._add_singly(part, head, invalid)
            if self._records == self._batch_size:
                yield self._cut()

    def apart(self, rows: Sequence[Row], places: Sequence[range], invalid: list[InvalidCall]) -> list[Batch]:
        """A batch of these rows alone, whatever its size: one that is not to be sent.

        Records that cannot be encoded are added to `invalid`; where all are such there is no batch.
        """
        data = _encoded(rows, _ANY_STR)
        if data is None:
            sound: tuple[list[Row], list[int]] = ([], [])
            for row, place in zip(rows, chain.from_iterable(places), strict=True):
                if _encoded([row], _ANY_STR) is None:
                    invalid.append(self._complaint(row, place))
                else:
                    sound[0].append(row)
                    sound[1].append(place)
            data, places = _joined(sound[0], _ANY_STR), Positions.of(sound[1]).ranges
        return [Batch(self.next_index(), Positions(places), data)] if places else []

    def flush(self) -> Iterator[Batch]:
        """The batch being filled, if anything is in it."""
        if self._records:
            yield self._cut()

    def _add_singly(self, rows: Sequence[Row], places: list[range], invalid: list[InvalidCall]) -> Iterator[Batch]:
        for row, place in zip(rows, chain.from_iterable(places), strict=True):
            piece = _encoded([row], _ANY_STR)
            if piece is None:
                invalid.append(self._complaint(row, place))
            elif len(piece) > self._record_limit:
                invalid.append(
                    InvalidCall(
                        f"{len(piece)} bytes are too large for one request: "
                        f"max_batch_bytes leaves {self._record_limit} bytes for records",
                        position=place,
                        id=self._complain(row).id,
                    )
                )
            else:
                # A single record may exceed a limit that shrank after 413: it goes alone.
                if self._records and not self._fits(piece):
                    yield self._cut()
                self._take(piece, [range(place, place + 1)], [row])

    def _complaint(self, row: Row, place: int) -> InvalidCall:
        error = self._complain(row)
        return error.located(place, error.id)

    def _fits(self, piece: bytes) -> bool:
        return self._bytes + bool(self._pieces) + len(piece) <= self._limit

    def _take(self, piece: bytes, places: Sequence[range], rows: Sequence[Row]) -> None:
        records = len(rows)
        if self._keep_ids is not None:
            name = self._keep_ids
            self._ids += [row[name] for row in rows]
        self._bytes += bool(self._pieces) + len(piece)
        self._mean = max(self._mean, len(piece) / records)
        self._pieces.append(piece)
        self._records += records
        for part in places:
            if self._places and self._places[-1].stop == part.start:
                self._places[-1] = range(self._places[-1].start, part.stop)
            else:
                self._places.append(part)

    def _cut(self) -> Batch:
        batch = Batch(self.next_index(), Positions(self._places), b",".join(self._pieces), self._ids)
        self._ids = []
        self._pieces, self._places, self._records, self._bytes = [], [], 0, 0
        return batch


def _joined(rows: Sequence[Row], option: int | None = None) -> bytes:
    return orjson.dumps(rows, option=option)[1:-1]


def _encoded(rows: Sequence[Row], option: int | None = None) -> bytes | None:
    try:
        return _joined(rows, option)
    except orjson.JSONEncodeError:
        # Lone surrogates: they come from files read with errors="surrogateescape".
        return None


def _split(places: Sequence[range], count: int) -> tuple[list[range], list[range]]:
    head: list[range] = []
    for number, part in enumerate(places):
        if len(part) > count:
            return [*head, part[:count]], [part[count:], *places[number + 1 :]]
        head.append(part)
        count -= len(part)
        if not count:
            return head, list(places[number + 1 :])
    return head, []
