"""JSON Lines: one object a row, with what `autodialer history --json` prints, numbers whole, and `raw`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from autodialer_async.history.tables.cells import Cells

__all__ = ["JsonLinesTable"]


class JsonLinesTable:
    """Writes a JSON Lines file, UTF-8; times are ISO 8601 with their offset, ids are text.

    Args:
        path: The file, which is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, rows: Iterable[Cells]) -> None:
        """Add some rows."""
        for cells in rows:
            fields = cells._asdict()
            zone = fields.pop("zone")
            if cells.time is not None:
                fields["time"] = cells.time.replace(" ", "T") + (zone or "")
            if cells.raw is not None:
                fields["raw"] = orjson.Fragment(cells.raw)
            self._file.write(orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
