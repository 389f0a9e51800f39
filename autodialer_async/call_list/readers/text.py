"""A file of text: its encoding, its delimiter, its rows."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from autodialer_async.call_list.readers.content import Content
from autodialer_async.call_list.readers.damage import readable
from autodialer_async.call_list.readers.delimited import ONE_COLUMN, delimited_rows
from autodialer_async.call_list.readers.delimiters import given_delimiter, likely_delimiter, told_delimiter
from autodialer_async.call_list.readers.encodings import LONGEST_LINE, find_encoding
from autodialer_async.call_list.readers.json_lines import json_names, json_object, json_rows
from autodialer_async.call_list.readers.options import Detected, ReadOptions
from autodialer_async.call_list.readers.table import Table
from autodialer_async.errors import CallListError

__all__ = ["opened_text", "table_of_lines"]

_SAMPLE = 1 << 16
_MARK = "\ufeff"
_PAGE = re.compile(r"<(!doctype|html|head|body|meta|table|div|style|\?xml|[a-z]+:?workbook|office:)", re.IGNORECASE)
_ARRAY = re.compile(r"\[\s*[\[{]")


@contextmanager
def opened_text(content: Content, options: ReadOptions, name: str) -> Generator[Table]:
    """Reads the bytes once for their encoding and once for the rows.

    Raises:
        CallListError: No text, or one that is no list, such as a page of HTML.
    """
    encoding = find_encoding(content.file, options.encoding, name)
    content.file.seek(0)
    sample = _sample(content.file, encoding)
    content.file.seek(0)
    if _first_object(sample) is not None and options.delimiter is None:
        with _lines(content.file, encoding) as lines:
            names = json_names(lines, name)
        content.file.seek(0)
        with _lines(content.file, encoding) as lines:
            detected = Detected("jsonl", encoding=encoding, compressed=content.compressed)
            yield Table(detected, named=True, rows=json_rows(lines, names, name))
        return
    with _lines(content.file, encoding) as lines:
        yield _delimited(lines, sample, options, name, encoding=encoding, compressed=content.compressed)


def table_of_lines(file: IO[str], options: ReadOptions, name: str) -> Table:
    """The table of a file that was opened as text; its encoding is the caller's."""
    first: list[str] = []
    size = 0
    lines = _text_lines(file, name)
    for line in lines:
        first.append(line)
        size += len(line)
        if size >= _SAMPLE:
            break
    if first:
        first[0] = first[0].removeprefix(_MARK)
    if _first_object(first) is not None and options.delimiter is None:
        # It can be read only once, so all of it is kept to know the names of all objects.
        kept = [*first, *lines]
        return Table(Detected("jsonl"), named=True, rows=json_rows(kept, json_names(kept, name), name))
    return _delimited(itertools.chain(first, lines), first, options, name, encoding=None, compressed=False)


def _delimited(
    lines: Iterator[str],
    sample: list[str],
    options: ReadOptions,
    name: str,
    *,
    encoding: str | None,
    compressed: bool,
) -> Table:
    _refuse_what_is_no_list(sample, name)
    told = told_delimiter(sample[0]) if sample else None
    if told is not None:
        next(lines)
    if options.delimiter is not None:
        delimiter: str | None = given_delimiter(options.delimiter, name)
    else:
        delimiter = told or likely_delimiter(sample)
    detected = Detected(
        "text" if delimiter is None else "csv", encoding=encoding, delimiter=delimiter, compressed=compressed
    )
    first_line = 1 if told is None else 2
    return Table(
        detected, named=False, rows=delimited_rows(lines, delimiter or ONE_COLUMN, name, first_line=first_line)
    )


def _refuse_what_is_no_list(sample: list[str], name: str) -> None:
    start = next((line.lstrip() for line in sample if line.strip()), "")
    if _PAGE.match(start):
        kind = "an XML file" if start.startswith("<?xml") else "a page of HTML"
        raise CallListError(
            f"{name} is {kind}, whatever its name says (web portals and 1C save such files as .xls); "
            "open it in Excel and save it as XLSX"
        )
    if _ARRAY.match(start):
        raise CallListError(f"{name} is one JSON array; JSON Lines are read: one object a line, no brackets around")


def _first_object(sample: Iterable[str]) -> object | None:
    first = next((line for line in sample if line.strip()), "")
    return json_object(first) if first.lstrip().startswith("{") else None


def _sample(file: IO[bytes], encoding: str) -> list[str]:
    """The first lines; the last one may be cut."""
    with _lines(file, encoding) as lines:
        text = "".join(itertools.islice(iter(lambda: lines.read(4096), ""), _SAMPLE // 4096))
    split = io.StringIO(text, newline="").readlines()
    split = split[:-1] if len(split) > 1 and len(text) >= _SAMPLE else split
    if split:
        split[0] = split[0].removeprefix(_MARK)
    return split


@contextmanager
def _lines(file: IO[bytes], encoding: str) -> Generator[io.TextIOWrapper]:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def _text_lines(file: IO[str], name: str) -> Iterator[str]:
    with readable(name):
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                raise CallListError(f"{name} has a line of over {LONGEST_LINE:,} characters")
            if "\0" in line:
                raise CallListError(f"{name} holds zero bytes: it is no text file")
            # A text that was opened without universal newlines still holds the line ends of old Macs.
            if "\r" in line[:-2]:
                yield from io.StringIO(line, newline="")
            else:
                yield line
