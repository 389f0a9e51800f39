"""Callers that are cancelled, at every moment and on both loops: what the journal says stays true."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import pytest

from autodialer_async.journal import JournalRun, SqliteJournal
from autodialer_async.journal.sqlite.run import SqliteRun
from autodialer_async.journal.sqlite.uploader_lock import UploaderLock
from autodialer_async.models import BatchState
from tests.journal.steps import counts_of, send, sort


def writer_of(run: JournalRun) -> tuple[threading.Lock, Callable[[], int]]:
    """The lock that stops the writing thread, and how many changes wait for it."""
    assert isinstance(run, SqliteRun)
    writer = run._writer
    return writer._at_work, lambda: len(writer._waiting)


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    return SqliteJournal(tmp_path / "campaign.db")


@pytest.mark.anyio
async def test_marking_that_is_cancelled_while_it_waits_its_turn_counts_as_unsent(journal: SqliteJournal) -> None:
    async with journal.run() as run:
        stopped, waiting = writer_of(run)
        keys = ["1", "2", "3"]
        await sort(run, keys)
        returned: dict[str, int] = {}

        async def mark(key: str) -> None:
            returned[key] = await run.mark_sending([key])

        stopped.acquire()
        async with anyio.create_task_group() as tasks:
            for key in keys:
                tasks.start_soon(mark, key)
            while waiting() < len(keys):
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
            # The first one has a thread that cannot be cancelled: it is waited for.
            stopped.release()
        assert len(returned) <= 1
        for batch in returned.values():
            await run.settle(batch, BatchState.UNSENT)
        assert await sort(run, keys) == ["repeated"] * 3
    assert await counts_of(journal) == {"unsent": 3}


async def upload(journal: SqliteJournal, sent: list[str]) -> None:
    """Five trips to a thread: opening, sorting, marking, settling, closing."""
    async with journal.run() as run:
        await sort(run, ["1"])
        batch = await run.mark_sending(["1"])
        sent.append("1")
        await run.settle(batch, BatchState.ACCEPTED)


def cancel_at(
    monkeypatch: pytest.MonkeyPatch, trips: Collection[int], cancel: Callable[[], object], *, inside: bool
) -> list[int]:
    """Cancel just before these trips to a thread, or while the thread is at work; the trips that were begun."""
    begun: list[int] = []
    original = anyio.to_thread.run_sync

    async def run_sync(work: Callable[..., Any], *args: object, **options: Any) -> Any:
        begun.append(len(begun) + 1)
        if begun[-1] not in trips:
            return await original(work, *args, **options)
        if not inside:
            cancel()
            return await original(work, *args, **options)

        def cancelled_meanwhile() -> Any:
            anyio.from_thread.run_sync(cancel)
            return work(*args)

        return await original(cancelled_meanwhile, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", run_sync)
    return begun


async def assert_true_and_free(journal: SqliteJournal, sent: list[str]) -> None:
    async with journal.run() as run:
        [standing] = await sort(run, ["1"])
    assert (standing == "new") is (not sent)


@pytest.mark.anyio
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("trip", range(1, 6))
async def test_cancelled_at_any_await_the_journal_agrees_with_what_was_sent(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, trip: int, *, inside: bool
) -> None:
    sent: list[str] = []
    with monkeypatch.context() as patch:
        async with anyio.create_task_group() as tasks:
            begun = cancel_at(patch, {trip}, tasks.cancel_scope.cancel, inside=inside)
            tasks.start_soon(upload, journal, sent)
    assert trip in begun
    await assert_true_and_free(journal, sent)


@pytest.mark.asyncio
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("again", [None, "at the next await"])
@pytest.mark.parametrize("trip", range(1, 6))
async def test_native_cancel_at_any_await_leaves_a_true_and_free_journal(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, trip: int, again: str | None, *, inside: bool
) -> None:
    sent: list[str] = []
    with monkeypatch.context() as patch:
        task = asyncio.create_task(upload(journal, sent))
        trips = {trip, trip + 1} if again else {trip}
        begun = cancel_at(patch, trips, task.cancel, inside=inside)
        await asyncio.wait([task])
    assert trip in begun
    await assert_true_and_free(journal, sent)


@pytest.mark.asyncio
async def test_native_cancel_of_a_marking_counts_as_unsent(journal: SqliteJournal) -> None:
    async with journal.run() as run:
        stopped, waiting = writer_of(run)
        await sort(run, ["1", "2"])
        with stopped:
            tasks = [asyncio.create_task(run.mark_sending([key])) for key in ("1", "2")]
            while waiting() < 2:
                await anyio.lowlevel.checkpoint()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            assert all(task.cancelled() for task in tasks)
        assert await send(run, ["3"]) == ["new"]
    assert await counts_of(journal) == {"unsent": 2, "accepted": 1}


@pytest.mark.asyncio
async def test_native_cancel_of_a_settlement_does_not_undo_it(journal: SqliteJournal) -> None:
    async with journal.run() as run:
        stopped, waiting = writer_of(run)
        await sort(run, ["1", "2"])
        batches = [await run.mark_sending([key]) for key in ("1", "2")]
        with stopped:
            tasks = [asyncio.create_task(run.settle(batch, BatchState.ACCEPTED)) for batch in batches]
            while waiting() < 2:
                await anyio.lowlevel.checkpoint()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    assert await counts_of(journal) == {"accepted": 2}


@pytest.mark.asyncio
async def test_native_cancel_of_the_opening_gives_the_lock_back(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    acquire = UploaderLock.acquire

    def slow_acquire(lock: UploaderLock) -> bool:
        begun.set()
        assert go_on.wait(30)
        return acquire(lock)

    monkeypatch.setattr(UploaderLock, "acquire", slow_acquire)
    task = asyncio.create_task(journal.run().__aenter__())
    while not begun.is_set():
        await anyio.lowlevel.checkpoint()
    task.cancel()
    asyncio.get_running_loop().call_soon(go_on.set)
    await asyncio.wait([task])
    assert task.cancelled()
    async with journal.run() as run:
        assert await send(run, ["1"]) == ["new"]
