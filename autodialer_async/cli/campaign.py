"""A campaign read for a command: its journal joined with the service's history, or with one from a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from autodialer_async import AsyncAutodialer
from autodialer_async.cli.settings import connection
from autodialer_async.history.campaign import Campaign, campaign_days
from autodialer_async.history.json_lines import read_json_lines
from autodialer_async.journal import SqliteJournal

__all__ = ["HistoryFile", "Until", "read_campaign"]

HistoryFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Take the history from this file, which `autodialer history --out FILE.jsonl` wrote.",
        show_default=False,
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="Last day of the service's history to read; else a week after the upload.",
        show_default=False,
    ),
]


async def read_campaign(
    file: Path,
    *,
    history: Path | None,
    until: datetime | None,
    env_file: Path | None,
    place_of: Callable[[str], str | None] | None = None,
) -> tuple[Campaign, tuple[date, date] | None]:
    """The campaign, and the days of history that were asked for; None where a file gave them.

    Args:
        file: The journal.
        history: A file with the history, or None: ask the service.
        until: Last day to ask for, or None.
        env_file: Where the settings are, or None.
        place_of: Tells where a number is from.

    Raises:
        AutodialerError: As the journal, the file and the service have it.
    """
    journal = SqliteJournal(file)
    if history is not None:
        return await Campaign.read(journal, read_json_lines(history), place_of=place_of), None
    days = await campaign_days(journal, until=None if until is None else until.date())
    if days is None:
        return await Campaign.read(journal, ()), None
    async with AsyncAutodialer(**connection(env_file)) as dialer, dialer.history(*days) as rows:
        return await Campaign.read(journal, rows, place_of=place_of), days
