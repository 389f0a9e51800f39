"""Hours of the day on the command line."""

from __future__ import annotations

from datetime import time

import typer

from autodialer_async.models import CallWindow

__all__ = ["DEFAULT_HOURS", "hours_from_text", "outside_hours"]

DEFAULT_HOURS = CallWindow(time(10), time(19))


def hours_from_text(text: str) -> CallWindow:
    """Hours from `10:00-19:00`.

    Raises:
        typer.BadParameter: No such hours.
    """
    start, dash, stop = text.replace("–", "-").partition("-")
    if not dash:
        raise typer.BadParameter("hours look like 10:00-19:00")
    try:
        return CallWindow.from_text(start, stop)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def outside_hours(hours: CallWindow, now: time) -> str | None:
    """A warning for a list that is loaded outside its hours, or None.

    Args:
        hours: The hours of the list.
        now: This machine's time of day.
    """
    if hours.start <= now <= hours.stop:
        return None
    return (
        f"it is {now:%H:%M} here and the list's hours are {hours.start:%H:%M}-{hours.stop:%H:%M}: "
        "what the service does with a list loaded outside its hours is not documented"
    )
