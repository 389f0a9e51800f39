"""A function of the caller's that may raise or take long."""

from __future__ import annotations

import inspect
import logging
import math
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
                    called = [self._function(backlog.popleft())]
                else:
                    called = await anyio.to_thread.run_sync(
                        self._take_in_thread, backlog, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
                    )
                for awaited in filter(inspect.isawaitable, called):
                    await awaited
            except anyio.get_cancelled_exc_class() as error:
                # Not ours: the function waited for something of its own that was cancelled.
                if anyio.current_effective_deadline() == -math.inf:
                    raise
                self._complain(error)
            except Exception as error:  # noqa: BLE001 - whatever a caller's function raises
                self._complain(error)

    def _complain(self, error: BaseException) -> None:
        if not self._complained:
            self._complained = True
            _logger.error("%s raised; the work goes on, and this is not said again", self._name, exc_info=error)

    def _take_in_thread(self, backlog: deque[T]) -> list[Awaitable[None] | None]:
        # One way into the thread and back costs as much as a dozen calls: take all that is there.
        while backlog:
            called = self._function(backlog.popleft())
            if inspect.isawaitable(called):
                # In a list: trio refuses a function of a thread that returns a coroutine.
                return [called]
        return []
