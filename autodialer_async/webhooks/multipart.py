"""A multipart form, read as it comes: text into memory, files to where the caller says. No I/O of its own.

Not a library's: those are extras, and `parse_event` needs none; and names that come as raw cp1251 are none of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO, Final
from urllib.parse import unquote_to_bytes

import attrs

from autodialer_async.errors import WebhookRejected
from autodialer_async.webhooks.fields import Sent, SentFile, decoded

__all__ = ["MultipartReader", "boundary_of"]

_MOST_PARTS: Final = 100
_LONGEST_HEADERS: Final = 16 * 1024
_LONGEST_BOUNDARY: Final = 200
# Longer text can only be a recording in base64.
_LONGEST_TEXT: Final = 64 * 1024
_MOST_TEXT: Final = 1024 * 1024

_BOUNDARY = re.compile(r"boundary\s*=\s*(?:\"([^\"]+)\"|([^\s;,]+))", re.IGNORECASE)
_DISPOSITION = re.compile(rb"^content-disposition\s*:\s*form-data\s*(;.*)$", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(rb";\s*([\w-]+\*?)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]*))")
_ESCAPED = re.compile(rb"\\([\"\\])")


def boundary_of(content_type: str) -> bytes:
    """The boundary that a Content-Type names.

    Raises:
        WebhookRejected: There is none.
    """
    match = _BOUNDARY.search(content_type)
    boundary = (match[1] or match[2]) if match else ""
    if not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        raise WebhookRejected("the multipart form has no boundary")
    return boundary.encode("latin-1", "replace")


@attrs.define(eq=False)
class _Part:
    name: bytes
    filename: bytes | None
    text: bytearray = attrs.field(factory=bytearray)
    file: BinaryIO | None = None


class MultipartReader:
    """Takes the body in pieces of any size, and says in the end what stood in it.

    Args:
        boundary: From the Content-Type.
        spool: Makes a place for the content of a file.
        charset: The texts' charset, where the Content-Type names one.
    """

    def __init__(self, boundary: bytes, spool: Callable[[], BinaryIO], charset: str | None = None) -> None:
        self._spool = spool
        self._charset = charset
        self._delimiter = b"\r\n--" + boundary
        # As if a line ended before the first boundary, which is then like all others.
        self._buffer = bytearray(b"\r\n")
        self._step: Callable[[], bool] = self._skip
        self._part: _Part | None = None
        self._parts: list[_Part] = []
        self._text = 0

    def feed(self, piece: bytes) -> None:
        """Read on.

        Raises:
            WebhookRejected: It is no multipart form, or one with too much in it.
        """
        self._buffer += piece
        while self._step():
            pass

    def close(self) -> Sent:
        """What stood in it.

        Raises:
            WebhookRejected: It did not come to its end.
        """
        if self._step in (self._after_delimiter, self._headers) and not self._buffer.strip():
            # The last boundary lacks its two hyphens, and nothing follows.
            self._step = self._ended
        if self._step != self._ended:
            raise WebhookRejected("the multipart form is cut short, or broken")
        parts = self._parts
        names = decoded([part.name for part in parts], self._charset)
        texts = decoded([bytes(part.text) for part in parts], self._charset)
        files = decoded([part.filename or b"" for part in parts], self._charset)
        fields: list[tuple[str, str]] = []
        sent: list[SentFile] = []
        for part, name, text, file in zip(parts, names, texts, files, strict=True):
            if part.file is None:
                # A file without content is none: its name would pass for a reference to a recording.
                fields.append((name, text if part.filename is None else ""))
            else:
                fields.append((name, file))
                part.file.seek(0)
                sent.append(SentFile(name, file or None, part.file, is_base64=part.filename is None))
        return Sent(fields, sent)

    def _skip(self) -> bool:
        return self._up_to_delimiter(lambda _: None)

    def _up_to_delimiter(self, take: Callable[[bytes], None]) -> bool:
        buffer, delimiter = self._buffer, self._delimiter
        found = buffer.find(delimiter)
        if found >= 0:
            take(bytes(buffer[:found]))
            del buffer[: found + len(delimiter)]
            self._step = self._after_delimiter
            return True
        safe = len(buffer) - len(delimiter) + 1
        if safe > 0:
            take(bytes(buffer[:safe]))
            del buffer[:safe]
        return False

    def _after_delimiter(self) -> bool:
        buffer = self._buffer
        if buffer.startswith(b"--"):
            self._step = self._ended
            return True
        end = buffer.find(b"\r\n")
        if end < 0:
            self._bound(len(buffer), _LONGEST_BOUNDARY)
            return False
        if buffer[:end].strip(b" \t"):
            raise WebhookRejected("the multipart form is broken after a boundary")
        # The line's end stays: a part may have no headers, and an empty line ends them.
        del buffer[:end]
        self._step = self._headers
        return True

    def _headers(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            self._bound(len(self._buffer), _LONGEST_HEADERS)
            return False
        self._bound(end, _LONGEST_HEADERS)
        self._bound(len(self._parts), _MOST_PARTS)
        headers = bytes(self._buffer[:end])
        # Only half of the empty line: the delimiter begins with a line's end, also after a part without content.
        del self._buffer[: end + 2]
        self._part = _part(headers)
        self._parts.append(self._part)
        self._step = self._line_end
        return True

    def _line_end(self) -> bool:
        if self._buffer.startswith(self._delimiter):
            self._step = self._content
            return True
        if len(self._buffer) < len(self._delimiter):
            return False
        del self._buffer[:2]
        self._step = self._content
        return True

    def _content(self) -> bool:
        return self._up_to_delimiter(self._take)

    def _take(self, piece: bytes) -> None:
        part = self._part
        assert part is not None  # noqa: S101 - there is no content before headers
        if part.file is None:
            if not piece:
                return
            if not part.filename and len(part.text) + len(piece) <= _LONGEST_TEXT:
                self._text += len(piece)
                self._bound(self._text, _MOST_TEXT)
                part.text += piece
                return
            part.file = self._spool()
            part.file.write(part.text)
            part.text.clear()
        part.file.write(piece)

    def _ended(self) -> bool:
        self._buffer.clear()
        return False

    def _bound(self, size: int, limit: int) -> None:
        if size > limit:
            raise WebhookRejected(
                "the multipart form has too many parts, or too long ones", reason="too_large", status=413
            )


def _part(headers: bytes) -> _Part:
    disposition = _DISPOSITION.search(headers.replace(b"\r\n", b"\n"))
    if disposition is None:
        raise WebhookRejected("a part of the multipart form has no name")
    parameters: dict[bytes, bytes] = {}
    for key, quoted, plain in _PARAMETER.findall(disposition[1]):
        name, value = key.lower(), _ESCAPED.sub(rb"\1", quoted) or plain
        if name.endswith(b"*"):
            # RFC 5987, as urllib3 before version 2 writes names that are not ASCII: utf-8''%D0%BD…
            name, value = name[:-1], unquote_to_bytes(value.rpartition(b"'")[2])
        parameters[name] = value
    if b"name" not in parameters:
        raise WebhookRejected("a part of the multipart form has no name")
    return _Part(parameters[b"name"], parameters.get(b"filename"))
