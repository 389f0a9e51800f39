"""`autodialer journal`: looking after a campaign's journal."""

from __future__ import annotations

from typing import Annotated

import typer

from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.help_texts import Command, Group
from autodialer_async.cli.language import say
from autodialer_async.cli.options import JournalFile, Json, Quiet
from autodialer_async.cli.output import Field, Output
from autodialer_async.errors import JournalError
from autodialer_async.journal import RecordState, SqliteJournal

__all__ = ["journal"]

journal: typer.Typer = typer.Typer(
    name="journal", cls=Group, help="Look after a campaign's journal.", no_args_is_help=True
)


@journal.callback()
def group() -> None:
    """Look after a campaign's journal."""


@journal.command(cls=Command)
def purge(
    file: JournalFile,
    *,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Also where some records are not accepted.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove the digests of phones from the journal of a finished campaign.

    Ids stay: a later run still skips what was accepted.
    """
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        campaign = SqliteJournal(file)
        if not unfinished:
            counts = await campaign.counts()
            left = sum(counts.values()) - counts[RecordState.ACCEPTED]
            if left:
                raise JournalError(
                    f"{left} records of the journal {file} are not accepted: --unfinished purges it all the same"
                )
        removed = await campaign.purge(unfinished=unfinished)
        if json:
            output.object({"removed": removed})
        else:
            output.table([Field(say("digests removed"), str(removed))])
        return ExitCode.COMPLETE

    carry_out(output, work)
