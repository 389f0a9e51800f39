"""Which encoding a text is in: its mark, then strictly UTF-8, then the code page that reads most like Russian."""

from __future__ import annotations

import codecs
import re
from typing import IO

from autodialer_async.call_list.readers.cyrillic import likeness
from autodialer_async.errors import CallListError

__all__ = ["LONGEST_LINE", "find_encoding"]

LONGEST_LINE = 1 << 20
"""Characters between two line ends beyond which a file is no list; bytes, where it is not decoded yet."""

_BLOCK = 1 << 20
_SAMPLE = 1 << 13
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Lists in cp1251 are by far the most, which tells where a word or two read well in several: it has a start of eight to
# one, in the measure of `likeness`. UTF-8 is here with its damage, as the strict reading has failed.
_READINGS = {"cp1251": 6, "cp866": 3, "koi8-r": 0, "utf-8": 0}
_UNKNOWN_IN_CP1251 = b"\x98"
_ABROAD = re.compile(rb"[0-9A-Za-z]?[\x80-\xff]+[0-9A-Za-z]?")


def find_encoding(file: IO[bytes], given: str | None, name: str) -> str:
    """Reads the file once, in flat memory, so that what it gives holds for every byte of it.

    Args:
        file: At its start; left somewhere else.
        given: The encoding that the user named, or None. A file's own UTF-8 mark is no part of the text either way.
        name: What to call the file in a message.

    Raises:
        CallListError: Not in the encoding given; in none; zero bytes or a line without an end, so it is no text.
    """
    head = file.read(_BLOCK)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    if given is not None:
        encoding = _known(given, name)
        if marked is not None and codecs.lookup(encoding).name.startswith(marked.removesuffix("-sig")):
            encoding = marked
        _check(file, head, encoding, name, f"is not {given}, as encoding= says; leave encoding= out to have it found")
        return encoding
    if marked is not None:
        _check(file, head, marked, name, f"begins with the mark of {_spoken(marked)} and is damaged")
        return marked
    if b"\0" in head:
        unmarked = _utf_16(head)
        if unmarked is None:
            line = head.count(b"\n", 0, head.index(0)) + 1
            raise CallListError(f"{name} holds zero bytes (line {line}): it is no text file")
        _check(file, head, unmarked, name, "holds zero bytes and is not UTF-16, so it is no text file")
        return unmarked
    return _without_marks(file, head, name)


def _utf_16(head: bytes) -> str | None:
    """Which of the two without a mark, or None: digits and line ends have a zero byte each, always on the same side."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head.decode(encoding, "replace")
    ends = head.count(b"\n") + head.count(b"\r")
    likely = text.count("\n") + text.count("\r") == ends if ends else not (even and odd)
    return encoding if likely else None


def _without_marks(file: IO[bytes], head: bytes, name: str) -> str:
    whole = _Whole(name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    not_utf8 = not_cp1251 = None
    block = head
    while True:
        whole.check(block)
        if len(sample) < _SAMPLE:
            _collect(sample, block)
        if not_utf8 is None:
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                not_utf8 = whole.read + error.start
        if not_cp1251 is None and (at := block.find(_UNKNOWN_IN_CP1251)) >= 0:
            not_cp1251 = whole.read + at
        if not block:
            break
        whole.read += len(block)
        block = file.read(_BLOCK)
    if not_utf8 is None:
        return "utf-8"
    best = _likeliest(bytes(sample))
    if best == "utf-8":
        raise CallListError(
            f"{name} is UTF-8, but line {_line(file, not_utf8)} is not: it is damaged, or put together from files in "
            "different encodings; save it anew as «CSV UTF-8», or give encoding= (--encoding), such as cp1251"
        )
    if best == "cp1251" and not_cp1251 is not None:
        raise CallListError(
            f"{name}, line {_line(file, not_cp1251)}: looks like cp1251, which has no letter "
            f"{_UNKNOWN_IN_CP1251.hex()}: it is damaged, or give encoding= (--encoding)"
        )
    return best


def _collect(sample: bytearray, block: bytes) -> None:
    for run in _ABROAD.finditer(block):
        sample += run[0] + b"\n"
        if len(sample) >= _SAMPLE:
            return


def _likeliest(sample: bytes) -> str:
    likely = {page: head_start + likeness(sample.decode(page, "replace")) for page, head_start in _READINGS.items()}
    return max(likely, key=lambda page: likely[page])


def _check(file: IO[bytes], head: bytes, encoding: str, name: str, otherwise: str) -> None:
    """Decodes it all, to tell now what would come out half-way through the rows."""
    whole = _Whole(name)
    decoder = codecs.getincrementaldecoder(encoding)()
    block = head
    while True:
        try:
            text = decoder.decode(block, final=not block)
        except (UnicodeError, ValueError) as error:
            # Decoders count from where they began; a character more or less does not move the line.
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise CallListError(f"{name}, line {_line(file, whole.read + start)}: {otherwise}") from error
        whole.check(text)
        if not block:
            return
        whole.read += len(block)
        block = file.read(_BLOCK)


class _Whole:
    """Looks at a whole file piece by piece, and refuses what no text holds.

    Attributes:
        read: Bytes before the piece at hand.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._since_end = 0
        self.read = 0

    def check(self, piece: bytes | str) -> None:
        if isinstance(piece, bytes):
            zero = b"\0" in piece
            ends = b"\n" in piece or b"\r" in piece
        else:
            zero = "\0" in piece
            ends = "\n" in piece or "\r" in piece
        if zero:
            raise CallListError(f"{self._name} holds zero bytes (below byte {self.read:,}): it is no text file")
        self._since_end = 0 if ends else self._since_end + len(piece)
        if self._since_end > LONGEST_LINE:
            raise CallListError(f"{self._name} has a line of over {LONGEST_LINE:,} characters: it is no list")


def _line(file: IO[bytes], at: int) -> int:
    """The line that a byte is in."""
    file.seek(0)
    ends, left = 0, at
    while left > 0 and (block := file.read(min(left, _BLOCK))):
        ends += block.count(b"\n")
        left -= len(block)
    return ends + 1


def _known(encoding: str, name: str) -> str:
    try:
        b"1234".decode(encoding)
        codecs.getincrementaldecoder(encoding)
    except (LookupError, ValueError) as error:
        raise CallListError(
            f"{name}: no text encoding is called {encoding!r}; usual ones are utf-8, cp1251, cp866, koi8-r, utf-16"
        ) from error
    return encoding


def _spoken(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()
