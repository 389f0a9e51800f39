"""The thread, the socket, and what they leave behind."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
import uvicorn

from autodialer_async.emulator import AcceptThenAnswerLate, Emulator, Exchange, Fault, SlowDrip, StallMidBody, server

Post = Callable[..., Awaitable[httpx.Response]]
pytestmark = pytest.mark.anyio

LONG = 3600.0


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "autodialer-emulator"]


def can_connect(base_url: str) -> bool:
    url = httpx.URL(base_url)
    try:
        socket.create_connection((url.host, url.port), timeout=5).close()
    except OSError:
        return False
    return True


async def test_it_serves_while_open_and_is_gone_afterwards() -> None:
    async with Emulator.serve() as emulator:
        assert emulator.base_url.startswith("http://127.0.0.1:")
        assert threads() == ["autodialer-emulator"]
        assert can_connect(emulator.base_url)
    assert threads() == []
    assert not can_connect(emulator.base_url)


async def test_two_at_a_time_know_nothing_of_each_other(post_list: Post, page_records: list[dict[str, str]]) -> None:
    async with Emulator.serve() as one, Emulator.serve() as other, httpx.AsyncClient() as client:
        await post_list(client, one, page_records)
        assert (one.accepted("1"), other.accepted("1")) == (1, 0)


@pytest.mark.parametrize("fault", [AcceptThenAnswerLate(LONG), StallMidBody(LONG), SlowDrip(interval=LONG)], ids=repr)
async def test_leaving_waits_for_no_fault_that_sleeps(
    fault: Fault, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    async def lose(client: httpx.AsyncClient, emulator: Emulator) -> None:
        with pytest.raises(httpx.TransportError):
            await post_list(client, emulator, page_records)

    with anyio.fail_after(30):
        async with (
            httpx.AsyncClient(timeout=None) as client,
            anyio.create_task_group() as tasks,
            Emulator.serve(faults=[fault]) as emulator,
        ):
            tasks.start_soon(lose, client, emulator)
            await emulator.wait_until(lambda emulator: emulator.counts.faults == 1)
    assert threads() == []
    assert emulator.counts.in_flight == 0


async def test_fault_that_will_not_wake_is_cancelled(
    post_list: Post, page_records: list[dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    class Deaf(Fault):
        async def play(self, exchange: Exchange) -> None:
            await anyio.sleep_forever()

    async def lose(client: httpx.AsyncClient, emulator: Emulator) -> None:
        with pytest.raises(httpx.TransportError):
            await post_list(client, emulator, page_records)

    async with (
        httpx.AsyncClient(timeout=None) as client,
        anyio.create_task_group() as tasks,
        Emulator.serve(faults=[Deaf()]) as emulator,
    ):
        tasks.start_soon(lose, client, emulator)
        await emulator.wait_until(lambda emulator: emulator.counts.faults == 1)
    assert emulator.counts.in_flight == 0


async def test_idle_connections_do_not_hold_it_up(post_list: Post, page_records: list[dict[str, str]]) -> None:
    async with httpx.AsyncClient() as client:
        async with Emulator.serve(keep_alive=LONG) as emulator:
            await post_list(client, emulator, page_records)
        assert threads() == []


async def test_idle_connection_is_closed_after_keep_alive(post_list: Post, page_records: list[dict[str, str]]) -> None:
    async with Emulator.serve(keep_alive=0.05) as emulator:
        url = httpx.URL(emulator.base_url)
        async with await anyio.connect_tcp(url.host, url.port or 0) as stream:
            await stream.send(f"POST /{emulator.api_key}/x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n".encode())
            with anyio.fail_after(30):
                while True:
                    try:
                        await stream.receive()
                    except anyio.EndOfStream:
                        break


async def test_error_in_the_body_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError):
        async with Emulator.serve():
            raise LookupError
    assert threads() == []


async def test_cancel_while_open_leaves_nothing() -> None:
    with anyio.CancelScope() as scope:
        async with Emulator.serve():
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert threads() == []


async def test_cancel_while_starting_leaves_nothing() -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with Emulator.serve():
            pytest.fail("it was cancelled before")
    assert threads() == []


async def test_failure_to_start_comes_out_in_the_callers_task(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(self: object, sockets: Any = None) -> None:
        raise LookupError

    monkeypatch.setattr(server._Server, "startup", fail)
    with pytest.raises(LookupError):
        async with Emulator.serve():
            pytest.fail("it did not start")
    assert threads() == []


async def test_stopping_a_server_that_never_began_or_is_over_is_nothing() -> None:
    never = server._Server(uvicorn.Config(Emulator()))
    never.stop()
    over = server.LoopbackServer(
        Emulator(), host="127.0.0.1", port=0, allow_remote=False, keep_alive=5, receive_buffer=None
    )
    async with over:
        pass
    over._stop()
    assert threads() == []


async def test_port_in_use_is_an_os_error() -> None:
    async with Emulator.serve() as emulator:
        with pytest.raises(OSError, match="in use"):
            async with Emulator.serve(port=httpx.URL(emulator.base_url).port or 0):
                pytest.fail("the port was taken")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_address_that_others_can_reach_must_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="allow_remote=True"):
        async with Emulator.serve(host=host):
            pytest.fail("it must not bind")


async def test_allowed_address_is_told_as_one_that_this_machine_can_use() -> None:
    async with Emulator.serve(host="0.0.0.0", allow_remote=True) as emulator:
        assert emulator.base_url.startswith("http://127.0.0.1:")
        assert can_connect(emulator.base_url)


@pytest.mark.parametrize(("system", "reused"), [("posix", True), ("nt", False)])
def test_address_is_reused_only_where_that_does_not_share_the_port(
    monkeypatch: pytest.MonkeyPatch, system: str, reused: bool
) -> None:
    monkeypatch.setattr(server, "os", SimpleNamespace(name=system))
    with server._listen("127.0.0.1", 0, allow_remote=False, receive_buffer=None) as listener:
        assert bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)) is reused


async def test_connection_that_comes_while_it_stops_is_closed_too() -> None:
    for _ in range(20):
        async with Emulator.serve() as emulator:
            url = httpx.URL(emulator.base_url)
            stream = socket.create_connection((url.host, url.port), timeout=30)
        with stream:
            try:
                assert stream.recv(1) == b""
            except ConnectionResetError:
                continue


async def test_ipv6_and_names_of_this_machine() -> None:
    async with Emulator.serve(host="localhost") as emulator:
        assert can_connect(emulator.base_url)
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    async with Emulator.serve(host="::1") as emulator:
        assert emulator.base_url.startswith("http://[::1]:")
        assert can_connect(emulator.base_url)


@pytest.mark.parametrize(
    ("bound", "told"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],
)
def test_address_in_the_base_url(bound: str, told: str) -> None:
    assert server._reachable(bound) == told


async def test_nothing_is_logged_that_was_sent(
    caplog: pytest.LogCaptureFixture, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    # Of the client's own log only the emulator's part is of interest here.
    caplog.set_level(logging.DEBUG)
    async with Emulator.serve(api_key="very-secret-key") as emulator:
        caplog.clear()
        async with httpx.AsyncClient() as client:
            await post_list(client, emulator, page_records)
    ours = [entry for entry in caplog.records if entry.threadName == "autodialer-emulator"]
    shown = " ".join(entry.getMessage() for entry in ours)
    assert not [entry for entry in ours if entry.name.startswith("uvicorn")]
    assert "very-secret-key" not in shown
    assert "9222220000" not in shown


async def test_wait_until_gives_up() -> None:
    with pytest.raises(TimeoutError):
        await Emulator().wait_until(lambda emulator: emulator.counts.records == 1, seconds=0.01)


async def test_garbage_on_the_socket_hurts_nobody(
    post_list: Post, page_records: list[dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    async with Emulator.serve() as emulator, httpx.AsyncClient() as client:
        url = httpx.URL(emulator.base_url)
        async with await anyio.connect_tcp(url.host, url.port or 0) as stream:
            await stream.send(b"\x00\x01\x02 garbage\r\n\r\n")
            assert (await stream.receive()).startswith(b"HTTP/1.1 400")
        assert (await post_list(client, emulator, page_records)).status_code == 200
