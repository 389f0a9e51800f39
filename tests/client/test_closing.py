"""Closing a client under uploads that run on it."""

from __future__ import annotations

import json

import anyio
import httpx
import pytest

from autodialer_async import AsyncAutodialer, Call, ConfigurationError, UploadResult

pytestmark = pytest.mark.anyio


class Held(httpx.AsyncBaseTransport):
    """Takes a batch at once, and answers when it is let."""

    def __init__(self) -> None:
        self.taken = 0
        self.arrived = anyio.Event()
        self.let = anyio.Event()
        self.closed = 0
        self.closed_under_requests = False
        self._in_flight = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._in_flight += 1
        body = json.loads(await request.aread())
        self.taken += len(body["query"]["data"])
        self.arrived.set()
        await self.let.wait()
        self._in_flight -= 1
        return httpx.Response(200, json={"report": {"lines": len(body["query"]["data"])}})

    async def aclose(self) -> None:
        self.closed += 1
        self.closed_under_requests |= self._in_flight > 0


async def test_closing_stops_uploads_and_lets_requests_in_flight_finish() -> None:
    transport = Held()
    dialer = AsyncAutodialer("http://dialer.test", api_key="k", transport=transport, concurrency=2, batch_size=10)
    results: list[UploadResult] = []

    async def upload() -> None:
        calls = [Call(number, 89220000000 + number) for number in range(100)]
        results.append(await dialer.make(calls, on_failure="return"))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(upload)
            await transport.arrived.wait()
            await anyio.wait_all_tasks_blocked()
            await dialer.aclose()
            transport.let.set()
    (result,) = results
    assert (result.accepted, result.unknown) == (transport.taken, 0)
    assert result.unsent == result.read - result.accepted > 0
    assert not result.source_exhausted or result.unsent
    assert (transport.closed, transport.closed_under_requests) == (1, False)
    with pytest.raises(ConfigurationError, match="closed"):
        await dialer.make([Call(1, 89220000000)])


async def test_closing_again_closes_nothing_twice() -> None:
    transport = Held()
    transport.let.set()
    async with AsyncAutodialer("http://dialer.test", api_key="k", transport=transport) as dialer:
        await dialer.make([Call(1, 89220000000)])
    await dialer.aclose()
    assert transport.closed == 1


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("timeout", "5"), ("timeout", 0), ("retry", 3), ("server_tz", "Europe/Moscow"), ("rate_limit", 5),
        ("dialect", {}), ("default_window", "10-19"), ("transport", object()), ("concurrency", 0), ("batch_size", 1001),
        ("max_batch_bytes", 10), ("concurrency", True),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_refused_by_name(argument: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=argument):
        AsyncAutodialer("http://dialer.test", api_key="k", **{argument: value})  # type: ignore[arg-type]
