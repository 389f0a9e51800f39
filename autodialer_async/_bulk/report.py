"""Telling the caller how the upload is getting on, without ever being hurt by it."""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

import anyio

from autodialer_async.models import Progress

__all__ = ["OnProgress", "ReportTo"]

OnProgress = Callable[[Progress], Awaitable[None] | None]
_BACKLOG = 1000
_logger = logging.getLogger("autodialer_async")


class ReportTo:
    """Hands each `Progress` to a callback, in order, in a task of its own.

    A plain function runs in a worker thread, so that one that blocks does not stop the loop. A callback that is too
    slow misses the oldest; one that raises is logged once and goes on being called.
    """

    def __init__(self, callback: OnProgress) -> None:
        self._callback = callback
        self._backlog: deque[Progress] = deque(maxlen=_BACKLOG)
        self._news = anyio.Event()
        self._ended = False
        self._complained = False

    def put(self, progress: Progress) -> None:
        """Give the callback one more."""
        self._backlog.append(progress)
        self._news.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        self._news.set()

    async def run(self, scope: anyio.CancelScope) -> None:
        """Call the callback until the end; what is left when `scope` is cancelled is dropped."""
        with scope:
            while self._backlog or not self._ended:
                if not self._backlog:
                    await self._news.wait()
                    self._news = anyio.Event() if not self._ended else self._news
                    continue
                await self._call(self._backlog.popleft())

    async def _call(self, progress: Progress) -> None:
        try:
            if _is_async(self._callback):
                called = self._callback(progress)
            else:
                called = await anyio.to_thread.run_sync(
                    partial(self._callback, progress), abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
                )
            if inspect.isawaitable(called):
                await called
        except Exception:
            if not self._complained:
                self._complained = True
                _logger.exception("on_progress raised; the upload goes on, and this is not said again")


def _is_async(callback: object) -> bool:
    return inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(type(callback).__call__)
