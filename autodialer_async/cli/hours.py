"""Hours of the day on the command line."""

from __future__ import annotations

from datetime import time

import typer

from autodialer_async.models import CallWindow

__all__ = ["DEFAULT_HOURS", "hours_from_text"]

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
