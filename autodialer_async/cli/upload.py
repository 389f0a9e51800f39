"""`autodialer upload`: a list from a file to the service."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from autodialer_async.call_list import CallList, read_calls
from autodialer_async.cli import list_options
from autodialer_async.cli.agreement import agrees
from autodialer_async.cli.ending import ExitCode, leaving_on_errors
from autodialer_async.cli.hours import DEFAULT_HOURS
from autodialer_async.cli.language import say, say_count
from autodialer_async.cli.list_check import CheckedList, check_list
from autodialer_async.cli.options import Concurrency, Deadline, EnvFile, GenerationType, Hours, Json, MaxCount, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.sending import Order, send
from autodialer_async.cli.settings import connection
from autodialer_async.cli.standard_input import readable_twice
from autodialer_async.errors import ConfigurationError

__all__ = ["upload"]


def upload(
    file: list_options.ListFile,
    *,
    phone_column: list_options.PhoneColumns = None,
    column: list_options.Columns = None,
    encoding: list_options.Encoding = None,
    delimiter: list_options.Delimiter = None,
    sheet: list_options.Sheet = None,
    header: list_options.HeaderRow = None,
    hidden: list_options.Hidden = "skip",
    phones: list_options.Phones = "first",
    default_area_code: list_options.DefaultAreaCode = None,
    allow: list_options.Allow = None,
    duplicates: list_options.Duplicates = "drop",
    duplicates_by: list_options.DuplicatesBy = "phone",
    stop_list: list_options.StopLists = None,
    only_numbers: list_options.OnlyNumbers = None,
    max_rows: list_options.MaxRows = None,
    weekdays: list_options.WeekdaysOption = None,
    server_tz: list_options.ServerTz = None,
    on: list_options.On = None,
    rejected: list_options.Rejected = None,
    clean: list_options.Clean = None,
    show_numbers: list_options.ShowNumbers = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before dialling.")] = False,
    emulator: Annotated[
        bool, typer.Option("--emulator", help="Send to a dialer inside this process: nobody is phoned.")
    ] = False,
    hours: Hours = None,
    generation_type: GenerationType = None,
    max_count: MaxCount = None,
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

    The whole list is read and summed up first, as `check` does it, and on a terminal you are asked before anybody is
    dialled. The first Ctrl-C stops reading, lets what is in flight finish and prints the exact result; the second
    leaves at once. With --journal the same command resumes after either, and after a kill.
    """
    if resend_unknown and journal is None:
        raise typer.BadParameter("--resend-unknown needs --journal: without one nothing is known to be unknown")
    output = Output(json=json, quiet=quiet)
    with ExitStack() as stack:
        with leaving_on_errors(output, if_interrupted=say("interrupted; nothing was sent")):
            client: dict[str, Any] = {"concurrency": concurrency, "batch_size": batch_size}
            if not emulator:
                client |= connection(env_file)
            arguments = list_options.list_arguments(
                columns=column,
                phone_columns=phone_column,
                encoding=encoding,
                delimiter=delimiter,
                sheet=sheet,
                header=header,
                hidden=hidden,
                phones=phones,
                default_area_code=default_area_code,
                allow=allow,
                duplicates=duplicates,
                duplicates_by=duplicates_by,
                stop_lists=stop_list,
                only_numbers=only_numbers,
                max_rows=max_rows,
                hours=hours,
                weekdays=weekdays,
                server_tz=server_tz,
                on=on,
                generation_type=generation_type,
            )
            calls = read_calls(stack.enter_context(readable_twice(file)), **arguments)
            checked = check_list(
                calls,
                batch_size=batch_size,
                rejected=rejected,
                clean=clean,
                with_hours=hours is not None,
                with_scenario=generation_type is not None,
            )
            _tell(output, checked, datetime.now(server_tz).astimezone(server_tz), show_numbers=show_numbers)
            if emulator and journal is not None:
                output.warning(
                    say("the journal will hold what the emulator took: sent to the service with it, it is skipped")
                )
            if not (yes or emulator):
                _ask(output, calls, from_stdin=file == "-")

        send(
            output,
            lambda: Order(
                calls,
                client=client,
                emulator={} if emulator else None,
                window=hours,
                generation_type=generation_type,
                max_count=max_count,
                deadline=deadline,
                journal=journal,
                resend_unknown=resend_unknown,
            ),
        )


def _tell(output: Output, checked: CheckedList, now: datetime, *, show_numbers: bool) -> None:
    fields = list(checked.fields())
    width = max(len(field.name) for field in fields)
    for field in fields:
        output.remark(f"{field.name:<{width}}  {field.value}")
    for remark in checked.remarks(show_numbers=show_numbers):
        output.remark(remark)
    warning = checked.outside_hours(now, DEFAULT_HOURS)
    if warning is not None:
        output.warning(warning)


def _ask(output: Output, calls: CallList, *, from_stdin: bool) -> None:
    """Asks on a terminal; scripts are not asked."""
    if not calls.counts.calls or not (sys.stderr.isatty() or sys.stdout.isatty()):
        return
    if not sys.stdin.isatty():
        if from_stdin:
            raise ConfigurationError("the list is on standard input, where you cannot be asked: add --yes to dial")
        return
    try:
        # On stderr, so that stdout holds nothing but the result, unless a file takes the remarks.
        agreed = agrees(
            say_count("Dial {n} numbers?", "Dial {n} numbers?", calls.counts.calls), err=sys.stderr.isatty()
        )
    except typer.Abort as abort:
        # Its context tells Ctrl-C from the end of the input.
        output.warning(say("nothing was sent"))
        interrupted = isinstance(abort.__context__, KeyboardInterrupt)
        raise typer.Exit(int(ExitCode.INTERRUPTED if interrupted else ExitCode.INCOMPLETE)) from None
    if not agreed:
        output.warning(say("nothing was sent"))
        raise typer.Exit(int(ExitCode.INCOMPLETE))
