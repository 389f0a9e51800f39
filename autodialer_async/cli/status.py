"""`autodialer status`: how a campaign stands, and what to do next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from autodialer_async import AsyncAutodialer, Reconciliation
from autodialer_async.cli.campaign import HistoryFile, Until, read_campaign
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.language import outcome, say
from autodialer_async.cli.options import EnvFile, JournalFile, Json, Quiet
from autodialer_async.cli.output import Field, Output, is_terminal
from autodialer_async.cli.settings import connection
from autodialer_async.history.report import CampaignReport
from autodialer_async.journal import Journal, RecordState, SqliteJournal
from autodialer_async.models import Disposition

__all__ = ["status"]

_SHOWN_ON_A_TERMINAL = 20
_ENDED = ("dialled", "answered", "outcomes", "not_yet_dialled", "doubled", "to_call_again")
_STYLES = {
    RecordState.ACCEPTED: "green",
    RecordState.REJECTED: "red",
    RecordState.UNSENT: "yellow",
    RecordState.UNKNOWN: "yellow",
    RecordState.SENDING: "cyan",
}


def status(
    file: JournalFile,
    *,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="First ask the service's history what became of the unknown records.")
    ] = False,
    outcomes: Annotated[
        bool, typer.Option("--outcomes", help="Ask the service's history how the calls ended.")
    ] = False,
    history: HistoryFile = None,
    until: Until = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="List all unknown ids on a terminal too, not the first few only.")
    ] = False,
    env_file: EnvFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell how many records of a campaign are in each state, which are unknown, and what to do next.

    Works also beside a running upload. With --outcomes, or a history in a file, it tells also how the calls ended;
    `autodialer report` shows all of it.

    Exit code 0: all are accepted, 1: some are not.
    """
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        journal = SqliteJournal(file)
        counts = await _counts(journal)
        settled = await _reconcile(journal, env_file) if reconcile else None
        if settled is not None:
            counts = await journal.counts()
        campaign = None
        if outcomes or history is not None:
            campaign, _ = await read_campaign(file, history=history, until=until, env_file=env_file)
            counts = campaign.counts
        ended = None if campaign is None else await CampaignReport.of(campaign)
        if json:
            output.object(await _object(journal, counts, settled, ended))
        else:
            await _print(output, journal, counts, settled, ended, show_all=show_all)
            for step in _next_steps(file, counts, settled, ended):
                output.remark(step)
        return ExitCode.COMPLETE if _not_accepted(counts) == 0 else ExitCode.INCOMPLETE

    carry_out(output, work)


async def _counts(journal: Journal) -> Mapping[RecordState, int]:
    counts = await journal.counts()
    # What an uploader that was killed left on its way is unknown; only then is anything written.
    if counts[RecordState.SENDING] and await journal.settle_abandoned():
        counts = await journal.counts()
    return counts


async def _reconcile(journal: Journal, env_file: Path | None) -> Reconciliation:
    async with AsyncAutodialer(**connection(env_file)) as dialer:
        return await dialer.reconcile(journal)


def _not_accepted(counts: Mapping[RecordState, int]) -> int:
    return sum(number for state, number in counts.items() if state is not RecordState.ACCEPTED)


async def _object(
    journal: Journal,
    counts: Mapping[RecordState, int],
    settled: Reconciliation | None,
    ended: CampaignReport | None,
) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "records": sum(counts.values()),
        "complete": _not_accepted(counts) == 0,
        "counts": {str(state): number for state, number in counts.items()},
        "unknown_ids": [record.id async for record in journal.unknown()],
    }
    if settled is not None:
        whole["reconciliation"] = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in attrs.asdict(settled).items()
        }
    if ended is not None:
        told = ended.to_dict()
        whole |= {name: told[name] for name in _ENDED}
    return whole


async def _print(
    output: Output,
    journal: Journal,
    counts: Mapping[RecordState, int],
    settled: Reconciliation | None,
    ended: CampaignReport | None,
    *,
    show_all: bool,
) -> None:
    if settled is not None:
        output.remark(_what_was_settled(settled))
    fields = [Field(say("records"), str(sum(counts.values())), "bold")]
    fields += [
        Field(say(str(state)), str(number), _STYLES[state] if number else "") for state, number in counts.items()
    ]
    output.table([*fields, *([] if ended is None else _outcomes(ended))])
    if counts[RecordState.UNKNOWN]:
        await _list_unknown(output, journal, counts[RecordState.UNKNOWN], show_all=show_all)
        output.warning(say("sending the unknown records again may phone a person twice"))


async def _list_unknown(output: Output, journal: Journal, number: int, *, show_all: bool) -> None:
    output.line(say("unknown ids:"))
    shown = 0
    async for record in journal.unknown():
        if shown == _SHOWN_ON_A_TERMINAL and not show_all and is_terminal(sys.stdout):
            output.line("  " + say("… and {n} more: --all lists them", n=number - shown))
            return
        if not output.line(f"  {record.id}"):
            return
        shown += 1


def _outcomes(ended: CampaignReport) -> list[Field]:
    fields = [Field(say("dialled"), str(ended.dialled), "bold")]
    for disposition, number in ended.outcomes.most_common():
        style = "green" if disposition is Disposition.ANSWERED else ""
        fields.append(Field("  " + outcome(disposition).replace("_", " "), str(number), style))
    fields.append(Field(say("not yet dialled"), str(ended.not_yet_dialled)))
    if ended.doubled:
        doubled = say("{n}: their number stands in another record of the same task", n=ended.doubled)
        fields.append(Field(say("doubled"), doubled))
    fields.append(Field(say("to call again"), str(ended.to_call_again), "yellow" if ended.to_call_again else ""))
    return fields


def _next_steps(
    file: Path, counts: Mapping[RecordState, int], settled: Reconciliation | None, ended: CampaignReport | None
) -> list[str]:
    name = shlex.quote(str(file))
    steps: list[str] = []
    if counts[RecordState.UNKNOWN] and settled is None:
        steps.append(
            say(
                "`autodialer status {file} --reconcile` asks the service's history about the unknown records", file=name
            )
        )
    if counts[RecordState.REJECTED] or counts[RecordState.UNSENT]:
        steps.append(
            say("`autodialer upload LIST --journal {file}` sends the rejected and the unsent ones again", file=name)
        )
    if counts[RecordState.ACCEPTED] and ended is None:
        steps.append(say("`autodialer status {file} --outcomes` tells how the calls ended", file=name))
    if counts[RecordState.ACCEPTED]:
        steps.append(say("`autodialer report {file} --out report.html` makes the whole picture", file=name))
    return steps


def _what_was_settled(settled: Reconciliation) -> str:
    if settled.first_day is None:
        return say("nothing was unknown: the history was not asked")
    return say(
        "the history of {first} to {last} shows {dialled} of {unknown} unknown records as dialled",
        first=settled.first_day,
        last=settled.last_day,
        dialled=settled.dialled,
        unknown=settled.unknown_before,
    )
