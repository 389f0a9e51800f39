"""Records to wire fields and back."""

from __future__ import annotations

import json
import pickle
from datetime import time
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async._wire.codec import Codec, EncodedCalls
from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.endpoints import Endpoints
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow

WINDOW = CallWindow(time(10), time(19))

# The page's own example, letter by letter.
PAGE_EXAMPLE = """
{
  "query": {
    "access_token": "client-key",
    "data": [
      {
        "id": "1",
        "name": "Петров",
        "phone": "89222220000",
        "UUID": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "statdialertime": "10:00:00",
        "stopdialertime": "19:00:00",
        "maxcount": "1",
        "generationtype": "1"
      },
      {
        "id": "2",
        "name": "Имя",
        "phone": "89222220000",
        "UUID": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "statdialertime": "10:00:00",
        "stopdialertime": "19:00:00",
        "maxcount": "1",
        "generationtype": "1"
      },
      {
        "id": "3",
        "name": "Иванов",
        "phone": "89222220002",
        "UUID": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "statdialertime": "10:00:00",
        "stopdialertime": "19:00:00",
        "maxcount": "1",
        "generationtype": "1"
      }
    ]
  }
}
"""


def encoded(codec: Codec, calls: list[tuple[Call, CallWindow]]) -> bytes:
    return b",".join(orjson.dumps(codec.encode_call(call, window)) for call, window in calls)


def full_call(**other: Any) -> Call:
    values: dict[str, Any] = {
        "id": 1,
        "phone": "89222220000",
        "name": "Петров",
        "uuid": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "max_count": 1,
        "generation_type": 1,
    }
    return Call(**{**values, **other})


def test_page_example_comes_out_equal() -> None:
    rows = [("1", "89222220000", "Петров"), ("2", "+7 (922) 222-00-00", "Имя"), (3, 9222220002, "Иванов")]
    calls = [full_call(id=key, phone=phone, name=name, window=WINDOW) for key, phone, name in rows]
    data = encoded(Codec(Dialect()), [(call, WINDOW) for call in calls])
    request = Endpoints("", "key", "client-key", Dialect()).make(data)
    assert json.loads(request.head + request.tail) == json.loads(PAGE_EXAMPLE)


def test_absent_values_are_left_out_and_hours_are_always_there() -> None:
    assert Codec(Dialect()).encode_call(Call(5, "9222220000"), CallWindow(time(9, 30, 5), time(23, 59))) == {
        "id": "5",
        "phone": "89222220000",
        "statdialertime": "09:30:05",
        "stopdialertime": "23:59:00",
    }


def test_each_record_carries_its_own_hours() -> None:
    codec = Codec(Dialect())
    late = CallWindow(time(11), time(12))
    starts = [codec.encode_call(Call(1, "9222220000"), window)["statdialertime"] for window in (WINDOW, late, WINDOW)]
    assert starts == ["10:00:00", "11:00:00", "10:00:00"]


def test_extra_fields_travel_beside_the_others() -> None:
    call = Call(5, "9222220000", extra={"city": "Пермь", "date": "2026-11-21"})
    assert Codec(Dialect()).encode_call(call, WINDOW)["city"] == "Пермь"
    assert Codec(Dialect()).encode_newcall(full_call(extra={"city": "Пермь"}), None)["city"] == "Пермь"


@pytest.mark.parametrize("name", ["UUID", "statdialertime", "name", "id"])
def test_extra_field_with_the_name_of_another_field_is_refused(name: str) -> None:
    call = Call(5, "9222220000", generation_type=1, extra={name: "x"})
    with pytest.raises(InvalidCall) as caught:
        Codec(Dialect()).encode_call(call, WINDOW)
    assert (caught.value.field, caught.value.id) == ("extra", "5")


def test_extra_field_cannot_replace_the_token_of_newcall() -> None:
    call = full_call(extra={"access_token": "x"})
    assert Codec(Dialect()).encode_newcall(call, None)["access_token"] == "x"
    with pytest.raises(InvalidCall):
        Codec(Dialect(token_in={"newcall"})).encode_newcall(call, None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "a\ud800"}, "name"),
        ({"var3": "\udfff"}, "var3"),
        ({"extra": {"a": "\ud800"}}, "extra"),
        ({"extra": {"\ud800": "a"}}, "extra"),
        ({"id": "\ud800"}, "id"),
    ],
)
def test_half_a_character_is_refused_because_json_cannot_hold_it(values: dict[str, Any], field: str) -> None:
    codec = Codec(Dialect())
    row = codec.encode_call(full_call(**values), WINDOW)
    with pytest.raises(orjson.JSONEncodeError):
        orjson.dumps(row)
    found = [codec.complaint(row)]
    # newcall does not send the id.
    if field != "id":
        with pytest.raises(InvalidCall) as caught:
            codec.encode_newcall(full_call(**values), WINDOW)
        found.append(caught.value)
    for error in found:
        assert error.field == field
        str(error).encode()


@pytest.mark.parametrize(
    ("phone_format", "sent"),
    [("8XXXXXXXXXX", "89222220000"), ("7XXXXXXXXXX", "79222220000"), ("+7XXXXXXXXXX", "+79222220000")],
)
def test_phone_goes_out_in_the_dialect_s_form_and_comes_back_in_ours(phone_format: Any, sent: str) -> None:
    dialect = Dialect(phone_format=phone_format)
    codec = Codec(dialect)
    fields = codec.encode_call(Call(1, "9222220000"), WINDOW)
    assert fields["phone"] == sent
    assert codec.encode_newcall(full_call(), None)["phone"] == sent
    assert codec.encode_call(Call(1, "+375291234567"), WINDOW)["phone"] == "+375291234567"
    (back,) = EncodedCalls(orjson.dumps(fields), dialect).calls()
    assert back.phone == "89222220000"


def test_newcall_sends_id_zero_and_minutes() -> None:
    assert Codec(Dialect()).encode_newcall(full_call(id=77), WINDOW) == {
        "id": "0",
        "phone": "89222220000",
        "name": "Петров",
        "UUID": "code1",
        "var1": "data1",
        "var2": "data2",
        "var3": "data3",
        "maxcount": "1",
        "generationtype": "1",
        "timestart": "10:00",
        "timestop": "19:00",
    }


def test_newcall_without_window_sends_no_hours() -> None:
    fields = Codec(Dialect()).encode_newcall(full_call(), None)
    assert not {"timestart", "timestop"} & fields.keys()


def test_newcall_refuses_seconds_and_a_missing_scenario() -> None:
    codec = Codec(Dialect())
    for window in (CallWindow(time(10, 0, 1), time(19)), CallWindow(time(10), time(19, 0, 1))):
        with pytest.raises(InvalidCall) as caught:
            codec.encode_newcall(full_call(), window)
        assert caught.value.field == "window"
    with pytest.raises(InvalidCall) as caught:
        codec.encode_newcall(full_call(generation_type=None), WINDOW)
    assert caught.value.field == "generation_type"


OUR_NAMES = ["id", "phone", "name", "uuid", "var1", "var2", "var3", "window.start", "window.stop", "max_count"]


def test_every_wire_name_can_be_changed_for_make_and_newcall() -> None:
    theirs = {ours: f"x_{ours}" for ours in [*OUR_NAMES, "generation_type"]}
    dialect = Dialect(wire_names={"make": theirs, "newcall": theirs})
    codec = Codec(dialect)
    call = full_call(window=WINDOW)
    fields = codec.encode_call(call, WINDOW)
    assert fields.keys() == set(theirs.values())
    assert codec.encode_newcall(call, WINDOW).keys() == set(theirs.values())
    assert list(EncodedCalls(orjson.dumps(fields), dialect).calls()) == [call]
    assert codec.read_call(fields) == call


def test_python_names_the_page_s_names_and_newcall_s_read_the_same() -> None:
    codec = Codec(Dialect())
    python = {"id": 1, "phone": 89222220000, "uuid": "u", "max_count": 2, "generation_type": 3, "window": WINDOW}
    make = {
        "id": "1",
        "phone": "+79222220000",
        "UUID": "u",
        "maxcount": "2",
        "generationtype": "3",
        "statdialertime": "10:00",
        "stopdialertime": "19:00:00",
    }
    newcall = {
        "id": "1",
        "phone": "9222220000",
        "UUID": "u",
        "maxcount": 2,
        "generationtype": 3,
        "timestart": time(10),
        "timestop": "19:00",
    }
    expected = Call(1, "89222220000", uuid="u", max_count=2, generation_type=3, window=WINDOW)
    assert codec.read_call(python) == codec.read_call(make) == codec.read_call(MappingProxyType(newcall)) == expected


def test_none_and_empty_text_are_absent() -> None:
    empty: dict[str, object] = dict.fromkeys(
        ["name", "UUID", "var1", "var2", "var3", "maxcount", "generationtype", "statdialertime", "stopdialertime"]
    )
    codec = Codec(Dialect())
    assert codec.read_call({"id": 1, "phone": "9222220000", **empty, "window": None, "extra": None}) == Call(
        1, 9222220000
    )
    blank = {**dict.fromkeys(empty, ""), "window": "", "extra": ""}
    assert codec.read_call({"id": 1, "phone": "9222220000", **blank}) == Call(1, 9222220000)
    assert codec.read_call({"id": 1, "phone": "9222220000", "window": ""}) == Call(1, 9222220000)
    assert codec.read_window(blank) is None


GOOD = {"id": "7", "phone": "89222220000"}


def test_name_that_is_no_text_is_unknown_too() -> None:
    fields: dict[Any, object] = {**GOOD, 5: "x"}
    with pytest.raises(InvalidCall) as caught:
        Codec(Dialect()).read_call(fields)
    assert caught.value.field == "5"


@pytest.mark.parametrize(
    ("fields", "field", "id"),
    [
        ({**GOOD, "surname": "x"}, "surname", "7"),
        ({**GOOD, "uuid": "a", "UUID": "a"}, "uuid", "7"),
        ({**GOOD, "uuid": None, "UUID": "a"}, "uuid", "7"),
        ({**GOOD, "statdialertime": "10:00", "timestart": "10:00", "timestop": "19:00"}, "window", "7"),
        ({**GOOD, "window": WINDOW, "timestart": "10:00", "timestop": "19:00"}, "window", "7"),
        ({**GOOD, "timestart": "10:00"}, "window", "7"),
        ({**GOOD, "timestop": "10:00", "timestart": ""}, "window", "7"),
        ({**GOOD, "timestop": "10:00", "timestart": "19:00"}, "window", "7"),
        ({**GOOD, "timestart": "8 утра", "timestop": "19:00"}, "window", "7"),
        ({**GOOD, "timestart": 10, "timestop": "19:00"}, "window", "7"),
        ({**GOOD, "window": "10:00-19:00"}, "window", "7"),
        ({**GOOD, "max_count": 0}, "max_count", "7"),
        ({**GOOD, "name": 1.5}, "name", "7"),
        ({"id": "7", "phone": "12"}, "phone", "7"),
        ({"id": "7", "phone": None}, "phone", "7"),
        ({"id": "7"}, "phone", "7"),
        ({"phone": "89222220000"}, "id", None),
        ({"phone": "89222220000", "surname": "x", "id": 1.5}, "surname", None),
        ({"phone": "89222220000", "surname": "x", "id": True}, "surname", None),
    ],
)
def test_record_that_cannot_be_read_names_its_field_and_id(
    fields: dict[str, object], field: str, id: str | None
) -> None:
    with pytest.raises(InvalidCall) as caught:
        Codec(Dialect()).read_call(fields)
    assert (caught.value.field, caught.value.id) == (field, id)
    assert "89222220000" not in str(caught.value)


def test_unknown_name_points_to_extra_and_a_number_in_it_is_masked() -> None:
    with pytest.raises(InvalidCall, match="`extra`"):
        Codec(Dialect()).read_call({**GOOD, "city": "Пермь"})
    with pytest.raises(InvalidCall) as caught:
        Codec(Dialect()).read_call({"89123456789": "89123456789"})
    assert "89123456789" not in str(caught.value)
    assert caught.value.field == "89*******89"


def test_both_spellings_are_named() -> None:
    with pytest.raises(InvalidCall, match="'maxcount' and as 'max_count'"):
        Codec(Dialect()).read_call({**GOOD, "maxcount": 1, "max_count": 1})


@pytest.mark.parametrize("name", ["id", "phone", "name", "uuid", "var1", "max_count", "generation_type"])
def test_python_name_keeps_its_meaning_where_a_cabinet_uses_the_word_for_another_field(name: str) -> None:
    value: Any = {"phone": "89222220000", "max_count": 4}.get(name, "4")
    dialect = Dialect(wire_names={"newcall": {name: "theirs", "var3": name}})
    assert getattr(Codec(dialect).read_call({**GOOD, name: value}), name) == value


def test_uuid_object_is_taken() -> None:
    uuid = UUID(int=5)
    assert Codec(Dialect()).read_call({**GOOD, "UUID": uuid}).uuid == str(uuid)


def test_invalid_record_still_hands_its_hours_on() -> None:
    codec = Codec(Dialect())
    assert codec.read_window({"phone": "?", "surname": 1, "timestart": "10:00", "timestop": "19:00"}) == WINDOW
    assert codec.read_window({"window": WINDOW}) is WINDOW


@given(
    st.dictionaries(
        st.sampled_from(["window", "timestart", "timestop", "statdialertime", "stopdialertime", "id", "x"]),
        st.one_of(
            st.none(),
            st.text(max_size=8),
            st.times(),
            st.integers(),
            st.just(WINDOW),
            st.just("10:00"),
            st.lists(st.none()),
        ),
    )
)
def test_reading_hours_alone_never_raises(fields: dict[str, object]) -> None:
    window = Codec(Dialect()).read_window(fields)
    assert window is None or isinstance(window, CallWindow)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
seconds = st.integers(0, 86399).map(lambda second: time(second // 3600, second // 60 % 60, second % 60))
windows = st.tuples(seconds, seconds).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: CallWindow(*pair))
phones = st.one_of(
    st.integers(0, 10**10 - 1).map("8{:010}".format),
    st.integers(10**7, 10**12).map(str).filter(lambda digits: not digits.startswith(("7", "89"))).map("+{}".format),
)
wire_words = {"id", "phone", "name", "UUID", "var1", "var2", "var3", "maxcount", "generationtype"}
extras = st.dictionaries(
    texts.filter(lambda name: name not in wire_words and "dialertime" not in name), texts, max_size=3
)
calls = st.builds(
    Call,
    texts,
    phones,
    name=st.none() | texts,
    uuid=st.none() | texts,
    var1=st.none() | texts,
    var2=st.none() | texts,
    var3=st.none() | texts,
    window=windows,
    max_count=st.none() | st.integers(1, 10**9),
    generation_type=st.none() | texts,
    extra=extras,
)


@given(st.lists(calls, max_size=5), st.sampled_from(["8XXXXXXXXXX", "7XXXXXXXXXX", "+7XXXXXXXXXX"]))
def test_records_come_back_from_the_bytes_that_were_to_be_sent(records: list[Call], phone_format: Any) -> None:
    dialect = Dialect(phone_format=phone_format)
    codec = Codec(dialect)
    data = encoded(codec, [(call, call.window or WINDOW) for call in records])
    kept = pickle.loads(pickle.dumps(EncodedCalls(data, dialect)))
    assert list(kept.calls()) == records
    assert kept.size_in_bytes == len(data)


def test_inherited_hours_come_back_as_the_record_s_own() -> None:
    data = encoded(Codec(Dialect()), [(Call(1, "9222220000"), WINDOW)])
    (call,) = EncodedCalls(data, Dialect()).calls()
    assert call.window == WINDOW


def test_reprs_show_no_data() -> None:
    assert repr(EncodedCalls(b'{"id":"1"}', Dialect())) == "EncodedCalls(10 bytes)"
    assert repr(Codec(Dialect())) == "Codec()"
