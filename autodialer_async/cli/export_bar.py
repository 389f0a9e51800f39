"""A live bar for an export, on stderr, on terminals only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from autodialer_async.cli.language import number, say, say_count
from autodialer_async.cli.output import Output, is_terminal
from autodialer_async.history.export import ExportProgress

__all__ = ["ExportBar"]


class ExportBar:
    """Days read, then rows written; shows nothing where stderr is no terminal.

    Args:
        output: `--quiet` hides the bar.
    """

    def __init__(self, output: Output) -> None:
        self._bar: Progress | None = None
        if not output.quiet and is_terminal(sys.stderr):
            console = Console(file=sys.stderr, highlight=False)
            columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[words]}"))
            self._bar = Progress(*columns, TimeRemainingColumn(), console=console)
            self._task = self._bar.add_task(say("reading"), total=None, words="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    async def update(self, progress: ExportProgress) -> None:
        """Show how the export is getting on."""
        if self._bar is None:
            return
        if progress.read < progress.requests:
            words = say_count(
                "{read}/{requests} requests, {n} rows",
                "{read}/{requests} requests, {n} rows",
                progress.rows,
                read=progress.read,
                requests=progress.requests,
                n=number(progress.rows),
            )
            self._bar.update(self._task, total=progress.requests, completed=progress.read, words=words)
        else:
            words = say("{written}/{rows} rows", written=number(progress.written), rows=number(progress.rows))
            self._bar.update(
                self._task, description=say("writing"), total=progress.rows, completed=progress.written, words=words
            )
