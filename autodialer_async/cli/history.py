"""`autodialer history`: what became of the calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from autodialer_async import AsyncAutodialer, AutodialerError, CallDetail, ConfigurationError, Disposition
from autodialer_async.cli.ending import ExitCode, carry_out, exit_code_of
from autodialer_async.cli.export_bar import ExportBar
from autodialer_async.cli.language import outcome, say, say_count
from autodialer_async.cli.options import EnvFile, Quiet
from autodialer_async.cli.other_texts import in_our_words
from autodialer_async.cli.output import Output
from autodialer_async.cli.settings import connection
from autodialer_async.models import masked_digits, masked_phone

__all__ = ["history"]

_DAY = ["%Y-%m-%d"]
_ROW = "{:<25}  {:<16}  {:>7}  {:<14}  {:<20}  {}"
_MOST_CODES_SHOWN = 5
_MOST_CODES_KEPT = 1000


def history(
    first: Annotated[
        datetime | None,
        typer.Argument(metavar="[FROM]", formats=_DAY, help="First day, YYYY-MM-DD.", show_default=False),
    ] = None,
    last: Annotated[
        datetime | None, typer.Argument(metavar="[TO]", formats=_DAY, help="Last day, inclusive.", show_default=False)
    ] = None,
    *,
    date_from: Annotated[
        datetime | None, typer.Option("--from", metavar="DAY", formats=_DAY, help="The same as FROM.")
    ] = None,
    date_to: Annotated[
        datetime | None, typer.Option("--to", metavar="DAY", formats=_DAY, help="The same as TO.")
    ] = None,
    number: Annotated[str | None, typer.Option(help="Only calls to this subscriber.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a table, numbers whole: .csv, .xlsx, .jsonl or .parquet. Goes on where it was."
        ),
    ] = None,
    show_numbers: Annotated[bool, typer.Option("--show-numbers", help="Print numbers whole.")] = False,
    env_file: EnvFile = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a row, or with --out one about the file.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Print the calls of a day or of a range of days, numbers masked; or write them to a file."""
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        days = _one_of(first, date_from, "FROM"), _one_of(last, date_to, "TO")
        if days[0] is None:
            raise ConfigurationError("which days? autodialer history FROM [TO], or --from DAY [--to DAY]")
        async with AsyncAutodialer(**connection(env_file)) as dialer:
            if out is not None:
                return await _export(output, dialer, out, (days[0], days[1]), number)
            async with dialer.history(days[0], days[1], to=number) as details:
                await _print(output, details, show_numbers=show_numbers)
        return ExitCode.COMPLETE

    kept = "" if out is None else f": {_kept(out)}"
    carry_out(output, work, if_interrupted=say("interrupted") + kept)


def _kept(out: Path) -> str:
    return say("what was read is kept in {file}.part, and the same command goes on with it", file=out)


def _one_of(argument: datetime | None, option: datetime | None, name: str) -> date | None:
    if argument is not None and option is not None:
        raise ConfigurationError(f"{name} is given twice: as an argument and as an option")
    given = argument or option
    return None if given is None else given.date()


async def _export(
    output: Output, dialer: AsyncAutodialer, out: Path, days: tuple[date, date | None], number: str | None
) -> int:
    try:
        with ExportBar(output) as bar:
            done = await dialer.export_history(out, *days, to=number, on_progress=bar.update)
    except AutodialerError as error:
        if exit_code_of(error) is ExitCode.INCOMPLETE:
            output.remark(_kept(out))
        raise
    if output.json:
        output.object(attrs.asdict(done) | {"file": str(done.file)})
    else:
        output.line(in_our_words(str(done)))
    return ExitCode.COMPLETE


async def _print(output: Output, details: AsyncIterator[CallDetail], *, show_numbers: bool) -> None:
    rows = bad = 0
    unknown: Counter[str] = Counter()
    async for detail in details:
        if not output.json and not rows:
            output.line(
                _ROW.format(say("time"), say("number"), say("seconds"), say("ended"), say("code"), say("task id"))
            )
        rows += 1
        bad += detail.problem is not None
        if detail.code is not None and detail.code.disposition is Disposition.UNKNOWN:
            code = detail.code.raw
            unknown[code if code in unknown or len(unknown) < _MOST_CODES_KEPT else "…"] += 1
        if output.json:
            wanted = output.object(_object(detail, show_numbers=show_numbers))
        else:
            wanted = output.line(_line(detail, show_numbers=show_numbers))
        if not wanted:
            break
    told = say_count("{n} rows", "{n} rows", rows)
    output.remark(told + (say(", {bad} of them not readable whole", bad=bad) if bad else ""))
    if unknown:
        codes = ", ".join(f"{masked_digits(code)!r} {count}" for code, count in unknown.most_common(_MOST_CODES_SHOWN))
        output.remark(say("codes that no table reads (Dialect.status_map can): {codes}", codes=codes))


def _number(detail: CallDetail, *, show_numbers: bool) -> str | None:
    if detail.dst is None or show_numbers:
        return detail.dst
    return masked_phone(detail.dst)


def _shown(code: str, *, show_numbers: bool) -> str:
    return code if show_numbers else masked_digits(code)


def _line(detail: CallDetail, *, show_numbers: bool) -> str:
    code = detail.code
    return _ROW.format(
        "?" if detail.time is None else str(detail.time),
        _number(detail, show_numbers=show_numbers) or "?",
        "?" if detail.seconds is None else detail.seconds,
        "?" if code is None else outcome(code.disposition),
        "?" if code is None else _shown(code.raw, show_numbers=show_numbers),
        "?" if detail.query_id is None else detail.query_id,
    ).rstrip()


def _object(detail: CallDetail, *, show_numbers: bool) -> dict[str, Any]:
    return {
        "query_id": None if detail.query_id is None else str(detail.query_id),
        "dst": _number(detail, show_numbers=show_numbers),
        "time": None if detail.time is None else detail.time.isoformat(),
        "code": None if detail.code is None else _shown(detail.code.raw, show_numbers=show_numbers),
        "word": None if detail.code is None else detail.code.word,
        "number": None if detail.code is None else detail.code.number,
        "disposition": None if detail.code is None else str(detail.code.disposition),
        "seconds": detail.seconds,
        "problem": detail.problem,
    }
