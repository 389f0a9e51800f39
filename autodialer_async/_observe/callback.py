"""Telling the caller what happens, in a task of its own."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import anyio

from autodialer_async._observe.guarded import Guarded

__all__ = ["Callback"]

T = TypeVar("T")


class Callback(Generic[T]):
    """Hands records to a caller's function, in order; one that is too slow misses the oldest.

    Attributes:
        dropped: How many records it missed so far.
    """

    def __init__(self, function: Guarded[T], *, backlog: int) -> None:
        self._function = function
        self._backlog: deque[T] = deque(maxlen=backlog)
        self._news = anyio.Event()
        self._ended = False
        self.dropped: int = 0

    @property
    def name(self) -> str:
        """What the caller knows the function by."""
        return self._function.name

    def put(self, item: T) -> None:
        """Give the function one more."""
        self.dropped += len(self._backlog) == self._backlog.maxlen
        self._backlog.append(item)
        self._news.set()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        self._news.set()

    async def run(self, scope: anyio.CancelScope) -> None:
        """Call the function until the end; what is left when `scope` is cancelled is dropped."""
        with scope:
            while self._backlog or not self._ended:
                if not self._backlog:
                    await self._news.wait()
                    self._news = anyio.Event() if not self._ended else self._news
                    continue
                await self._function.take(self._backlog)
        # A thread that was left behind finds nothing more to do.
        self._backlog.clear()
