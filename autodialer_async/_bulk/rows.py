"""From the caller's records to the fields that leave: hours handed down the list, bad records set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from autodialer_async._bulk.objects import fields_of
from autodialer_async._wire import Codec
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow, Positions

__all__ = ["Row", "RowMaker"]

Row = dict[str, str]
_LONGEST_ID = 10**50


class RowMaker:
    """Turns records into rows of wire fields, in list order.

    A record without hours takes those of the nearest earlier record that gave some, whether that one could be sent or
    not; before the first such record, the upload's. This is worked out here, before batches are cut: the service is
    never left to inherit hours over a list that arrives in pieces.
    """

    def __init__(
        self,
        codec: Codec,
        *,
        window: CallWindow,
        generation_type: str | int | None = None,
        max_count: int | None = None,
    ) -> None:
        self._codec = codec
        self._window = window
        self._defaults = _default_fields(codec, window, generation_type, max_count)
        self._position = 0

    @property
    def position(self) -> int:
        """The place of the next record."""
        return self._position

    @property
    def window(self) -> CallWindow:
        """The hours of the next record, if it gives none."""
        return self._window

    def rows_at(
        self, places: Sequence[int], calls: Sequence[Call], windows: Sequence[CallWindow], invalid: list[InvalidCall]
    ) -> tuple[list[Row], list[range]]:
        """Rows of some of the next records, and their places in the source; the others are passed over.

        Args:
            places: Which of `calls`, counted from 0, in their order.
            calls: The next records.
            windows: The hours of each, those that it was handed down included.
            invalid: What cannot be a row is added here.
        """
        rows: list[Row] = []
        made: list[int] = []
        for place in places:
            try:
                row = self._codec.encode_call(calls[place], windows[place])
            except Exception as error:  # noqa: BLE001 - a record that breaks in our hands must not end the run
                invalid.append(_located(error, self._position + place, calls[place]))
                continue
            for name, value in self._defaults.items():
                row.setdefault(name, value)
            rows.append(row)
            made.append(self._position + place)
        self._position += len(calls)
        self._window = windows[-1]
        return rows, list(Positions.of(made).ranges)

    def rows(self, records: Sequence[object], invalid: list[InvalidCall]) -> tuple[Sequence[Row], list[range]]:
        """Rows of the valid records, and their places in the source; invalid ones are added to `invalid`.

        A row may be the very mapping that was given.
        """
        if set(map(type, records)) == {dict}:
            mappings = cast("Sequence[dict[str, Any]]", records)
            plain = None
            with suppress(Exception):  # a record that breaks in our hands is found below
                plain = self._codec.encode_plain_rows(mappings, self._window)
            if plain is not None:
                rows, self._window = plain
                if self._defaults:
                    rows = [{**self._defaults, **row} for row in rows]
                begun = self._position
                self._position += len(rows)
                return rows, [range(begun, self._position)]
        return self._rows_one_by_one(records, invalid)

    def _rows_one_by_one(
        self, records: Sequence[object], invalid: list[InvalidCall]
    ) -> tuple[Sequence[Row], list[range]]:
        rows: list[Row] = []
        places: list[range] = []
        encode, encode_plain = self._codec.encode_call, self._codec.encode_plain
        defaults = tuple(self._defaults.items())
        begun = position = self._position
        for record in records:
            try:
                if type(record) is dict and (plain := encode_plain(record, self._window)) is not None:
                    row, self._window = plain
                else:
                    call = record if isinstance(record, Call) else self._call(record)
                    if call.window is not None:
                        self._window = call.window
                    row = encode(call, self._window)
            except Exception as error:  # noqa: BLE001 - a record that breaks in our hands must not end the run
                invalid.append(_located(error, position, record))
                if begun < position:
                    places.append(range(begun, position))
                begun = position + 1
            else:
                for name, value in defaults:
                    row.setdefault(name, value)
                rows.append(row)
            position += 1
        if begun < position:
            places.append(range(begun, position))
        self._position = position
        return rows, places

    def _call(self, record: object) -> Call:
        fields = record if isinstance(record, Mapping) else fields_of(record)
        if fields is None:
            raise InvalidCall(
                "a record is a Call or a mapping of its fields, a dataclass or a pydantic model, "
                f"not {type(record).__name__}"
            )
        try:
            return self._codec.read_call(fields)
        except InvalidCall:
            self._window = self._codec.read_window(fields) or self._window
            raise


def _located(error: Exception, position: int, record: object) -> InvalidCall:
    if not isinstance(error, InvalidCall):
        error = InvalidCall(f"the record cannot be read: {type(error).__name__}")
    return error.located(position, error.id or _id_of(record))


def _id_of(record: object) -> str | None:
    found: object = None
    with suppress(Exception):
        found = record.get("id") if isinstance(record, Mapping) else getattr(record, "id", None)
    # An int of thousands of digits cannot be written.
    if isinstance(found, bool) or (isinstance(found, int) and abs(found) >= _LONGEST_ID):
        return None
    return (str(found) or None) if isinstance(found, str | int) else None


def _default_fields(codec: Codec, window: CallWindow, generation_type: str | int | None, max_count: int | None) -> Row:
    bare = Call("0", "80000000000")
    filled = codec.encode_call(Call("0", bare.phone, generation_type=generation_type, max_count=max_count), window)
    return {name: value for name, value in filled.items() if name not in codec.encode_call(bare, window)}
