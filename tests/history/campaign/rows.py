"""Journals and rows of history, made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, timezone

from autodialer_async import BatchReport, BatchState, CallDetail, CallWindow, Disposition, ResultCode
from autodialer_async.journal import Journal, MemoryJournal

MOSCOW = timezone(timedelta(hours=3))
MORNING = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)  # nine o'clock in Moscow
CALLED = datetime(2026, 11, 2, 11, 0, tzinfo=MOSCOW)
NEXT_WEEK = MORNING + timedelta(days=7)
WINDOW = CallWindow(time(10), time(19))


def phone(number: int) -> str:
    return str(89220000000 + number)


def row(
    number: int,
    outcome: Disposition = Disposition.ANSWERED,
    *,
    task: int | None = 77,
    at: datetime | None = CALLED,
    seconds: int | None = 30,
    raw: str | None = None,
) -> CallDetail:
    code = ResultCode(raw if raw is not None else outcome.upper(), None, None, outcome)
    return CallDetail(query_id=task, dst=phone(number), time=at, code=code, seconds=seconds)


async def fill(
    journal: Journal,
    batches: Iterable[tuple[Sequence[int], BatchState, int | None]],
    *,
    ids: Sequence[str] | None = None,
) -> None:
    """Batches of an upload: the numbers of their records, state, task; a record's id is its number."""
    keys = iter(ids) if ids is not None else None
    async with journal.run() as run:
        for numbers, state, task in batches:
            names = [str(number) if keys is None else next(keys) for number in numbers]
            await run.sort(names, list(map(phone, numbers)), [None] * len(names), [WINDOW] * len(names))
            batch = await run.mark_sending(names)
            report = None if state is not BatchState.ACCEPTED else BatchReport(len(names), id=task)
            await run.settle(batch, state, report)


async def journal_of(
    *batches: tuple[Sequence[int], BatchState, int | None], ids: Sequence[str] | None = None
) -> MemoryJournal:
    journal = MemoryJournal(clock=lambda: MORNING)
    await fill(journal, batches, ids=ids)
    return journal
