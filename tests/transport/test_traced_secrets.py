"""With automatic instrumentation switched on, no span, event, metric or log line holds key, token, number or name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
from opentelemetry.instrumentation.httpx import AsyncOpenTelemetryTransport, HTTPXClientInstrumentor

from autodialer_async import AsyncAutodialer
from autodialer_async.fast import FastTransport
from tests.observe.telemetry import Telemetry, recording
from tests.servers.misbehaving import (
    Accept,
    Behaviour,
    DropAfterAccepting,
    Html,
    MisbehavingServer,
    NeverAnswer,
    Redirect,
    Script,
    closed_port,
)
from tests.servers.proxy import Proxy
from tests.transport.test_secrets import (
    KEY,
    PHONE,
    TOKEN,
    Echo,
    assert_clean,
    dialer_of,
    everything_said,
    run_everything,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Telemetry]:
    """An SDK and the instrumentation of httpx; at the end there are our spans, none of httpx's, and all are clean."""
    caplog.set_level(0)
    with recording(monkeypatch) as telemetry:
        instrumentation = HTTPXClientInstrumentor()
        instrumentation.instrument(tracer_provider=telemetry.tracers, meter_provider=telemetry.meters)
        try:
            yield telemetry
        finally:
            instrumentation.uninstrument()
        names = {span.name for span in telemetry.spans}
        assert {"autodialer make", "autodialer newcall", "POST /{apikey}/make", "POST /{apikey}/newcall"} <= names
        scopes = {span.instrumentation_scope.name for span in telemetry.spans if span.instrumentation_scope}
        assert scopes == {"autodialer_async"}
        text = telemetry.everything()
        assert "autodialer.records" in text
        assert "opentelemetry.instrumentation" not in text
        assert_clean(text, "spans and metrics")
        assert_clean(everything_said(caplog), "the log")


async def run(url: str, **settings: Any) -> None:
    async with dialer_of(url, **settings) as dialer:
        await run_everything(dialer, "traced")


async def test_the_instrumentation_would_tell_the_key_if_it_were_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with recording(monkeypatch) as telemetry, MisbehavingServer(Accept()) as server:
        instrumentation = HTTPXClientInstrumentor()
        instrumentation.instrument(tracer_provider=telemetry.tracers, meter_provider=telemetry.meters)
        try:
            async with httpx.AsyncClient() as client:
                await client.post(f"{server.base_url}/the-key-of-a-test/make", json={"query": {"data": []}})
        finally:
            instrumentation.uninstrument()
        assert "the-key-of-a-test" in telemetry.everything()


FAULTS: dict[str, Script | Behaviour] = {
    "none": Accept(),
    "redirect_that_echoes_the_path": Redirect(301),
    "html": Html(),
    "dropped": DropAfterAccepting(),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_is_told_of_a_fault(name: str, traced: Telemetry) -> None:
    with MisbehavingServer(FAULTS[name]) as server:
        await run(server.base_url)


@pytest.mark.parametrize(("how", "status"), [("json", 400), ("report", 200), ("plain", 500), ("reason", 503)])
async def test_nothing_is_told_of_an_answer_that_echoes_the_request(how: str, status: int, traced: Telemetry) -> None:
    with MisbehavingServer() as server:
        server.script = Echo(how, status, server)
        await run(server.base_url)


async def test_nothing_is_told_of_a_timeout_or_a_refused_connection(traced: Telemetry) -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        await run(server.base_url, timeout=0.05)
    with closed_port() as port:
        await run(f"http://127.0.0.1:{port}")


async def test_nothing_is_told_through_a_proxy_where_the_address_holds_the_key(traced: Telemetry) -> None:
    with MisbehavingServer(Accept()) as server, Proxy() as proxy:
        await run(server.base_url, proxy=httpx.Proxy(proxy.url, auth=("user", TOKEN)))
        assert proxy.requests, "the requests went through it"


async def test_nothing_is_told_of_a_proxy_that_refuses(traced: Telemetry) -> None:
    with Proxy(refuse_with="502 Bad Gateway") as proxy:
        for url in ("https://site.url", "http://site.url"):
            await run(url, proxy=httpx.Proxy(proxy.url, auth=("user", TOKEN)))


async def test_nothing_is_told_by_a_transport_of_the_users_that_is_instrumented_itself(traced: Telemetry) -> None:
    with MisbehavingServer(Accept()) as server:
        inner = AsyncOpenTelemetryTransport(httpx.AsyncHTTPTransport(), tracer_provider=traced.tracers)
        await run(server.base_url, transport=inner)


async def test_nothing_is_told_by_a_transport_that_quotes_the_request(traced: Telemetry) -> None:
    def quoting(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"reading {request.url} after {request.content!r}", request=request)

    await run("https://site.url", transport=httpx.MockTransport(quoting))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_nothing_is_told_by_the_fast_transport_with_aiohttp_instrumented(traced: Telemetry) -> None:
    instrumentation = AioHttpClientInstrumentor()
    instrumentation.instrument(tracer_provider=traced.tracers, meter_provider=traced.meters)
    try:
        with MisbehavingServer(Accept()) as server:
            await run(server.base_url, transport=FastTransport())
    finally:
        instrumentation.uninstrument()


async def test_with_tracing_off_the_automatic_spans_stay_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording(monkeypatch) as telemetry, MisbehavingServer(Accept()) as server, Proxy() as proxy:
        instrumentation = HTTPXClientInstrumentor()
        instrumentation.instrument(tracer_provider=telemetry.tracers, meter_provider=telemetry.meters)
        try:
            async with AsyncAutodialer(server.base_url, api_key=KEY, proxy=proxy.url, tracing=False) as dialer:
                await dialer.newcall(phone=PHONE, generation_type=1, immediate=True)
        finally:
            instrumentation.uninstrument()
        assert telemetry.spans == []
        assert telemetry.metrics() == {}
