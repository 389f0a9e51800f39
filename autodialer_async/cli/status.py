"""`autodialer status`: what a campaign's journal knows."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from autodialer_async import AsyncAutodialer, Reconciliation
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.options import EnvFile, JournalFile, Json, Quiet
from autodialer_async.cli.output import Field, Output, is_terminal
from autodialer_async.cli.settings import connection
from autodialer_async.journal import Journal, RecordState, SqliteJournal

__all__ = ["status"]

_SHOWN_ON_A_TERMINAL = 20
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
    show_all: Annotated[
        bool, typer.Option("--all", help="List all unknown ids on a terminal too, not the first few only.")
    ] = False,
    env_file: EnvFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell how many records of a campaign are in each state, and which are unknown; also beside a running upload.

    Exit code 0: all are accepted, 1: some are not.
    """
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        journal = SqliteJournal(file)
        counts = await _counts(journal)
        settled = await _reconcile(journal, env_file) if reconcile else None
        if settled is not None:
            counts = await journal.counts()
        if json:
            output.object(await _object(journal, counts, settled))
        else:
            await _print(output, journal, counts, settled, show_all=show_all)
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
    journal: Journal, counts: Mapping[RecordState, int], settled: Reconciliation | None
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
    return whole


async def _print(
    output: Output,
    journal: Journal,
    counts: Mapping[RecordState, int],
    settled: Reconciliation | None,
    *,
    show_all: bool,
) -> None:
    if settled is not None:
        output.remark(_what_was_settled(settled))
    fields = [Field("records", str(sum(counts.values())), "bold")]
    fields += [Field(state, str(number), _STYLES[state] if number else "") for state, number in counts.items()]
    output.table(fields)
    if counts[RecordState.UNKNOWN]:
        await _list_unknown(output, journal, counts[RecordState.UNKNOWN], show_all=show_all)
        output.warning("sending the unknown records again may phone a person twice")
        if settled is None:
            output.remark("--reconcile asks the service's history about them")


async def _list_unknown(output: Output, journal: Journal, number: int, *, show_all: bool) -> None:
    output.line("unknown ids:")
    shown = 0
    async for record in journal.unknown():
        if shown == _SHOWN_ON_A_TERMINAL and not show_all and is_terminal(sys.stdout):
            output.line(f"  … and {number - shown} more: --all lists them")
            return
        if not output.line(f"  {record.id}"):
            return
        shown += 1


def _what_was_settled(settled: Reconciliation) -> str:
    if settled.first_day is None:
        return "nothing was unknown: the history was not asked"
    return (
        f"the history of {settled.first_day} to {settled.last_day} shows {settled.dialled} of "
        f"{settled.unknown_before} unknown records as dialled"
    )
