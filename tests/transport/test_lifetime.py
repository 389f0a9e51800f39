"""A client that nobody closed: one warning, with the line that made it; and its connections are closed all the same."""

from __future__ import annotations

import gc
import inspect
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from autodialer_async import AsyncAutodialer, ConfigurationError
from tests.servers.misbehaving import MisbehavingServer

KEY = "key-of-a-test"
LOOPS = pytest.mark.parametrize("loop", ["asyncio", "trio"])
ROOT = Path(__file__).parents[2]


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def warned() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
        gc.collect()


@pytest.fixture
def closed_lanes(monkeypatch: pytest.MonkeyPatch) -> list[httpx.AsyncHTTPTransport]:
    closed: list[httpx.AsyncHTTPTransport] = []
    real = httpx.AsyncHTTPTransport.aclose

    async def noted(self: httpx.AsyncHTTPTransport) -> None:
        await real(self)
        closed.append(self)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "aclose", noted)
    return closed


def client(url: str, **settings: Any) -> tuple[AsyncAutodialer, int]:
    """A client, and the line that made it."""
    frame = inspect.currentframe()
    assert frame is not None
    return AsyncAutodialer(url, api_key=KEY, access_token="token-of-a-test", **settings), frame.f_lineno


def assert_one_warning(warned: list[warnings.WarningMessage], line: int) -> None:
    gc.collect()
    (warning,) = warned
    text = str(warning.message)
    assert warning.category is ResourceWarning
    assert (warning.filename, warning.lineno) == (__file__, line)
    assert f"{__file__}:{line} was used and never closed" in text
    assert KEY not in text
    assert "token-of-a-test" not in text


@LOOPS
def test_a_client_that_its_loop_left_open_is_told_of_once(
    loop: str, server: MisbehavingServer, warned: list[warnings.WarningMessage], closed_lanes: list[object]
) -> None:
    dialer, line = client(server.base_url)
    anyio.run(dialer.ping, backend=loop)
    assert len(closed_lanes) == 1
    assert_one_warning(warned, line)
    del dialer
    assert_one_warning(warned, line)


@LOOPS
@pytest.mark.parametrize("is_kept", [False, True])
def test_where_warnings_are_errors_a_client_that_was_left_open_is_an_error_that_pytest_hears(
    loop: str, *, is_kept: bool, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: heard.append(unraisable.exc_type))
    left: list[AsyncAutodialer] = []

    async def main() -> None:
        dialer, _ = client(server.base_url)
        await dialer.ping()
        if is_kept:
            left.append(dialer)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anyio.run(main, backend=loop)
        gc.collect()
    assert heard == [ResourceWarning]


@LOOPS
def test_a_client_that_is_collected_is_told_of_once_and_its_connections_are_closed(
    loop: str, server: MisbehavingServer, warned: list[warnings.WarningMessage], closed_lanes: list[object]
) -> None:
    async def use() -> int:
        dialer, line = client(server.base_url)
        await dialer.ping()
        # Part of a cycle, as in the traceback of an error.
        circle: list[object] = [dialer]
        circle.append(circle)
        return line

    async def main() -> None:
        line = await use()
        assert not warned
        # From Python 3.13 on the loop of asyncio holds what a task has just used until its next turn.
        await anyio.lowlevel.checkpoint()
        assert_one_warning(warned, line)
        # Closed by the loop, which still runs.
        await anyio.wait_all_tasks_blocked()
        assert len(closed_lanes) == 1

    anyio.run(main, backend=loop)
    assert len(warned) == 1


@LOOPS
def test_a_transport_of_the_user_is_closed_with_a_client_that_is_left_open(
    loop: str, warned: list[warnings.WarningMessage]
) -> None:
    closed: list[str] = []

    class Mine(httpx.MockTransport):
        async def aclose(self) -> None:
            closed.append("closed")

    dialer, line = client("http://site.url", transport=Mine(lambda request: httpx.Response(200, json=[])))
    anyio.run(dialer.ping, backend=loop)
    assert closed == ["closed"]
    assert_one_warning(warned, line)


@LOOPS
def test_nothing_is_told_of_a_client_that_was_closed_or_never_used(
    loop: str, server: MisbehavingServer, warned: list[warnings.WarningMessage]
) -> None:
    async def main() -> None:
        async with client(server.base_url)[0] as dialer:
            await dialer.ping()
        plain, _ = client(server.base_url)
        await plain.ping()
        await plain.aclose()
        client(server.base_url)

    anyio.run(main, backend=loop)
    gc.collect()
    assert not warned


@LOOPS
def test_a_client_whose_loop_has_ended_says_that_it_is_of_another_loop(
    loop: str, server: MisbehavingServer, warned: list[warnings.WarningMessage]
) -> None:
    dialer, line = client(server.base_url)
    anyio.run(dialer.ping, backend=loop)
    for call in (dialer.ping, dialer.aclose):
        with pytest.raises(ConfigurationError, match="another event loop"):
            anyio.run(call, backend=loop)
    assert_one_warning(warned, line)


PROGRAM = """
import sys
import anyio
from autodialer_async import AsyncAutodialer
dialer = AsyncAutodialer(sys.argv[1], api_key="key-of-a-test")
async def main():
    await dialer.ping()
    if "inside" in sys.argv:
        sys.exit()
anyio.run(main, backend=sys.argv[2])
"""


@LOOPS
@pytest.mark.parametrize("flags", [[], ["-X", "dev"]], ids=["as usual", "-X dev"])
@pytest.mark.parametrize("ending", ["at the end", "inside"])
def test_a_program_that_ends_makes_no_noise_but_one_warning_in_dev_mode(
    loop: str, flags: list[str], ending: str, server: MisbehavingServer
) -> None:
    done = subprocess.run(
        [sys.executable, *flags, "-c", PROGRAM, server.base_url, loop, ending],
        capture_output=True, text=True, timeout=60, check=True, cwd=ROOT,
    )  # fmt: skip
    told = [line for line in done.stderr.splitlines() if "Warning" in line]
    assert len(told) == bool(flags), done.stderr
    assert not flags or told[0].startswith("<string>:5: ResourceWarning: the client of http://127.0.0.1:")
    assert "Exception" not in done.stderr
