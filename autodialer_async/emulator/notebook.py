"""The emulator's memory in a file: what came in and what was done, in its order. SQLite, one row an entry.

Calls are not written down: they follow from the seed, and are made again when the file is read. What is written is kept
when the process is killed.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Notebook"]

_APPLICATION: Final = 0x41444D55
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS entries (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, data BLOB NOT NULL)"
)
_INSERT: Final = "INSERT INTO entries (kind, data) VALUES (?, ?)"
_PRIVATE: Final = 0o600


class Notebook:
    """One file, used by one emulator at a time. Safe to use from any thread.

    Args:
        path: The file; made where there is none, readable by its owner only.

    Raises:
        ValueError: Another emulator uses it, it is no such file, or it is damaged.
        OSError: It cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._lock = Lock()
        # SQLite alone would make it readable for all, and would not say why it cannot open one.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE))
        self._file = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._file.close()
            raise self._unusable(error) from None
        except ValueError:
            self._file.close()
            raise

    def _open(self) -> None:
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        (application,) = self._file.execute("PRAGMA application_id").fetchone()
        (objects,) = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and objects:
            raise ValueError(f"state {self._path}: not an emulator's file")
        # A killed process loses nothing in this mode; a power cut may cost the last entries.
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._file.execute(_TABLE)
        # The lock comes with the first write.
        self._file.execute("BEGIN IMMEDIATE")
        self._file.execute("COMMIT")

    def _unusable(self, error: sqlite3.Error) -> ValueError:
        busy = error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        return ValueError(f"state {self._path}: {'another emulator uses it' if busy else f'cannot be read: {error}'}")

    def entries(self) -> Iterator[tuple[str, Any]]:
        """What was written, oldest first.

        Raises:
            ValueError: The file is damaged.
        """
        number = 0
        try:
            with closing(self._file.execute("SELECT number, kind, data FROM entries ORDER BY number")) as rows:
                for number, kind, data in rows:  # noqa: B007 - named by the error
                    yield kind, orjson.loads(data)
        except (sqlite3.DatabaseError, orjson.JSONDecodeError) as error:
            raise ValueError(f"state {self._path}: damaged after entry {number}: {error}") from None

    def write(self, kind: str, data: object) -> None:
        """Write an entry; it is kept when this returns."""
        text = orjson.dumps(data)
        with self._lock:
            self._file.execute(_INSERT, (kind, text))

    def begin_again(self, header: Mapping[str, object]) -> None:
        """Forget everything but this header."""
        text = orjson.dumps(header)
        with self._lock:
            self._file.execute("BEGIN")
            self._file.execute("DELETE FROM entries")
            self._file.execute(_INSERT, ("header", text))
            self._file.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()
