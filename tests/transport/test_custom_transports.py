"""Other httpx transports in place of our connections: they see the real path, bodies and headers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import anyio
import httpx
import pytest
import respx
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from autodialer_async import AsyncAutodialer, BatchState, DeliveryUnknown, NotSent, RetryPolicy
from tests.faults.ledger import made_calls
from tests.transports import over_stock

if TYPE_CHECKING:
    from starlette.requests import Request

pytestmark = [pytest.mark.anyio, over_stock]

BASE = "https://site.url"
KEY = "kluch 5f/2c"
QUOTED = "kluch%205f%2F2c"
CALLS = made_calls(3)
REPORT = {"report": {"lines": "3", "ok": "3", "inserted": "3", "errorcode": "0", "id": "40133707428585176"}}
RETRY = RetryPolicy(attempts=3, base=0.001)


def client(transport: httpx.AsyncBaseTransport | None = None, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(BASE, api_key=KEY, access_token="token", retry=RETRY, transport=transport, **settings)


async def test_mock_transport_sees_the_real_path_the_body_and_the_headers() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=REPORT)

    async with client(httpx.MockTransport(answer)) as dialer:
        assert (await dialer.make(CALLS)).complete
    (request,) = seen
    assert request.method == "POST"
    assert request.url.raw_path == f"/{QUOTED}/make".encode()
    assert str(request.url.copy_with(raw_path=b"/")) == f"{BASE}/"
    body = json.loads(request.content)
    assert body["query"]["access_token"] == "token"
    assert [record["phone"] for record in body["query"]["data"]] == [call.phone for call in CALLS]
    assert request.headers["content-type"] == "application/json"
    assert int(request.headers["content-length"]) == len(request.content)
    assert request.headers["host"] == "site.url"


async def test_newcall_and_cdr_go_through_a_mock_transport_as_forms() -> None:
    seen: list[tuple[bytes, dict[str, list[str]]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.raw_path, parse_qs(request.content.decode())))
        return httpx.Response(200, json={"QUERY_ID": "7", "QUERY_COUNT": "1"} if b"newcall" in seen[-1][0] else [])

    async with client(httpx.MockTransport(answer)) as dialer:
        receipt = await dialer.newcall(CALLS[0], immediate=True)
        await dialer.ping()
    assert (receipt.query_id, receipt.query_count) == (7, 1)
    assert seen[0][0] == f"/{QUOTED}/newcall".encode()
    assert seen[0][1]["id"] == ["0"]
    assert seen[0][1]["phone"] == [CALLS[0].phone]
    assert seen[1][0] == f"/{QUOTED}/cdr".encode()
    assert {"date_from", "date_to"} <= seen[1][1].keys()


BEFORE: list[Exception] = [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), httpx.PoolTimeout("full")]
AFTER: list[Exception] = [
    httpx.ReadTimeout("late"),
    httpx.WriteTimeout("late"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.RemoteProtocolError("odd"),
    RuntimeError("odd"),
    OSError("odd"),
    ValueError("odd"),
]


def raising(failure: Exception) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    return httpx.MockTransport(answer)


class Foreign(httpx.AsyncBaseTransport):
    """Reads the whole body without a word to `trace`, and fails with names of its own choice, as httpx-aiohttp does."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        raise self.failure


@pytest.mark.parametrize("failure", BEFORE, ids=lambda failure: type(failure).__name__)
async def test_failure_to_connect_of_a_mock_is_unsent_and_repeated(failure: Exception) -> None:
    async with client(raising(failure)) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
        with pytest.raises(NotSent):
            await dialer.newcall(CALLS[0], immediate=True)
    (outcome,) = result.batches
    assert outcome.state is BatchState.UNSENT
    assert outcome.tries == 3


async def assert_unknown(transport: httpx.AsyncBaseTransport) -> None:
    async with client(transport) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
        with pytest.raises(DeliveryUnknown) as caught:
            await dialer.newcall(CALLS[0], immediate=True)
    (outcome,) = result.batches
    assert outcome.state is BatchState.UNKNOWN
    assert outcome.tries == 1
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("failure", AFTER, ids=lambda failure: type(failure).__name__)
async def test_any_other_failure_of_a_mock_is_unknown(failure: Exception) -> None:
    await assert_unknown(raising(failure))


@pytest.mark.parametrize("failure", BEFORE + AFTER, ids=lambda failure: type(failure).__name__)
async def test_whole_body_taken_by_a_foreign_transport_is_unknown_whatever_it_raises(failure: Exception) -> None:
    """A name proves nothing there: httpx-aiohttp calls a connection that the server drops ConnectTimeout."""
    await assert_unknown(Foreign(failure))


class Refusing(httpx.AsyncBaseTransport):
    """Fails without a look at the request, as one does that cannot connect."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")


async def test_body_never_asked_for_is_unsent_and_repeated() -> None:
    async with client(Refusing()) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
        with pytest.raises(NotSent):
            await dialer.newcall(CALLS[0], immediate=True)
    (outcome,) = result.batches
    assert outcome.state is BatchState.UNSENT
    assert outcome.tries == 3


class Unfinished(httpx.AsyncBaseTransport):
    """Takes the first piece of the body and then fails, as a transport without trace does whose peer went away."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for _ in request.stream:
            raise httpx.WriteError("reset")
        raise AssertionError


async def test_last_piece_never_asked_for_is_proof_without_trace() -> None:
    async with client(Unfinished()) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
    assert result.unsent == 3


async def test_asgi_transport_serves_all_three_operations() -> None:
    seen: list[tuple[str, bytes]] = []

    async def operation(request: Request) -> JSONResponse:
        seen.append((request.url.path, await request.body()))
        name = request.path_params["operation"]
        return JSONResponse(
            REPORT if name == "make" else {"QUERY_ID": 7, "QUERY_COUNT": 1} if name == "newcall" else []
        )

    app = Starlette(routes=[Route("/{key:path}/{operation}", operation, methods=["POST"])])
    async with client(httpx.ASGITransport(app)) as dialer:
        assert (await dialer.make(CALLS)).complete
        await dialer.newcall(CALLS[0], immediate=True)
        await dialer.ping()
    assert [path.rpartition("/")[2] for path, _ in seen] == ["make", "newcall", "cdr"]
    assert all(path.startswith(f"/{KEY}/") for path, _ in seen)


async def test_respx_sees_the_real_path_and_the_body() -> None:
    with respx.mock(base_url=BASE) as mocked:
        route = mocked.post(path__regex=r".*/make$").mock(return_value=httpx.Response(200, json=REPORT))
        async with client() as dialer:
            assert (await dialer.make(CALLS)).complete
        request = route.calls.last.request
    assert request.url.raw_path == f"/{QUOTED}/make".encode()
    assert len(json.loads(request.content)["query"]["data"]) == 3


async def test_respx_side_effects_are_faults() -> None:
    with respx.mock(base_url=BASE) as mocked:
        mocked.post(path__regex=r".*/make$").mock(
            side_effect=[httpx.ConnectError("refused"), httpx.ReadTimeout("late"), httpx.Response(200, json=REPORT)]
        )
        async with client() as dialer:
            result = await dialer.make(CALLS, on_failure="return")
    assert result.unknown == 3
    assert result.retries == 1


class Slow(httpx.AsyncBaseTransport):
    """Counts what is in flight."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await anyio.sleep(0.01)
        finally:
            self.now -= 1
        size = request.content.count(b'"phone"')
        return httpx.Response(200, json={"report": {"lines": size}})

    async def aclose(self) -> None:
        self.closed += 1


async def test_custom_transport_is_never_given_more_than_the_slots_and_is_closed_once() -> None:
    transport = Slow()
    async with client(transport, concurrency=3, batch_size=2) as dialer:
        assert (await dialer.make(made_calls(40))).complete
    await dialer.aclose()
    assert transport.most == 3
    assert transport.closed == 1


async def test_answer_over_the_cap_of_a_custom_transport_is_unknown() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(REPORT).encode() + b" " * (2 * 1024 * 1024))

    async with client(httpx.MockTransport(answer)) as dialer:
        result = await dialer.make(CALLS, on_failure="return")
    assert result.unknown == 3
