"""Rows of a list as a CSV that Excel opens: what was set aside, with the reason; what is left, clean."""

from __future__ import annotations

import csv
import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from autodialer_async.call_list.columns import EXTRA
from autodialer_async.call_list.rejected import RejectedRow
from autodialer_async.errors import CallListError
from autodialer_async.models import Call

__all__ = ["CleanRows", "RejectedRows", "RowWriter", "csv_for_excel", "guarded"]

# A spreadsheet takes a cell that begins so for a formula, and runs it.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs; `read_calls` takes the mark off again.

    Example:
        >>> guarded("=1+1"), guarded("8922")
        ("'=1+1", '8922')
    """
    return "'" + cell if cell.lstrip(" \u00a0").startswith(_DANGEROUS) else cell


class RowWriter(Protocol):
    """Where rows go: what `csv_for_excel` opens, and any writer of the `csv` module."""

    def writerow(self, row: Iterable[str], /) -> object:
        """Write one row."""
        ...


@contextmanager
def csv_for_excel(path: str | os.PathLike[str]) -> Generator[RowWriter]:
    r"""A CSV as Excel opens it by a double click: UTF-8 with its mark, semicolons; written whole or not at all.

    Args:
        path: What to write; a file of that name is replaced.

    Raises:
        CallListError: It cannot be written.

    Example:
        >>> from pathlib import Path
        >>> with csv_for_excel("clean.csv") as rows:
        ...     rows.writerow(["id", "phone"])
        ...     rows.writerow([1, "89222220000"])
        10
        15
        >>> Path("clean.csv").read_text(encoding="utf-8-sig")
        'id;phone\n1;89222220000\n'
    """
    file = Path(path)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with _opened(beside) as stream:
            yield csv.writer(stream, delimiter=";", lineterminator="\r\n")
        beside.replace(file)
    except OSError as error:
        raise CallListError(f"{file} cannot be written: {error.strerror or type(error).__name__}") from error
    finally:
        beside.unlink(missing_ok=True)


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8-sig", newline="", errors="backslashreplace")


class RejectedRows:
    """Rows set aside, as they stand in the file, and why.

    Args:
        writer: Where to.
        header: Names of the list's columns.
    """

    def __init__(self, writer: RowWriter, header: Sequence[str]) -> None:
        self._writer = writer
        self._width = len(header)
        writer.writerow([*map(guarded, header), "reason"])

    def add(self, cells: Sequence[str], rejected: RejectedRow) -> None:
        """One row: its cells, and of `rejected` the `reason: explanation` in the column behind the header's."""
        padding = [""] * (self._width - len(cells))
        self._writer.writerow([*map(guarded, cells), *padding, f"{rejected.reason}: {rejected.problem}"])


class CleanRows:
    """Calls under the names of their fields: a list that `read_calls` reads as it is.

    Args:
        writer: Where to.
        columns: Which fields the list has, as `CallList.columns` tells.
        hours: Whether the calls may have hours, though the list has no column for them.
        scenario: Whether they may have a scenario, though the list has no column for it.
    """

    def __init__(
        self, writer: RowWriter, columns: Mapping[str, object], *, hours: bool = False, scenario: bool = False
    ) -> None:
        self._writer = writer
        texts = [name for name in ("name", "uuid", "var1", "var2", "var3") if name in columns]
        self._hours = hours or not columns.keys().isdisjoint(("start", "hours", "zone"))
        self._extra = [name.removeprefix(EXTRA) for name in columns if name.startswith(EXTRA)]
        self._fields = ["id", "phone", *texts]
        self._fields += ["max_count"] if "max_count" in columns else []
        self._fields += ["generation_type"] if scenario or "generation_type" in columns else []
        hour_names = ["start", "stop"] if self._hours else []
        writer.writerow([*self._fields, *hour_names, *(EXTRA + name for name in self._extra)])

    def add(self, call: Call) -> None:
        """One call."""
        cells = ["" if (value := getattr(call, name)) is None else guarded(str(value)) for name in self._fields]
        if self._hours:
            cells += [str(call.window.start), str(call.window.stop)] if call.window else ["", ""]
        self._writer.writerow([*cells, *(guarded(call.extra.get(name, "")) for name in self._extra)])
