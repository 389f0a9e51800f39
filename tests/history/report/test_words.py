"""The report's words."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

import pytest

from autodialer_async import Disposition
from autodialer_async.history.campaign import Decision
from autodialer_async.history.report import LANGUAGES, Words
from autodialer_async.history.report.colours import OUTCOMES, STATES, variables
from autodialer_async.journal import RecordState

ENGLISH, RUSSIAN = Words("en"), Words("ru")


def places_in(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("key", Words.keys())
def test_both_languages_say_the_same_values(key: str) -> None:
    english, russian = Words.keys()[key]
    assert places_in(english) == places_in(russian)
    plain = re.sub(r"`[^`]*`|{\w+}", "", english)
    assert not re.search("[а-яё]", plain, re.IGNORECASE)
    assert not re.search("[a-z]", re.sub(r"`[^`]*`|{\w+}", "", russian), re.IGNORECASE)


def test_every_outcome_state_and_decision_has_words_and_a_colour() -> None:
    assert set(OUTCOMES) == set(Disposition)
    assert set(STATES) == set(RecordState)
    needed = [f"outcome.{one}" for one in Disposition] + [f"state.{one}" for one in RecordState]
    assert {*needed, *(f"decision.{one}" for one in Decision)} <= set(Words.keys())
    for dark in (False, True):
        assert {*Disposition, *(f"state-{one}" for one in RecordState)} - {"rejected"} <= {*variables(dark=dark)}


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0, "0 records", "0 записей"),
        (1, "1 record", "1 запись"),
        (2, "2 records", "2 записи"),
        (5, "5 records", "5 записей"),
        (11, "11 records", "11 записей"),
        (12, "12 records", "12 записей"),
        (21, "21 records", "21 запись"),
        (12_345, "12,345 records", "12\u00a0345 записей"),
    ],
)
def test_nouns_follow_their_number(number: int, english: str, russian: str) -> None:
    assert (ENGLISH.count("record", number), RUSSIAN.count("record", number)) == (english, russian)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 2, "50"), (1, 3, "33.3"), (0, 5, "0"), (5, 5, "100"), (1, 100_000, "< 0.1"), (99_999, 100_000, "> 99.9"),
    ],
)  # fmt: skip
def test_a_share_is_never_nothing_of_something_and_never_all_of_less(part: int, whole: int, expected: str) -> None:
    assert ENGLISH.percent(part, whole) == f"{expected}\u00a0%"
    assert RUSSIAN.percent(part, whole) == f"{expected.replace('.', ',')}\u00a0%"
    assert ENGLISH.percent(0, 0) == "–"


def test_days_moments_and_lengths_are_written_as_people_do() -> None:
    moment = datetime(2026, 11, 2, 9, 5, tzinfo=timezone(timedelta(hours=3)))
    assert [words.day(date(2026, 11, 2)) for words in map(Words, LANGUAGES)] == ["2 Nov 2026", "02.11.2026"]
    assert ENGLISH.moment(moment) == "2 Nov 2026, 09:05 (+03:00)"
    assert RUSSIAN.moment(moment.replace(tzinfo=None)) == "02.11.2026, 09:05"
    assert [ENGLISH.length(seconds) for seconds in (59, 61, 7260)] == ["59 s", "1 min 1 s", "2 h 1 min"]
