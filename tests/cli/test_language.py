"""Which language a process speaks, and how it writes numbers."""

from __future__ import annotations

import doctest
import io
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.cli import language
from autodialer_async.cli.language import decimal, language_of, number, percent, say, say_count, speak, spoken
from autodialer_async.history.report import LANGUAGES


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    speak("en")


@pytest.mark.parametrize(
    ("variables", "system", "expected"),
    [
        ({}, None, "en"),
        ({"LANG": "ru_RU.UTF-8"}, None, "ru"),
        ({"LANG": "ru"}, None, "ru"),
        ({"LANG": "ru_RU.KOI8-R@x"}, None, "ru"),
        ({"LANG": "rum_RO"}, None, "en"),
        ({"LANG": "be_BY.UTF-8"}, None, "en"),
        ({"LC_MESSAGES": "ru_RU.UTF-8", "LANG": "en_US.UTF-8"}, None, "ru"),
        ({"LC_ALL": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LANG": "ru_RU.UTF-8"}, None, "ru"),
        ({"LC_ALL": "C", "LANGUAGE": "ru", "LANG": "ru_RU.UTF-8"}, None, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ru:en"}, None, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LANGUAGE": "en"}, None, "en"),
        ({"LANGUAGE": "ru"}, None, "ru"),
        ({}, "ru_RU", "ru"),
        ({}, "Russian_Russia", "ru"),
        ({}, "English_United States", "en"),
        ({"LANG": "en_US.UTF-8"}, "Russian_Russia", "en"),
    ],
)
def test_the_locale_decides_as_gettext_reads_it(variables: dict[str, str], system: str | None, expected: str) -> None:
    assert language_of(variables, system) == expected


@given(st.dictionaries(st.sampled_from(["LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]), st.text(max_size=20)))
def test_no_locale_breaks_the_choice(variables: dict[str, str]) -> None:
    assert language_of(variables) in LANGUAGES


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8", "ru"), ("cp866", "ru"), ("cp1251", "ru"), ("ascii", "en")]
)
def test_a_stream_that_knows_no_cyrillic_is_spoken_to_in_english(
    monkeypatch: pytest.MonkeyPatch, encoding: str, expected: str
) -> None:
    for name in ("LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "ru_RU.UTF-8")
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    monkeypatch.setattr(sys, "stdout", None)
    assert language.language_of_process() == expected


def test_importing_the_library_and_the_commands_chooses_nothing() -> None:
    program = (
        "import autodialer_async, autodialer_async.cli.app, gettext\n"
        "from autodialer_async.cli.language import say, spoken\n"
        "print(spoken(), say('accepted'), gettext.gettext('Options'), gettext.textdomain())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"LC_ALL": "ru_RU.UTF-8"},
        timeout=60,
    )
    assert ran.stdout == "en accepted Options messages\n"


@pytest.mark.parametrize(
    ("n", "said"),
    [(0, "0 записей"), (1, "1 запись"), (2, "2 записи"), (5, "5 записей"), (11, "11 записей"), (14, "14 записей"),
     (21, "21 запись"), (22, "22 записи"), (111, "111 записей")],
)  # fmt: skip
def test_a_russian_noun_follows_its_number(n: int, said: str) -> None:
    speak("ru")
    assert say_count("{n} records", "{n} records", n) == said


def test_numbers_are_written_as_each_language_does() -> None:
    assert [number(25_000), decimal(1.5, 2), percent(0.123)] == ["25,000", "1.50", "12.3%"]
    speak("ru")
    assert [number(25_000), decimal(1.5, 2), percent(0.123)] == ["25\u00a0000", "1,50", "12,3\u00a0%"]


def test_a_text_without_a_translation_is_said_as_it_is() -> None:
    speak("ru")
    assert spoken() == "ru"
    assert [say(""), say("{braces} of nobody"), say("{n} of nobody", n=3)] == ["", "{braces} of nobody", "3 of nobody"]


def test_the_example_of_the_docstring_is_true() -> None:
    found = doctest.testmod(language)
    assert found.attempted
    assert not found.failed
