"""`autodialer history --out`: a table of whole numbers, begun again where it was broken off."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.progress import Progress

from autodialer_async.cli import export_bar
from autodialer_async.cli.export_bar import ExportBar
from autodialer_async.cli.output import Output
from autodialer_async.history.export import ExportProgress
from tests.cli.conftest import Autodialer
from tests.servers.misbehaving import Accept, Answer, Behaviour, MisbehavingServer, RequestInfo

FIRST = date(2026, 1, 28)
DAYS = "--from", FIRST, "--to", FIRST + timedelta(days=4)
KEY = "key-of-a-test"


def history(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
    rows = [
        {"QUERY_ID": 40133707428585176, "DST": number, "TIME": f"{day} 10:00:00 Z", "CODE": code, "SEC": 1}
        for number, code in (("89220000001", "BUSY"), (f"8922{str(day).replace('-', '')[1:]}", "RINGING"))
    ]
    return [row for row in rows if to in (None, row["DST"])]


def settings(server: MisbehavingServer) -> dict[str, str]:
    return {"AUTODIALER_BASE_URL": server.base_url, "AUTODIALER_API_KEY": KEY}


@pytest.mark.parametrize("days", [DAYS, (FIRST, FIRST + timedelta(days=4)), (FIRST, *DAYS[2:])])
def test_days_are_arguments_or_options(autodialer: Autodialer, tmp_path: Path, days: tuple[object, ...]) -> None:
    file = tmp_path / "calls.csv"
    with MisbehavingServer(history=history) as server:
        ran = autodialer("history", *days, "--out", file, **settings(server))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"6 rows in {file}; 4 earlier states left out; codes that no table reads: 'RINGING' 5\n"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert [row["dst"] for row in rows][-2:] == ["\t89220000001", "\t89220260201"]


def test_one_number_and_one_object_about_the_file(autodialer: Autodialer, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with MisbehavingServer(history=history) as server:
        ran = autodialer("history", *DAYS, "--number", "89220000001", "--out", file, "--json", **settings(server))
    assert json.loads(ran.out) == {
        "file": str(file), "rows": 1, "superseded": 4, "unreadable": 0, "resumed": False,
        "dispositions": {"busy": 1}, "unknown_codes": {},
    }  # fmt: skip
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


def test_an_error_says_that_the_same_command_goes_on(autodialer: Autodialer, tmp_path: Path) -> None:
    def script(request: RequestInfo) -> Behaviour | None:
        if not request.fields:
            return None
        return Answer(400) if request.fields["date_from"] == str(FIRST + timedelta(days=3)) else Accept()

    file = tmp_path / "calls.csv"
    with MisbehavingServer(script, history=history) as server:
        ran = autodialer("history", *DAYS, "--out", file, **settings(server))
        assert ran.code == 1
        assert f"what was read is kept in {file}.part, and the same command goes on with it" in ran.err
        assert KEY not in ran.err + ran.out
        server.script = Accept()
        asked = len(server.requests)
        assert autodialer("history", *DAYS, "--out", file, **settings(server)).code == 0
        assert len(server.requests) - asked == 2


def test_ctrl_c_keeps_what_was_read(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    running: list[subprocess.Popen[str]] = []

    def interrupted(day: str | None, to: str | None, number: str | None) -> list[dict[str, Any]]:
        if running and day == str(FIRST + timedelta(days=4)):
            running.pop().send_signal(signal.SIGINT)
        return history(day, to, number)

    # Four days are read ahead: the fifth is asked for when the first one has been taken.
    with MisbehavingServer(Accept(delay=0.2), history=interrupted) as server:
        command = [sys.executable, "-m", "autodialer_async.cli", "history", *map(str, DAYS), "--out", str(file)]
        process = subprocess.Popen(
            command, env=settings(server), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"interrupted: what was read is kept in {file}.part" in err
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "calls.csv"], "which days?"),
        ([FIRST, "--from", FIRST], "FROM is given twice"),
        ([FIRST, "--out", "calls.doc"], "the name of a table ends in .csv, .xlsx, .jsonl, .parquet"),
        ([FIRST, FIRST - timedelta(days=1), "--out", "calls.csv"], "is before date_from"),
    ],
)
def test_wrong_use_is_named(autodialer: Autodialer, arguments: list[object], said: str) -> None:
    ran = autodialer("history", *arguments, AUTODIALER_BASE_URL="http://127.0.0.1:9", AUTODIALER_API_KEY=KEY)
    assert ran.code == 2
    assert said in ran.err


def test_printed_rows_end_with_the_codes_that_nobody_knows(autodialer: Autodialer) -> None:
    with MisbehavingServer(history=history) as server:
        ran = autodialer("history", FIRST, FIRST + timedelta(days=1), **settings(server))
    assert "codes that no table reads (Dialect.status_map can): 'RINGING' 2" in ran.err


@pytest.mark.anyio
async def test_the_bar_shows_days_read_then_rows_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_bar, "is_terminal", lambda stream: True)
    with ExportBar(Output()) as bar:
        shown: Progress | None = bar._bar
        assert shown is not None
        await bar.update(ExportProgress(requests=90, read=3, rows=33_000, written=0))
        assert (shown.tasks[0].description, shown.tasks[0].completed, shown.tasks[0].total) == ("reading", 3, 90)
        assert shown.tasks[0].fields["words"] == "3/90 requests, 33,000 rows"
        await bar.update(ExportProgress(requests=90, read=90, rows=1_000_000, written=5000))
        assert (shown.tasks[0].description, shown.tasks[0].completed) == ("writing", 5000)


def test_numbers_inside_of_codes_are_masked_where_numbers_are(autodialer: Autodialer, tmp_path: Path) -> None:
    def forwarded(day: str | None, _: str | None, __: str | None) -> list[dict[str, Any]]:
        return [
            {"QUERY_ID": 1, "DST": "89220000001", "TIME": f"{day} 10:00:00 Z", "CODE": "TO 8 922 0000002", "SEC": 1}
        ]

    with MisbehavingServer(history=forwarded) as server:
        shown = autodialer("history", FIRST, **settings(server))
        as_json = json.loads(autodialer("history", FIRST, "--json", **settings(server)).out)
        whole = autodialer("history", FIRST, "--show-numbers", **settings(server)).out
        exported = autodialer("history", FIRST, "--out", tmp_path / "calls.csv", **settings(server)).out
    assert "0000002" not in shown.out + shown.err + exported
    assert as_json["code"] == "TO ***"
    assert "TO 8 922 0000002" in whole
