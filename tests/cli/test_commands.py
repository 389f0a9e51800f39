"""The commands against the emulator, in this process."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from autodialer_async import UploadResult
from autodialer_async.cli.output import Output
from autodialer_async.emulator import Emulator, Refuse, Rule
from tests.cli.conftest import ACCESS_TOKEN, API_KEY, Autodialer

PHONE = "89222573037"


def fields(out: str) -> dict[str, str]:
    """The table of a result by its first column."""
    rows = [line.split("  ", 1) for line in out.splitlines() if "  " in line]
    return {name: value.strip() for name, value in rows}


def around_today() -> tuple[date, date]:
    # Midnight may pass while the test runs.
    today = datetime.now().astimezone().date()
    return today - timedelta(days=1), today + timedelta(days=1)


def write_list(path: Path, *rows: str) -> Path:
    file = path / "list.csv"
    file.write_text("\n".join(("id,phone,name", *rows)), encoding="utf-8")
    return file


def test_demo_sends_a_made_up_list_and_quotes_the_books(autodialer: Autodialer) -> None:
    ran = autodialer("demo", "--records", 2500, "--latency", 0)
    told = fields(ran.out)
    assert ran.code == 0
    assert {name: told[name] for name in ("read", "accepted", "rejected", "unsent", "unknown", "lines", "ok")} == {
        "read": "2500",
        "accepted": "2500",
        "rejected": "0",
        "unsent": "0",
        "unknown": "0",
        "lines": "2500",
        "ok": "2500",
    }
    assert told["inserted"] == "2500"
    assert told["task ids"].startswith("3 (")
    assert "the emulator accepted 2,500 records, none twice" in ran.out


def test_demo_sends_a_given_file(autodialer: Autodialer, small_list: Path) -> None:
    ran = autodialer("demo", small_list, "--latency", 0, "--json")
    books = json.loads(ran.out)["emulator"]
    assert (books["accepted"], books["numbers_taken_twice"]) == (40, 0)


def test_demo_ends_with_what_the_calls_came_to(autodialer: Autodialer) -> None:
    ran = autodialer("demo", "--records", 400, "--latency", 0)
    told = fields(ran.out)
    outcomes = {code: int(told[code].split()[0]) for code in ("ANSWERED 16", "NO ANSWER 19", "BUSY 17")}
    assert outcomes["ANSWERED 16"] > outcomes["NO ANSWER 19"] > 0
    calls, people = (int(number) for number in re.findall(r"\d+", told["calls"]))
    # Who did not answer was called a second time.
    assert (people, calls > people) == (400, True)
    assert re.search(r"its page: http://127\.0\.0\.1:\d+/_emulator/ \(with --keep it stays\)", ran.out)
    played = json.loads(autodialer("demo", "--records", 400, "--latency", 0, "--json").out)["emulator"]
    assert sum(played["outcomes"].values()) == played["records"] == 400
    assert {code: played["outcomes"][code] for code in outcomes} == outcomes


def test_demo_of_nothing_is_complete(autodialer: Autodialer) -> None:
    ran = autodialer("demo", "--records", 0)
    assert (ran.code, fields(ran.out)["task ids"]) == (0, "none")


def test_demo_needs_no_proxy_of_the_environment(autodialer: Autodialer) -> None:
    ran = autodialer("demo", "--records", 10, HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9")
    assert ran.code == 0


def test_upload_to_the_emulator_reports_every_record(autodialer: Autodialer, small_list: Path) -> None:
    ran = autodialer("upload", small_list, "--emulator", "--batch-size", 10)
    told = fields(ran.out)
    assert ran.code == 0
    assert (told["read"], told["accepted"], told["lines"]) == ("40", "40", "40")
    assert told["task ids"].startswith("4 (")


def test_upload_sends_to_the_configured_service(at_emulator: Autodialer, emulator: Emulator, small_list: Path) -> None:
    ran = at_emulator("upload", small_list, "--json", "--hours", "9:00-18:00", "--max-count", 3)
    assert ran.code == 0
    assert emulator.dialled(PHONE) == 1
    whole = json.loads(ran.out)
    assert whole["rows"] == {"read": 40, "valid": 40, "rejected": {}}
    assert UploadResult.from_dict(whole).accepted == 40
    [record] = [record for record in emulator.records if record.id == "1"]
    assert (record.max_count, str(record.start), str(record.stop)) == (3, "09:00:00", "18:00:00")


def test_upload_takes_its_secrets_from_a_file(
    autodialer: Autodialer, emulator: Emulator, small_list: Path, tmp_path: Path
) -> None:
    file = tmp_path / "service.env"
    file.write_text(
        f"AUTODIALER_BASE_URL={emulator.base_url}\nAUTODIALER_API_KEY={API_KEY}\nAUTODIALER_ACCESS_TOKEN={ACCESS_TOKEN}\n"
    )
    assert autodialer("upload", small_list, "--env-file", file).code == 0


def test_upload_outside_the_hours_is_warned_of(autodialer: Autodialer, small_list: Path) -> None:
    # Whatever the time is, one of the two halves of the day is not now.
    runs = [
        autodialer("upload", small_list, "--emulator", "--quiet", "--hours", half)
        for half in ("0:00-11:59:59", "12:00-23:59:59")
    ]
    assert ["outside its hours" in ran.err for ran in runs].count(True) >= 1
    assert [ran.code for ran in runs] == [0, 0]


def test_rows_that_cannot_be_sent_are_listed_and_make_the_run_incomplete(
    autodialer: Autodialer, tmp_path: Path
) -> None:
    file = write_list(tmp_path, "1,89222220000,Петров", "2,8922222,Иванов", "3,8 (922) 222-00-00,Сидоров")
    ran = autodialer("upload", file, "--emulator")
    assert ran.code == 1
    assert fields(ran.out)["rows"] == "3 in the file, 2 set aside: duplicate 1, invalid 1"
    assert (fields(ran.out)["read"], fields(ran.out)["accepted"]) == ("1", "1")
    assert "row 2, id '2', phone: " in ran.err
    for secret in ("8922222", "2222", "Петров", "Иванов", "Сидоров"):
        assert secret not in ran.out + ran.err


def test_dropped_repeats_leave_the_run_complete(autodialer: Autodialer, tmp_path: Path) -> None:
    file = write_list(tmp_path, "1,89222220000,a", "2,89222220000,b", "")
    assert autodialer("upload", file, "--emulator").code == 0


def test_kept_repeats_show_in_the_books(autodialer: Autodialer, tmp_path: Path) -> None:
    file = write_list(tmp_path, "1,89222220000,a", "2,89222220000,b")
    ran = autodialer("upload", file, "--emulator", "--duplicates", "keep", "--batch-size", 1)
    assert "the emulator accepted 2 records, 1 numbers more than once" in ran.out


def test_refused_batch_is_counted_and_its_reason_told_once(
    at_emulator: Autodialer, emulator: Emulator, small_list: Path
) -> None:
    emulator.add_fault(Rule(Refuse(400), times=2))
    ran = at_emulator("upload", small_list, "--batch-size", 10)
    assert ran.code == 1
    assert (fields(ran.out)["accepted"], fields(ran.out)["rejected"]) == ("20", "20")
    assert sum("20 records rejected" in line for line in ran.err.splitlines()) == 1


def test_file_that_breaks_midway_is_an_error_before_anything_is_sent(autodialer: Autodialer, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    rows = "".join(f"{number},8922{number:07d},a\n" for number in range(3000))
    file.write_text(
        f'id,phone,name\n{rows}9,89222220000,"Петров\n10,89222220001,a\n11,89222220002,a\n', encoding="utf-8"
    )
    ran = autodialer("upload", file, "--emulator", "--json")
    whole = json.loads(ran.out)
    assert ran.code == 2
    assert whole["error"]["type"] == "CallListError"
    assert whole["error"]["may_have_dialled"] is False


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["upload", "none.csv", "--emulator"], "none.csv cannot be read"),
        (["upload", "none.csv"], "none.csv cannot be read"),
        (["ping"], "AUTODIALER_BASE_URL"),
        (["ping", "--env-file", "none.env"], "none.env cannot be read"),
        (["call", "123", "--generation-type", "1", "--now"], "AUTODIALER_BASE_URL"),
        (["emulator", "--port", "0", "--api-key-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE"),
        (["emulator", "--port", "0", "--host", "0.0.0.0"], "--allow-remote"),
        (["emulator", "--port", "0", "--host", "203.0.113.1", "--allow-remote"], "cannot serve on 203.0.113.1 port 0"),
    ],
)
def test_wrong_settings_are_one_line_and_exit_code_2(
    autodialer: Autodialer, arguments: list[str], complaint: str
) -> None:
    ran = autodialer(*arguments, "--json")
    assert ran.code == 2
    assert complaint in json.loads(ran.out)["error"]["message"]
    [line] = [line for line in ran.err.splitlines() if not line.startswith("warning: ")]
    assert line.startswith("error: ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["upload"],
        ["demo", "--records", "-1"],
        ["upload", "list.csv", "--hours", "soon"],
        ["call", PHONE],
        ["call", PHONE, "--generation-type", "1"],
        ["call", PHONE, "--generation-type", "1", "--now", "--hours", "10:00-19:00"],
        ["history", "yesterday"],
    ],
)
def test_wrong_use_is_exit_code_2(autodialer: Autodialer, arguments: list[str]) -> None:
    assert autodialer(*arguments).code == 2


def test_call_within_hours_prints_its_task(at_emulator: Autodialer, emulator: Emulator) -> None:
    ran = at_emulator("call", PHONE, "--generation-type", 1, "--hours", "10:00-19:00", "--name", "Лукия")
    assert ran.code == 0
    assert fields(ran.out)["task id"] == str(emulator.tasks[0].number)
    assert fields(ran.out)["accepted"] == "1"
    assert emulator.dialled(PHONE) == 1
    assert PHONE not in ran.out + ran.err


def test_call_now_prints_one_object(at_emulator: Autodialer, emulator: Emulator) -> None:
    ran = at_emulator("call", PHONE, "--generation-type", 1, "--now", "--json")
    assert json.loads(ran.out) == {"query_id": str(emulator.tasks[0].number), "query_count": 1}


def test_bad_number_is_wrong_use_and_stays_hidden(at_emulator: Autodialer) -> None:
    ran = at_emulator("call", "89222573037012", "--generation-type", 1, "--now")
    assert ran.code == 2
    assert "22257303" not in ran.out + ran.err


def test_history_masks_numbers_unless_told(at_emulator: Autodialer, small_list: Path) -> None:
    at_emulator("upload", small_list)
    first, last = around_today()
    ran = at_emulator("history", first, last)
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0].split() == ["time", "number", "seconds", "ended", "code", "task", "id"]
    assert len(lines) == 41
    assert PHONE not in ran.out
    assert "89*******37" in ran.out
    assert "40 rows" in ran.err
    assert PHONE in at_emulator("history", first, last, "--show-numbers").out


def test_history_of_one_number_is_one_json_object_a_row(at_emulator: Autodialer, small_list: Path) -> None:
    at_emulator("upload", small_list)
    at_emulator("call", PHONE, "--generation-type", 1, "--now")
    first, last = around_today()
    ran = at_emulator("history", first, last, "--number", PHONE, "--json", "--quiet")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert len(rows) == 2
    assert {row["dst"] for row in rows} == {"89*******37"}
    assert all(row["query_id"].isdigit() and row["problem"] is None for row in rows)
    assert ran.err == ""


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_history_stops_when_its_reader_goes_away(
    at_emulator: Autodialer, small_list: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str]
) -> None:
    at_emulator("upload", small_list)
    monkeypatch.setattr(Output, "line", lambda output, text: False)
    monkeypatch.setattr(Output, "object", lambda output, value: False)
    ran = at_emulator("history", *around_today(), *flags)
    assert (ran.code, ran.err) == (0, "1 rows\n")


def test_history_of_an_empty_day_prints_no_row(at_emulator: Autodialer) -> None:
    ran = at_emulator("history", "2020-01-01")
    assert (ran.code, ran.out, ran.err) == (0, "", "0 rows\n")


def test_ping_tells_whether_address_and_key_are_right(at_emulator: Autodialer) -> None:
    assert at_emulator("ping").code == 0
    assert json.loads(at_emulator("ping", "--json").out)["ok"] is True
    wrong = at_emulator("ping", AUTODIALER_API_KEY="fake-wrong-key")
    assert wrong.code == 1
    assert "fake-wrong-key" not in wrong.out + wrong.err


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_number_or_name_is_printed_by_any_failure(
    at_emulator: Autodialer, small_list: Path, emulator: Emulator, as_json: bool
) -> None:
    flags = ["--json"] if as_json else []
    wrong = {"AUTODIALER_API_KEY": "fake-wrong-key", "AUTODIALER_ACCESS_TOKEN": "fake-wrong-token"}
    nowhere = {"AUTODIALER_BASE_URL": "http://127.0.0.1:9"}
    call = ["call", PHONE, "--generation-type", "1", "--now", "--name", "Лукия"]
    runs = [
        at_emulator("upload", small_list, *flags, **wrong),
        at_emulator("upload", small_list, *flags, AUTODIALER_ACCESS_TOKEN="fake-wrong-token"),
        at_emulator("upload", small_list, "--deadline", 0.2, *flags, **nowhere),
        at_emulator(*call, *flags, **wrong),
        at_emulator("upload", "missing.csv", *flags),
    ]
    emulator.add_fault(Refuse(400))
    runs.append(at_emulator(*call, *flags))
    shown = "".join(ran.out + ran.err for ran in runs)
    assert all(ran.code in (1, 2) for ran in runs)
    for secret in (API_KEY, ACCESS_TOKEN, "fake-wrong-key", "fake-wrong-token", PHONE, "22257303", "Лукия", "Мефодий"):
        assert secret not in shown
        assert json.dumps(secret).strip('"') not in shown


def test_version_is_printed(autodialer: Autodialer) -> None:
    ran = autodialer("--version")
    assert (ran.code, ran.out.split()[0]) == (0, "autodialer")


@pytest.mark.parametrize("command", ["demo", "upload", "call", "history", "ping", "emulator"])
def test_every_command_explains_itself(autodialer: Autodialer, command: str) -> None:
    ran = autodialer(command, "--help")
    assert ran.code == 0
    assert f"autodialer {command}" in ran.out.replace("root", "autodialer")
    assert command in autodialer("--help").out
