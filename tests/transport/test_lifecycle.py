"""One client: made anywhere, used on one loop, closed once; and its connections."""

from __future__ import annotations

import gc
import inspect
import warnings
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import httpx
import pytest

import autodialer_async._transport as transport_module
from autodialer_async import AsyncAutodialer, BatchState, Call, ConfigurationError, RetryPolicy, UploadIncomplete
from tests.faults.ledger import made_calls
from tests.servers.misbehaving import (
    Accept,
    Answer,
    AnswerLate,
    CloseIdleAfter,
    HugeAnswer,
    MisbehavingServer,
    Redirect,
    closed_port,
)
from tests.transports import let_seconds_pass, over_stock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

CALLS = made_calls(3)
DAY = date(2026, 1, 5)
RETRY = RetryPolicy(attempts=3, base=0.001)


def client(url: str, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key="key-of-a-test", **{"timeout": 10, "retry": RETRY, **settings})


OPERATIONS: dict[str, Callable[[AsyncAutodialer], Any]] = {
    "make": lambda dialer: dialer.make(CALLS),
    "newcall": lambda dialer: dialer.newcall(CALLS[0], immediate=True),
    "cdr": lambda dialer: dialer.cdr(DAY),
    "ping": AsyncAutodialer.ping,
}


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


def test_client_is_made_without_a_loop_and_without_io() -> None:
    dialer = client("https://site.url")
    assert "key-of-a-test" not in repr(dialer)


@pytest.mark.anyio
async def test_client_made_before_the_loop_works_on_it(server: MisbehavingServer) -> None:
    dialer = await anyio.to_thread.run_sync(client, server.base_url)
    assert (await dialer.make(CALLS)).complete
    await dialer.aclose()


@pytest.mark.anyio
@pytest.mark.parametrize("name", OPERATIONS)
async def test_closed_client_says_so_and_sends_nothing(name: str, server: MisbehavingServer) -> None:
    dialer = client(server.base_url)
    await dialer.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await OPERATIONS[name](dialer)
    assert server.connections == 0


@pytest.mark.anyio
async def test_client_closed_twice_and_entered_again_says_that_it_is_closed(server: MisbehavingServer) -> None:
    async with client(server.base_url) as dialer:
        await dialer.ping()
    await dialer.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        async with dialer:
            pass


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("loops", [("asyncio", "asyncio"), ("trio", "trio"), ("asyncio", "trio"), ("trio", "asyncio")])
def test_client_of_another_loop_says_so_and_sends_nothing(
    name: str, loops: tuple[str, str], server: MisbehavingServer
) -> None:
    dialer = client(server.base_url)
    server.script = Answer(
        200, b"[]", close=True
    )  # a connection left open would end with its loop, and be complained of

    async def use() -> None:
        await dialer.ping()

    async def use_again() -> None:
        with pytest.raises(ConfigurationError, match="loop"):
            await OPERATIONS[name](dialer)

    with pytest.warns(ResourceWarning, match="never closed"):
        anyio.run(use, backend=loops[0])
    anyio.run(use_again, backend=loops[1])
    assert server.attempts == 1


@pytest.mark.parametrize("loops", [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio")])
def test_closing_on_another_loop_closes_the_client_or_says_so(
    loops: tuple[str, str], server: MisbehavingServer
) -> None:
    dialer = client(server.base_url)
    with pytest.warns(ResourceWarning, match="never closed"):
        anyio.run(dialer.ping, backend=loops[0])
    try:
        with suppress(ConfigurationError):
            anyio.run(dialer.aclose, backend=loops[1])
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the first loop ended under an open connection
            del dialer
            gc.collect()


@pytest.fixture
async def dialer_of_a_fixture(server: MisbehavingServer, anyio_backend: str) -> AsyncIterator[AsyncAutodialer]:
    async with client(server.base_url) as dialer:
        yield dialer


@pytest.mark.anyio
async def test_client_works_across_an_async_fixture(dialer_of_a_fixture: AsyncAutodialer) -> None:
    assert (await dialer_of_a_fixture.make(CALLS)).complete
    async with dialer_of_a_fixture.history(DAY) as rows:
        assert [row async for row in rows] == []


@pytest.mark.anyio
async def test_closing_while_an_upload_runs_lets_requests_in_flight_finish() -> None:
    with MisbehavingServer(AnswerLate(0.3)) as server:
        dialer = client(server.base_url, batch_size=1, concurrency=2)
        async with dialer.upload(made_calls(10)) as upload:
            await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.accepted) == 2)
            await dialer.aclose()
    assert upload.result.accepted == 2 == len(server.accepted)
    assert upload.result.unknown == upload.result.rejected == 0


@pytest.mark.anyio
async def test_closing_while_a_call_is_on_its_way_lets_it_finish() -> None:
    with MisbehavingServer(AnswerLate(0.3)) as server:
        dialer = client(server.base_url)
        done: list[int] = []

        async def call() -> None:
            done.append((await dialer.newcall(CALLS[0], immediate=True)).query_count)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.accepted) == 1)
            await dialer.aclose()
    assert done == [1]


@pytest.mark.anyio
async def test_connections_are_kept_and_used_again(server: MisbehavingServer) -> None:
    async with client(server.base_url, concurrency=2) as dialer:
        for _ in range(10):
            await dialer.ping()
    assert server.connections == 1


@pytest.mark.anyio
async def test_connection_that_the_server_closed_while_idle_is_not_used_again() -> None:
    with MisbehavingServer(CloseIdleAfter(0.05)) as server:
        async with client(server.base_url, concurrency=1) as dialer:
            for _ in range(3):
                assert (await dialer.make(CALLS[:1])).complete
                await anyio.sleep(0.25)
    assert server.connections == 3
    assert server.attempts == 3


@pytest.mark.anyio
async def test_idle_connection_is_given_up_before_servers_give_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transport_module.KEEPALIVE_EXPIRY == 2.0
    with MisbehavingServer() as server:
        async with client(server.base_url, concurrency=1) as dialer:
            await dialer.ping()
            with monkeypatch.context() as patches:
                let_seconds_pass(patches, transport_module.KEEPALIVE_EXPIRY + 0.1)
                await dialer.ping()
    assert server.connections == 2


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(status: int) -> None:
    with MisbehavingServer() as elsewhere:
        with MisbehavingServer(Redirect(status, location=f"{elsewhere.base_url}/stolen/make")) as server:
            async with client(server.base_url) as dialer:
                result = await dialer.make(CALLS, on_failure="return")
        assert elsewhere.connections == 0
    assert server.attempts == 1
    assert result.batches[0].state is BatchState.UNKNOWN
    assert result.batches[0].status == status


@pytest.mark.anyio
async def test_answer_over_the_cap_is_left_and_its_connection_closed() -> None:
    with MisbehavingServer(HugeAnswer(64 * 1024 * 1024)) as server:
        async with client(server.base_url, concurrency=1) as dialer:
            with pytest.raises(UploadIncomplete) as caught:
                await dialer.make(CALLS)
            server.script = Accept()
            assert (await dialer.make(made_calls(4))).complete
    assert caught.value.result.unknown == 3
    assert server.connections == 2


@over_stock
@pytest.mark.anyio
async def test_http_2_is_never_offered(server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    real = httpx.AsyncHTTPTransport

    def noted(**settings: Any) -> httpx.AsyncHTTPTransport:
        made.append(settings)
        return real(**settings)

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", noted)
    async with client(server.base_url) as dialer:
        await dialer.ping()
    default = inspect.signature(real).parameters["http2"].default
    assert [settings.get("http2", default) for settings in made] == [False]


@pytest.mark.anyio
async def test_tls_settings_are_read_once_for_all_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    real = httpx.create_ssl_context

    def reading(*given: Any, **named: Any) -> Any:
        read.append(given)
        return real(*given, **named)

    monkeypatch.setattr(httpx, "create_ssl_context", reading)
    with closed_port() as port:
        async with client(f"https://127.0.0.1:{port}", retry=RetryPolicy(attempts=1), concurrency=4) as dialer:
            for _ in range(3):
                with pytest.raises(UploadIncomplete):
                    await dialer.make(CALLS)
    assert len(read) == 1


@pytest.mark.anyio
async def test_three_hundred_uploads_at_once_never_exceed_the_slots() -> None:
    results = []
    with MisbehavingServer(Accept(delay=0.002)) as server:
        async with client(server.base_url, concurrency=8) as dialer:

            async def one(number: int) -> None:
                calls = [Call(f"{number}-{place}", 89220000000 + place, generation_type=1) for place in range(4)]
                results.append(await dialer.make(calls, on_failure="return"))

            async with anyio.create_task_group() as tasks:
                for number in range(300):
                    tasks.start_soon(one, number)
    assert len(results) == 300
    assert all(result.complete for result in results)
    assert server.max_in_flight <= 8
    assert server.connections <= 8
    assert set(server.accepted.values()) == {1}
    assert len(server.accepted) == 1200


@pytest.mark.anyio
async def test_slots_are_used_to_the_full() -> None:
    with MisbehavingServer(Accept(delay=0.05)) as server:
        async with client(server.base_url, concurrency=6, batch_size=1) as dialer:
            result = await dialer.make(made_calls(30))
    assert server.max_in_flight == 6
    assert result.peak_in_flight == 6
    assert server.connections == 6


@pytest.mark.anyio
async def test_dead_host_stops_the_run_early_and_leaves_everything_unsent() -> None:
    with closed_port() as port:
        async with client(f"http://127.0.0.1:{port}", batch_size=1, concurrency=4) as dialer:
            result = await dialer.make((call for call in made_calls(3000)), on_failure="return")
            again = list(result.unsent_calls())
    assert result.read == result.unsent
    assert result.read < 200
    assert not result.source_exhausted
    assert [call.id for call in again] == [str(number) for number in range(result.read)]
    assert sum(outcome.tries > 0 for outcome in result.batches) < 20


@pytest.mark.anyio
@pytest.mark.parametrize(
    "base_url", ["site.url", "ftp://site.url", "https://", "https://user:pass@site.url", "https://site.url/?a=1", ""]
)
async def test_wrong_address_is_a_configuration_error(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTODIALER_BASE_URL", raising=False)
    with pytest.raises(ConfigurationError, match="base_url"):
        client(base_url)
