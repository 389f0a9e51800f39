"""Where a table comes from: a path, an open file, standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import IO, cast

from autodialer_async.call_list.readers import kinds
from autodialer_async.call_list.readers.content import Content, opened, spooled
from autodialer_async.call_list.readers.damage import readable
from autodialer_async.call_list.readers.ods import ods_table
from autodialer_async.call_list.readers.options import ReadOptions
from autodialer_async.call_list.readers.table import Table
from autodialer_async.call_list.readers.text import opened_text, table_of_lines
from autodialer_async.call_list.readers.xlsx import xlsx_table
from autodialer_async.call_list.readers.zipped import Archive
from autodialer_async.errors import CallListError

__all__ = ["TableSource"]


class TableSource:
    r"""A path, which can be read again and again, or an open file, which can be read once and is left open.

    Args:
        source: A path, `"-"` for standard input, or a file opened as bytes or as text. A text is as its opener decoded
            it; bytes are better, for then the encoding is found.
        options: What the user knows about it.

    Attributes:
        name: What to call the file in a message.
        is_path: Whether it can be read again: false for open files, standard input and pipes.

    Example:
        >>> import io
        >>> with TableSource(io.BytesIO("Телефон;ФИО\n89222220000;Иванов\n".encode("cp1251"))).open() as table:
        ...     print(table.detected.encoding, table.detected.delimiter, list(table.rows))
        cp1251 ; [['Телефон', 'ФИО'], ['89222220000', 'Иванов']]
    """

    def __init__(
        self, source: str | os.PathLike[str] | IO[str] | IO[bytes], options: ReadOptions = ReadOptions()
    ) -> None:
        self._source = source
        self._options = options
        self._taken = False
        path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
        self.name: str = "the list" if path is None else "standard input" if path == "-" else path
        self.is_path: bool = path is not None and path != "-" and not _is_stream(path)

    @contextmanager
    def open(self) -> Generator[Table]:
        """Finds out what the file is and opens it as a table, for as long as the block lasts.

        Raises:
            CallListError: No such file; not what it should be; damaged, locked or a bomb; an open file, read already.
        """
        if self._taken and not self.is_path:
            raise CallListError(f"{self.name} was read already and is no path; give a path to read it again")
        self._taken = True
        with ExitStack() as stack:
            with readable(self.name):
                table = self._table(stack)
            yield table

    def estimated_rows(self) -> int | None:
        """Lines of a text file, which are more than its rows where cells hold line breaks; None for all else."""
        if not self.is_path:
            return None
        lines, last = 0, b"\n"
        try:
            with open(cast("str", self._source), "rb") as file:  # noqa: PTH123 - a path may be a str
                head = file.read(kinds.HEAD)
                if not head or b"\0" in head or head.startswith(b"\x1f\x8b"):
                    return None
                block = head
                while block:
                    lines += block.count(b"\n")
                    last = block[-1:]
                    block = file.read(1 << 20)
        except (OSError, ValueError):
            return None
        return lines + (last != b"\n")

    def _table(self, stack: ExitStack) -> Table:
        source = self._source
        if not isinstance(source, str | os.PathLike) and isinstance(source.read(0), str):
            return table_of_lines(cast("IO[str]", source), self._options, self.name)
        content = stack.enter_context(opened(cast("str | os.PathLike[str] | IO[bytes]", source), self.name))
        head = content.file.read(kinds.HEAD)
        content.file.seek(0)
        self._refuse_foreign(head)
        if kinds.is_zip(head) or kinds.is_ole(head) or kinds.is_excel_5(head) or kinds.is_parquet(head):
            return self._binary(stack, content, head)
        if self._options.sheet is not None:
            raise CallListError(f"{self.name} is a text and has no sheets; leave sheet= (--sheet) out")
        return stack.enter_context(opened_text(content, self._options, self.name))

    def _binary(self, stack: ExitStack, content: Content, head: bytes) -> Table:
        file, compressed = content.file, content.compressed
        if compressed:
            # Workbooks are read from their end, and gzip goes forward only.
            file = stack.enter_context(spooled(file, self.name))
        if kinds.is_parquet(head):
            from autodialer_async.call_list.readers.parquet import parquet_table  # noqa: PLC0415 - needs the extra

            return parquet_table(file, self.name, compressed=compressed)
        if kinds.is_zip(head):
            archive = Archive(file, self.name)
            kind = kinds.zip_kind(archive)
            if kind not in ("xlsx", "ods"):
                raise CallListError(f"{self.name} is {kind}")
            reader = xlsx_table if kind == "xlsx" else ods_table
            return reader(archive, self._options, self.name, compressed=compressed)
        from autodialer_async.call_list.readers.xls import xls_table  # noqa: PLC0415 - needs the extra

        return xls_table(file, self._options, self.name, compressed=compressed)

    def _refuse_foreign(self, head: bytes) -> None:
        kind = kinds.foreign_kind(head)
        if kind is not None:
            raise CallListError(f"{self.name} is {kind}, not a list")


def _is_stream(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a path may be a str
    except (OSError, ValueError):
        # What is wrong with it is told where it is opened.
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
