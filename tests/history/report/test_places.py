"""Where numbers are from."""

from __future__ import annotations

import pytest

from autodialer_async.history.report import place_finder


@pytest.mark.parametrize(
    ("phone", "english", "russian"),
    [
        ("84951234567", "Moscow", "Московская обл."),
        ("88121234567", "St Petersburg", "г. Санкт-Петербург"),
        ("+375291234567", "Belarus", "Беларусь"),
        ("+4930123456", "Berlin", "Berlin"),
        ("89222220000", None, None),
        ("81111111111", None, None),
        ("+9991234567", None, None),
        ("no number", None, None),
    ],
)
def test_a_place_is_told_by_landlines_and_foreign_numbers(phone: str, english: str | None, russian: str | None) -> None:
    assert (place_finder()(phone), place_finder("ru")(phone)) == (english, russian)


def test_all_numbers_of_a_block_are_in_one_place() -> None:
    place_of = place_finder()
    assert {place_of(f"83432221{number:03}") for number in range(1000)} == {"Ekaterinburg"}
