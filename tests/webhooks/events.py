"""Events to put into an inbox, and a clock to turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from autodialer_async.models.extra import ExtraFields
from autodialer_async.webhooks import CallEvent, Inbox
from autodialer_async.webhooks.inbox import InboxWorker

__all__ = ["Clock", "event", "inbox_at", "worker_of"]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


def event(number: int = 0, *, answer: str | None = "да", duration: int | None = 12) -> CallEvent:
    phone = f"8922{number:07}"
    raw = {"phone": phone, "duration": str(duration), "answer": answer or ""}
    return CallEvent(
        phone, duration, None, answer, ExtraFields(raw), sha256(repr((phone, duration, answer)).encode()).hexdigest()
    )


def inbox_at(folder: Path, clock: Clock | None = None) -> Inbox:
    return Inbox(folder / "calls.db", clock=clock or Clock())


@asynccontextmanager
async def worker_of(inbox: Inbox) -> AsyncIterator[InboxWorker]:
    async with inbox.worker() as worker:
        yield worker
