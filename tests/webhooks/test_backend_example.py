"""The backend of the docs, as it is, in a process of its own: an upload to the emulator, webhooks, leads."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import httpx
import pytest

from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule, Webhook
from autodialer_async.webhooks import EventState, Inbox
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until, until_counted

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs/examples"


@contextmanager
def running_emulator(webhook: Webhook | None = None) -> Iterator[Emulator]:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve(webhook=webhook, now=lambda: NOON)) as emulator,
    ):
        yield emulator


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    # Made before the backend that listens on it: the emulator is told where to call, and the backend where it is.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextmanager
def running_backend(folder: Path, emulator: Emulator, listener: socket.socket) -> Iterator[httpx.Client]:
    environment = os.environ | {
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
        "WEBHOOK_SECRET": SECRET,
        "BACKEND_FOLDER": str(folder),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "webhook_backend:app", "--fd", str(listener.fileno())],
        cwd=DOCS,
        env=environment,
        pass_fds=[listener.fileno()],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said: list[str] = []
        try:
            for line in process.stderr:
                said.append(line)
                if "running on" in line:
                    break
            else:
                pytest.fail("".join(said))
            with httpx.Client(base_url=address_of(listener), trust_env=False) as client:
                yield client
            process.terminate()
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
        # uvicorn's own access log, with its own settings.
        assert "/***" in out
        for secret in (SECRET, "9222220", "конечно"):
            assert secret not in out + err
        assert "Traceback" not in err


def address_of(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def when(client: httpx.Client, path: str, holds: Any) -> Any:
    for _ in range(600):
        told = client.get(path).json()
        if holds(told):
            return told
        time.sleep(0.05)
    pytest.fail(f"{path}: {told}")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def backend(tmp_path: Path, emulator: Emulator, listener: socket.socket) -> Iterator[httpx.Client]:
    with running_backend(tmp_path, emulator, listener) as client:
        yield client


def test_a_list_goes_out_and_its_leads_come_back(tmp_path: Path, backend: httpx.Client, emulator: Emulator) -> None:
    emulator.add_fault(Rule(AcceptThenDrop(), record_id="0"))
    calls = [{"id": str(n), "phone": f"8922222{n:04}", "uuid": f"crm-{n}", "generation_type": "1"} for n in range(2500)]
    number = backend.post("/uploads", json=calls).json()["upload"]
    done = when(backend, f"/uploads/{number}", lambda told: not told["running"])
    assert (done["accepted"], done["unknown"]) == (1500, 1000)

    for n in range(0, 2500, 500):
        event = {"номер_абонента": f"8922222{n:04}", "продолжительность_вызова": "12", "распознанный_ответ": "конечно"}
        for _ in range(2):
            assert backend.post(f"/autodialer/{SECRET}", json=event).status_code == 200
        assert backend.get("/autodialer/wrong", params=event).status_code == 404
    # Answered, but nothing was said.
    silent = {"phone": "89222220001", "sec": "5", "secret": SECRET}
    assert backend.get("/autodialer", params=silent).status_code == 200

    leads = when(backend, "/leads", lambda told: len(told) == 5)
    assert {lead["uuid"] for lead in leads} == {f"crm-{n}" for n in range(0, 2500, 500)}
    assert len({lead["key"] for lead in leads}) == 5
    # The silent one too, of which no lead tells.
    anyio.run(until_counted, Inbox(tmp_path / "calls.db"), "handled", 6)
    # What was unknown and now rang is settled: the same list again leaves the rest unknown.
    again = backend.post("/uploads", json=calls).json()["upload"]
    done = when(backend, f"/uploads/{again}", lambda told: not told["running"])
    assert (done["skipped"], done["unknown"]) == (1503, 997)
    assert emulator.dialled("89222220000") == 1
    assert backend.get("/uploads/99").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"method": "GET", "charset": "cp1251"},
        {"encoding": "urlencoded", "charset": "cp1251", "recording": "base64"},
        {"encoding": "multipart", "charset": "utf-8"},
        {"encoding": "json", "charset": "utf-8"},
    ],
    ids=["GET", "form", "multipart", "JSON"],
)
def test_the_service_calls_back_by_itself_and_each_answer_is_one_lead(
    tmp_path: Path, listener: socket.socket, form: dict[str, Any]
) -> None:
    # All of it comes twice, and in disorder.
    webhook = Webhook(
        f"{address_of(listener)}/autodialer/{SECRET}", **form, duplicates=1.0, disorder=0.2, backoff=0.05, concurrency=4
    )
    # What the emulator makes of a number is in its last digits: 0007 and 0008 answer, 0001 is busy.
    said = {"0001": None, "0007": "да", "0008": "нет"}
    calls = [
        {"id": f"{n}-{fate}", "phone": f"8922{n:03}{fate}", "uuid": f"crm-{n}-{fate}", "generation_type": "1"}
        for n in range(10)
        for fate in said
    ]
    with running_emulator(webhook) as emulator, running_backend(tmp_path, emulator, listener) as backend:
        number = backend.post("/uploads", json=calls).json()["upload"]
        done = when(backend, f"/uploads/{number}", lambda told: not told["running"])
        assert (done["accepted"], done["complete"]) == (30, True)
        leads = when(backend, "/leads", lambda told: len(told) == 20 and not emulator.state().deliveries["waiting"])
        assert emulator.state().deliveries == {"waiting": 0, "delivered": 60, "failed": 0}
        inbox = Inbox(tmp_path / "calls.db")

        async def none_waits() -> bool:
            return not (await inbox.counts())[EventState.WAITING]

        anyio.run(until, none_waits)
    expected = {(f"{n}-{fate}", f"crm-{n}-{fate}", said[fate]) for n in range(10) for fate in ("0007", "0008")}
    assert {(lead["id"], lead["uuid"], lead["answer"]) for lead in leads} == expected

    sounds = {call.phone: emulator.recording(call.number) for call in emulator.calls}
    events = anyio.run(inbox.events)
    assert {event.state for event in events} == {EventState.HANDLED}
    assert sum(event.copies for event in events) == 60
    answered = {event.phone: event for event in events if event.answer is not None}
    assert len(answered) == 20
    for phone, event in answered.items():
        assert event.copies == 2
        assert event.recording is not None
        if event.recording.path is None:
            assert event.recording.url is not None
            assert event.recording.url.startswith(emulator.base_url)
        else:
            assert event.recording.path.read_bytes() == sounds[phone]
