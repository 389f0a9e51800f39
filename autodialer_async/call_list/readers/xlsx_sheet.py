"""A sheet of an XLSX file, read as the usual programs write it: by one pattern a row, in flat memory.

Whatever does not match goes through `SheetTree`, a row or from there on, so the outcome is that of an XML parser.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from string import ascii_uppercase
from typing import IO
from xml.sax.saxutils import unescape

from autodialer_async.call_list.readers.sheet_rows import SheetRow
from autodialer_async.call_list.readers.xlsx_cells import CellReader, column_of, pad
from autodialer_async.call_list.readers.xlsx_tree import SheetTree
from autodialer_async.errors import CallListError

__all__ = ["sheet_rows"]

_BLOCK = 1 << 18
_LONGEST_ROW = 32 << 20
_PROLOGUE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:(?!encoding)[^>])*(?:encoding=[\"'](?:utf|UTF)-8[\"'][^>]*)?\?>)?"
    rb"\s*<worksheet[\s>](?:(?!<!|<sheetData)[\s\S])*<sheetData>"
)
_ROW = re.compile(r'\s*<row(?: r="([0-9]{1,7})")?((?: [A-Za-z0-9:]+="[^"<]*")*) ?(/?)>')
_CELL = re.compile(
    r'<c r="([A-Z]+)[0-9]+"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")? ?'
    r"(?:/>|>(?:<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
    r'(?:<v>([^<]*)</v>|<v ?/>|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)?</c>)'
)
_HIDDEN = re.compile(r' hidden="(?:1|true)"')
_COLUMNS = [first + second for first in ("", *ascii_uppercase) for second in ascii_uppercase]
_PREFIX = b"<worksheet><sheetData>"
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def sheet_rows(file: IO[bytes], cells: CellReader, name: str) -> Iterator[SheetRow]:
    """The rows that a sheet's XML holds.

    Raises:
        CallListError: No well-formed XML, or no sheet.
    """
    head = file.read(_BLOCK)
    prologue = _PROLOGUE.match(head)
    if prologue is None:
        yield from _by_tree(file, head, cells, name)
    else:
        yield from _by_pattern(file, head[prologue.end() :], cells, name)


def _by_tree(file: IO[bytes], read: bytes, cells: CellReader, name: str, *, prefix: bytes = b"") -> Iterator[SheetRow]:
    tree = SheetTree(cells, name)
    tree.feed(prefix)
    while read:
        for at in range(0, len(read), _BLOCK):
            tree.feed(read[at : at + _BLOCK])
            yield from tree.taken()
        read = file.read(_BLOCK)
    tree.feed(b"", final=True)
    yield from tree.taken()


def _by_pattern(file: IO[bytes], read: bytes, cells: CellReader, name: str) -> Iterator[SheetRow]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    buffer, at, ended = _decoded(decoder, read, name), 0, False
    while True:
        row = _ROW.match(buffer, at)
        end = -1
        if row is not None:
            end = row.end() if row[3] else buffer.find("</row>", row.end())
        if row is None or end < 0:
            if buffer.startswith("</sheetData", at):
                return
            if ended or len(buffer) - at > _LONGEST_ROW:
                break
            data = file.read(_BLOCK)
            ended = not data
            buffer, at = buffer[at:] + _decoded(decoder, data, name), 0
            continue
        if row[3]:
            chunk, after = "", end
        else:
            chunk, after = buffer[row.end() : end], end + len("</row>")
        if "<!" in chunk or ' r="' in row[2]:
            break
        number = None if row[1] is None else int(row[1])
        values = _values(chunk, cells, name)
        if values is None:
            yield from _one_row(buffer[at:after], cells, name)
        else:
            yield SheetRow(number, _HIDDEN.search(row[2]) is not None, values)
        at = after
    if len(buffer) - at > _LONGEST_ROW:
        raise CallListError(f"{name} is damaged: a row of its sheet does not end")
    held = decoder.getstate()[0]
    yield from _by_tree(file, buffer[at:].encode() + held, cells, name, prefix=_PREFIX)


def _decoded(decoder: codecs.IncrementalDecoder, data: bytes, name: str) -> str:
    try:
        return decoder.decode(data, final=not data)
    except UnicodeDecodeError as error:
        raise CallListError(f"{name} is damaged: its XML is not UTF-8, as it says it is") from error


def _one_row(xml: str, cells: CellReader, name: str) -> list[SheetRow]:
    tree = SheetTree(cells, name)
    tree.feed(xml.encode(), final=True)
    return tree.taken()


def _values(chunk: str, cells: CellReader, name: str) -> list[str] | None:
    """The cells of a row, or None where it holds what the pattern does not know."""
    found = _CELL.findall(chunk)
    if len(found) != chunk.count("<c") or len(found) > len(_COLUMNS):
        return None
    escaped = "&" in chunk or "\r" in chunk
    if escaped and "&#" in chunk:
        return None
    values: list[str] = []
    gaps = False
    for expected, (letters, style, kind, value, inline) in zip(_COLUMNS, found, strict=False):
        if gaps or letters != expected:
            gaps = True
            pad(values, column_of(letters, name), name)
        raw = inline or value
        if escaped:
            raw = unescape(raw.replace("\r\n", "\n").replace("\r", "\n"), _QUOTES)
        if kind == "s":
            values.append(cells.shared(raw))
        elif kind == "inlineStr" and "_x" not in raw:
            values.append(raw)
        elif kind in ("", "n"):
            values.append(cells.number(style, raw) if raw else "")
        else:
            values.append(cells.text(kind, style, raw))
    return values
