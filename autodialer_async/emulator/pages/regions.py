"""The parts of the page. Each can be asked for alone, so that it can be shown anew without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from autodialer_async.emulator.pages.connect import connect_region
from autodialer_async.emulator.pages.deliveries import deliveries_region
from autodialer_async.emulator.pages.faults import faults_region
from autodialer_async.emulator.pages.feed import feed_region
from autodialer_async.emulator.pages.outcomes import outcomes_region
from autodialer_async.emulator.pages.records import records_region
from autodialer_async.emulator.pages.repeats import repeats_region
from autodialer_async.emulator.pages.summary import clock_region, now_region, summary_region
from autodialer_async.emulator.pages.tasks import tasks_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["PUSHED", "REGIONS", "stale_after"]

REGIONS: Final[dict[str, Callable[[Emulator, Tongue, Place], dict[str, Any]]]] = {
    "summary": summary_region,
    "clock": clock_region,
    "now": now_region,
    "tasks": tasks_region,
    "records": records_region,
    "feed": feed_region,
    "outcomes": outcomes_region,
    "repeats": repeats_region,
    "deliveries": deliveries_region,
    "faults": faults_region,
    "connect": connect_region,
}
"""What each region's template is given, by the region's name. No work in them grows with the list."""

PUSHED: Final = ("summary", "now", "clock", "outcomes")
"""Small regions, the same for everybody: the stream carries them. The others depend on the place and are fetched."""

_STALE: Final = {
    "request": {"faults"},
    "task": {"tasks", "records", "repeats"},
    "call": {"tasks", "records", "repeats"},
    "delivery": {"deliveries"},
    "fault": {"faults"},
    "clock": {"tasks", "records"},
    "reset": {"tasks", "records", "repeats", "deliveries", "faults", "feed"},
}


def stale_after(kinds: Iterable[str]) -> list[str]:
    """The regions to be fetched anew after events of these kinds.

    >>> stale_after(["fault", "delivery"])
    ['deliveries', 'faults']
    """
    return sorted(set().union(*(_STALE[kind] for kind in kinds)))
