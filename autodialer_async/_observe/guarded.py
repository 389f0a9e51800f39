"""A function of the caller's that may raise or take long."""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

__all__ = ["Guarded"]

T = TypeVar("T")
_logger = logging.getLogger("autodialer_async")


class Guarded(Generic[T]):
    """Calls a function, sync or async, without ever being hurt by it.

    A plain function runs in a worker thread, so that one that blocks does not stop the loop. One that raises is logged
    once, by its `name`, and goes on being called.
    """

    def __init__(self, function: Callable[[T], Awaitable[None] | None], name: str) -> None:
        self._function = function
        self._name = name
        self._is_async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
        self._complained = False

    @property
    def name(self) -> str:
        """What the caller knows it by."""
        return self._name

    async def take(self, backlog: deque[T]) -> None:
        """Call the function with each item, oldest first, until none is left."""
        while backlog:
            try:
                if self._is_async:
                    called = self._function(backlog.popleft())
                else:
                    called = await anyio.to_thread.run_sync(
                        self._take_in_thread, backlog, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
                    )
                if inspect.isawaitable(called):
                    await called
            except Exception:
                if not self._complained:
                    self._complained = True
                    _logger.exception("%s raised; the work goes on, and this is not said again", self._name)

    def _take_in_thread(self, backlog: deque[T]) -> Awaitable[None] | None:
        # One way into the thread and back costs as much as a dozen calls: take all that is there.
        while backlog:
            called = self._function(backlog.popleft())
            if inspect.isawaitable(called):
                return called
        return None
