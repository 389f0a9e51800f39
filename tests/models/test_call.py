"""One record: what is taken, how it is held, what is refused and how that is said."""

from __future__ import annotations

import copy
import pickle
import uuid
from datetime import time
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import Call, CallWindow, InvalidCall

NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"


@pytest.mark.parametrize(
    "phone",
    [
        "89222220000",
        "79222220000",
        "+79222220000",
        "9222220000",
        89222220000,
        79222220000,
        9222220000,
        "8 922 222 00 00",
        " 89222220000 ",
        "\t89222220000",
        f"8{NBSP}922{NBSP}222{NBSP}00{NBSP}00",
        f"+7{THIN}922{NARROW}222-00-00",
        "8(922)2220000",
        "+7 (922) 222-00-00",
        "(922) 222-00-00",
        "8.922.222.00.00",
        "8-922-222-00-00",
        "8--922--2220000",
        "+7 922 222.00.00",
    ],
)
def test_a_plus_seven_number_is_held_as_it_goes_on_the_wire(phone: str | int) -> None:
    assert Call(1, phone).phone == "89222220000"


@pytest.mark.parametrize(
    ("phone", "held"),
    [
        ("+375291234567", "+375291234567"),
        ("+375 (29) 123-45-67", "+375291234567"),
        ("+1 212 555 0100", "+12125550100"),
        ("+49.30.123456", "+4930123456"),
        ("+998 90 123 45 67", "+998901234567"),
    ],
)
def test_a_foreign_number_stays_in_its_plus_form(phone: str, held: str) -> None:
    assert Call(1, phone).phone == held


@pytest.mark.parametrize(
    "phone",
    [
        "", " ", "()", "+", "-", "8", "892222200", "892222200001", "8922222000X", "8922222000O", "номер",
        "+7922222000", "+792222200001", "375291234567", 375291234567, "++79222220000", "7+9222220000", "8+9222220000",
        "89222220000;89222220001", "89222220000, 89222220001", "89222220000 доб. 5", "89222220000.0.0",
        "8.92222E+10", "8,92222220000E+10", "89222220000\n",
        "８９２２２２２００００", "٨٩٢٢٢٢٢٠٠٠٠", "+0123456789", "+12345",
        "+1234567890123456", 0, -89222220000, 10**40, 89222220000.0, 9.2e9, float("nan"), True, False, None,
        b"89222220000", bytearray(b"8"), ["89222220000"], object(), 1j,
    ],
)  # fmt: skip
def test_anything_that_is_not_surely_one_number_is_refused_as_the_phone(phone: Any) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call(7, phone)
    assert caught.value.field == "phone"
    assert caught.value.id == "7"
    assert caught.value.position is None
    assert caught.value.__cause__ is None


def test_an_excel_float_with_a_zero_behind_is_not_a_number() -> None:
    # Dots are separators, so `89222220000.0` has twelve digits.
    with pytest.raises(InvalidCall):
        Call(1, "89222220000.0")


@given(st.text(alphabet="0123456789 +-().", max_size=24))
def test_every_phone_that_is_taken_has_one_form_which_is_taken_again(text: str) -> None:
    try:
        held = Call(1, text).phone
    except InvalidCall:
        return
    assert held.startswith(("8", "+"))
    assert (len(held) == 11) if held[0] == "8" else not held.startswith("+7")
    assert Call(1, held).phone == held
    assert [d for d in text if d.isdigit()][-10:] == list(held)[-10:] or held[0] == "+"


@given(
    st.one_of(
        st.text(st.characters(categories=["L", "Nd", "Po", "Zs"]), max_size=40),
        st.text(alphabet="0123456789+ -", min_size=10, max_size=30),
    )
)
def test_a_complaint_about_a_phone_shows_no_more_than_two_digits_at_each_end(text: str) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call("x", "/" + text)
    shown = caught.value.reason.partition("is not a phone number")[0]
    assert sum(character.isdigit() for character in shown) <= 4
    assert not any(word in shown for word in text.split() if len(word) > 4 and word.isalnum())


def test_the_repr_shows_neither_number_nor_name_nor_values() -> None:
    call = Call(
        17, "89221234567", name="Петров", uuid="crm-777", var1="secret one", var2="secret two", var3="secret three",
        window=CallWindow(time(10), time(19)), max_count=3, generation_type=5, extra={"colour": "red secret"},
    )  # fmt: skip
    for shown in (repr(call), str(call), f"{call}", repr([call])):
        assert not any(value in shown for value in ("2212345", "Петров", "crm-777", "secret"))
        assert "id='17'" in shown
        assert "10:00:00-19:00:00" in shown
        assert "colour" in shown


@pytest.mark.parametrize("field", ["id", "uuid", "var1", "var2", "var3", "generation_type"])
def test_text_and_whole_numbers_are_held_as_text(field: str) -> None:
    required: dict[str, Any] = {"id": 1, "phone": "89222220000"}

    def held(value: Any) -> Any:
        return getattr(Call(**(required | {field: value})), field)

    assert held(5) == held("5") == "5"
    assert held(0) == "0"
    assert held("007") == "007"
    assert held(40133707428585176) == "40133707428585176"
    wrong: Any
    for wrong in (1.5, True, b"5", [5], {}):
        with pytest.raises(InvalidCall) as caught:
            held(wrong)
        assert caught.value.field == field


@pytest.mark.parametrize("field", ["name", "uuid", "var1", "var2", "var3", "generation_type"])
def test_none_and_the_empty_text_mean_absent(field: str) -> None:
    assert getattr(Call(1, "89222220000", **{field: None}), field) is None  # type: ignore[arg-type]  # by name
    assert getattr(Call(1, "89222220000", **{field: ""}), field) is None  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("id", [None, ""])
def test_a_record_needs_an_id(id: Any) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call(id, "89222220000")
    assert (caught.value.field, caught.value.id) == ("id", None)


def test_a_uuid_object_is_taken_as_its_text() -> None:
    value = uuid.UUID(int=5)
    assert Call(1, "89222220000", uuid=value).uuid == str(value)


@pytest.mark.parametrize(("given", "held"), [(1, 1), (3, 3), ("2", 2), (None, None)])
def test_max_count_is_a_number_of_at_least_one(given: Any, held: int | None) -> None:
    assert Call(1, "89222220000", max_count=given).max_count == held


@pytest.mark.parametrize("wrong", [0, -1, "0", "-1", 1.0, True, "many", "1.0", "²", [1]])
def test_any_other_max_count_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidCall) as caught:
        Call(1, "89222220000", max_count=wrong)
    assert caught.value.field == "max_count"


def test_a_window_is_a_call_window() -> None:
    with pytest.raises(InvalidCall) as caught:
        Call(1, "89222220000", window=(time(1), time(2)))  # type: ignore[arg-type]  # the point
    assert caught.value.field == "window"


def test_extra_is_copied_and_numbers_become_text() -> None:
    given = {"a": "1", "empty": "", "none": None, "number": 5}
    call = Call(1, "89222220000", extra=given)  # type: ignore[arg-type]  # the point
    given["a"] = "2"
    assert dict(call.extra) == {"a": "1", "number": "5"}
    for wrong in ({1: "a"}, {"": "a"}, {"a": 1.5}, [("a", "b")], "ab"):
        with pytest.raises(InvalidCall) as caught:
            Call(1, "89222220000", extra=wrong)  # type: ignore[arg-type]  # the point
        assert caught.value.field is not None
        assert caught.value.field.startswith("extra")


@pytest.mark.parametrize("extra", [{}, {"a": "1"}])
def test_nobody_can_write_into_a_record_s_extra(extra: dict[str, str]) -> None:
    call = Call(1, "89222220000", extra=extra)
    with pytest.raises((TypeError, AttributeError)):
        call.extra["poison"] = "1"  # type: ignore[index]  # the point
    assert "poison" not in Call(2, "89222220000").extra


FULL = Call(
    1, "89222220000", name="n", uuid="u", var1="1", var2="2", var3="3", window=CallWindow(time(10), time(11)),
    max_count=2, generation_type=3, extra={"a": "b"},
)  # fmt: skip


@pytest.mark.parametrize("call", [Call(1, "89222220000"), FULL])
def test_a_record_survives_pickle_and_copies(call: Call) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(call, protocol)) == call
    assert copy.copy(call) == copy.deepcopy(call) == call
    assert hash(copy.deepcopy(call)) == hash(call)
    assert attrs.evolve(call, id="2").phone == call.phone


def test_a_record_is_frozen_slotted_and_hashable() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FULL.phone = "89222220001"  # type: ignore[misc]  # the point
    with pytest.raises((AttributeError, attrs.exceptions.FrozenInstanceError)):
        FULL.other = 1  # type: ignore[attr-defined]  # the point
    assert not hasattr(FULL, "__dict__")
    assert len({FULL, copy.copy(FULL), Call(2, "89222220000")}) == 2
    assert Call(1, "89222220000") == Call("1", "+7 922 222 00 00")
    assert Call(1, "89222220000") != Call(1, "89222220000", extra={"a": "b"})


def test_only_id_and_phone_may_be_given_by_place() -> None:
    with pytest.raises(TypeError):
        Call(1, "89222220000", "Петров")  # type: ignore[call-arg]  # the point
