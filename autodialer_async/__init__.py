"""Async client for the «Автодайлер» voice-broadcast service.

Large call lists go out as concurrent batches, and the reports come back merged into one result. Nothing is dialled
twice and nothing is lost: every record ends as accepted, rejected, unsent or unknown, and only what surely did not
arrive is ever sent again.
"""

from autodialer_async._bulk import Upload
from autodialer_async._client import AsyncAutodialer
from autodialer_async._delivery import RateLimit, RetryPolicy
from autodialer_async._wire import Dialect
from autodialer_async.errors import (
    ApiError,
    AuthenticationFailed,
    AutodialerError,
    CallListError,
    CallRejected,
    ConfigurationError,
    DeliveryUnknown,
    InboxError,
    InvalidCall,
    JournalError,
    NotSent,
    RateLimited,
    TransportError,
    UnreadableAnswer,
    UploadIncomplete,
    WebhookRejected,
)
from autodialer_async.models import (
    BatchOutcome,
    BatchReport,
    BatchState,
    Call,
    CallDetail,
    CallReceipt,
    CallWindow,
    Disposition,
    Phase,
    Positions,
    Progress,
    Reconciliation,
    ResultCode,
    UploadResult,
)

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "AsyncAutodialer",
    "AuthenticationFailed",
    "AutodialerError",
    "BatchOutcome",
    "BatchReport",
    "BatchState",
    "Call",
    "CallDetail",
    "CallListError",
    "CallReceipt",
    "CallRejected",
    "CallWindow",
    "ConfigurationError",
    "DeliveryUnknown",
    "Dialect",
    "Disposition",
    "InboxError",
    "InvalidCall",
    "JournalError",
    "NotSent",
    "Phase",
    "Positions",
    "Progress",
    "RateLimit",
    "RateLimited",
    "Reconciliation",
    "ResultCode",
    "RetryPolicy",
    "TransportError",
    "UnreadableAnswer",
    "Upload",
    "UploadIncomplete",
    "UploadResult",
    "WebhookRejected",
]
