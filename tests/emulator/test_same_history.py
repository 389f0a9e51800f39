"""Same seed, same list: the same history, byte for byte, also where batches come in another order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio.to_thread
import httpx
import pytest

from autodialer_async import AsyncAutodialer, Call
from autodialer_async.emulator import AcceptThenAnswerLate, Emulator, Rule

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CALLS = [Call(n, 89225000000 + n, generation_type=1, max_count=3, name="Лукия") for n in range(900)]


@asynccontextmanager
async def campaign(emulator: Emulator, concurrency: int) -> AsyncIterator[None]:
    async with AsyncAutodialer(
        emulator.base_url,
        api_key=emulator.api_key,
        access_token=emulator.access_token,
        batch_size=50,
        concurrency=concurrency,
    ) as dialer:
        await dialer.make(CALLS)
        await dialer.newcall(CALLS[0].__class__("0", 89225000001, generation_type=1), immediate=True)
        yield


async def history(emulator: Emulator) -> bytes:
    days = {"date_from": "2026-11-01", "date_to": "2026-12-31"}
    async with httpx.AsyncClient(verify=False) as client:
        return (await client.post(f"{emulator.base_url}/{emulator.api_key}/cdr", data=days)).content


async def by_the_clock(concurrency: int, seed: int, *, disturbed: bool = False) -> tuple[bytes, list[str]]:
    # Late answers let the batches behind them overtake.
    faults = [Rule(AcceptThenAnswerLate(0.05), "make", times=None, probability=0.3)] if disturbed else []
    async with Emulator.serve(seed=seed, start=START, speed=0, faults=faults) as emulator:
        async with campaign(emulator, concurrency):
            await anyio.to_thread.run_sync(emulator.finish)
        calls = [f"{call.number} {call.task} {call.id} {call.at} {call.code} {call.answer}" for call in emulator.calls]
        return await history(emulator), calls


async def test_by_the_clock_with_eight_batches_at_a_time() -> None:
    alone, calls = await by_the_clock(1, 7)
    assert alone.count(b"QUERY_ID") == 901
    assert await by_the_clock(8, 7, disturbed=True) == (alone, calls)
    assert await by_the_clock(8, 8) != (alone, calls)


async def test_at_once_with_a_clock_that_stands_still() -> None:
    found: list[bytes] = []
    for concurrency in (1, 8):
        async with (
            Emulator.serve(seed=7, now=lambda: START + timedelta(hours=2)) as emulator,
            campaign(emulator, concurrency),
        ):
            found.append(await history(emulator))
    assert found[0] == found[1]
    assert found[0].count(b"QUERY_ID") == 901
