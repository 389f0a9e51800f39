"""Frozen records in our own words; they know nothing of JSON or HTTP."""

from autodialer_async.models.answers import BatchReport, CallReceipt
from autodialer_async.models.batch import BatchOutcome, BatchState, KeptCalls
from autodialer_async.models.call import Call
from autodialer_async.models.events import AttemptEvent, OutcomeEvent
from autodialer_async.models.exchange import Answer, Attempt, Flight, Outgoing, Phase
from autodialer_async.models.history import CallDetail, Disposition, ResultCode
from autodialer_async.models.phone import canonical_phone, is_canonical, masked_digits, masked_line, masked_phone
from autodialer_async.models.positions import Positions
from autodialer_async.models.progress import Progress
from autodialer_async.models.reconciliation import Reconciliation
from autodialer_async.models.result import UploadResult
from autodialer_async.models.window import CallWindow

__all__ = [
    "Answer",
    "Attempt",
    "AttemptEvent",
    "BatchOutcome",
    "BatchReport",
    "BatchState",
    "Call",
    "CallDetail",
    "CallReceipt",
    "CallWindow",
    "Disposition",
    "Flight",
    "KeptCalls",
    "OutcomeEvent",
    "Outgoing",
    "Phase",
    "Positions",
    "Progress",
    "Reconciliation",
    "ResultCode",
    "UploadResult",
    "canonical_phone",
    "is_canonical",
    "masked_digits",
    "masked_line",
    "masked_phone",
]
