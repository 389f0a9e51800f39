"""Events read from requests, without I/O."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.errors import ConfigurationError, WebhookRejected
from autodialer_async.webhooks import CallEvent, parse_event
from autodialer_async.webhooks.inbox.repeats import call_named_by
from tests.webhooks.requests import NAMES, SOUND, Sending, as_form, as_json, as_multipart, as_query

FORMS: dict[str, Callable[[dict[str, str], str], Sending]] = {
    "query, percent-encoded": as_query,
    "query, raw": lambda fields, encoding: as_query(fields, encoding, raw=True),
    "form, percent-encoded": as_form,
    "form, raw": lambda fields, encoding: as_form(fields, encoding, raw=True),
    "JSON": as_json,
    "multipart": lambda fields, encoding: as_multipart(fields, encoding=encoding),
    "multipart, names by RFC 5987": lambda fields, encoding: as_multipart(
        fields, encoding=encoding, escaped_names=True
    ),
}


def read(sending: Sending, **options: Any) -> CallEvent:
    return parse_event(sending.method, sending.query, sending.headers, sending.body, **options)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("names", NAMES)
def test_every_form_in_every_encoding_with_every_set_of_names_is_read(names: str, form: str, encoding: str) -> None:
    values = ("8 (922) 222-00-00", "73", "https://site.url/rec/1.wav?a=1", "Да, перезвоните")
    # Half of the values is not ASCII where the names are not: in cp1251 all of it is.
    event = read(FORMS[form](dict(zip(NAMES[names], values, strict=True)) | {"кампания": "осень"}, encoding))
    assert (event.phone, event.duration, event.answer) == ("89222220000", 73, "Да, перезвоните")
    assert event.recording is not None
    assert event.recording.url == "https://site.url/rec/1.wav?a=1"
    assert event.raw[NAMES[names][0]] == "8 (922) 222-00-00"
    assert event.raw["кампания"] == "осень"


def test_names_in_utf_8_may_have_values_in_cp1251() -> None:
    body = "номер_абонента=89222220000&ответ=".encode() + "да".encode("cp1251")
    assert read(Sending("POST", body=body)).answer == "да"


def test_a_named_charset_goes_before_guessing() -> None:
    body = "телефон=89222220000&ответ=да".encode("koi8-r")
    kind = "application/x-www-form-urlencoded; charset=koi8-r"
    assert read(Sending("POST", body=body, content_type=kind)).answer == "да"
    unknown = "application/x-www-form-urlencoded; charset=no-such-thing"
    assert read(Sending("POST", body="телефон=89222220000".encode(), content_type=unknown)).phone == "89222220000"


def test_only_the_phone_is_required() -> None:
    event = parse_event("GET", "phone=%2B79222220000")
    assert event == CallEvent("89222220000", raw=event.raw, digest=event.digest)
    assert dict(event.raw) == {"phone": "+79222220000"}


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("79222220000", "89222220000"),
        ("+375 29 123-45-67", "+375291234567"),
        ("375291234567", "375291234567"),
        ("1024", "1024"),
    ],
)
def test_a_number_that_is_no_subscriber_s_of_ours_is_kept_as_it_came(text: str, phone: str) -> None:
    assert read(as_form({"phone": text})).phone == phone


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0), ("12", 12), ("12.9", 12), ("12,5", 12), ("12 сек.", 12), ("12s", 12), ("1:02", 62),
        ("01:02:03", 3723), ("", None), ("-1", None), ("долго", None), ("1e3", None), ("٣", None),
    ],
)  # fmt: skip
def test_a_duration_is_whole_seconds_or_nothing_and_stays_in_raw(text: str, seconds: int | None) -> None:
    event = read(as_form({"phone": "89222220000", "продолжительность_вызова": text}))
    assert event.duration == seconds
    assert event.raw["продолжительность_вызова"] == text


def test_json_numbers_are_taken_and_a_float_is_no_phone() -> None:
    assert read(as_json({"phone": 89222220000, "sec": 12.7, "note": None})).duration == 12
    with pytest.raises(WebhookRejected):
        read(as_json({"phone": 8.9222e10, "sec": 12}))


@pytest.mark.parametrize(
    "wrapped",
    [lambda row: [row], lambda row: {"event": row}, lambda row: {"data": [row]}],
    ids=["list of one", "object", "object with a list"],
)
def test_json_may_be_wrapped(wrapped: Callable[[object], object]) -> None:
    body = json.dumps(wrapped({"phone": "89222220000", "nested": {"a": 1}})).encode()
    event = parse_event("POST", "", {"content-type": "application/json"}, body)
    assert event.raw["nested[a]"] == "1"


def test_json_and_forms_are_recognised_under_a_wrong_or_missing_content_type() -> None:
    body = '{"phone": "89222220000", "ответ": "да"}'.encode()
    for kind in (None, "text/plain", "application/x-www-form-urlencoded"):
        assert read(Sending("POST", body=body, content_type=kind)).answer == "да"
    assert read(Sending("POST", body=b"\xef\xbb\xbf" + body)).answer == "да"
    assert read(Sending("POST", body=b"phone=89222220000\r\n", content_type="text/plain")).phone == "89222220000"


def test_query_and_body_are_read_together() -> None:
    sending = as_form({"duration": "5"})
    event = parse_event(
        "POST", b"phone=89222220000", [(b"content-type", b"application/x-www-form-urlencoded")], sending.body
    )
    assert (event.phone, event.duration) == ("89222220000", 5)


def test_values_of_a_repeated_name_are_all_kept() -> None:
    assert parse_event("GET", "phone=89222220000&tag=a&tag=b").raw["tag"] == "a\nb"


def test_what_was_said_twice_is_read_once_and_of_several_numbers_the_first_counts() -> None:
    query = "phone=89222220000&sec=12&answer=да&wav=https://site.url/1.wav"
    event = parse_event("POST", query, {}, query.encode())
    assert (event.phone, event.duration, event.answer) == ("89222220000", 12, "да")
    assert event.recording is not None
    assert event.recording.url == "https://site.url/1.wav"
    event = parse_event("GET", "phone=-&phone=89222220001&phone=89222220002&answer=да&answer=в+пять")
    assert (event.phone, event.answer) == ("89222220001", "да\nв пять")


@pytest.mark.parametrize(
    "sending",
    [
        as_query({"event": "end", "data[phone]": "89222220000", "data[call_id]": "7", "data[answer]": "да"}),
        as_json({"event": "end", "data": {"phone": 89222220000, "call_id": 7, "answer": "да"}}),
        as_json({"event": "end", "data": [{"phone": ["89222220000"], "call_id": 7, "answer": ["да"]}]}),
        as_json({"call": {"number": "89222220000", "call_id": 7, "answer": {"text": "да", "sure": 0.9}}}),
    ],
    ids=["form", "JSON", "lists", "an answer with parts"],
)
def test_what_stands_in_an_object_inside_is_found(sending: Sending) -> None:
    event = read(sending)
    assert (event.phone, event.answer) == ("89222220000", "да")
    assert call_named_by(event) == call_named_by(read(as_query({"phone": "89222220000", "call_id": "7"})))


def test_names_outside_go_before_names_inside() -> None:
    event = read(as_json({"operator": {"phone": "89220000009"}, "to": "89222220000"}))
    assert event.phone == "89222220000"


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "raw-unicode-escape", "punycode", "idna", "undefined"])
@pytest.mark.parametrize("answer", [b"%2B2AA-", rb"%5Cud800", rb"\q", b"xn--"])
def test_a_charset_that_makes_halves_of_characters_or_is_none_is_not_believed(charset: str, answer: bytes) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    event = read(Sending("POST", body=b"phone=89222220000&answer=" + answer, content_type=kind))
    assert event.answer is not None
    assert event.answer.encode() == unquote_to_bytes(answer)


def test_a_file_without_content_is_no_recording() -> None:
    assert read(as_multipart({"phone": "89222220000"}, {"запись(wav)": ("call.wav", b"")})).recording is None


@pytest.mark.parametrize(
    "sending",
    [
        as_multipart({"phone": "89222220000"}, {"запись(wav)": ("звонок.wav", SOUND)}),
        as_multipart({"phone": "89222220000"}, {"запись(wav)": ("звонок.wav", SOUND)}, "cp1251"),
        as_multipart({"phone": "89222220000"}, {"upload_17": ("звонок.wav", SOUND)}),
        as_json({"phone": "89222220000", "record": base64.b64encode(SOUND).decode()}),
        as_json({"phone": "89222220000", "record": "data:audio/wav;base64," + base64.b64encode(SOUND).decode()}),
        as_form({"phone": "89222220000", "wav": base64.encodebytes(SOUND).decode()}),
        as_form({"phone": "89222220000", "wav": base64.urlsafe_b64encode(SOUND).decode()}),
        Sending("POST", body=b"phone=89222220000&wav=" + base64.b64encode(SOUND)),
        as_multipart({"phone": "89222220000", "wav": base64.b64encode(SOUND).decode()}),
    ],
    ids=[
        "file",
        "file, cp1251",
        "the only file",
        "base64",
        "data URL",
        "base64 in lines",
        "URL-safe",
        "raw +",
        "in a part",
    ],
)
def test_a_recording_comes_as_a_file_or_in_base64(sending: Sending) -> None:
    event = read(sending)
    assert event.recording is not None
    assert event.recording.content == SOUND
    assert event.recording.size == len(SOUND)
    assert base64.b64encode(SOUND).decode()[:40] not in str(dict(event.raw))


@pytest.mark.parametrize("length", [70_000, 300_001, 1_000_003])
@pytest.mark.parametrize("form", ["JSON", "JSON with escapes", "urlencoded", "raw", "part"])
def test_long_base64_is_decoded_wherever_the_pieces_fall(form: str, length: int) -> None:
    sound = (SOUND * (length // len(SOUND) + 1))[:length]
    text = base64.b64encode(sound).decode()
    fields = {"phone": "89222220000", "record": text, "answer": "да"}
    escaped = as_json(fields)
    sending = {
        "JSON": escaped,
        "JSON with escapes": Sending("POST", body=escaped.body.replace(b"/", rb"\/"), content_type="application/json"),
        "urlencoded": as_form(fields),
        "raw": Sending("POST", body=f"phone=89222220000&record={text}&answer=".encode() + "да".encode()),
        "part": as_multipart(fields),
    }[form]
    event = read(sending)
    assert event.recording is not None
    assert event.recording.content == sound
    assert event.answer == "да"


@pytest.mark.parametrize("text", ["", "0", "-", "null", "None", "нет", "Нет записи"])
def test_a_word_for_nothing_is_no_recording(text: str) -> None:
    assert read(as_form({"phone": "89222220000", "запись": text})).recording is None


def test_a_reference_that_is_no_url_is_kept_as_it_is() -> None:
    recording = read(as_form({"phone": "89222220000", "запись": "records/2026/11/1.wav"})).recording
    assert recording is not None
    assert recording.url == "records/2026/11/1.wav"


def test_a_chosen_name_wins_and_is_then_the_only_one() -> None:
    fields = {"phone": "84950000000", "msisdn_b": "89222220000", "answer": "line 3", "слова": "да"}
    event = read(as_form(fields), field_map={"phone": "MSISDN-B", "answer": ("words", "слова")})
    assert (event.phone, event.answer) == ("89222220000", "да")
    assert read(as_form(fields), field_map={"msisdn_b": "phone"}).phone == "89222220000"
    with pytest.raises(WebhookRejected, match="no number"):
        read(as_form(fields), field_map={"phone": "absent"})
    with pytest.raises(ConfigurationError, match="field_map: 'fone'"):
        read(as_form(fields), field_map={"fone": "x"})


def test_the_likeliest_of_several_names_is_taken() -> None:
    assert read(as_form({"to": "84950000000", "номер_абонента": "89222220000"})).phone == "89222220000"
    assert read(as_form({"to": "84950000000", "номер_абонента": ""})).phone == "84950000000"


@pytest.mark.parametrize(
    ("sending", "status"),
    [
        (Sending("GET"), 422),
        (as_form({"phone": ""}), 422),
        (as_form({"phone": "Петров"}), 422),
        (as_form({"duration": "5"}), 422),
        (Sending("DELETE", b"phone=89222220000"), 405),
        (Sending("POST", body=b'{"phone": ', content_type="application/json"), 400),
        (Sending("POST", body=b'["phone", "89222220000"]', content_type="application/json"), 400),
        (Sending("POST", body=b"[" * 100_000, content_type="application/json"), 400),
        (Sending("POST", body=b'{"a":' * 5000 + b"1" + b"}" * 5000, content_type="application/json"), 400),
        (Sending("POST", body=b"x", content_type="multipart/form-data"), 400),
        (Sending("POST", body=b"x", content_type="multipart/form-data; boundary=x"), 400),
        (Sending("POST", body=b"&".join([b"a=1"] * 1001)), 413),
        (Sending("POST", body=b"a =1&" * 300_000), 413),
    ],
)
def test_what_cannot_be_read_is_one_error_with_a_status(sending: Sending, status: int) -> None:
    with pytest.raises(WebhookRejected) as caught:
        read(sending)
    assert caught.value.status == status
    assert "Петров" not in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.status, again.reason, str(again)) == (status, caught.value.reason, str(caught.value))


@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.binary(max_size=200),
    kind=st.sampled_from(
        ["", "application/json", "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data; boundary=b"]
    ),
    body=st.binary(max_size=400)
    | st.lists(
        st.sampled_from(
            [
                b"--b",
                b"--",
                b"\r\n",
                b"\r\n\r\n",
                b'Content-Disposition: form-data; name="phone"',
                b"89222220000",
                b"\n",
            ]
        ),
        max_size=12,
    ).map(b"".join)
    | st.recursive(
        st.none() | st.floats() | st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
    .map(json.dumps)
    .map(str.encode),
)
def test_any_bytes_are_an_event_or_the_one_error(method: str, query: bytes, kind: str, body: bytes) -> None:
    try:
        event = parse_event(method, query, {"content-type": kind}, body)
    except WebhookRejected as error:
        status = error.status
    else:
        status = 200
        assert event.phone
        # Whatever came can be written down.
        json.dumps(dict(event.raw), ensure_ascii=False).encode()
    assert status in {200, 400, 413, 422}


def test_the_digest_is_of_query_and_body() -> None:
    sendings = [
        as_query({"phone": "89222220000"}),
        as_form({"phone": "89222220000"}),
        as_json({"phone": "89222220000"}),
    ]
    assert len({read(sending).digest for sending in sendings}) == 3
    assert read(sendings[0]).digest == read(sendings[0]).digest


def test_a_repr_shows_neither_number_nor_answer_nor_recording() -> None:
    event = read(
        as_form({"phone": "89222220000", "answer": "меня зовут Пётр", "record": "https://site.url/89222220000.wav"})
    )
    shown = f"{event!r} {event.recording!r} {event.raw!r} {event!s}"
    for secret in ("9222220", "Пётр", "site.url", "меня"):
        assert secret not in shown
    assert pickle.loads(pickle.dumps(event)) == event
