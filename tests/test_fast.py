"""What is the fast transport's own. The suites of faults, delivery and transport run over it too: `transports.py`."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest

from autodialer_async import AsyncAutodialer, ConfigurationError, DeliveryUnknown, Dialect, NotSent, RetryPolicy
from autodialer_async.fast import FastTransport
from tests.faults.ledger import made_calls
from tests.servers.misbehaving import DropAfterAccepting, MisbehavingServer, StallMidBody, closed_port
from tests.transport.conftest import certificate, tls_service, trusting

if TYPE_CHECKING:
    from tests.transport.conftest import TlsService

__all__ = ["certificate", "tls_service", "trusting"]

pytestmark = pytest.mark.anyio

SIZE = 5
CALLS = made_calls(2 * SIZE)
RETRY = RetryPolicy(attempts=4, base=0.001)
KEY = "kLuch+taina/77"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def client(base_url: str, key: str, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(base_url, api_key=key, retry=RETRY, timeout=10, transport=FastTransport(), **settings)


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


@pytest.mark.parametrize(("transport", "error"), [(None, NotSent), (FastTransport(), DeliveryUnknown)])
async def test_call_by_get_that_is_refused_is_unknown_where_stock_httpx_knows_better(
    transport: FastTransport | None, error: type[Exception]
) -> None:
    dialect = Dialect(methods={"newcall": "GET"})
    with closed_port() as port:
        url = f"http://127.0.0.1:{port}"
        async with AsyncAutodialer(url, api_key=KEY, dialect=dialect, retry=RETRY, transport=transport) as dialer:
            with pytest.raises(error):
                await dialer.newcall(CALLS[0], immediate=True)


async def test_connection_left_in_mid_body_is_closed_at_once_though_the_server_reads_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[socket.socket] = []

    def slow(address: Any) -> socket.socket:
        made.append(socket.socket(*address[:3]))
        made[-1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        return made[-1]

    monkeypatch.setattr(aiohttp, "TCPConnector", partial(aiohttp.TCPConnector, socket_factory=slow))
    with MisbehavingServer(StallMidBody(1000), receive_buffer=8192) as server:
        async with (
            client(server.base_url, server.api_key) as dialer,
            dialer.upload(made_calls(20, large=True)) as upload,
        ):
            await anyio.to_thread.run_sync(server.wait_for, lambda: server.stalled == 1)
            upload.stop(grace=0)
        await anyio.wait_all_tasks_blocked()
        assert [one.fileno() for one in made] == [-1]
        server.release()
    assert upload.result.unsent == 20


async def failure_of(transport: FastTransport, url: str) -> httpx.TransportError:
    request = httpx.Request("POST", f"{url}/{KEY}/make", content=b"x")
    with pytest.raises(httpx.TransportError) as caught:
        await transport.handle_async_request(request)
    await transport.aclose()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


async def test_errors_of_the_transport_itself_name_no_address() -> None:
    with closed_port() as port:
        refused = await failure_of(FastTransport(), f"http://127.0.0.1:{port}")
    assert type(refused) is httpx.ConnectError
    assert str(refused) == "Connection refused"


async def test_certificate_for_another_name_is_refused_in_words_that_name_nobody(
    tls_service: TlsService, trusting: ssl.SSLContext
) -> None:
    refused = await failure_of(FastTransport(verify=trusting), tls_service.url.replace("127.0.0.1", "localhost"))
    assert type(refused) is httpx.ConnectError
    assert "certificate verify failed" in str(refused)
    assert "localhost" not in str(refused)


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
