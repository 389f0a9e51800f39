"""Cancels by the thousand: afterwards every slot and every connection works as before."""

from __future__ import annotations

import asyncio
import gc
import random
import warnings
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest

from autodialer_async import AsyncAutodialer, Call
from autodialer_async.fast import FastTransport
from tests.faults.ledger import made_calls
from tests.servers.misbehaving import Accept, MisbehavingServer
from tests.transports import over_stock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CONCURRENCY = 8
CALLS = made_calls(3)
ONE = Call("0", 89220000000, generation_type=1)
DAY = date(2026, 1, 5)
SEED = 20260105
ANSWERING = Accept(delay=0.003)


def requests_of(dialer: AsyncAutodialer) -> list[Callable[[], Awaitable[object]]]:
    return [
        lambda: dialer.make(CALLS, on_failure="return"),
        lambda: dialer.newcall(ONE, immediate=True),
        lambda: dialer.cdr(DAY),
    ]


async def assert_twelve_of_twelve_succeed(dialer: AsyncAutodialer) -> None:
    done = 0

    async def one(request: Callable[[], Awaitable[object]]) -> None:
        nonlocal done
        await request()
        done += 1

    with anyio.move_on_after(20):
        async with anyio.create_task_group() as tasks:
            for request in requests_of(dialer) * 4:
                tasks.start_soon(one, request)
    assert done == 12
    result = await dialer.make(made_calls(4))
    assert result.complete


async def storm(dialer: AsyncAutodialer, cancels: int) -> None:
    """`cancels` native cancels of requests at random moments; up to 24 at once on 8 slots."""
    moments = random.Random(SEED)
    sent = 0
    while sent < cancels:
        tasks = [asyncio.ensure_future(moments.choice(requests_of(dialer))()) for _ in range(min(24, cancels - sent))]
        moments.shuffle(tasks)
        for task in tasks:
            if moments.random() < 0.3:
                await asyncio.sleep(moments.random() * 0.004)
            task.cancel()
            sent += 1
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


def of_the_users() -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=CONCURRENCY))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("make_transport", "cancels"),
    [(lambda: None, 5000), (of_the_users, 600), (FastTransport, 2000)],
    ids=["lanes", "a_transport_of_the_users", "fast"],
)
async def test_native_cancels_by_the_thousand_leave_twelve_of_twelve_requests_working(
    make_transport: Callable[[], httpx.AsyncBaseTransport | None], cancels: int
) -> None:
    with MisbehavingServer(ANSWERING) as server:
        async with AsyncAutodialer(
            server.base_url, api_key=server.api_key, concurrency=CONCURRENCY, timeout=10, transport=make_transport()
        ) as dialer:
            await storm(dialer, cancels)
            await asyncio.to_thread(server.wait_settled)
            await assert_twelve_of_twelve_succeed(dialer)
        assert server.max_in_flight >= 2


async def assert_cancel_scopes_leave_twelve_of_twelve(transport: httpx.AsyncBaseTransport | None) -> None:
    moments = random.Random(SEED)

    async def cancelled(request: Callable[[], Awaitable[object]], after: float) -> None:
        with anyio.move_on_after(after):
            await request()

    with MisbehavingServer(ANSWERING) as server:
        async with AsyncAutodialer(
            server.base_url, api_key=server.api_key, concurrency=CONCURRENCY, timeout=10, transport=transport
        ) as dialer:
            for _ in range(25):
                async with anyio.create_task_group() as tasks:
                    for _ in range(24):
                        tasks.start_soon(cancelled, moments.choice(requests_of(dialer)), moments.random() * 0.006)
            await assert_twelve_of_twelve_succeed(dialer)


@pytest.mark.anyio
async def test_cancel_scopes_leave_twelve_of_twelve_requests_working() -> None:
    await assert_cancel_scopes_leave_twelve_of_twelve(None)


@over_stock
@pytest.mark.anyio
async def test_cancel_scopes_leave_twelve_of_twelve_requests_working_over_a_transport_of_the_users() -> None:
    await assert_cancel_scopes_leave_twelve_of_twelve(of_the_users())


@pytest.mark.anyio
async def test_history_left_early_a_hundred_times_leaves_twelve_of_twelve_requests_working() -> None:
    with MisbehavingServer(ANSWERING) as server:
        async with AsyncAutodialer(server.base_url, api_key=server.api_key, concurrency=2, timeout=10) as dialer:
            for _ in range(100):
                async with dialer.history(DAY, DAY.replace(day=20)):
                    await anyio.lowlevel.checkpoint()
            await assert_twelve_of_twelve_succeed(dialer)


@pytest.mark.asyncio
@pytest.mark.usefixtures("every_transport")
async def test_native_cancel_of_a_request_twice_in_a_row_frees_its_slot() -> None:
    with MisbehavingServer(Accept(delay=0.2)) as server:
        async with AsyncAutodialer(server.base_url, api_key=server.api_key, concurrency=1, timeout=10) as dialer:
            for _ in range(50):
                task = asyncio.ensure_future(dialer.newcall(ONE, immediate=True))
                await asyncio.sleep(0.002)
                task.cancel()
                await asyncio.sleep(0)
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            server.script = Accept()
            await assert_twelve_of_twelve_succeed(dialer)


@pytest.mark.asyncio
async def test_native_cancel_of_every_task_at_each_step_of_a_request_leaves_no_coroutine_behind() -> None:
    """As the end of `asyncio.run` does it; a task may be cancelled before its first step (in anyio's own, too)."""
    with MisbehavingServer(ANSWERING) as server, warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        async with AsyncAutodialer(
            server.base_url, api_key=server.api_key, concurrency=1, timeout=10, transport=FastTransport()
        ) as dialer:
            for steps in range(40):
                task = asyncio.ensure_future(dialer.newcall(ONE, immediate=True))
                for _ in range(steps):
                    await asyncio.sleep(0)
                for victim in asyncio.all_tasks() - {asyncio.current_task()}:
                    victim.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await assert_twelve_of_twelve_succeed(dialer)
        gc.collect()
    assert [str(complaint.message) for complaint in complaints] == []
