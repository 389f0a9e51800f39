"""What an export tells: while it runs, and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import attrs

from autodialer_async.history.tables import Cells
from autodialer_async.models import Disposition, masked_digits

__all__ = ["CodeTally", "ExportProgress", "HistoryExport", "OnExport"]

_MOST_CODES = 1000


@attrs.frozen
class ExportProgress:
    """How far an export has come.

    Attributes:
        requests: Requests that the whole range takes.
        read: Those of them that were answered, earlier runs included.
        rows: Rows in their answers, several states of one number included.
        written: Rows written to the file; 0 until all is read.
    """

    requests: int
    read: int
    rows: int
    written: int


OnExport = Callable[[ExportProgress], Awaitable[None] | None]


@attrs.frozen
class HistoryExport:
    """What an export wrote.

    Attributes:
        file: The file.
        rows: Rows in it.
        superseded: Earlier states of numbers in tasks, left out.
        unreadable: Rows in it that could not be read whole; they say so.
        resumed: Whether an earlier run had begun it.
        dispositions: How many calls ended how.
        unknown_codes: CODEs that no table reads -> how often each came; at most a thousand, then `…` for the others.
    """

    file: Path
    rows: int
    superseded: int
    unreadable: int
    resumed: bool
    dispositions: Mapping[str, int]
    unknown_codes: Mapping[str, int]

    def __str__(self) -> str:
        parts = [f"{self.rows} rows in {self.file}"]
        if self.superseded:
            parts.append(f"{self.superseded} earlier states left out")
        if self.unreadable:
            parts.append(f"{self.unreadable} not readable whole")
        if self.unknown_codes:
            codes = ", ".join(
                f"{masked_digits(code)!r} {count}" for code, count in Counter(self.unknown_codes).most_common(5)
            )
            parts.append(f"codes that no table reads: {codes}")
        return "; ".join(parts)


class CodeTally:
    """Counts how calls ended.

    Attributes:
        rows: All rows.
        unreadable: Rows with a problem.
        dispositions: How many calls ended how.
        unknown_codes: As in `HistoryExport`.
    """

    def __init__(self) -> None:
        self.rows: int = 0
        self.unreadable: int = 0
        self.dispositions: Counter[str] = Counter()
        self.unknown_codes: Counter[str] = Counter()

    def add(self, rows: Iterable[Cells]) -> None:
        """Count some rows."""
        for cells in rows:
            self.rows += 1
            self.unreadable += cells.problem is not None
            if cells.disposition is None:
                continue
            self.dispositions[cells.disposition] += 1
            if cells.disposition == Disposition.UNKNOWN:
                code = cells.code or ""
                known = code in self.unknown_codes or len(self.unknown_codes) < _MOST_CODES
                self.unknown_codes[code if known else "…"] += 1
