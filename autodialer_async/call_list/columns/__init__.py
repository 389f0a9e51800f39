"""Where a list keeps what: its header, and which column holds which field of a call."""

from autodialer_async.call_list.columns.header import Header, column_letter, find_header
from autodialer_async.call_list.columns.plan import EXTRA, FIELDS, ColumnChoice, ColumnPlan, plan_columns

__all__ = ["EXTRA", "FIELDS", "ColumnChoice", "ColumnPlan", "Header", "column_letter", "find_header", "plan_columns"]
