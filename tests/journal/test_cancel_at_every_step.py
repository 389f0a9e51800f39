"""Cancelled at every single step of the loop: result, journal and service agree."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from autodialer_async import BatchState, JournalError, UploadResult
from autodialer_async.journal import Journal, MemoryJournal, RecordState, SqliteJournal
from tests.bulk.service import counts, records, settled_by_the_books
from tests.bulk.test_cancel import MOST_STEPS, WAYS, Run

RECORDS = 12


class JournaledRun(Run):
    """One upload with a journal that lasts longer than the run."""

    def __init__(self, journal: Journal) -> None:
        super().__init__("list", reading=False)
        self.journal = journal

    async def __call__(self) -> None:
        calls = records(RECORDS)
        async with self._client() as dialer, dialer.upload(calls, journal=self.journal) as self.upload:
            pass
        self.done = True

    def check(self) -> None:
        """The result is exact, and agrees with the service."""
        if self.upload is not None:
            assert settled_by_the_books(self.upload.result, self.service)

    async def resume(self) -> UploadResult:
        """What the next run makes of it."""
        async with self._client() as dialer:
            found: UploadResult = await dialer.make(records(RECORDS), journal=self.journal, on_failure="return")
            return found

    def check_journal(self, *, strictly: bool) -> None:
        """The journal has what the result says, and both have what the service says."""

        async def look() -> tuple[dict[RecordState, int], set[str]]:
            unknown = {record.id async for record in self.journal.unknown()}
            return {state: number for state, number in (await self.journal.counts()).items() if number}, unknown

        known: dict[RecordState, int] = {}
        unknown: set[str] = set()
        # Cancelled before there was a file, there is none.
        with suppress(JournalError):
            known, unknown = anyio.run(look)
        taken = set(self.service.taken)
        assert all(number == 1 for number in self.service.taken.values())
        assert known.get(RecordState.SENDING, 0) == 0
        # What the service has is accepted or unknown, and what is accepted it has.
        assert known.get(RecordState.ACCEPTED, 0) == len(taken - unknown)
        if strictly and self.upload is not None:
            told = self.upload.result
            assert known.get(RecordState.ACCEPTED, 0) == told.accepted
            assert len(unknown) == told.unknown
            sent = sum(batch.size for batch in told.batches if batch.tries and batch.state is BatchState.REJECTED)
            assert known.get(RecordState.REJECTED, 0) == sent


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("way", "kind"), [*((way, "memory") for way in WAYS), ("trio", "sqlite")])
def test_cancelled_at_any_step_result_journal_and_service_agree(way: str, kind: str, tmp_path: Path) -> None:
    make: Callable[[int], Journal] = {
        "memory": lambda number: MemoryJournal(),
        # On asyncio the loop turns while a thread works, so steps cannot be counted there.
        "sqlite": lambda number: SqliteJournal(tmp_path / f"{number}.db"),
    }[kind]
    states: set[str] = set()
    for number in range(1, MOST_STEPS):
        run = JournaledRun(make(number))
        WAYS[way](run, number)
        run.check()
        # A native cancel of the sender's own task may find a batch noted and never sent: unknown to the journal only.
        run.check_journal(strictly=way != "asyncio all tasks")
        if run.upload is not None:
            states |= counts(run.upload.result).keys()
        if number % 10 == 0 and kind == "memory":
            again = anyio.run(run.resume)
            assert all(times == 1 for times in run.service.taken.values())
            assert again.accepted + again.skipped + again.unknown == RECORDS
        if run.done:
            break
    else:
        pytest.fail("the upload never got through")
    gc.collect()
    assert {"accepted", "unsent"} <= states
