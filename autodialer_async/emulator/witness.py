"""Who is told of what the dialer does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from autodialer_async.emulator.dialer import Task
    from autodialer_async.emulator.views import Ended

__all__ = ["Witness"]


class Witness:
    """Is told of everything, in the order in which it happens and under the dialer's lock. This one keeps nothing."""

    def accepted(self, task: Task, *, at_once: bool) -> None:
        """A task is being accepted; nothing has come of it yet.

        Args:
            task: What was taken.
            at_once: Its calls are made in this moment.
        """

    def called(self, ended: Ended) -> None:
        """A call is over; the dialer's `placed` gives its particulars."""

    def forgotten(self) -> None:
        """Everything is."""

    def worked(self, steps: int, moment: datetime) -> None:
        """So many steps were made by the clock, the last one at this moment."""
