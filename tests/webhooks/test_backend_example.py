"""The backend of the docs, as it is, in a process of its own: an upload to the emulator, webhooks, leads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
import pytest

from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule
from tests.webhooks.serving import SECRET

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve()) as emulator,
    ):
        yield emulator


@pytest.fixture
def backend(tmp_path: Path, emulator: Emulator) -> Iterator[httpx.Client]:
    environment = os.environ | {
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
        "WEBHOOK_SECRET": SECRET,
        "BACKEND_FOLDER": str(tmp_path),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "webhook_backend:app", "--port", "0"],
        cwd=DOCS,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said: list[str] = []
        try:
            for line in process.stderr:
                said.append(line)
                if match := re.search(r"running on (http://\S+)", line):
                    break
            else:
                pytest.fail("".join(said))
            with httpx.Client(base_url=match[1], trust_env=False) as client:
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


def when(client: httpx.Client, path: str, holds: Any) -> Any:
    for _ in range(600):
        told = client.get(path).json()
        if holds(told):
            return told
        time.sleep(0.05)
    pytest.fail(f"{path}: {told}")


def test_a_list_goes_out_and_its_leads_come_back(backend: httpx.Client, emulator: Emulator) -> None:
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
    # What was unknown and now rang is settled: the same list again leaves the rest unknown.
    again = backend.post("/uploads", json=calls).json()["upload"]
    done = when(backend, f"/uploads/{again}", lambda told: not told["running"])
    assert (done["skipped"], done["unknown"]) == (1503, 997)
    assert emulator.dialled("89222220000") == 1
    assert backend.get("/uploads/99").status_code == 404
