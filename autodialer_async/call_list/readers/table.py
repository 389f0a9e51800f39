"""An open table."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from autodialer_async.call_list.readers.options import Detected
from autodialer_async.call_list.readers.row import Row

__all__ = ["Table"]


@attrs.frozen(eq=False)
class Table:
    """An open table, good while its source is open.

    Attributes:
        detected: How it is read.
        named: Whether the first row surely is the header, because the format has names of its own.
        rows: Every physical row from the top: titles, header, data, totals; a blank line is a row without cells.
            May raise CallListError where the file turns out damaged.
    """

    detected: Detected
    named: bool
    rows: Iterator[Row]
