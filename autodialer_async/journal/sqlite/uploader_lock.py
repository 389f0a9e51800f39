"""The lock that makes uploaders of one journal take turns."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from autodialer_async.errors import JournalError

__all__ = ["UploaderLock"]

# Long enough for somebody who only looks whether the lock is free, short enough for a person who waits.
_PATIENCE_SECONDS = 0.3


class UploaderLock:
    """A lock on an empty file beside the journal, held by SQLite.

    It excludes threads and processes, works wherever SQLite does, is not inherited by forks, and the system frees it
    when its holder dies. The file stays: removing it would let two uploaders lock two files of one name.
    """

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(journal.name + "-lock")
        self._connection: sqlite3.Connection | None = None

    def acquire(self) -> bool:
        """Whether the lock could be taken. Blocks for at most 0.3 s.

        Raises:
            JournalError: There is no way to lock it.
        """
        try:
            return self._acquire()
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"the journal's lock {self._path} cannot be used: {error}") from error

    def _acquire(self) -> bool:
        # Exclusively: opening and closing an existing file would drop a lock that this process holds on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            # Nothing is ever written, so nothing needs a rollback journal, which would be one more file.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorname.startswith("SQLITE_BUSY"):
                return False
            raise
        self._connection = connection
        return True

    def release(self) -> None:
        """Give it back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
