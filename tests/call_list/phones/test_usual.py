"""The short way for usual cells gives what `read_phone` gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.phones import PhoneRules, read_phone
from autodialer_async.call_list.phones.usual import UsualNumbers, UsualPhones, usual_phones
from tests.call_list.phones.forms import FORMS

DIGITS = st.from_regex(r"[0-9]{10}", fullmatch=True)
SPELLINGS = (
    "8{0}{1}{2}{3}",
    "+7 ({0}) {1}-{2}-{3}",
    "8 {0} {1} {2} {3}",
    "{0}{1}{2}{3}",
    "7{0}{1}{2}{3}",
    "8.{0}.{1}.{2}.{3}",
    "тел. +7 {0} {1}-{2}-{3}",
    "tel 8-{0}-{1}-{2}-{3}",
    "{0}-{1}",
    "8{0}{1}{2}{3}.0",
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    digits = draw(st.sampled_from(["9", "3", "8", "4", ""])) + draw(DIGITS)
    spelling = draw(st.sampled_from(SPELLINGS))
    return spelling.format(digits[:3], digits[3:6], digits[6:8], digits[8:10])


CELLS = st.one_of(
    numbers(),
    st.builds(
        "{}{}{}".format,
        numbers(),
        st.sampled_from([", ", ";", "; ", " / ", "/", "\n", " доб. ", " вн. ", ", доб.", " "]),
        numbers(),
    ),
    st.builds(
        "{}{}{}".format,
        numbers(),
        st.sampled_from([" доб. ", " доб ", " ext. ", ", вн. ", " доб."]),
        st.integers(0, 10**7),
    ),
    st.sampled_from([form.cell for forms in FORMS.values() for form in forms if isinstance(form.cell, str)]),
    st.text(max_size=12),
    # A letter where a digit belongs, also the one that shapes of cells are easily written with.
    st.builds(
        "{}{}{}".format, st.sampled_from(["8922222000d", "8d922222000", "dd89222220"]), st.just(" доб. "), DIGITS
    ),
)


@given(CELLS)
def test_usual_cell_gives_what_a_scan_gives(cell: str) -> None:
    usual = usual_phones(cell)
    if usual is not None:
        assert usual == read_phone(cell, PhoneRules()).phones


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, max_size=12), max_size=4))
def test_slices_give_what_the_cells_give_also_when_their_forms_are_known(slices: list[list[str]]) -> None:
    usual = UsualPhones()
    for cells in [*slices, *slices]:
        phones = map(usual_phones, cells)
        assert usual(cells) == [
            found and UsualNumbers(tuple(phone.phone for phone in found), found[0].extension is not None)
            for found in phones
        ]


@pytest.mark.parametrize(
    "cell", ["8922222000d доб. 12", "892222200d0 доб. 12", "8d922222000, 88912111223", "8922222000\u00ff доб. 12"]
)
def test_letter_in_place_of_a_digit_lets_no_digit_from_elsewhere_into_the_number(cell: str) -> None:
    usual = UsualPhones()
    assert None not in usual(["89222220000 доб. 12", "89222220000, 89121112233"])
    assert usual([cell]) == [None]
