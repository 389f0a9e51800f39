"""Tables out of files as people have them: every physical row from the top, each cell as text.

    with TableSource("list.xlsx").open() as table:
        print(table.detected)
        for row in table.rows:
            ...

One reader a kind of file; the kind is told by the content, not by the name.
"""

from autodialer_async.call_list.readers.options import Detected, Format, ReadOptions
from autodialer_async.call_list.readers.row import BrokenRow, HiddenRow, Row
from autodialer_async.call_list.readers.source import TableSource
from autodialer_async.call_list.readers.table import Table

__all__ = ["BrokenRow", "Detected", "Format", "HiddenRow", "ReadOptions", "Row", "Table", "TableSource"]
