"""One span for what was asked, one for each request below it, tries as events: on both loops, in every task."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from autodialer_async import ApiError, DeliveryUnknown, RetryPolicy, UploadIncomplete
from tests.bulk.service import Service, client, records
from tests.observe.telemetry import Telemetry, recording
from tests.observe.test_hooks import answering, one_call

pytestmark = pytest.mark.anyio

DAY = date(2026, 1, 5)
MAKE = "POST /{apikey}/make"
CDR = "POST /base/{apikey}/cdr"


def parent_of(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id


def id_of(span: ReadableSpan | trace.Span) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def told(span: ReadableSpan, *names: str) -> list[Any]:
    attributes = span.attributes or {}
    return [attributes.get(name) for name in names]


async def test_the_spans_of_batches_are_children_of_their_upload_s_and_that_of_the_caller_s(
    telemetry: Telemetry,
) -> None:
    async with client(Service(), batch_size=5, concurrency=3) as dialer:
        with telemetry.tracers.get_tracer("caller").start_as_current_span("campaign") as campaign:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(dialer.make, records(20))
                tasks.start_soon(dialer.make, records(10))
            assert trace.get_current_span() is campaign
    uploads = telemetry.named("autodialer make")
    assert [parent_of(upload) for upload in uploads] == [id_of(campaign)] * 2
    batches = {told(upload, "autodialer.records.read")[0]: id_of(upload) for upload in uploads}
    children = [parent_of(span) for span in telemetry.named(MAKE)]
    assert (children.count(batches[20]), children.count(batches[10])) == (4, 2)
    assert len({span.get_span_context().trace_id for span in telemetry.spans}) == 1  # type: ignore[union-attr]  # ended


async def test_a_batch_s_span_has_its_facts_and_its_tries_as_events(telemetry: Telemetry) -> None:
    service = answering(httpx.Response(429, headers={"Retry-After": "0"}))
    async with client(service) as dialer:
        await dialer.make(records(3))
    (span,) = telemetry.named(MAKE)
    assert span.kind is SpanKind.CLIENT
    assert told(
        span, "http.request.method", "url.template", "url.scheme", "server.address", "server.port",
        "http.response.status_code", "http.request.resend_count",
    ) == ["POST", "/{apikey}/make", "http", "service.test", 80, 200, 1]  # fmt: skip
    assert told(
        span, "autodialer.operation", "autodialer.batch.index", "autodialer.records", "autodialer.state",
        "autodialer.phase", "autodialer.tries", "autodialer.report.lines", "autodialer.report.ok",
        "autodialer.report.inserted", "autodialer.report.errorcode", "autodialer.report.id",
    ) == ["make", 0, 3, "accepted", "whole", 2, 3, 3, 3, "0", "40133707428585177"]  # fmt: skip
    assert [
        (
            event.name,
            (event.attributes or {}).get("autodialer.attempt.number"),
            (event.attributes or {}).get("http.response.status_code"),
            (event.attributes or {}).get("error.type"),
        )
        for event in span.events
    ] == [("attempt", 1, 429, "RateLimited"), ("attempt", 2, 200, None)]
    assert span.status.status_code is StatusCode.UNSET


async def test_a_pause_of_the_whole_client_is_an_event(telemetry: Telemetry) -> None:
    service = answering(httpx.Response(429, headers={"Retry-After": "0.01"}))
    async with client(service) as dialer:
        await dialer.make(records(3))
    (span,) = telemetry.named(MAKE)
    assert [event.name for event in span.events] == ["attempt", "pause", "attempt"]


async def test_an_upload_s_span_has_its_counts_and_fails_where_it_is_incomplete(telemetry: Telemetry) -> None:
    async with client(answering(httpx.Response(500)), batch_size=5, concurrency=1) as dialer:
        with pytest.raises(UploadIncomplete):
            await dialer.make([*records(12), {"id": "x", "phone": "1"}])
    (upload,) = telemetry.named("autodialer make")
    assert told(
        upload, "autodialer.records.read", "autodialer.records.accepted", "autodialer.records.unknown",
        "autodialer.records.invalid", "autodialer.batches", "autodialer.complete", "error.type",
    ) == [13, 7, 5, 1, 3, False, "UploadIncomplete"]  # fmt: skip
    assert upload.status.status_code is StatusCode.ERROR
    unknown = [span for span in telemetry.named(MAKE) if told(span, "autodialer.state") == ["unknown"]]
    assert [told(span, "error.type", "http.response.status_code") for span in unknown] == [["DeliveryUnknown", 500]]
    assert unknown[0].status.status_code is StatusCode.ERROR
    assert str(unknown[0].status.description).startswith("DeliveryUnknown: ")


async def test_what_the_source_raises_is_told_by_its_kind_alone(telemetry: Telemetry) -> None:
    def source() -> Any:
        yield records(1)[0]
        raise LookupError("89267654321 is not in the CRM")

    async with client(Service()) as dialer:
        with pytest.raises(LookupError):
            await dialer.make(source())
    (upload,) = telemetry.named("autodialer make")
    assert (upload.status.status_code, upload.status.description) == (StatusCode.ERROR, "LookupError")
    assert "89267654321" not in telemetry.everything()


async def test_a_cancelled_upload_ends_its_spans(telemetry: Telemetry) -> None:
    begun = anyio.Event()

    async def hang(number: int, batch: list[dict[str, str]]) -> None:
        begun.set()
        await anyio.sleep_forever()

    async with client(Service(hang), batch_size=5, concurrency=2) as dialer, anyio.create_task_group() as tasks:

        async def upload() -> None:
            async with dialer.upload(records(30)) as running:
                await begun.wait()
                running.stop(grace=0.01)
                tasks.cancel_scope.cancel()
                await anyio.sleep_forever()

        tasks.start_soon(upload)
    (whole,) = telemetry.named("autodialer make")
    assert whole.status.status_code is StatusCode.ERROR
    assert {told(span, "autodialer.state")[0] for span in telemetry.named(MAKE)} <= {"unknown", "unsent"}
    assert all(parent_of(span) == id_of(whole) for span in telemetry.named(MAKE))


@pytest.mark.parametrize(("status", "error"), [(400, ApiError), (500, DeliveryUnknown)])
async def test_a_call_that_fails_fails_its_spans(telemetry: Telemetry, status: int, error: type[Exception]) -> None:
    async with one_call(httpx.Response(status)) as dialer:
        with pytest.raises(error):
            await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
    request, operation = telemetry.spans
    assert (request.name, operation.name) == ("POST /base/{apikey}/newcall", "autodialer newcall")
    assert parent_of(request) == id_of(operation)
    for span in (request, operation):
        assert told(span, "error.type") == [error.__name__]
        assert span.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize("operation", ["cdr", "history", "ping", "export_history", "reconcile", "campaign"])
async def test_each_look_into_the_history_is_one_operation(
    telemetry: Telemetry, operation: str, tmp_path: Path
) -> None:
    last = date(2026, 1, 7)
    journal = tmp_path / "campaign.db"
    async with client(answering(httpx.Response(500)), retry=RetryPolicy(attempts=1)) as dialer:
        await dialer.make(records(1), journal=journal, on_failure="return")
    before = len(telemetry.spans)
    async with one_call(httpx.Response(200, json=[])) as dialer:
        if operation == "cdr":
            await dialer.cdr(DAY, last)
        elif operation == "ping":
            await dialer.ping()
        elif operation == "export_history":
            await dialer.export_history(tmp_path / "calls.csv", DAY, last)
        elif operation == "reconcile":
            assert (await dialer.reconcile(journal)).unknown == 1
        elif operation == "campaign":
            await dialer.campaign(journal)
        else:
            async with dialer.history(DAY, last) as rows:
                assert [row async for row in rows] == []
    *requests, whole = telemetry.spans[before:]
    assert whole.name == f"autodialer {operation}"
    assert {span.name for span in requests} == {CDR}
    assert {parent_of(span) for span in requests} == {id_of(whole)}
    if operation in ("cdr", "history", "export_history"):
        assert len(requests) == 3


async def test_a_history_that_is_followed_has_no_end_and_so_no_span_of_its_own(telemetry: Telemetry) -> None:
    row = {"QUERY_ID": "1", "DST": "89222220000", "TIME": "2026-01-05 10:00:00 +0300", "CODE": "ANSWERED", "SEC": "7"}
    with telemetry.tracers.get_tracer("caller").start_as_current_span("watching") as watching:
        async with one_call(httpx.Response(200, json=[row])) as dialer, dialer.history(since=DAY) as rows:
            await anext(rows)
    assert {span.name for span in telemetry.spans} == {CDR, "watching"}
    assert {parent_of(span) for span in telemetry.named(CDR)} == {id_of(watching)}


async def test_tracing_false_makes_no_span_and_no_metric_and_leaves_the_caller_s_span_current(
    telemetry: Telemetry,
) -> None:
    current: list[trace.Span] = []

    async def look(number: int, batch: list[dict[str, str]]) -> None:
        current.append(trace.get_current_span())

    with telemetry.tracers.get_tracer("caller").start_as_current_span("campaign") as campaign:
        async with client(Service(look), tracing=False) as dialer:
            await dialer.make(records(3))
    assert [id_of(span) for span in current] == [id_of(campaign)]
    assert [span.name for span in telemetry.spans] == ["campaign"]
    assert telemetry.metrics() == {}


class Broken(SpanProcessor):
    """A program's own processor that raises."""

    def on_start(self, span: Span, parent_context: object = None) -> None:
        raise LookupError("of the caller")

    def on_end(self, span: ReadableSpan) -> None:
        raise LookupError("of the caller")


async def test_a_span_processor_that_raises_hurts_no_upload(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with recording(monkeypatch, Broken()):
        async with client(Service(), batch_size=5) as dialer:
            assert (await dialer.make(records(30))).complete
            assert (await dialer.make(records(30))).complete
    said = [entry.getMessage() for entry in caplog.records if entry.levelname == "ERROR"]
    assert len(said) <= 1, "said once a process"
