"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autodialer_async.cli.hours import hours_from_text
from autodialer_async.models import CallWindow

__all__ = [
    "Concurrency",
    "Deadline",
    "EnvFile",
    "GenerationType",
    "Hours",
    "JournalFile",
    "Json",
    "MaxCount",
    "Quiet",
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar and no remarks: the result only.")]
EnvFile = Annotated[
    Path | None,
    typer.Option("--env-file", metavar="FILE", help="Read AUTODIALER_… from lines NAME=value of this file."),
]
Concurrency = Annotated[int, typer.Option(min=1, max=100, metavar="N", help="Requests in flight at most.")]
Deadline = Annotated[float | None, typer.Option(min=0.0, metavar="SECONDS", help="Stop after this many seconds.")]
Hours = Annotated[
    CallWindow | None,
    typer.Option(parser=hours_from_text, metavar="A-B", help="Hours in which to dial, such as 10:00-19:00."),
]
GenerationType = Annotated[
    str | None, typer.Option(metavar="ID", help="Scenario of the records that name none.", show_default=False)
]
MaxCount = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Attempts for each record that gives no number.")
]
JournalFile = Annotated[Path, typer.Argument(metavar="FILE", help="The journal that `upload --journal FILE` made.")]
