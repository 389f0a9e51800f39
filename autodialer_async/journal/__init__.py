"""What became of each record, kept over runs: nothing is dialled twice, nothing is lost.

The rules stand in `autodialer_async.journal.interface`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from autodialer_async.journal.interface import Journal, JournalRun
from autodialer_async.journal.memory import MemoryJournal
from autodialer_async.journal.opening import open_journal
from autodialer_async.journal.records import JournalBatch, JournalRecord, RecordState, Standing

if TYPE_CHECKING:
    from autodialer_async.journal.sqlite import SqliteJournal

__all__ = [
    "Journal",
    "JournalBatch",
    "JournalRecord",
    "JournalRun",
    "MemoryJournal",
    "RecordState",
    "SqliteJournal",
    "Standing",
    "open_journal",
]


def __getattr__(name: str) -> object:
    # SQLite is loaded by its first use.
    if name == "SqliteJournal":
        return import_module("autodialer_async.journal.sqlite").SqliteJournal
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
