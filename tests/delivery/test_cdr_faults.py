"""History over days: every fault may be repeated, nothing is lost, and no slot is held for a busy reader."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AuthenticationFailed,
    ConfigurationError,
    RateLimited,
    RetryPolicy,
    TransportError,
    UnreadableAnswer,
)
from autodialer_async._wire.cdr import read_cdr_answer
from tests.faults.ledger import made_calls
from tests.servers.misbehaving import (
    Accept,
    Answer,
    AnswerLate,
    Behaviour,
    DropAfterAccepting,
    EmptyBody,
    GarbageStatusLine,
    Html,
    MisbehavingServer,
    NeverAnswer,
    Redirect,
    TruncatedJson,
    closed_port,
    in_order,
)

if TYPE_CHECKING:
    from tests.servers.misbehaving import RequestInfo

pytestmark = pytest.mark.anyio

RETRY = RetryPolicy(attempts=4, base=0.001, max_retry_after=0.01)
FIRST = date(2026, 1, 28)
TEN_DAYS = [FIRST + timedelta(days=number) for number in range(10)]


def row(number: int, day: str, at: str = "12:00:00", **changed: Any) -> dict[str, Any]:
    fields = {"QUERY_ID": 7, "DST": f"8922000000{number}", "TIME": f"{day} {at} Z", "CODE": "ANSWERED 16", "SEC": 5}
    return fields | changed


def one_row_a_day(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
    assert day is not None
    return [row(0, day, DST=f"8922{day.replace('-', '')[1:]}")]


def client(url: str, *, timeout: float = 10.0, concurrency: int = 8) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key="key-of-a-test", timeout=timeout, retry=RETRY, concurrency=concurrency)


def days_asked(server: MisbehavingServer) -> list[tuple[str, str]]:
    asked = [record.info.fields for record in server.requests if record.info]
    return [(fields["date_from"], fields["date_to"]) for fields in asked]


async def test_long_range_is_cut_by_day_and_given_in_order() -> None:
    with MisbehavingServer(history=one_row_a_day) as server:
        async with client(server.base_url) as dialer:
            rows = await dialer.cdr(TEN_DAYS[0], TEN_DAYS[-1])
    assert [found.time.date() for found in rows if found.time] == TEN_DAYS
    assert sorted(days_asked(server)) == [(str(day), str(day)) for day in TEN_DAYS]


async def test_one_day_is_one_request_with_the_number_as_it_goes_on_the_wire() -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url) as dialer:
            assert await dialer.cdr(FIRST, to="+7 (922) 000-00-07") == []
    assert days_asked(server) == [(str(FIRST), str(FIRST))]
    assert server.requests[0].info is not None
    assert server.requests[0].info.fields["to"] == "89220000007"


@pytest.mark.parametrize("concurrency", [1, 2, 3])
async def test_days_share_the_slots_of_the_client(concurrency: int) -> None:
    with MisbehavingServer(Accept(delay=0.02), history=one_row_a_day) as server:
        async with client(server.base_url, concurrency=concurrency) as dialer, anyio.create_task_group() as tasks:
            tasks.start_soon(dialer.cdr, TEN_DAYS[0], TEN_DAYS[-1])
            tasks.start_soon(dialer.make, made_calls(3))
            tasks.start_soon(dialer.ping)
    assert server.max_in_flight <= concurrency
    assert len(server.requests) == 12


async def test_last_state_of_a_number_in_a_task_stays_whichever_day_names_it() -> None:
    def history(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
        later = {"2026-01-28": "15:00:00", "2026-01-29": "09:00:00"}[str(day)]
        return [row(1, str(day), later, CODE="BUSY"), row(1, str(day), "08:00:00", CODE="FAILED"), row(2, str(day))]

    with MisbehavingServer(history=history) as server:
        async with client(server.base_url) as dialer:
            rows = await dialer.cdr(FIRST, FIRST + timedelta(days=1))
    assert [(found.dst, str(found.time)) for found in rows] == [
        ("89220000001", "2026-01-29 09:00:00+00:00"),
        ("89220000002", "2026-01-29 12:00:00+00:00"),
    ]


async def test_bad_rows_stay_with_their_problem_and_their_raw_fields() -> None:
    bad = [
        row(1, "2026-01-28", SEC="five"),
        row(2, "2026-01-28", TIME="yesterday"),
        row(3, "2026-01-28", QUERY_ID=None),
        {"QUERY_ID": 1, "DST": None},
        "no row",
    ]
    with MisbehavingServer(Answer(200, json.dumps([*bad, row(9, "2026-01-28")]).encode())) as server:
        async with client(server.base_url) as dialer:
            rows = await dialer.cdr(FIRST)
    assert len(rows) == 6
    assert [found.problem is None for found in rows] == [False] * 5 + [True]
    assert [found.raw for found in rows[:4]] == bad[:4]


PASSING: dict[str, Behaviour] = {
    "dropped": DropAfterAccepting(),
    "reset": DropAfterAccepting(reset=True),
    "garbage": GarbageStatusLine(),
    "truncated": TruncatedJson(announced=True),
    **{str(status): Answer(status) for status in (408, 425, 429, 500, 502, 503, 504)},
    "429_after": Answer(429, retry_after="1"),
    "503_after": Answer(503, retry_after="1"),
}


@pytest.mark.parametrize("name", PASSING)
async def test_day_is_asked_for_again_after_a_passing_fault(name: str) -> None:
    with MisbehavingServer(in_order([PASSING[name]] * 3), history=[row(1, "2026-01-28")]) as server:
        async with client(server.base_url) as dialer:
            rows = await dialer.cdr(FIRST)
    assert [found.dst for found in rows] == ["89220000001"]
    assert server.attempts == 4


async def test_day_is_asked_for_again_after_a_timeout() -> None:
    with MisbehavingServer(in_order([NeverAnswer(), AnswerLate(30)]), history=[row(1, "2026-01-28")]) as server:
        async with client(server.base_url, timeout=0.4) as dialer:
            assert len(await dialer.cdr(FIRST)) == 1
    assert server.attempts == 3


@pytest.mark.parametrize(
    ("behaviour", "kind", "tries"),
    [
        (Answer(401), AuthenticationFailed, 1),
        (Answer(403), AuthenticationFailed, 1),
        (Answer(404), ApiError, 1),
        (Answer(400), ApiError, 1),
        (Answer(429), RateLimited, 4),
        (Answer(500), ApiError, 4),
        (Redirect(302), ApiError, 1),
        (Html(), UnreadableAnswer, 1),
        (Answer(200, b'"text"'), UnreadableAnswer, 1),
        (TruncatedJson(announced=True), UnreadableAnswer, 4),
        (DropAfterAccepting(), TransportError, 4),
    ],
    ids=["401", "403", "404", "400", "429", "500", "302", "html", "text", "truncated", "dropped"],
)
async def test_fault_that_stays_is_its_error_after_so_many_tries(
    behaviour: Behaviour, kind: type[Exception], tries: int
) -> None:
    with MisbehavingServer(behaviour) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(kind) as caught:
                await dialer.cdr(FIRST)
            with pytest.raises(kind):
                await dialer.ping()
    assert type(caught.value) is kind
    assert caught.value.tries == tries  # type: ignore[attr-defined]
    assert not caught.value.may_have_dialled  # type: ignore[attr-defined]
    assert server.attempts == 2 * tries


async def test_closed_port_is_a_transport_error() -> None:
    with closed_port() as port:
        async with client(f"http://127.0.0.1:{port}") as dialer:
            with pytest.raises(TransportError):
                await dialer.ping()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}"])
async def test_empty_history_is_no_rows(body: bytes) -> None:
    with MisbehavingServer(Answer(200, body) if body else EmptyBody()) as server:
        async with client(server.base_url) as dialer:
            assert await dialer.cdr(FIRST) == []
            await dialer.ping()


async def test_error_of_a_day_is_raised_where_the_reader_reaches_it() -> None:
    def script(request: RequestInfo) -> Behaviour | None:
        return None if not request.fields else Answer(400) if request.fields["date_from"] == "2026-01-30" else Accept()

    seen: list[date] = []
    with MisbehavingServer(script, history=one_row_a_day) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ApiError):  # noqa: PT012 - where it is raised is the point
                async with dialer.history(TEN_DAYS[0], TEN_DAYS[-1]) as rows:
                    async for found in rows:
                        assert found.time is not None
                        seen.append(found.time.date())
            await dialer.ping()
    assert seen == TEN_DAYS[:2]


async def test_paused_reader_of_history_holds_no_slot() -> None:
    with MisbehavingServer(history=one_row_a_day) as server:
        async with client(server.base_url, concurrency=1) as dialer:
            with anyio.fail_after(10):
                async with dialer.history(TEN_DAYS[0], TEN_DAYS[-1]) as rows:
                    await anext(rows)
                    assert (await dialer.make(made_calls(3))).complete
                    receipt = await dialer.newcall(made_calls(1)[0], immediate=True)
                    await dialer.ping()
                    rest = [found async for found in rows]
    assert receipt.query_count == 1
    assert len(rest) == 9


async def test_paused_reader_of_history_keeps_it_from_reading_far_ahead() -> None:
    with MisbehavingServer(history=one_row_a_day) as server:
        days = TEN_DAYS[0], TEN_DAYS[0] + timedelta(days=99)
        async with client(server.base_url) as dialer, dialer.history(*days) as rows:
            for day in range(1, 100):
                await anext(rows)
                assert len(server.requests) <= day + 5


async def test_history_left_early_asks_for_no_more_and_leaves_the_client_usable() -> None:
    with MisbehavingServer(Accept(delay=0.01), history=one_row_a_day) as server:
        async with client(server.base_url, concurrency=2) as dialer:
            async with dialer.history(TEN_DAYS[0], TEN_DAYS[0] + timedelta(days=365)) as rows:
                async for _ in rows:
                    break
            asked = len(server.requests)
            assert len(await dialer.cdr(FIRST)) == 1
    assert asked < 10
    assert len(server.requests) == asked + 1


async def test_exception_of_the_reader_comes_out_as_it_is() -> None:
    with MisbehavingServer(history=one_row_a_day) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(KeyError, match="mine"):  # noqa: PT012 - what comes out of the block is the point
                async with dialer.history(TEN_DAYS[0], TEN_DAYS[-1]) as rows:
                    await anext(rows)
                    raise KeyError("mine")


async def test_cancel_of_a_history_reader_is_a_cancel() -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        async with client(server.base_url, concurrency=1) as dialer:
            with anyio.move_on_after(0.2) as scope:
                await dialer.cdr(TEN_DAYS[0], TEN_DAYS[-1])
            assert scope.cancelled_caught
            server.script = Accept()
            await dialer.ping()


@pytest.mark.parametrize(
    ("first", "last"), [(FIRST, FIRST - timedelta(days=1)), ("2026-01-28", None), (FIRST, "2026-01-29")]
)
async def test_wrong_days_are_a_configuration_error_and_nothing_is_sent(first: Any, last: Any) -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ConfigurationError):
                await dialer.cdr(first, last)
    assert server.connections == 0


async def test_row_that_moves_to_today_while_the_history_is_read_is_not_missed() -> None:
    today = datetime.now(UTC).date()
    moved: list[str] = []

    def history(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
        if day == str(today - timedelta(days=5)):
            # Called again before this day is answered.
            moved.append(day)
            return []
        return [row(1, str(today))] if day == str(today) and moved else []

    def script(request: RequestInfo) -> Behaviour | None:
        if not request.fields:
            return None
        return Accept(delay=0.1 if request.fields["date_from"] == str(today - timedelta(days=5)) else 0.0)

    with MisbehavingServer(script, history=history) as server:
        async with client(server.base_url) as dialer:
            rows = await dialer.cdr(today - timedelta(days=5), today)
    assert [found.dst for found in rows] == ["89220000001"]


async def test_days_that_are_not_over_are_asked_for_after_all_others_have_answered() -> None:
    today = datetime.now(UTC).date()
    days = [str(today + timedelta(days=number)) for number in range(-9, 2)]
    with MisbehavingServer(Accept(delay=0.02)) as server:
        async with client(server.base_url) as dialer:
            await dialer.cdr(today - timedelta(days=9), today + timedelta(days=1))
    asked = [first for first, _ in days_asked(server)]
    assert asked[-3:] == days[-3:]
    assert sorted(asked) == days


@pytest.mark.parametrize(("count", "beside"), [(10, False), (10_000, True)])
async def test_day_of_many_rows_is_read_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch, count: int, beside: bool
) -> None:
    threads: list[int] = []

    def read(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.get_ident())
        return read_cdr_answer(*arguments, **named)

    monkeypatch.setattr("autodialer_async._wire.cdr.read_cdr_answer", read)
    rows = [row(0, "2026-01-28", DST=f"8922{number:07}") for number in range(count)]
    with MisbehavingServer(in_order([Answer(500)]), history=rows) as server:
        async with client(server.base_url) as dialer:
            assert len(await dialer.cdr(FIRST)) == count
    assert len(threads) == 2
    assert (threads[-1] != threading.get_ident()) is beside
