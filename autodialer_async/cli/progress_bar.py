"""A live bar on stderr, on terminals only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from autodialer_async.cli.language import number, say, say_count
from autodialer_async.cli.output import Output, is_terminal
from autodialer_async.models import Progress

__all__ = ["ProgressBar", "remaining"]

# Columns that all the words need beside the bar, with millions of records.
_ONE_LINE = 125


class ProgressBar:
    """Records sent, rate, time left and what became of them; shows nothing where stderr is no terminal.

    Args:
        output: `--quiet` hides the bar.
        total: About how many records the list has, or None.
    """

    def __init__(self, output: Output, total: int | None) -> None:
        self._total = total
        self._bar: Bar | None = None
        if not output.quiet and is_terminal(sys.stderr):
            console = Console(file=sys.stderr, highlight=False)
            state = _State(in_two_lines=console.width < _ONE_LINE)
            self._bar = Bar(TextColumn(say("sending")), BarColumn(bar_width=24), state, console=console)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total, progress=None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def update(self, progress: Progress) -> None:
        """Shows how the upload is getting on."""
        if self._bar is not None:
            self._bar.update(
                self._task, completed=_settled(progress), total=progress.total or self._total, progress=progress
            )

    def finish(self, records: int) -> None:
        """Shows the list's end: its length was an estimate till now.

        Args:
            records: Records read from the list.
        """
        if self._bar is not None:
            self._bar.update(self._task, completed=records, total=records)

    def close(self) -> None:
        """Leaves the last state on the screen and gives the cursor back."""
        if self._bar is not None:
            self._bar.stop()


class _State(ProgressColumn):
    """The words beside the bar."""

    def __init__(self, *, in_two_lines: bool) -> None:
        super().__init__()
        self._break = "\n" if in_two_lines else "  "

    def render(self, task: Task) -> Text:
        """The state of the upload in one line."""
        progress: Progress | None = task.fields["progress"]
        total = None if task.total is None else int(task.total)
        if progress is None:
            return Text(_records(0, total))
        rate = say("{n}/s", n=number(round(progress.rate)))
        text = Text(f"{_records(_settled(progress), total)}  {rate}")
        left = remaining(progress, total)
        text.append("" if left is None else "  " + say("{time} left", time=left))
        text.append(f"{self._break}{say('accepted')} {number(progress.accepted)}", style="green")
        text.append(f"  {say('rejected')} {number(progress.rejected)}", style="red" if progress.rejected else "dim")
        text.append(f"  {say('unknown')} {number(progress.unknown)}", style="yellow" if progress.unknown else "dim")
        return text


def _records(settled: int, total: int | None) -> str:
    last = total or settled
    counted = f"{number(settled)}/{number(total)}" if total else number(settled)
    return say_count("{n} records", "{n} records", last, n=counted)


def _settled(progress: Progress) -> int:
    return (
        progress.accepted + progress.rejected + progress.unsent + progress.unknown + progress.skipped + progress.invalid
    )


def remaining(progress: Progress, total: int | None) -> str | None:
    """The time left as `m:ss` or `h:mm:ss`, or None where it cannot be told."""
    seconds = progress.seconds_left
    if seconds is None and total is not None and progress.rate > 0:
        seconds = max(total - _settled(progress), 0) / progress.rate
    if not seconds:
        return None
    minutes, whole = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}" if hours else f"{minutes}:{whole:02d}"
