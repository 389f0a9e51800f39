"""The fast transport: the same promises as over httpx's own; it may say "unknown" where that one knows, never less."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import traceback
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest

from autodialer_async import (
    AsyncAutodialer,
    BatchState,
    ConfigurationError,
    DeliveryUnknown,
    Dialect,
    NotSent,
    RetryPolicy,
)
from autodialer_async.fast import FastTransport
from tests.faults.ledger import assert_books_agree, made_calls
from tests.faults.matrix import FAULTS, STOPPING, Fault
from tests.servers.misbehaving import (
    ByBatch,
    DropAfterAccepting,
    DropBeforeReading,
    HugeAnswer,
    MisbehavingServer,
    NeverAnswer,
    Redirect,
    ResetMidBody,
    StallMidBody,
    closed_port,
)
from tests.servers.proxy import Proxy
from tests.transport.test_cancel_storm import assert_twelve_of_twelve_succeed, storm

if TYPE_CHECKING:
    from tests.servers.misbehaving import Behaviour

pytestmark = pytest.mark.anyio

SIZE = 5
CALLS = made_calls(8 * SIZE)
LARGE = made_calls(4 * SIZE * 4, large=True)
BAD = 2
FIRST_ID = CALLS[BAD * SIZE].id
RETRY = RetryPolicy(attempts=4, base=0.001, max_retry_after=0.01)
KEY = "kLuch+taina/77"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def client(base_url: str, key: str, **settings: object) -> AsyncAutodialer:
    given = {"concurrency": 3, "batch_size": SIZE, "retry": RETRY, "timeout": 10.0} | settings
    return AsyncAutodialer(base_url, api_key=key, transport=FastTransport(), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_faulty_batch_has_the_state_of_the_protocol_and_leaves_its_siblings_alone(fault: Fault) -> None:
    with MisbehavingServer(ByBatch({FIRST_ID: repeat(fault.behaviour)})) as server:
        async with client(server.base_url, server.api_key, timeout=fault.timeout) as dialer:
            result = await dialer.make(CALLS, on_failure="return")
    assert_books_agree(server, result, CALLS)
    bad = result.batches[BAD]
    assert bad.state is fault.state
    assert bad.tries == (RETRY.attempts if fault.repeated else 1)
    assert {outcome.state for outcome in result.batches if outcome.index != BAD} == {BatchState.ACCEPTED}


@pytest.mark.parametrize("fault", STOPPING, ids=lambda fault: fault.name)
async def test_hopeless_answer_stops_the_run(fault: Fault) -> None:
    with MisbehavingServer(ByBatch({FIRST_ID: repeat(fault.behaviour)})) as server:
        async with client(server.base_url, server.api_key, concurrency=1) as dialer:
            result = await dialer.make(CALLS, on_failure="return")
    assert_books_agree(server, result, CALLS)
    assert server.attempts == BAD + 1
    assert result.batches[BAD].state is fault.state


@pytest.mark.parametrize("reset", [False, True])
async def test_request_dropped_on_a_kept_connection_is_sent_once(*, reset: bool) -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url, server.api_key, concurrency=1) as dialer:
            assert (await dialer.make(CALLS[:SIZE])).complete
            server.script = DropAfterAccepting(reset=reset)
            result = await dialer.make(CALLS[SIZE : 2 * SIZE], on_failure="return")
    assert result.unknown == SIZE
    assert server.attempts == 2


async def test_call_by_get_dropped_on_a_kept_connection_is_sent_once() -> None:
    """aiohttp repeats a GET by itself."""
    with MisbehavingServer() as server:
        async with client(server.base_url, server.api_key, dialect=Dialect(methods={"newcall": "GET"})) as dialer:
            assert (await dialer.make(CALLS[:SIZE])).complete
            server.script = DropAfterAccepting()
            with pytest.raises(DeliveryUnknown):
                await dialer.newcall(CALLS[0], immediate=True)
    assert server.attempts == 2


async def test_refused_connection_is_unsent_because_the_body_was_never_asked_for() -> None:
    with closed_port() as port:
        async with client(f"http://127.0.0.1:{port}", KEY, retry=RetryPolicy(attempts=1)) as dialer:
            result = await dialer.make(CALLS[:SIZE], on_failure="return")
            with pytest.raises(NotSent, match="ConnectError"):
                await dialer.newcall(CALLS[0], immediate=True)
    assert result.unsent == SIZE


@pytest.mark.parametrize(
    "behaviour",
    [DropBeforeReading(), DropBeforeReading(reset=True), ResetMidBody(10), ResetMidBody(300_000), StallMidBody(10)],
    ids=["fin", "rst", "rst_at_the_start", "rst_near_the_end", "stall"],
)
async def test_connection_cut_or_stalled_in_mid_body_never_doubles_a_record(behaviour: Behaviour) -> None:
    with MisbehavingServer(ByBatch({"0": [behaviour]}), receive_buffer=8192) as server:
        async with client(server.base_url, server.api_key, batch_size=4 * SIZE, timeout=0.6) as dialer:
            result = await dialer.make(LARGE, on_failure="return")
    states = assert_books_agree(server, result, LARGE)
    assert set(states.values()) <= {BatchState.ACCEPTED, BatchState.UNKNOWN}


async def test_redirect_is_not_followed() -> None:
    with MisbehavingServer() as elsewhere, MisbehavingServer(Redirect(307, elsewhere.base_url)) as server:
        async with client(server.base_url, server.api_key) as dialer:
            result = await dialer.make(CALLS[:SIZE], on_failure="return")
    assert result.unknown == SIZE
    assert elsewhere.attempts == 0


async def test_answer_over_the_cap_leaves_the_client_usable() -> None:
    with MisbehavingServer(ByBatch({"0": [HugeAnswer(2_000_000)]})) as server:
        async with client(server.base_url, server.api_key) as dialer:
            assert (await dialer.make(CALLS[:SIZE], on_failure="return")).unknown == SIZE
            assert (await dialer.make(CALLS[SIZE : 2 * SIZE])).complete


async def test_after_a_storm_of_cancels_every_connection_works() -> None:
    with MisbehavingServer() as server:
        async with client(server.base_url, server.api_key, concurrency=8) as dialer:
            await storm(dialer, 500)
            await assert_twelve_of_twelve_succeed(dialer)


async def test_key_and_phone_come_out_of_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    with MisbehavingServer(api_key=KEY) as server, closed_port() as port:
        server.script = DropAfterAccepting(reset=True)
        for base_url in (server.base_url, f"http://127.0.0.1:{port}"):
            async with client(base_url, KEY, retry=RetryPolicy(attempts=1)) as dialer:
                result = await dialer.make(CALLS[:SIZE], on_failure="return")
                told += [str(result), repr(result), repr(dialer)]
                for request in (dialer.newcall(CALLS[0], immediate=True), dialer.cdr(date(2026, 1, 5))):
                    with pytest.raises((DeliveryUnknown, NotSent, Exception)) as caught:
                        await request
                    told.append("".join(traceback.format_exception(caught.value)))
                    told.append(repr(pickle.dumps(caught.value)))
    text = "\n".join([*told, caplog.text])
    assert "taina" not in text
    assert CALLS[0].phone not in text


async def test_errors_of_the_transport_itself_name_no_address() -> None:
    with closed_port() as port:
        transport = FastTransport()
        request = httpx.Request("POST", f"http://127.0.0.1:{port}/{KEY}/make", content=b"x")
        with pytest.raises(httpx.ConnectError) as caught:
            await transport.handle_async_request(request)
        await transport.aclose()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert KEY not in str(caught.value)


async def test_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with MisbehavingServer() as server, Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with client(server.base_url, server.api_key) as dialer:
            assert (await dialer.make(CALLS[:SIZE])).complete
    assert server.attempts == 1


async def test_proxy_that_aiohttp_does_not_know_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match=r"(?i)socks"):
        async with AsyncAutodialer(
            "http://127.0.0.1:9", api_key=KEY, transport=FastTransport(proxy="socks5://127.0.0.1:9")
        ) as dialer:
            await dialer.newcall(CALLS[0], immediate=True)


def test_trio_is_a_configuration_error_that_says_so() -> None:
    async def run() -> None:
        async with client("http://127.0.0.1:9", KEY) as dialer:
            with pytest.raises(ConfigurationError, match="asyncio only"):
                await dialer.newcall(CALLS[0], immediate=True)
            with pytest.raises(ConfigurationError, match="asyncio only"):
                await dialer.make(CALLS)

    anyio.run(run, backend="trio")


def test_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    program = "import sys; sys.modules['aiohttp'] = None; import autodialer_async.fast"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr.splitlines()[-1].startswith("autodialer_async.errors.ConfigurationError: ")
    assert "pip install 'autodialer-async[fast]'" in ended.stderr


async def test_answer_that_never_comes_is_unknown_within_the_timeout() -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        async with client(server.base_url, server.api_key, timeout=0.3) as dialer:
            with anyio.fail_after(5):
                result = await dialer.make(CALLS[:SIZE], on_failure="return")
    assert result.unknown == SIZE
