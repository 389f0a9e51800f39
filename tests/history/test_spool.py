"""What an export has read so far: a file that one thread may write while another one lets go of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from autodialer_async._days import Page
from autodialer_async.history.export.spool import Spool
from autodialer_async.models import CallDetail

DAYS = [(date(2026, 1, 28), date(2026, 1, 28))]
# Long enough for a closing that waits for nobody.
_LONG_ENOUGH_SECONDS = 0.3


class RowsInUse(list[CallDetail]):
    """Rows during whose reading another thread lets go of the file, as after Ctrl-C."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self.closing = threading.Thread(target=spool.close)
        self.closed_too_early = False

    def __iter__(self) -> Iterator[CallDetail]:
        self.closing.start()
        self.closing.join(_LONG_ENOUGH_SECONDS)
        self.closed_too_early = not self.closing.is_alive()
        yield from super().__iter__()


def test_letting_go_waits_for_a_page_that_is_being_kept(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv.part"
    spool = Spool(path, DAYS, None)
    rows = RowsInUse(spool)
    page = Page(*DAYS[0], rows)
    spool.keep(page, unsettled=date(2026, 1, 29))
    rows.closing.join()
    assert not rows.closed_too_early
    again = Spool(path, DAYS, None)
    assert again.missing(DAYS) == []
    again.close()
