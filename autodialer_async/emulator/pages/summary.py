"""The numbers at the top, and the clock of the simulated calls."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["SPEEDS", "clock_region", "now_region", "speed_name", "summary_region"]

SPEEDS: Final = (0.0, 1.0, 10.0, 60.0, 600.0, inf)
"""What the page offers: a stopped clock, real time, so many times faster, all of it now."""


def summary_region(emulator: Emulator, _tongue: Tongue, _place: Place) -> dict[str, Any]:
    """What the template of the numbers is given."""
    state = emulator.state()
    return {"state": state, "to_go": state.queued + state.waiting + state.dialling}


def clock_region(emulator: Emulator, tongue: Tongue, _place: Place) -> dict[str, Any]:
    """What the template of the clock's controls is given."""
    speed = emulator.speed
    offered = sorted({*SPEEDS, speed})
    return {"speed": speed, "speeds": [(f"{entry:g}", speed_name(entry, tongue), entry == speed) for entry in offered]}


def now_region(emulator: Emulator, _tongue: Tongue, _place: Place) -> dict[str, Any]:
    """What the template of the clock's time is given."""
    return {"now": emulator.now}


def speed_name(speed: float, tongue: Tongue) -> str:
    """A speed in words."""
    if speed == 0:
        return tongue("clock.paused")
    if speed == inf:
        return tongue("clock.now")
    return tongue("clock.times", n=f"{speed:g}")
