"""Which days of history belong to a campaign."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta, tzinfo

from autodialer_async._days import newest_day, oldest_day
from autodialer_async.journal import Journal, open_journal

__all__ = ["DAYS_AFTER", "campaign_days"]

# The service dials in a record's hours; what it did not manage on the first day it may do on the next ones.
DAYS_AFTER = timedelta(days=7)


async def campaign_days(
    journal: Journal | str | os.PathLike[str],
    *,
    zone: tzinfo | None = None,
    until: date | None = None,
    now: datetime | None = None,
) -> tuple[date, date] | None:
    """First and last day of the history in which a campaign's calls can stand.

    From the day on which its first batch left to a week after the day on which its last batch settled, but no later
    than today.

    Args:
        journal: The campaign's journal, or its path.
        zone: The service's time zone; None: any may be its own, which is a day more at each end.
        until: Another last day.
        now: This moment, aware; None: by the clock.

    Returns:
        Both days, inclusive; None where no batch has left yet.

    Raises:
        JournalError: There is no journal, or it cannot be read.
    """
    batches = await open_journal(journal).batches()
    if not batches:
        return None
    first = oldest_day(min(batch.left_at for batch in batches), zone)
    settled = newest_day(max(batch.settled_at or batch.left_at for batch in batches), zone)
    today = newest_day(now or datetime.now(UTC), zone)
    return first, max(first, until or min(settled + DAYS_AFTER, today))
