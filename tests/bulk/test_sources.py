"""Any iterable and async iterable, in both spellings, in a thread or inline."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from autodialer_async import AsyncAutodialer, Call, ConfigurationError
from tests.bulk.service import Service, client, counts, record, records, settled_by_the_books
from tests.servers.stub import StubProcess

pytestmark = pytest.mark.anyio


def generator(count: int) -> Iterator[dict[str, Any]]:
    yield from records(count)


async def async_generator(count: int) -> AsyncIterator[dict[str, Any]]:
    for fields in records(count):
        yield fields


class Iterable:
    """Only `__iter__`."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(records(self._count))


class HandMadeIterator:
    """An iterator that is no generator and cannot be closed."""

    def __init__(self, count: int) -> None:
        self._left = iter(records(count))

    def __iter__(self) -> HandMadeIterator:
        return self

    def __next__(self) -> dict[str, Any]:
        return next(self._left)


class HandMadeAsyncIterable:
    """Only `__aiter__` and `__anext__`."""

    def __init__(self, count: int) -> None:
        self._left = iter(records(count))

    def __aiter__(self) -> HandMadeAsyncIterable:
        return self

    async def __anext__(self) -> dict[str, Any]:
        await anyio.lowlevel.checkpoint()
        try:
            return next(self._left)
        except StopIteration:
            raise StopAsyncIteration from None


KINDS: dict[str, Callable[[int], Any]] = {
    "list": records,
    "tuple": lambda count: tuple(records(count)),
    "generator": generator,
    "set": lambda count: {Call(**fields) for fields in records(count)},
    "dict's values": lambda count: dict(enumerate(records(count))).values(),
    "iterator of a list": lambda count: iter(records(count)),
    "iterable": Iterable,
    "iterator": HandMadeIterator,
    "async generator": async_generator,
    "async iterable": HandMadeAsyncIterable,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 7, 10, 25])
async def test_every_kind_of_source_arrives_whole_and_once(kind: str, count: int) -> None:
    service = Service()
    async with client(service, batch_size=10, concurrency=2) as dialer:
        result = await dialer.make(KINDS[kind](count))
    assert result.complete
    assert result.source_exhausted
    assert result.read == result.accepted == result.lines == result.inserted == count
    assert sorted(service.taken.elements(), key=int) == [str(number) for number in range(count)]
    assert service.sizes.count(10) == count // 10
    assert len(result.ids) == len(service.sizes) == -(-count // 10)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_empty_source_makes_no_request(kind: str) -> None:
    service = Service()
    async with client(service) as dialer:
        result = await dialer.make(KINDS[kind](0))
    assert service.sizes == []
    assert result.complete
    assert result.batches == ()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "set"])
async def test_positions_are_the_places_in_the_source(kind: str) -> None:
    service = Service()
    async with client(service, batch_size=4) as dialer:
        result = await dialer.make(KINDS[kind](10))
    assert [list(batch.positions) for batch in result.batches] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert settled_by_the_books(result, service)


async def test_calls_and_mappings_in_python_and_page_names_may_be_mixed() -> None:
    service = Service()
    mixed: list[Any] = [
        Call(1, "89220000001", uuid="u1", max_count=2, generation_type=5),
        {"id": 2, "phone": "89220000002", "uuid": "u2", "max_count": 2, "generation_type": 5},
        {"id": "3", "phone": "89220000003", "UUID": "u3", "maxcount": "2", "generationtype": "5"},
        {"id": 4, "phone": 89220000004, "UUID": "u4", "max_count": "2", "generationtype": 5},
    ]
    async with client(service) as dialer:
        await dialer.make(mixed)
    same = {"statdialertime": "10:00:00", "stopdialertime": "19:00:00", "maxcount": "2", "generationtype": "5"}
    assert service.records == [{"id": str(n), "phone": f"8922000000{n}", "UUID": f"u{n}", **same} for n in range(1, 5)]


@pytest.mark.parametrize("nonsense", ["89220000001", b"1", record(1), None, 5, Call(1, "89220000001")])
async def test_something_that_is_no_list_of_records_is_refused_before_anything_is_sent(nonsense: Any) -> None:
    service = Service()
    async with client(service) as dialer:
        with pytest.raises(ConfigurationError, match=type(nonsense).__name__):
            await dialer.make(nonsense)
    assert service.sizes == []


class Threads:
    """Records the threads in which it is pulled."""

    def __init__(self, count: int) -> None:
        self.seen: set[int] = set()
        self._count = count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for fields in records(self._count):
            self.seen.add(threading.get_ident())
            yield fields


@pytest.mark.parametrize("in_thread", [None, True])
async def test_a_source_that_may_block_is_pulled_outside_of_the_loop_s_thread(in_thread: bool | None) -> None:
    source = Threads(250)
    async with client(Service(), batch_size=10) as dialer:
        await dialer.make(source, source_in_thread=in_thread)
    assert source.seen
    assert threading.get_ident() not in source.seen


async def test_source_in_thread_false_pulls_in_the_loop_s_own_thread() -> None:
    source = Threads(250)
    async with client(Service(), batch_size=10) as dialer:
        await dialer.make(source, source_in_thread=False)
    assert source.seen == {threading.get_ident()}


class ListThatKnowsItsReader(list[dict[str, Any]]):
    def __init__(self, items: list[dict[str, Any]]) -> None:
        super().__init__(items)
        self.seen: set[int] = set()

    def __getitem__(self, index: Any) -> Any:
        self.seen.add(threading.get_ident())
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self.seen.add(threading.get_ident())
        return super().__iter__()


async def test_a_list_is_pulled_inline_unless_told_otherwise() -> None:
    inline, in_thread = ListThatKnowsItsReader(records(30)), ListThatKnowsItsReader(records(30))
    async with client(Service(), batch_size=10) as dialer:
        assert (await dialer.make(inline)).accepted == 30
        assert (await dialer.make(in_thread, source_in_thread=True)).accepted == 30
    assert inline.seen == {threading.get_ident()}
    assert in_thread.seen
    assert threading.get_ident() not in in_thread.seen


async def test_an_async_source_cannot_be_pulled_in_a_thread() -> None:
    async with client(Service()) as dialer:
        with pytest.raises(ConfigurationError, match="source_in_thread"):
            await dialer.make(async_generator(3), source_in_thread=True)


async def test_a_source_that_blocks_does_not_block_the_loop() -> None:
    loop_ran = threading.Event()

    def blocking() -> Iterator[dict[str, Any]]:
        yield record(0)
        # If the loop could not run meanwhile, nobody would set this.
        assert loop_ran.wait(10)
        yield record(1)

    async with client(Service()) as dialer, dialer.upload(blocking()) as upload:
        while upload.result.read < 1:
            await anyio.lowlevel.checkpoint()
        loop_ran.set()
    assert counts(upload.result) == {"accepted": 2}


async def test_two_uploads_at_once_share_the_client_s_slots() -> None:
    service = Service(pauses=5)
    async with client(service, concurrency=3, batch_size=1) as dialer, anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(dialer.make, records(20))
    assert service.most_in_flight == 3
    assert sum(service.taken.values()) == 80


async def test_three_hundred_uploads_at_once_keep_to_the_slots_on_a_real_socket() -> None:
    with StubProcess(latency=0.01) as stub:
        dialer = AsyncAutodialer(stub.base_url, api_key=stub.api_key, concurrency=8, batch_size=5)
        async with dialer, anyio.create_task_group() as tasks:
            for _ in range(300):
                # Any failure, a PoolTimeout among them, would be raised here.
                tasks.start_soon(dialer.make, records(10))
        books = stub.counts()
    assert (books.requests, books.records) == (600, 3000)
    assert books.max_in_flight <= 8
    assert books.connections <= 8 + 1  # one asks for the counts
