"""The page's texts, numbers and masks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.emulator import pages
from autodialer_async.emulator.fault_kinds import fault_kinds
from autodialer_async.emulator.pages.languages import LANGUAGES, preferred_language, tongue
from autodialer_async.emulator.pages.masking import masked_name, masked_phone, spaced_phone

HOME = Path(pages.__file__).parent
SOURCES = [*HOME.rglob("*.py"), *HOME.rglob("*.html")]
FORMS = {"en": 2, "ru": 3}


def used_keys() -> tuple[set[str], tuple[str, ...]]:
    """Keys that stand in the sources, and the beginnings of those that are put together."""
    whole: set[str] = set()
    begun: set[str] = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"""\b(?:t|tongue)(?:\.count)?\(([^)]*)""", text):
            begun.update(re.findall(r'"([a-z]+\.[a-z_]*)" ~', call), re.findall(r'f"([a-z]+\.[a-z_]*){', call))
            whole.update(re.findall(r'"([a-z]+\.[a-z_]+)"(?! ~)', call))
    return whole, tuple(begun)


def test_both_languages_have_the_same_texts() -> None:
    english, russian = (tongue(language).texts for language in ("en", "ru"))
    assert english.keys() == russian.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_the_forms_and_the_gaps_of_its_language(language: str) -> None:
    english = tongue("en").texts
    for key, text in tongue("ru" if language == "ru" else "en").texts.items():
        gaps = {frozenset(re.findall(r"{(\w+)}", form)) for form in ([text] if isinstance(text, str) else text)}
        like = english[key] if isinstance(english[key], str) else english[key][0]
        assert gaps == {frozenset(re.findall(r"{(\w+)}", str(like)))}, key
        if isinstance(text, list):
            assert len(text) == FORMS[language], key


def test_every_key_that_the_page_asks_for_is_in_the_catalogue() -> None:
    whole, begun = used_keys()
    known = tongue("en").texts.keys()
    assert whole <= known
    assert all(any(key.startswith(beginning) for key in known) for beginning in begun)


def test_no_text_lies_unused() -> None:
    whole, begun = used_keys()
    # The faults' own texts are asked for by their names.
    begun += ("fault.",)
    assert {key for key in tongue("en").texts.keys() - whole if not key.startswith(begun)} == set()


def test_every_fault_is_told_in_both_languages() -> None:
    for kind in fault_kinds():
        assert f"fault.{kind.name}" in tongue("ru").texts


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 запись"), (2, "2 записи"), (5, "5 записей"), (11, "11 записей"), (12, "12 записей"), (21, "21 запись")],
)
def test_a_russian_noun_follows_its_number(n: int, said: str) -> None:
    assert tongue("ru").count("unit.records", n) == said


def test_numbers_are_grouped_as_each_language_does() -> None:
    assert tongue("en").number(100_000) == "100,000"
    assert tongue("en").number(1234.5, decimals=1) == "1,234.5"
    assert tongue("ru").number(100_000) == "100\u00a0000"
    assert tongue("ru").number(1000) == "1000"
    assert tongue("ru").number(-1234567.25, decimals=2) == "-1\u00a0234\u00a0567,25"


@given(st.floats(0, 1))
def test_a_share_is_all_or_nothing_only_where_it_is(share: float) -> None:
    assert (tongue("en").percent(share) == "0%") == (share == 0)
    assert (tongue("en").percent(share) == "100%") == (share == 1)


def test_a_very_small_share_is_told_as_such() -> None:
    assert [tongue("en").percent(share) for share in (0.004, 0.006, 0.5, 0.994, 0.996)] == [
        "<1%",
        "1%",
        "50%",
        "99%",
        ">99%",
    ]
    assert tongue("ru").percent(0.001) == "<1\u00a0%"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,ru;q=0.9", "en"),
        ("de,fr;q=0.5", "en"),
        ("en;q=0, ru;q=0.1", "ru"),
        ("ru;q=0", "en"),
        ("ru;q=nonsense,en;q=0.1", "en"),
    ],
)
def test_the_browser_s_wish_decides_on_the_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


@given(st.text(max_size=60))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert preferred_language(header) in LANGUAGES


@given(st.integers(10**9, 10**10 - 1))
def test_a_masked_number_shows_its_code_and_its_last_two_digits(subscriber: int) -> None:
    phone = f"8{subscriber}"
    masked = masked_phone(phone).replace("\u00a0", "")
    assert masked == f"{phone[:4]}•••-••-{phone[-2:]}"


@given(st.integers(10**7, 10**15 - 1))
def test_a_foreign_number_is_masked_too(number: int) -> None:
    phone = f"+{number}"
    assert masked_phone(phone) == phone[:4] + "•" * (len(phone) - 6) + phone[-2:]


@given(st.integers(10**9, 10**10 - 1))
def test_spaces_change_no_digit(subscriber: int) -> None:
    assert re.sub(r"\D", "", spaced_phone(f"8{subscriber}")) == f"8{subscriber}"


@pytest.mark.parametrize("name", ["Петров", "Ли", "A"])
def test_a_masked_name_tells_one_letter_and_no_length(name: str) -> None:
    assert masked_name(name) == f"{name[0]}•••"
