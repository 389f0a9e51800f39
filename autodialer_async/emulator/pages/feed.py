"""What happened, newest first: one row an event."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

import attrs

from autodialer_async.emulator.pages.outcomes import outcome_of
from autodialer_async.emulator.pages.summary import speed_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.feed import Event
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import FeedFilter, Place

__all__ = ["FeedRow", "feed_region", "feed_row", "feed_rows", "newest"]

_AT_START: Final = 40
_LOOK_BACK: Final = 500
_FINE, _REFUSED = range(200, 300), range(400, 600)

_SHOWN: Final[dict[FeedFilter, frozenset[str]]] = {
    "all": frozenset({"request", "task", "call", "delivery", "fault", "clock", "reset"}),
    "request": frozenset({"request", "task", "fault"}),
    "call": frozenset({"call"}),
    "delivery": frozenset({"delivery"}),
}


@attrs.frozen
class FeedRow:
    """One event in words.

    Attributes:
        number: The event's.
        at: When it happened, by the emulator's clock.
        kind: What kind of event.
        subject: Whom or what it is about.
        detail: More about it.
        result: How it ended, or an empty text.
        tone: `good`, `bad`, `doubtful`, `quiet`, or a kind of outcome.
        delivery: The delivery whose payload can be seen, or 0.
    """

    number: int
    at: datetime
    kind: str
    subject: str
    detail: str = ""
    result: str = ""
    tone: str = "quiet"
    delivery: int = 0


def feed_row(event: Event, tongue: Tongue) -> FeedRow:
    """One event in this language."""
    data: Mapping[str, Any] = event.data
    words: dict[str, Any]
    if event.kind == "request":
        words = _request(data, tongue)
    elif event.kind == "task":
        words = {
            "subject": f"…{str(data['number'])[-6:]}",
            "detail": tongue.count("unit.records", data["records"]),
            "result": data["operation"],
        }
    elif event.kind == "call":
        words = _call(data, tongue)
    elif event.kind == "delivery":
        words = _delivery(data, tongue)
    elif event.kind == "fault":
        action = data["action"]
        words = {
            "subject": data["name"] or tongue("faults.title"),
            "result": tongue(f"feed.fault_{action}"),
            "tone": "doubtful" if action == "added" else "quiet",
        }
    elif event.kind == "clock":
        words = {"subject": speed_name(_speed(data["speed"]), tongue)}
    else:
        words = {"subject": tongue("feed.reset")}
    return FeedRow(event.number, event.at, event.kind, **words)


def feed_rows(events: Iterable[Event], shown: FeedFilter, tongue: Tongue) -> list[FeedRow]:
    """Those of the events that this filter lets through, newest first."""
    kinds = _SHOWN[shown]
    return [feed_row(event, tongue) for event in reversed(list(events)) if event.kind in kinds]


def newest(emulator: Emulator, shown: FeedFilter, tongue: Tongue) -> list[FeedRow]:
    """The last rows of the feed as it is now."""
    last = emulator.state().last_event
    rows: list[FeedRow] = []
    # Particulars of an event are put together where somebody looks: no more of them than it takes.
    for back in (_AT_START, _LOOK_BACK):
        rows = feed_rows(emulator.events(after=max(0, last - back), limit=back).items, shown, tongue)
        if len(rows) >= _AT_START:
            break
    return rows[:_AT_START]


def feed_region(emulator: Emulator, tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the feed is given."""
    last = emulator.state().last_event
    return {"rows": newest(emulator, place.feed, tongue), "last_event": last, "filters": tuple(_SHOWN)}


def _request(data: Mapping[str, Any], tongue: Tongue) -> dict[str, Any]:
    status, fault = data["status"], data["fault"]
    tone = "good" if status in _FINE else "bad" if status in _REFUSED else "doubtful"
    detail = tongue.count("unit.records", data["records"]) if data["records"] else ""
    return {
        "subject": data["operation"] or tongue("feed.unknown_path"),
        "detail": " · ".join(filter(None, (detail, fault))),
        "result": tongue("feed.no_answer") if status is None else str(status),
        "tone": tone,
    }


def _call(data: Mapping[str, Any], tongue: Tongue) -> dict[str, Any]:
    detail = tongue("feed.attempt", n=data["attempt"])
    if data["seconds"]:
        detail = f"{detail} · {tongue.number(data['seconds'])} {tongue('unit.seconds')}"
    return {
        "subject": data["phone"].replace("*", "•"),
        "detail": detail,
        "result": data["code"],
        "tone": outcome_of(data["code"]),
    }


def _delivery(data: Mapping[str, Any], tongue: Tongue) -> dict[str, Any]:
    state = data["state"]
    status = "" if data["status"] is None else f" {data['status']}"
    return {
        "subject": tongue("feed.number", number=str(data["number"])),
        "detail": tongue("feed.of_call", number=str(data["call"])),
        "result": tongue(f"deliveries.{state}") + status,
        "tone": {"delivered": "good", "failed": "bad"}.get(state, "quiet"),
        "delivery": data["number"],
    }


def _speed(value: Any) -> float:
    # JSON knows no infinity.
    return inf if value in {"now", None} else float(value)
