"""What a report says, as plain figures: counted once, shown on a page, on a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Self

import attrs

from autodialer_async.history.campaign import CallAgain, Campaign, Decision, RowCounts
from autodialer_async.history.report.answers import AnswerText, RecognisedAnswer, count_answers
from autodialer_async.history.report.durations import Durations
from autodialer_async.history.report.timeline import Span, spans_of
from autodialer_async.journal import JournalBatch, RecordState
from autodialer_async.models import Disposition

__all__ = ["CampaignReport", "Outcomes"]

Outcomes = Counter[Disposition]
"""Records by how their last call ended."""

_MOST_WORDS = 20


@attrs.frozen(kw_only=True)
class CampaignReport:
    """The picture of a campaign. Holds no number, no name and no id.

    Attributes:
        campaign: What it is called, for the heading.
        made_at: When the figures were taken, aware.
        first_day: First day of the history that was read, where that is known.
        last_day: Last day, inclusive.
        states: Records of the journal by what became of their upload.
        errorcodes: The service's error codes, in batches.
        not_inserted: Records that the reports of accepted batches left out; which ones is not said.
        outcomes: Dialled records by how their last call ended.
        not_yet_dialled: Accepted records without a call.
        doubled: Accepted records whose number stands in another record of the same task, which has the call.
        called_in_two_tasks: Numbers that were called in more than one task.
        rows: What the rows of the history were.
        by_hour: Outcomes by the hour of the last call, as the history writes it.
        by_weekday: Outcomes by its weekday, 0 is Monday.
        without_time: Calls without a readable time, which are in neither.
        by_attempt: Outcomes of the first, second, … known call of a record, from 1.
        by_place: Outcomes by where the number is from; None where the number does not tell. Empty where not asked.
        durations: How long answered calls lasted.
        answers: What was recognised, by frequency; empty where no answers were given.
        unknown_words: Codes that were not understood, numbers in them masked, most frequent first.
        decisions: Records to be called again, and why not the others.
        timeline: The upload, batch by batch, in the service's time.

    Example:
        >>> result = await dialer.make(calls, journal="campaign.db")
        >>> report = await CampaignReport.of(await dialer.campaign("campaign.db"), name="november")
        >>> report.records, sum(report.outcomes.values())
        (3, 3)
    """

    campaign: str
    made_at: datetime
    first_day: date | None
    last_day: date | None
    states: Mapping[RecordState, int]
    errorcodes: Mapping[int | str, int]
    not_inserted: int
    outcomes: Outcomes
    not_yet_dialled: int
    doubled: int
    called_in_two_tasks: int
    rows: RowCounts
    by_hour: Mapping[int, Outcomes]
    by_weekday: Mapping[int, Outcomes]
    without_time: int
    by_attempt: Mapping[int, Outcomes]
    by_place: Mapping[str | None, Outcomes]
    durations: Durations
    answers: Sequence[AnswerText]
    unknown_words: Sequence[tuple[str, int]]
    decisions: Mapping[Decision, int]
    timeline: Sequence[Span]

    @classmethod
    async def of(
        cls,
        campaign: Campaign,
        *,
        name: str = "",
        days: tuple[date, date] | None = None,
        answers: Iterable[RecognisedAnswer] = (),
        rule: CallAgain = CallAgain(),
        zone: tzinfo | None = None,
        now: datetime | None = None,
    ) -> Self:
        """Take the figures of a campaign; it goes through the journal once.

        Args:
            campaign: The campaign, read with `place_of` where its regions are wanted.
            name: What to call it.
            days: First and last day of the history that was read.
            answers: What people said, as a webhook told it.
            rule: Who counts as to be called again.
            zone: The service's time zone, for the timeline; None: this machine's.
            now: This moment, aware; None: by the clock.

        Raises:
            JournalError: The journal cannot be read any more.
        """
        moment = now or datetime.now(UTC)
        outcomes: Outcomes = Counter()
        by_hour: dict[int, Outcomes] = {}
        by_weekday: dict[int, Outcomes] = {}
        by_place: dict[str | None, Outcomes] = {}
        durations = Durations()
        without_time = 0
        for call in campaign.calls():
            outcome = call.outcome
            outcomes[outcome] += 1
            by_place.setdefault(call.place, Counter())[outcome] += 1
            if call.at is None:
                without_time += 1
            else:
                by_hour.setdefault(call.at.hour, Counter())[outcome] += 1
                by_weekday.setdefault(call.at.weekday(), Counter())[outcome] += 1
            if outcome is Disposition.ANSWERED and call.seconds is not None:
                durations.add(call.seconds)
        by_attempt: dict[int, Outcomes] = {}
        for (attempt, outcome), count in sorted(campaign.by_attempt.items()):
            by_attempt.setdefault(attempt, Counter())[outcome] += count
        accepted = [batch for batch in campaign.batches if batch.state is RecordState.ACCEPTED]
        return cls(
            campaign=name,
            made_at=moment.astimezone(zone),
            first_day=None if days is None else days[0],
            last_day=None if days is None else days[1],
            states=dict(campaign.counts),
            errorcodes=Counter(
                batch.report.errorcode
                for batch in accepted
                if batch.report is not None and batch.report.errorcode is not None
            ),
            not_inserted=sum(map(_left_out, accepted)),
            outcomes=outcomes,
            not_yet_dialled=campaign.not_yet_dialled,
            doubled=campaign.doubled,
            called_in_two_tasks=campaign.called_in_two_tasks,
            rows=attrs.evolve(campaign.rows),
            by_hour=dict(sorted(by_hour.items())),
            by_weekday=dict(sorted(by_weekday.items())),
            without_time=without_time,
            by_attempt=by_attempt,
            by_place={} if by_place.keys() <= {None} else by_place,
            durations=durations,
            answers=count_answers(answers),
            unknown_words=campaign.unknown_words.most_common(_MOST_WORDS),
            decisions=await campaign.decisions(rule, now=moment),
            timeline=spans_of(campaign.batches, zone),
        )

    @property
    def records(self) -> int:
        """Records in the journal."""
        return sum(self.states.values())

    @property
    def accepted(self) -> int:
        """Records that the service took."""
        return self.states[RecordState.ACCEPTED]

    @property
    def dialled(self) -> int:
        """Records with a call that has ended."""
        return self.outcomes.total() - self.outcomes[Disposition.IN_PROGRESS]

    @property
    def answered(self) -> int:
        """Records of which somebody answered."""
        return self.outcomes[Disposition.ANSWERED]

    @property
    def to_call_again(self) -> int:
        """Records to be called again, by the rule."""
        return self.decisions.get(Decision.AGAIN, 0)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "campaign": self.campaign,
            "made_at": self.made_at.isoformat(),
            "history": None
            if self.first_day is None or self.last_day is None
            else {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()},
            "records": self.records,
            "accepted": self.accepted,
            "states": _plain(self.states),
            "errorcodes": _plain(self.errorcodes),
            "not_inserted": self.not_inserted,
            "dialled": self.dialled,
            "answered": self.answered,
            "to_call_again": self.to_call_again,
            "outcomes": _plain(self.outcomes),
            "not_yet_dialled": self.not_yet_dialled,
            "doubled": self.doubled,
            "called_in_two_tasks": self.called_in_two_tasks,
            "rows": attrs.asdict(self.rows),
            "by_hour": {str(hour): _plain(counts) for hour, counts in self.by_hour.items()},
            "by_weekday": {str(day): _plain(counts) for day, counts in self.by_weekday.items()},
            "without_time": self.without_time,
            "by_attempt": {str(attempt): _plain(counts) for attempt, counts in self.by_attempt.items()},
            "by_place": {place or "": _plain(counts) for place, counts in self.by_place.items()},
            "durations": self.durations.to_dict(),
            "answers": [attrs.asdict(answer) for answer in self.answers],
            "unknown_words": [{"word": word, "rows": rows} for word, rows in self.unknown_words],
            "decisions": _plain(self.decisions),
            "timeline": [span.to_dict() for span in self.timeline],
        }


def _plain(counts: Mapping[Any, int]) -> dict[str, int]:
    return {str(key): count for key, count in counts.items()}


def _left_out(batch: JournalBatch) -> int:
    report = batch.report
    return 0 if report is None or report.inserted is None else max(0, report.lines - report.inserted)
