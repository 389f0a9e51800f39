"""Every way in which an upload ends: the source is closed, the right thing is raised, the result is exact."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from autodialer_async import AsyncAutodialer, Upload, UploadIncomplete
from tests.bulk.service import Service, client, counts, record, records, settled_by_the_books, sum_holds

pytestmark = pytest.mark.anyio


class Boom(Exception):
    """The caller's own."""


class Watched:
    """A list without end (or up to `fail_at`, where it raises) that says how it was closed."""

    def __init__(self, *, fail_at: int | None = None, length: int | None = None) -> None:
        self.error = Boom("the source's own")
        self.ends: list[str] = []
        self.closed = threading.Event()
        self._fail_at = fail_at
        self._length = length

    def blocking(self) -> Iterator[dict[str, Any]]:
        number = 0
        try:
            while number != self._length:
                if number == self._fail_at:
                    raise self.error
                yield record(number)
                number += 1
        except GeneratorExit:
            self.ends.append("GeneratorExit")
            raise
        finally:
            self.ends.append("closed")
            self.closed.set()

    async def asynchronous(self) -> AsyncIterator[dict[str, Any]]:
        number = 0
        try:
            while number != self._length:
                await anyio.lowlevel.checkpoint()
                if number == self._fail_at:
                    raise self.error
                yield record(number)
                number += 1
        finally:
            self.ends.append("closed")
            self.closed.set()


HOW = ["thread", "inline", "async"]


def opened(dialer: AsyncAutodialer, source: Watched, how: str, **settings: Any) -> AbstractAsyncContextManager[Upload]:
    calls: Any = source.asynchronous() if how == "async" else source.blocking()
    return dialer.upload(calls, source_in_thread=False if how == "inline" else None, **settings)


async def normal(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with opened(dialer, source, how) as upload:
        pass
    return upload


async def left_early(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with opened(dialer, source, how) as upload:
        async for _ in upload:
            break
    return upload


class OwnError(Exception):
    """What a body raises."""


async def body_raises(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    error = OwnError()
    try:
        async with opened(dialer, source, how) as upload:
            async for _ in upload:
                raise error
    except OwnError as caught:
        assert_same(caught, error)
        return upload
    pytest.fail("what the body raised is gone")


async def body_raises_at_once(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    error = OwnError()
    try:
        async with opened(dialer, source, how) as upload:
            while not upload.result.read:
                await anyio.lowlevel.checkpoint()
            raise error
    except OwnError as caught:
        assert_same(caught, error)
        return upload
    pytest.fail("what the body raised is gone")


def assert_same(one: object, other: object) -> None:
    assert one is other


async def source_raises(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    with pytest.raises(Boom) as caught:
        async with opened(dialer, source, how) as upload:
            pass
    assert caught.value is source.error
    return upload


async def deadline(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with opened(dialer, source, how, deadline=0.05) as upload:
        pass
    return upload


async def stopped_inside(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with opened(dialer, source, how) as upload:
        async for outcome in upload:
            if outcome.index >= 2:
                upload.stop()
    return upload


async def stopped_outside(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with anyio.create_task_group() as tasks, opened(dialer, source, how) as upload:

        async def stop() -> None:
            while upload.result.accepted < 10:
                await anyio.lowlevel.checkpoint()
            upload.stop()

        tasks.start_soon(stop)
    return upload


async def cancelled(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    with anyio.CancelScope() as scope:
        async with opened(dialer, source, how) as upload:
            async for outcome in upload:
                if outcome.index >= 2:
                    scope.cancel()
    assert scope.cancelled_caught
    return upload


async def refused(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    service = dialer_service(dialer)

    async def denied(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        return httpx.Response(401) if number >= 3 else None

    service._answering = denied
    async with opened(dialer, source, how) as upload:
        pass
    assert upload.result.rejected >= 5
    return upload


async def client_closed(dialer: AsyncAutodialer, source: Watched, how: str) -> Upload:
    async with opened(dialer, source, how) as upload:
        async for outcome in upload:
            if outcome.index >= 2:
                await dialer.aclose()
    return upload


_services: dict[int, Service] = {}


def dialer_service(dialer: AsyncAutodialer) -> Service:
    return _services[id(dialer)]


ENDINGS: dict[str, Callable[[AsyncAutodialer, Watched, str], Any]] = {
    ending.__name__: ending
    for ending in (
        normal, left_early, body_raises, body_raises_at_once, source_raises, deadline, stopped_inside,
        stopped_outside, cancelled, refused, client_closed,
    )
}  # fmt: skip


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("ending", ENDINGS)
async def test_on_every_ending_the_source_is_closed_and_the_result_is_exact(ending: str, how: str) -> None:
    service = Service()
    source = Watched(fail_at=33 if ending == "source_raises" else None, length=33 if ending == "normal" else None)
    async with client(service, batch_size=5, concurrency=2) as dialer:
        _services[id(dialer)] = service
        upload: Upload = await ENDINGS[ending](dialer, source, how)
        del _services[id(dialer)]
        assert source.closed.is_set()
        by_itself = how == "async" or ending in ("normal", "source_raises")
        assert source.ends == (["closed"] if by_itself else ["GeneratorExit", "closed"])
    result = upload.result
    assert settled_by_the_books(result, service)
    assert result.source_exhausted is (ending == "normal")
    assert result.complete is (ending == "normal")
    assert service.in_flight == 0
    if ending == "source_raises":
        # Whole batches that were pulled are sent or in flight; only what did not fill a batch need be left.
        assert result.read == 33
        assert result.unknown == 0
    # Nothing is sent afterwards.
    sent = len(service.sizes)
    for _ in range(50):
        await anyio.lowlevel.checkpoint()
    assert len(service.sizes) == sent
    assert upload.result == result


@pytest.mark.parametrize("how", HOW)
async def test_make_raises_the_source_s_own_exception_and_notes_the_result(how: str) -> None:
    source = Watched(fail_at=12)
    calls: Any = source.asynchronous() if how == "async" else source.blocking()
    async with client(Service(), batch_size=5) as dialer:
        with pytest.raises(Boom) as caught:
            await dialer.make(calls, source_in_thread=False if how == "inline" else None, on_failure="return")
    assert caught.value is source.error
    assert "read 12" in caught.value.__notes__[0]


async def test_a_source_whose_iter_raises_is_raised_as_it_is() -> None:
    error = Boom("iter")

    class Broken:
        def __iter__(self) -> Iterator[Any]:
            raise error

    async with client(Service()) as dialer:
        with pytest.raises(Boom) as caught:
            await dialer.make(Broken())
    assert caught.value is error


class Fatal(BaseException):
    """As SystemExit: no `Exception`."""


@pytest.mark.parametrize("how", ["thread", "inline", "async"])
async def test_a_base_exception_of_the_source_is_raised_in_no_group_either(how: str) -> None:
    source = Watched(fail_at=7)
    source.error = error = Fatal()  # type: ignore[assignment]  # what the promise does not exclude
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - its identity is looked at
        async with client(Service(), batch_size=5) as dialer, opened(dialer, source, how) as upload:
            pass
    assert caught.value is error
    assert sum_holds(upload.result)


@pytest.mark.parametrize("how", ["thread", "inline", "async"])
@pytest.mark.parametrize("seconds", [0, 1e-9])
async def test_a_deadline_that_has_passed_sends_nothing(how: str, seconds: float) -> None:
    service, source = Service(), Watched(length=10)
    async with client(service) as dialer:
        with anyio.fail_after(10):
            async with opened(dialer, source, how, deadline=seconds) as upload:
                pass
    assert service.sizes == []
    assert counts(upload.result).keys() <= {"unsent"}
    assert not upload.result.complete


async def test_at_the_deadline_requests_in_flight_are_unknown_and_the_rest_unsent() -> None:
    service = Service()

    async def take_and_be_silent(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        service.take(batch)
        await anyio.sleep_forever()
        return None

    service._answering = take_and_be_silent
    async with client(service, batch_size=5, concurrency=2) as dialer:
        with pytest.raises(UploadIncomplete) as caught:
            await dialer.make(records(40), deadline=0.1)
    result = caught.value.result
    assert result.unknown == 10
    assert result.unsent == result.read - 10
    assert settled_by_the_books(result, service)
    assert caught.value.may_have_dialled


async def test_a_body_that_never_iterates_finishes() -> None:
    service = Service()
    async with client(service, batch_size=5) as dialer, dialer.upload(records(50)) as upload:
        pass
    assert upload.result.complete
    assert len(service.records) == 50


async def test_a_slow_reader_stalls_nothing() -> None:
    service = Service()
    async with client(service, batch_size=1, concurrency=2) as dialer, dialer.upload(records(40)) as upload:
        async for _ in upload:
            # Not a single further outcome is read before the whole list is through.
            while upload.result.accepted < 40:
                await anyio.lowlevel.checkpoint()
    assert upload.result.complete


async def test_reading_twice_goes_on_where_the_first_reading_was_left() -> None:
    async with client(Service(), batch_size=1, concurrency=1) as dialer, dialer.upload(records(6)) as upload:
        seen: list[int] = []
        async for outcome in upload:
            seen.append(outcome.index)
            if len(seen) == 3:
                break
        seen += [outcome.index async for outcome in upload]
        assert [outcome.index async for outcome in upload] == []
    assert seen == [0, 1, 2, 3, 4, 5]
    assert upload.result.complete


async def test_two_readers_share_the_outcomes() -> None:
    seen: list[int] = []
    async with client(Service(), batch_size=1) as dialer, dialer.upload(records(20)) as upload:

        async def read() -> None:
            async for outcome in upload:
                await anyio.lowlevel.checkpoint()
                seen.append(outcome.index)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            tasks.start_soon(read)
    assert sorted(seen) == list(range(20))


async def test_the_result_is_exact_at_every_outcome_while_the_upload_runs() -> None:
    async def some_fail(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        return httpx.Response(500) if number % 4 == 0 else httpx.Response(400) if number % 4 == 1 else None

    service = Service(some_fail)
    bad = {"id": "x", "phone": "12"}
    calls = [bad if number % 7 == 0 else fields for number, fields in enumerate(records(100))]
    async with client(service, batch_size=3, concurrency=3) as dialer, dialer.upload(calls) as upload:
        seen = 0
        async for outcome in upload:
            seen += 1
            result = upload.result
            assert outcome in result.batches
            assert len(result.batches) >= seen
            assert sum_holds(result)
            in_books = {
                state: sum(b.size for b in result.batches if b.state == state) for state in ("accepted", "rejected")
            }
            assert (result.accepted, result.rejected) == (in_books["accepted"], in_books["rejected"])
    assert settled_by_the_books(upload.result, service)
    assert counts(upload.result).keys() == {"accepted", "rejected", "unknown", "invalid"}
    assert (upload.result.read, upload.result.invalid) == (100, 15)


async def test_the_source_is_left_open_to_nobody_after_an_upload_that_never_pulled() -> None:
    """An iterator with `close` that the deadline kept from being pulled is closed all the same."""

    class Closable:
        closed = False

        def __iter__(self) -> Closable:
            return self

        def __next__(self) -> dict[str, Any]:
            return record(1)

        def close(self) -> None:
            self.closed = True

    source = Closable()
    async with client(Service()) as dialer:
        with anyio.fail_after(10):
            await dialer.make(source, deadline=0, on_failure="return")
    assert source.closed
