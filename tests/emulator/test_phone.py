from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.emulator.phone import read_number, written_number


@pytest.mark.parametrize(
    "text", ["89222220000", "79222220000", "+79222220000", "9222220000", "8 (922) 222-00-00", "+7.922.222.00.00"]
)
def test_every_spelling_of_a_russian_number_is_one_number(text: str) -> None:
    assert read_number(text) == 79222220000


@pytest.mark.parametrize("text", ["", "892222200", "892222200001", "375291112233", "+", "+0123456789", "8922222000o"])
def test_what_cannot_be_dialled_is_no_number(text: str) -> None:
    assert read_number(text) is None


def test_digits_of_other_scripts_are_no_number() -> None:
    assert read_number("٨٩٢٢٢٢٢٠٠٠٠") is None


def test_foreign_numbers_need_and_keep_their_plus() -> None:
    assert written_number(read_number("+375 29 111-22-33") or 0) == "+375291112233"


@given(st.integers(0, 10**10 - 1))
def test_a_russian_number_is_written_as_on_the_page_and_read_back(subscriber: int) -> None:
    number = 7 * 10**10 + subscriber
    written = written_number(number)
    assert (len(written), written[0], read_number(written)) == (11, "8", number)
