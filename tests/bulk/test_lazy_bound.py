"""Pulled and not yet settled: at most `concurrency + concurrency // 4 + 2` batches, at every moment."""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from tests.bulk.service import Service, client, record, sum_holds

pytestmark = pytest.mark.anyio

CONCURRENCIES = [1, 2, 3, 8, 9]


def bound(concurrency: int) -> int:
    return concurrency + concurrency // 4 + 2


class Endless:
    """Records without end, of which it counts how many were pulled."""

    def __init__(self, sizes: Iterator[int]) -> None:
        self.pulled = 0
        self._sizes = sizes

    def _next(self) -> dict[str, Any]:
        self.pulled += 1
        return record(self.pulled, var1="x" * next(self._sizes))

    def blocking(self) -> Iterator[dict[str, Any]]:
        while True:
            yield self._next()

    async def asynchronous(self) -> AsyncIterator[dict[str, Any]]:
        while True:
            yield self._next()


async def never_answer(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
    await anyio.sleep_forever()
    return None


async def until_nothing_moves(source: Endless) -> None:
    """Wait until the engine pulls nothing more: the bound must hold after any time, so a long wait proves no less."""
    seen = -1
    while seen != source.pulled:
        seen = source.pulled
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
            await anyio.sleep(0.002)


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("how", ["thread", "inline", "async"])
async def test_a_server_that_never_answers_stops_the_reading_at_the_bound(concurrency: int, how: str) -> None:
    source = Endless(itertools.repeat(10))
    async with client(Service(never_answer), concurrency=concurrency, batch_size=10) as dialer:
        calls = source.asynchronous() if how == "async" else source.blocking()
        async with dialer.upload(calls, source_in_thread=False if how == "inline" else None) as upload:
            await until_nothing_moves(source)
            pulled = source.pulled
            assert upload.result.read == pulled
            upload.stop(grace=0)
    assert 10 * concurrency <= pulled <= 10 * bound(concurrency)
    assert sum_holds(upload.result)
    assert upload.result.unknown == 10 * concurrency
    assert upload.result.batches[0].size == 10


def alike() -> Iterator[int]:
    return itertools.repeat(300)


def unlike() -> Iterator[int]:
    chance = random.Random(7)
    while True:
        yield chance.choice([1, 1, 1, 1, 1500])


def growing() -> Iterator[int]:
    yield from [1] * 5
    yield from itertools.repeat(1500)


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("how", ["thread", "inline", "async"])
@pytest.mark.parametrize("sizes", [alike, unlike, growing])
async def test_the_bound_holds_where_max_batch_bytes_cuts_small_batches(concurrency: int, how: str, sizes: Any) -> None:
    source = Endless(sizes())
    async with client(Service(never_answer), concurrency=concurrency, max_batch_bytes=2000) as dialer:
        calls = source.asynchronous() if how == "async" else source.blocking()
        async with dialer.upload(calls, source_in_thread=False if how == "inline" else None) as upload:
            await until_nothing_moves(source)
            upload.stop(grace=0)
    assert sum_holds(upload.result)
    assert upload.result.read == source.pulled
    assert len(upload.result.batches) <= bound(concurrency)


@pytest.mark.parametrize("concurrency", CONCURRENCIES)
@pytest.mark.parametrize("how", ["thread", "inline", "async"])
async def test_the_bound_holds_at_every_request_of_a_working_server(concurrency: int, how: str) -> None:
    source = Endless(itertools.repeat(1))
    ahead: list[int] = []
    settled = 0

    async def look(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        ahead.append(source.pulled - settled)
        return None

    async with client(Service(look), concurrency=concurrency, batch_size=5) as dialer:
        calls = source.asynchronous() if how == "async" else source.blocking()
        async with dialer.upload(calls, source_in_thread=False if how == "inline" else None) as upload:
            async for outcome in upload:
                settled = 5 * len(upload.result.batches)
                if outcome.index >= 60:
                    break
    # `settled` may lag behind by the batches that settled since this reader was last awake: one for each sender.
    assert max(ahead) <= 5 * (bound(concurrency) + concurrency)
