"""Requests ready to leave, by their bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.endpoints import Endpoints
from autodialer_async._wire.forms import encode_form
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow, Outgoing

WINDOW = CallWindow(time(10), time(19))
CALL = Call(7, "89222220000", name="Пётр & Co", generation_type="1")
DAY = date(2026, 11, 21)


def endpoints(**settings: Any) -> Endpoints:
    return Endpoints("", "the-key", "the-token", Dialect(**settings))


def body(request: Outgoing) -> bytes:
    return request.head + request.tail


def form(request: Outgoing) -> dict[str, str]:
    text = body(request).decode() if request.method == "POST" else urlsplit(request.target).query
    fields = parse_qs(text, keep_blank_values=True, strict_parsing=True)
    return {name: value for name, (value,) in fields.items()}


def test_make_is_json_with_its_end_apart() -> None:
    request = endpoints().make(b'{"id":"1"},{"id":"2"}')
    assert (request.method, request.target, request.content_type) == ("POST", "/the-key/make", "application/json")
    assert json.loads(body(request)) == {"query": {"access_token": "the-token", "data": [{"id": "1"}, {"id": "2"}]}}
    assert request.tail == b"]}}"


@pytest.mark.parametrize("token_in", [{"make"}, {"cdr"}])
def test_make_overhead_is_what_a_body_has_besides_its_records(token_in: Any) -> None:
    made = Endpoints("/x", "k", 'a "токен"', Dialect(token_in=token_in))
    assert len(body(made.make(b""))) == made.make_overhead
    assert len(body(made.make(b"{}"))) == made.make_overhead + 2


def test_token_is_left_out_where_the_dialect_says_so() -> None:
    assert json.loads(body(endpoints(token_in=()).make(b""))) == {"query": {"data": []}}


def test_token_of_newcall_and_cdr_is_one_more_field() -> None:
    plain, with_token = endpoints(), endpoints(token_in={"newcall", "cdr"})
    assert "access_token" not in form(plain.newcall(CALL, WINDOW)) | form(plain.cdr(DAY, DAY, None))
    assert form(with_token.newcall(CALL, WINDOW))["access_token"] == "the-token"
    assert form(with_token.cdr(DAY, DAY, None))["access_token"] == "the-token"


@pytest.mark.parametrize(
    ("key", "target"),
    [
        ("a/b", "/a%2Fb/make"),
        ("ключ", "/%D0%BA%D0%BB%D1%8E%D1%87/make"),
        ("a b?c#d%", "/a%20b%3Fc%23d%25/make"),
        ("apikey", "/apikey/make"),
    ],
)
def test_any_key_is_quoted_and_left_out_of_the_label(key: str, target: str) -> None:
    request = Endpoints("", key, "t", Dialect()).make(b"")
    assert (request.target, request.label) == (target, "/{apikey}/make")


@pytest.mark.parametrize("base", ["/x/y", "/x/y/"])
def test_path_of_the_base_url_goes_before(base: str) -> None:
    request = Endpoints(base, "the-key", "t", Dialect(path_template="/v2/{operation}/{api_key}")).make(b"")
    assert (request.target, request.label) == ("/x/y/v2/make/the-key", "/x/y/v2/make/{apikey}")


def test_key_in_the_base_path_is_left_out_of_the_label_too() -> None:
    assert Endpoints("/the-key", "the-key", "t", Dialect()).make(b"").label == "/{apikey}/{apikey}/make"


def test_path_of_the_base_url_keeps_its_quoting() -> None:
    assert Endpoints("/a%20b/ю", "the-key", "t", Dialect()).make(b"").target == "/a%20b/%D1%8E/the-key/make"


def test_cdr_sends_days_and_the_number_in_the_dialect_s_form() -> None:
    request = endpoints(phone_format="7XXXXXXXXXX").cdr(date(2026, 1, 2), DAY, "+7 (900) 111-00-00")
    assert request.target == "/the-key/cdr"
    assert request.content_type == "application/x-www-form-urlencoded"
    assert form(request) == {"date_from": "2026-01-02", "date_to": "2026-11-21", "to": "79001110000"}


def test_cdr_without_a_number_leaves_to_out_unless_told() -> None:
    assert "to" not in form(endpoints().cdr(DAY, DAY, None))
    assert form(endpoints(send_empty_to=True).cdr(DAY, DAY, None))["to"] == ""


def test_cdr_refuses_what_is_no_number() -> None:
    with pytest.raises(InvalidCall):
        endpoints().cdr(DAY, DAY, "Пётр")


def test_cdr_names_can_be_changed() -> None:
    names = {"cdr": {"date_from": "from", "date_to": "till", "to": "phone"}}
    fields = form(endpoints(wire_names=names).cdr(DAY, DAY, "9001110000"))
    assert fields == {"from": "2026-11-21", "till": "2026-11-21", "phone": "89001110000"}


def test_get_puts_the_fields_into_the_query_and_keeps_them_out_of_the_label() -> None:
    request = endpoints(methods={"newcall": "GET"}, token_in={"newcall"}).newcall(CALL, WINDOW)
    assert (request.method, request.head, request.tail, request.content_type) == ("GET", b"", b"", None)
    assert request.target.startswith("/the-key/newcall?")
    assert request.label == "/{apikey}/newcall"
    assert form(request)["name"] == "Пётр & Co"
    assert form(request)["access_token"] == "the-token"


def test_get_goes_on_with_a_query_that_the_path_began() -> None:
    request = endpoints(methods={"cdr": "GET"}, path_template="/{operation}?key={api_key}").cdr(DAY, DAY, None)
    assert request.target == "/cdr?key=the-key&date_from=2026-11-21&date_to=2026-11-21"


def read_multipart(content_type: str, content: bytes) -> dict[str, str]:
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + content, policy=policy.HTTP)
    fields = {}
    for part in message.iter_parts():
        value = part.get_payload(decode=True)
        assert isinstance(value, bytes)
        fields[part.get_param("name", header="content-disposition")] = value.decode()
    return fields  # type: ignore[return-value]


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart", "json"])
def test_fields_arrive_whole_in_every_encoding(encoding: str) -> None:
    request = endpoints(form_encoding=encoding).newcall(CALL, WINDOW)
    content_type = request.content_type or ""
    readers: dict[str, Callable[[], Any]] = {
        "urlencoded": lambda: form(request),
        "multipart": lambda: read_multipart(content_type, body(request)),
        "json": lambda: json.loads(body(request)),
    }
    read = readers[encoding]()
    assert read == {
        "id": "0",
        "phone": "89222220000",
        "name": "Пётр & Co",
        "generationtype": "1",
        "timestart": "10:00",
        "timestop": "19:00",
    }
    assert 1 <= len(request.tail) <= 8


def test_multipart_boundary_stands_in_no_field() -> None:
    boundaries = iter(["value", "name", "free"])
    dialect = Dialect(form_encoding="multipart")
    content_type, content = encode_form(dialect, {"a name": "a value"}, lambda: next(boundaries))
    assert content_type == "multipart/form-data; boundary=free"
    assert read_multipart(content_type, content) == {"a name": "a value"}


def test_multipart_names_are_quoted_as_html_says() -> None:
    _, content = encode_form(Dialect(form_encoding="multipart"), {'a"b\r\nc\\': "v"})
    assert b'name="a%22b%0D%0Ac\\"' in content


@given(st.text(), st.text())
def test_reprs_hide_key_and_token(key: str, token: str) -> None:
    made = Endpoints("", "KEY" + key, "TOKEN" + token, Dialect())
    assert "KEY" not in repr(made)
    assert "TOKEN" not in repr(made)
    assert "KEY" not in repr(made.make(b"{}"))


def test_secrets_are_every_spelling_but_not_the_page_s_word_nor_short_ones() -> None:
    made = Endpoints("", "ключ а/б", "se+cret", Dialect())
    assert {"ключ а/б", "%D0%BA%D0%BB%D1%8E%D1%87%20%D0%B0%2F%D0%B1", "se+cret", "se%2Bcret"} <= {*made.secrets}
    assert Endpoints("", "apikey", "abc", Dialect()).secrets == ()
