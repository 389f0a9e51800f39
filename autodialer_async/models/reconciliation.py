"""What a look into the history said of unknown records."""

from __future__ import annotations

from datetime import date

import attrs

__all__ = ["Reconciliation"]


@attrs.frozen
class Reconciliation:
    """What a look into the history said of a journal's unknown records.

    Attributes:
        first_day: First day of the history that was read; None where nothing was unknown.
        last_day: Last day.
        unknown_before: Records that were unknown.
        dialled: How many of them the history shows as dialled: they now count as accepted.
        unknown: How many stay unknown. A number that is missing in the history proves nothing.
    """

    first_day: date | None
    last_day: date | None
    unknown_before: int
    dialled: int
    unknown: int
