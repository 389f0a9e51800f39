"""Certificates and proxies: honoured, and the key is nobody's business on the way."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from autodialer_async import AsyncAutodialer, BatchState, ConfigurationError, DeliveryUnknown, NotSent, RetryPolicy
from tests.faults.ledger import made_calls
from tests.servers.misbehaving import MisbehavingServer
from tests.servers.proxy import Proxy

if TYPE_CHECKING:
    from tests.transport.conftest import TlsService

pytestmark = pytest.mark.anyio

KEY = "kluch-5f2c9a"
CALLS = made_calls(3)
PROXY_LOGIN = "Basic dXNlcjpzZWNyZXQtb2YtcHJveHk="
ONCE = RetryPolicy(attempts=1, base=0.001)


def client(url: str, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key=KEY, access_token="token-77aa", retry=ONCE, timeout=10, **settings)


def headers_told(proxy: Proxy) -> dict[str, str]:
    pairs = (line.split(": ", 1) for line in proxy.requests[0][1:])
    return {name.lower(): value for name, value in pairs}


async def test_ssl_context_that_trusts_the_service_is_accepted(
    tls_service: TlsService, trusting: ssl.SSLContext
) -> None:
    async with client(tls_service.url, verify=trusting) as dialer:
        result = await dialer.make(CALLS)
    assert result.complete
    ((path, _, headers),) = tls_service.seen
    assert path == f"/{KEY}/make"
    assert headers["host"] == tls_service.url.removeprefix("https://")


async def test_certificate_of_nobody_is_refused_before_anything_is_sent(tls_service: TlsService) -> None:
    async with client(tls_service.url) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
        with pytest.raises(NotSent, match=r"(?i)certificate"):
            await dialer.newcall(CALLS[0], immediate=True)
    assert result.batches[0].state is BatchState.UNSENT
    assert tls_service.seen == []


async def test_verify_false_accepts_any_certificate(tls_service: TlsService) -> None:
    async with client(tls_service.url, verify=False) as dialer:
        assert (await dialer.make(CALLS)).complete


async def test_https_through_a_proxy_shows_it_neither_key_nor_records(
    tls_service: TlsService, trusting: ssl.SSLContext
) -> None:
    with Proxy() as proxy:
        async with client(tls_service.url, verify=trusting, proxy=proxy.url) as dialer:
            assert (await dialer.make(CALLS)).complete
    assert [path for path, _, _ in tls_service.seen] == [f"/{KEY}/make"]
    (told,) = proxy.requests
    assert told[0] == f"CONNECT {tls_service.url.removeprefix('https://')} HTTP/1.1"
    assert KEY.encode() not in proxy.bytes_seen
    assert b"token-77aa" not in proxy.bytes_seen
    assert CALLS[0].phone.encode() not in proxy.bytes_seen


async def test_http_through_a_proxy_works() -> None:
    with MisbehavingServer() as server, Proxy() as proxy:
        async with client(server.base_url, proxy=httpx.Proxy(proxy.url, auth=("user", "secret-of-proxy"))) as dialer:
            assert (await dialer.make(CALLS)).complete
            assert "secret-of-proxy" not in repr(dialer)
    assert [record.target for record in server.requests] == [f"/{KEY}/make"]
    assert proxy.requests[0][0].startswith(f"POST {server.base_url}/{KEY}/make")
    assert headers_told(proxy)["proxy-authorization"] == PROXY_LOGIN


async def test_password_of_a_proxy_is_for_the_proxy_alone(tls_service: TlsService, trusting: ssl.SSLContext) -> None:
    with Proxy() as proxy:
        way = httpx.Proxy(proxy.url, auth=("user", "secret-of-proxy"), headers={"X-Way": "ours"})
        async with client(tls_service.url, verify=trusting, proxy=way) as dialer:
            assert (await dialer.make(CALLS)).complete
    assert {"proxy-authorization": PROXY_LOGIN, "x-way": "ours"}.items() <= headers_told(proxy).items()
    ((_, _, headers),) = tls_service.seen
    assert not {"proxy-authorization", "authorization", "x-way"} & headers.keys()


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_proxy_of_the_environment_is_honoured(
    variable: str, tls_service: TlsService, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        async with client(tls_service.url, verify=trusting) as dialer:
            assert (await dialer.make(CALLS)).complete
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", "example.org,127.0.0.1"])
async def test_no_proxy_of_the_environment_is_honoured(
    no_proxy: str, tls_service: TlsService, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        async with client(tls_service.url, verify=trusting) as dialer:
            assert (await dialer.make(CALLS)).complete
    assert proxy.requests == []


async def test_proxy_argument_goes_before_the_environment(
    tls_service: TlsService, trusting: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Proxy() as proxy:
        async with client(tls_service.url, verify=trusting, proxy=proxy.url) as dialer:
            assert (await dialer.make(CALLS)).complete
    assert len(proxy.requests) == 1


async def test_proxy_that_refuses_the_tunnel_leaves_everything_unsent(
    tls_service: TlsService, trusting: ssl.SSLContext
) -> None:
    with Proxy(refuse_with="407 Proxy Authentication Required") as proxy:
        async with client(tls_service.url, verify=trusting, proxy=proxy.url) as dialer:
            result = await dialer.make(CALLS, on_failure="return")
            with pytest.raises(NotSent):
                await dialer.newcall(CALLS[0], immediate=True)
    assert result.unsent == 3
    assert tls_service.seen == []


async def test_plain_proxy_that_fails_leaves_the_batch_unknown() -> None:
    with MisbehavingServer() as server, Proxy(refuse_with="502 Bad Gateway") as proxy:
        async with client(server.base_url, proxy=proxy.url) as dialer:
            result = await dialer.make(CALLS, on_failure="return")
            with pytest.raises(DeliveryUnknown):
                await dialer.newcall(CALLS[0], immediate=True)
    assert result.unknown == 3


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "http://", ""])
def test_proxy_that_is_no_address_is_a_configuration_error(proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        client("https://site.url", proxy=proxy)


def test_proxy_over_socks_without_its_package_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError):
        client("https://site.url", proxy="socks5://127.0.0.1:1")
