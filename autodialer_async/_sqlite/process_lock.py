"""A lock that the system frees when its process dies."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from autodialer_async._origin import Origin

__all__ = ["OPENED_BEFORE", "ProcessLock"]

# Of a file that a forked child has from its parent.
OPENED_BEFORE = "this file was opened before this process was forked: open it in each process, after the fork"


class ProcessLock:
    """A lock on an empty file, held by SQLite.

    It excludes threads and processes, works wherever SQLite does, is not inherited by forks, and the system frees it
    when its holder dies. The file stays: removing it would let two holders lock two files of one name.

    Args:
        path: The file, made where there is none.
        patience: Seconds to wait for another holder.
    """

    def __init__(self, path: Path, *, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._origin: Origin | None = None

    def acquire(self) -> bool:
        """Whether the lock could be taken. Blocks for as long as the patience lasts.

        Raises:
            OSError: The file cannot be made.
            sqlite3.Error: There is no way to lock it.
        """
        # Exclusively: opening and closing an existing file would drop a lock that this process holds on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=self._patience,
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
        self._connection, self._origin = connection, Origin(OPENED_BEFORE)
        return True

    def release(self) -> None:
        """Give it back; in a forked child it stays its parent's."""
        if self._connection is not None and self._origin is not None:
            if not self._origin.leave_alone(self._connection):
                self._connection.close()
            self._connection = None
