"""What callers give as a journal."""

from __future__ import annotations

import os

from autodialer_async.errors import ConfigurationError
from autodialer_async.journal.interface import Journal

__all__ = ["open_journal"]


def open_journal(journal: object) -> Journal:
    """The journal that is meant by a path, or the one given. Opens no file.

    Raises:
        ConfigurationError: It is neither.

    Example:
        >>> type(open_journal("campaign.db")).__name__
        'SqliteJournal'
    """
    if isinstance(journal, Journal):
        return journal
    if isinstance(journal, str | os.PathLike):
        # Whoever uploads without a journal file does not pay for loading SQLite.
        from autodialer_async.journal.sqlite import SqliteJournal  # noqa: PLC0415 - as said

        return SqliteJournal(journal)
    raise ConfigurationError(f"journal is a path or a Journal, not {type(journal).__name__}")
