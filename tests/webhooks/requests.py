"""Requests as senders make them: every form, encoding and set of names that the protocol leaves open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote, quote_from_bytes

import attrs

__all__ = ["BOUNDARY", "NAMES", "SOUND", "Sending", "as_form", "as_json", "as_multipart", "as_query"]

BOUNDARY = "--xYzZY"
SOUND = b"RIFF" + bytes(range(256)) * 4

# number, duration, recording, answer
NAMES = {
    "the page's": ("номер_абонента", "продолжительность_вызова", "запись(wav)", "распознанный_ответ_человека"),
    "with blanks": ("Номер абонента", "Продолжительность вызова", "Запись", "Распознанный ответ"),
    "transliterated": ("nomer_abonenta", "prodolzhitelnost_vyzova", "zapis", "raspoznannyj_otvet_cheloveka"),
    "otherwise transliterated": ("NomerAbonenta", "prodoljitelnost-vizova", "zapis_wav", "raspoznannyy_otvet"),
    "English": ("phone", "duration", "recording", "answer"),
    "other English": ("Subscriber-Number", "billsec", "record_url", "recognized_text"),
}


@attrs.frozen
class Sending:
    method: str
    query: bytes = b""
    body: bytes = b""
    content_type: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.content_type is None else {"Content-Type": self.content_type}


def _pairs(fields: Mapping[str, str], encoding: str, *, raw: bool) -> bytes:
    def written(text: str) -> bytes:
        return text.encode(encoding) if raw else quote_from_bytes(text.encode(encoding)).encode()

    return b"&".join(written(name) + b"=" + written(value) for name, value in fields.items())


def as_query(fields: Mapping[str, str], encoding: str = "utf-8", *, raw: bool = False) -> Sending:
    return Sending("GET", _pairs(fields, encoding, raw=raw))


def as_form(fields: Mapping[str, str], encoding: str = "utf-8", *, raw: bool = False) -> Sending:
    return Sending("POST", body=_pairs(fields, encoding, raw=raw), content_type="application/x-www-form-urlencoded")


def as_json(fields: Mapping[str, object], encoding: str = "utf-8", *, escaped: bool = False) -> Sending:
    body = json.dumps(fields, ensure_ascii=escaped).encode(encoding)
    return Sending("POST", body=body, content_type="application/json")


def as_multipart(
    fields: Mapping[str, str],
    files: Mapping[str, tuple[str, bytes]] | None = None,
    encoding: str = "utf-8",
    *,
    escaped_names: bool = False,
) -> Sending:
    body = b""
    for name, value in fields.items():
        shown = quote(name, encoding=encoding) if escaped_names else name
        star = f"*={encoding}''" if escaped_names else "="
        quoted = shown if escaped_names else f'"{shown}"'
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name{star}{quoted}\r\n\r\n{value}\r\n"
        body += head.encode(encoding)
    for name, (filename, content) in (files or {}).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += head.encode(encoding) + b"Content-Type: audio/wav\r\n\r\n" + content + b"\r\n"
    return Sending(
        "POST", body=body + f"--{BOUNDARY}--\r\n".encode(), content_type=f"multipart/form-data; boundary={BOUNDARY}"
    )
