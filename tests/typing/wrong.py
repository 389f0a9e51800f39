"""Wrong uses, never run: type checkers must object to each line that ends with `# wrong`, and to no other."""

from __future__ import annotations

from datetime import date, time

from fastapi import FastAPI

import autodialer_async
from autodialer_async import (
    AsyncAutodialer,
    BatchState,
    Call,
    CallWindow,
    DeliveryUnknown,
    Dialect,
    Progress,
    RateLimit,
    RetryPolicy,
    UploadResult,
)
from autodialer_async.call_list import read_calls
from autodialer_async.emulator import Emulator
from autodialer_async.fast import FastTransport
from autodialer_async.history.campaign import CallAgain
from autodialer_async.history.report import CampaignReport, page_of
from autodialer_async.history.tables import write_table
from autodialer_async.journal import Journal, SqliteJournal
from autodialer_async.mocked import MockedService
from autodialer_async.webhooks import CallEvent, ReceivedEvent, WebhookReceiver, parse_event
from autodialer_async.webhooks.fastapi import router


class Debtor:
    """One person, where a list of them is wanted."""


def no_event(event: int) -> None:
    use(event)


def use(value: object) -> None:
    del value


def clients() -> None:
    AsyncAutodialer("https://site.url", "key")  # wrong
    AsyncAutodialer(concurrency="8")  # wrong
    AsyncAutodialer(timeout="60 s")  # wrong
    AsyncAutodialer(retry=3)  # wrong
    AsyncAutodialer(rate_limit=100)  # wrong
    AsyncAutodialer(default_window=(time(10), time(19)))  # wrong
    AsyncAutodialer(server_tz="Europe/Moscow")  # wrong
    AsyncAutodialer(transport=FastTransport)  # wrong
    AsyncAutodialer(max_retries=3)  # wrong
    RetryPolicy(retries=3)  # wrong
    RateLimit(records_per_second="100")  # wrong
    Dialect(phone_format="9XXXXXXXXX")  # wrong
    Dialect(token_in=frozenset({"mak"}))  # wrong
    with AsyncAutodialer() as _:  # wrong
        pass


def records() -> None:
    Call(1)  # wrong
    Call("1", 89222220000.0)  # wrong
    Call("1", None)  # wrong
    Call("1", "89222220000", "Петров")  # wrong
    Call("1", "89222220000", window="10:00-19:00")  # wrong
    Call("1", "89222220000", max_count="2")  # wrong
    Call("1", "89222220000", var4="x")  # wrong
    Call("1", "89222220000", extra={"a": 1})  # wrong
    Call("1", "89222220000").phone = "89222220001"  # wrong
    CallWindow("10:00", "19:00")  # wrong
    CallWindow(time(10))  # wrong


async def operations(dialer: AsyncAutodialer, calls: list[Call]) -> None:
    await dialer.make(5)  # wrong
    await dialer.make(Debtor())  # wrong
    await dialer.make("list.csv")  # wrong
    await dialer.make([1, 2])  # wrong
    await dialer.make(calls, on_failure="ignore")  # wrong
    await dialer.make(calls, on_progress=no_event)  # wrong
    await dialer.make(calls, journal=True)  # wrong
    await dialer.make(calls, deadline="1 h")  # wrong
    await dialer.make(calls, chunk_size=5)  # wrong
    await dialer.upload(calls)  # wrong
    dialer.upload(calls, strict=True)  # wrong
    async with dialer.upload(calls) as upload:
        for outcome in upload:  # wrong
            use(outcome)
    for row in dialer.history(date(2026, 1, 1)):  # wrong
        use(row)
    dialer.history(date(2026, 1, 1), since=date(2026, 1, 1))  # wrong
    await dialer.cdr("2026-01-01")  # wrong
    await dialer.newcall("89222220000")  # wrong
    await dialer.newcall(phone=89222220000.0)  # wrong
    await dialer.reconcile()  # wrong
    result: UploadResult = dialer.make(calls)  # wrong
    use(result)
    dialer.cdr(date(2026, 1, 1)).sort()  # wrong


def what_came_back(result: UploadResult, progress: Progress, error: DeliveryUnknown) -> None:
    result.accepted = 5  # wrong
    use(result.inserted + 1)  # wrong
    use(result.failed)  # wrong
    result.unsent_calls().sort()  # wrong
    use(result.batches[0].report.lines)  # wrong
    use(progress.seconds_left / 60)  # wrong
    use(error.retry_after)  # wrong
    use(BatchState.DONE)  # wrong
    use(autodialer_async.Autodialler)  # wrong


async def rooms(dialer: AsyncAutodialer, mock: MockedService) -> None:
    read_calls(5)  # wrong
    read_calls("list.csv", hidden="maybe")  # wrong
    read_calls("list.csv", separator=";")  # wrong
    await read_calls("list.csv")  # wrong
    SqliteJournal()  # wrong
    Journal()  # wrong
    write_table([1, 2], "calls.csv")  # wrong
    CallAgain(outcomes=5)  # wrong
    campaign = await dialer.campaign(5)  # wrong
    CampaignReport(campaign)  # wrong
    page_of(campaign, "de")  # wrong
    WebhookReceiver("secret", inbox="calls.db")  # wrong
    WebhookReceiver(secret="secret")  # wrong
    WebhookReceiver(secret="secret", inbox="calls.db", on_event=no_event)  # wrong
    parse_event("POST", body="phone=89222220000")  # wrong
    event: ReceivedEvent = parse_event("GET")  # wrong
    use(event.telephone)  # wrong
    CallEvent("89222220000").phone = "8"  # wrong
    router("secret")  # wrong
    FastAPI(lifespan=WebhookReceiver.lifespan)  # wrong
    Emulator(seeds=1)  # wrong
    Emulator.serve(port="80")  # wrong
    async with Emulator() as emulator:  # wrong
        use(emulator)
    use(mock.newcalls)  # wrong
