"""The journal's file: its tables, how a connection is set up, and what is refused."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from autodialer_async._sqlite import sync_folder
from autodialer_async.errors import JournalError
from autodialer_async.journal.phones import PhoneDigest

__all__ = ["Database"]

_APPLICATION_ID = 0x41444A31  # "ADJ1"
_VERSION = 1
# Another process writes for milliseconds, but for the index that the first `find` makes.
_PATIENCE_SECONDS = 30.0

_TABLES = """
CREATE TABLE journal (
    digest_key BLOB NOT NULL,
    campaign TEXT
);
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    process INTEGER NOT NULL,
    started_at INTEGER NOT NULL                -- microseconds since 1970, as all times
);
CREATE TABLE batch (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    state TEXT NOT NULL,
    left_at INTEGER NOT NULL,
    settled_at INTEGER,
    lines TEXT,                                -- the service's numbers as text: they are integers of any size
    ok TEXT,
    inserted TEXT,
    errorcode TEXT,
    task TEXT
);
-- One tree instead of a table and an index halves the cost of adding a record.
CREATE TABLE record (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL,                   -- from 0, for a bit a record in memory
    phone INTEGER,                             -- keyed digest
    uuid TEXT,
    hours INTEGER,                             -- seconds of the day: start * 86400 + stop
    batch INTEGER NOT NULL,
    doubtful INTEGER,                          -- an earlier batch of it that stayed unknown and was sent again
    dialled INTEGER NOT NULL DEFAULT 0,        -- settled alone: accepted, whatever its batch
    task TEXT
) WITHOUT ROWID;
"""


class Database:
    """The file at `path`. Every method blocks and belongs into a worker thread.

    Args:
        path: Where the file is, or will be.
        campaign: Name of the campaign it must belong to; None takes any.
    """

    def __init__(self, path: Path, campaign: str | None) -> None:
        self.path = path
        self._campaign = campaign

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turns SQLite's errors into ones that name the file and say what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise self.error(error) from error

    def error(self, error: BaseException) -> JournalError:
        """The error of this journal for one of SQLite's."""
        if isinstance(error, JournalError):
            return error
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return self._damaged(str(error))
        if name.startswith("SQLITE_BUSY"):
            return JournalError(f"the journal {self.path} stayed locked by another process for {_PATIENCE_SECONDS:g} s")
        return JournalError(f"the journal {self.path} cannot be used: {error}")

    def check(self) -> bool:
        """Look whether the file is a journal that this version reads, without touching it.

        Returns:
            Whether there is a journal; an empty file or none is a journal to be.

        Raises:
            JournalError: It is something else, newer, damaged, or of another campaign.
        """
        try:
            if not self.path.stat().st_size:
                return False
        except FileNotFoundError:
            return False
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be read: {error.strerror}") from error
        # `immutable` makes SQLite read without locks and side files. Reading the header with plain I/O would not do:
        # closing the file would drop the locks that other connections of this process hold on it.
        with self.errors(), closing(self._connect("mode=ro&immutable=1")) as connection:
            self._check_header(connection)
        return True

    def create(self) -> None:
        """Make the file, readable by its owner alone. Only who holds the uploader's lock may do so.

        Raises:
            JournalError: It cannot be made there.
        """
        # Made under another name and moved into place, so that a kill leaves a whole journal or none.
        new = self.path.with_name(self.path.name + "-new")
        try:
            new.unlink(missing_ok=True)
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            with self.errors(), closing(self._connect("mode=rw", new)) as connection:
                # Nothing to roll back to, and so no second file to leave behind.
                connection.execute("PRAGMA journal_mode = OFF")
                numbers = f"PRAGMA application_id = {_APPLICATION_ID}; PRAGMA user_version = {_VERSION};"
                connection.executescript(f"BEGIN; {numbers} {_TABLES}")
                values = PhoneDigest.new_key(), self._campaign
                connection.execute("INSERT INTO journal (digest_key, campaign) VALUES (?, ?)", values)
                connection.execute("COMMIT")
            new.replace(self.path)
        except OSError as error:
            raise JournalError(f"the journal {self.path} cannot be made: {error.strerror}") from error

    def sync_folder(self) -> None:
        """Make the names of the file and its log durable: not every build of SQLite does."""
        sync_folder(self.path.absolute().parent)

    def verify(self) -> None:
        """Read every page once (0.1 s for a million records), before anything is written.

        Raises:
            JournalError: The file is damaged; it is untouched.
        """
        # A connection that may write would move a log that was left behind into the damaged file as it closes.
        log = self.path.with_name(self.path.name + "-wal")
        mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=rw"
        with self.errors(), closing(self._connect(mode)) as connection:
            findings = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
        if findings != ["ok"]:
            raise self._damaged(findings[0])

    def reader(self) -> sqlite3.Connection:
        """A connection that cannot write."""
        connection = self.writer()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def writer(self) -> sqlite3.Connection:
        """A connection that may write.

        Raises:
            JournalError: There is no journal, or one that this version cannot use.
        """
        if not self.check():
            raise JournalError(f"there is no journal at {self.path}: an upload with journal= makes one")
        with self.errors():
            connection = self._connect("mode=rw")
            try:
                # The log may hold a newer header than the file.
                self._check_header(connection)
                # Readers beside the writer, and one sync a commit. Only the first time is it a change to the file.
                connection.execute("PRAGMA journal_mode = WAL")
                # FULL syncs the log at each commit. With NORMAL, WAL's usual level, a power cut takes back the last
                # transactions: records that have left would be sent again.
                connection.execute("PRAGMA synchronous = FULL")
                # On macOS a plain sync leaves the data in the drive's cache, where a power cut finds it.
                connection.execute("PRAGMA fullfsync = ON")
                # 32 MiB of log instead of 4 before it is moved into the file: ids in random order touch hundreds of
                # pages a batch, the same ones again and again.
                connection.execute("PRAGMA wal_autocheckpoint = 8192")
                # 16 MiB instead of 2: random ids touch pages all over the table. A bound, so memory stays flat.
                connection.execute("PRAGMA cache_size = -16384")
            except BaseException:
                connection.close()
                raise
        return connection

    def _connect(self, options: str, path: Path | None = None) -> sqlite3.Connection:
        # Worker threads take turns, each turn under a lock; transactions are begun by hand.
        return sqlite3.connect(
            f"{(path or self.path).absolute().as_uri()}?{options}",
            uri=True,
            timeout=_PATIENCE_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )

    def _check_header(self, connection: sqlite3.Connection) -> None:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if application != _APPLICATION_ID:
            raise JournalError(f"{self.path} is no journal but another program's file: give another path")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            raise JournalError(
                f"the journal {self.path} has version {version}, this package reads version {_VERSION}: "
                "update autodialer-async, or give another path"
            )
        campaign = connection.execute("SELECT campaign FROM journal").fetchone()[0]
        if None not in (campaign, self._campaign) and campaign != self._campaign:
            raise JournalError(
                f"the journal {self.path} belongs to campaign {campaign!r}, not {self._campaign!r}: give another path"
            )

    def _damaged(self, finding: str) -> JournalError:
        return JournalError(
            f"{self.path} is no journal, or a damaged one ({finding}): put a copy of it in its place, "
            "or give another path, which knows nothing of what was sent"
        )
