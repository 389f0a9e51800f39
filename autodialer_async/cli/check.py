"""`autodialer check`: what a list holds, and what is wrong with it, before anybody is phoned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from autodialer_async.call_list import read_calls
from autodialer_async.cli import list_options
from autodialer_async.cli.ending import ExitCode, leaving_on_errors
from autodialer_async.cli.hours import DEFAULT_HOURS
from autodialer_async.cli.language import say
from autodialer_async.cli.list_check import check_list
from autodialer_async.cli.options import GenerationType, Hours, Json, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.summary import list_is_clean

__all__ = ["check"]


def check(
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
    hours: Hours = None,
    weekdays: list_options.WeekdaysOption = None,
    server_tz: list_options.ServerTz = None,
    on: list_options.On = None,
    generation_type: GenerationType = None,
    batch_size: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Records in a request at most.")] = 1000,
    rejected: list_options.Rejected = None,
    clean: list_options.Clean = None,
    show_numbers: list_options.ShowNumbers = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read a call list and tell what is in it; nothing is sent.

    Exit code 0: every row is a call, or one that nobody meant to call; 1: rows were set aside that cannot be read; 2:
    the file cannot be read as a list.
    """
    output = Output(json=json, quiet=quiet)
    with leaving_on_errors(output, if_interrupted=say("interrupted; nothing was sent")):
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
        checked = check_list(
            read_calls(file, **arguments),
            batch_size=batch_size,
            rejected=rejected,
            clean=clean,
            with_hours=hours is not None,
            with_scenario=generation_type is not None,
        )
    warning = checked.outside_hours(datetime.now(server_tz).astimezone(server_tz), DEFAULT_HOURS)
    if json:
        output.object(checked.object(show_numbers=show_numbers))
    else:
        output.table(checked.fields())
        for remark in checked.remarks(show_numbers=show_numbers):
            output.line(remark)
    if warning is not None and on is None:
        output.remark(say("loaded now: {warning}", warning=warning))
    counts = checked.calls.counts
    raise typer.Exit(int(ExitCode.COMPLETE if counts.valid and list_is_clean(counts) else ExitCode.INCOMPLETE))
