"""`on_attempt` and `on_outcome`: told of all, never a danger to what is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Awaitable
from datetime import date
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AttemptEvent,
    BatchState,
    ConfigurationError,
    DeliveryUnknown,
    OutcomeEvent,
    Phase,
    RateLimited,
    RetryPolicy,
    UploadIncomplete,
)
from tests.bulk.service import Service, client, records, report

pytestmark = pytest.mark.anyio

DAY = date(2026, 1, 5)


def answering(*answers: httpx.Response) -> Service:
    """A service that gives these answers first, then takes all."""
    left = list(answers)

    async def answer(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        return left.pop(0) if left else None

    return Service(answer)


def one_call(answer: httpx.Response | Exception, **settings: Any) -> AsyncAutodialer:
    def reply(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    given: dict[str, Any] = {"retry": RetryPolicy(attempts=2, base=0.0)} | settings
    return AsyncAutodialer(
        "http://service.test/base", api_key="fake-key", transport=httpx.MockTransport(reply), **given
    )


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_each_try_and_each_batch_is_told_in_order_with_all_facts(asynchronous: bool) -> None:
    attempts: list[AttemptEvent] = []
    outcomes: list[OutcomeEvent] = []

    async def later_attempt(event: AttemptEvent) -> None:
        await anyio.lowlevel.checkpoint()
        attempts.append(event)

    async def later_outcome(event: OutcomeEvent) -> None:
        outcomes.append(event)

    hooks: dict[str, Any] = {"on_attempt": attempts.append, "on_outcome": outcomes.append}
    if asynchronous:
        hooks = {"on_attempt": later_attempt, "on_outcome": later_outcome}
    service = answering(httpx.Response(429, headers={"Retry-After": "0"}), report(5, inserted="4"))
    async with client(service, batch_size=5, concurrency=1, **hooks) as dialer:
        result = await dialer.make(records(12))
    assert [(event.batch, event.number, event.status, event.state) for event in attempts] == [
        (0, 1, 429, BatchState.REJECTED),
        (0, 2, 200, BatchState.ACCEPTED),
        (1, 1, 200, BatchState.ACCEPTED),
        (2, 1, 200, BatchState.ACCEPTED),
    ]
    first, *_, last = attempts
    assert isinstance(first.error, RateLimited)
    assert (first.operation, first.template) == ("make", "POST /{apikey}/make")
    assert (last.error, last.phase, last.records) == (None, Phase.WHOLE, 2)
    assert all(event.seconds >= 0 for event in attempts)
    assert [
        (event.batch, event.state, event.records, event.tries, event.report, event.error) for event in outcomes
    ] == [(batch.index, batch.state, batch.size, batch.tries, batch.report, None) for batch in result.batches]
    assert outcomes[0].report is not None
    assert outcomes[0].report.inserted == 4


async def test_the_halves_of_a_batch_that_was_too_large_are_told_and_the_whole_is_not() -> None:
    attempts: list[AttemptEvent] = []
    outcomes: list[OutcomeEvent] = []
    service = answering(httpx.Response(413))
    async with client(service, on_attempt=attempts.append, on_outcome=outcomes.append) as dialer:
        await dialer.make(records(4))
    assert [(event.batch, event.status) for event in attempts] == [(0, 413), (1, 200), (2, 200)]
    assert [(event.batch, event.records) for event in outcomes] == [(1, 2), (2, 2)]


async def test_batches_that_never_left_are_told_as_outcomes_without_tries() -> None:
    attempts: list[AttemptEvent] = []
    outcomes: list[OutcomeEvent] = []
    service = answering(httpx.Response(401))
    async with client(
        service, batch_size=1, concurrency=1, on_attempt=attempts.append, on_outcome=outcomes.append
    ) as dialer:
        result = await dialer.make(records(3), on_failure="return")
    assert len(attempts) == 1
    assert sorted((event.state.value, event.tries) for event in outcomes) == sorted(
        (batch.state.value, batch.tries) for batch in result.batches
    )
    assert any(event.tries == 0 for event in outcomes)


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (httpx.Response(200, json={"QUERY_ID": "5", "QUERY_COUNT": "1"}), None, BatchState.ACCEPTED),
        (httpx.Response(400), ApiError, BatchState.REJECTED),
        (httpx.Response(500), DeliveryUnknown, BatchState.UNKNOWN),
    ],
)
async def test_one_call_is_told_and_its_error_comes_as_itself(
    answer: httpx.Response, error: type[Exception] | None, state: BatchState
) -> None:
    outcomes: list[OutcomeEvent] = []
    async with one_call(answer, on_outcome=outcomes.append) as dialer:
        if error is None:
            await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
        else:
            with pytest.raises(error) as raised:
                await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
            assert outcomes[0].error is raised.value
    assert [(event.state, event.operation, event.template, event.records, event.batch) for event in outcomes] == [
        (state, "newcall", "POST /base/{apikey}/newcall", 1, None)
    ]


@pytest.mark.parametrize("operation", ["cdr", "ping", "history"])
async def test_what_only_reads_is_told_by_the_name_of_what_was_asked(operation: str) -> None:
    attempts: list[AttemptEvent] = []
    async with one_call(httpx.Response(200, json=[]), on_attempt=attempts.append) as dialer:
        if operation == "ping":
            await dialer.ping()
        elif operation == "cdr":
            await dialer.cdr(DAY)
        else:
            async with dialer.history(DAY) as rows:
                assert [row async for row in rows] == []
    assert [(event.operation, event.template, event.records) for event in attempts] == [
        (operation, "POST /base/{apikey}/cdr", 0)
    ]


async def test_a_history_that_is_followed_is_told_while_it_goes_on() -> None:
    heard = anyio.Event()

    async def hear(event: AttemptEvent) -> None:
        heard.set()

    row = {"QUERY_ID": "1", "DST": "89222220000", "TIME": "2026-01-05 10:00:00 +0300", "CODE": "ANSWERED", "SEC": "7"}
    async with (
        one_call(httpx.Response(200, json=[row]), on_attempt=hear) as dialer,
        dialer.history(since=DAY) as rows,
    ):
        assert (await anext(rows)).seconds == 7
        with anyio.fail_after(10):
            await heard.wait()


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_a_hook_that_raises_is_logged_once_a_client_and_hurts_nothing(
    asynchronous: bool, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0

    def fail(event: object) -> None:
        nonlocal calls
        calls += 1
        raise LookupError("of the caller")

    async def fail_later(event: object) -> None:
        fail(event)

    hook: Any = fail_later if asynchronous else fail
    async with client(Service(), batch_size=5, on_attempt=hook) as dialer:
        for _ in range(2):
            assert (await dialer.make(records(30))).complete
    assert calls == 12
    said = [entry for entry in caplog.records if entry.levelno >= logging.WARNING]
    assert [entry.getMessage().split()[0] for entry in said] == ["on_attempt"]


async def test_a_hook_that_meets_a_cancel_of_its_own_is_logged_once_and_hurts_nothing(
    anyio_backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    if anyio_backend == "trio":
        pytest.skip("on trio a cancel stays within its own scope")
    heard: list[AttemptEvent] = []

    async def hook(event: AttemptEvent) -> None:
        heard.append(event)
        # As from awaiting a task that somebody has cancelled.
        raise anyio.get_cancelled_exc_class()

    async with client(Service(), batch_size=5, on_attempt=hook) as dialer:
        result = await dialer.make(records(20))
    assert (result.accepted, len(heard)) == (20, 4)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [
        "on_attempt raised; the work goes on, and this is not said again"
    ]


async def test_a_plain_function_that_gives_a_coroutine_is_awaited() -> None:
    heard: list[OutcomeEvent] = []

    async def later(event: OutcomeEvent) -> None:
        heard.append(event)

    def decorated(event: OutcomeEvent) -> Awaitable[None]:
        return later(event)

    async with client(Service(), batch_size=5, on_outcome=decorated) as dialer:
        await dialer.make(records(20))
    assert len(heard) == 4


async def test_a_hook_that_blocks_stalls_neither_the_upload_nor_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodialer_async._observe.observer.PATIENCE", 0.05)
    go_on = threading.Event()

    def block(event: OutcomeEvent) -> None:
        go_on.wait(30)

    try:
        async with client(Service(), batch_size=5, on_outcome=block) as dialer:
            with anyio.fail_after(10):
                assert (await dialer.make(records(50))).complete
    finally:
        go_on.set()


async def test_a_hook_that_never_returns_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autodialer_async._observe.observer.PATIENCE", 0.05)

    async def never(event: OutcomeEvent) -> None:
        await anyio.sleep_forever()

    async with client(Service(), batch_size=5, on_outcome=never) as dialer:
        with anyio.fail_after(10):
            assert (await dialer.make(records(50))).complete


async def test_a_hook_that_is_too_slow_says_how_much_it_missed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("autodialer_async._observe.observer._BACKLOG", 3)
    service = Service()
    seen: list[int | None] = []

    async def slow(event: OutcomeEvent) -> None:
        seen.append(event.batch)
        while len(service.records) < 20:
            await anyio.lowlevel.checkpoint()

    async with client(service, batch_size=1, concurrency=1, on_outcome=slow) as dialer:
        await dialer.make(records(20))
    missed = 20 - len(seen)
    assert missed > 0
    assert caplog.records[-1].getMessage() == f"on_outcome is too slow: it missed {missed} events"
    assert seen[-1] == 19


async def test_a_hook_hears_what_a_cancel_left_unknown() -> None:
    outcomes: list[OutcomeEvent] = []
    begun = anyio.Event()

    async def hang(number: int, batch: list[dict[str, str]]) -> None:
        begun.set()
        await anyio.sleep_forever()

    dialer = client(Service(hang), batch_size=5, concurrency=2, on_outcome=outcomes.append)

    async def upload() -> None:
        async with dialer.upload(records(100)) as running:
            await begun.wait()
            running.stop(grace=0.01)
            tasks.cancel_scope.cancel()
            await anyio.sleep_forever()

    async with dialer, anyio.create_task_group() as tasks:
        tasks.start_soon(upload)
    states = [event.state for event in outcomes]
    assert BatchState.UNKNOWN in states
    assert BatchState.UNSENT in states


async def test_an_incomplete_upload_raises_as_it_does_without_hooks() -> None:
    async with client(answering(httpx.Response(500)), on_attempt=lambda _: None) as dialer:
        with pytest.raises(UploadIncomplete):
            await dialer.make(records(3))

        def source() -> Any:
            yield records(1)[0]
            raise LookupError("of the source")

        with pytest.raises(LookupError, match="of the source"):
            await dialer.make(source())


@pytest.mark.parametrize("name", ["on_attempt", "on_outcome"])
def test_a_hook_that_cannot_be_called_is_refused(name: str) -> None:
    hook: Any = {name: "print"}
    with pytest.raises(ConfigurationError, match=f"{name} is a function, not str"):
        AsyncAutodialer("http://service.test", api_key="fake-key", **hook)
