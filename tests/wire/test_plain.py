"""Mappings of plain text take a short cut, which must lead to the same place."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import CallWindow, Dialect, InvalidCall
from autodialer_async._wire import Codec

INHERITED = CallWindow(time(9), time(18))
DIALECTS = [
    Dialect(),
    Dialect(phone_format="+7XXXXXXXXXX"),
    Dialect(wire_names={"make": {"window.start": "startdialertime", "name": "UUID", "uuid": "crm"}}),
]
PLAIN = {
    "id": "1", "phone": "89222220000", "name": "Петров", "UUID": "c", "var1": "a", "var2": "b", "var3": "c",
    "statdialertime": "10:00:00", "stopdialertime": "19:00:00", "maxcount": "3", "generationtype": "1",
}  # fmt: skip

TEXTS = st.one_of(st.sampled_from(["1", "Петров", "", " ", "\ud800"]), st.integers(-5, 5), st.none(), st.booleans())
PHONES = st.sampled_from(
    ["89222220000", "+7 (922) 222-00-00", "9222220000", 79222220000, "+375291234567", "x", "", None]
)
HOURS = st.sampled_from(["10:00", "10:00:00", "19:00", "", None, "25:00", time(12), 5])
ATTEMPTS = st.sampled_from(["3", "03", 3, 0, "", None, True, 2.0, "x", [1], "9" * 30])
MAPPINGS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ["id", "name", "uuid", "UUID", "var1", "var3", "generationtype", "generation_type", "odd"], TEXTS
        ),
        "phone": PHONES,
        "statdialertime": HOURS,
        "stopdialertime": HOURS,
        "timestart": HOURS,
        "window": st.sampled_from([None, "", INHERITED, "10:00"]),
        "maxcount": ATTEMPTS,
        "max_count": ATTEMPTS,
        "extra": st.sampled_from([{}, {"a": "b"}]),
    },
)


def the_long_way(codec: Codec, fields: dict[str, Any]) -> tuple[dict[str, str], CallWindow] | None:
    try:
        call = codec.read_call(fields)
        window = call.window or INHERITED
        return codec.encode_call(call, window), window
    except (InvalidCall, TypeError):
        return None


@pytest.mark.parametrize("dialect", DIALECTS, ids=["page", "phone", "names"])
@given(changes=MAPPINGS, base=st.sampled_from([{}, PLAIN, {"id": "1", "phone": "89222220000"}]))
def test_short_cut_gives_what_the_long_way_gives_or_nothing(
    dialect: Dialect, changes: dict[str, Any], base: dict[str, Any]
) -> None:
    codec = Codec(dialect)
    fields = base | changes
    found = codec.encode_plain(fields, INHERITED)
    assert found is None or found == the_long_way(codec, fields)


@pytest.mark.parametrize(
    "fields",
    [
        PLAIN,
        {"id": "1", "phone": "89222220000"},
        {"id": "1", "phone": 79222220000, "max_count": 3},
        PLAIN | {"phone": "+7 (922) 222-00-00", "statdialertime": "10:00"},
    ],
)
def test_plain_mappings_take_it(fields: dict[str, Any]) -> None:
    codec = Codec(Dialect())
    before = dict(fields)
    found = codec.encode_plain(fields, INHERITED)
    assert found is not None
    assert found == the_long_way(codec, fields)
    assert fields == before


@pytest.mark.parametrize("dialect", DIALECTS, ids=["page", "phone", "names"])
@given(
    base=st.sampled_from(
        [PLAIN, {"id": "1", "phone": "89222220000"}, {"id": 1, "phone": 79222220000, "name": None, "max_count": 3}]
    ),
    changes=st.lists(MAPPINGS, max_size=1),
    values=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "id": TEXTS, "phone": PHONES, "name": TEXTS, "statdialertime": HOURS, "maxcount": ATTEMPTS,
                "max_count": ATTEMPTS,
            },
        ),
        min_size=1,
        max_size=4,
    ),
)  # fmt: skip
def test_a_slice_gives_what_the_long_way_gives_one_by_one_or_nothing(
    dialect: Dialect, base: dict[str, Any], changes: list[dict[str, Any]], values: list[dict[str, Any]]
) -> None:
    codec = Codec(dialect)
    # Alike in their names, as lists are, and different in their values.
    shape = base | (changes[0] if changes else {})
    mappings = [shape | {name: value for name, value in some.items() if name in shape} for some in values]
    before = [dict(mapping) for mapping in mappings]
    found = codec.encode_plain_rows(mappings, INHERITED)
    expected = [the_long_way(codec, mapping) for mapping in mappings]
    if found is not None:
        rows, window = found
        assert [*rows] == [one[0] for one in expected if one is not None]
        assert expected[-1] is not None
        assert window == expected[-1][1]
    assert mappings == before


@pytest.mark.parametrize(
    "fields",
    [
        PLAIN,
        {"id": "1", "phone": "89222220000"},
        {"id": 1, "phone": 79222220000, "max_count": 3, "name": None, "var1": ""},
        PLAIN | {"phone": "+7 (922) 222-00-00", "statdialertime": "10:00"},
    ],
)
def test_slices_of_plain_mappings_take_it(fields: dict[str, Any]) -> None:
    codec = Codec(Dialect())
    found = codec.encode_plain_rows([fields, dict(fields)], INHERITED)
    assert found is not None
    long_way = the_long_way(codec, fields)
    assert long_way is not None
    assert list(found[0]) == [long_way[0]] * 2
    assert found[1] == long_way[1]


def test_mappings_that_differ_in_their_names_are_no_slice() -> None:
    codec = Codec(Dialect())
    assert codec.encode_plain_rows([PLAIN, PLAIN | {"odd": "1"}], INHERITED) is None
    assert codec.encode_plain_rows([PLAIN, dict(reversed(PLAIN.items()))], INHERITED) is None


def test_mappings_as_they_leave_are_not_copied() -> None:
    found = Codec(Dialect()).encode_plain_rows([PLAIN], INHERITED)
    assert found is not None
    assert found[0][0] is PLAIN


def test_plans_are_forgotten_and_made_again_where_each_mapping_has_names_of_its_own() -> None:
    codec = Codec(Dialect())
    for number in range(600):
        assert codec.encode_plain({"id": "1", "phone": "89222220000", f"odd{number}": "x"}, INHERITED) is None
    assert codec.encode_plain(PLAIN, INHERITED) == the_long_way(codec, PLAIN)
