"""An unknown record that is sent again: as long as the new try is not taken, the first one may have been."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest

from autodialer_async import AsyncAutodialer, BatchReport, BatchState, Call, CallWindow, JournalError, RetryPolicy
from autodialer_async.emulator import AcceptThenDrop, Emulator
from autodialer_async.journal import Journal, MemoryJournal, RecordState, SqliteJournal, Standing
from tests.servers.misbehaving import closed_port

pytestmark = pytest.mark.anyio
IDS, PHONES = ["1", "2"], ["89220000001", "89220000002"]
WINDOW = CallWindow(time(10), time(19))


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    made: dict[str, Callable[[], Journal]] = {
        "memory": MemoryJournal,
        "sqlite": lambda: SqliteJournal(tmp_path / "campaign.db"),
    }
    return made[request.param]()


async def send(
    journal: Journal, *states: BatchState, resend_unknown: bool = False, report: BatchReport | None = None
) -> list[Standing]:
    """One run: sort both records, send what is new, settle it; more states: settled, and marked again."""
    async with journal.run(resend_unknown=resend_unknown) as run:
        found = await run.sort(IDS, PHONES, [None, None], [WINDOW, WINDOW])
        new = [key for key, standing in zip(IDS, found, strict=True) if standing in (Standing.NEW, Standing.DOUBTFUL)]
        for state in states if new else ():
            await run.settle(await run.mark_sending(new), state, report)
    return found


async def states(journal: Journal) -> dict[RecordState, int]:
    return {state: number for state, number in (await journal.counts()).items() if number}


@pytest.mark.parametrize("not_taken", [BatchState.UNSENT, BatchState.REJECTED])
async def test_a_new_try_that_is_not_taken_leaves_it_unknown(journal: Journal, not_taken: BatchState) -> None:
    await send(journal, BatchState.UNKNOWN)
    (before,) = [one async for one in journal.unknown() if one.id == "1"]
    assert await send(journal, not_taken, resend_unknown=True) == [Standing.DOUBTFUL, Standing.DOUBTFUL]
    assert await states(journal) == {RecordState.UNKNOWN: 2}
    (after,) = [one async for one in journal.unknown() if one.id == "1"]
    # The history is searched around the try that may have been taken.
    assert after == before
    assert [one.state for one in await journal.find_by_phone(PHONES[0])] == [RecordState.UNKNOWN]
    assert await send(journal, BatchState.ACCEPTED) == [Standing.UNKNOWN, Standing.UNKNOWN]
    assert await journal.settle_unknown([("1", 7)]) == 1
    assert await states(journal) == {RecordState.UNKNOWN: 1, RecordState.ACCEPTED: 1}
    assert (await journal.tasks())[7] == frozenset({before.batch})


async def test_a_new_try_that_is_taken_settles_it(journal: Journal) -> None:
    await send(journal, BatchState.UNKNOWN)
    await send(journal, BatchState.REJECTED, BatchState.ACCEPTED, resend_unknown=True, report=BatchReport(2, id=5))
    assert await states(journal) == {RecordState.ACCEPTED: 2}
    assert await send(journal) == [Standing.ACCEPTED, Standing.ACCEPTED]


async def test_a_new_try_that_stays_unknown_is_the_one_that_counts(journal: Journal) -> None:
    await send(journal, BatchState.UNKNOWN)
    (first,) = [one async for one in journal.unknown() if one.id == "1"]
    await send(journal, BatchState.UNKNOWN, resend_unknown=True)
    (second,) = [one async for one in journal.unknown() if one.id == "1"]
    assert second.batch > first.batch
    await send(journal, BatchState.UNSENT, resend_unknown=True)
    (third,) = [one async for one in journal.unknown() if one.id == "1"]
    assert third == second


async def test_a_batch_without_ids_is_refused_before_it_can_leave(journal: Journal) -> None:
    async with journal.run() as run:
        with pytest.raises(JournalError):
            await run.mark_sending([])


async def test_an_id_that_stands_twice_is_sent_once_also_when_it_was_unknown(journal: Journal) -> None:
    await send(journal, BatchState.UNKNOWN)
    async with journal.run(resend_unknown=True) as run:
        assert await run.sort(["1"], PHONES[:1], [None], [WINDOW]) == [Standing.DOUBTFUL]
        await run.settle(await run.mark_sending(["1"]), BatchState.UNSENT)
        assert await run.sort(["1"], PHONES[:1], [None], [WINDOW]) == [Standing.REPEATED]


async def test_a_dead_host_does_not_turn_unknown_records_into_such_that_a_plain_run_sends(journal: Journal) -> None:
    calls = [Call(number, 89220000000 + number, generation_type=1) for number in range(3)]
    async with Emulator.serve(faults=[AcceptThenDrop()]) as emulator:

        def client(address: str) -> AsyncAutodialer:
            return AsyncAutodialer(
                address,
                api_key=emulator.api_key,
                access_token=emulator.access_token,
                retry=RetryPolicy(attempts=1),
            )

        async with client(emulator.base_url) as dialer:
            assert (await dialer.make(calls, journal=journal, on_failure="return")).unknown == 3
        with closed_port() as port:
            async with client(f"http://127.0.0.1:{port}") as dialer:
                again = await dialer.make(calls, journal=journal, on_failure="return", resend_unknown=True)
                assert (again.unsent, again.unknown, list(again.unsent_calls())) == (0, 3, [])
        async with client(emulator.base_url) as dialer:
            assert (await dialer.make(calls, journal=journal, on_failure="return")).unknown == 3
        assert [emulator.accepted(str(number)) for number in range(3)] == [1, 1, 1]
