"""The journal in a file: the only home of sqlite3 in the journal."""

from autodialer_async.journal.sqlite.journal import SqliteJournal

__all__ = ["SqliteJournal"]
