"""Reading an event from a request, without any I/O."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO, Final, Protocol, cast

import attrs

from autodialer_async.errors import InvalidCall, WebhookRejected
from autodialer_async.models import canonical_phone
from autodialer_async.models.extra import ExtraFields
from autodialer_async.webhooks.aliases import FieldMap, FieldNames
from autodialer_async.webhooks.base64_runs import Diverted, decode_base64, divert_long_runs
from autodialer_async.webhooks.fields import Sent, SentFile, charset_of, joined, read_json, read_pairs
from autodialer_async.webhooks.multipart import MultipartReader, boundary_of
from autodialer_async.webhooks.records import CallEvent, Recording

__all__ = ["Digest", "Headers", "ReadEvent", "digest_of_query", "parse_event", "read_event"]


class Digest(Protocol):
    """A hash that is being made."""

    def update(self, data: bytes, /) -> None:
        """Take in more."""

    def hexdigest(self) -> str:
        """The hash so far, in hex."""
        ...


Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

_READ_AT_ONCE: Final = 256 * 1024
_JSON = re.compile(r"[\w.+-]+/(?:[\w.-]+\+)?json\b")
_LOOKS_LIKE_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
# No dots: `89222220000.0` is a number that went through a float.
_SEPARATORS = str.maketrans("", "", " \t\u00a0\u2009\u202f()-")
_DIGITS_OF_SOME_NUMBER = re.compile(r"\+?\d{3,20}", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,]\d+)?", re.ASCII)
_SECONDS = re.compile(
    r"(\d{1,9})(?:[.,](\d+))?\s*(?:s|sec|secs|seconds?|с|сек|секунд[аы]?)?\.?", re.ASCII | re.IGNORECASE
)
_NOTHING = frozenset(
    {
        "", "0", "-", "–", "—", "null", "none", "nil", "no", "false", "undefined", "n/a", "нет", "нет записи",
        "без записи", "отсутствует", "запись отсутствует", "не записан", "no record", "no recording", "not recorded",
    }
)  # fmt: skip
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+|//\S+", re.IGNORECASE)
_BASE64 = re.compile(r"(?:data:[^,]*;base64,)?([A-Za-z0-9+/_=\s-]+)")
# As long as the header of a wav. Shorter words of base64 are words.
_SHORTEST_CONTENT: Final = 44
_LONGEST_REFERENCE: Final = 4096


def parse_event(
    method: str,
    query: str | bytes = b"",
    headers: Headers = (),
    body: bytes = b"",
    *,
    field_map: FieldMap | None = None,
) -> CallEvent:
    """The event in a request: GET query, urlencoded form, multipart or JSON, in UTF-8 or cp1251.

    Args:
        method: Of the request; a body counts with any of them.
        query: What stands behind the `?`, as it came.
        headers: A mapping or pairs; only Content-Type matters.
        body: The whole body.
        field_map: Names of this sender, our name first: `{"phone": "msisdn"}`. They win over the known names.

    Returns:
        The event; a recording that came along is in `recording.content`.

    Raises:
        WebhookRejected: There is no number in it, or it cannot be read; the text shows nothing of it.
        ConfigurationError: The map names none of `phone`, `duration`, `recording`, `answer`.

    Example:
        >>> event = parse_event("GET", "номер_абонента=89222220000&продолжительность_вызова=12")
        >>> event.phone, event.duration, event.recording, event.answer
        ('89222220000', 12, None, None)
    """
    if method.upper() not in {"GET", "POST", "PUT", "PATCH"}:
        raise WebhookRejected("an event comes with GET or POST", reason="method", status=405)
    query_bytes = query.encode("utf-8", "surrogateescape") if isinstance(query, str) else bytes(query)
    names = FieldNames(field_map)
    digest = digest_of_query(query_bytes)
    digest.update(body)
    read = read_event(query_bytes, _content_type(headers), io.BytesIO(body), names, io.BytesIO)
    recording = None
    if read.content is not None:
        content = read.content.read()
        name = read.event.recording.name if read.event.recording is not None else None
        recording = Recording(content=content, sha256=sha256(content).hexdigest(), size=len(content), name=name)
    return attrs.evolve(read.event, digest=digest.hexdigest(), recording=recording or read.event.recording)


def digest_of_query(query: bytes) -> Digest:
    """A SHA-256 that took the query in, and goes on with the body."""
    return sha256(b"%d:%b" % (len(query), query))


@attrs.frozen(eq=False)
class ReadEvent:
    """An event whose digest is not filled in, and the bytes of its recording, where they came along."""

    event: CallEvent
    content: BinaryIO | None = None


def read_event(
    query: bytes, content_type: str, body: BinaryIO, names: FieldNames, spool: Callable[[], BinaryIO]
) -> ReadEvent:
    """As `parse_event`, for bodies of any size.

    Args:
        query: What stands behind the `?`.
        content_type: The header, or "".
        body: To be read from its beginning.
        names: Which names mean what.
        spool: Makes a place for content: files and base64 go there a piece at a time.

    Raises:
        WebhookRejected: As `parse_event`.
    """
    sent = _read_body(content_type, body, spool)
    pairs = [*read_pairs(query), *sent.fields]
    fields = joined(pairs)
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value.strip())
    phones = names("phone", fields)
    phone = next((number for _, text in _named_values(phones, values) if (number := _phone(text)) is not None), None)
    if phone is None:
        why = "its number is none" if any(fields[name].strip() for name in phones) else "it has no number"
        raise WebhookRejected(f"the event cannot be used: {why}", status=422)
    durations = (_duration(text) for _, text in _named_values(names("duration", fields), values))
    # Senders that repeat their query in the body say the same twice.
    answers = ("\n".join(dict.fromkeys(filter(None, values[name]))) for name in names("answer", fields))
    recording, content = _recording(fields, values, sent.files, names, spool)
    return ReadEvent(
        CallEvent(
            phone=phone,
            duration=next((seconds for seconds in durations if seconds is not None), None),
            recording=recording,
            answer=next((answer for answer in answers if answer), None),
            raw=ExtraFields(fields),
        ),
        content,
    )


def _content_type(headers: Headers) -> str:
    pairs = cast("Iterable[tuple[Any, Any]]", headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in pairs:
        plain = name if isinstance(name, str) else name.decode("latin-1")
        if plain.lower() == "content-type":
            return value if isinstance(value, str) else value.decode("latin-1")
    return ""


def _read_body(content_type: str, body: BinaryIO, spool: Callable[[], BinaryIO]) -> Sent:
    body.seek(0)
    charset = charset_of(content_type)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        reader = MultipartReader(boundary_of(content_type), spool, charset)
        while piece := body.read(_READ_AT_ONCE):
            reader.feed(piece)
        return reader.close()
    text, diverted = divert_long_runs(iter(lambda: body.read(_READ_AT_ONCE), b""), spool)
    if not text.strip():
        return Sent()
    # The content decides where the header is wrong or absent, as with hand-made senders.
    is_json = _JSON.match(kind) is not None or _LOOKS_LIKE_JSON.match(text) is not None
    pairs = read_json(text, charset) if is_json else read_pairs(text.strip(), charset)
    return _with_files(pairs, diverted)


def _with_files(pairs: list[tuple[str, str]], diverted: Diverted) -> Sent:
    fields: list[tuple[str, str]] = []
    files: list[SentFile] = []
    for name, value in pairs:
        word = value.rpartition(",")[2].strip().rstrip("=")
        if word in diverted:
            files.append(SentFile(name, None, diverted[word], is_base64=True))
            fields.append((name, ""))
        else:
            fields.append((name, value))
    return Sent(fields, files)


def _phone(text: str) -> str | None:
    """The number as `Call.phone` has it; some other number as its digits: it may be a foreign one without its `+`."""
    try:
        return canonical_phone(text.strip())
    except InvalidCall:
        digits = text.translate(_SEPARATORS).strip()
        return digits if _DIGITS_OF_SOME_NUMBER.fullmatch(digits) else None


def _duration(text: str) -> int | None:
    plain = text.strip()
    if match := _SECONDS.fullmatch(plain):
        return int(match[1])
    if match := _CLOCK.fullmatch(plain):
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return None


def _recording(
    fields: dict[str, str],
    values: Mapping[str, list[str]],
    files: Iterable[SentFile],
    names: FieldNames,
    spool: Callable[[], BinaryIO],
) -> tuple[Recording | None, BinaryIO | None]:
    by_field = {file.field: file for file in files}
    named = names("recording", by_field) or (list(by_field) if len(by_field) == 1 else [])
    if named:
        file = by_field[named[0]]
        return Recording(name=file.name), _content(file, spool)
    for name, text in _named_values(names("recording", fields), values):
        if text.casefold() in _NOTHING or name in by_field:
            continue
        if (content := _small_base64(text)) is not None:
            fields[name] = ""
            place = spool()
            place.write(content)
            place.seek(0)
            return None, place
        if _URL.fullmatch(text) or len(text) <= _LONGEST_REFERENCE:
            return Recording(url=text), None
    return None, None


def _named_values(names: Iterable[str], values: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    return ((name, text) for name in names for text in values[name])


def _content(file: SentFile, spool: Callable[[], BinaryIO]) -> BinaryIO:
    if not file.is_base64:
        return file.content
    place = spool()
    decode_base64(file.content, place)
    place.seek(0)
    return place


def _small_base64(text: str) -> bytes | None:
    match = _BASE64.fullmatch(text)
    if match is None:
        return None
    # A form turns `+` into a blank.
    letters = match[1].replace("\r\n", "").replace("\n", "").replace(" ", "+").rstrip("=")
    if len(letters) < _SHORTEST_CONTENT and not text.startswith("data:"):
        return None
    try:
        return base64.b64decode(letters.translate({45: 43, 95: 47}) + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
