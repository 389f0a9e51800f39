"""An export: the same rows in every format, each once, from wherever it was broken off."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pyarrow.parquet as pq
import pytest

from autodialer_async import ApiError, AsyncAutodialer, ConfigurationError, RetryPolicy
from autodialer_async.history.export import ExportProgress
from tests.servers.misbehaving import Accept, Answer, Behaviour, MisbehavingServer, RequestInfo

pytestmark = pytest.mark.anyio

API_KEY = "key-of-a-test"
FIRST = date(2026, 1, 28)
LAST = FIRST + timedelta(days=9)
TASK = 40133707428585176
FORMATS = [".csv", ".xlsx", ".jsonl", ".parquet"]
ROOT = Path(__file__).parents[2]


def row(number: int, day: object, at: str = "12:00:00", **changed: Any) -> dict[str, Any]:
    fields = {"QUERY_ID": TASK, "DST": f"8922000{number:04}", "TIME": f"{day} {at} +0300", "CODE": "BUSY/17", "SEC": 5}
    return fields | changed


def three_a_day(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
    number = 10 * (date.fromisoformat(str(day)) - FIRST).days
    return [row(number + place, day) for place in range(3)]


def client(url: str) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key=API_KEY, retry=RetryPolicy(attempts=2, base=0.001))


def refusing(days: list[date]) -> Callable[[RequestInfo], Behaviour | None]:
    """Refuses days as long as they are in the list."""

    def script(request: RequestInfo) -> Behaviour | None:
        if not request.fields:
            return None
        return Answer(400) if request.fields["date_from"] in map(str, days) else Accept()

    return script


def days_asked(server: MisbehavingServer) -> list[str]:
    return [record.info.fields["date_from"] for record in server.requests if record.info]


def rows_in(file: Path) -> list[tuple[str, str, str, str]]:
    """Task, number, time without its zone, disposition."""
    if file.suffix == ".jsonl":
        objects = map(json.loads, file.read_text(encoding="utf-8").splitlines())
        return [(o["query_id"], o["dst"], o["time"][:19].replace("T", " "), o["disposition"]) for o in objects]
    if file.suffix == ".csv":
        text = file.read_bytes().decode("utf-8-sig")
        dicts = csv.DictReader(text.splitlines(), delimiter=";")
        return [(d["query_id"].strip(), d["dst"].strip(), d["time"], d["disposition"]) for d in dicts]
    if file.suffix == ".parquet":
        found = pq.read_table(file).to_pylist()
        return [(d["query_id"], d["dst"], str(d["time"]), d["disposition"]) for d in found]
    sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    cells = [re.findall(r"<(?:t|v)>(.*?)</(?:t|v)>", line) for line in re.findall(r"<row .*?</row>", sheet)[1:]]
    return [(line[0], line[1], str(_excel_time(float(line[2]))), line[4]) for line in cells]


def _excel_time(days: float) -> datetime:
    return datetime(1899, 12, 30) + timedelta(seconds=round(days * 86400))  # noqa: DTZ001 - Excel knows no zones


def names_in(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


EXPECTED = [
    (str(TASK), f"8922000{10 * day + place:04}", f"{FIRST + timedelta(days=day)} 12:00:00", "busy")
    for day in range(10)
    for place in range(3)
]


@pytest.mark.parametrize("suffix", FORMATS)
async def test_every_format_holds_every_row_in_order(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"calls{suffix}"
    told: list[ExportProgress] = []
    with MisbehavingServer(history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            done = await dialer.export_history(file, FIRST, LAST, on_progress=told.append)
    assert rows_in(file) == EXPECTED
    assert (done.rows, done.superseded, done.unreadable, done.resumed) == (30, 0, 0, False)
    assert (dict(done.dispositions), dict(done.unknown_codes)) == ({"busy": 30}, {})
    assert [each.read for each in told[:11]] == list(range(11))
    assert (told[-1].requests, told[-1].rows, told[-1].written) == (10, 30, 30)
    assert names_in(tmp_path) == [file.name]


async def test_of_several_states_of_a_number_in_a_task_the_last_one_stays_over_all_days(tmp_path: Path) -> None:
    def history(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
        rows = [row(1, day), row(2, day, QUERY_ID=int(str(day).replace("-", ""))), row(3, day, TIME="?")]
        # The day on which the service files a row need not be the day of its time.
        return [*rows, row(4, "2026-01-28", "23:00:00" if day == "2026-01-30" else "22:00:00")]

    with MisbehavingServer(history=history) as server:
        async with client(server.base_url) as dialer:
            done = await dialer.export_history(tmp_path / "calls.jsonl", FIRST, LAST)
    objects = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [o["time"] for o in objects if o["dst"] == "89220000001"] == ["2026-02-06T12:00:00+03:00"]
    assert len([o for o in objects if o["dst"] == "89220000002"]) == 10
    assert [o["raw"]["TIME"] for o in objects if o["problem"]] == ["?"] * 10
    assert [o["time"] for o in objects if o["dst"] == "89220000004"] == ["2026-01-28T23:00:00+03:00"]
    assert (done.rows, done.superseded, done.unreadable) == (22, 18, 10)


async def test_after_an_error_the_same_call_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    with MisbehavingServer(refusing([FIRST + timedelta(days=5)]), history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ApiError):
                await dialer.export_history(file, FIRST, LAST)
            assert not file.exists()
            part = tmp_path / "calls.csv.part"
            assert stat.S_IMODE(part.stat().st_mode) == 0o600
            assert API_KEY.encode() not in part.read_bytes()
            server.requests.clear()
            server.script = Accept()
            done = await dialer.export_history(file, FIRST, LAST)
            asked = days_asked(server)
    assert rows_in(file) == EXPECTED
    assert sorted(asked) == [str(FIRST + timedelta(days=day)) for day in range(5, 10)]
    assert done.resumed


KILLED = """
import os, signal, sys, anyio
from datetime import date
from autodialer_async import AsyncAutodialer

def told(progress):
    if progress.written:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with AsyncAutodialer(sys.argv[1], api_key="key-of-a-test") as dialer:
        await dialer.export_history(sys.argv[2], *map(date.fromisoformat, sys.argv[3:5]), on_progress=told)

anyio.run(main)
"""


def killed(command: list[str], child: list[subprocess.Popen[bytes]]) -> int:
    """Exit code of the command, which others may kill through the list."""
    child.append(subprocess.Popen(command, cwd=ROOT))
    return child[0].wait()


@pytest.mark.parametrize("day", [0, 4, 9, "writing"])
async def test_a_killed_export_goes_on_with_no_row_twice_and_none_lost(tmp_path: Path, day: int | str) -> None:
    child: list[subprocess.Popen[bytes]] = []

    def history(asked: str | None, to: str | None, number: str | None) -> list[dict[str, Any]]:
        if child and day != "writing" and asked == str(FIRST + timedelta(days=int(day))):
            child[0].send_signal(signal.SIGKILL)
        return three_a_day(asked, to, number)

    file = tmp_path / "calls.parquet"
    with MisbehavingServer(history=history) as server:
        command = [sys.executable, "-c", KILLED, server.base_url, str(file), str(FIRST), str(LAST)]
        assert await anyio.to_thread.run_sync(killed, command, child) == -signal.SIGKILL
        child.clear()
        assert not file.exists()
        async with client(server.base_url) as dialer:
            server.requests.clear()
            done = await dialer.export_history(file, FIRST, LAST)
            asked = days_asked(server)
    assert rows_in(file) == EXPECTED
    assert done.superseded == 0
    assert len(asked) == len(set(asked))
    if day == "writing":
        assert asked == []
    assert names_in(tmp_path) == [file.name]


async def test_days_that_were_not_over_are_asked_for_again(tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    tomorrow = today + timedelta(days=1)
    refused = [tomorrow]

    with MisbehavingServer(refusing(refused), history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            days = today - timedelta(days=6), tomorrow
            with pytest.raises(ApiError):
                await dialer.export_history(tmp_path / "calls.csv", *days)
            refused.clear()
            server.requests.clear()
            await dialer.export_history(tmp_path / "calls.csv", *days)
            asked = days_asked(server)
    assert set(asked) >= {str(today - timedelta(days=1)), str(today), str(tomorrow)}
    assert str(today - timedelta(days=4)) not in asked


@pytest.mark.parametrize("other", [{"date_to": LAST}, {"to": "89220000001"}])
async def test_what_another_export_has_read_is_not_taken_for_this_one(tmp_path: Path, other: dict[str, Any]) -> None:
    with MisbehavingServer(Answer(400)) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ApiError):
                await dialer.export_history(tmp_path / "calls.csv", FIRST)
            with pytest.raises(ConfigurationError, match=r"calls\.csv\.part is what another export"):
                await dialer.export_history(tmp_path / "calls.csv", FIRST, **other)
    assert len(server.requests) == 1


async def test_two_exports_to_one_file_do_not_mix(tmp_path: Path) -> None:
    errors: list[ConfigurationError] = []
    with MisbehavingServer(history=three_a_day) as server:
        async with client(server.base_url) as dialer:

            async def told(progress: ExportProgress) -> None:
                if progress.read == 5:
                    with pytest.raises(ConfigurationError, match="in use") as caught:
                        await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST)
                    errors.append(caught.value)

            await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST, on_progress=told)
    assert len(errors) == 1
    assert rows_in(tmp_path / "calls.csv") == EXPECTED


def _garbage(directory: Path) -> Path:
    (directory / "calls.csv.part").write_bytes(b"not a database, but long enough to be looked at" * 100)
    return directory / "calls.csv"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (lambda directory: directory / "calls.txt", "'calls.txt': the name of a table ends in .csv, .xlsx"),
        (
            lambda directory: directory / "nowhere" / "calls.csv",
            "nowhere/calls.csv.part cannot be written: No such file",
        ),
        (_garbage, "calls.csv.part is no export that was begun"),
    ],
)
async def test_a_file_that_cannot_be_is_refused_before_anything_is_asked(
    tmp_path: Path, place: Callable[[Path], Path], said: str
) -> None:
    with MisbehavingServer(history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ConfigurationError, match=re.escape(said)):
                await dialer.export_history(place(tmp_path), FIRST)
    assert server.connections == 0


async def test_a_target_that_cannot_be_replaced_leaves_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").mkdir()
    with MisbehavingServer(history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            with pytest.raises(ConfigurationError, match=r"calls\.csv cannot be written"):
                await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST)
            (tmp_path / "calls.csv").rmdir()
            server.requests.clear()
            await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST)
            assert days_asked(server) == []
    assert rows_in(tmp_path / "calls.csv") == EXPECTED


async def test_a_cancelled_export_can_go_on(tmp_path: Path) -> None:
    with MisbehavingServer(history=three_a_day) as server:
        async with client(server.base_url) as dialer:
            with anyio.CancelScope() as scope:

                def told(progress: ExportProgress) -> None:
                    if progress.read == 4:
                        scope.cancel()

                await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST, on_progress=told)
            assert scope.cancelled_caught
            server.requests.clear()
            await dialer.export_history(tmp_path / "calls.csv", FIRST, LAST)
            assert len(days_asked(server)) == 6
    assert rows_in(tmp_path / "calls.csv") == EXPECTED


@pytest.mark.parametrize(("library", "suffix"), [("pyarrow", ".parquet"), ("xlsxwriter", ".xlsx")])
def test_a_missing_extra_is_named_with_its_command(library: str, suffix: str) -> None:
    code = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from autodialer_async.history.tables import write_table\n"
        f"write_table([], 'calls{suffix}')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=os.sep)
    assert f"ConfigurationError: {library} is missing" in done.stderr
    assert "pip install 'autodialer-async[report]'" in done.stderr
