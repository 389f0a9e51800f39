"""What files of SQLite share: the one that writes, locks that go with their process, names that outlive a power cut."""

from autodialer_async._sqlite.folder import sync_folder
from autodialer_async._sqlite.process_lock import OPENED_BEFORE, ProcessLock
from autodialer_async._sqlite.writer import Writer

__all__ = ["OPENED_BEFORE", "ProcessLock", "Writer", "sync_folder"]
