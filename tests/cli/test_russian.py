"""The command line under a Russian locale, in processes of its own; no such locale need be installed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autodialer_async.cli.agreement import agrees
from autodialer_async.cli.language import say_count, speak
from autodialer_async.history.report import Language
from tests.cli.russian_pages import Reader, english_in, reader

COMMAND = (sys.executable, "-m", "autodialer_async.cli")
LIST = "id;Телефон\n1;89222573037\n2;нет\n3;8,92222E+10\n4;89222499576\n"


@pytest.fixture(scope="module")
def someone(russian_commands: subprocess.Popen[str]) -> Iterator[Reader]:
    with reader(russian_commands) as someone:
        someone.save("list.csv", LIST)
        yield someone


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("autodialer check list.csv", 1),
        ("autodialer upload list.csv --journal c.db --env-file service.env", 1),
        ("autodialer upload --journal c.db --env-file service.env list.csv", 1),
        ("autodialer status c.db", 0),
        ("autodialer status c.db --outcomes --env-file service.env", 0),
        ("autodialer call 89222220000 --generation-type 1 --now --env-file service.env", 0),
        ("autodialer history 2026-11-23 --env-file service.env", 0),
        ("autodialer ping --env-file service.env", 0),
        ("autodialer ping", 2),
        ("autodialer call 8922 --generation-type 1 --now --env-file service.env", 2),
        ("autodialer call 89222220000 --generation-type 1", 2),
        ("autodialer upload list.csv --hours 19-10 --emulator", 2),
        ("autodialer check list.csv --column сумма", 2),
        ("autodialer check missing.csv", 2),
        ("autodialer webhook list --inbox missing.db", 2),
        ("autodialer history", 2),
        ("autodialer history 2026-99-01", 2),
        ("autodialer demo --records many", 2),
        ("autodialer demo --records -1", 2),
        ("autodialer check list.csv --hidden maybe", 2),
        ("autodialer check list.csv more.csv", 2),
        ("autodialer check --hiden", 2),
        ("autodialer check list.csv --sheet", 2),
        ("autodialer check", 2),
        ("autodialer chek", 2),
        ("autodialer", 2),
        ("autodialer -h", 0),
        ("autodialer upload -h", 0),
        ("autodialer journal purge -h", 0),
    ],
)
def test_all_that_is_said_is_russian(someone: Reader, command: str, code: int) -> None:
    ended, said = someone.run(command)
    assert ended == code
    assert re.search("[а-яё]{3,}", said)
    assert english_in(said) == []


def test_machines_are_spoken_to_as_ever(someone: Reader) -> None:
    code, said = someone.run("autodialer check list.csv --json --quiet")
    assert (code, json.loads(said)["rows"]["rejected"]) == (1, {"empty": 1, "lossy": 1})
    code, said = someone.run("autodialer ping --json")
    [answer, _] = said.splitlines()
    assert (code, json.loads(answer)["error"]["type"]) == (2, "ConfigurationError")
    assert json.loads(answer)["error"]["message"].startswith("base_url is missing")


def test_no_secret_and_no_number_in_full_is_said(someone: Reader) -> None:
    someone.save(
        "wrong.env",
        "AUTODIALER_BASE_URL=https://site.url\nAUTODIALER_API_KEY=fake-key-77\nAUTODIALER_ACCESS_TOKEN=fake-token-55\n",
    )
    code, said = someone.run("autodialer ping --env-file wrong.env")
    assert (code, "доступ закрыт" in said, "никому не звонили" in said) == (1, True, True)
    _, checked = someone.run("autodialer check list.csv")
    for secret in ("fake-key-77", "fake-token-55", "89222573037", "8,92222E+10"):
        assert secret not in said + checked


def test_rows_set_aside_are_explained_in_the_file_too(someone: Reader) -> None:
    someone.run("autodialer check list.csv --rejected apart.csv --quiet")
    written = someone.read("apart.csv")
    assert "empty: телефона нет" in written
    assert "lossy: в файле уже не все цифры" in written


@pytest.mark.parametrize(
    ("language", "question"), [("ru", "Позвонить на 1 номер? [д/Н]"), ("en", "Dial 1 numbers? [y/N]")]
)
@pytest.mark.parametrize(("answer", "dialled"), [("да\n", 1), ("Y\n", 1), ("что?\nд\n", 1), ("нет\n", 0), ("\n", 0)])
def test_the_question_takes_yes_in_both_languages(language: Language, question: str, answer: str, dialled: int) -> None:
    app = typer.Typer()

    @app.command()
    def ask() -> None:
        raise typer.Exit(int(agrees(say_count("Dial {n} numbers?", "Dial {n} numbers?", 1), err=True)))

    speak(language)
    try:
        ran = CliRunner().invoke(app, input=answer)
    finally:
        speak("en")
    assert ran.exit_code == dialled
    assert ran.stderr.startswith(question)


def test_a_person_at_a_terminal_is_asked_in_russian(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,phone\n1,89222220000\n", encoding="utf-8")
    controller, terminal = pty.openpty()
    variables = {**os.environ, "LC_ALL": "ru_RU.UTF-8", "LANGUAGE": "", "AUTODIALER_BASE_URL": "http://127.0.0.1:9",
        "AUTODIALER_API_KEY": "fake-key", "AUTODIALER_ACCESS_TOKEN": "fake-token"}  # fmt: skip
    with subprocess.Popen(
        [*COMMAND, "upload", str(file)], stdin=terminal, stdout=subprocess.DEVNULL, stderr=terminal, env=variables
    ) as process:
        os.close(terminal)
        said = b""
        while "Позвонить на 1 номер? [д/Н]".encode() not in said:
            said += os.read(controller, 4096)
        os.write(controller, "нет\n".encode())
        while "внимание: ничего не отправлено".encode() not in said:
            said += os.read(controller, 4096)
        assert process.wait(60) == 1
    os.close(controller)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "Usage:"),
        ({"LANG": "ru_RU.UTF-8"}, "Использование:"),
        ({"LC_ALL": "ru_RU.UTF-8", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, "Usage:"),
    ],
)
def test_the_process_speaks_the_language_of_its_locale(variables: dict[str, str], expected: str) -> None:
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in {"LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "PYTHONIOENCODING", "PYTHONUTF8"}
    }
    ran = subprocess.run(
        [*COMMAND, "--help"], capture_output=True, encoding="utf-8", timeout=60, check=False, env=clean | variables
    )
    assert (ran.returncode, ran.stdout.split()[0]) == (0, expected)
