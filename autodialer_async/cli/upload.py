"""`autodialer upload`: a list from a file to the service."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from autodialer_async.call_list import read_calls
from autodialer_async.cli.hours import DEFAULT_HOURS, outside_hours
from autodialer_async.cli.options import Concurrency, Deadline, EnvFile, GenerationType, Hours, Json, MaxCount, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.sending import Order, send
from autodialer_async.cli.settings import connection

__all__ = ["upload"]


def upload(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A UTF-8 CSV with columns id, phone and others.")],
    *,
    emulator: Annotated[
        bool, typer.Option("--emulator", help="Send to a dialer inside this process: nobody is phoned.")
    ] = False,
    hours: Hours = None,
    generation_type: GenerationType = None,
    max_count: MaxCount = None,
    duplicates: Annotated[
        Literal["drop", "keep"], typer.Option(help="What to do with a phone that stands in an earlier row.")
    ] = "drop",
    concurrency: Concurrency = 8,
    batch_size: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Records in a request at most.")] = 1000,
    deadline: Deadline = None,
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Keep here what became of each record: a list sent again goes on where it ended."
        ),
    ] = None,
    resend_unknown: Annotated[
        bool,
        typer.Option(
            "--resend-unknown", help="Send again what the journal calls unknown: that may phone a person twice."
        ),
    ] = False,
    env_file: EnvFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Send a call list and print exactly what became of it.

    The first Ctrl-C stops reading, lets what is in flight finish and prints the exact result; the second leaves at
    once. With --journal the same command resumes after either, and after a kill.
    """
    if resend_unknown and journal is None:
        raise typer.BadParameter("--resend-unknown needs --journal: without one nothing is known to be unknown")
    output = Output(json=json, quiet=quiet)

    def order() -> Order:
        client: dict[str, Any] = {"concurrency": concurrency, "batch_size": batch_size}
        if not emulator:
            client |= connection(env_file)
        calls = read_calls(file, duplicates=duplicates)
        warning = outside_hours(hours or DEFAULT_HOURS, datetime.now().astimezone().time())
        if warning is not None:
            output.warning(warning)
        if emulator and journal is not None:
            output.warning("the journal will hold what the emulator took: sent to the service with it, it is skipped")
        return Order(
            calls,
            client=client,
            emulator={} if emulator else None,
            window=hours,
            generation_type=generation_type,
            max_count=max_count,
            deadline=deadline,
            journal=journal,
            resend_unknown=resend_unknown,
        )

    send(output, order)
