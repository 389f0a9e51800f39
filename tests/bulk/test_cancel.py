"""Cancelled at every single step of the loop, natively on asyncio, by scope on both loops: the books stay true."""

from __future__ import annotations

import asyncio  # a native cancel is the point here
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
import trio

from autodialer_async import AsyncAutodialer, RetryPolicy, Upload
from tests.bulk.service import Service, client, counts, records, settled_by_the_books, sum_holds

# More than any run below takes; a test that never gets through says so.
MOST_STEPS = 3000


async def busy_then_taken(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
    """Every third request is refused for the moment, so that a cancel also meets pauses and repeats."""
    await anyio.lowlevel.checkpoint()
    return httpx.Response(429, headers={"Retry-After": "0"}) if number % 3 == 1 else None


async def asynchronous(count: int) -> AsyncIterator[dict[str, Any]]:
    for fields in records(count):
        await anyio.lowlevel.checkpoint()
        yield fields


def generator(count: int) -> Iterator[dict[str, Any]]:
    yield from records(count)


Source = Callable[[int], Any]
SOURCES: dict[str, tuple[Source, bool | None]] = {
    "list": (records, None),
    "inline": (generator, False),
    "async": (asynchronous, None),
}


class Run:
    """One upload, and where to find it after a cancel."""

    def __init__(self, source: str, *, reading: bool) -> None:
        self._make_source, self._in_thread = SOURCES[source]
        self._reading = reading
        self.service = Service(busy_then_taken)
        self.upload: Upload | None = None
        self.done = False

    async def __call__(self) -> None:
        async with self._client() as dialer:
            calls = self._make_source(12)
            async with dialer.upload(calls, source_in_thread=self._in_thread) as self.upload:
                if self._reading:
                    async for _ in self.upload:
                        assert sum_holds(self.upload.result)
        self.done = True

    def _client(self) -> AsyncAutodialer:
        return client(self.service, batch_size=3, concurrency=2, retry=RetryPolicy(attempts=2, base=0.0))

    def check(self) -> None:
        """The result is exact, and agrees with the service."""
        if self.upload is not None:
            assert settled_by_the_books(self.upload.result, self.service)
            kept = {call.id for call in self.upload.result.unsent_calls()}
            assert not kept & set(self.service.taken)
            assert len(kept) == self.upload.result.unsent


class AtStep(trio.abc.Instrument):
    """Calls something before the n-th step of any task."""

    def __init__(self, number: int, call: Callable[[], object]) -> None:
        self._left = number
        self._call = call

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        self._left -= 1
        if self._left == 0:
            self._call()


def on_trio(run: Run, number: int) -> None:
    async def main() -> None:
        scope = anyio.CancelScope()
        trio.lowlevel.add_instrument(AtStep(number, scope.cancel))
        with scope:
            await run()

    trio.run(main, strict_exception_groups=True)


def _each_tick(loop: asyncio.AbstractEventLoop, number: int, call: Callable[[], object]) -> None:
    def tick(left: int) -> None:
        if left == 0:
            call()
        else:
            loop.call_soon(tick, left - 1)

    tick(number)


def on_asyncio_by_scope(run: Run, number: int) -> None:
    async def main() -> None:
        scope = anyio.CancelScope()
        _each_tick(asyncio.get_running_loop(), number, scope.cancel)
        with scope:
            await run()

    asyncio.run(main())


def on_asyncio_natively(run: Run, number: int) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(run())
        _each_tick(asyncio.get_running_loop(), number, task.cancel)
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        assert task.cancelled() or run.done

    asyncio.run(main())


def on_asyncio_all_tasks(run: Run, number: int) -> None:
    """The usual way to shut a program down: no shield holds against it."""

    async def main() -> None:
        task = asyncio.ensure_future(run())

        def cancel_all() -> None:
            for other in asyncio.all_tasks() - {main_task}:
                other.cancel()

        main_task = asyncio.current_task()
        _each_tick(asyncio.get_running_loop(), number, cancel_all)
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None

    asyncio.run(main())


WAYS = {
    "trio": on_trio,
    "asyncio by scope": on_asyncio_by_scope,
    "asyncio natively": on_asyncio_natively,
    "asyncio all tasks": on_asyncio_all_tasks,
}


# A task that asyncio cancels before its first step leaves its coroutine behind, and asyncio warns of it.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("way", WAYS)
def test_cancelled_at_any_step_the_result_is_exact_and_agrees_with_the_service(
    way: str, source: str, reading: bool
) -> None:
    states: set[str] = set()
    for number in range(1, MOST_STEPS):
        run = Run(source, reading=reading)
        WAYS[way](run, number)
        run.check()
        if run.upload is not None:
            states |= counts(run.upload.result).keys()
        if run.done:
            break
    else:
        pytest.fail("the upload never got through")
    # Coroutines that were left behind are to be found here, where their warning is expected, and in no later test.
    gc.collect()
    # The cancels met uploads before and after something was sent.
    assert {"accepted", "unsent"} <= states


@pytest.mark.anyio
async def test_a_cancel_lets_requests_in_flight_finish_and_is_raised_again() -> None:
    arrived, go_on = anyio.Event(), anyio.Event()

    async def wait(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        arrived.set()
        await go_on.wait()
        return None

    service = Service(wait)
    upload: Upload | None = None

    async def run() -> None:
        nonlocal upload
        async with client(service, batch_size=5, concurrency=1) as dialer, dialer.upload(records(20)) as upload:
            pass

    async with anyio.create_task_group() as tasks:
        with anyio.CancelScope() as scope:

            async def cancel() -> None:
                await arrived.wait()
                scope.cancel()
                await anyio.lowlevel.checkpoint()
                go_on.set()

            tasks.start_soon(cancel)
            await run()
    assert scope.cancelled_caught
    assert upload is not None
    assert counts(upload.result)["accepted"] == 5
    assert settled_by_the_books(upload.result, service)


@pytest.mark.anyio
async def test_a_request_that_outlives_the_grace_is_unknown() -> None:
    arrived = anyio.Event()
    service = Service()

    async def take_and_never_answer(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        service.take(batch)
        arrived.set()
        await anyio.sleep_forever()
        return None

    service._answering = take_and_never_answer
    async with client(service, batch_size=5, concurrency=1) as dialer, dialer.upload(records(20)) as upload:
        await arrived.wait()
        upload.stop(grace=0.01)
    assert counts(upload.result)["unknown"] == 5
    assert settled_by_the_books(upload.result, service)


@pytest.mark.asyncio
async def test_after_thousands_of_cancels_the_client_still_works() -> None:
    service = Service(pauses=3)
    async with client(service, batch_size=1, concurrency=4) as dialer:
        for number in range(300):
            task = asyncio.ensure_future(dialer.make(records(6)))
            for _ in range(number % 23):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        service.taken.clear()
        assert (await dialer.make(records(12))).accepted == 12
    assert service.in_flight == 0
