"""Excerpts of answers: nothing secret, nobody's data."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.endpoints import Endpoints
from autodialer_async._wire.masking import Masker

ENDPOINTS = Endpoints("", "ключ/№1", "t0ken-\u0444", Dialect())
MASKER = Masker(ENDPOINTS.secrets)
PEOPLE = ["Иванов Пётр", 'Tom&Jerry "O\'Neil"', "C:\\new\\var", "50% + 7", "код_7", "Straße", "İstanbul", "😀 Ия"]


def ascii_json(text: str) -> str:
    return json.dumps(text)


ESCAPES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": lambda text: json.dumps(text, ensure_ascii=False),
    "json, escaped": ascii_json,
    "php": lambda text: json.dumps(text).replace("/", "\\/"),
    "percent": quote,
    "form": quote_plus,
    "html": html.escape,
    "html, numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "json in html": lambda text: html.escape(json.dumps(text)),
    "json in json": lambda text: json.dumps(json.dumps(text)),
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES)
def test_echo_of_everything_that_was_sent_is_masked(escape: Callable[[str], str]) -> None:
    records = ",".join(
        json.dumps({"id": str(place), "phone": "89222220000", "name": name}) for place, name in enumerate(PEOPLE)
    )
    request = ENDPOINTS.make(records.encode())
    for echo in (
        (request.head + request.tail).decode(),
        urlencode({"name": PEOPLE[0], "access_token": "t0ken-ф", "phone": "89222220000"}),
        " ".join([*PEOPLE, "89222220000", "ключ/№1", "t0ken-ф"]),
    ):
        shown = MASKER.excerpt(("error near: " + escape(echo)).encode(), lambda: PEOPLE)
        assert shown.startswith("error near: ")
        for hidden in (
            "t0ken",
            "ключ",
            "89222",
            "Иванов",
            "Пётр",
            "Jerry",
            "Neil",
            "new",
            "код_7",
            "Stra",
            "stanbul",
            "Ия",
        ):
            assert hidden.lower() not in shown.lower()


def test_case_does_not_help_a_value_to_leak() -> None:
    assert MASKER.excerpt("ИВАНОВ пётр, STRASSE, İSTANBUL".encode(), lambda: PEOPLE) == "***, STRASSE, ***"


def test_body_in_cp1251_is_read() -> None:
    assert MASKER.excerpt("Ошибка: Иванов Пётр".encode("cp1251"), lambda: PEOPLE) == "Ошибка: ***"


@pytest.mark.parametrize(
    "number",
    [
        "89222220000",
        "8 (922) 222-00-00",
        "8.922.222",
        "12345",
        "8\u00a0922\u2009222",
        "8%20922%20222",
        "8+922+222",
        "1\u20112345",
    ],
)
def test_digits_are_masked_also_when_split(number: str) -> None:
    assert MASKER.excerpt(f"no {number}!".encode()) == "no ***!"


def test_few_digits_stay_readable() -> None:
    assert MASKER.excerpt(b'{"lines":"3","ok":"3","code":1234}') == '{"lines":"3","ok":"3","code":1234}'


def test_short_values_are_masked_as_words_only_and_trivial_ones_not_at_all() -> None:
    sent = ["Ия", "x", "1", "2024", "", " ", "a1"]
    assert MASKER.excerpt("Ия, Иянов, мария, x 1, 2024 a1 a1b _a1".encode(), lambda: sent) == (
        "***, Иянов, мария, x 1, 2024 *** a1b _a1"
    )


def test_longer_value_hides_the_shorter_one_inside() -> None:
    assert MASKER.excerpt(b"say: data1-data2 data1", lambda: ["data1", "data1-data2"]) == "say: *** ***"


def test_control_characters_become_blanks() -> None:
    assert MASKER.excerpt(b"a\x00b\x1b[31mc\r\nd\\u202ee") == "a b [31mc  d e"


def test_excerpt_is_cut_after_masking() -> None:
    body = ("я" * 508 + "Иванов Пётр").encode()
    assert MASKER.excerpt(body, lambda: PEOPLE) == "я" * 508 + "***"
    assert len(MASKER.excerpt(("я" * 508 + "Иванов Пётр, да").encode(), lambda: PEOPLE)) == 512


SECRET = "Пётр&Мария %40 Ефимовы \\ 😀"


def echo_in(escape: str, front: str) -> str:
    return front + ESCAPES[escape](SECRET).strip('"')


@given(st.integers(0, 400), st.sampled_from(sorted(ESCAPES)))
def test_value_cut_by_the_server_leaks_no_beginning(cut: int, escape: str) -> None:
    shown = MASKER.excerpt(echo_in(escape, "near: ")[: cut + 6].encode(), lambda: [SECRET])
    assert not any(part in shown for part in ("Пё", "Мари", "Ефим"))


@given(st.integers(0, 400), st.sampled_from(sorted(ESCAPES)))
def test_value_at_the_edge_of_what_is_looked_at_leaks_no_beginning(room: int, escape: str) -> None:
    # Digits in front shrink to a mask and bring the edge into what is shown.
    front = "9" * (4096 - len("near: ") - room) + "near: "
    shown = MASKER.excerpt((echo_in(escape, front) + " end" * 99).encode(), lambda: [SECRET])
    assert shown.startswith("***near: "[: 3 if room == 0 else 9])
    assert not any(part in shown for part in ("Пё", "Мари", "Ефим"))


# HTML has no numbers for control characters: a service that writes them so loses them.
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=4, max_size=20),
    st.sampled_from(sorted(ESCAPES)),
)
def test_any_value_is_masked_in_any_escape(value: str, escape: str) -> None:
    value = f"Zq{value}Zq"
    shown = MASKER.excerpt(f"near: [ {ESCAPES[escape](value)} ]".encode(), lambda: [value])
    assert "zq" not in shown.casefold()


def test_escapes_nested_without_end_are_given_up_after_some_rounds() -> None:
    escaped = "%41"
    for _ in range(12):
        escaped = quote(escaped)
    assert MASKER.excerpt(f"{escaped} x".encode()) == "%*** x"


def test_secrets_are_masked_in_any_text_and_addresses_stay() -> None:
    text = "connect to 127.0.0.1:54321 failed: /%D0%BA%D0%BB%D1%8E%D1%87%2F%E2%84%961/make"
    assert MASKER.text(text) == "connect to 127.0.0.1:54321 failed: /***/make"
    assert MASKER.text("token T0KEN-Ф, phone +7 (922) 222-00-00, a b") == "token ***, phone +***, a b"
    assert MASKER.text("t0ken-%D1%84") == "***"
    assert MASKER.text("nothing\nhere") == "nothing\nhere"


@given(st.text(max_size=200), st.text(max_size=200))
def test_secret_survives_no_surroundings(before: str, after: str) -> None:
    masker = Masker(["s3cr3t-word"])
    text = f"{before} s3cr3t-word {after}"
    assert "s3cr3t-word" not in masker.text(text)
    assert "s3cr3t-word" not in masker.excerpt(text.encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=600), st.lists(st.text(max_size=8), max_size=4))
def test_any_body_gives_an_excerpt_of_printable_characters(body: bytes, sent: list[str]) -> None:
    shown = MASKER.excerpt(body, lambda: sent)
    assert len(shown) <= 512
    assert shown.isprintable()


def test_masker_without_secrets_and_its_repr() -> None:
    assert Masker(()).excerpt(b"plain") == "plain"
    assert Masker([""]).text("plain") == "plain"
    assert repr(Masker(["t0ken"])) == "Masker()"
