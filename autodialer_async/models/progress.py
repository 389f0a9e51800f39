"""How a running upload is getting on."""

from __future__ import annotations

import attrs

__all__ = ["Progress"]


@attrs.frozen
class Progress:
    """How a running upload is getting on; given to `on_progress` after each batch.

    Attributes:
        read: Records pulled from the source.
        accepted: Records in accepted batches.
        rejected: Records in refused batches.
        unsent: Records that surely did not reach the service; waiting ones are not counted until they are given up.
        unknown: Records that left without a usable answer.
        skipped: Records that the journal knows as accepted.
        invalid: Records that cannot be sent.
        batches: Batches settled.
        total: Records in the whole list, where its length is known.
        seconds: Wall clock since the start.
        rate: Records settled a second, since the start.
        seconds_left: Estimate of the time left, in seconds, where `total` is known.
        in_flight: Requests on their way at this moment, of this upload.
        limit: Requests that the client allows at once at this moment.
        retries: Requests made again.
        paused: Seconds in which batches waited on purpose, added up over batches: before a repeat, in a pause of the
            whole client, for the rate limit.
    """

    read: int
    accepted: int
    rejected: int
    unsent: int
    unknown: int
    skipped: int
    invalid: int
    batches: int
    total: int | None
    seconds: float
    rate: float
    seconds_left: float | None
    in_flight: int
    limit: int
    retries: int
    paused: float
