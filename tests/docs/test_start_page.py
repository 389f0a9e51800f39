"""The programs of start.md, typed in as a new user would, print what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "start.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PROGRAMS = [text for language, text in BLOCKS if language == "python"]
TEXTS = [text for language, text in BLOCKS if language == "text"]


ENVIRONMENT = os.environ | {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def run(folder: Path, *command: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        check=False,
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


def test_the_first_program_prints_what_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text(PROGRAMS[0], encoding="utf-8")
    assert run(tmp_path, "first.py") == TEXTS[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "second.py").write_text(PROGRAMS[1], encoding="utf-8")
    (tmp_path / "debtors.csv").write_text(TEXTS[2], encoding="utf-8")
    return tmp_path


def test_the_second_program_sends_nothing_when_it_is_run_again(folder: Path) -> None:
    assert run(folder, "second.py") == TEXTS[3]
    assert run(folder, "second.py") == TEXTS[4]


def test_the_commands_of_the_page_work_on_its_list(folder: Path) -> None:
    commands = re.findall(r"^\.venv/bin/autodialer (\w+ debtors\.csv.*)$", PAGE, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["check", "upload"]
    assert "Both end with exit code 1" in PAGE
    checked, sent = (run(folder, "-m", "autodialer_async.cli", *command.split(), status=1) for command in commands)
    assert "4 read, 2 valid, 2 set aside" in checked
    assert "the emulator accepted 2 records, none twice" in sent
