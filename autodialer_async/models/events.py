"""What a client's hooks are told: one try of a request, and what became of one request."""

from __future__ import annotations

import attrs

from autodialer_async.errors import AutodialerError
from autodialer_async.models.answers import BatchReport
from autodialer_async.models.batch import BatchState
from autodialer_async.models.exchange import Phase

__all__ = ["AttemptEvent", "OutcomeEvent"]


@attrs.frozen
class AttemptEvent:
    """One try of a request; given to `on_attempt` when it is over. Holds no secret, no number and no name.

    Attributes:
        operation: What was asked of the client: `make` (also for `upload`), `newcall`, `cdr`, `history`, `ping`, …
        template: The request with the key left out: `POST /{apikey}/make`.
        number: Which try of this request it is, from 1.
        state: What this try by itself means; for requests that only read, `accepted` is "answered".
        status: HTTP status of the answer, or None.
        phase: How far the request got.
        seconds: Wall clock of this try.
        error: Why it was not accepted, or None.
        records: Records in it; 0 for requests that only read.
        batch: Number of the batch in its upload, as in `BatchOutcome.index`; None outside of uploads.

    Example:
        >>> from autodialer_async import AsyncAutodialer
        >>> tries = []
        >>> dialer = AsyncAutodialer("https://site.url", api_key="key", on_attempt=tries.append)
    """

    operation: str
    template: str
    number: int
    state: BatchState
    status: int | None
    phase: Phase
    seconds: float
    error: AutodialerError | None = attrs.field(default=None, eq=False)
    records: int = 0
    batch: int | None = None


@attrs.frozen
class OutcomeEvent:
    """What became of one request, all tries together; given to `on_outcome`. Holds no secret, no number and no name.

    Of an upload there is one for each `BatchOutcome`, also for batches that were given up before their first try.

    Attributes:
        operation: What was asked of the client, as in `AttemptEvent`.
        template: The request with the key left out: `POST /{apikey}/make`.
        state: What became of it; for requests that only read, `accepted` is "answered".
        status: HTTP status of the last answer, or None.
        phase: How far the last try got.
        tries: Requests made; 0 where it never left.
        seconds: Wall clock from the first try to the end.
        error: Why it was not accepted, or None.
        records: Records in it; 0 for requests that only read.
        batch: Number of the batch in its upload, as in `BatchOutcome.index`; None outside of uploads.
        report: The service's report on a batch, where a readable one came.

    Example:
        >>> from collections import Counter
        >>> from autodialer_async import AsyncAutodialer
        >>> records = Counter()
        >>> def count(outcome):
        ...     records[outcome.state] += outcome.records
        >>> dialer = AsyncAutodialer("https://site.url", api_key="key", on_outcome=count)
    """

    operation: str
    template: str
    state: BatchState
    status: int | None
    phase: Phase
    tries: int
    seconds: float
    error: AutodialerError | None = attrs.field(default=None, eq=False)
    records: int = 0
    batch: int | None = None
    report: BatchReport | None = None
