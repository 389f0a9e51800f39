"""One record of a campaign: what the journal knows of it, and what the history tells."""

from __future__ import annotations

import attrs

from autodialer_async.history.campaign.last_calls import LastCall
from autodialer_async.journal import JournalRecord, RecordState
from autodialer_async.models import Disposition

__all__ = ["CampaignRecord"]


@attrs.frozen
class CampaignRecord:
    """One record with its state and outcome.

    Attributes:
        entry: The record as the journal knows it: id, uuid, state, hours, batch, task.
        call: Its last call, or None.
        doubled: Whether its number stands in another record of the same task, which has the call: the service calls a
            number once a task.
    """

    entry: JournalRecord
    call: LastCall | None = None
    doubled: bool = False

    @property
    def id(self) -> str:
        """The caller's key of the record."""
        return self.entry.id

    @property
    def state(self) -> RecordState:
        """What became of its upload."""
        return self.entry.state

    @property
    def outcome(self) -> Disposition | None:
        """How its last call ended; None where no call is known."""
        return None if self.call is None else self.call.outcome

    @property
    def not_yet_dialled(self) -> bool:
        """Whether the service took it, and the history has no call of it."""
        return self.state is RecordState.ACCEPTED and self.call is None and not self.doubled
