"""Stopping from where no task runs: the loop's callbacks, which is where signals are handled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest

from autodialer_async import UploadResult
from tests.bulk.service import Service, client, records, settled_by_the_books


async def use(begin: Callable[[Callable[[], None]], object], calls: Any) -> None:
    arrived = anyio.Event()

    async def hold(number: int, batch: object) -> httpx.Response | None:
        arrived.set()
        await anyio.sleep(0.05)
        return None

    service = Service(hold)
    with anyio.fail_after(20):
        async with client(service, concurrency=2, batch_size=10) as dialer, dialer.upload(calls) as upload:
            await arrived.wait()
            begin(upload.stop)
    assert upload.result.accepted == sum(service.sizes)
    assert upload.result.unknown == 0
    assert upload.result.read < 5000
    assert settled_by_the_books(upload.result, service)


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", [list, iter])
async def test_a_callback_of_the_loop_may_stop_an_upload(kind: Callable[[Any], Any]) -> None:
    await use(asyncio.get_running_loop().call_soon, kind(records(5000)))


@pytest.mark.asyncio
async def test_the_handler_of_a_signal_may_stop_an_upload() -> None:
    loop = asyncio.get_running_loop()

    def begin(stop: Callable[[], None]) -> None:
        loop.add_signal_handler(signal.SIGUSR1, stop)
        signal.raise_signal(signal.SIGUSR1)

    try:
        await use(begin, iter(records(5000)))
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)


@pytest.mark.anyio
async def test_the_result_may_be_looked_at_in_another_thread() -> None:
    results: list[UploadResult] = []

    async with client(Service()) as dialer, dialer.upload(records(10)) as upload:
        results.append(await anyio.to_thread.run_sync(lambda: upload.result))
    assert results[0].seconds >= 0
