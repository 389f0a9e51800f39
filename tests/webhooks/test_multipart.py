"""Multipart forms, in pieces of every size."""

from __future__ import annotations

import io
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_multipart.multipart import MultipartParser, parse_options_header

from autodialer_async.errors import WebhookRejected
from autodialer_async.webhooks.fields import Sent
from autodialer_async.webhooks.multipart import MultipartReader, boundary_of
from tests.webhooks.requests import SOUND, as_multipart


def read(body: bytes, content_type: str, size: int = 1 << 20) -> Sent:
    reader = MultipartReader(boundary_of(content_type), io.BytesIO)
    for start in range(0, len(body), size):
        reader.feed(body[start : start + size])
    return reader.close()


def contents(sent: Sent) -> tuple[list[tuple[str, str]], list[tuple[str, str | None, bytes]]]:
    return list(sent.fields), [(file.field, file.name, file.content.read()) for file in sent.files]


class Parts:
    """What another parser finds: content by name."""

    def __init__(self, body: bytes, content_type: str) -> None:
        self.found: list[tuple[bytes, bytes]] = []
        self._header = self._value = b""
        self._content: list[bytes] = []
        names = ("on_part_begin", "on_header_field", "on_header_value", "on_part_data", "on_part_end")
        parser = MultipartParser(
            parse_options_header(content_type)[1][b"boundary"],
            cast("Any", {name: getattr(self, name) for name in names}),
        )
        parser.write(body)
        parser.finalize()

    def on_part_begin(self) -> None:
        self._header = self._value = b""
        self._content = []

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._content.append(data[start:end])

    def on_part_end(self) -> None:
        name = self._value.partition(b'name="')[2].partition(b'"')[0]
        self.found.append((name, b"".join(self._content)))


names = st.text("abcdefgh_", min_size=1, max_size=8)
content = st.binary(max_size=300) | st.lists(
    st.sampled_from([b"\r\n", b"--", b"\r", b"\n", b"----xYzZY", b"--xYzZY--", b"\r\n--"]), max_size=8
).map(b"".join)


@given(files=st.lists(st.tuples(names, content), max_size=5), size=st.integers(1, 60))
def test_contents_are_what_was_sent_and_what_another_parser_finds(files: list[tuple[str, bytes]], size: int) -> None:
    parts = [(name, (f"{name}.wav", held)) for name, held in files]
    request = httpx.Request("POST", "http://site.test", files=parts or [("empty", ("", b""))])
    body, kind = request.read(), request.headers["content-type"]
    fields, sent = contents(read(body, kind, size))
    by_name = [(name, held) for name, _, held in sent]
    # A file without content is no recording, and stays as its name.
    assert by_name == [(name, held) for name, held in files if held]
    if files:
        assert [name for name, _ in fields] == [name for name, _ in files]
        assert Parts(body, kind).found == [(name.encode(), held) for name, held in files]


@pytest.mark.parametrize("size", range(1, 40))
def test_a_form_is_the_same_in_pieces_of_every_size(size: int) -> None:
    sending = as_multipart({"phone": "89222220000", "answer": ""}, {"wav": ("a.wav", SOUND)})
    assert sending.content_type is not None
    assert contents(read(sending.body, sending.content_type, size)) == (
        [("phone", "89222220000"), ("answer", ""), ("wav", "a.wav")],
        [("wav", "a.wav", SOUND)],
    )


def test_a_preamble_is_skipped_and_an_epilogue_too() -> None:
    sending = as_multipart({"phone": "1"})
    assert sending.content_type is not None
    fields, _ = contents(read(b"hello\r\n" + sending.body + b"good bye", sending.content_type))
    assert fields == [("phone", "1")]


def test_an_end_without_its_hyphens_is_an_end() -> None:
    body = b"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b\r\n"
    fields, _ = contents(read(body, "multipart/form-data; boundary=b"))
    assert fields == [("a", "1")]


HEAD = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (HEAD + b"cut short", "unreadable"),
        (HEAD[:20], "unreadable"),
        (b"", "unreadable"),
        (b"--bx\r\n" + HEAD, "unreadable"),
        (b"--b\r\n\r\nno headers\r\n--b--", "unreadable"),
        (b"--b\r\nContent-Disposition: attachment\r\n\r\n1\r\n--b--", "unreadable"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", "unreadable"),
        (b"--b\r\n" + b"x" * 20_000, "too_large"),
        ((HEAD + b"1\r\n") * 200 + b"--b--", "too_large"),
        ((HEAD + b"1" * 60_000 + b"\r\n") * 30 + b"--b--", "too_large"),
        (b"--b" + b" " * 1000, "too_large"),
    ],
)
def test_a_broken_or_immoderate_form_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(WebhookRejected) as caught:
        read(body, "multipart/form-data; boundary=b")
    assert caught.value.reason == reason
