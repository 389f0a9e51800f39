"""Settling unknown records by the history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from autodialer_async import AsyncAutodialer, BatchReport, BatchState, Call, CallDetail, CallWindow, Reconciliation
from autodialer_async._reconciliation import could_be_its_call, reconcile
from autodialer_async.emulator import Emulator
from autodialer_async.emulator.faults import AcceptThenDrop
from autodialer_async.journal import JournalRecord, MemoryJournal, RecordState, SqliteJournal
from tests.servers.misbehaving import Accept, ByBatch, DropBeforeReading, MisbehavingServer

pytestmark = pytest.mark.anyio

MOSCOW = timezone(timedelta(hours=3))
MORNING = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)  # nine o'clock in Moscow
WINDOW = CallWindow(time(10), time(19))
SKEW = timedelta(minutes=5)


def phone(number: int) -> str:
    return str(89220000000 + number)


def row(number: int, *, task: int, at: datetime = MORNING + timedelta(hours=2)) -> CallDetail:
    return CallDetail(query_id=task, dst=phone(number), time=at, code=None, seconds=1)


class Clock:
    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


async def campaign(
    batches: Iterable[tuple[Iterable[int], BatchState, int | None]], *, clock: Clock | None = None
) -> MemoryJournal:
    """A journal with these batches: numbers of their records, state, task."""
    journal = MemoryJournal(clock=clock or Clock())
    async with journal.run() as run:
        for records, state, task in batches:
            ids = [f"{number}-{len(list(records))}" for number in records]
            await run.sort(ids, [phone(number) for number in records], [None] * len(ids), [WINDOW] * len(ids))
            batch = await run.mark_sending(ids)
            await run.settle(batch, state, None if task is None else BatchReport(len(ids), id=task))
    return journal


async def settle(journal: MemoryJournal, rows: list[CallDetail]) -> tuple[Reconciliation, list[tuple[date, date]]]:
    asked: list[tuple[date, date]] = []

    @asynccontextmanager
    async def read(first: date, last: date) -> AsyncIterator[AsyncIterator[CallDetail]]:
        async def stream() -> AsyncIterator[CallDetail]:
            for one in rows:
                yield one

        asked.append((first, last))
        yield stream()

    now = MORNING + timedelta(days=30)
    return await reconcile(journal, read, zone=MOSCOW, until=None, now=now, clock_skew=SKEW), asked


async def test_a_number_in_the_history_was_dialled_and_a_missing_one_proves_nothing() -> None:
    journal = await campaign([(range(3), BatchState.UNKNOWN, None)])
    found, asked = await settle(journal, [row(0, task=77), row(2, task=77), row(9, task=77)])
    assert found == Reconciliation(date(2026, 11, 2), date(2026, 11, 2), 3, 2, 1)
    assert asked == [(date(2026, 11, 2), date(2026, 11, 2))]
    assert [record.id async for record in journal.unknown()] == ["1-3"]


async def test_nothing_unknown_asks_nothing() -> None:
    journal = await campaign([(range(3), BatchState.ACCEPTED, 5), (range(10, 12), BatchState.REJECTED, None)])
    assert await settle(journal, [row(0, task=77)]) == (Reconciliation(None, None, 0, 0, 0), [])


async def test_a_call_of_a_task_that_belongs_to_another_batch_decides_nothing() -> None:
    journal = await campaign([(range(2), BatchState.ACCEPTED, 50), (range(1), BatchState.UNKNOWN, None)])
    found, _ = await settle(journal, [row(0, task=50)])
    assert (found.dialled, found.unknown) == (0, 1)


async def test_a_call_before_the_batch_left_or_after_its_hours_is_somebody_elses() -> None:
    journal = await campaign([(range(2), BatchState.UNKNOWN, None)])
    early = row(0, task=77, at=MORNING - timedelta(hours=1))
    late = row(1, task=77, at=MORNING + timedelta(days=1, hours=4))
    found, _ = await settle(journal, [early, late])
    assert found.dialled == 0


async def test_a_number_in_two_unknown_batches_is_decided_by_the_other_rows_of_the_task() -> None:
    journal = await campaign([((0, 1), BatchState.UNKNOWN, None), ((0, 2, 3), BatchState.UNKNOWN, None)])
    found, _ = await settle(journal, [row(0, task=77), row(1, task=77)])
    assert (found.dialled, found.unknown) == (2, 3)
    assert [record.id async for record in journal.unknown()] == ["0-3", "2-3", "3-3"]


async def test_a_number_in_two_unknown_batches_with_nothing_to_tell_them_apart_stays_unknown() -> None:
    journal = await campaign([((0,), BatchState.UNKNOWN, None), ((0, 2), BatchState.UNKNOWN, None)])
    found, _ = await settle(journal, [row(0, task=77)])
    assert (found.dialled, found.unknown) == (0, 3)


def record(**given: object) -> JournalRecord:
    fields: dict[str, object] = {
        "id": "1", "uuid": None, "state": RecordState.UNKNOWN, "window": WINDOW, "batch": 1,
        "left_at": MORNING, "settled_at": MORNING + timedelta(minutes=1), "task_id": None,
    }  # fmt: skip
    return JournalRecord(**fields | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "possible"),
    [(-0.2, False), (-0.05, True), (0.05, True), (0.5, False), (1.0, True), (9.9, True), (10.05, True), (10.5, False)],
)
def test_a_call_is_made_while_the_batch_is_on_its_way_or_in_its_hours(hours: float, possible: bool) -> None:
    at = MORNING + timedelta(hours=hours)
    assert could_be_its_call(record(), at, MOSCOW, SKEW) is possible
    assert could_be_its_call(record(), at.astimezone(MOSCOW).replace(tzinfo=None), MOSCOW, SKEW) is possible


def test_a_batch_that_settled_after_its_hours_may_be_called_in_those_of_the_next_day() -> None:
    evening = record(left_at=MORNING + timedelta(hours=11), settled_at=MORNING + timedelta(hours=11, minutes=1))
    assert could_be_its_call(evening, MORNING + timedelta(days=1, hours=2), MOSCOW, SKEW)
    assert not could_be_its_call(evening, MORNING + timedelta(days=1, hours=11), MOSCOW, SKEW)


async def test_what_the_emulator_took_before_it_dropped_the_line_is_found_in_its_history(tmp_path: object) -> None:
    path = f"{tmp_path}/campaign.db"
    async with (
        Emulator.serve(faults=[AcceptThenDrop()]) as emulator,
        AsyncAutodialer(
            emulator.base_url,
            api_key=emulator.api_key,
            access_token=emulator.access_token,
            batch_size=10,
            concurrency=1,
        ) as dialer,
    ):
        calls = [Call(number, phone(number), generation_type=1) for number in range(30)]
        result = await dialer.make(calls, journal=path, on_failure="return")
        assert (result.accepted, result.unknown) == (20, 10)
        again = await dialer.make(calls, journal=path, on_failure="return")
        assert (again.skipped, again.unknown, again.accepted) == (20, 10, 0)
        found = await dialer.reconcile(path)
        assert (found.unknown_before, found.dialled, found.unknown) == (10, 10, 0)
        last = await dialer.make(calls, journal=path)
    assert last.skipped == 30
    assert all(emulator.accepted(str(number)) == 1 for number in range(30))


async def test_what_never_arrived_stays_unknown_however_often_one_asks(tmp_path: object) -> None:
    path = f"{tmp_path}/campaign.db"
    with MisbehavingServer(ByBatch({"0": [DropBeforeReading()]}, default=Accept())) as server:
        async with AsyncAutodialer(server.base_url, api_key=server.api_key, access_token="t") as dialer:
            # A look into the history of a day is all this server offers, and it is empty.
            journal = SqliteJournal(path)
            async with journal.run() as run:
                await run.sort(["0"], [phone(0)], [None], [WINDOW])
                await run.mark_sending(["0"])
            for _ in range(2):
                found = await dialer.reconcile(journal)
                assert (found.unknown_before, found.dialled, found.unknown) == (1, 0, 1)
    assert [one.id async for one in journal.unknown()] == ["0"]
