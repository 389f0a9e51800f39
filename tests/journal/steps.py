"""What an upload does with a journal, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from zlib import crc32

from autodialer_async.journal import Journal, JournalRun, Standing
from autodialer_async.models import BatchReport, BatchState, CallWindow

WINDOW = CallWindow(time(10), time(19))
TASK = 40133707428585176


def phone_of(key: str) -> str:
    return f"8922{crc32(key.encode(errors='surrogatepass')) % 10**7:07}"


async def sort(run: JournalRun, ids: Sequence[str], phones: Sequence[str] | None = None) -> list[str]:
    """The standings of records that follow in the list, as plain text."""
    return [
        str(standing)
        for standing in await run.sort(
            ids, phones or [phone_of(key) for key in ids], [f"uuid-{key}" for key in ids], [WINDOW] * len(ids)
        )
    ]


async def counts_of(journal: Journal) -> dict[str, int]:
    """The counts that are not 0."""
    return {str(state): number for state, number in (await journal.counts()).items() if number}


async def send(
    run: JournalRun, ids: Sequence[str], state: BatchState = BatchState.ACCEPTED, task: int | None = None
) -> list[str]:
    """Sort the ids and send what is new as one batch that settles as `state`; the standings."""
    standings = await sort(run, ids)
    new = [key for key, standing in zip(ids, standings, strict=True) if standing in (Standing.NEW, Standing.DOUBTFUL)]
    if new:
        batch = await run.mark_sending(new)
        report = BatchReport(len(new), len(new), len(new), 2, task) if task is not None else None
        await run.settle(batch, state, report)
    return standings
