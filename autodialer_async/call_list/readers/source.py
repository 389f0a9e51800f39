"""Where a table comes from: a path, an open file, standard input."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import IO

from autodialer_async.call_list.readers.options import ReadOptions
from autodialer_async.call_list.readers.table import Table
from autodialer_async.errors import CallListError

__all__ = ["TableSource"]


class TableSource:
    """A path, which can be read again and again, or an open file, which can be read once and is left open.

    Attributes:
        name: What to call the file in a message.
        is_path: Whether it can be read again and again.
    """

    def __init__(
        self, source: str | os.PathLike[str] | IO[str] | IO[bytes], options: ReadOptions = ReadOptions()
    ) -> None:
        self._source = source
        self._options = options
        self.name = os.fspath(source) if isinstance(source, str | os.PathLike) else "the list"
        self.is_path = isinstance(source, str | os.PathLike)

    @contextmanager
    def open(self) -> Generator[Table]:
        """Finds out what the file is and opens it as a table."""
        raise CallListError(f"{self.name}: the readers are being built")
        yield

    def estimated_rows(self) -> int | None:
        """About how many rows it has, or None where only reading it would tell."""
        return None
