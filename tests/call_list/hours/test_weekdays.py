"""Days of the week as people write them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.hours import Weekdays

# Machines are slow now and then.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("пн-пт", "01234"),
        ("Пн – Пт", "01234"),
        ("пн.-пт.", "01234"),
        ("Mon-Fri", "01234"),
        ("mo-fr", "01234"),
        ("с понедельника по пятницу", "01234"),
        ("1-5", "01234"),
        ("будни", "01234"),
        ("по будням", "01234"),
        ("Рабочие дни", "01234"),
        ("weekdays", "01234"),
        ("выходные", "56"),
        ("сб и вс", "56"),
        ("сб, вс", "56"),
        ("weekend", "56"),
        ("ежедневно", "0123456"),
        ("каждый день", "0123456"),
        ("пн, ср, пт", "024"),
        ("пн ср пт", "024"),
        ("пн/ср/пт", "024"),
        ("1;3;5", "024"),
        ("Monday, Wednesday", "02"),
        ("пн-ср, пт", "0124"),
        ("будни; сб", "012345"),
        ("сб-пн", "056"),
        ("среду", "2"),
        ("ВС", "6"),
    ],
)
def test_days_are_read(text: str, days: str) -> None:
    assert Weekdays.from_text(text).days == frozenset(map(int, days))


@pytest.mark.parametrize("text", ["", " ", ",", "xx", "пн-xx", "0", "8", "1-9", "кроме вс", "пн-пт-вс", "-"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no day of the week"):
        Weekdays.from_text(text)


def test_wrong_sets_are_refused() -> None:
    no_days: list[Iterable[int]] = [(), (7,), (-1, 0), "пн"]  # type: ignore[list-item]  # the point
    for days in no_days:
        with pytest.raises(ValueError, match="one or more of 0"):
            Weekdays(days)


def test_a_date_is_in_its_days() -> None:
    monday = date(2026, 11, 16)
    working = Weekdays.from_text("будни")
    assert [monday + timedelta(days=step) in working for step in range(7)] == [True] * 5 + [False] * 2
    assert list(working) == [0, 1, 2, 3, 4]


@_UNTIMED
@given(st.sets(st.integers(0, 6), min_size=1))
def test_days_are_read_back_from_their_text(days: set[int]) -> None:
    weekdays = Weekdays(days)
    assert Weekdays.from_text(str(weekdays)) == weekdays


@_UNTIMED
@given(st.text("пнвтсрчб,- 17ifmonи", max_size=20))
def test_any_text_is_days_or_a_value_error(text: str) -> None:
    try:
        assert Weekdays.from_text(text).days
    except ValueError as error:
        assert "day of the week" in str(error)  # noqa: PT017 - either way is right
