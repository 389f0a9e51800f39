"""`autodialer history`: what became of the calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from autodialer_async import AsyncAutodialer, CallDetail
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.options import EnvFile, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.settings import connection
from autodialer_async.models import masked_phone

__all__ = ["history"]

_DAY = ["%Y-%m-%d"]
_ROW = "{:<25}  {:<16}  {:>7}  {:<14}  {:<20}  {}"


def history(
    date_from: Annotated[datetime, typer.Argument(metavar="FROM", formats=_DAY, help="First day, YYYY-MM-DD.")],
    date_to: Annotated[
        datetime | None, typer.Argument(metavar="[TO]", formats=_DAY, help="Last day, inclusive.", show_default=False)
    ] = None,
    *,
    number: Annotated[str | None, typer.Option(help="Only calls to this subscriber.")] = None,
    show_numbers: Annotated[bool, typer.Option("--show-numbers", help="Print numbers whole.")] = False,
    env_file: EnvFile = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object a row.")] = False,
    quiet: Quiet = False,
) -> None:
    """Print the calls of a day or of a range of days; numbers are masked."""
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        last = None if date_to is None else date_to.date()
        rows = bad = 0
        async with (
            AsyncAutodialer(**connection(env_file)) as dialer,
            dialer.history(date_from.date(), last, to=number) as details,
        ):
            async for detail in details:
                if not json and not rows:
                    output.line(_ROW.format("time", "number", "seconds", "ended", "code", "task id"))
                rows += 1
                bad += detail.problem is not None
                if json:
                    wanted = output.object(_object(detail, show_numbers=show_numbers))
                else:
                    wanted = output.line(_line(detail, show_numbers=show_numbers))
                if not wanted:
                    break
        output.remark(f"{rows} rows{f', {bad} of them not readable whole' if bad else ''}")
        return ExitCode.COMPLETE

    carry_out(output, work)


def _number(detail: CallDetail, *, show_numbers: bool) -> str | None:
    if detail.dst is None or show_numbers:
        return detail.dst
    return masked_phone(detail.dst)


def _line(detail: CallDetail, *, show_numbers: bool) -> str:
    code = detail.code
    return _ROW.format(
        "?" if detail.time is None else str(detail.time),
        _number(detail, show_numbers=show_numbers) or "?",
        "?" if detail.seconds is None else detail.seconds,
        "?" if code is None else code.disposition,
        "?" if code is None else code.raw,
        "?" if detail.query_id is None else detail.query_id,
    ).rstrip()


def _object(detail: CallDetail, *, show_numbers: bool) -> dict[str, Any]:
    return {
        "query_id": None if detail.query_id is None else str(detail.query_id),
        "dst": _number(detail, show_numbers=show_numbers),
        "time": None if detail.time is None else detail.time.isoformat(),
        "code": None if detail.code is None else detail.code.raw,
        "disposition": None if detail.code is None else str(detail.code.disposition),
        "seconds": detail.seconds,
        "problem": detail.problem,
    }
