"""The fields of a request, read from its bytes: query, urlencoded form and JSON."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote_to_bytes

import attrs

from autodialer_async.errors import WebhookRejected

__all__ = ["MOST_FIELDS", "Sent", "SentFile", "charset_of", "decoded", "joined", "read_json", "read_pairs"]

MOST_FIELDS: Final = 1000
# Python calls them encodings, and they are none of texts that travel; some take time beyond all measure.
_NO_CHARSETS: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.ASCII | re.IGNORECASE)
_LIKELY = re.compile(r"\s*[\[{]")


@attrs.frozen(eq=False)
class SentFile:
    """Content of a field that is not kept as text.

    Attributes:
        field: The field's name.
        name: The file's own name, or None.
        content: What it holds, to be read from its beginning.
        is_base64: Whether that is base64 text, as it stood in the body.
    """

    field: str
    name: str | None
    content: BinaryIO
    is_base64: bool = False


@attrs.frozen(eq=False)
class Sent:
    """All that a request says."""

    fields: Sequence[tuple[str, str]] = ()
    files: Sequence[SentFile] = ()


def charset_of(content_type: str) -> str | None:
    """The charset that a Content-Type names, where Python knows it."""
    match = _CHARSET.search(content_type)
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1]).name
    except LookupError:
        return None
    return None if name.replace("_", "-") in _NO_CHARSETS else name


def decoded(pieces: Sequence[bytes], charset: str | None = None) -> list[str]:
    """Texts of one sender: in the charset that it named, else all in UTF-8, else all in cp1251.

    They are decided on together: few letters of cp1251 are UTF-8 by accident, and never a whole request.
    """
    for encoding in (charset, "utf-8"):
        if encoding is not None:
            try:
                return [_storable(piece.decode(encoding)) for piece in pieces]
            except (UnicodeError, LookupError):
                continue
    return [piece.decode("cp1251", "replace") for piece in pieces]


def _storable(text: str) -> str:
    # UTF-7 can hold halves of characters, which nothing can store.
    text.encode()
    return text


def read_pairs(text: bytes, charset: str | None = None) -> list[tuple[str, str]]:
    """The fields of a query or an urlencoded form, percent-encoded or raw.

    Raises:
        WebhookRejected: There are too many.
    """
    pieces = [piece for piece in text.split(b"&") if piece]
    if len(pieces) > MOST_FIELDS:
        raise WebhookRejected(f"more than {MOST_FIELDS} fields", status=413, reason="too_large")
    pairs = [piece.partition(b"=") for piece in pieces]
    names = [unquote_to_bytes(name.replace(b"+", b" ")) for name, _, _ in pairs]
    values = [unquote_to_bytes(value.replace(b"+", b" ")) for _, _, value in pairs]
    return list(zip(decoded(names, charset), decoded(values, charset), strict=True))


def read_json(body: bytes, charset: str | None = None) -> list[tuple[str, str]]:
    """The fields of a JSON object; one level of wrapping, and a list of one, are taken off.

    What stands in an object inside comes as `outer[inner]`, as forms have it, a list of plain values as one name that
    is repeated, and whatever else is no text as JSON.

    Raises:
        WebhookRejected: It is no such thing.
    """
    text = _json_text(body, charset)
    # How deep Python follows depends on who calls it from where; no event has as many objects as it may have fields.
    if text.count("{") + text.count("[") > MOST_FIELDS:
        raise WebhookRejected("the body's JSON is too deep")
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise WebhookRejected("the body is not JSON") from None
    try:
        pairs = list(islice(_pairs_of(_object_in(value)), MOST_FIELDS + 1))
    except RecursionError:
        raise WebhookRejected("the body's JSON is too deep") from None
    if len(pairs) > MOST_FIELDS:
        raise WebhookRejected(f"more than {MOST_FIELDS} fields", status=413, reason="too_large")
    return pairs


def _pairs_of(fields: dict[str, Any], outer: str | None = None) -> Iterator[tuple[str, str]]:
    for key, held in fields.items():
        name = key if outer is None else f"{outer}[{key}]"
        values: list[Any] = held if isinstance(held, list) else [held]
        inner = values[0] if len(values) == 1 else None
        if isinstance(inner, dict) and inner and outer is None:
            yield from _pairs_of(cast("dict[str, Any]", inner), name)
        elif not values or any(isinstance(value, dict | list) for value in values):
            yield _whole(name), _text(held)
        else:
            for value in values:
                yield _whole(name), _text(value)


def _json_text(body: bytes, charset: str | None) -> str:
    if charset is None:
        try:
            text = body.decode(json.detect_encoding(body))
        except UnicodeDecodeError:
            return decoded([body])[0]
        # A short text in another encoding may pass for UTF-16.
        return text.removeprefix("\ufeff") if _LIKELY.match(text.removeprefix("\ufeff")) else decoded([body])[0]
    return decoded([body.removeprefix(codecs.BOM_UTF8)], charset)[0]


def _object_in(value: Any) -> dict[str, Any]:
    for _ in range(3):
        if isinstance(value, list):
            rows: list[Any] = value
            value = rows[0] if len(rows) == 1 else None
        elif isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            inner = next(iter(fields.values())) if len(fields) == 1 else None
            if not isinstance(inner, dict | list):
                return fields
            value = inner
    if not isinstance(value, dict):
        raise WebhookRejected("the body is JSON, but not one object")
    return cast("dict[str, Any]", value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _whole(value)
    return "" if value is None else _whole(json.dumps(value, ensure_ascii=False))


def _whole(text: str) -> str:
    """The text without halves of characters, which JSON can escape and nothing can store."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields by their names; values of a repeated name in lines."""
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields[name] = f"{fields[name]}\n{value}" if name in fields else value
    return fields
