"""Waiting for what an inbox's file will hold: no event of a loop tells of other threads and processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from autodialer_async.webhooks import EventState, Inbox

__all__ = ["until", "until_counted"]

_PATIENCE_SECONDS = 60.0


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when it holds; fail after a minute."""
    with anyio.fail_after(_PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 - as the module says
            await anyio.sleep(0.01)


async def until_counted(inbox: Inbox, state: str, number: int = 1) -> None:
    """Return when so many events are in the state."""

    async def enough() -> bool:
        return (await inbox.counts())[EventState(state)] >= number

    await until(enough)
