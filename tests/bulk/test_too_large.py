"""Batches of at most so many records and bytes; 413 is cut in two, down to single records."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async import Dialect
from tests.bulk.service import Service, client, counts, record, records, settled_by_the_books

pytestmark = pytest.mark.anyio

Batch = list[dict[str, str]]


@given(
    sizes=st.lists(st.integers(0, 1200), max_size=60),
    batch_size=st.integers(1, 12),
    max_bytes=st.integers(300, 3000),
    concurrency=st.integers(1, 4),
    wide=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_no_request_is_larger_than_allowed_and_too_large_records_are_set_aside(
    sizes: list[int], batch_size: int, max_bytes: int, concurrency: int, wide: bool
) -> None:
    service = Service()
    calls = [record(number, name=("я" if wide else "x") * size) for number, size in enumerate(sizes)]

    async def run() -> Any:
        async with client(service, batch_size=batch_size, max_batch_bytes=max_bytes, concurrency=concurrency) as dialer:
            return await dialer.make(calls, on_failure="return")

    result = anyio.run(run)
    assert all(size <= batch_size for size in service.sizes)
    assert all(size <= max_bytes for size in service.bodies)
    assert settled_by_the_books(result, service)
    assert result.read == len(calls)
    set_aside = {error.position for error in result.invalid_calls}
    assert set_aside | {int(taken) for taken in service.taken} == set(range(len(calls)))
    assert len(set_aside) == result.invalid
    # Set aside is only what does not fit by itself: an empty request is about 100 bytes, a bare record too.
    for error in result.invalid_calls:
        assert error.position is not None
        assert error.id == str(error.position)
        assert sizes[error.position] * (2 if wide else 1) + 280 > max_bytes
        assert "too large" in error.reason


async def test_too_large_record_is_named_by_its_id_where_an_installation_calls_the_id_otherwise() -> None:
    dialect = Dialect(wire_names={"make": {"id": "call_id"}})
    async with client(Service(), dialect=dialect, max_batch_bytes=400) as dialer:
        result = await dialer.make([record(7, name="x" * 1000)], on_failure="return")
    assert [(error.position, error.id) for error in result.invalid_calls] == [(0, "7")]


async def test_batches_are_as_full_as_the_bytes_allow() -> None:
    service = Service()
    async with client(service, max_batch_bytes=20_000) as dialer:
        await dialer.make(iter([record(number, name="x" * 100) for number in range(1000)]))
    assert all(size <= 20_000 for size in service.bodies)
    # All but the last leave no room for one more record of about 200 bytes.
    assert min(service.bodies[:-1]) > 20_000 - 250


def larger_than(limit: int) -> Any:
    async def answering(number: int, batch: Batch) -> httpx.Response | None:
        return httpx.Response(413) if len(batch) > limit else None

    return answering


@pytest.mark.parametrize(("limit", "size"), [(3, 16), (1, 7), (5, 1000)])
async def test_413_is_cut_in_two_until_it_fits(limit: int, size: int) -> None:
    service = Service(larger_than(limit))
    async with client(service, batch_size=size, concurrency=1) as dialer:
        result = await dialer.make(records(size * 2))
    assert result.complete
    assert settled_by_the_books(result, service)
    indexes = [batch.index for batch in result.batches]
    assert len(set(indexes)) == len(indexes)
    assert 0 not in indexes  # the number of the whole is not used again
    assert all(batch.size <= limit for batch in result.batches)


async def test_413_for_a_single_record_rejects_that_record_alone() -> None:
    async def answering(number: int, batch: Batch) -> httpx.Response | None:
        return httpx.Response(413) if any(fields["id"] == "5" for fields in batch) else None

    service = Service(answering)
    async with client(service, batch_size=16, concurrency=2) as dialer:
        result = await dialer.make(records(48), on_failure="return")
    (failure,) = result.failures
    assert list(failure.positions) == [5]
    assert failure.status == 413
    assert counts(result) == {"accepted": 47, "rejected": 1}
    assert settled_by_the_books(result, service)


async def test_one_record_that_is_always_413_does_not_shrink_all_later_batches() -> None:
    async def answering(number: int, batch: Batch) -> httpx.Response | None:
        return httpx.Response(413) if any(fields["id"] == "5" for fields in batch) else None

    service = Service(answering)
    async with client(service, batch_size=1000, concurrency=1) as dialer:
        result = await dialer.make(records(20_000), on_failure="return")
    assert counts(result) == {"accepted": 19_999, "rejected": 1}
    # About 20 to find the record, and 19 to 40 for the others.
    assert len(service.sizes) < 100


async def test_after_413_later_batches_are_cut_to_what_the_service_takes() -> None:
    service = Service(larger_than(250))
    async with client(service, batch_size=1000, concurrency=1) as dialer:
        result = await dialer.make(records(20_000))
    assert result.complete
    assert settled_by_the_books(result, service)
    refused = sum(size > 250 for size in service.sizes)
    assert refused < 20


async def test_413_met_by_a_stop_is_settled_whole() -> None:
    holder: list[Any] = []

    async def answering(number: int, batch: Batch) -> httpx.Response | None:
        holder[0].stop()
        return httpx.Response(413)

    service = Service(answering)
    async with client(service, batch_size=16, concurrency=1) as dialer, dialer.upload(records(48)) as upload:
        holder.append(upload)
    assert service.sizes == [16]
    assert counts(upload.result)["rejected"] == 16
    assert settled_by_the_books(upload.result, service)
