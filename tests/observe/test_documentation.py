"""docs/tracing.md names every attribute, metric and field of a log record that leaves the client, and no other."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan

from autodialer_async import DeliveryUnknown
from tests.bulk.service import client, records
from tests.observe.telemetry import Telemetry
from tests.observe.test_hooks import answering, one_call

pytestmark = pytest.mark.anyio

PAGE = (Path(__file__).parents[2] / "docs" / "tracing.md").read_text(encoding="utf-8")


def promised(prefix: str) -> set[str]:
    """Names of the page that begin so; `.ok` in a row stands for the row's first name with another end."""
    names: set[str] = set()
    for row in PAGE.splitlines():
        found = re.findall(r"`([a-z_.]+)`", row)
        stem = ""
        for name in found:
            full = stem + name if name.startswith(".") else name
            stem = full.rpartition(".")[0] if full.startswith(prefix) and not name.startswith(".") else stem
            if full.startswith(prefix):
                names.add(full)
    return names


def names_of(span: ReadableSpan) -> set[str]:
    return {*(span.attributes or ()), *(name for event in span.events for name in event.attributes or ())}


async def work() -> None:
    """All that can happen: a pause, a repeat, every state, a call, a look into the history."""
    service = answering(httpx.Response(500), httpx.Response(429, headers={"Retry-After": "0.01"}))
    async with client(service, batch_size=5) as dialer:
        await dialer.make([*records(12), {"id": "x", "phone": "1"}], on_failure="return")
    async with one_call(httpx.Response(500)) as dialer:
        with pytest.raises(DeliveryUnknown):
            await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
    async with one_call(httpx.Response(200, json=[])) as dialer:
        await dialer.ping()


async def test_every_attribute_and_every_metric_is_on_the_page_and_the_page_has_no_other(telemetry: Telemetry) -> None:
    await work()
    async with one_call(httpx.Response(200)):
        metrics = set(telemetry.metrics())
    told = {name for span in telemetry.spans for name in names_of(span)}
    for prefix in ("autodialer.", "http.", "url.", "server.", "error."):
        emitted = {name for name in told | metrics if name.startswith(prefix)}
        assert emitted == promised(prefix)
    assert all(name.startswith(("autodialer.", "http.", "url.", "server.", "error.")) for name in told | metrics)


async def test_every_field_of_a_log_record_is_on_the_page(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "autodialer_async")
    await work()
    fields = {name for entry in caplog.records for name in vars(entry) if name.startswith("autodialer_")}
    counts = {
        f"autodialer_{name}" for name in ("rejected", "unsent", "unknown", "skipped", "invalid", "batches", "retries")
    }
    assert fields - counts == promised("autodialer_") - {"autodialer_async"}
