"""State in a file: it survives a restart, a kill, and somebody else's hands."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from autodialer_async.emulator import Emulator, Ending, Scenario, Simulation, Webhook
from tests.emulator.receiver import UsersServer

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
RECORDS = [
    {"id": str(n), "phone": str(89225000000 + n), "name": "Петров", "UUID": f"u{n}", "var1": "1", "x": "y",
     "maxcount": "3", "generationtype": "1", "statdialertime": "10:00:00"}
    for n in range(1, 41)
]  # fmt: skip


def shown(it: Emulator) -> Any:
    return it.state().outcomes, it.state().calls, it.now, it.tasks, it.records, it.find_records(limit=100), it.calls


def live(path: Path, **settings: Any) -> Emulator:
    given: dict[str, Any] = {"state": path, "start": START, "speed": 0, **settings}
    return Emulator(**given)


def test_everything_is_there_again_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state"
    it = live(path)
    it._dialer.make(RECORDS[:20])
    it._dialer.newcall({"id": "0", "phone": "89225000100", "generationtype": "1"})
    it.advance(400)
    it._dialer.make(RECORDS[10:])
    it.advance(1500)
    before = shown(it)
    assert it.state().waiting > 0
    it.close()
    again = live(path)
    assert shown(again) == before
    for one in (again, other := live(tmp_path / "other")):
        if one is other:
            one._dialer.make(RECORDS[:20])
            one._dialer.newcall({"id": "0", "phone": "89225000100", "generationtype": "1"})
            one.advance(400)
            one._dialer.make(RECORDS[10:])
        one.finish()
    assert again.calls == other.calls
    again.close()
    other.close()


def test_calls_at_once_are_there_again_too(tmp_path: Path) -> None:
    path = tmp_path / "state"
    it = Emulator(state=path, now=lambda: START)
    it._dialer.make(RECORDS)
    before = shown(it)
    it.close()
    again = Emulator(state=path, now=lambda: START)
    assert shown(again) == before
    assert again.dialled_more_than_once() == {}
    again.close()


def test_a_reset_empties_the_file_and_a_new_seed_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "state"
    it = live(path)
    it._dialer.make(RECORDS)
    it.reseed(9)
    it.close()
    again = live(path)
    assert (again.state().seed, again.records) == (9, [])
    again.close()


def test_another_seed_or_scenario_than_the_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    simulation = Simulation(Scenario((Ending("BUSY 17"),)), lines=3)
    live(path, seed=5, simulation=simulation).close()
    for wrong in ({"seed": 6}, {"simulation": Simulation()}):
        with pytest.raises(ValueError, match=r"^state: the file was begun with"):
            live(path, **wrong)
    again = live(path)
    again._dialer.make(RECORDS)
    again.finish()
    assert again.state().seed == 5
    # The others have fates.
    assert again.state().outcomes["BUSY 17"] == 40 - 11
    again.close()
    live(path, seed=5, simulation=simulation).close()


def test_two_at_a_time_cannot_have_it(tmp_path: Path) -> None:
    it = live(tmp_path / "state")
    with pytest.raises(ValueError, match="another emulator uses it"):
        live(tmp_path / "state")
    it.close()
    live(tmp_path / "state").close()


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "list.csv"
    text.write_text("id,phone\n" * 100)
    foreign = tmp_path / "other.db"
    with sqlite3.connect(foreign) as file:
        file.execute("CREATE TABLE t (x)")
    file.close()
    for path in (text, foreign):
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"^state .*: "):
            live(path)
        assert path.read_bytes() == before


def test_damage_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state"
    it = live(path)
    it._dialer.make(RECORDS)
    it.close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE entries SET data = '[1' WHERE kind = 'task'")
    file.close()
    with pytest.raises(ValueError, match="damaged after entry 2"):
        live(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE entries SET data = '[1]' WHERE kind = 'task'")
    file.close()
    with pytest.raises(ValueError, match=r"state: an entry 'task' cannot be read"):
        live(path)
    with sqlite3.connect(path) as file:
        file.execute("UPDATE entries SET data = '{\"version\": 99}' WHERE kind = 'header'")
    file.close()
    with pytest.raises(ValueError, match="another version"):
        live(path)


def test_a_directory_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        live(tmp_path / "nowhere" / "state")


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_it_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state"
    it = live(path)
    it._dialer.make(RECORDS)
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    it.close()


async def test_deliveries_that_were_not_over_are_sent_after_a_restart_and_the_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "state"
    names = {"id": "id"}
    with UsersServer(lambda number: 200 if number <= 3 else 500) as server:
        webhook = Webhook(server.url, concurrency=1, backoff=60, names=names)
        async with Emulator.serve(state=path, webhook=webhook) as emulator:
            emulator._dialer.make(RECORDS[20:26])
            calls = emulator.state().calls
            await emulator.wait_until(lambda _: len(server.told) == calls)
            assert emulator.state().deliveries == {"waiting": calls - 3, "delivered": 3, "failed": 0}
            resent = emulator.resend(1)
            await emulator.wait_until(lambda it: it.delivery(resent.number).tries != ())
    with UsersServer() as server:
        async with Emulator.serve(state=path, webhook=Webhook(server.url, names=names)) as emulator:
            await emulator.wait_until(lambda it: it.state().deliveries["waiting"] == 0)
            assert emulator.state().deliveries == {"waiting": 0, "delivered": calls + 1, "failed": 0}
        assert len(server.told) == calls - 3 + 1


async def test_after_it_was_served_it_can_be_asked_and_makes_no_more_calls(tmp_path: Path) -> None:
    hands = [START]
    async with Emulator.serve(state=tmp_path / "state", start=START, speed=60, now=lambda: hands[0]) as emulator:
        emulator._dialer.make(RECORDS)
        await emulator.wait_until(lambda it: it.state().dialling == 10)
    hands[0] = START.replace(hour=13)
    assert (emulator.state().calls, emulator.find_records().total, emulator.calls) == (0, 40, ())


SCRIPT = """
import sys, anyio
from autodialer_async.emulator import Emulator
async def main():
    async with Emulator.serve(state=sys.argv[1]) as emulator:
        print(emulator.base_url, flush=True)
        await anyio.sleep_forever()
anyio.run(main)
"""


async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state"
    async with await anyio.open_process([sys.executable, "-c", SCRIPT, path]) as process:
        assert process.stdout is not None
        base_url = (await process.stdout.receive()).decode().strip()
        async with httpx.AsyncClient(verify=False) as client:
            for start in range(0, 40, 10):
                query = {"access_token": "emulator-token", "data": RECORDS[start : start + 10]}
                answer = await client.post(f"{base_url}/emulator-key/make", json={"query": query})
                assert answer.json()["report"]["inserted"] == "10"
        process.send_signal(signal.SIGKILL)
    again = Emulator(state=path)
    assert [record.id for record in again.records] == [record["id"] for record in RECORDS]
    assert again.state().done == 40
    again.close()
