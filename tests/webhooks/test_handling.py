"""Handlers: begun after the answer, begun again when they fail, given up in the end, never begun twice at once."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from autodialer_async.webhooks import Backoff, EventState, Inbox, Lead, ReceivedEvent, WebhookReceiver
from tests.webhooks.conftest import Receiving, StartReceiving
from tests.webhooks.events import event
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until, until_counted

pytestmark = pytest.mark.anyio
PHONE = "89222220000"


async def handled(here: Receiving, number: int = 1) -> None:
    await until_counted(here.receiver.inbox, "handled", number)


async def test_a_handler_runs_after_the_answer_and_does_not_delay_it(receiving: StartReceiving) -> None:
    begun, go_on, seen = anyio.Event(), anyio.Event(), []

    async def on_event(received: ReceivedEvent) -> None:
        begun.set()
        await go_on.wait()
        seen.append(received)

    async with receiving(on_event=on_event) as here:
        assert (await here.send(phone=PHONE, duration="12", answer="да")).status_code == 200
        await begun.wait()
        assert (await here.send(phone=PHONE, duration="12", answer="да")).json() == {"status": "repeated"}
        go_on.set()
        await handled(here)
        [received] = seen
        [kept] = await here.receiver.inbox.events()
        assert (received.key, received.phone, received.tries, received.id) == (kept.key, PHONE, 1, None)
        assert kept.copies == 2


async def test_a_handler_that_is_not_async_runs_in_a_thread_and_one_may_be_an_object(
    receiving: StartReceiving,
) -> None:
    threads: list[str] = []

    class Async:
        async def __call__(self, received: ReceivedEvent) -> None:
            threads.append(threading.current_thread().name)

    async def later() -> None:
        threads.append(threading.current_thread().name)

    def blocking(received: ReceivedEvent) -> None:
        threads.append(threading.current_thread().name)

    here_is = threading.current_thread().name
    for on_event in (blocking, Async(), lambda received: later()):
        async with receiving(on_event=on_event) as here:
            counts = await here.receiver.inbox.counts()
            await here.send(phone=PHONE, duration=str(10 + counts[EventState.HANDLED]))
            await handled(here, counts[EventState.HANDLED] + 1)
    assert threads[0] != here_is
    assert threads[1:] == [here_is, here_is]


async def test_a_handler_that_fails_is_begun_again_under_the_same_key_and_then_given_up(
    receiving: StartReceiving, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[tuple[str, int, str | None]] = []

    async def on_event(received: ReceivedEvent) -> None:
        tries.append((received.key, received.tries, received.problem))
        raise ValueError(f"no place for {received.phone} {received.answer}")

    async with receiving(on_event=on_event) as here:
        await here.send(phone=PHONE, answer="меня зовут Пётр")
        await until_counted(here.receiver.inbox, "dead")
        [dead] = await here.receiver.inbox.dead()
        assert [number for _, number, _ in tries] == [1, 2, 3]
        assert {key for key, _, _ in tries} == {dead.key}
        assert dead.problem is not None
        assert dead.problem.startswith("ValueError at test_handling.py:")
        assert tries[1][2] == dead.problem
        tries.clear()
        assert await here.receiver.inbox.replay() == 1
        await until_counted(here.receiver.inbox, "dead")
    assert "a dead letter" in caplog.text
    assert PHONE not in caplog.text
    assert "Пётр" not in caplog.text


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_handler_that_exits_fails_like_any_other(receiving: StartReceiving, is_async: bool) -> None:
    async def exits(received: ReceivedEvent) -> None:
        if received.tries == 1:
            sys.exit("no place")

    on_event = exits if is_async else lambda received: sys.exit("no place") if received.tries == 1 else None
    async with receiving(on_event=on_event) as here:
        await here.send(phone=PHONE, duration="12", answer="да")
        await handled(here)
        [kept] = await here.receiver.inbox.events()
        assert kept.tries == 2


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_handler_whose_own_task_was_cancelled_fails_like_any_other(receiving: StartReceiving) -> None:
    async def on_event(received: ReceivedEvent) -> None:
        if received.tries == 1:
            lookup = asyncio.ensure_future(asyncio.sleep(60))
            lookup.cancel()
            await lookup

    async with receiving(on_event=on_event) as here:
        await here.send(phone=PHONE, duration="12", answer="да")
        await handled(here)
        await here.send(phone=PHONE, duration="13", answer="да")
        await handled(here, 2)
        assert [kept.tries for kept in await here.receiver.inbox.events()] == [2, 2]


async def test_one_that_fails_does_not_hold_up_the_others(receiving: StartReceiving) -> None:
    async def on_event(received: ReceivedEvent) -> None:
        if received.duration == 1:
            raise KeyError

    async with receiving(on_event=on_event, backoff=Backoff(attempts=2, base=3600), handlers=1) as here:
        for seconds in range(5):
            await here.send(phone=PHONE, duration=str(seconds))
        await handled(here, 4)
        [waiting] = await here.receiver.inbox.events(state=EventState.WAITING)
        assert (waiting.duration, waiting.tries) == (1, 1)


async def test_no_more_handlers_run_at_once_than_were_allowed(tmp_path: Path) -> None:
    running = most = 0

    async def on_event(received: ReceivedEvent) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.01)
        running -= 1

    inbox = Inbox(tmp_path / "calls.db")
    async with inbox.worker() as worker:
        for number in range(30):
            await worker.put(event(number))
    async with WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event, handlers=3):
        await until_counted(inbox, "handled", 30)
    assert most == 3


async def test_a_handler_that_takes_too_long_is_stopped(receiving: StartReceiving) -> None:
    async with receiving(on_event=lambda received: anyio.sleep_forever(), handler_timeout=0.05) as here:
        await here.send(phone=PHONE)
        await until_counted(here.receiver.inbox, "dead")
        [dead] = await here.receiver.inbox.dead()
        assert dead.problem is not None
        assert dead.problem.startswith("TimeoutError")


async def test_a_handler_may_finish_when_the_receiver_stops(tmp_path: Path) -> None:
    begun, inbox = anyio.Event(), Inbox(tmp_path / "calls.db")

    async def on_event(received: ReceivedEvent) -> None:
        begun.set()
        await anyio.sleep(0.1)

    async with inbox.worker() as worker:
        await worker.put(event())
    async with WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event):
        await begun.wait()
    assert (await inbox.counts())[EventState.HANDLED] == 1


async def test_a_handler_that_does_not_is_cancelled_and_runs_again_next_time(tmp_path: Path) -> None:
    inbox, tries = Inbox(tmp_path / "calls.db"), []
    begun = anyio.Event()

    async def on_event(received: ReceivedEvent) -> None:
        tries.append((received.key, received.tries))
        begun.set()
        if len(tries) == 1:
            await anyio.sleep_forever()

    async with inbox.worker() as worker:
        await worker.put(event())
    async with WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event, shutdown_grace=0.05):
        await begun.wait()
    assert (await inbox.counts())[EventState.WAITING] == 1
    async with WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event):
        await until_counted(inbox, "handled")
    # The try that was taken away from it does not count.
    assert tries[0] == tries[1]


async def test_a_cancelled_application_gives_its_events_back(tmp_path: Path) -> None:
    inbox, begun = Inbox(tmp_path / "calls.db"), anyio.Event()

    async def on_event(received: ReceivedEvent) -> None:
        begun.set()
        await anyio.sleep_forever()

    async with inbox.worker() as worker:
        await worker.put(event())
    with anyio.CancelScope() as scope:
        async with WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event, shutdown_grace=0.05):
            await begun.wait()
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    async with inbox.worker() as worker:
        assert len(await worker.claim(1)) == 1


async def test_what_waits_for_its_time_is_not_lost_by_a_restart(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    inbox = Inbox(tmp_path / "calls.db", clock=lambda: now)

    async def fail(received: ReceivedEvent) -> None:
        raise KeyError

    async def has_failed() -> bool:
        return (await inbox.events())[0].problem is not None

    async with inbox.worker() as worker:
        await worker.put(event())
    settings = {"secret": SECRET, "inbox": inbox, "clock": lambda: now, "backoff": Backoff(base=60, attempts=3)}
    async with WebhookReceiver(on_event=fail, **settings):  # type: ignore[arg-type]
        await until(has_failed)
    now += timedelta(seconds=61)
    async with WebhookReceiver(on_event=lambda received: None, **settings):  # type: ignore[arg-type]
        await until_counted(inbox, "handled")


async def test_a_lead_is_made_of_an_answered_call_with_words(receiving: StartReceiving) -> None:
    leads: list[Lead | None] = []
    async with receiving(on_event=lambda received: leads.append(received.lead), handlers=1) as here:
        for number, (duration, answer) in enumerate([("12", "угу"), ("0", "угу"), ("12", ""), ("", "угу")], start=1):
            await here.send(phone=PHONE, duration=duration, answer=answer)
            await handled(here, number)
    assert [lead is not None for lead in leads] == [True, False, False, True]
    lead = leads[0]
    assert lead is not None
    assert (lead.contact.phone, lead.call.duration, lead.answer, lead.source) == (PHONE, 12, "угу", "Автодайлер")
    assert "угу" not in repr(lead)
    assert PHONE not in repr(lead)


async def test_the_rule_for_leads_is_the_user_s(receiving: StartReceiving) -> None:
    leads: list[Lead | None] = []
    rule = {"lead_when": lambda received: received.raw["result"] == "2", "lead_source": "осень"}
    async with receiving(on_event=lambda received: leads.append(received.lead), handlers=1, **rule) as here:
        await here.send(phone=PHONE, result="1")
        await handled(here)
        await here.send(phone=PHONE, result="2")
        await handled(here, 2)
        # A rule that fails is a failure of the handler.
        await here.send(phone=PHONE)
        await until_counted(here.receiver.inbox, "dead")
    assert [lead and lead.source for lead in leads] == [None, "осень"]
