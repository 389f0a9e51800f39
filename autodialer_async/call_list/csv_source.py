"""A CSV file as lines of text: opened, decoded, closed, and never half understood."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from autodialer_async.errors import CallListError

__all__ = ["CsvSource", "Row"]

# Cells of a row, or what is wrong with its quotes.
Row = list[str] | csv.Error

_ENCODING = "utf-8-sig"


class CsvSource:
    """A path, which can be read again and again, or an open file, which can be read once and is left open.

    Attributes:
        name: What to call the file in a message.
    """

    def __init__(self, source: str | os.PathLike[str] | IO[str] | IO[bytes]) -> None:
        self._path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
        self._file = None if isinstance(source, str | os.PathLike) else source
        self.name: str = self._path if self._path is not None else "the list"

    @property
    def is_path(self) -> bool:
        """Whether it can be read again and again."""
        return self._path is not None

    @contextmanager
    def rows(self) -> Generator[Iterator[Row]]:
        """The rows, the header first; a blank line is a row without cells.

        Raises:
            CallListError: No such file, not UTF-8, no text at all, a quote that is never closed, an open file
                read a second time.
        """
        if self._path is not None:
            with self._opened(self._path) as lines:
                yield self._split(lines)
            return
        file, self._file = self._file, None
        if file is None:
            raise CallListError(f"{self.name} is an open file and was read already; give its path to read it again")
        if isinstance(file.read(0), str):
            yield self._split(_without_mark(cast("IO[str]", file)))
            return
        text = io.TextIOWrapper(cast("IO[bytes]", file), encoding=_ENCODING, newline="")
        try:
            yield self._split(text)
        finally:
            text.detach()

    def _opened(self, path: str) -> IO[str]:
        try:
            return open(path, encoding=_ENCODING, newline="")  # noqa: PTH123 - a path may be a str; `rows` closes
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> CallListError:
        return CallListError(f"{self.name} cannot be read: {error.strerror or type(error).__name__}")

    def estimated_rows(self) -> int | None:
        """Lines below the header: more than the rows where cells hold line breaks. None for an open file."""
        if self._path is None:
            return None
        lines, last = 0, b"\n"
        try:
            with open(self._path, "rb") as file:  # noqa: PTH123 - a path may be a str
                while block := file.read(1 << 20):
                    lines += block.count(b"\n")
                    last = block[-1:]
        except OSError:
            return None
        return max(lines + (last != b"\n") - 1, 0)

    def _split(self, lines: Iterable[str]) -> Iterator[Row]:
        # Not strict, csv takes all that follows a lost quote for one cell, and the rows in it vanish.
        reader = csv.reader(lines, strict=True)
        row = -1
        while True:
            row += 1
            line = reader.line_num
            try:
                yield next(reader)
            except StopIteration:
                return
            except OSError as error:
                raise self._unreadable(error) from error
            except UnicodeDecodeError as error:
                raise CallListError(
                    f"{self.name} is not UTF-8 (somewhere below row {max(row - 1, 0)}); save it as «CSV UTF-8»"
                ) from error
            except csv.Error as error:
                if reader.line_num > line + 1:
                    raise CallListError(
                        f"{self.name}: a quote opened at line {line + 1} is not closed in its row ({error})"
                    ) from error
                yield error


def _without_mark(lines: IO[str]) -> Iterator[str]:
    if first := lines.readline().removeprefix("\ufeff"):
        yield first
    yield from lines
