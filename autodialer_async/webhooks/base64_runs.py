"""Recordings in base64 inside a text: found, taken out of it, and decoded, without holding them in memory."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final

from autodialer_async.errors import WebhookRejected

__all__ = ["Diverted", "decode_base64", "divert_long_runs"]

# Letters of base64, with what JSON and urlencoding make of them. No `=`, which also divides a name from its value.
_RUN = re.compile(rb"[A-Za-z0-9+/_%\\-]+")
_LONGEST_KEPT: Final = 64 * 1024
_MOST_TEXT: Final = 1024 * 1024
_READ_AT_ONCE: Final = 256 * 1024

_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_JSON_ESCAPE = re.compile(rb"\\([/nrt\"\\])")
_CUT_ESCAPE = re.compile(rb"(?:%[0-9A-Fa-f]?|\\)\Z")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_PREFIX = b"base64,"
_LONGEST_PREFIX: Final = 200

Diverted = dict[str, BinaryIO]
"""Contents by the word that stands for them in the text."""


def divert_long_runs(pieces: Iterable[bytes], spool: Callable[[], BinaryIO]) -> tuple[bytes, Diverted]:
    """The text with a word in place of each long run of base64, and the runs.

    Args:
        pieces: The text, in pieces of any size.
        spool: Makes a place for a run.

    Raises:
        WebhookRejected: What is left is too long.
    """
    text = bytearray()
    diverted: Diverted = {}
    run = bytearray()
    file: BinaryIO | None = None
    for is_run, part in _runs(pieces):
        if is_run:
            run += part
            if file is None and len(run) > _LONGEST_KEPT:
                file = spool()
                word = f"diverted.{len(diverted)}"
                diverted[word] = file
                text += word.encode()
            if file is not None:
                file.write(run)
                run.clear()
        else:
            text += run + part
            run.clear()
            file = None
        if len(text) > _MOST_TEXT:
            raise WebhookRejected("more than 1 MiB of text", reason="too_large", status=413)
    return bytes(text + run), diverted


def _runs(pieces: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    for piece in pieces:
        done = 0
        for match in _RUN.finditer(piece):
            if match.start() > done:
                yield False, piece[done : match.start()]
            yield True, match[0]
            done = match.end()
        if done < len(piece):
            yield False, piece[done:]


def decode_base64(source: BinaryIO, target: BinaryIO) -> None:
    """Decode a text of base64 that is still escaped, with or without `data:…;base64,` before it."""
    source.seek(0)
    rest = letters = b""
    first = True
    while piece := source.read(_READ_AT_ONCE):
        piece = rest + piece
        rest = b""
        if cut := _CUT_ESCAPE.search(piece):
            rest, piece = cut[0], piece[: cut.start()]
        piece = _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), piece)
        piece = _JSON_ESCAPE.sub(lambda match: match[1] if match[1] == b"/" else b"", piece)
        if first:
            prefix = piece[:_LONGEST_PREFIX].find(_PREFIX)
            piece = piece[prefix + len(_PREFIX) :] if prefix >= 0 else piece
            first = False
        letters += piece.translate(_URL_SAFE).translate(None, _NOT_BASE64)
        whole = len(letters) // 4 * 4
        target.write(base64.b64decode(letters[:whole]))
        letters = letters[whole:]
    if len(letters) > 1:
        target.write(base64.b64decode(letters + b"=" * (-len(letters) % 4)))
