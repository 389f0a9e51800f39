"""What the service answers: the report of `make`, the receipt of `newcall`."""

from __future__ import annotations

import attrs

__all__ = ["BatchReport", "CallReceipt"]


@attrs.frozen
class BatchReport:
    """The service's report on one batch; None where the service did not say.

    Attributes:
        lines: Records it counted in the batch.
        ok: Correct records among them.
        inserted: Records taken into the task, without the duplicates.
        errorcode: Its code, opaque (success may carry one); int where numeric.
        id: Number of the task inside the service.
    """

    lines: int
    ok: int | None = None
    inserted: int | None = None
    errorcode: int | str | None = None
    id: int | None = None


@attrs.frozen
class CallReceipt:
    """The service's answer to `newcall`.

    Attributes:
        query_id: Number of the task inside the service.
        query_count: Records taken, at least 1.
    """

    query_id: int
    query_count: int
