"""The join of a journal with a history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import AsyncAutodialer, BatchState, Call, CallDetail, Disposition
from autodialer_async.emulator import DropBefore, Emulator, Refuse, Rule
from autodialer_async.errors import JournalError
from autodialer_async.history.campaign import Campaign, CampaignRecord, Decision, campaign_days
from autodialer_async.history.campaign.last_calls import LastCalls
from autodialer_async.journal import MemoryJournal, RecordState, SqliteJournal
from tests.history.campaign.rows import CALLED, MORNING, MOSCOW, fill, journal_of, phone, row

pytestmark = pytest.mark.anyio

ACCEPTED, UNKNOWN = BatchState.ACCEPTED, BatchState.UNKNOWN


async def read(journal: MemoryJournal, *rows: CallDetail) -> Campaign:
    return await Campaign.read(journal, rows, zone=MOSCOW)


async def records(campaign: Campaign) -> dict[str, CampaignRecord]:
    return {record.id: record async for record in campaign.records()}


async def test_every_record_has_its_state_and_its_outcome() -> None:
    journal = await journal_of(
        ([0, 1, 2], ACCEPTED, 77),
        ([3], BatchState.REJECTED, None),
        ([4], BatchState.UNSENT, None),
        ([5], UNKNOWN, None),
    )
    campaign = await read(journal, row(0), row(1, Disposition.BUSY, seconds=0))
    found = await records(campaign)
    assert {key: (str(one.state), one.outcome, one.not_yet_dialled) for key, one in found.items()} == {
        "0": ("accepted", Disposition.ANSWERED, False),
        "1": ("accepted", Disposition.BUSY, False),
        "2": ("accepted", None, True),
        "3": ("rejected", None, False),
        "4": ("unsent", None, False),
        "5": ("unknown", None, False),
    }
    call = found["0"].call
    assert call is not None
    assert (call.at, call.seconds, call.calls, call.place) == (CALLED, 30, 1, None)
    assert (campaign.size, campaign.dialled, campaign.not_yet_dialled) == (6, 2, 1)


async def test_the_same_number_in_another_task_is_no_call_of_the_campaign() -> None:
    campaign = await read(await journal_of(([0], ACCEPTED, 77)), row(0, task=78), row(1, task=78))
    assert (campaign.dialled, campaign.rows.others, campaign.rows.joined) == (0, 2, 0)


async def test_rows_that_belong_nowhere_are_counted_each_by_its_reason() -> None:
    journal = await journal_of(([0], ACCEPTED, 77), ([1], UNKNOWN, None))
    nameless = CallDetail(None, None, None, None, None, problem="dst is missing")
    campaign = await read(journal, row(0), row(9), row(1, task=5), row(8, task=5), nameless)
    rows = campaign.rows
    assert (rows.read, rows.joined, rows.strangers, rows.undecided, rows.others, rows.unreadable) == (5, 1, 1, 1, 1, 1)


async def test_the_last_state_wins_in_whatever_order_the_rows_come() -> None:
    journal = await journal_of(([0], ACCEPTED, 77))
    early, late = row(0, Disposition.BUSY), row(0, Disposition.ANSWERED, at=CALLED + timedelta(hours=1))
    for rows in ((early, late), (late, early)):
        assert (await records(await read(journal, *rows)))["0"].outcome is Disposition.ANSWERED


async def test_calls_that_were_seen_one_after_the_other_are_counted_as_attempts() -> None:
    journal = await journal_of(([0, 1], ACCEPTED, 77))
    later = CALLED + timedelta(hours=1)
    campaign = await read(
        journal,
        row(0, Disposition.IN_PROGRESS),
        row(0, Disposition.BUSY, at=CALLED + timedelta(seconds=9)),
        row(1, Disposition.NO_ANSWER),
        row(0, Disposition.BUSY, at=CALLED + timedelta(seconds=9)),
        row(0, at=later),
    )
    assert campaign.by_attempt == {
        (1, Disposition.BUSY): 1, (1, Disposition.NO_ANSWER): 1, (2, Disposition.ANSWERED): 1,
    }  # fmt: skip
    call = (await records(campaign))["0"].call
    assert call is not None
    assert (call.calls, call.at) == (2, later)


async def test_a_number_that_stands_twice_in_a_task_has_one_call_and_the_first_record_has_it() -> None:
    journal = await journal_of(([4, 4, 5], ACCEPTED, 77), ids=["z", "a", "b"])
    campaign = await read(journal, row(4), row(5))
    found = await records(campaign)
    assert (found["z"].outcome, found["z"].doubled) == (Disposition.ANSWERED, False)
    assert (found["a"].outcome, found["a"].doubled, found["a"].not_yet_dialled) == (None, True, False)
    assert (campaign.dialled, campaign.doubled, campaign.not_yet_dialled) == (2, 1, 0)
    assert campaign.called_in_two_tasks == 0


async def test_a_number_that_was_called_in_two_tasks_is_counted_once() -> None:
    batches = [([4], ACCEPTED, 77), ([4], ACCEPTED, 78), ([4], ACCEPTED, 79)]
    journal = await journal_of(*batches, ids=["a", "b", "c"])
    campaign = await read(journal, row(4, task=77), row(4, task=78), row(4, task=79))
    assert (campaign.dialled, campaign.called_in_two_tasks) == (3, 1)


async def test_a_record_whose_task_is_not_known_has_the_calls_of_its_hours_in_unknown_tasks() -> None:
    journal = await journal_of(([0, 1], ACCEPTED, None), ([2], ACCEPTED, 78))
    campaign = await read(journal, row(0, task=5), row(1, task=5, at=CALLED + timedelta(days=9)), row(1, task=78))
    found = await records(campaign)
    assert [found[key].outcome for key in "01"] == [Disposition.ANSWERED, None]


async def test_unknown_words_are_counted_and_kept_as_they_came() -> None:
    journal = await journal_of(([0, 1, 2], ACCEPTED, 77))
    campaign = await read(
        journal,
        row(0, Disposition.UNKNOWN, raw="Жёлтая карточка"),
        row(1, Disposition.UNKNOWN, raw="Жёлтая  карточка"),
        CallDetail(77, phone(2), CALLED, None, 0),
    )
    assert campaign.unknown_words == {"Жёлтая карточка": 2, "": 1}


async def test_a_number_in_an_unknown_code_is_masked() -> None:
    codes = ["FORWARDED 89220000001", "FORWARDED 8 (922) 000-00-02", "Ждём\u202e 17/4"]
    rows = [row(place, Disposition.UNKNOWN, raw=code) for place, code in enumerate(codes)]
    campaign = await read(await journal_of(([0, 1, 2], ACCEPTED, 77)), *rows)
    assert campaign.unknown_words == {"FORWARDED ***": 2, "Ждём 17/4": 1}
    assert campaign.dialled == 3


async def test_rows_come_from_any_source_and_places_are_asked_once_a_row() -> None:
    journal = await journal_of((range(1200), ACCEPTED, 77))

    async def stream() -> AsyncIterator[CallDetail]:
        for number in range(1200):
            yield row(number)

    asked: list[str] = []

    def place_of(number: str) -> str | None:
        asked.append(number)
        return "Пермь" if number.endswith("7") else None

    from_async = await Campaign.read(journal, stream(), place_of=place_of)
    from_iterator = await Campaign.read(journal, (row(number) for number in range(1200)))
    assert (from_async.dialled, from_iterator.dialled, len(asked)) == (1200, 1200, 1200)
    assert sum(call.place == "Пермь" for call in from_async.calls()) == 120


async def test_naive_and_missing_times_are_kept_as_they_are() -> None:
    journal = await journal_of(([0, 1], ACCEPTED, 77))
    naive = datetime(2026, 11, 2, 11, 0)  # noqa: DTZ001 - a history without zones
    campaign = await read(journal, row(0, at=naive), row(1, at=None, seconds=None))
    found = await records(campaign)
    assert [(one.call.at, one.call.seconds) for one in found.values() if one.call] == [(naive, 30), (None, None)]


async def test_the_days_are_those_from_the_first_batch_to_a_week_after_the_last_or_today() -> None:
    journal = await journal_of(([0], ACCEPTED, 77))
    later = MORNING + timedelta(days=30)
    assert await campaign_days(journal, zone=MOSCOW, now=later) == (date(2026, 11, 2), date(2026, 11, 9))
    assert await campaign_days(journal, zone=MOSCOW, now=MORNING) == (date(2026, 11, 2), date(2026, 11, 2))
    until = date(2026, 11, 20)
    assert await campaign_days(journal, zone=MOSCOW, until=until) == (date(2026, 11, 2), until)
    assert await campaign_days(MemoryJournal(), zone=MOSCOW) is None


async def test_where_the_service_s_zone_is_not_known_its_day_may_be_yesterday_or_tomorrow() -> None:
    journal = await journal_of(([0], ACCEPTED, 77))
    assert await campaign_days(journal, now=MORNING) == (date(2026, 11, 1), date(2026, 11, 2))
    evening = MORNING.replace(hour=20)
    assert await campaign_days(journal, now=evening) == (date(2026, 11, 1), date(2026, 11, 3))


async def test_a_journal_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no journal"):
        await Campaign.read(tmp_path / "none.db", [])


async def test_a_real_upload_joined_with_the_history_of_the_emulator(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    calls = [Call(number, phone(number)) for number in range(30)]
    refused, dropped = Rule(Refuse(400), record_id="10"), Rule(DropBefore(), record_id="20")
    async with (
        Emulator.serve(faults=[refused, dropped]) as emulator,
        AsyncAutodialer(
            emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token, batch_size=10
        ) as dialer,
    ):
        result = await dialer.make(calls, journal=journal, on_failure="return")
        assert (result.accepted, result.rejected, result.unknown) == (10, 10, 10)
        campaign = await dialer.campaign(journal)
        today = datetime.now(UTC).astimezone().date()
        rows = {one.dst: one for one in await dialer.cdr(today - timedelta(days=1), today + timedelta(days=1))}
    assert dict(campaign.counts) == {
        RecordState.SENDING: 0, RecordState.ACCEPTED: 10, RecordState.REJECTED: 10, RecordState.UNSENT: 0,
        RecordState.UNKNOWN: 10,
    }  # fmt: skip
    for record in (await records(campaign)).values():
        told = rows.get(phone(int(record.id)))
        assert record.outcome is (None if told is None or told.code is None else told.code.disposition)
    assert campaign.dialled == len(rows) == 10


async def test_a_campaign_that_sent_nothing_asks_nothing() -> None:
    async with Emulator.serve() as emulator, AsyncAutodialer(emulator.base_url, api_key="x") as dialer:
        campaign = await dialer.campaign(MemoryJournal())
        assert (campaign.size, emulator.counts.requests) == (0, 0)


async def test_what_the_campaign_shows_of_a_record_has_no_number_in_it() -> None:
    campaign = await read(await journal_of(([7], ACCEPTED, 77)), row(7))
    [record] = [record async for record in campaign.records()]
    assert phone(7) not in repr(record) + repr(campaign) + repr(campaign.rows)


MOMENTS = st.none() | st.integers(0, 5)
ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Disposition), MOMENTS), max_size=30)


@given(ROWS)
def test_each_record_s_known_calls_are_counted_under_the_attempt_that_they_were(
    rows: list[tuple[int, Disposition, int | None]],
) -> None:
    calls = LastCalls()
    for number, outcome, hours in rows:
        at = None if hours is None else CALLED + timedelta(hours=hours)
        calls.note(number, row(number, outcome, at=at), None)
    last = list(calls)
    assert len(last) == len(calls) == len({number for number, _, _ in rows})
    assert min(calls.by_attempt.values(), default=0) >= 0
    assert calls.by_attempt.total() == sum(call.calls for call in last)
    for attempt in range(1, 31):
        made = sum(count for (number, _), count in calls.by_attempt.items() if number == attempt)
        assert made == sum(call.calls >= attempt for call in last)


async def test_decisions_are_counted_over_all_records() -> None:
    journal = await journal_of(([0, 1, 2], ACCEPTED, 77), ([3], BatchState.REJECTED, None))
    campaign = await read(journal, row(0), row(1, Disposition.BUSY))
    assert await campaign.decisions(now=MORNING + timedelta(days=7)) == {
        Decision.ANSWERED: 1, Decision.AGAIN: 1, Decision.NOT_YET_DIALLED: 1, Decision.REFUSED: 1,
    }  # fmt: skip


async def test_a_killed_uploader_s_batch_is_unknown(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    await fill(journal, [([0], UNKNOWN, None)])
    campaign = await Campaign.read(journal, [row(0)])
    assert (campaign.counts[RecordState.UNKNOWN], campaign.rows.undecided) == (1, 1)
