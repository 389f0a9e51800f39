"""From a person's file to valid calls, with every row accounted for.

from autodialer_async.call_list import read_calls

calls = read_calls("list.csv")
result = await dialer.make(calls)
print(calls.counts, calls.rejected)
"""

from autodialer_async.call_list.call_list import CallList, read_calls
from autodialer_async.call_list.rejected import RejectedRow, RejectReason, RowCounts

__all__ = ["CallList", "RejectReason", "RejectedRow", "RowCounts", "read_calls"]
