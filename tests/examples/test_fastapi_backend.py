"""`docs/examples/fastapi_backend.py` as it is, under uvicorn: stopped, killed and started again in mid-upload."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from autodialer_async.emulator import AcceptThenDrop, Emulator, Refuse, Rule
from autodialer_async.journal import RecordState, SqliteJournal
from tests.examples.conftest import assert_each_once, ended, serving, started, taken, until

SECRET = "a-long-random-secret-of-a-test"


class Backend:
    """The program under uvicorn, and a browser."""

    def __init__(self, process: subprocess.Popen[str], http: httpx.Client) -> None:
        self.process = process
        self.http = http

    def begin(self, name: str, numbers: range) -> httpx.Response:
        calls = [{"id": str(number), "phone": f"8922{number:07}", "name": "Петров"} for number in numbers]
        return self.http.post("/campaigns", json={"name": name, "generation_type": "5", "calls": calls})

    def look(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = self.http.get(f"/campaigns/{name}").json()
        return told

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        code, out, err = ended(self.process)
        assert "Traceback" not in err
        assert "Application shutdown complete" in err
        # uvicorn raises the signal again when all is done.
        assert code in (0, -signal.SIGTERM)
        for secret in (SECRET, "9220000", "Петров", "конечно"):
            assert secret not in out + err


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@contextmanager
def running(folder: Path, environment: dict[str, str], listener: socket.socket) -> Iterator[Backend]:
    number = listener.fileno()
    given = environment | {"WEBHOOK_SECRET": SECRET, "BACKEND_FOLDER": str(folder)}
    command = ("-m", "uvicorn", "fastapi_backend:app", "--fd", str(number), "--timeout-graceful-shutdown", "1")
    with (
        started(*command, environment=given, pass_fds=[number]) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", trust_env=False, timeout=30) as http,
    ):
        yield Backend(process, http)


def test_a_campaign_goes_out_in_the_background_and_tells_its_progress(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str], listener: socket.socket
) -> None:
    emulator.add_fault(Rule(AcceptThenDrop(), record_id="0"))
    with running(tmp_path, environment, listener) as backend:
        answer = backend.begin("march", range(2500))
        assert answer.status_code == 202
        states: list[str] = []
        data: list[dict[str, Any]] = []
        with backend.http.stream("GET", answer.json()["progress"]) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    states.append(value)
                if name == "data":
                    data.append(json.loads(value))
        assert states[-1] == "finished"
        assert set(states[:-1]) <= {"waiting", "running"}
        assert (data[-1]["accepted"], data[-1]["unknown"]) == (1500, 1000)
        accepted = [told["accepted"] for told in data if "accepted" in told]
        assert accepted == sorted(accepted)
        assert "batches" not in data[-1]
        assert backend.look("march")["state"] == "finished"
        # The browser repeats its request.
        assert backend.begin("march", range(2500)).status_code == 409
        assert backend.http.get("/campaigns/april").status_code == 404
        assert backend.begin("../etc", range(1)).status_code == 422
        backend.stop()
    assert taken(emulator) == 2500
    assert_each_once(emulator, range(2500))


def test_sigterm_in_mid_upload_and_a_start_later_everybody_was_called_once(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str], listener: socket.socket
) -> None:
    # More than leaves before a busy machine gets to the signal: what is on its way then is let finish.
    numbers = range(48_000)
    with running(tmp_path, environment, listener) as backend:
        assert backend.begin("march", numbers).status_code == 202
        until(lambda: taken(emulator) >= 4000, "the first batches")
        # A browser that watches does not hold up the end.
        with backend.http.stream("GET", "/campaigns/march/events") as stream:
            next(stream.iter_lines())
            backend.stop()
    sent = taken(emulator)
    assert 4000 <= sent < 48_000
    counts = anyio.run(SqliteJournal(tmp_path / "campaigns/march/journal.db").counts)
    # The journal is true: what was on its way had its grace.
    assert (counts[RecordState.ACCEPTED], counts[RecordState.UNKNOWN], counts[RecordState.SENDING]) == (sent, 0, 0)
    with running(tmp_path, environment, listener) as backend:
        until(lambda: backend.look("march")["state"] == "finished", "the rest of the campaign")
        told = backend.look("march")
        assert (told["complete"], told["skipped"], told["accepted"]) == (True, sent, 48_000 - sent)
        backend.stop()
    assert_each_once(emulator, numbers)


def test_sigkill_in_mid_upload_and_a_start_later_nobody_was_called_twice_or_forgotten(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str], listener: socket.socket
) -> None:
    numbers = range(12_000)
    with running(tmp_path, environment, listener) as backend:
        backend.begin("march", numbers)
        until(lambda: taken(emulator) >= 4000, "the first batches")
        backend.process.kill()
    with running(tmp_path, environment, listener) as backend:
        until(lambda: backend.look("march")["state"] == "finished", "the rest of the campaign")
        told = backend.look("march")
        backend.stop()
    assert emulator.dialled_more_than_once() == {}
    unknown: set[str] = set()

    async def look() -> None:
        unknown.update([record.id async for record in SqliteJournal(tmp_path / "campaigns/march/journal.db").unknown()])

    anyio.run(look)
    assert told["unknown"] == len(unknown)
    # Whoever was not called is named: what was on its way when the process died.
    assert [number for number in numbers if not emulator.accepted(number) and str(number) not in unknown] == []


def test_a_campaign_that_meets_no_service_goes_out_when_there_is_one(
    tmp_path: Path, environment: dict[str, str], listener: socket.socket
) -> None:
    with socket.socket() as closed:
        # Bound and not listening: nobody else gets the port.
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        given = environment | {"AUTODIALER_BASE_URL": f"http://127.0.0.1:{port}", "BACKEND_AGAIN_AFTER": "0.05"}
        with running(tmp_path, given, listener) as backend:
            backend.begin("march", range(3))
            journal = SqliteJournal(tmp_path / "campaigns/march/journal.db")
            until(
                lambda: (
                    (tmp_path / "campaigns/march/journal.db").exists()
                    and anyio.run(journal.counts)[RecordState.UNSENT] == 3
                ),
                "the first run to give up",
            )
            closed.close()
            with serving(port) as emulator:
                until(lambda: backend.look("march")["state"] == "finished", "the campaign")
                assert backend.look("march")["accepted"] == 3
                assert_each_once(emulator, range(3))
            backend.stop()


def test_one_call_under_a_key_is_placed_once_whatever_becomes_of_its_answer(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str], listener: socket.socket
) -> None:
    def call(backend: Backend, key: str, phone: str) -> tuple[int, str]:
        answer = backend.http.post(
            "/calls",
            params={"generation_type": "5"},
            json={"id": "1", "phone": phone},
            headers={"Idempotency-Key": key},
        )
        return answer.status_code, answer.json()["state"]

    with running(tmp_path, environment, listener) as backend:
        assert call(backend, "key-of-the-first", "89220000001") == (200, "accepted")
        assert call(backend, "key-of-the-first", "89220000001") == (200, "accepted")
        emulator.add_fault(Rule(AcceptThenDrop(), operation="newcall", times=1))
        assert call(backend, "key-of-the-second", "89220000002") == (202, "unknown")
        assert call(backend, "key-of-the-second", "89220000002") == (200, "unknown")
        assert call(backend, "key-of-the-third", "12") == (422, "invalid")
        emulator.add_fault(Rule(Refuse(400), operation="newcall", times=1))
        assert call(backend, "key-of-the-fourth", "89220000004") == (503, "unsent")
        assert call(backend, "key-of-the-fourth", "89220000004") == (200, "accepted")
        backend.stop()
    # Also after a restart.
    with running(tmp_path, environment, listener) as backend:
        assert call(backend, "key-of-the-second", "89220000002") == (200, "unknown")
        backend.stop()
    assert [emulator.dialled(f"8922000000{n}") for n in (1, 2, 4)] == [1, 1, 1]


def test_a_webhook_is_kept_and_becomes_a_lead_of_its_campaign(
    tmp_path: Path, environment: dict[str, str], listener: socket.socket
) -> None:
    with running(tmp_path, environment, listener) as backend:
        backend.begin("march", range(3))
        until(lambda: backend.look("march")["state"] == "finished", "the campaign")
        event = {"номер_абонента": "89220000002", "продолжительность_вызова": "12", "распознанный_ответ": "конечно"}
        assert backend.http.post(f"/autodialer/{SECRET}", json=event).status_code == 200
        assert backend.http.post("/autodialer/wrong", json=event).status_code == 404
        until(lambda: bool(backend.http.get("/leads").json()), "the lead")
        (lead,) = backend.http.get("/leads").json()
        assert (lead["answer"], lead["campaigns"]) == ("конечно", ["march"])
        backend.stop()
