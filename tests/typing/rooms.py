"""Typical code of users beyond the client, never run: lists, journal, history, webhooks, emulator, their own tests."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import assert_type
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

import autodialer_async
from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AutodialerError,
    Call,
    CallDetail,
    DeliveryUnknown,
    Dialect,
    InvalidCall,
    NotSent,
    RateLimit,
    RateLimited,
    Reconciliation,
    UploadIncomplete,
)
from autodialer_async.call_list import CallList, PhoneKind, RejectedRow, RejectReason, read_calls
from autodialer_async.emulator import Emulator, Fidelity, Rule, SeenRequest, Simulation, TooManyRequests, Webhook
from autodialer_async.fast import FastTransport
from autodialer_async.history.campaign import CallAgain, Campaign, Decision
from autodialer_async.history.report import CampaignReport, page_of
from autodialer_async.history.tables import write_table
from autodialer_async.journal import Journal, JournalRecord, MemoryJournal, RecordState, SqliteJournal
from autodialer_async.mocked import MockedService, mocked_service
from autodialer_async.webhooks import CallEvent, Inbox, Lead, ReceivedEvent, WebhookReceiver, make_lead, parse_event
from autodialer_async.webhooks.fastapi import router

MOSCOW = ZoneInfo("Europe/Moscow")


async def from_a_file(dialer: AsyncAutodialer, file: Path) -> None:
    calls = read_calls(file, columns={"phone": ["Телефон", 3]}, allow=[PhoneKind.FOREIGN, "short"], sheet=1)
    assert_type(calls, CallList)
    await dialer.make(calls, journal=Path("campaign.db"))
    assert_type(calls.rejected, list[RejectedRow])
    assert_type(calls.counts.rejected, Counter[RejectReason])
    for row in calls.rejected:
        assert_type(row.reason, RejectReason)
        assert_type(row.column, str | None)
    for call in calls:
        assert_type(call, Call)
        assert_type(call.phone, str)
        assert_type(call.max_count, int | None)
    with file.open("rb") as opened:
        await dialer.make(read_calls(opened, duplicates_by="phone_and_scenario"))
    await dialer.make(read_calls(sys.stdin))


async def with_a_journal(dialer: AsyncAutodialer, calls: list[Call]) -> None:
    kept: list[Journal] = [SqliteJournal("campaign.db", campaign="spring"), MemoryJournal()]
    for journal in kept:
        result = await dialer.make(calls, journal=journal, resend_unknown=True)
        assert_type(result.skipped, int)
        assert_type(await journal.counts(), Mapping[RecordState, int])
        assert_type(journal.unknown(), AsyncIterator[JournalRecord])
        assert_type(await dialer.reconcile(journal, clock_skew=timedelta(minutes=1)), Reconciliation)


async def the_history(dialer: AsyncAutodialer, calls: list[Call]) -> None:
    rows = await dialer.cdr(date(2026, 11, 1))
    write_table(rows, Path("calls.xlsx"))
    for row in rows:
        assert_type(row, CallDetail)
        assert_type(row.time, datetime | None)
        if row.code is not None:
            assert_type(row.code.disposition, autodialer_async.Disposition)
    campaign = await dialer.campaign("campaign.db", until=date(2026, 11, 2))
    assert_type(campaign, Campaign)
    assert_type(await campaign.decisions(CallAgain(most_attempts=3)), Counter[Decision])
    await dialer.make(campaign.to_call_again(calls))
    report = await CampaignReport.of(campaign, name="spring")
    assert_type(page_of(report, "ru"), str)


def what_went_wrong(error: AutodialerError) -> str:
    match error:
        case UploadIncomplete():
            return str(error.result.unknown)
        case RateLimited():
            assert_type(error.retry_after, float | None)
            assert_type(error.status, int | None)
            return "slower"
        case InvalidCall():
            assert_type(error.position, int | None)
            return error.reason
        case NotSent() | DeliveryUnknown() | ApiError():
            assert_type(error.tries, int)
            assert_type(error.excerpt, str | None)
        case _:
            pass
    assert_type(error.may_have_dialled, bool)
    return str(error)


async def remember(event: ReceivedEvent) -> None:
    assert_type(event.id, str | None)
    assert_type(event.lead, Lead | None)
    assert_type(make_lead(event), Lead)


def at_once(event: ReceivedEvent) -> bool:
    return event.duration is not None and event.duration > 5


def a_backend() -> FastAPI:
    receiver = WebhookReceiver(
        secret=["new", "old"], inbox=Inbox("calls.db"), on_event=remember, lead_when=at_once, server_tz=MOSCOW
    )
    app = FastAPI(lifespan=receiver.lifespan)
    app.include_router(router(receiver))
    assert_type(parse_event("POST", "phone=89222220000", {"Content-Type": "text/plain"}, b""), CallEvent)
    return app


async def at_the_emulator() -> None:
    async with Emulator.serve(
        seed=1, faults=[TooManyRequests()], simulation=Simulation(lines=5), fidelity=Fidelity(), webhook=Webhook("u")
    ) as emulator:
        assert_type(emulator, Emulator)
        dialer = AsyncAutodialer(
            emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token,
            transport=FastTransport(), rate_limit=RateLimit(records_per_second=100), dialect=Dialect(history_days=7),
        )  # fmt: skip
        async with dialer:
            await dialer.ping()
        emulator.add_fault(Rule(TooManyRequests(), times=2))
        emulator.advance(60)
        assert_type(emulator.accepted("1"), int)
        assert_type(emulator.dialled(89222220000), int)
        assert_type(emulator.requests, tuple[SeenRequest, ...])


@pytest.mark.anyio
@pytest.mark.autodialer("too_many_requests", seed=3)
async def test_of_a_user(autodialer: AsyncAutodialer, autodialer_emulator: Emulator) -> None:
    await autodialer.make([Call(1, "89222220000")])
    assert autodialer_emulator.dialled("+7 922 222-00-00") == 1


@pytest.mark.anyio
async def test_with_routes(autodialer_mock: MockedService) -> None:
    autodialer_mock.make.mock(side_effect=httpx.ReadTimeout)
    async with autodialer_mock.client(concurrency=1) as dialer:
        assert_type(dialer, AsyncAutodialer)
        await dialer.make([])


def test_with_a_router_of_its_own() -> None:
    with mocked_service() as service:
        assert_type(service.make.call_count, int)
