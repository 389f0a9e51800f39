"""A range of history into a file: read page by page, kept, then written whole."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

import anyio
from anyio import to_thread

from autodialer_async._days import Read, read_pages, unsettled_from
from autodialer_async.errors import ConfigurationError
from autodialer_async.history.export.results import CodeTally, ExportProgress, HistoryExport, OnExport
from autodialer_async.history.export.spool import Spool
from autodialer_async.history.tables import Cells, Table, table_kind

__all__ = ["export_history"]

T = TypeVar("T")


async def export_history(
    file: str | os.PathLike[str],
    days: Sequence[tuple[date, date]],
    read: Read,
    *,
    number: str | None,
    ahead: int,
    zone: tzinfo | None,
    now: Callable[[], datetime],
    on_progress: OnExport | None,
) -> HistoryExport:
    """Write a range of history to a file; see `AsyncAutodialer.export_history`.

    Args:
        file: What to write.
        days: First and last day of each request.
        read: One request.
        number: The one subscriber it is about, or None.
        ahead: Most requests to run at once.
        zone: The service's time zone, or None.
        now: The clock, aware.
        on_progress: Called after each step.
    """
    target = Path(file)
    open_table = table_kind(target)
    spool = await to_thread.run_sync(Spool, target.with_name(target.name + ".part"), days, number)
    try:
        missing = spool.missing(days)
        resumed = len(missing) < len(days)
        progress = _Told(on_progress, len(days), len(days) - len(missing), spool.rows())
        await progress.tell()
        unsettled = unsettled_from(now(), zone)
        async with read_pages(missing, read, ahead=ahead, unsettled=unsettled) as pages:
            async for page in pages:
                await to_thread.run_sync(spool.keep, page, unsettled)
                progress.read += 1
                progress.rows += len(page.rows)
                await progress.tell()
        tally = await _write(open_table, target, spool, progress)
        superseded = spool.superseded()
        await to_thread.run_sync(spool.delete)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(spool.close)
    return HistoryExport(
        target, tally.rows, superseded, tally.unreadable, resumed, dict(tally.dispositions), dict(tally.unknown_codes)
    )


async def _write(open_table: Callable[[Path], Table], target: Path, spool: Spool, progress: _Told) -> CodeTally:
    """Write the rows beside the target, then put them in its place."""
    beside = target.with_name(f".{target.name}.new")
    tally = CodeTally()
    try:
        parts = spool.last_states()
        table = await _on_disk(target, open_table, beside)
        try:
            while await _on_disk(target, _write_some, parts, table, tally):
                progress.written = tally.rows
                await progress.tell()
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(parts.close)
                await _on_disk(target, table.close)
        await _on_disk(target, _put_in_place, beside, target)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    return tally


def _write_some(parts: Generator[list[Cells], None, None], table: Table, tally: CodeTally) -> bool:
    rows = next(parts, None)
    if rows is None:
        return False
    table.write(rows)
    tally.add(rows)
    return True


def _put_in_place(beside: Path, target: Path) -> None:
    # On the disk before its name is: what was read is deleted after that.
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.replace(target)


async def _on_disk(target: Path, work: Callable[..., T], *arguments: object) -> T:
    try:
        return await to_thread.run_sync(work, *arguments)
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written: {error.strerror or error}; what was read is kept beside it"
        ) from error


class _Told:
    """Tells how far the export has come."""

    def __init__(self, on_progress: OnExport | None, requests: int, read: int, rows: int) -> None:
        self._on_progress = on_progress
        self._requests = requests
        self.read = read
        self.rows = rows
        self.written = 0

    async def tell(self) -> None:
        """Call back."""
        if self._on_progress is not None:
            told = self._on_progress(ExportProgress(self._requests, self.read, self.rows, self.written))
            if inspect.isawaitable(told):
                await told
