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
_SAMPLE = 1 << 15
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ("cp1251", "cp866", "koi8-r")
_ABROAD = re.compile(rb"[0-9A-Za-z]?[\x80-\xff]+[0-9A-Za-z]?")
_LINE_END = re.compile(r"[\r\n]")


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
        even, odd = head[::2].count(0), head[1::2].count(0)
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        _check(file, head, encoding, name, "holds zero bytes and is not UTF-16, so it is no text file")
        return encoding
    return _without_marks(file, head, name)


def _without_marks(file: IO[bytes], head: bytes, name: str) -> str:
    lines = _Lines(name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    odd_line: int | None = None
    block = head
    while True:
        lines.check(block)
        if len(sample) < _SAMPLE:
            for run in _ABROAD.findall(block):
                sample += run + b"\n"
                if len(sample) >= _SAMPLE:
                    break
        if odd_line is None:
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                odd_line = lines.number(block, error.start)
        if not block:
            break
        lines.passed(block)
        block = file.read(_BLOCK)
    if odd_line is None:
        return "utf-8"
    readings = {page: likeness(sample.decode(page, "replace")) for page in ("utf-8", *_CODE_PAGES)}
    best = max(readings, key=lambda page: readings[page])
    if best == "utf-8":
        raise CallListError(
            f"{name} is UTF-8, but line {odd_line} is not: it is damaged, or put together from files in different "
            "encodings; save it anew as «CSV UTF-8», or give encoding= (--encoding), such as cp1251"
        )
    if best == "cp1251":
        # The one byte that this page has no letter for.
        file.seek(0)
        _check(file, file.read(_BLOCK), best, name, f"looks like {best} and is damaged; encoding= (--encoding) can say")
    return best


def _check(file: IO[bytes], head: bytes, encoding: str, name: str, otherwise: str) -> None:
    """Decodes it all, to tell now what would come out half-way through the rows."""
    lines = _Lines(name)
    decoder = codecs.getincrementaldecoder(encoding)()
    block = head
    while True:
        try:
            text = decoder.decode(block, final=not block)
        except (UnicodeError, ValueError) as error:
            # Decoders count in their own block; a character more or less does not move the line.
            start = error.start if isinstance(error, UnicodeDecodeError) else 0
            raise CallListError(f"{name}, line {lines.number(block, start)}: {otherwise}") from error
        if "\0" in text:
            raise CallListError(f"{name} holds zero bytes (about line {lines.lines}): it is no text file")
        lines.check(text)
        if not block:
            return
        lines.passed(text)
        block = file.read(_BLOCK)


class _Lines:
    """Counts lines, and refuses one that does not end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since_end = 0
        self.lines = 1

    def check(self, block: bytes | str) -> None:
        """Refuses zero bytes and a line that is too long."""
        if isinstance(block, bytes):
            if b"\0" in block:
                raise CallListError(f"{self._name} holds zero bytes (about line {self.lines}): it is no text file")
            ends = b"\n" in block or b"\r" in block
        else:
            ends = _LINE_END.search(block) is not None
        self._since_end = 0 if ends else self._since_end + len(block)
        if self._since_end > LONGEST_LINE:
            raise CallListError(f"{self._name} has a line of over {LONGEST_LINE:,} characters (line {self.lines})")

    def passed(self, block: bytes | str) -> None:
        self.lines += block.count(b"\n") if isinstance(block, bytes) else block.count("\n")

    def number(self, block: bytes, start: int) -> int:
        """The line that a byte of the block is in."""
        return self.lines + block.count(b"\n", 0, start)


def _known(encoding: str, name: str) -> str:
    try:
        b"".decode(encoding)
        codecs.getincrementaldecoder(encoding)
    except (LookupError, ValueError) as error:
        raise CallListError(
            f"{name}: no text encoding is called {encoding!r}; usual ones are utf-8, cp1251, cp866, koi8-r, utf-16"
        ) from error
    return encoding


def _spoken(encoding: str) -> str:
    return encoding.removesuffix("-sig").upper()
