"""The emulator as an ASGI app, without a socket."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.emulator import AcceptThenAnswerLate, AcceptThenDrop, DropBefore, Emulator, Fault, StallMidBody

Post = Callable[..., Awaitable[httpx.Response]]
pytestmark = pytest.mark.anyio


async def test_it_works_through_httpx(post_list: Post, page_records: list[dict[str, str]]) -> None:
    emulator = Emulator()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator)) as client:
        assert (await post_list(client, emulator, page_records)).json()["report"]["inserted"] == "2"
    assert emulator.dialled("89222220000") == 1


@pytest.mark.parametrize("fault", [AcceptThenAnswerLate(0.01), StallMidBody(0.01)])
async def test_faults_that_wait_work_too(post_list: Post, page_records: list[dict[str, str]], fault: Fault) -> None:
    emulator = Emulator(faults=[fault], latency=0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator)) as client:
        assert (await post_list(client, emulator, page_records)).status_code == 200


@pytest.mark.parametrize(("fault", "accepted"), [(DropBefore(), 0), (AcceptThenDrop(), 2)])
async def test_faults_that_cut_are_a_reset_connection(
    post_list: Post, page_records: list[dict[str, str]], fault: Fault, accepted: int
) -> None:
    emulator = Emulator(faults=[fault])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator)) as client:
        with pytest.raises(ConnectionResetError):
            await post_list(client, emulator, page_records)
    assert (emulator.counts.records, emulator.counts.in_flight) == (accepted, 0)


async def test_it_lives_in_a_server_of_the_users() -> None:
    received = iter(["lifespan.startup", "lifespan.shutdown"])
    sent = []

    async def receive() -> Any:
        return {"type": next(received)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await Emulator()({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_websockets_are_turned_away() -> None:
    sent = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await Emulator()({"type": "websocket"}, None, send)  # type: ignore[arg-type]  # it has nothing to receive
    assert sent == ["websocket.close"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    operation=st.sampled_from(["make", "newcall", "cdr"]),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    ),
    body=st.binary(max_size=80)
    | st.builds(
        lambda middle: b'--x\r\ncontent-disposition: form-data; name="id"\r\n\r\n' + middle, st.binary(max_size=40)
    ),
)
async def test_random_bytes_are_never_an_error_of_the_server(operation: str, kind: str, body: bytes) -> None:
    emulator = Emulator()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator)) as client:
        url = f"{emulator.base_url}/{emulator.api_key}/{operation}"
        response = await client.post(url, content=body, headers={"content-type": kind})
    assert response.status_code in {200, 400}
    assert response.headers["content-type"] == "application/json"


def test_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "autodialer_async.emulator")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError) as caught:
        importlib.import_module("autodialer_async.emulator")
    assert str(caught.value) == (
        'the emulator needs uvicorn, which is not installed: pip install "autodialer-async[emulator]"'
    )


def test_it_imports_nothing_of_ours() -> None:
    script = (
        "import sys\n"
        "import autodialer_async\n"
        "before = set(sys.modules)\n"
        "import autodialer_async.emulator\n"
        "ours = {name for name in set(sys.modules) - before if name.startswith('autodialer_async')}\n"
        "print({name for name in ours if not name.startswith('autodialer_async.emulator')})\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "set()\n"
