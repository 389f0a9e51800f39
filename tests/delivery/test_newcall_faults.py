"""One call meets every fault: whether anyone may have been dialled is never left open."""

from __future__ import annotations

from datetime import time
from itertools import repeat

import anyio
import pytest

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AuthenticationFailed,
    Call,
    CallRejected,
    CallWindow,
    ConfigurationError,
    DeliveryUnknown,
    InvalidCall,
    NotSent,
    RateLimited,
    RetryPolicy,
)
from tests.servers.misbehaving import (
    Accept,
    Answer,
    AnswerLate,
    Behaviour,
    DropAfterAccepting,
    EmptyBody,
    GarbageStatusLine,
    Html,
    HugeAnswer,
    MisbehavingServer,
    NeverAnswer,
    Redirect,
    SlowDrip,
    TruncatedJson,
    closed_port,
    in_order,
)

pytestmark = pytest.mark.anyio

RETRY = RetryPolicy(attempts=4, base=0.001, max_retry_after=0.01)
WINDOW = CallWindow(time(10), time(19))
CALL = Call(5, "89220000000", generation_type=1, window=WINDOW)


def client(url: str, *, timeout: float = 10.0) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key="key-of-a-test", timeout=timeout, retry=RETRY)


UNKNOWN: dict[str, tuple[Behaviour, int | None]] = {
    "html": (Html(), 200),
    "empty": (EmptyBody(), 200),
    "truncated": (TruncatedJson(announced=False), 200),
    "truncated_before_its_end": (TruncatedJson(announced=True), 200),
    "dropped": (DropAfterAccepting(), None),
    "reset": (DropAfterAccepting(reset=True), None),
    "garbage": (GarbageStatusLine(), None),
    "huge": (HugeAnswer(2_000_000), 200),
    "redirect": (Redirect(302, accept=True), 302),
    "redirect_307": (Redirect(307, accept=True), 307),
    **{str(status): (Answer(status, b"oops", accept=True), status) for status in (500, 502, 503, 504, 520)},
    "500_naming_an_error": (Answer(500, b'{"error":"no"}', accept=True), 500),
    "count_no_number": (Answer(200, b'{"QUERY_ID":"1","QUERY_COUNT":"one"}', accept=True), 200),
    "id_missing": (Answer(200, b'{"QUERY_COUNT":"1"}', accept=True), 200),
    "malformed_with_400": (Answer(400, b'{"QUERY_ID":"1","QUERY_COUNT":1.5}', accept=True), 400),
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_call_that_may_have_been_taken_is_delivery_unknown_and_never_repeated(name: str) -> None:
    behaviour, status = UNKNOWN[name]
    with MisbehavingServer(behaviour) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(DeliveryUnknown) as caught:
                await dialer.newcall(CALL)
    assert server.attempts == 1
    assert caught.value.may_have_dialled
    assert caught.value.status == status
    assert caught.value.tries == 1
    assert caught.value.seconds is not None


@pytest.mark.parametrize(
    "behaviour", [AnswerLate(30), NeverAnswer(), SlowDrip(interval=0.05)], ids=["late", "never", "drip"]
)
async def test_call_without_an_answer_in_time_is_delivery_unknown(behaviour: Behaviour) -> None:
    with MisbehavingServer(behaviour) as server:
        async with client(server.base_url, timeout=0.4) as dialer:
            with pytest.raises(DeliveryUnknown) as caught:
                await dialer.newcall(CALL)
    assert server.attempts == 1
    assert caught.value.__cause__ is not None


async def test_call_to_a_closed_port_is_not_sent() -> None:
    with closed_port() as port:
        async with client(f"http://127.0.0.1:{port}") as dialer:
            with pytest.raises(NotSent) as caught:
                await dialer.newcall(CALL)
    assert not caught.value.may_have_dialled
    assert caught.value.tries == 4
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(408),
        Answer(425),
        Answer(429),
        Answer(429, retry_after="1"),
        Answer(503, retry_after="1"),
        Answer(503, retry_after="Mon, 01 Jan 2024 00:00:00 GMT"),
    ],
    ids=["408", "425", "429", "429_after", "503_after", "503_date"],
)
async def test_call_refused_for_now_is_repeated_until_it_is_taken(refusal: Answer) -> None:
    with MisbehavingServer(in_order([refusal] * 3)) as server:
        async with client(server.base_url) as dialer:
            receipt = await dialer.newcall(CALL)
    assert receipt.query_count == 1
    assert server.attempts == 4
    assert server.accepted == {"0": 1}


async def test_call_refused_for_now_again_and_again_is_rate_limited() -> None:
    with MisbehavingServer(Answer(429, retry_after="7")) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(RateLimited) as caught:
                await dialer.newcall(CALL)
    assert (caught.value.retry_after, caught.value.tries, caught.value.status) == (7.0, 4, 429)
    assert server.attempts == 4


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Answer(400, b'{"error":"no"}'), ApiError),
        (Answer(401), AuthenticationFailed),
        (Answer(403), AuthenticationFailed),
        (Answer(404), ApiError),
        (Answer(413), ApiError),
        (Answer(200, b'{"error":"no such scenario"}'), ApiError),
        (Accept(report={"QUERY_COUNT": 0}), CallRejected),
        (Accept(report={"QUERY_COUNT": "0", "QUERY_ID": None}), CallRejected),
    ],
    ids=["400", "401", "403", "404", "413", "error_named", "count_0", "count_0_without_id"],
)
async def test_call_refused_for_good_is_an_api_error_and_not_repeated(
    behaviour: Behaviour, kind: type[ApiError]
) -> None:
    with MisbehavingServer(behaviour) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ApiError) as caught:
                await dialer.newcall(CALL)
    assert type(caught.value) is kind
    assert not caught.value.may_have_dialled
    assert server.attempts == 1


async def test_readable_receipt_wins_over_its_status() -> None:
    with MisbehavingServer(Accept(status=500)) as server:
        async with client(server.base_url) as dialer:
            assert (await dialer.newcall(CALL)).query_count == 1
    assert server.attempts == 1


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        (Call(1, "89220000000", generation_type=1), {}),
        (None, {"phone": "89220000000", "generation_type": 1}),
        (CALL, {"immediate": True}),
        (None, {"phone": "89220000000", "generation_type": 1, "window": WINDOW, "immediate": True}),
        (None, {"phone": "89220000000", "immediate": True}),
        (None, {"phone": "123", "generation_type": 1, "immediate": True}),
        (None, {"generation_type": 1, "immediate": True}),
        (None, {"phone": "89220000000", "generation_type": 1, "window": CallWindow(time(10, 0, 30), time(11))}),
        (None, {"phone": "89220000000", "generation_type": 1, "immediate": True, "extra": {"phone": "89220000001"}}),
    ],
    ids=[
        "no_hours",
        "no_hours_in_fields",
        "both",
        "both_in_fields",
        "no_scenario",
        "bad_phone",
        "no_phone",
        "seconds",
        "extra",
    ],
)
async def test_call_refused_here_sends_nothing(call: Call | None, fields: dict[str, object]) -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(InvalidCall):
                await dialer.newcall(call, **fields)  # type: ignore[arg-type]
    assert server.connections == 0


async def test_call_sends_id_zero_and_its_hours_in_minutes() -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url) as dialer:
            await dialer.newcall(CALL)
            await dialer.newcall(phone="+7 922 000-00-01", generation_type="2", immediate=True)
    first, second = (record.info.fields for record in server.requests if record.info)
    assert first["id"] == second["id"] == "0"
    assert (first["timestart"], first["timestop"]) == ("10:00", "19:00")
    assert second["phone"] == "89220000001"
    assert not {"timestart", "timestop", "access_token"} & second.keys()


async def test_cancelled_call_is_cancelled_and_frees_its_slot() -> None:
    with MisbehavingServer(in_order([NeverAnswer()])) as server:
        async with AsyncAutodialer(server.base_url, api_key="key-of-a-test", concurrency=1) as dialer:
            with anyio.move_on_after(0.2) as scope:
                await dialer.newcall(CALL)
            assert scope.cancelled_caught
            assert (await dialer.newcall(CALL)).query_count == 1


async def test_calls_share_the_slots_of_the_client() -> None:
    with MisbehavingServer(Accept(delay=0.02)) as server:
        dialer = AsyncAutodialer(server.base_url, api_key="key-of-a-test", concurrency=3)
        async with dialer, anyio.create_task_group() as tasks:
            for _ in repeat(None, 15):
                tasks.start_soon(dialer.newcall, CALL)
    assert server.max_in_flight == 3
    assert server.attempts == 15


@pytest.mark.parametrize("refusal", [Answer(503, retry_after="1000"), Answer(429, retry_after="1000")])
async def test_call_with_a_deadline_says_within_it_that_the_service_asked_for_a_long_pause(refusal: Answer) -> None:
    with MisbehavingServer(refusal) as server:
        async with AsyncAutodialer(server.base_url, api_key="key-of-a-test") as dialer:
            with anyio.fail_after(20):
                with pytest.raises(ApiError) as first:
                    await dialer.newcall(CALL, deadline=0.5)
                with pytest.raises(NotSent):
                    await dialer.newcall(CALL, deadline=0.1)
    assert (first.value.status, server.attempts) == (refusal.status, 1)


async def test_call_whose_deadline_comes_while_the_answer_is_awaited_is_unknown() -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        async with AsyncAutodialer(server.base_url, api_key="key-of-a-test") as dialer:
            with anyio.fail_after(20), pytest.raises(DeliveryUnknown):
                await dialer.newcall(CALL, deadline=0.5)
    assert server.attempts == 1


async def test_deadline_of_a_call_that_is_no_number_of_seconds_is_refused() -> None:
    async with AsyncAutodialer("http://127.0.0.1:1", api_key="key-of-a-test") as dialer:
        for wrong in (-1, float("nan"), "5"):
            with pytest.raises(ConfigurationError, match="deadline"):
                await dialer.newcall(CALL, deadline=wrong)  # type: ignore[arg-type] # what is tested
