"""The client's one semaphore: how many requests may be on their way at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

__all__ = ["Slots"]


class Slots:
    """As many slots as the client may have requests in flight, shared by all that runs on it; first come, first served.

    A limiter and not a semaphore, because its size may change while requests are in flight.

    Attributes:
        count: Slots at most.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._limiter = anyio.CapacityLimiter(count)

    @property
    def limit(self) -> int:
        """Slots in force."""
        return int(self._limiter.total_tokens)

    @property
    def taken(self) -> int:
        """Slots in use; may be asked from any thread."""
        return int(self._limiter.borrowed_tokens)

    @property
    def are_all_taken(self) -> bool:
        """Whether the next request has to wait."""
        return self._limiter.available_tokens <= 0

    def resize(self, limit: int) -> None:
        """Use so many slots from now on; requests in flight stay."""
        if limit != self.limit:
            self._limiter.total_tokens = limit

    @asynccontextmanager
    async def one(self) -> AsyncIterator[float]:
        """Hold a slot; gives the seconds spent waiting for it."""
        asked = anyio.current_time()
        borrower = object()
        await self._limiter.acquire_on_behalf_of(borrower)
        try:
            yield anyio.current_time() - asked
        finally:
            self._limiter.release_on_behalf_of(borrower)
