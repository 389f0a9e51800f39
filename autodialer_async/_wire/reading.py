"""What an answer means for the request that it answers."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from autodialer_async.errors import AutodialerError
from autodialer_async.models import BatchState

__all__ = ["Reading"]

T = TypeVar("T")


@attrs.frozen
class Reading(Generic[T]):
    """One answer, read.

    Attributes:
        state: `accepted`, `rejected` or `unknown`.
        value: What it carried (report, receipt, rows), or None; a refusal may carry a report too.
        error: The error for the caller, or None where accepted. `seconds` and `tries` are filled in by the delivery.
        repeatable: Whether the request may be sent again by itself.
        retry_after: Seconds to wait before that, as the service asked, or None.
        too_large: 413: the same records may be sent in smaller batches.
        stop: Going on with other batches is pointless or dangerous (401, 403, 404, 3xx).
    """

    state: BatchState
    value: T | None = None
    error: AutodialerError | None = None
    repeatable: bool = False
    retry_after: float | None = None
    too_large: bool = False
    stop: bool = False
