"""Whom to call again, and why not: the rule, and the decision for one record. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo
from enum import StrEnum

import attrs

from autodialer_async._reconciliation import end_of_hours
from autodialer_async.errors import ConfigurationError
from autodialer_async.history.campaign.last_calls import LastCall
from autodialer_async.history.campaign.record import CampaignRecord
from autodialer_async.journal import RecordState
from autodialer_async.models import Disposition

__all__ = ["CallAgain", "Decision", "attempts_left", "decide", "decide_for_number"]

_NOT_REACHED = frozenset(
    {
        Disposition.BUSY,
        Disposition.NO_ANSWER,
        Disposition.UNREACHABLE,
        Disposition.CONGESTION,
        Disposition.FAILED,
    }
)


class Decision(StrEnum):
    """Whether a record is to be called again, and else why not.

    Members:
        AGAIN: It is.
        ANSWERED: Somebody answered.
        MACHINE: A machine answered.
        DECLINED: The subscriber rejected the call.
        INVALID_NUMBER: There is no such number.
        UNKNOWN_OUTCOME: The history's word for the end of the call is not known.
        OTHER_OUTCOME: Its last call ended in a way that the rule does not ask for.
        ATTEMPTS_USED_UP: The calls that a person may get have been made.
        STILL_DIALLED: The service may still call it by itself.
        NOT_YET_DIALLED: The service took it, and no call is known.
        DOUBLED: Its number stands in another record, which is decided on in its place.
        REFUSED: The service refused it: the campaign's own journal sends it again.
        UNSENT: It never left: the campaign's own journal sends it.
        UNKNOWN: It may have been taken: `reconcile` may tell.
        NOT_IN_CAMPAIGN: The journal has no record with this id and this number.
    """

    AGAIN = "again"
    ANSWERED = "answered"
    MACHINE = "machine"
    DECLINED = "declined"
    INVALID_NUMBER = "invalid_number"
    UNKNOWN_OUTCOME = "unknown_outcome"
    OTHER_OUTCOME = "other_outcome"
    ATTEMPTS_USED_UP = "attempts_used_up"
    STILL_DIALLED = "still_dialled"
    NOT_YET_DIALLED = "not_yet_dialled"
    DOUBLED = "doubled"
    REFUSED = "refused"
    UNSENT = "unsent"
    UNKNOWN = "unknown"
    NOT_IN_CAMPAIGN = "not_in_campaign"


_WHY_NOT = {
    Disposition.ANSWERED: Decision.ANSWERED,
    Disposition.MACHINE: Decision.MACHINE,
    Disposition.REJECTED: Decision.DECLINED,
    Disposition.INVALID_NUMBER: Decision.INVALID_NUMBER,
    Disposition.UNKNOWN: Decision.UNKNOWN_OUTCOME,
}
_NOT_ACCEPTED = {
    RecordState.REJECTED: Decision.REFUSED,
    RecordState.UNSENT: Decision.UNSENT,
    RecordState.UNKNOWN: Decision.UNKNOWN,
    RecordState.SENDING: Decision.UNKNOWN,
}
# What one record of a number says for all records of that number.
_FOR_THE_NUMBER = frozenset(Decision) - {Decision.AGAIN, Decision.DOUBLED, Decision.REFUSED, Decision.UNSENT}


def _dispositions(values: Iterable[Disposition | str]) -> frozenset[Disposition]:
    try:
        return frozenset(map(Disposition, values))
    except ValueError as error:
        raise ConfigurationError(f"outcomes: {error}") from None


@attrs.frozen
class CallAgain:
    """Which records are to be called again.

    How many calls were made is not told by the service: its history has the last one only. So a record that was given a
    `max_count` counts as called so often, or as often as calls are known, whichever is more; without `max_count` it
    counts as called as often as calls are known, and nothing limits it but `most_attempts`.

    Attributes:
        outcomes: Ends of the last call after which a record is called again.
        most_attempts: Calls that a person may get in all, those of the campaign included; None: `max_count` of the
            list, which the campaign has used. A record that is picked gets at most what is left as its `max_count`.
        max_count: Attempts that the upload gave to records whose list gave none (`make(max_count=3)`); None: it gave
            none, and the service makes one.
        not_dialled: Whether also records are picked that the service took and did not call in their hours.
        unknown: Whether also records are picked of which nobody knows whether they were taken: that may phone a
            person twice.

    Raises:
        ConfigurationError: An outcome that is none, or a number of attempts below 1.

    Example:
        >>> rule = CallAgain(outcomes={"busy", "no_answer"}, most_attempts=3)
        >>> sorted(rule.outcomes)
        [<Disposition.BUSY: 'busy'>, <Disposition.NO_ANSWER: 'no_answer'>]
    """

    outcomes: frozenset[Disposition] = attrs.field(default=_NOT_REACHED, converter=_dispositions)
    most_attempts: int | None = None
    max_count: int | None = None
    not_dialled: bool = False
    unknown: bool = False

    def __attrs_post_init__(self) -> None:
        for name, value in (("most_attempts", self.most_attempts), ("max_count", self.max_count)):
            if value is not None and value < 1:
                raise ConfigurationError(f"{name} is at least 1, not {value}")


def attempts_left(records: Iterable[CampaignRecord], rule: CallAgain, max_count: int | None) -> int | None:
    """How many more calls the person may get; None: nothing limits them.

    Args:
        records: Those with the person's number.
        rule: The rule.
        max_count: Attempts that the list gave each, or None.
    """
    allowed = max_count or rule.max_count
    most = rule.most_attempts or allowed
    if most is None:
        return None
    # A record that was never called has used none, whatever it was allowed.
    return max(0, most - sum(max(record.call.calls, allowed or 1) for record in records if record.call is not None))


def decide(
    record: CampaignRecord, rule: CallAgain, *, max_count: int | None, now: datetime, zone: tzinfo | None
) -> Decision:
    """Whether one record is to be called again, looked at alone.

    Args:
        record: The record.
        rule: The rule.
        max_count: Attempts that its list gave it, or None.
        now: This moment, aware.
        zone: The service's time zone; None: this machine's.
    """
    if record.state is not RecordState.ACCEPTED:
        why_not = _NOT_ACCEPTED[record.state]
        wanted = rule.unknown and record.state is RecordState.UNKNOWN
        return Decision.AGAIN if wanted else why_not
    if record.doubled:
        return Decision.DOUBLED
    if record.call is None:
        wanted = rule.not_dialled and now > end_of_hours(record.entry, zone)
        return Decision.AGAIN if wanted else Decision.NOT_YET_DIALLED
    return _after_its_call(record, record.call, rule, max_count=max_count, now=now, zone=zone)


def _after_its_call(
    record: CampaignRecord,
    call: LastCall,
    rule: CallAgain,
    *,
    max_count: int | None,
    now: datetime,
    zone: tzinfo | None,
) -> Decision:
    if call.outcome is Disposition.IN_PROGRESS:
        return Decision.STILL_DIALLED
    if call.outcome not in rule.outcomes:
        return _WHY_NOT.get(call.outcome, Decision.OTHER_OUTCOME)
    reached = call.outcome in (Disposition.ANSWERED, Disposition.MACHINE)
    # Attempts that nobody gave count as one, as in the example of the service's page.
    if not reached and call.calls < (max_count or rule.max_count or 1) and now <= end_of_hours(record.entry, zone):
        return Decision.STILL_DIALLED
    return Decision.ATTEMPTS_USED_UP if attempts_left([record], rule, max_count) == 0 else Decision.AGAIN


def decide_for_number(own: Decision, others: Collection[Decision]) -> Decision:
    """Whether a record is to be called again, given what is decided on the other records with its number.

    A number is a person: who answered once is not called again because another record of theirs was busy.
    """
    if own is not Decision.AGAIN:
        return own
    return next((decision for decision in Decision if decision in others and decision in _FOR_THE_NUMBER), own)
