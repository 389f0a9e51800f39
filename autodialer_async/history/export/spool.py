"""What an export has read so far, kept in a file beside its target: a kill loses the page under way and no more."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from datetime import UTC, date
from pathlib import Path

from autodialer_async._days import Page
from autodialer_async.errors import ConfigurationError
from autodialer_async.history.tables.cells import Cells, cells_of, packed, unpacked
from autodialer_async.models import CallDetail

__all__ = ["Spool"]

_VERSION = 1
_ROWS_AT_ONCE = 5000
_SCHEMA = """
CREATE TABLE export (asked_for TEXT NOT NULL);
CREATE TABLE pages (
    first TEXT PRIMARY KEY,
    last TEXT NOT NULL,
    is_over INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE calls (
    page TEXT NOT NULL,
    place INTEGER NOT NULL,
    task TEXT,
    dst TEXT,
    moment REAL,
    cells BLOB NOT NULL,
    PRIMARY KEY (page, place)
) WITHOUT ROWID;
"""
# Of the states of a number in a task all but the one with the last time; of the same time, the one read from the later
# day. Bad rows have no task here, and all stay. SQLite sorts in files of its own, not in memory.
_FIND_SUPERSEDED = """
CREATE TEMP TABLE superseded AS
SELECT page, place FROM (
    SELECT page, place,
        ROW_NUMBER() OVER (PARTITION BY task, dst ORDER BY moment DESC, page DESC, place DESC) AS age
    FROM calls WHERE task IS NOT NULL
) WHERE age > 1 ORDER BY page, place
"""
_LAST_STATES = """
SELECT cells FROM calls LEFT JOIN superseded USING (page, place) WHERE superseded.place IS NULL ORDER BY page, place
"""


class Spool:
    """The pages of one export.

    Pages lie in one SQLite file, each written in one transaction, so that after a kill a page is there whole or not at
    all. Readable by its owner only. The methods block; use one at a time.

    Args:
        path: The file; begun where it does not exist.
        days: First and last day of each page of the export.
        number: The one subscriber it is about, or None.

    Raises:
        ConfigurationError: The file belongs to another export, is in use, is damaged, or cannot be written.
    """

    def __init__(self, path: Path, days: Sequence[tuple[date, date]], number: str | None) -> None:
        # Ctrl-C leaves a thread that keeps a page behind; closing under its feet would end the process (SIGSEGV).
        self._in_use = threading.Lock()
        self._path = path
        asked_for = json.dumps([_VERSION, [[str(first), str(last)] for first, last in days], number])
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
        self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # Alone: a second export to the same file would mix its pages with these.
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            # What a power cut takes back is read again.
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute("BEGIN IMMEDIATE")
            if not self._database.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _SCHEMA.split(";"):
                    self._database.execute(statement)
                self._database.execute("INSERT INTO export VALUES (?)", (asked_for,))
            self._database.execute("COMMIT")
            (known,) = self._database.execute("SELECT asked_for FROM export").fetchone()
        except BaseException as error:
            self._database.close()
            if isinstance(error, sqlite3.Error):
                raise _trouble(path, error) from error
            raise
        if known != asked_for:
            self._database.close()
            raise ConfigurationError(
                f"{path} is what another export has read so far, of other days or another number: "
                "finish that one, or delete the file"
            )

    def missing(self, days: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
        """The pages that are still to be read: not here, or read when their days were not over."""
        here = {first for (first,) in self._database.execute("SELECT first FROM pages WHERE is_over")}
        return [(first, last) for first, last in days if str(first) not in here]

    def rows(self) -> int:
        """How many rows are here."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM calls").fetchone()
        return int(count)

    def keep(self, page: Page, unsettled: date) -> None:
        """Keep a page, in the place of an earlier reading of it.

        Args:
            page: The page.
            unsettled: The first day that was not over when it was asked for.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        first = str(page.first)
        rows = ((first, place, *_key_of(row), packed(cells_of(row))) for place, row in enumerate(page.rows))
        try:
            with self._in_use:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.execute("DELETE FROM calls WHERE page = ?", (first,))
                self._database.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?)", rows)
                self._database.execute(
                    "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (first, str(page.last), page.last < unsettled)
                )
                self._database.execute("COMMIT")
        except sqlite3.Error as error:
            raise _trouble(self._path, error) from error

    def last_states(self) -> Generator[list[Cells], None, None]:
        """The rows in order, of each number in a task the last state, some thousands at a time.

        Raises:
            ConfigurationError: The file cannot be read.
        """
        try:
            with self._in_use:
                self._database.execute("DROP TABLE IF EXISTS temp.superseded")
                self._database.execute(_FIND_SUPERSEDED)
                self._database.execute("CREATE UNIQUE INDEX temp.superseded_by_place ON superseded (page, place)")
            with closing(self._database.execute(_LAST_STATES)) as found:
                while rows := self._next(found):
                    yield [unpacked(data) for (data,) in rows]
        except sqlite3.Error as error:
            raise _trouble(self._path, error) from error

    def _next(self, found: sqlite3.Cursor) -> list[tuple[bytes]]:
        with self._in_use:
            return found.fetchmany(_ROWS_AT_ONCE)

    def superseded(self) -> int:
        """How many rows the last going through `last_states` left out."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM temp.superseded").fetchone()
        return int(count)

    def close(self) -> None:
        """Let go of the file, when a page that is being kept is kept."""
        with self._in_use:
            self._database.close()

    def delete(self) -> None:
        """Let go of the file, and delete it."""
        self.close()
        for path in (self._path, Path(f"{self._path}-wal"), Path(f"{self._path}-shm")):
            with suppress(FileNotFoundError):
                path.unlink()


def _key_of(row: CallDetail) -> tuple[str | None, str | None, float | None]:
    """Task, number and moment of a good row; times without a zone are compared among themselves, so any will do."""
    if row.problem is not None or row.time is None:
        return None, None, None
    time = row.time if row.time.tzinfo is not None else row.time.replace(tzinfo=UTC)
    dst = None if row.dst is None else row.dst.encode(errors="backslashreplace").decode()
    return str(row.query_id), dst, time.timestamp()


def _trouble(path: Path, error: sqlite3.Error) -> ConfigurationError:
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return ConfigurationError(f"{path} is in use: another export writes to the same file")
    if isinstance(error, sqlite3.OperationalError):
        return ConfigurationError(f"{path} cannot be written: {error}")
    return ConfigurationError(f"{path} is no export that was begun, or it is damaged ({error}): delete it")
