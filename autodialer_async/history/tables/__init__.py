"""Tables out: rows of history as CSV, XLSX, JSON Lines or Parquet.

    from autodialer_async.history.tables import write_table

    write_table(await dialer.cdr(day), "calls.xlsx")

XLSX and Parquet need the extra `report`. For long ranges there is `AsyncAutodialer.export_history`.
"""

from autodialer_async.history.tables.cells import Cells
from autodialer_async.history.tables.table import Table, table_kind, write_table

__all__ = ["Cells", "Table", "table_kind", "write_table"]
