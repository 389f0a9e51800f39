"""What the dialer tells the user's own server when a call is over, and in which form."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from urllib.parse import urlencode, urlsplit

import attrs

from autodialer_async.emulator.recording import recording

if TYPE_CHECKING:
    from autodialer_async.emulator.views import PlacedCall

__all__ = ["Payload", "Webhook"]

Encoding = Literal["urlencoded", "multipart", "json"]
RecordingForm = Literal["file", "url", "base64", "none"]
_CHARSETS: Final = ("utf-8", "cp1251")
_BOUNDARY: Final = "autodialer-emulator-4f1c9a"

# As browsers write a part's name.
_QUOTED: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})

# As the page lists them.
_PAGE_NAMES: Final[Mapping[str, str]] = {
    "phone": "номер_абонента",
    "seconds": "продолжительность_вызова",
    "recording": "запись(wav)",
    "answer": "распознанный_ответ_человека",
}
_FURTHER: Final = frozenset({"id", "uuid", "task", "code", "time", "attempt"})


def _codes(value: str | Iterable[str]) -> frozenset[str]:
    return frozenset(code.upper() for code in ([value] if isinstance(value, str) else value))


def _texts(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError(f"{attribute.name}: names and values are texts")


def _seconds(most: float) -> Any:
    return [attrs.validators.ge(0), attrs.validators.le(most)]


@attrs.frozen
class Webhook:
    """Where calls are announced when they are over, and how. Its repr shows no address: that may hold a secret.

    Attributes:
        url: Where to; `http` or `https`, on this machine unless `allow_remote`.
        method: `POST`, or `GET` with everything in the query.
        encoding: How a POST carries its fields: `urlencoded`, `multipart`, `json`.
        charset: `utf-8` or `cp1251`, for names and values.
        names: The receiver's names by ours. `phone`, `seconds`, `recording` and `answer` have the page's Cyrillic ones
            where none is given here; `id`, `uuid`, `task`, `code`, `time` and `attempt` are sent only if they are here.
        extra: Further fields that every delivery carries.
        codes: Only calls that ended so, by the whole CODE or its word: `{"ANSWERED", "BUSY 17"}`; empty for all.
        recording: What stands for the recording of a call that was answered: a `file` (multipart only), a `url` of the
            emulator, `base64`, or `none`. By default a file in multipart, and a `url` elsewhere.
        attempts: Tries until a 2xx comes; then the delivery has failed.
        backoff: Seconds before the second try; doubled before each further one, up to a minute.
        timeout: Seconds that one try may take.
        duplicates: The share of deliveries that come twice, from 0 to 1.
        delay: Seconds to wait before the first try.
        disorder: Up to so many seconds more, drawn from the seed for each delivery, so that they overtake each other.
        concurrency: Deliveries under way at the same time; 1 sends them one after the other.
        allow_remote: Whether the address may be another machine's.

    Raises:
        ValueError: A setting that cannot work; names it, and shows no address.

    Example:
        >>> Webhook("http://127.0.0.1:8000/calls", encoding="json", names={"phone": "phone"}).names["phone"]
        'phone'
    """

    url: str = attrs.field(repr=False)
    method: Literal["POST", "GET"] = attrs.field(default="POST", validator=attrs.validators.in_(("POST", "GET")))
    encoding: Encoding = attrs.field(default="urlencoded", validator=attrs.validators.in_(get_args(Encoding)))
    charset: Literal["utf-8", "cp1251"] = attrs.field(default="utf-8", validator=attrs.validators.in_(_CHARSETS))
    names: Mapping[str, str] = attrs.field(factory=dict[str, str], hash=False, validator=_texts)
    extra: Mapping[str, str] = attrs.field(factory=dict[str, str], hash=False, repr=False, validator=_texts)
    codes: frozenset[str] = attrs.field(default=frozenset[str](), converter=_codes)
    recording: RecordingForm | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.in_(get_args(RecordingForm)))
    )
    attempts: int = attrs.field(default=8, validator=attrs.validators.ge(1))
    backoff: float = attrs.field(default=1.0, validator=_seconds(60))
    timeout: float = attrs.field(default=10.0, validator=[attrs.validators.gt(0), attrs.validators.le(300)])
    duplicates: float = attrs.field(default=0.0, validator=_seconds(1))
    delay: float = attrs.field(default=0.0, validator=_seconds(3600))
    disorder: float = attrs.field(default=0.0, validator=_seconds(3600))
    concurrency: int = attrs.field(default=4, validator=[attrs.validators.ge(1), attrs.validators.le(64)])
    allow_remote: bool = False

    def __attrs_post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = parts = None
        if parts is None or parts.scheme not in ("http", "https") or not host:
            raise ValueError("url: an address that begins with http:// or https://")
        if not self.allow_remote and not _is_here(host):
            raise ValueError("url: another machine's address is called only with allow_remote=True")
        if unknown := self.names.keys() - _PAGE_NAMES.keys() - _FURTHER:
            raise ValueError(f"names: unknown {', '.join(sorted(unknown))}")
        if self.recording == "file" and (self.method == "GET" or self.encoding != "multipart"):
            raise ValueError("recording: a file needs a POST in multipart")

    def announces(self, call: PlacedCall) -> bool:
        """Whether a call that ended so is announced."""
        if not self.codes:
            return True
        code = call.code.upper()
        return code in self.codes or code.rstrip("0123456789").rstrip() in self.codes

    def payload(self, call: PlacedCall, *, base_url: str) -> Payload:
        """What is sent about a call.

        Args:
            call: The call that is over.
            base_url: The emulator's own address, for the address of the recording.
        """
        names = {**_PAGE_NAMES, **self.names}
        values: dict[str, object] = {
            "phone": call.phone,
            "seconds": call.seconds,
            "answer": call.answer or "",
            "id": call.id,
            "uuid": call.uuid or "",
            "task": call.task,
            "code": call.code,
            "time": call.at.strftime("%Y-%m-%d %H:%M:%S %z").rstrip(),
            "attempt": call.attempt,
        }
        form = self.recording or ("file" if self.method == "POST" and self.encoding == "multipart" else "url")
        sound = recording(call.number) if call.seconds and form != "none" else b""
        if sound and form == "url":
            values["recording"] = f"{base_url}/_emulator/api/recordings/{call.number}.wav"
        elif sound and form == "base64":
            values["recording"] = b64encode(sound).decode()
        elif form != "file":
            values["recording"] = ""
        fields = {names[name]: str(values[name]) for name in names if name in values} | dict(self.extra)
        return self._encode(fields, names["recording"], sound if form == "file" else b"")

    def _encode(self, fields: dict[str, str], recording_name: str, sound: bytes) -> Payload:
        shown = fields | ({recording_name: f"<wav, {len(sound)} bytes>"} if sound else {})
        if self.method == "GET":
            query = urlencode(fields, encoding=self.charset, errors="replace")
            joint = "&" if urlsplit(self.url).query else "?"
            return Payload("GET", f"{self.url.partition('#')[0]}{joint}{query}", None, b"", shown)
        if self.encoding == "json":
            body = json.dumps(fields, ensure_ascii=False).encode(self.charset, "replace")
            return Payload("POST", self.url, f"application/json; charset={self.charset}", body, shown)
        if self.encoding == "multipart":
            kind = f"multipart/form-data; boundary={_BOUNDARY}"
            return Payload("POST", self.url, kind, self._multipart(fields, recording_name, sound), shown)
        body = urlencode(fields, encoding=self.charset, errors="replace").encode()
        return Payload("POST", self.url, "application/x-www-form-urlencoded", body, shown)

    def _multipart(self, fields: Mapping[str, str], recording_name: str, sound: bytes) -> bytes:
        def part(name: str, further: str, value: bytes) -> bytes:
            quoted = name.translate(_QUOTED).encode(self.charset, "replace")
            head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="'.encode()
            return b"".join((head, quoted, b'"', further.encode(), b"\r\n\r\n", value, b"\r\n"))

        parts = [part(name, "", value.encode(self.charset, "replace")) for name, value in fields.items()]
        if sound:
            parts.append(part(recording_name, '; filename="call.wav"\r\nContent-Type: audio/wav', sound))
        return b"".join((*parts, f"--{_BOUNDARY}--\r\n".encode()))


@attrs.frozen
class Payload:
    """One delivery as it goes on the wire. Its repr shows nothing of it but the method.

    Attributes:
        method: `POST` or `GET`.
        url: Where to, with the query of a GET.
        content_type: What the body is, or None without one.
        body: It.
        fields: The same, readable; a recording as its length.
    """

    method: str
    url: str = attrs.field(repr=False)
    content_type: str | None
    body: bytes = attrs.field(repr=False)
    fields: Mapping[str, str] = attrs.field(repr=False)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"
