"""From a person's file to valid calls, with every row accounted for.

from autodialer_async.call_list import read_calls

calls = read_calls("list.xlsx")
result = await dialer.make(calls)
print(calls.counts, calls.rejected)
"""

from autodialer_async.call_list.call_list import CallList, RowOutcome
from autodialer_async.call_list.export import CleanRows, RejectedRows, RowWriter, csv_for_excel
from autodialer_async.call_list.hours import Weekdays, outside_hours, zone_of
from autodialer_async.call_list.phones import PhoneKind
from autodialer_async.call_list.read import read_calls
from autodialer_async.call_list.readers import Detected
from autodialer_async.call_list.rejected import RejectedRow, RejectReason, RowCounts

__all__ = [
    "CallList",
    "CleanRows",
    "Detected",
    "PhoneKind",
    "RejectReason",
    "RejectedRow",
    "RejectedRows",
    "RowCounts",
    "RowOutcome",
    "RowWriter",
    "Weekdays",
    "csv_for_excel",
    "outside_hours",
    "read_calls",
    "zone_of",
]
