"""What holds for every cell, whatever stands in it."""

from __future__ import annotations

import re
import unicodedata
from unittest import mock

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from autodialer_async import Call
from autodialer_async.call_list import RejectReason
from autodialer_async.call_list.phones import PhoneRules, quick_phone, read_phone, reader

# Machines are slow now and then, and the phone library loads once.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_ALL_KINDS = PhoneRules(allow={"foreign", "toll_free", "premium"})
_CODES = ["343", "495", "812", "834", "423", *map(str, range(900, 1000))]
_NATIONAL = st.builds(str.__add__, st.sampled_from(_CODES), st.from_regex(r"[0-9]{7}", fullmatch=True))
_SEPARATORS = [" ", "-", "\u00a0", "\u2009", "\u2011", "\u2013", " - ", "_", "\u200b", "\u00ad"]
_ODD = "0123456789879222 +-()./,;:#xeEеОo*\u00a0\u2011\n\t'\"=доб.телфаксинн@"


@st.composite
def written(draw: st.DrawFn, national: st.SearchStrategy[str] = _NATIONAL) -> tuple[str, str]:
    """A number as it goes on the wire, and one of the ways to write it."""
    digits = draw(national)
    prefix = draw(st.sampled_from(["8", "7", "+7", "+7 ", "8-", "(+7)", "+ 7"] + ([""] if digits[0] != "8" else [])))
    if draw(st.booleans()):
        separator = draw(st.sampled_from([*_SEPARATORS, "."]))
        gaps = sorted(draw(st.sets(st.integers(1, 9), min_size=2, max_size=5)))
        pieces = [digits[start:stop] for start, stop in zip([0, *gaps], [*gaps, 10], strict=True)]
        text = prefix + separator.join(pieces)
    else:
        code = draw(st.integers(3, 5))
        separator = draw(st.sampled_from(["", *_SEPARATORS]))
        rest = digits[code:]
        text = (
            f"{prefix}{separator}({digits[:code]}){separator}{rest[:-4]}{separator}{rest[-4:-2]}{separator}{rest[-2:]}"
        )
    # The shape of a SNILS.
    assume(
        not re.fullmatch(
            r"\d{3}-\d{3}-\d{3}[ -]\d\d", re.sub("[\u2010-\u2014\u2212]", "-", unicodedata.normalize("NFKC", text))
        )
    )
    return f"8{digits}", text


def _found(cell: object, rules: PhoneRules = PhoneRules()) -> list[str]:
    return [phone.phone for phone in read_phone(cell, rules).phones]


def _digits(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text) if character in "0123456789")


@_UNTIMED
@given(written())
def test_any_grouping_and_prefix_gives_the_number(number: tuple[str, str]) -> None:
    phone, text = number
    assert _found(text) == [phone]


@_UNTIMED
@given(
    written(), st.sampled_from(["моб. {}", "{} (Иван)", "Иван: {}", "tel:{}", "'{}", "{};", "{} после 18:00", "«{}»"])
)
def test_words_around_a_number_change_nothing(number: tuple[str, str], words: str) -> None:
    phone, text = number
    assert _found(words.format(text)) == [phone]


@_UNTIMED
@given(written(), written(), st.sampled_from([",", "; ", " / ", "\n", " или ", "|", " и ", "\t"]))
def test_two_numbers_are_found_in_order(first: tuple[str, str], second: tuple[str, str], between: str) -> None:
    assume(first[0] != second[0])
    assert _found(first[1] + between + second[1]) == [first[0], second[0]]


@_UNTIMED
@given(_NATIONAL)
def test_numbers_of_a_table_are_read_exactly(national: str) -> None:
    wire = f"8{national}"
    for cell in (int(wire), float(wire), f"{wire}.0", int("7" + national)):
        assert _found(cell) == [wire]


@_UNTIMED
@given(st.one_of(st.text(), st.text(st.sampled_from(_ODD), max_size=60)))
@example("&#56;9222220000")
@example("8" * 500)
@example("(" * 499 + "1")
@example("1) " * 160)
@example("1-" * 240)
@example("8 922 222 00 00 " * 31)
def test_any_text_is_read_without_inventing_digits(text: str) -> None:
    reading = read_phone(text, _ALL_KINDS)
    assert bool(reading.phones) == (reading.reason is None)
    for phone in reading.phones:
        national = phone.phone[1:]
        assert national in _digits(text)
        assert Call("1", phone.phone).phone == phone.phone
        if phone.extension is not None:
            assert phone.extension in text


@_UNTIMED
@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.binary(), st.dates(), st.times())
)
def test_any_other_cell_is_read_or_refused(cell: object) -> None:
    reading = read_phone(cell)
    assert bool(reading.phones) == (reading.reason is None)


@_UNTIMED
@given(
    written(), st.integers(1, 9), st.sampled_from([",", "."]), st.sampled_from(["E+10", "e+10", "E10", "Е+10", " E+10"])
)
def test_a_mantissa_without_all_digits_is_lossy(number: tuple[str, str], kept: int, point: str, exponent: str) -> None:
    wire = number[0]
    assert read_phone(f"{wire[0]}{point}{wire[1 : 1 + kept]}{exponent}").reason is RejectReason.LOSSY
    assert _found(f"{wire[0]}{point}{wire[1:]}{exponent}") == [wire]


@_UNTIMED
@given(written(), st.integers(1, 10))
def test_a_number_cut_short_is_no_number(number: tuple[str, str], lost: int) -> None:
    phone = number[0]
    assert _found(phone[:-lost]) == []
    assert _found(f"+7{phone[1:-lost]}") == []


@_UNTIMED
@given(_NATIONAL, st.from_regex(r"[0-9]{1,7}", fullmatch=True))
def test_a_number_with_digits_too_many_is_no_number(national: str, more: str) -> None:
    assert _found(f"8{national}{more}") == []
    assert _found(f"+7{national}{more}") == []
    assert _found(f"8 ({national[:3]}) {national[3:]}{more}") == []


@_UNTIMED
@given(
    written(),
    st.sampled_from(["не звонить", "ОТКАЗ", "Стоп", "Do not call!", "dnc", "не звоните до 10:00", "чёрный список"]),
)
def test_a_stop_signal_beats_the_number_beside_it(number: tuple[str, str], words: str) -> None:
    for cell in (f"{number[1]} {words}", f"{words}: {number[1]}", f"{number[1]} ({words})"):
        assert read_phone(cell).reason is RejectReason.STOP


@_UNTIMED
@given(
    st.one_of(
        written().map(lambda number: number[1]),
        st.builds(
            lambda label, number, tail: label + number[1] + tail,
            st.sampled_from(["", "моб.: ", "тел. ", "Т.", "факс ", "ИНН ", " ", "'"]),
            written(),
            st.sampled_from(["", " ", ".0", " (после 18)", " (с 9:00)", "O", " 1", ".00"]),
        ),
        st.text(st.sampled_from("0123456789 ()-+.'" + "89" * 9), max_size=20),
    )
)
def test_the_quick_way_and_the_long_way_agree(text: str) -> None:
    phone = quick_phone(text)
    if phone is not None:
        with mock.patch.object(reader, "quick_phone", return_value=None):
            reading = read_phone(text)
        assert [found.phone for found in reading.phones] == [phone]
        assert (reading.warnings, reading.phones[0].extension) == ((), None)
        assert reading.phones[0].kind == read_phone(text).phones[0].kind
