"""`autodialer report`: the picture of a campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from autodialer_async.cli.campaign import HistoryFile, Until, read_campaign
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.language import say, spoken
from autodialer_async.cli.options import EnvFile, JournalFile, Json, Quiet
from autodialer_async.cli.other_texts import in_our_words
from autodialer_async.cli.output import Output
from autodialer_async.cli.report_text import print_report
from autodialer_async.errors import ConfigurationError
from autodialer_async.history import report as reports
from autodialer_async.history.report import CampaignReport, Language, RecognisedAnswer
from autodialer_async.journal import SqliteJournal
from autodialer_async.webhooks import Inbox

__all__ = ["report"]


def report(
    file: JournalFile,
    *,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page here: one HTML file that loads nothing.", show_default=False),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Print the report; the default without --out and --json.")
    ] = False,
    lang: Annotated[
        Language | None, typer.Option(help="The report's language.", show_default="that of the locale")
    ] = None,
    history: HistoryFile = None,
    inbox: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Tell also what people said: the answers that `autodialer webhook --inbox FILE` received.",
            show_default=False,
        ),
    ] = None,
    until: Until = None,
    env_file: EnvFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what became of a campaign: from the list to the answers, by hour, region and batch.

    Asks the service for the history of the campaign's days, or takes it from --history; nothing is dialled. Holds no
    numbers and no names.
    """
    output = Output(json=json, quiet=quiet)
    language = lang or spoken()

    async def work() -> int:
        if out is not None:
            _check_target(out, {"the journal": file, "the history": history, "the inbox": inbox})
        # Asked for before the history is, which may take long.
        page_of = None if out is None else _needs_extra(lambda: reports.page_of)
        last_day = None if until is None else until.date()
        answers = [] if inbox is None else await _answers(output, file, inbox, last_day)
        campaign, days = await read_campaign(
            file, history=history, until=until, env_file=env_file, place_of=_place_finder(output, language)
        )
        made = await CampaignReport.of(campaign, name=file.name, days=days, answers=answers)
        if out is not None and page_of is not None:
            _write(out, page_of(made, language))
            output.remark(say("written: {file}", file=out))
        if json:
            output.object(made.to_dict())
        elif text or out is None:
            print_report(output, made, language)
        return ExitCode.COMPLETE

    carry_out(output, work)


async def _answers(output: Output, file: Path, inbox: Path, until: date | None) -> list[RecognisedAnswer]:
    async with aclosing(Inbox(inbox).all_events()) as events:
        answers = await reports.answers_of(SqliteJournal(file), events, until=until)
    if not answers:
        output.remark(say("{inbox} holds no answers of this campaign's numbers", inbox=inbox))
    return answers


def _check_target(out: Path, read: Mapping[str, Path | None]) -> None:
    for name, file in read.items():
        if file is not None and out.resolve() == file.resolve():
            raise ConfigurationError(f"--out {out} is {name} itself: give another name")
    if not out.absolute().parent.is_dir():
        raise ConfigurationError(f"--out {out}: there is no folder {out.absolute().parent}")


def _write(out: Path, page: str) -> None:
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--out {out} cannot be written: {error.strerror}") from error


def _place_finder(output: Output, lang: Language) -> Callable[[str], str | None] | None:
    try:
        return reports.place_finder(lang)
    except ImportError as error:
        output.remark(in_our_words(str(error)))
        return None


def _needs_extra(
    get: Callable[[], Callable[[CampaignReport, Language], str]],
) -> Callable[[CampaignReport, Language], str]:
    try:
        return get()
    except ImportError as error:
        raise ConfigurationError(str(error)) from error
