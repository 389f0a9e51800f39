"""The report's figures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from math import inf
from pathlib import Path

import attrs
import pytest

from autodialer_async import AsyncAutodialer, BatchReport, BatchState, Call, Disposition
from autodialer_async.emulator import Emulator, Ending, Scenario, Simulation
from autodialer_async.emulator import RecordState as Called
from autodialer_async.history.campaign import Campaign, Decision
from autodialer_async.history.report import CampaignReport, RecognisedAnswer, answers_of
from autodialer_async.history.report.answers import count_answers
from autodialer_async.history.report.durations import Durations
from autodialer_async.history.report.timeline import MOST_SPANS, spans_of
from autodialer_async.journal import JournalBatch, MemoryJournal, RecordState, SqliteJournal
from autodialer_async.webhooks import ReceivedEvent
from tests.history.campaign.rows import CALLED, MORNING, MOSCOW, NEXT_WEEK, journal_of, phone, row
from tests.history.report.demo import demo_campaign

ACCEPTED = BatchState.ACCEPTED
DISPOSITIONS = {
    "ANSWERED 16": Disposition.ANSWERED,
    "BUSY 17": Disposition.BUSY,
    "NO ANSWER 19": Disposition.NO_ANSWER,
    "CHANUNAVAIL 20": Disposition.UNREACHABLE,
    "FAILED 38": Disposition.FAILED,
    # These come of the emulator's numbers with a fate.
    "REJECTED 21": Disposition.REJECTED,
    "INVALID NUMBER 28": Disposition.INVALID_NUMBER,
    "MACHINE": Disposition.MACHINE,
    "CONGESTION 34": Disposition.CONGESTION,
}


@pytest.mark.anyio
async def test_the_totals_of_a_demo_campaign_are_the_emulator_s_own(tmp_path: Path) -> None:
    report, books, secret = await demo_campaign(tmp_path)
    # A batch of 100 was taken, and its answer never came: its records are unknown, and their calls are undecided.
    assert report.states[RecordState.UNKNOWN] == report.rows.undecided == 100
    assert report.accepted + 100 == books.records == 3912
    assert report.rows.read == books.codes.total() == 3912
    assert report.dialled + report.rows.undecided == books.codes.total()
    assert set(books.codes) <= set(DISPOSITIONS)
    undecided = Counter({DISPOSITIONS[code]: count for code, count in books.codes.items()}) - report.outcomes
    assert undecided.total() == 100
    assert report.called_in_two_tasks == books.twice > 0
    assert report.records == 4012
    assert report.states[RecordState.REJECTED] == 100
    text = json.dumps(report.to_dict(), ensure_ascii=False) + repr(report)
    assert not [one for one in secret if one in text]


@pytest.mark.anyio
async def test_the_totals_are_exact_where_nothing_is_unknown(tmp_path: Path) -> None:
    report, books, _ = await demo_campaign(tmp_path, records=800)
    rejected = report.states[RecordState.REJECTED]
    assert (report.records - rejected, report.accepted, report.dialled) == (books.records,) * 3
    assert report.outcomes == {DISPOSITIONS[code]: count for code, count in books.codes.items()}
    assert report.durations.total == books.answered_seconds
    for part in (report.by_hour, report.by_weekday, report.by_place, report.by_attempt):
        assert sum(part.values(), Counter()) == report.outcomes
    assert sum(report.decisions.values()) == report.records
    again = set(DISPOSITIONS.values()) - {
        Disposition.ANSWERED, Disposition.REJECTED, Disposition.INVALID_NUMBER, Disposition.MACHINE
    }  # fmt: skip
    assert report.to_call_again == sum(report.outcomes[outcome] for outcome in again)
    assert sum(span.records for span in report.timeline) == report.records


@pytest.mark.parametrize("speed", [inf, 0], ids=["at once", "by a clock of its own"])
@pytest.mark.anyio
async def test_the_totals_are_the_emulator_s_where_records_have_attempts_and_scenarios(
    tmp_path: Path, speed: float
) -> None:
    said = {"да": 3.0, "Нет": 1.0, "": 1.0}
    endings = (
        Ending("ANSWERED 16", 3, (5, 60), said, final=True),
        Ending("ANSWERED 16", 1, (3, 9), {"алло": 1}),
        Ending("BUSY 17", 3),
        Ending("NO ANSWER 19", 2),
        Ending("MACHINE", 1, (5, 9), {"оставьте сообщение": 1}, final=True),
    )
    listed = [
        Call(number, f"8922{number:07d}", max_count=number % 4 + 1, generation_type=number % 2 + 7)
        for number in range(1, 401)
    ]
    simulation = Simulation(scenarios={"7": Scenario(endings)}, fates={}, lines=3)
    async with (
        Emulator.serve(seed=5, simulation=simulation, start=MORNING, speed=speed) as emulator,
        AsyncAutodialer(
            emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token, batch_size=50
        ) as dialer,
    ):
        journal = SqliteJournal(tmp_path / "spring.db")
        await dialer.make(listed, journal=journal)
        emulator.finish()
        state, records = emulator.state(), emulator.find_records(limit=1000).items
        async with dialer.history(MORNING.date(), emulator.now.date()) as rows:
            campaign = await Campaign.read(journal, rows)
        report = await CampaignReport.of(campaign, answers=await answers_of(journal, heard(emulator)))
    assert state.calls == sum(record.attempts for record in records) > report.dialled == len(records) == 400
    ended = Counter(DISPOSITIONS[record.code or ""] for record in records)
    assert report.outcomes == ended
    assert {DISPOSITIONS[code]: n for code, n in state.outcomes.items()} == ended
    assert report.by_hour == counted_by(lambda at: at.hour, records)
    assert report.by_weekday == counted_by(lambda at: at.weekday(), records)
    answered = [record for record in records if record.code == "ANSWERED 16"]
    assert (report.durations.calls, report.durations.total) == (
        len(answered), sum(record.seconds for record in answered)
    )  # fmt: skip
    last = {call.id: call.answer for call in emulator.calls if call.answer}
    assert {(one.text or "").casefold(): one.count for one in report.answers} == Counter(
        map(str.casefold, last.values())
    )


def heard(emulator: Emulator) -> list[ReceivedEvent]:
    """The emulator's calls as its webhook tells them, as soon as they are over."""
    return [
        ReceivedEvent(call.phone, call.seconds, None, call.answer, key=str(call.number), received_at=datetime.now(UTC))
        for call in emulator.calls
    ]


def counted_by(part: Callable[[datetime], int], records: Iterable[Called]) -> dict[int, Counter[Disposition]]:
    counts: dict[int, Counter[Disposition]] = {}
    for record in records:
        assert record.at is not None
        ended = DISPOSITIONS[record.code or ""]
        counts.setdefault(part(record.at), Counter())[ended] += 1
    return counts


@pytest.mark.anyio
async def test_a_campaign_is_told_by_hour_weekday_attempt_and_place() -> None:
    journal = await journal_of(([0, 1, 2], ACCEPTED, 77), ([3], BatchState.REJECTED, None))
    rows = [
        row(0, Disposition.BUSY),
        row(0, at=CALLED + timedelta(days=1, hours=2), seconds=40),
        row(1, at=None, seconds=None),
    ]
    campaign = await Campaign.read(
        journal, rows, zone=MOSCOW, place_of=lambda phone: "Пермь" if phone[-1] == "0" else None
    )
    report = await CampaignReport.of(
        campaign, name="spring", days=(date(2026, 11, 2), date(2026, 11, 3)), now=NEXT_WEEK
    )
    one = {Disposition.ANSWERED: 1}
    assert (report.by_hour, report.by_weekday, report.without_time) == ({13: one}, {1: one}, 1)
    assert report.by_attempt == {1: {Disposition.BUSY: 1, Disposition.ANSWERED: 1}, 2: one}
    assert report.by_place == {"Пермь": one, None: one}
    assert (report.durations.calls, report.durations.total) == (1, 40)
    assert (report.records, report.accepted, report.dialled, report.answered, report.not_yet_dialled) == (4, 3, 2, 2, 1)
    assert report.decisions == {Decision.ANSWERED: 2, Decision.NOT_YET_DIALLED: 1, Decision.REFUSED: 1}
    told = json.loads(json.dumps(report.to_dict()))
    assert (told["dialled"], told["outcomes"], told["history"]["last_day"]) == (2, {"answered": 2}, "2026-11-03")


@pytest.mark.anyio
async def test_a_call_in_progress_is_not_dialled_yet() -> None:
    journal = await journal_of(([0, 1], ACCEPTED, 77))
    report = await CampaignReport.of(await Campaign.read(journal, [row(0, Disposition.IN_PROGRESS), row(1)]))
    assert (report.dialled, report.answered, report.not_yet_dialled) == (1, 1, 0)


@pytest.mark.anyio
async def test_a_campaign_without_records_is_a_report_of_nothing() -> None:
    report = await CampaignReport.of(await Campaign.read(MemoryJournal(), []))
    assert (report.records, report.dialled, report.timeline, report.durations.median) == (0, 0, (), None)


def test_lengths_are_counted_into_bars_and_the_median_is_exact() -> None:
    durations = Durations()
    for seconds in (0, 5, 6, 30, 31, 400):
        durations.add(seconds)
    assert durations.bars[:5] == [(0, 5, 2), (6, 10, 1), (11, 20, 0), (21, 30, 1), (31, 45, 1)]
    assert durations.bars[-1] == (301, None, 1)
    assert (durations.median, durations.calls, durations.total) == (6, 6, 472)
    assert Durations().bars == []


def test_answers_are_counted_by_wording_and_the_last_of_a_record_counts() -> None:
    said = [
        ("Да", 4),
        ("да ", 6),
        ("ДА!", None),
        ("Нет", 3),
        ("мой номер 8 922 222-00-00", 9),
        ("  ", 1),
        ("\u202e\x00", 1),
    ]
    answers = [RecognisedAnswer(text, seconds) for text, seconds in said]
    answers += [RecognisedAnswer("нет", 1, "7"), RecognisedAnswer("Да", 2, "7")]
    found = count_answers(answers)
    assert [(answer.text, answer.count) for answer in found] == [("Да", 4), ("мой номер ***", 1), ("Нет", 1)]
    assert found[0].seconds == 4
    assert "8 922" not in repr(answers)


@pytest.mark.anyio
async def test_an_answer_belongs_to_the_record_that_left_last_before_it_and_within_a_week() -> None:
    unknown, refused = BatchState.UNKNOWN, BatchState.REJECTED
    journal = await journal_of(([0], ACCEPTED, 77), ([1], unknown, None), ([2], refused, None), ([0], ACCEPTED, 78),
                               ids=["a", "b", "c", "d"])  # fmt: skip

    def said(number: int, text: str | None, **after: float) -> ReceivedEvent:
        at = MORNING + timedelta(**after)
        return ReceivedEvent(phone(number), 7, None, text, key="k", received_at=at)

    events = [
        said(0, "рано", hours=-1), said(0, "да", hours=1), said(1, "нет", days=6), said(2, "не наш", hours=1),
        said(3, "чужой", hours=1), said(0, None, hours=2), said(0, "", hours=2),
        said(0, "поздно", days=8),
    ]  # fmt: skip
    assert [(answer.record_id, answer.text, answer.seconds) for answer in await answers_of(journal, events)] == [
        ("d", "да", 7), ("b", "нет", 7)
    ]  # fmt: skip
    longer = await answers_of(journal, events, until=(MORNING + timedelta(days=8)).date())
    assert [answer.text for answer in longer] == ["да", "нет", "поздно"]
    assert await answers_of(journal, []) == []
    (long,) = await answers_of(journal, [said(1, "а" * 10**6, hours=1)])
    assert len(long.text) == 1000


def test_rare_answers_are_counted_together() -> None:
    found = count_answers([RecognisedAnswer(f"вариант {number}") for number in "абвгдежзиклмнопрст"])
    assert (len(found), found[-1].text, found[-1].count) == (16, None, 3)


def batches(count: int, **states: RecordState) -> list[JournalBatch]:
    return [
        JournalBatch(
            number + 1, 1, states.get(f"b{number}", RecordState.ACCEPTED), 10, MORNING + timedelta(seconds=number),
            MORNING + timedelta(seconds=number + 2), BatchReport(10, 10, 9, 2, 77),
        )
        for number in range(count)
    ]  # fmt: skip


def test_the_timeline_counts_batches_whatever_gaps_their_numbers_have() -> None:
    gaps = [attrs.evolve(batch, number=7 * batch.number) for batch in batches(MOST_SPANS + 1)]
    assert [(span.first, span.last) for span in spans_of(gaps[:2], MOSCOW)] == [(1, 1), (2, 2)]
    spans = spans_of(gaps, MOSCOW)
    assert [(spans[0].first, spans[0].last), (spans[-1].first, spans[-1].last)] == [(1, 2), (401, 401)]
    assert len({span.first for span in spans}) == len(spans)


def test_the_timeline_has_a_span_a_batch_or_a_few_batches_together_with_the_gravest_state() -> None:
    assert [(span.first, span.last, span.records) for span in spans_of(batches(2), MOSCOW)] == [(1, 1, 10), (2, 2, 10)]
    spans = spans_of(batches(MOST_SPANS * 2 + 1, b1=RecordState.UNKNOWN, b0=RecordState.REJECTED), MOSCOW)
    assert (len(spans), spans[0].first, spans[0].last, spans[0].records) == (267, 1, 3, 30)
    assert (spans[0].state, spans[1].state) == (RecordState.UNKNOWN, RecordState.ACCEPTED)
    assert spans[0].left_at == datetime(2026, 11, 2, 9, 0, tzinfo=MOSCOW)
    assert spans[0].settled_at == MORNING + timedelta(seconds=4)


@pytest.mark.anyio
async def test_records_that_a_report_left_out_are_counted_with_its_error_code() -> None:
    journal = MemoryJournal()
    async with journal.run() as run:
        await run.sort(["1", "2"], ["89220000001", "89220000002"], [None, None], [None, None])
        await run.settle(await run.mark_sending(["1", "2"]), ACCEPTED, BatchReport(2, 2, 1, 2, 77))
    report = await CampaignReport.of(await Campaign.read(journal, []))
    assert (report.not_inserted, report.errorcodes) == (1, {2: 1})
