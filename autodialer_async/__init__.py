"""Async client for the «Автодайлер» voice-broadcast service.

Large call lists go out as concurrent batches, and the reports come back merged into one result. Nothing is dialled
twice and nothing is lost: every record ends as accepted, rejected, unsent or unknown, and only what surely did not
arrive is ever sent again.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        AttemptEvent,
        BatchOutcome,
        BatchReport,
        BatchState,
        Call,
        CallDetail,
        CallReceipt,
        CallWindow,
        Disposition,
        OutcomeEvent,
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
    "AttemptEvent",
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
    "OutcomeEvent",
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

_HOMES = {
    "Upload": "_bulk",
    "AsyncAutodialer": "_client",
    "RateLimit": "_delivery",
    "RetryPolicy": "_delivery",
    "Dialect": "_wire",
    "ApiError": "errors",
    "AuthenticationFailed": "errors",
    "AutodialerError": "errors",
    "CallListError": "errors",
    "CallRejected": "errors",
    "ConfigurationError": "errors",
    "DeliveryUnknown": "errors",
    "InboxError": "errors",
    "InvalidCall": "errors",
    "JournalError": "errors",
    "NotSent": "errors",
    "RateLimited": "errors",
    "TransportError": "errors",
    "UnreadableAnswer": "errors",
    "UploadIncomplete": "errors",
    "WebhookRejected": "errors",
    "AttemptEvent": "models",
    "BatchOutcome": "models",
    "BatchReport": "models",
    "BatchState": "models",
    "Call": "models",
    "CallDetail": "models",
    "CallReceipt": "models",
    "CallWindow": "models",
    "Disposition": "models",
    "OutcomeEvent": "models",
    "Phase": "models",
    "Positions": "models",
    "Progress": "models",
    "Reconciliation": "models",
    "ResultCode": "models",
    "UploadResult": "models",
}


# Who imports the package may ask it for these too, as if it had imported them.
_ROOMS = frozenset({"errors", "journal", "models"})


# Type checkers know the names from above, and would take any other one for granted.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        # Loaded when first asked for: pytest imports the plugin, and so this package, in every project that has it
        # installed, and must not pay for what it does not use.
        if name in _ROOMS:
            return import_module(f"{__name__}.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value


# A library says nothing on its own: who wants to read its log sets logging up.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ROOMS})
