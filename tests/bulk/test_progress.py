"""`on_progress`: after each batch, in order, and never a danger to the upload."""

from __future__ import annotations

import logging
import threading
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from autodialer_async import Progress
from tests.bulk.service import Service, client, records, settled_by_the_books

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("sized", [False, True])
async def test_progress_comes_after_each_batch_in_order_with_all_counts(asynchronous: bool, sized: bool) -> None:
    seen: list[Progress] = []

    async def take(progress: Progress) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append(progress)

    calls: Any = [{"id": "b", "phone": "1"}, *records(49)]
    async with client(Service(), batch_size=5, concurrency=2) as dialer:
        result = await dialer.make(
            calls if sized else iter(calls), on_progress=take if asynchronous else seen.append, on_failure="return"
        )
    assert [progress.batches for progress in seen] == list(range(1, 11))
    for progress in seen:
        settled = (
            progress.accepted + progress.rejected + progress.unsent + progress.unknown + progress.skipped
            + progress.invalid
        )  # fmt: skip
        assert settled <= progress.read <= 50
        assert progress.total == (50 if sized else None)
        assert (progress.seconds_left is not None) is sized
        assert progress.rate > 0
        assert 0 <= progress.in_flight <= 2
    last = seen[-1]
    assert (last.accepted, last.invalid, last.read) == (result.accepted, result.invalid, result.read) == (49, 1, 50)
    if sized:
        assert last.seconds_left == 0


async def test_a_callable_object_with_an_async_call_is_awaited() -> None:
    class Taker:
        seen = 0

        async def __call__(self, progress: Progress) -> None:
            await anyio.lowlevel.checkpoint()
            self.seen += 1

    taker = Taker()
    async with client(Service(), batch_size=5) as dialer:
        await dialer.make(records(20), on_progress=taker)
    assert taker.seen == 4


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_callback_that_raises_is_logged_once_and_called_on(
    asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    def fail(progress: Progress) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("the callback's own")

    async def fail_later(progress: Progress) -> None:
        fail(progress)

    service = Service()
    with caplog.at_level(logging.DEBUG):
        async with client(service, batch_size=5) as dialer:
            result = await dialer.make(records(30), on_progress=fail_later if asynchronous else fail)
    assert result.complete
    assert calls == 6
    assert [entry.name for entry in caplog.records if entry.levelno >= logging.WARNING] == ["autodialer_async"]


async def test_a_callback_that_blocks_stalls_neither_the_upload_nor_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodialer_async._bulk.upload.GRACE", 0.05)
    go_on = threading.Event()
    service = Service()

    def block(progress: Progress) -> None:
        go_on.wait(30)

    try:
        async with client(service, batch_size=5) as dialer:
            with anyio.fail_after(10):
                result = await dialer.make(records(50), on_progress=block)
    finally:
        go_on.set()
    assert result.complete


async def test_a_callback_that_never_returns_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodialer_async._bulk.upload.GRACE", 0.05)

    async def never(progress: Progress) -> None:
        await anyio.sleep_forever()

    async with client(Service(), batch_size=5) as dialer:
        with anyio.fail_after(10):
            assert (await dialer.make(records(50), on_progress=never)).complete


async def test_a_slow_callback_sees_the_newest_even_if_it_misses_some(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    seen: list[int] = []

    async def slow(progress: Progress) -> None:
        seen.append(progress.batches)
        while len(service.records) < 2500:
            await anyio.lowlevel.checkpoint()

    async with client(service, batch_size=1) as dialer:
        await dialer.make(records(2500), on_progress=slow)
    assert seen == sorted(seen)
    assert seen[-1] == 2500
    assert len(seen) < 2500


async def test_progress_ends_with_a_stopped_upload() -> None:
    seen: list[Progress] = []
    service = Service()
    dialer = client(service, batch_size=5)
    async with dialer, dialer.upload(iter(records(5000)), on_progress=seen.append) as upload:
        async for _ in upload:
            break
    assert settled_by_the_books(upload.result, service)
    assert [progress.batches for progress in seen] == list(range(1, len(seen) + 1))
    assert seen[-1].batches == len(upload.result.batches)
    assert seen[-1].unsent == upload.result.unsent
