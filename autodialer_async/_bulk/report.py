"""Telling the caller how the upload is getting on, without ever being hurt by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from autodialer_async._observe import Callback, Guarded
from autodialer_async.models import Progress

__all__ = ["OnProgress", "ReportTo"]

OnProgress = Callable[[Progress], Awaitable[None] | None]
_BACKLOG = 1000


class ReportTo(Callback[Progress]):
    """Hands each `Progress` to a callback, in order, in a task of its own."""

    def __init__(self, callback: OnProgress) -> None:
        super().__init__(Guarded(callback, "on_progress"), backlog=_BACKLOG)
