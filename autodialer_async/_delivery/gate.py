"""Who may still send: closes on stop, cancel and deadline, and bounds what is already on its way."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from autodialer_async._delivery.loop_clock import LoopClock

__all__ = ["GRACE", "Gate"]

# How long requests in flight may go on after a stop or a cancel, in seconds.
GRACE = 5.0


class Gate:
    """Lets requests out until it is closed; those that are out finish in peace, up to a grace period.

    Attributes:
        closed: Whether `close` was called.
        peak: Most requests on their way at one moment.

    The scopes it hands out are shielded: a cancel from outside does not cut a request in flight, whose fate would then
    be unknown; closing the gate does, when the grace is over.
    """

    def __init__(self, *, deadline: float = math.inf) -> None:
        self._deadline = deadline
        self._clock = LoopClock()
        self._scopes: set[anyio.CancelScope] = set()
        self.closed: bool = False
        self.peak: int = 0

    @property
    def in_flight(self) -> int:
        """Requests on their way at this moment."""
        return len(self._scopes)

    def is_open(self) -> bool:
        """Whether a request may leave now."""
        return not self.closed and anyio.current_time() < self._deadline

    @contextmanager
    def scope(self) -> Iterator[anyio.CancelScope]:
        """A shielded scope for one request; not entered yet."""
        scope = anyio.CancelScope(shield=True, deadline=self._deadline)
        self._scopes.add(scope)
        self.peak = max(self.peak, len(self._scopes))
        try:
            yield scope
        finally:
            self._scopes.discard(scope)

    def close(self, grace: float = math.inf) -> None:
        """Let nothing more out; what is out has `grace` seconds left. A later, shorter grace counts."""
        self.closed = True
        ends = self._clock.now() + grace
        for scope in self._scopes:
            scope.deadline = min(scope.deadline, ends)
