"""Accepted records: a page of them, or those that were searched for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal

import attrs

from autodialer_async.emulator.pages.outcomes import namer, outcome_of
from autodialer_async.emulator.pages.paging import open_page
from autodialer_async.emulator.views import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.paging import Pager
    from autodialer_async.emulator.pages.place import Place
    from autodialer_async.emulator.views import PlacedCall, RecordState

__all__ = ["RecordRow", "records_region"]

_PAGE: Final = 20

Found = Literal["all", "task", "id", "phone"]


@attrs.frozen
class RecordRow:
    """One row.

    Attributes:
        key: Its number in the list that is shown, from 0; it stays, because records only ever join at the end.
        state: The record and its calls.
        tone: The kind of its outcome, or its state while it has none.
        shown: Whether its data is not masked.
        calls: Its calls, oldest first, where it is shown; of long campaigns only the last ones are remembered.
    """

    key: int
    state: RecordState
    tone: str
    shown: bool
    calls: tuple[PlacedCall, ...]


def records_region(emulator: Emulator, tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the records is given."""
    found, records, pager = _look_up(emulator, place)
    calls = emulator.calls if place.shown else ()
    rows = [
        RecordRow(
            key,
            state,
            outcome_of(state.code) if state.state == "done" and state.code else state.state,
            key in place.shown,
            _calls_of(state, calls) if key in place.shown else (),
        )
        for key, state in enumerate(records.items, start=pager.offset)
    ]
    return {"rows": rows, "pager": pager, "found": found, "name": namer(tongue)}


def _look_up(emulator: Emulator, place: Place) -> tuple[Found, Page[RecordState], Pager]:
    def look(found: Found, **wanted: Any) -> tuple[Found, Page[RecordState], Pager]:
        rows, pager = open_page(
            lambda offset, limit: emulator.find_records(offset=offset, limit=limit, **wanted), place.records, _PAGE
        )
        return found, rows, pager

    if not place.q:
        return look("task", task=place.task) if place.task else look("all")
    result = look("id", id=place.q)
    if place.by == "phone" or (place.by == "" and not result[1].total):
        # What is no phone was looked for as an id in any case.
        with suppress(ValueError):
            result = look("phone", phone=place.q)
    return result


def _calls_of(state: RecordState, calls: Sequence[PlacedCall]) -> tuple[PlacedCall, ...]:
    record = state.record
    return tuple(
        call for call in calls if call.task == state.task and call.id == record.id and call.phone == record.phone
    )
