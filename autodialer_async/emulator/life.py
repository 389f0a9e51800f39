"""What an emulator does by itself while it is served: it makes the calls that are due, and sends webhooks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import anyio
import anyio.lowlevel

__all__ = ["living"]

_TICK: Final = 0.02


@asynccontextmanager
async def living(
    step: Callable[[], bool], send: Callable[[], Coroutine[Any, Any, None]] | None
) -> AsyncGenerator[None]:
    """Tick and send until the block ends.

    Args:
        step: A slice of the calls that are due; false where none is left for now.
        send: Sends webhooks until it is cancelled.
    """
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_tick, step)
        if send is not None:
            tasks.start_soon(send)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()


async def _tick(step: Callable[[], bool]) -> None:
    while True:
        while step():
            # Requests go first: they are many, and each of them may wait for a turn of the loop or two.
            await anyio.lowlevel.checkpoint()
        await anyio.sleep(_TICK)
