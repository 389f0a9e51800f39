"""One bad batch or record stops nothing; what failed is counted, kept, and can be sent again."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AuthenticationFailed,
    AutodialerError,
    BatchState,
    ConfigurationError,
    DeliveryUnknown,
    NotSent,
    RetryPolicy,
    UploadIncomplete,
)
from tests.bulk.service import Service, client, counts, record, records, report, settled_by_the_books
from tests.servers.misbehaving import closed_port
from tests.servers.stub import StubProcess

pytestmark = pytest.mark.anyio

Batch = list[dict[str, str]]


def when(record_id: str, answer: Callable[[Batch], httpx.Response | None]) -> Any:
    """An answer for whatever batch holds one record; others are taken."""

    async def answering(number: int, batch: Batch) -> httpx.Response | None:
        return answer(batch) if any(fields["id"] == record_id for fields in batch) else None

    return answering


def broken(batch: Batch) -> httpx.Response:
    raise httpx.ReadError("reset")


def unreachable(batch: Batch) -> httpx.Response:
    raise httpx.ConnectError("refused")


BAD: dict[str, tuple[Callable[[Batch], httpx.Response], BatchState]] = {
    "400": (lambda _: httpx.Response(400), BatchState.REJECTED),
    "429 for ever": (lambda _: httpx.Response(429), BatchState.REJECTED),
    "503 with Retry-After": (lambda _: httpx.Response(503, headers={"Retry-After": "0"}), BatchState.REJECTED),
    "503": (lambda _: httpx.Response(503), BatchState.UNKNOWN),
    "500": (lambda _: httpx.Response(500), BatchState.UNKNOWN),
    "502": (lambda _: httpx.Response(502), BatchState.UNKNOWN),
    "504": (lambda _: httpx.Response(504), BatchState.UNKNOWN),
    "HTML": (lambda _: httpx.Response(200, html="<html>"), BatchState.UNKNOWN),
    "nothing": (lambda _: httpx.Response(200), BatchState.UNKNOWN),
    "half of JSON": (lambda _: httpx.Response(200, content=b'{"report":{"lines":"5",'), BatchState.UNKNOWN),
    "too few lines": (lambda batch: report(len(batch) - 1), BatchState.UNKNOWN),
    "too many lines": (lambda batch: report(len(batch) + 1), BatchState.UNKNOWN),
    "none inserted": (lambda batch: report(len(batch), inserted="0"), BatchState.REJECTED),
    "none ok": (lambda batch: report(len(batch), ok="0", inserted="0"), BatchState.REJECTED),
    "malformed": (lambda batch: report(len(batch), inserted="some"), BatchState.UNKNOWN),
    "an error with 200": (lambda _: httpx.Response(200, json={"error": "bad scenario"}), BatchState.REJECTED),
    "a reset": (broken, BatchState.UNKNOWN),
}


@pytest.mark.parametrize("bad", BAD)
async def test_one_bad_batch_leaves_its_siblings_alone(bad: str) -> None:
    answer, state = BAD[bad]
    service = Service(when("12", answer))
    async with client(service, batch_size=5, concurrency=3) as dialer:
        result = await dialer.make(records(50), on_failure="return")
    (failure,) = result.failures
    assert failure.state is state
    assert failure.error is not None
    assert list(failure.positions) == [10, 11, 12, 13, 14]
    assert counts(result) == {"accepted": 45, str(state): 5}
    assert result.source_exhausted
    assert not result.complete
    assert settled_by_the_books(result, service)
    # A definite "not now" is repeated, what is unknown never.
    assert failure.tries == (4 if bad in ("429 for ever", "503 with Retry-After") else 1)
    assert len(service.sizes) == 9 + failure.tries


async def test_a_failure_raises_with_the_whole_result() -> None:
    service = Service(when("12", lambda _: httpx.Response(400)))
    async with client(service, batch_size=5) as dialer:
        with pytest.raises(UploadIncomplete) as caught:
            await dialer.make(records(20))
    result = caught.value.result
    assert counts(result) == {"accepted": 15, "rejected": 5}
    assert caught.value.may_have_dialled
    assert "accepted 15" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.result == result
    assert json.loads(json.dumps(again.result.to_dict())) == result.to_dict()


async def test_upload_never_raises_upload_incomplete() -> None:
    service = Service(when("12", lambda _: httpx.Response(400)))
    async with client(service, batch_size=5) as dialer, dialer.upload(records(20)) as upload:
        pass
    assert not upload.result.complete


async def test_strict_counts_records_left_out_as_a_failure() -> None:
    service = Service(when("3", lambda batch: report(len(batch), inserted=str(len(batch) - 1))))
    async with client(service, batch_size=5) as dialer:
        lax = await dialer.make(records(5))
        assert lax.complete
        assert (lax.lines, lax.ok, lax.inserted, lax.not_inserted) == (5, 5, 4, 1)
        with pytest.raises(UploadIncomplete) as caught:
            await dialer.make(records(5), strict=True)
        assert caught.value.result.not_inserted == 1
        assert (await dialer.make(records(5), strict=True, on_failure="return")).complete
        assert (await dialer.make([record(9)], strict=True)).complete


async def test_inserted_is_none_if_one_report_lacked_it() -> None:
    service = Service(when("3", lambda batch: report(len(batch), inserted=None, errorcode="E7")))
    async with client(service, batch_size=5) as dialer:
        result = await dialer.make(records(20))
    assert result.lines == result.ok == 20
    assert result.inserted is None
    assert result.not_inserted is None
    assert result.errorcodes == {0: 3, "E7": 1}
    assert len(result.ids) == 4
    assert all(isinstance(task, int) for task in result.ids)


async def test_on_failure_is_checked_before_anything_is_sent() -> None:
    service = Service()
    async with client(service) as dialer:
        with pytest.raises(ConfigurationError, match="on_failure"):
            await dialer.make(records(3), on_failure="ignore")  # type: ignore[arg-type]  # the point
    assert service.sizes == []


@pytest.mark.parametrize("status", [401, 403, 404, 301, 302, 307, 308])
async def test_a_wrong_key_or_address_ends_the_run_early(status: int) -> None:
    async def no(number: int, batch: Batch) -> httpx.Response | None:
        return httpx.Response(status, headers={"Location": "http://elsewhere.test/"} if status < 400 else {})

    service = Service(no)
    pulled = 0

    def source() -> Any:
        nonlocal pulled
        for fields in records(1000):
            pulled += 1
            yield fields

    async with client(service, batch_size=5, concurrency=2) as dialer:
        result = await dialer.make(source(), on_failure="return")
    assert len(service.sizes) <= 2
    assert pulled == result.read <= 5 * (2 + 0 + 2)
    assert not result.source_exhausted
    state = "unknown" if status < 400 else "rejected"
    assert getattr(result, state) == 5 * len(service.sizes)
    assert counts(result).keys() <= {state, "unsent"}
    error = result.failures[0].error
    assert isinstance(error, DeliveryUnknown if status < 400 else AuthenticationFailed if status != 404 else ApiError)


async def test_a_dead_host_ends_the_run_early_and_everything_is_unsent() -> None:
    with closed_port() as port:
        dialer = AsyncAutodialer(
            f"http://127.0.0.1:{port}",
            api_key="k",
            concurrency=3,
            batch_size=5,
            retry=RetryPolicy(attempts=2, base=0.0),
        )
        async with dialer:
            result = await dialer.make(iter(records(1000)), on_failure="return")
    assert counts(result) == {"unsent": result.read}
    assert result.read < 100
    assert not result.source_exhausted
    assert all(isinstance(failure.error, NotSent) for failure in result.failures)
    assert len(list(result.unsent_calls())) == result.read


async def test_one_unreachable_moment_does_not_end_the_run() -> None:
    service = Service(when("12", unreachable))
    async with client(service, batch_size=5, concurrency=2, retry=RetryPolicy(attempts=1)) as dialer:
        result = await dialer.make(records(100), on_failure="return")
    assert result.accepted == 95
    assert counts(result).keys() == {"accepted", "unknown"} or counts(result).keys() == {"accepted", "unsent"}


async def test_what_was_unsent_can_be_sent_again_and_then_everything_arrived_once() -> None:
    stop_at = 6
    service = Service()
    calls = [
        record(
            number,
            name="Иванов",
            extra={"colour": "red"},
            **({"timestart": "11:00", "timestop": "12:00"} if number == 30 else {}),
        )
        for number in range(100)
    ]
    async with client(service, batch_size=5, concurrency=2) as dialer:
        async with dialer.upload(calls, generation_type=4, max_count=3) as upload:
            async for _ in upload:
                if len(upload.result.batches) >= stop_at:
                    upload.stop()
        first = upload.result
        assert settled_by_the_books(first, service)
        assert first.unknown == 0
        rest = list(first.unsent_calls())
        assert len(rest) == first.unsent
        second = await dialer.make(rest)
        assert second.complete
        third = await dialer.make(
            calls[first.read :], generation_type=4, max_count=3, window=rest[-1].window if rest else None
        )
    assert third.complete
    assert sorted(service.taken, key=int) == [str(number) for number in range(100)]
    assert set(service.taken.values()) == {1}
    for fields in service.records:
        late = int(fields["id"]) >= 30
        assert fields["statdialertime"] == ("11:00:00" if late else "10:00:00")
        assert (fields["name"], fields["colour"], fields["generationtype"], fields["maxcount"]) == (
            "Иванов",
            "red",
            "4",
            "3",
        )


async def test_what_is_unknown_can_be_named() -> None:
    service = Service(when("12", lambda _: httpx.Response(500)))
    async with client(service, batch_size=5) as dialer:
        result = await dialer.make(records(50), on_failure="return")
    assert [call.id for call in result.unknown_calls()] == ["10", "11", "12", "13", "14"]
    assert list(result.unsent_calls()) == []
    (failure,) = result.failures
    assert [call.id for call in failure.calls()] == ["10", "11", "12", "13", "14"]
    with pytest.raises(AutodialerError, match="not kept"):
        result.batches[0].calls()
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    with pytest.raises(AutodialerError, match="0 of 5 unknown"):
        again.unknown_calls()


async def test_while_running_unsent_calls_are_not_given_out() -> None:
    go_on = anyio.Event()

    async def wait(number: int, batch: Batch) -> httpx.Response | None:
        await go_on.wait()
        return None

    async with client(Service(wait), batch_size=5, concurrency=1) as dialer, dialer.upload(records(50)) as upload:
        while not (upload.result.unknown and upload.result.unsent):
            await anyio.lowlevel.checkpoint()
        with pytest.raises(AutodialerError):
            upload.result.unsent_calls()
        go_on.set()


async def test_failures_beyond_the_bound_keep_their_counts_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodialer_async._bulk.tally.KEPT_BYTES", 2000)

    async def no(number: int, batch: Batch) -> httpx.Response | None:
        return httpx.Response(500)

    service = Service(no)
    async with client(service, batch_size=5) as dialer:
        result = await dialer.make(records(500), on_failure="return")
    assert counts(result) == {"unknown": 500}
    assert result.failures_truncated
    assert len(result.failures) == 100
    assert sum(failure.kept.size_in_bytes for failure in result.failures if failure.kept is not None) <= 2000
    assert any(failure.kept is not None for failure in result.failures)
    with pytest.raises(AutodialerError, match="of 500 unknown"):
        result.unknown_calls()


async def test_late_failures_keep_their_own_errors() -> None:
    async def some(number: int, batch: Batch) -> httpx.Response | None:
        why = {"1500": "why a", "1600": "why b"}.get(batch[0]["id"])
        return httpx.Response(400, json={"error": why}) if why else None

    async with client(Service(some), batch_size=1) as dialer:
        result = await dialer.make(records(1700), on_failure="return")
    assert ["why a" in str(result.failures[0].error), "why b" in str(result.failures[1].error)] == [True, True]


async def test_the_stub_counts_what_the_result_says() -> None:
    with StubProcess() as stub:
        async with AsyncAutodialer(stub.base_url, api_key=stub.api_key, batch_size=100) as dialer:
            result = await dialer.make(iter(records(2550)))
        assert (stub.counts().requests, stub.counts().records) == (26, 2550)
    assert result.complete
    assert result.lines == result.inserted == 2550
    assert len(set(result.ids)) == 26
