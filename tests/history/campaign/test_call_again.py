"""Whom to call again, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import AsyncAutodialer, BatchState, Call, CallDetail, Disposition
from autodialer_async.emulator import Emulator
from autodialer_async.errors import ConfigurationError, InvalidCall, JournalError
from autodialer_async.history.campaign import CallAgain, Campaign, CampaignRecord, Decision, LastCall
from autodialer_async.history.campaign.again import decide, decide_for_number
from autodialer_async.journal import JournalRecord, RecordState, SqliteJournal
from tests.history.campaign.rows import CALLED, MORNING, MOSCOW, NEXT_WEEK, WINDOW, journal_of, phone, row

ACCEPTED = BatchState.ACCEPTED
BUSY = Disposition.BUSY


def record(
    outcome: Disposition | None = BUSY,
    *,
    calls: int = 1,
    state: RecordState = RecordState.ACCEPTED,
    doubled: bool = False,
) -> CampaignRecord:
    entry = JournalRecord("1", None, state, WINDOW, 1, MORNING, MORNING, 77)
    return CampaignRecord(entry, None if outcome is None else LastCall(outcome, CALLED, 5, calls), doubled)


def decision(
    one: CampaignRecord, rule: CallAgain = CallAgain(), *, max_count: int | None = None, now: datetime = NEXT_WEEK
) -> Decision:
    return decide(one, rule, max_count=max_count, now=now, zone=MOSCOW)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Disposition.BUSY, Decision.AGAIN),
        (Disposition.NO_ANSWER, Decision.AGAIN),
        (Disposition.UNREACHABLE, Decision.AGAIN),
        (Disposition.CONGESTION, Decision.AGAIN),
        (Disposition.FAILED, Decision.AGAIN),
        (Disposition.ANSWERED, Decision.ANSWERED),
        (Disposition.MACHINE, Decision.MACHINE),
        (Disposition.REJECTED, Decision.DECLINED),
        (Disposition.INVALID_NUMBER, Decision.INVALID_NUMBER),
        (Disposition.UNKNOWN, Decision.UNKNOWN_OUTCOME),
        (Disposition.IN_PROGRESS, Decision.STILL_DIALLED),
        (None, Decision.NOT_YET_DIALLED),
    ],
)
def test_by_default_those_are_called_again_who_were_not_reached(
    outcome: Disposition | None, expected: Decision
) -> None:
    assert decision(record(outcome)) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RecordState.REJECTED, Decision.REFUSED),
        (RecordState.UNSENT, Decision.UNSENT),
        (RecordState.UNKNOWN, Decision.UNKNOWN),
        (RecordState.SENDING, Decision.UNKNOWN),
    ],
)
def test_what_the_service_did_not_take_is_the_business_of_the_campaign_s_own_journal(
    state: RecordState, expected: Decision
) -> None:
    assert decision(record(None, state=state)) is expected


def test_unknown_records_are_called_again_only_where_the_rule_says_so() -> None:
    rule = CallAgain(unknown=True)
    assert decision(record(None, state=RecordState.UNKNOWN), rule) is Decision.AGAIN
    assert decision(record(None, state=RecordState.SENDING), rule) is Decision.UNKNOWN


def test_records_that_were_never_dialled_are_called_only_by_rule_and_after_their_hours() -> None:
    rule = CallAgain(not_dialled=True)
    assert decision(record(None), rule, now=MORNING + timedelta(hours=3)) is Decision.NOT_YET_DIALLED
    assert decision(record(None), rule) is Decision.AGAIN


def test_the_service_may_call_by_itself_as_long_as_attempts_and_hours_are_left() -> None:
    in_hours = MORNING + timedelta(hours=3)
    assert decision(record(), max_count=3, now=in_hours) is Decision.STILL_DIALLED
    assert decision(record(calls=3), max_count=3, now=in_hours) is Decision.ATTEMPTS_USED_UP
    assert decision(record(), now=in_hours) is Decision.AGAIN


@pytest.mark.parametrize(
    ("calls", "max_count", "most_attempts", "expected"),
    [
        (1, None, None, Decision.AGAIN),
        (1, 1, None, Decision.ATTEMPTS_USED_UP),
        # The service tells of the last call only: three were allowed, so three count.
        (1, 3, None, Decision.ATTEMPTS_USED_UP),
        (1, 3, 3, Decision.ATTEMPTS_USED_UP),
        (1, 3, 4, Decision.AGAIN),
        (1, None, 1, Decision.ATTEMPTS_USED_UP),
        (1, None, 2, Decision.AGAIN),
        (5, 3, 5, Decision.ATTEMPTS_USED_UP),
    ],
)
def test_attempts_are_used_up_by_what_was_allowed_or_seen(
    calls: int, max_count: int | None, most_attempts: int | None, expected: Decision
) -> None:
    assert decision(record(calls=calls), CallAgain(most_attempts=most_attempts), max_count=max_count) is expected


def test_attempts_that_the_upload_gave_to_all_count_where_the_list_gave_none() -> None:
    rule = CallAgain(max_count=3)
    assert decision(record(), rule, now=MORNING + timedelta(hours=3)) is Decision.STILL_DIALLED
    assert decision(record(), rule) is Decision.ATTEMPTS_USED_UP
    assert decision(record(), CallAgain(max_count=3, most_attempts=4)) is Decision.AGAIN
    assert decision(record(), rule, max_count=1, now=MORNING + timedelta(hours=3)) is Decision.ATTEMPTS_USED_UP


def test_a_rule_may_ask_for_other_outcomes() -> None:
    rule = CallAgain(outcomes=["machine", "busy"])
    assert decision(record(Disposition.MACHINE), rule) is Decision.AGAIN
    assert decision(record(Disposition.FAILED), rule) is Decision.OTHER_OUTCOME


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"outcomes": ["gone fishing"]}, "gone fishing"),
        ({"most_attempts": 0}, "most_attempts"),
        ({"max_count": 0}, "max_count"),
    ],
)
def test_a_wrong_rule_is_an_error_that_names_what_is_wrong(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        CallAgain(**wrong)  # type: ignore[arg-type]


@given(own=st.sampled_from(Decision), others=st.sets(st.sampled_from(Decision)))
def test_nobody_is_called_again_who_was_reached_under_another_record(own: Decision, others: set[Decision]) -> None:
    decided = decide_for_number(own, others)
    reached = {Decision.ANSWERED, Decision.MACHINE, Decision.DECLINED, Decision.UNKNOWN, Decision.STILL_DIALLED}
    if own is Decision.AGAIN and others & reached:
        assert decided is not Decision.AGAIN
    if own is not Decision.AGAIN or others <= {Decision.AGAIN}:
        assert decided is own


async def picked(campaign: Campaign, calls: object, rule: CallAgain = CallAgain()) -> list[Call]:
    return [call async for call in campaign.to_call_again(calls, rule, now=NEXT_WEEK)]  # type: ignore[arg-type]


async def campaign_of(*rows: CallDetail, numbers: range = range(6)) -> Campaign:
    return await Campaign.read(await journal_of((numbers, ACCEPTED, 77)), rows, zone=MOSCOW)


@pytest.mark.anyio
async def test_records_of_the_original_list_are_picked_in_its_order_and_whole() -> None:
    campaign = await campaign_of(row(0), row(1, BUSY), row(2, Disposition.NO_ANSWER))
    calls = [Call(number, phone(number), name="Лукия", var1=number) for number in (2, 0, 1, 5, 99)]
    assert await picked(campaign, calls) == [calls[0], calls[2]]
    decided = [decision async for _, decision in campaign.decided(calls, now=NEXT_WEEK)]
    assert decided == [
        Decision.AGAIN, Decision.ANSWERED, Decision.AGAIN, Decision.NOT_YET_DIALLED, Decision.NOT_IN_CAMPAIGN,
    ]  # fmt: skip


@pytest.mark.anyio
async def test_the_same_id_with_another_number_is_another_record() -> None:
    campaign = await campaign_of(row(1, BUSY))
    assert await picked(campaign, [Call(1, phone(2)), Call("one", phone(1)), Call(0, phone(0))]) == []


@pytest.mark.anyio
async def test_another_list_or_a_purged_journal_is_an_error_and_no_empty_campaign() -> None:
    journal = await journal_of((range(3), ACCEPTED, 77))
    campaign = await Campaign.read(journal, [row(1, BUSY)], zone=MOSCOW)
    assert await picked(campaign, []) == []
    with pytest.raises(JournalError, match="not one of the 1 records"):
        await picked(campaign, [Call("x", phone(1))])
    await journal.purge(unfinished=True)
    with pytest.raises(JournalError, match="purged"):
        await picked(campaign, [Call(1, phone(1))])


@pytest.mark.anyio
async def test_lists_of_mappings_and_iterators_longer_than_a_page_are_read_too() -> None:
    numbers = range(1300)
    campaign = await campaign_of(*(row(number, BUSY) for number in numbers), numbers=numbers)

    def mappings() -> Iterator[dict[str, object]]:
        for number in numbers:
            yield {"id": number, "phone": phone(number), "maxcount": "1" if number % 2 else "", "UUID": "crm"}

    found = await picked(campaign, mappings())
    assert [call.id for call in found] == [str(number) for number in numbers if number % 2 == 0]
    with pytest.raises(InvalidCall, match="colour"):
        await picked(campaign, [{"id": 1, "phone": phone(1), "colour": "red"}])
    with pytest.raises(ConfigurationError, match="Calls, mappings, dataclasses or pydantic models, not int"):
        await picked(campaign, [5])


@pytest.mark.anyio
async def test_what_is_picked_gets_no_more_attempts_than_are_left() -> None:
    campaign = await campaign_of(row(0, BUSY), row(1, BUSY))
    calls = [Call(0, phone(0), max_count=3), Call(1, phone(1), name="Лукия")]
    first, second = await picked(campaign, calls, CallAgain(most_attempts=5))
    assert (first.max_count, second) == (2, calls[1])
    first, second = await picked(campaign, calls, CallAgain(most_attempts=4, max_count=2))
    assert (first.max_count, second) == (1, calls[1])
    assert [call.max_count for call in await picked(campaign, calls[1:], CallAgain(most_attempts=3, max_count=2))] == [
        1
    ]


@pytest.mark.anyio
async def test_a_person_in_two_records_is_called_again_once_and_not_at_all_when_reached_once() -> None:
    batches = [([4], ACCEPTED, 77), ([4], ACCEPTED, 78), ([5], ACCEPTED, 79), ([5], ACCEPTED, 80)]
    journal = await journal_of(*batches, ids=["a", "b", "c", "d"])
    rows = [row(4, BUSY, task=77), row(4, BUSY, task=78), row(5, BUSY, task=79), row(5, task=80)]
    campaign = await Campaign.read(journal, rows, zone=MOSCOW)
    calls = [Call("a", phone(4)), Call("b", phone(4)), Call("c", phone(5)), Call("d", phone(5))]
    assert [call.id for call in await picked(campaign, calls)] == ["a"]


@pytest.mark.anyio
async def test_a_record_that_stands_twice_in_the_list_is_called_again_once() -> None:
    campaign = await campaign_of(row(0, BUSY), row(1, BUSY))
    calls = [Call(number, phone(number)) for number in (0, 1, 0, 1, 1)]
    assert await picked(campaign, calls) == calls[:2]
    decided = [decision async for _, decision in campaign.decided(calls, now=NEXT_WEEK)]
    assert decided == [Decision.AGAIN] * 2 + [Decision.DOUBLED] * 3


@pytest.mark.anyio
async def test_calls_under_all_records_of_a_person_count_as_attempts() -> None:
    journal = await journal_of(([4], ACCEPTED, 77), ([4], ACCEPTED, 78), ids=["a", "b"])
    campaign = await Campaign.read(journal, [row(4, BUSY, task=77), row(4, BUSY, task=78)], zone=MOSCOW)
    calls = [Call("a", phone(4), max_count=2), Call("b", phone(4), max_count=2)]
    assert await picked(campaign, calls, CallAgain(most_attempts=4)) == []
    (again,) = await picked(campaign, calls, CallAgain(most_attempts=5))
    assert (again.id, again.max_count) == ("a", 1)


@pytest.mark.anyio
async def test_a_second_campaign_calls_those_and_only_those_again(tmp_path: Path) -> None:
    calls = [Call(number, phone(number)) for number in range(1, 201)]
    async with (
        Emulator.serve(seed=3) as emulator,
        AsyncAutodialer(emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token) as dialer,
    ):
        await dialer.make(calls, journal=tmp_path / "first.db")
        campaign = await dialer.campaign(SqliteJournal(tmp_path / "first.db"))
        not_reached = {
            record.id
            async for record in campaign.records()
            if record.outcome is not None and record.outcome in CallAgain().outcomes
        }
        again = campaign.to_call_again(calls, now=NEXT_WEEK + timedelta(days=3650))
        result = await dialer.make(again, journal=tmp_path / "second.db")
        assert 0 < result.accepted == len(not_reached) < 200
        assert set(emulator.accepted_more_than_once()) == not_reached
