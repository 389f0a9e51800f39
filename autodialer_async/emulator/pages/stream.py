"""What an open page is told as it happens: server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import anyio
import orjson
from starlette.responses import StreamingResponse

from autodialer_async.emulator.pages.feed import feed_rows
from autodialer_async.emulator.pages.regions import PUSHED, stale_after

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place
    from autodialer_async.emulator.pages.rendering import Rendering

__all__ = ["stream"]

_TICK: Final = 0.3
_BREATHE: Final = 15.0
_MOST_ROWS: Final = 30
_MOST_EVENTS: Final = 120
_AGAIN_AFTER: Final = 1000
_FETCHED: Final = ("tasks", "records", "repeats", "deliveries", "faults")


def stream(emulator: Emulator, rendering: Rendering, tongue: Tongue, place: Place, last_seen: int) -> StreamingResponse:
    """Tell about every event after `last_seen`, then about each new one, until the page is closed.

    There are three kinds of message, all JSON. `feed`: HTML of new rows, newest first, and as id the number of the last
    event, which a browser that reconnects sends back. `regions`: HTML of the small regions that have changed. `stale`:
    names of other regions that have changed. However much happens, a message comes no more often than a tick, with no
    more rows than a person can see.
    """
    return StreamingResponse(
        _messages(emulator, rendering, tongue, place, last_seen),
        media_type="text/event-stream",
        headers={"cache-control": "no-store"},
    )


async def _messages(
    emulator: Emulator, rendering: Rendering, tongue: Tongue, place: Place, last_seen: int
) -> AsyncGenerator[bytes]:
    yield f"retry: {_AGAIN_AFTER}\n\n".encode()
    sent: dict[str, str] = {}
    silent = 0.0
    while True:
        written = False
        last = emulator.state().last_event
        if last < last_seen:
            # Another emulator on the same port than the one that the page knew.
            last_seen = last
            yield _message("stale", [*_FETCHED, "feed"])
        if last > last_seen:
            events = emulator.events(after=max(last_seen, last - _MOST_EVENTS), limit=_MOST_EVENTS)
            rows = feed_rows(events.items, place.feed, tongue)
            skipped = events.items[0].number - last_seen - 1 if events.items else 0
            more = max(0, len(rows) - _MOST_ROWS) + (skipped if place.feed == "all" else 0)
            last_seen = max(events.last, last_seen)
            yield _message("feed", {"html": rendering.feed_rows(rows[:_MOST_ROWS], more)}, number=last_seen)
            # Of what kinds those were that were passed over is not known.
            yield _message("stale", _FETCHED if skipped else stale_after(event.kind for event in events.items))
            written = True
        changed = {name: html for name in PUSHED if (html := rendering.region(name, place)) != sent.get(name)}
        if changed:
            sent |= changed
            yield _message("regions", changed)
            written = True
        silent = 0.0 if written else silent + _TICK
        if silent >= _BREATHE:
            # A peer that has gone is noticed when it is written to.
            yield b": still here\n\n"
            silent = 0.0
        await anyio.sleep(_TICK)


def _message(kind: str, data: Any, *, number: int | None = None) -> bytes:
    head = f"event: {kind}\n" if number is None else f"id: {number}\nevent: {kind}\n"
    return head.encode() + b"data: " + orjson.dumps(data) + b"\n\n"
