"""`autodialer check`, and the same summary on `upload`: what a list holds, without anybody's number."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autodialer_async.call_list import read_calls
from autodialer_async.emulator import Emulator
from tests.cli.conftest import Autodialer

LISTS = Path(__file__).parents[1] / "data" / "call_lists"
SECRETS = ("89222220000", "2222", "Петров", "Иванов", "Сидоров")


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    file = tmp_path / "list.csv"
    rows = (
        "Код;ФИО;Телефон;Факс;Заметка",
        "07;Петров;8 (922) 222-00-00;222-33-44;=1+1",
        "08;Иванов;8922222;;-",
        "09;Сидоров;8.92222E+10;;",
        "10;Петров;+7 922 222-00-00;;",
        "11;Петров;+79222220001 доб. 5;;",
        "Итого;;;;5",
    )
    file.write_bytes("\r\n".join(rows).encode("cp1251"))
    return file


def test_check_tells_what_was_found_and_what_is_wrong_with_it(autodialer: Autodialer, dirty: Path) -> None:
    ran = autodialer("check", dirty)
    assert ran.code == 1
    for told in (
        "csv, cp1251, delimiter ;",
        "phone ← 'Телефон'",
        "id ← 'Код'",
        "'Факс', 'Заметка'",
        "5 read, 2 valid, 3 set aside, 1 of totals",
        "2, in 1 batch of up to 1000 records",
        "10:00-19:00 by default: 2",
        "invalid: row 2, id '08', Телефон: ",
        "lossy: row 3",
        "1 rows with an extension",
    ):
        assert told in ran.out
    for secret in SECRETS:
        assert secret not in ran.out + ran.err


def test_numbers_are_shown_only_on_request(autodialer: Autodialer, dirty: Path) -> None:
    assert "'8922222'" in autodialer("check", dirty, "--show-numbers").out


def test_check_for_machines_is_one_object(autodialer: Autodialer, dirty: Path) -> None:
    told = json.loads(autodialer("check", dirty, "--json").out)
    assert told["rows"] == {"read": 5, "valid": 2, "rejected": {"duplicate": 1, "invalid": 1, "lossy": 1}}
    assert told["columns"] == {"id": ["Код"], "phone": ["Телефон"], "name": ["ФИО"]}
    assert (told["detected"]["encoding"], told["batches"], told["hours"]) == ("cp1251", 1, {"": 2})
    assert "cell" not in told["examples"][0]


def test_clean_list_is_complete_and_sends_nothing(at_emulator: Autodialer, emulator: Emulator) -> None:
    ran = at_emulator("check", Path(__file__).parents[1] / "data" / "plain_small.csv")
    assert ran.code == 0
    assert not emulator.records


def test_rows_set_aside_are_written_for_excel_with_their_reason(
    autodialer: Autodialer, dirty: Path, tmp_path: Path
) -> None:
    apart = tmp_path / "apart.csv"
    autodialer("check", dirty, "--rejected", apart)
    raw = apart.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header == ["Код", "ФИО", "Телефон", "Факс", "Заметка", "reason"]
    assert [row[0] for row in rows] == ["08", "09", "10"]
    assert [row[-1].partition(":")[0] for row in rows] == ["invalid", "lossy", "duplicate"]
    # As they stand in the file, but so that no spreadsheet runs them.
    assert rows[0][:5] == ["08", "Иванов", "8922222", "", "'-"]
    assert rows[2][2] == "'+7 922 222-00-00"
    assert not list(tmp_path.glob(".*"))


def test_clean_list_that_is_written_is_read_as_it_is(autodialer: Autodialer, dirty: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean.csv"
    autodialer(
        "check", dirty, "--clean", clean, "--hours", "11:00-12:00", "--column", "var1=Заметка", "--generation-type", 3
    )
    calls = read_calls(clean)
    expected = read_calls(dirty, hours="11:00-12:00", columns={"var1": "Заметка"}, generation_type=3)
    assert list(calls) == list(expected)
    assert calls.counts.rejected.total() == 0


def test_list_itself_is_never_written_over(autodialer: Autodialer, dirty: Path) -> None:
    before = dirty.read_bytes()
    for option in ("--clean", "--rejected"):
        ran = autodialer("check", dirty, option, dirty)
        assert (ran.code, dirty.read_bytes()) == (2, before)
        assert "is the list itself" in ran.err


@pytest.mark.parametrize("name", sorted(path.name for path in LISTS.iterdir() if path.suffix != ".json"))
def test_given_lists_are_checked_without_a_word_about_anybody(autodialer: Autodialer, name: str) -> None:
    calls = read_calls(LISTS / name)
    found = list(calls)
    ran = autodialer("check", LISTS / name)
    assert f"{calls.counts.read} read, {len(found)} valid" in ran.out
    for call in found:
        assert call.phone[1:] not in ran.out + ran.err
        assert str(call.name) not in ran.out + ran.err


def test_column_that_cannot_be_told_is_asked_for_by_its_flag(autodialer: Autodialer, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a;b\n89222220000;89222220001\n", encoding="utf-8")
    ran = autodialer("check", file)
    assert ran.code == 2
    assert "--phone-column" in ran.err
    assert "8922222" not in ran.err
    assert autodialer("check", file, "--phone-column", "b").code == 0
    assert autodialer("check", file, "--column", "phone=a").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--column", "phone"),
        ("--column", "var1=a", "--column", "var1=b"),
        ("--column", "phone=a", "--phone-column", "b"),
        ("--weekdays", "someday"),
        ("--server-tz", "Nowhere"),
        ("--on", "tomorrow"),
        ("--header", "99"),
    ],
)
def test_option_that_makes_no_sense_is_wrong_use(
    autodialer: Autodialer, dirty: Path, arguments: tuple[str, ...]
) -> None:
    assert autodialer("check", dirty, *arguments).code == 2


def test_missing_extra_is_one_line_with_the_install_command(
    autodialer: Autodialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "list.parquet"
    pq.write_table(pa.table({"phone": ["89222220000"]}), file)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    # An earlier test may have loaded it.
    monkeypatch.delitem(sys.modules, "autodialer_async.call_list.readers.parquet", raising=False)
    ran = autodialer("check", file)
    assert ran.code == 2
    [line] = ran.err.splitlines()
    assert line.endswith('pip install "autodialer-async[lists]"')


def test_upload_takes_the_same_options_and_shows_the_same_summary(autodialer: Autodialer, dirty: Path) -> None:
    ran = autodialer("upload", dirty, "--emulator", "--phones", "each", "--only-numbers", "89222220001,89222220009")
    assert "columns" in ran.err
    assert "phone ← 'Телефон'" in ran.err
    assert "the emulator accepted 1 records" in ran.out
    for secret in SECRETS:
        assert secret not in ran.out + ran.err


def test_list_on_standard_input_is_checked_and_sent() -> None:
    program = (sys.executable, "-m", "autodialer_async.cli")
    raw = (LISTS / "excel_cp1251.csv").read_bytes()
    for command in (("check", "-"), ("upload", "-", "--emulator", "--yes")):
        ran = subprocess.run([*program, *command, "--json"], input=raw, capture_output=True, timeout=60, check=False)
        assert ran.returncode == 1, ran.stderr
        assert json.loads(ran.stdout)["rows"]["read"] == 150


@pytest.mark.parametrize(("answer", "dialled"), [(b"n\n", 0), (b"\n", 0), (b"y\n", 1)])
def test_upload_asks_on_a_terminal_before_dialling(
    emulator: Emulator, tmp_path: Path, answer: bytes, dialled: int
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,phone\n1,89222220000\n", encoding="utf-8")
    variables = {
        **os.environ,
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
    }
    controller, terminal = pty.openpty()
    command = (sys.executable, "-m", "autodialer_async.cli", "upload", str(file), "--json")
    with subprocess.Popen(command, stdin=terminal, stderr=terminal, stdout=subprocess.PIPE, env=variables) as process:
        os.close(terminal)
        said = b""
        while b"Dial 1 numbers?" not in said:
            said += os.read(controller, 4096)
        assert emulator.dialled("89222220000") == 0
        os.write(controller, answer)
        assert process.stdout is not None
        process.stdout.read()
        assert process.wait(60) == (0 if dialled else 1)
    os.close(controller)
    assert emulator.dialled("89222220000") == dialled


@pytest.mark.parametrize("screen", ["stderr", "stdout"])
def test_interrupted_question_dials_nobody_wherever_it_is_asked(
    emulator: Emulator, tmp_path: Path, screen: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,phone\n1,89222220000\n", encoding="utf-8")
    variables = {
        **os.environ,
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
    }
    controller, terminal = pty.openpty()
    command = (sys.executable, "-m", "autodialer_async.cli", "upload", str(file))
    out, err = (terminal if screen == name else subprocess.DEVNULL for name in ("stdout", "stderr"))
    with subprocess.Popen(command, stdin=terminal, stdout=out, stderr=err, env=variables) as process:
        os.close(terminal)
        said = b""
        while b"Dial 1 numbers?" not in said:
            said += os.read(controller, 4096)
        process.send_signal(signal.SIGINT)
        # A signal just before the program waits for a key is seen when one comes.
        os.write(controller, b"\n")
        assert process.wait(60) == 130
    os.close(controller)
    assert emulator.dialled("89222220000") == 0
