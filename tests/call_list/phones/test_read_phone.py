"""What a reading says beside its numbers, and what it never says."""

from __future__ import annotations

import importlib
import logging
import numbers
import sys
from collections.abc import Iterator
from types import ModuleType
from unittest.mock import Mock

import phonenumbers
import pytest

from autodialer_async.call_list import RejectReason
from autodialer_async.call_list.phones import FoundPhone, PhoneKind, PhoneRules, foreign, read_phone
from autodialer_async.call_list.phones.numbering import is_area_code, national_kind


def _warnings(cell: str) -> tuple[str, ...]:
    return read_phone(cell).warnings


def test_a_plain_number_has_no_warning() -> None:
    assert _warnings("+7 (922) 222-00-00") == ()
    assert _warnings("тел. 8 922 222-00-00 (после 18:00)") == ()


def test_an_extension_is_told() -> None:
    assert _warnings("8 (343) 222-00-01 доб. 694") == (
        "the extension of 83*******01 was kept apart: the service dials the number alone",
    )


def test_further_numbers_are_told() -> None:
    assert _warnings("89222220000; 89121112233") == ("2 numbers: 89*******00, 89*******33",)


def test_a_number_twice_is_one_number() -> None:
    reading = read_phone("89222220000, +7 922 222-00-00")
    assert (len(reading.phones), reading.warnings) == (1, ())


def test_what_was_set_aside_is_told() -> None:
    assert _warnings("89222220000, 8-800-555-35-35") == ("a toll-free number was set aside",)
    assert _warnings("89222220000, факс 8 343 222-00-01") == ("a fax or pager was set aside",)
    assert _warnings("89222220000, 222-00-01") == ("other digits were set aside: they are no number",)
    assert _warnings("89222220000; 8,92222E+10") == ("other digits were set aside: they are no number",)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("222-33-44", "'***-**-**' has no area code: 7 digits; give default_area_code if all such are of one town"),
        ("112", "'***' is an emergency number"),
        ("0611", "'****' is not a phone number: 4 digits; allow short to call short numbers"),
        ("8922222000O", "'***********' is not a phone number: a letter or a foreign sign stands among its digits"),
        ("факс 8 343 222-00-01", "'**** * *** ***-**-**' is a fax or pager, not a phone"),
        ("Иван", "'****' has no number in it"),
        ("8 922 222 00", "'* *** *** **' is not a phone number: 9 digits"),
        ("8-800-555-35-35", "a toll-free number; allow toll_free to call it"),
        (True, "a yes or no is not a phone"),
        (-1, "a negative number is not a phone"),
        (89222220000.5, "a number with a fraction is not a phone"),
        (10**20, "so many digits are not a phone"),
        ("8" * 501, "501 characters are no phone's cell"),
    ],
)
def test_a_refusal_says_why(cell: object, problem: str) -> None:
    assert read_phone(cell).problem == problem


class _Half:
    """What numpy's float32 is to Python: a real number, and no float."""


numbers.Real.register(_Half)


def test_a_half_precise_float_is_lossy() -> None:
    assert read_phone(_Half()).reason is RejectReason.LOSSY


@pytest.mark.parametrize("cell", ["отсут.", "отсутств.", "отсутствует", "не имеется", "НЕ ИМЕЕТ"])
def test_words_for_no_phone_are_empty(cell: str) -> None:
    assert read_phone(cell).reason is RejectReason.EMPTY


@pytest.mark.parametrize("cell", ["8.9222222E+010", "8,92222E+010", "8,92222Е+10"])
def test_exponent_of_any_program_is_lossy(cell: str) -> None:
    assert read_phone(cell).reason is RejectReason.LOSSY


def test_pager_in_a_cell_is_no_phone() -> None:
    assert read_phone("пейджер 8 922 222-00-00").reason is RejectReason.INVALID
    assert [found.phone for found in read_phone("пейджер 222-00-00, моб. 89222220001").phones] == ["89222220001"]


def test_marks_of_tables_for_nothing_are_empty() -> None:
    gap = type("NAType", (), {})()
    assert [read_phone(cell).reason for cell in (gap, None, float("nan"), "<NA>", "NaN", "None")] == [
        RejectReason.EMPTY
    ] * 6


def test_kinds_are_told() -> None:
    kinds = {
        "89222220000": PhoneKind.MOBILE,
        "8 343 222-00-01": PhoneKind.LANDLINE,
        "тел. 8 343 222-00-01": PhoneKind.LANDLINE,
        "+77011234567": PhoneKind.KAZAKHSTAN,
    }
    assert {cell: read_phone(cell).phones[0].kind for cell in kinds} == kinds


def test_local_numbers_keep_their_digits_behind_the_code() -> None:
    rules = PhoneRules(default_area_code="8342")
    assert read_phone("22-00-01; 22-00-02", rules).phones == (
        FoundPhone("88342220001", None, PhoneKind.LANDLINE),
        FoundPhone("88342220002", None, PhoneKind.LANDLINE),
    )
    assert [read_phone(cell, rules).phones[0].phone for cell in ("220001.0", "тел 22-00-01")] == ["88342220001"] * 2
    for no_number in ("22-00-0", "22-00-011", "892222", "022-00-01", "21.11.26", "кв. 12", "2026", "220001.5"):
        assert read_phone(no_number, rules).reason is RejectReason.INVALID


@pytest.mark.parametrize(
    "words",
    [
        "не звонить", "Просил НЕ ЗВОНИТЬ!", "не звоните больше", "незвонить", "не зв.", "не беспокоить",
        "не надо звонить", "не перезванивать", "звонить нельзя", "запрещено звонить", "без звонков", "отказ",
        "отказалась", "стоп", "стоп-лист", "чёрный список", "в ЧС", "отписан", "STOP", "do not call", "do-not-call",
        "Don’t call", "dnc", "no calls", "blacklist", "opt-out",
    ],
)  # fmt: skip
def test_words_that_stop(words: str) -> None:
    assert read_phone(words).reason is RejectReason.STOP
    assert read_phone(f"8 922 222-00-00 ({words})").reason is RejectReason.STOP


@pytest.mark.parametrize(
    "words", ["не дозвонились", "не звонили", "звонить после 18", "безотказный", "стопа", "Чсобин"]
)
def test_words_that_do_not_stop(words: str) -> None:
    assert read_phone(f"8 922 222-00-00 {words}").phones[0].phone == "89222220000"


@pytest.mark.parametrize("between", ["\n", ", ", " / ", " "])
def test_half_a_number_is_no_local_number(between: str) -> None:
    assert read_phone(f"8 922{between}222-00-01", PhoneRules(default_area_code="343")).phones in {
        (),
        # A blank only parts the groups of one number.
        (FoundPhone("89222220001", None, PhoneKind.MOBILE),),
    }


@pytest.mark.parametrize("code", ["34", "000", "922", "343222", "abc", "", "٣٤٣", 343])
def test_a_wrong_area_code_is_named(code: object) -> None:
    with pytest.raises(ValueError, match="is no area code: 3 to 5 digits"):
        PhoneRules(default_area_code=code)  # type: ignore[arg-type]  # the point


def test_a_wrong_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'fax' is not a valid PhoneKind"):
        PhoneRules(allow={"fax"})
    with pytest.raises(TypeError, match="allow is a set of PhoneKind, not a str"):
        PhoneRules(allow="foreign")


def test_a_cell_stays_out_of_reprs_problems_warnings_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cells = [
        "89222234567 доб. 6789",
        "Кузнецов 89222234567, 8 (343) 223-45-67",
        "8 922 223-45-67-8",
        "89222234567 не звонить",
        "Кузнецов 223-45-67",
        "8922223456О",
        "+375 29 223-45-67",
        "ИНН 7702234567",
    ]
    said = "".join(repr(read_phone(cell)) for cell in cells) + caplog.text
    assert not any(secret in said for secret in ("2234", "3456", "4567", "23-45", "Кузнецов", "6789"))


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    foreign._library.cache_clear()
    yield
    monkeypatch.undo()
    foreign._library.cache_clear()


@pytest.mark.usefixtures("without_library")
def test_without_the_library_foreign_numbers_stay_refused_and_the_rest_is_read() -> None:
    assert read_phone("+375 29 111-22-33").reason is RejectReason.NOT_ALLOWED
    assert read_phone("тел. +7 922 222-00-00 доб. 5").phones[0].phone == "89222220000"


@pytest.mark.usefixtures("without_library")
def test_allowing_foreign_numbers_without_the_library_names_the_extra() -> None:
    with pytest.raises(ImportError, match=r'pip install "autodialer-async\[lists\]"'):
        PhoneRules(allow={PhoneKind.FOREIGN})


def test_russian_lists_never_load_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Mock()
    monkeypatch.setattr(foreign, "exists", library)
    for cell in ("8 (343) 222-00-01 доб. 5", "+7 (000) 000-00-00", "+77011234567", "8-800-555-35-35", "8922"):
        read_phone(cell)
    library.assert_not_called()


def _library_knows(code: str) -> bool:
    """Whether the library takes any of these numbers for valid: a code is valid for some of what follows it."""
    tails = ("2000000", "5555555", "0123456", "9876543", "3100000", "1520000")
    return any(
        phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=7, national_number=int(code + tail)))
        for tail in tails
    )


@pytest.mark.parametrize("first", "3456789")
def test_codes_agree_with_the_library(first: str) -> None:
    codes = [f"{first}{rest:02}" for rest in range(100)]
    ours = {code for code in codes if national_kind(f"{code}2000000")}
    # Paid services that the library does not list; they need a permission here.
    paid = {"801", "802", "805", "806", "807"}
    assert ours - paid == {code for code in codes if _library_knows(code)}


def test_codes_of_towns() -> None:
    assert [is_area_code(code) for code in ("343", "8342", "34322", "7172")] == [True] * 4
    assert [is_area_code(code) for code in ("922", "800", "701", "3", "343222", None)] == [False] * 6


def test_the_library_is_asked_through_one_door() -> None:
    door = importlib.import_module("autodialer_async.call_list.phones.foreign")
    assert isinstance(door._library(), ModuleType)
    assert (door.exists("+375291112233"), door.exists("+999123456789"), door.exists("+0")) == (True, False, False)
