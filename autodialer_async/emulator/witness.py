"""Who is told of what the dialer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from autodialer_async.emulator.dialer import Task
    from autodialer_async.emulator.views import PlacedCall

__all__ = ["Witness"]


class Witness:
    """Is told of everything, in the order in which it happens and under the dialer's lock. This one keeps nothing."""

    def accepted(self, task: Task, *, at_once: bool) -> None:
        """A task is being accepted; nothing has come of it yet.

        Args:
            task: What was taken.
            at_once: Its calls are made in this moment.
        """

    def called(self, at: datetime, call: Callable[[], PlacedCall]) -> None:
        """A call is over; `call` gives its particulars."""

    def worked(self, steps: int, moment: datetime) -> None:
        """So many steps were made by the clock, the last one at this moment."""
