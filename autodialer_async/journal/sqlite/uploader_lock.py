"""The lock that makes uploaders of one journal take turns."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from autodialer_async._sqlite import ProcessLock
from autodialer_async.errors import JournalError

__all__ = ["UploaderLock"]

# Long enough for somebody who only looks whether the lock is free, short enough for a person who waits.
_PATIENCE_SECONDS = 0.3


class UploaderLock:
    """A lock on an empty file beside the journal; it goes with the process that holds it."""

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(journal.name + "-lock")
        self._lock = ProcessLock(self._path, patience=_PATIENCE_SECONDS)

    def acquire(self) -> bool:
        """Whether the lock could be taken. Blocks for at most 0.3 s.

        Raises:
            JournalError: There is no way to lock it.
        """
        try:
            return self._lock.acquire()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"the journal's lock {self._path} cannot be used: {error}") from error

    def release(self) -> None:
        """Give it back."""
        self._lock.release()
