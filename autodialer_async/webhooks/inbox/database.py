"""The inbox's file: its tables, how a connection is set up, and what is refused."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from autodialer_async._sqlite import sync_folder
from autodialer_async.errors import InboxError

__all__ = ["Database"]

_APPLICATION_ID = 0x41444931  # "ADI1"
_VERSION = 1
_PATIENCE_SECONDS = 30.0

_TABLES = """
CREATE TABLE inbox (
    id TEXT NOT NULL                           -- half of every idempotency key
);
-- A process that has the inbox open; it holds a lock on a file of that name.
CREATE TABLE worker (
    id TEXT PRIMARY KEY
);
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: the other half of the key
    received_at INTEGER NOT NULL,              -- microseconds since 1970, as all times
    last_at INTEGER NOT NULL,                  -- of its last copy
    copies INTEGER NOT NULL DEFAULT 1,
    perhaps_repeat INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,       -- a 2xx was handed to its sender's connection
    digest BLOB NOT NULL,                      -- of its bytes
    likeness BLOB NOT NULL,                    -- of its four values
    call TEXT,                                 -- what names its call
    phone TEXT NOT NULL,
    duration INTEGER,
    answer TEXT,
    url TEXT,                                  -- of its recording, as the next four
    sha256 TEXT,
    suffix TEXT,                               -- of its file; NULL: there is none, or none any more
    size INTEGER,
    file_name TEXT,
    raw TEXT NOT NULL,                         -- JSON
    state TEXT NOT NULL DEFAULT 'waiting',
    owner TEXT,                                -- the worker whose handler has it
    tries INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    problem TEXT                               -- kind of the last error
);
CREATE INDEX event_digest ON event (digest);
CREATE INDEX event_likeness ON event (likeness);
CREATE INDEX event_recording ON event (sha256) WHERE suffix IS NOT NULL;
CREATE INDEX event_due ON event (due_at) WHERE state = 'waiting' AND owner IS NULL;
CREATE INDEX event_owner ON event (owner) WHERE owner IS NOT NULL;
"""


class Database:
    """The file at `path`. Every method blocks and belongs into a worker thread.

    Args:
        path: Where the file is, or will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns SQLite's errors into ones that name the file and say what to do."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self.error(error) from error

    def error(self, error: Exception) -> InboxError:
        """The error of this inbox for one of SQLite's or the system's. Shows nothing of any event."""
        if isinstance(error, InboxError):
            return error
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return InboxError(f"{self.path} is no inbox, or a damaged one ({error}): give another path")
        if name.startswith("SQLITE_BUSY"):
            return InboxError(f"the inbox {self.path} stayed locked by another process for {_PATIENCE_SECONDS:g} s")
        why = error.strerror if isinstance(error, OSError) else error if name else type(error).__name__
        return InboxError(f"the inbox {self.path} cannot be used: {why}")

    def make(self) -> None:
        """Make the file where there is none, readable by its owner alone; two processes may do so at once.

        Raises:
            InboxError: It cannot be made there, or another program's file is there.
        """
        with self.errors():
            # Exclusively: opening and closing an existing file would drop locks that this process holds on it.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            with closing(self._connect()) as connection:
                if self._is_made(connection):
                    return
                # Outside of any transaction, and before the first: all users find it so.
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                if not self._is_made(connection):
                    for statement in _TABLES.split(";\n"):
                        connection.execute(statement)
                    connection.execute("INSERT INTO inbox (id) VALUES (?)", (secrets.token_hex(4),))
                    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
                connection.execute("COMMIT")
            sync_folder(self.path.absolute().parent)

    def _is_made(self, connection: sqlite3.Connection) -> bool:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if application == _APPLICATION_ID and version == _VERSION:
            return True
        if application == _APPLICATION_ID:
            raise InboxError(
                f"the inbox {self.path} has version {version}, this package reads version {_VERSION}: "
                "update autodialer-async, or give another path"
            )
        if application or version or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise InboxError(f"{self.path} is no inbox but another program's file: give another path")
        return False

    def connect(self) -> sqlite3.Connection:
        """A connection to an inbox that is there.

        Raises:
            InboxError: There is none, or one that this version cannot use.
        """
        if not self.path.exists():
            raise self._missing()
        with self.errors():
            connection = self._connect()
            try:
                self._check(connection)
                # FULL syncs the log at each commit: with NORMAL a power cut takes back events that were answered.
                connection.execute("PRAGMA synchronous = FULL")
                # On macOS a plain sync leaves the data in the drive's cache.
                connection.execute("PRAGMA fullfsync = ON")
                # What is purged is overwritten: it is people's data.
                connection.execute("PRAGMA secure_delete = ON")
            except BaseException:
                connection.close()
                raise
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        if not self._is_made(connection):
            raise self._missing()

    def _missing(self) -> InboxError:
        return InboxError(f"there is no inbox at {self.path}: a receiver makes one")

    def _connect(self) -> sqlite3.Connection:
        # Worker threads take turns, each turn under a lock; transactions are begun by hand.
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
