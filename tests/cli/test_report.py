"""`report`, and `status` with the outcomes, in this process."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from autodialer_async.cli import report_text
from autodialer_async.emulator import AcceptThenDrop, DropBefore, Emulator, Refuse, Rule
from autodialer_async.history import report as reports
from autodialer_async.webhooks import CallEvent, Inbox
from tests.cli.conftest import Autodialer
from tests.cli.test_commands import fields


@pytest.fixture
def journal(tmp_path: Path, at_emulator: Autodialer, small_list: Path) -> Path:
    """The journal of a list of forty that was sent."""
    file = tmp_path / "spring.db"
    assert at_emulator("upload", small_list, "--journal", file).code == 0
    return file


def rows_of(emulator: Emulator) -> list[dict[str, object]]:
    """The emulator's history, as `history --out FILE.jsonl` writes it."""
    at = datetime.now(UTC).isoformat()
    return [
        {
            "query_id": str(task.number), "dst": record.phone, "time": at, "disposition": "busy", "seconds": 0,
            "code": "BUSY 17", "word": "BUSY", "number": 17, "problem": None, "raw": None,
        }
        for task in emulator.tasks
        for record in task.records
    ]  # fmt: skip


def write_rows(file: Path, rows: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_report_asks_the_service_and_writes_a_page(at_emulator: Autodialer, journal: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    ran = at_emulator("report", journal, "--out", page)
    assert (ran.code, ran.out, ran.err) == (0, "", f"written: {page}\n")
    text = page.read_text(encoding="utf-8")
    assert "40 of 40 records were taken by the service, 40 were dialled" in text
    assert "spring.db" in text


def test_report_is_russian_where_asked(at_emulator: Autodialer, journal: Path, tmp_path: Path) -> None:
    page = tmp_path / "отчёт.html"
    assert at_emulator("report", journal, "--out", page, "--lang", "ru", "--quiet").err == ""
    assert "Сервис принял 40 из 40 записей" in page.read_text(encoding="utf-8")
    assert at_emulator("report", journal, "--lang", "de").code == 2


def test_report_prints_the_same_as_text(at_emulator: Autodialer, emulator: Emulator, journal: Path) -> None:
    ran = at_emulator("report", journal)
    assert (ran.code, ran.err) == (0, "")
    assert at_emulator("report", journal, "--text").out == ran.out
    for said in ("Campaign report · spring.db", "40 of 40 records", "From the list to an answer", "█", "By hour"):
        assert said in ran.out
    russian = at_emulator("report", journal, "--lang", "ru").out
    assert "Отчёт о кампании · spring.db" in russian
    for record in emulator.records:
        assert record.phone not in ran.out + russian
    assert max(map(len, ran.out.splitlines())) <= 110


def test_report_on_a_terminal_is_coloured(
    at_emulator: Autodialer, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_text, "is_terminal", lambda stream: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1m" in at_emulator("report", journal).out


def test_report_as_json_has_the_emulator_s_counts(at_emulator: Autodialer, emulator: Emulator, journal: Path) -> None:
    told = json.loads(at_emulator("report", journal, "--json").out)
    assert told["records"] == told["accepted"] == told["dialled"] == emulator.counts.records == 40
    assert sum(told["outcomes"].values()) == 40


def test_report_can_be_made_without_the_service(
    autodialer: Autodialer, emulator: Emulator, journal: Path, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", rows_of(emulator))
    asked = emulator.counts.requests
    told = json.loads(autodialer("report", journal, "--history", rows, "--json").out)
    assert (told["outcomes"], told["history"], emulator.counts.requests) == ({"busy": 40}, None, asked)
    page = tmp_path / "report.html"
    assert autodialer("report", journal, "--history", rows, "--out", page).code == 0
    assert "history from a file" in page.read_text(encoding="utf-8")


@pytest.fixture
def inbox(tmp_path: Path, emulator: Emulator, journal: Path) -> Path:
    """What the emulator's webhook told of its calls, and a call of somebody else's."""
    file = tmp_path / "calls.db"

    async def receive() -> None:
        async with Inbox(file).worker() as worker:
            await worker.put(CallEvent("89990000000", 3, None, "чужой ответ", digest="00"))
            for call in emulator.calls:
                await worker.put(CallEvent(call.phone, call.seconds, None, call.answer, digest=f"{call.number:064x}"))

    anyio.run(receive)
    return file


def test_report_tells_what_people_said_by_frequency(
    at_emulator: Autodialer, emulator: Emulator, journal: Path, inbox: Path, tmp_path: Path
) -> None:
    said = Counter(call.answer for call in emulator.calls if call.answer)
    told = json.loads(at_emulator("report", journal, "--inbox", inbox, "--json").out)["answers"]
    assert {answer["text"]: answer["count"] for answer in told} == said
    assert [answer["count"] for answer in told] == sorted(said.values(), reverse=True)
    seconds = {text: [call.seconds for call in emulator.calls if call.answer == text] for text in said}
    assert {answer["text"]: answer["seconds"] for answer in told} == {
        text: sum(lengths) / len(lengths) for text, lengths in seconds.items()
    }
    page = tmp_path / "report.html"
    assert at_emulator("report", journal, "--inbox", inbox, "--out", page, "--lang", "ru", "--quiet").err == ""
    text = at_emulator("report", journal, "--inbox", inbox, "--lang", "ru").out
    for shown in (page.read_text(encoding="utf-8"), text):
        assert "Что отвечали" in shown
        assert "«да»" in shown
        assert "чужой" not in shown
        assert not [record.phone for record in emulator.records if record.phone in shown]
    assert json.loads(at_emulator("report", journal, "--json").out)["answers"] == []


def test_an_inbox_that_cannot_be_read_is_one_line_before_the_service_is_asked(
    at_emulator: Autodialer, emulator: Emulator, journal: Path, tmp_path: Path
) -> None:
    asked = emulator.counts.requests
    ran = at_emulator("report", journal, "--inbox", tmp_path / "none.db")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "there is no inbox at" in ran.err
    assert not (tmp_path / "none.db").exists()
    ran = at_emulator("report", journal, "--inbox", journal)
    assert (ran.code, "is no inbox but another program's file" in ran.err) == (2, True)
    (tmp_path / "text.db").write_text("no inbox at all, but long enough to look like a file" * 9, encoding="utf-8")
    ran = at_emulator("report", journal, "--inbox", tmp_path / "text.db")
    assert (ran.code, "is no inbox, or a damaged one" in ran.err) == (2, True)
    assert emulator.counts.requests == asked


def test_an_inbox_without_this_campaign_s_answers_is_told(
    at_emulator: Autodialer, journal: Path, inbox: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,phone\n1,89990000001\n", encoding="utf-8")
    assert at_emulator("upload", other, "--journal", tmp_path / "other.db").code == 0
    ran = at_emulator("report", tmp_path / "other.db", "--inbox", inbox)
    assert (ran.code, "holds no answers of this campaign's numbers" in ran.err) == (0, True)


def test_a_page_is_not_written_over_what_it_is_made_of(
    at_emulator: Autodialer, journal: Path, inbox: Path, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [])
    for file, name in ((inbox, "inbox"), (rows, "history")):
        before = file.read_bytes()
        ran = at_emulator("report", journal, "--inbox", inbox, "--history", rows, "--out", file)
        assert (ran.code, f"is the {name} itself" in ran.err, file.read_bytes() == before) == (2, True, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: no row of history (unreadable)"),
        ('{"query_id": "1"}', "line 2: no row of history (dst is missing)"),
        ('{"query_id": "x", "dst": "8922", "time": null, "code": null, "seconds": 1}', "(unreadable)"),
        ('{"query_id": "1", "dst": "8922", "time": null, "code": null, "seconds": 1.5}', "(unreadable)"),
        ('{"query_id": "1", "dst": "89*******01", "time": null, "code": null, "seconds": 1}', "its number is masked"),
        ("[]", "(unreadable)"),
    ],
)
def test_a_history_that_cannot_be_read_is_one_line_with_the_place_of_the_fault(
    autodialer: Autodialer, emulator: Emulator, journal: Path, line: str, said: str
) -> None:
    rows = write_rows(journal.with_name("rows.jsonl"), rows_of(emulator)[:1])
    rows.write_text(rows.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    ran = autodialer("report", journal, "--history", rows)
    assert ran.code == 2
    assert ran.err.startswith("error: ")
    assert said in ran.err
    assert "8922" not in ran.err


def test_a_history_that_is_not_there_is_one_line(autodialer: Autodialer, journal: Path, tmp_path: Path) -> None:
    ran = autodialer("report", journal, "--history", tmp_path / "none.jsonl")
    assert (ran.code, "none.jsonl cannot be read: No such file" in ran.err) == (2, True)


def test_a_page_is_not_written_over_the_journal_nor_into_nowhere(
    autodialer: Autodialer, journal: Path, tmp_path: Path
) -> None:
    before = journal.read_bytes()
    ran = autodialer("report", journal, "--out", tmp_path / "x" / ".." / "spring.db")
    assert (ran.code, "is the journal itself" in ran.err) == (2, True)
    assert journal.read_bytes() == before
    ran = autodialer("report", journal, "--out", tmp_path / "nowhere" / "report.html")
    assert (ran.code, "there is no folder" in ran.err) == (2, True)
    (tmp_path / "taken").mkdir()
    rows = write_rows(tmp_path / "rows.jsonl", [])
    ran = autodialer("report", journal, "--out", tmp_path / "taken", "--history", rows)
    assert (ran.code, "cannot be written: Is a directory" in ran.err) == (2, True)


def test_a_journal_that_is_not_there_is_one_line(autodialer: Autodialer, tmp_path: Path) -> None:
    ran = autodialer("report", tmp_path / "none.db")
    assert (ran.code, "there is no journal at" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_is_named_before_the_service_is_asked(
    at_emulator: Autodialer, emulator: Emulator, journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = emulator.counts.requests
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "autodialer_async.history.report.page", raising=False)
    monkeypatch.delitem(sys.modules, "autodialer_async.history.report.charts", raising=False)
    monkeypatch.delattr(reports, "page", raising=False)
    monkeypatch.delattr(reports, "charts", raising=False)
    ran = at_emulator("report", journal, "--out", tmp_path / "report.html")
    assert ran.code == 2
    assert 'pip install "autodialer-async[report]"' in ran.err
    assert emulator.counts.requests == asked


def test_the_text_does_without_regions_where_the_extra_is_missing(
    at_emulator: Autodialer, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    ran = at_emulator("report", journal)
    assert ran.code == 0
    assert 'regions need phonenumbers, which is not installed: pip install "autodialer-async[report]"' in ran.err


def test_a_list_that_never_left_is_told_without_asking(
    autodialer: Autodialer, at_emulator: Autodialer, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_text("id,phone\n", encoding="utf-8")
    journal = tmp_path / "empty.db"
    assert at_emulator("upload", empty, "--journal", journal).code == 0
    ran = autodialer("report", journal)
    assert (ran.code, "Nothing has been sent yet." in ran.out) == (0, True)


def test_the_last_day_of_history_can_be_given(at_emulator: Autodialer, emulator: Emulator, journal: Path) -> None:
    asked = emulator.counts.requests
    day = datetime.now(UTC).astimezone().date() + timedelta(days=3)
    assert at_emulator("report", journal, "--until", day.isoformat()).code == 0
    assert emulator.counts.requests - asked >= 4
    assert at_emulator("report", journal, "--until", "tomorrow").code == 2


def test_status_tells_the_outcomes_and_what_to_do_next(
    at_emulator: Autodialer, autodialer: Autodialer, emulator: Emulator, journal: Path, tmp_path: Path
) -> None:
    plain = at_emulator("status", journal)
    assert f"`autodialer status {journal} --outcomes` tells how the calls ended" in plain.err
    assert f"`autodialer report {journal} --out report.html` makes the whole picture" in plain.err
    asked = at_emulator("status", journal, "--outcomes")
    told = fields(asked.out)
    assert (asked.code, told["dialled"], told["not yet dialled"]) == (0, "40", "0")
    assert int(told["to call again"]) > 0
    assert "--outcomes" not in asked.err
    rows = write_rows(tmp_path / "rows.jsonl", rows_of(emulator)[:30])
    offline = autodialer("status", journal, "--history", rows, "--quiet")
    assert offline.err == ""
    told = fields(offline.out)
    assert (told["dialled"], told["not yet dialled"], told["to call again"]) == ("30", "10", "30")
    as_json = json.loads(autodialer("status", journal, "--history", rows, "--json").out)
    assert {name: as_json[name] for name in ("dialled", "outcomes", "not_yet_dialled", "to_call_again")} == {
        "dialled": 30, "outcomes": {"busy": 30}, "not_yet_dialled": 10, "to_call_again": 30,
    }  # fmt: skip


def test_status_names_the_way_out_of_each_state(
    at_emulator: Autodialer, emulator: Emulator, small_list: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "it's.db"
    emulator.add_fault(Rule(Refuse(400), after=1, times=1))
    emulator.add_fault(Rule(AcceptThenDrop(), after=1, times=1))
    emulator.add_fault(Rule(DropBefore(), after=1, times=1))
    assert at_emulator("upload", small_list, "--journal", journal, "--batch-size", 10, "--concurrency", 1).code == 1
    told = at_emulator("status", journal)
    assert "--reconcile` asks the service's history about the unknown records" in told.err
    assert "`autodialer upload LIST --journal " in told.err
    assert shlex.quote(str(journal)) in told.err
    reconciled = at_emulator("status", journal, "--reconcile", "--outcomes")
    assert "asks the service's history" not in reconciled.err


def test_an_exported_history_makes_the_same_report_as_the_service(
    at_emulator: Autodialer, autodialer: Autodialer, journal: Path, tmp_path: Path
) -> None:
    today = datetime.now(UTC).astimezone().date()
    days = [(today - timedelta(days=1)).isoformat(), (today + timedelta(days=1)).isoformat()]
    rows = tmp_path / "rows.jsonl"
    assert at_emulator("history", *days, "--out", rows).code == 0
    asked = json.loads(at_emulator("report", journal, "--json").out)
    offline = json.loads(autodialer("report", journal, "--history", rows, "--json").out)
    for told in (asked, offline):
        del told["made_at"], told["history"]
    assert offline == asked
