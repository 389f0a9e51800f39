"""Counters and histograms agree with the results; the limit and what is in flight can be asked at any moment."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx
import pytest

from tests.bulk.service import Service, client, counts, records
from tests.observe.telemetry import Telemetry
from tests.observe.test_hooks import answering, one_call

pytestmark = pytest.mark.anyio


async def test_records_and_batches_are_counted_by_state_as_in_the_result(telemetry: Telemetry) -> None:
    service = answering(httpx.Response(500), httpx.Response(400), httpx.Response(429, headers={"Retry-After": "0.01"}))
    async with client(service, batch_size=5, concurrency=1) as dialer:
        result = await dialer.make([*records(22), {"id": "x", "phone": "1"}], on_failure="return")
    found = telemetry.metrics()
    assert found["autodialer.records"] == {f"make {state}": count for state, count in counts(result).items()}
    assert found["autodialer.batches"] == {"unknown": 1, "rejected": 1, "accepted": 3}
    assert found["autodialer.batch.duration"] == found["autodialer.batches"]
    assert found["autodialer.retries"] == {"make": result.retries} == {"make": 1}
    assert found["autodialer.pauses"] == {"": 1}
    assert found["http.client.request.duration"] == {
        "POST 500 DeliveryUnknown": 1,
        "POST 400 ApiError": 1,
        "POST 429 RateLimited": 1,
        "POST 200": 3,
    }


async def test_records_that_a_journal_skips_are_counted_and_batches_that_never_left_take_no_time(
    telemetry: Telemetry, tmp_path: Path
) -> None:
    async with client(Service(), batch_size=5, concurrency=1) as dialer:
        await dialer.make(records(10), journal=tmp_path / "campaign.db")
        await dialer.make(records(10), journal=tmp_path / "campaign.db")
    assert telemetry.metrics()["autodialer.records"] == {"make accepted": 10, "make skipped": 10}
    async with client(answering(httpx.Response(401)), batch_size=5, concurrency=1) as dialer:
        result = await dialer.make(records(30), on_failure="return")
    found = telemetry.metrics()
    assert found["autodialer.batches"] == {"rejected": 1, "unsent": len(result.batches) - 1}
    assert found["autodialer.batch.duration"] == {"rejected": 1}


async def test_one_call_counts_as_one_record_and_a_look_into_the_history_as_none(telemetry: Telemetry) -> None:
    async with one_call(httpx.Response(200, json={"QUERY_ID": "5", "QUERY_COUNT": "1"})) as dialer:
        await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
    async with one_call(httpx.Response(200, json=[])) as dialer:
        await dialer.ping()
    found = telemetry.metrics()
    assert found["autodialer.records"] == {"newcall accepted": 1}
    assert found["http.client.request.duration"] == {"POST 200": 2}
    assert "autodialer.batches" not in found


async def test_the_limit_and_what_is_in_flight_are_summed_over_the_clients_that_live(telemetry: Telemetry) -> None:
    begun = anyio.Event()
    go_on = anyio.Event()

    async def wait(number: int, batch: list[dict[str, str]]) -> None:
        if number == 2:
            begun.set()
        await go_on.wait()

    service = Service(wait)
    async with client(Service(), concurrency=4):
        # Clients that other tests of this process left behind live as well.
        before = telemetry.metrics()
        limit, in_flight = before["autodialer.requests.limit"][""], before["autodialer.requests.in_flight"][""]
        assert limit >= 4
        async with client(service, batch_size=1, concurrency=3) as dialer, anyio.create_task_group() as tasks:
            tasks.start_soon(dialer.make, records(9))
            await begun.wait()
            found = await anyio.to_thread.run_sync(telemetry.metrics)
            assert found["autodialer.requests.limit"] == {"": limit + 3}
            assert found["autodialer.requests.in_flight"] == {"": in_flight + 3}
            go_on.set()
        after = telemetry.metrics()
        assert after["autodialer.requests.limit"] == {"": limit}
        assert after["autodialer.requests.in_flight"] == {"": in_flight}
