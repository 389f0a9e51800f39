"""The event loop's clock, for those who are not in a task too."""

from __future__ import annotations

import time

import anyio

__all__ = ["LoopClock"]


class LoopClock:
    """Made in a task; read anywhere, also in a callback of the loop (a signal's handler) and in another thread."""

    def __init__(self) -> None:
        self._ahead = anyio.current_time() - time.monotonic()

    def now(self) -> float:
        """Seconds, as deadlines on this loop are meant."""
        try:
            return anyio.current_time()
        except anyio.NoEventLoopError:
            return time.monotonic() + self._ahead
