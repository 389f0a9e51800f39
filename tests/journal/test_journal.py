"""The rules of the journal, on both implementations."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from autodialer_async import journal as journal_module
from autodialer_async.errors import ConfigurationError, JournalError
from autodialer_async.journal import Journal, MemoryJournal, SqliteJournal, open_journal
from autodialer_async.models import BatchReport, BatchState, CallWindow
from tests.journal.steps import TASK, WINDOW, counts_of, phone_of, send, sort

pytestmark = pytest.mark.anyio


async def unknown_ids(journal: Journal) -> list[str]:
    return [record.id async for record in journal.unknown()]


@pytest.mark.parametrize(
    ("state", "next_time"),
    [
        (BatchState.ACCEPTED, "accepted"),
        (BatchState.REJECTED, "new"),
        (BatchState.UNSENT, "new"),
        (BatchState.UNKNOWN, "unknown"),
    ],
)
async def test_next_run_does_what_the_state_asks_for(journal: Journal, state: BatchState, next_time: str) -> None:
    async with journal.run() as run:
        assert await send(run, ["1", "2"], state) == ["new", "new"]
    assert await counts_of(journal) == {str(state): 2}
    async with journal.run() as run:
        assert await sort(run, ["1", "2"]) == [next_time] * 2


async def test_what_was_refused_can_be_accepted_by_the_next_run(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1", "2"], BatchState.REJECTED)
    async with journal.run() as run:
        await send(run, ["2"])
    assert await counts_of(journal) == {"accepted": 1, "rejected": 1}


async def test_records_on_their_way_are_sending(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1", "2"])
        await run.mark_sending(["1", "2"])
        assert await counts_of(journal) == {"sending": 2}


async def test_a_batch_that_a_run_leaves_unsettled_is_unknown_afterwards(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1"])
        await run.mark_sending(["1"])
    assert await counts_of(journal) == {"unknown": 1}


async def test_unknown_records_are_sent_only_to_a_run_that_asks_for_them(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1"], BatchState.UNKNOWN)
    async with journal.run() as run:
        assert await send(run, ["1"]) == ["unknown"]
    assert await counts_of(journal) == {"unknown": 1}
    async with journal.run(resend_unknown=True) as run:
        assert await send(run, ["1"]) == ["doubtful"]
    assert await counts_of(journal) == {"accepted": 1}


async def test_a_list_that_grew_shrank_and_was_shuffled_sends_only_new_ids(journal: Journal) -> None:
    first = [str(number) for number in range(300)]
    async with journal.run() as run:
        for start in range(0, 300, 100):
            await send(run, first[start : start + 100])
    second = ["top-1", "top-2", *first[50:], "end"]
    random.Random(7).shuffle(second)
    new = []
    async with journal.run() as run:
        for start in range(0, len(second), 64):
            part = second[start : start + 64]
            new += [key for key, standing in zip(part, await send(run, part), strict=True) if standing == "new"]
    assert sorted(new) == ["end", "top-1", "top-2"]
    assert await counts_of(journal) == {"accepted": 303}


async def test_same_id_with_another_phone_is_set_aside_and_the_right_one_still_counts(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1"])
        await send(run, ["2"], BatchState.REJECTED)
    async with journal.run() as run:
        assert await sort(run, ["1", "2"], ["89990000000"] * 2) == ["other_phone"] * 2
        assert await sort(run, ["1", "2"]) == ["accepted", "new"]


@pytest.mark.parametrize("earlier", [*BatchState, None])
async def test_second_occurrence_in_one_list_is_repeated_whatever_became_of_the_first(
    journal: Journal, earlier: BatchState | None
) -> None:
    if earlier is not None:
        async with journal.run() as run:
            await send(run, ["1"], earlier)
    async with journal.run() as run:
        first, second = await sort(run, ["1", "1"])
        assert second == "repeated"
        assert await sort(run, ["1"]) == ["repeated"]
        if first == "new":
            batch = await run.mark_sending(["1"])
            assert await sort(run, ["1"]) == ["repeated"]
            await run.settle(batch, BatchState.REJECTED)
            assert await sort(run, ["1"]) == ["repeated"]
            assert await sort(run, ["1"], ["89990000000"]) == ["repeated"]


async def test_records_sorted_but_never_marked_are_new_next_time(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1"])
    assert await counts_of(journal) == {}
    async with journal.run() as run:
        assert await sort(run, ["1"], ["89990000000"]) == ["new"]


async def test_halves_of_a_refused_batch_go_on_in_batches_of_their_own(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1", "2", "3"])
        whole = await run.mark_sending(["1", "2", "3"])
        await run.settle(whole, BatchState.REJECTED)
        left = await run.mark_sending(["1", "2"])
        right = await run.mark_sending(["3"])
        await run.settle(left, BatchState.ACCEPTED, BatchReport(2, id=7))
        await run.settle(right, BatchState.UNKNOWN)
    assert len({whole, left, right}) == 3
    assert await counts_of(journal) == {"accepted": 2, "unknown": 1}


async def test_marking_a_record_that_was_never_sorted_is_refused_and_leaves_no_trace(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1"])
        with pytest.raises(JournalError, match="never sorted"):
            await run.mark_sending(["1", "2"])
        batch = await run.mark_sending(["1"])
        await run.settle(batch, BatchState.ACCEPTED)
    assert await counts_of(journal) == {"accepted": 1}


async def test_the_first_settlement_stays(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1"])
        batch = await run.mark_sending(["1"])
        await run.settle(batch, BatchState.UNKNOWN)
        await run.settle(batch, BatchState.UNSENT)
    assert await counts_of(journal) == {"unknown": 1}


async def test_unknown_records_tell_all_that_is_needed_to_look_for_them(tmp_path: Path) -> None:
    left = now = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def clock() -> datetime:
        return now

    for journal in (MemoryJournal(clock=clock), SqliteJournal(tmp_path / "campaign.db", clock=clock)):
        now = left
        async with journal.run() as run:
            await run.sort(["1", "2"], ["89222220000", "89222220001"], ["код", None], [WINDOW, None])
            batch = await run.mark_sending(["2", "1"])
            now += timedelta(seconds=1, microseconds=5)
            await run.settle(batch, BatchState.UNKNOWN, BatchReport(99, errorcode="\ud800", id=10**24))
        one, two = [record async for record in journal.unknown()]
        assert (one.id, one.uuid, one.state, one.window) == ("1", "код", "unknown", WINDOW)
        assert (two.id, two.uuid, two.window) == ("2", None, None)
        assert one.left_at == left
        assert one.settled_at == now
        assert one.task_id == 10**24
        assert one.batch == batch


async def test_every_window_comes_back_as_it_was(journal: Journal) -> None:
    windows = [CallWindow.from_text("00:00", "23:59:59"), CallWindow.from_text("09:30:15", "9:30:16"), None, WINDOW]
    async with journal.run() as run:
        keys = [str(number) for number in range(4)]
        await run.sort(keys, ["89222220000"] * 4, [None] * 4, windows)
        await run.mark_sending(keys)
    assert [record.window async for record in journal.unknown()] == windows


async def test_unknown_lists_more_than_a_page_in_the_order_of_ids_while_they_are_settled(journal: Journal) -> None:
    keys = [f"{number:05}" for number in range(1201)]
    async with journal.run() as run:
        await send(run, keys, BatchState.UNKNOWN)
    seen = []
    async for record in journal.unknown():
        seen.append(record.id)
        if len(seen) == 1:
            assert await journal.settle_unknown((key, None) for key in keys[::2]) == 601
    assert set(keys[1::2]) <= set(seen)
    assert seen == sorted(seen)
    assert await unknown_ids(journal) == keys[1::2]


async def test_settling_marks_only_what_is_unknown_and_is_final(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1", "2"], BatchState.UNKNOWN)
        await send(run, ["3"], BatchState.REJECTED)
        await send(run, ["4"], BatchState.ACCEPTED, task=TASK)
    asked = [("1", 5), ("3", 5), ("4", 5), ("nobody", 5), ("\udc80", 5)]
    assert await journal.settle_unknown(asked) == 1
    assert await journal.settle_unknown(asked) == 0
    assert await counts_of(journal) == {"accepted": 2, "rejected": 1, "unknown": 1}
    assert await unknown_ids(journal) == ["2"]
    assert set(await journal.tasks()) == {5, TASK}
    async with journal.run(resend_unknown=True) as run:
        assert await sort(run, ["1", "2"]) == ["accepted", "doubtful"]


async def test_unknown_records_are_settled_beside_a_running_upload(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1", "2"], BatchState.UNKNOWN)
    async with journal.run() as run:
        await sort(run, ["3"])
        batch = await run.mark_sending(["3"])
        assert await journal.settle_unknown([("1", None), ("3", None)]) == 1
        assert await journal.settle_abandoned() == 0
        assert await sort(run, ["1", "2"]) == ["accepted", "unknown"]
        await run.settle(batch, BatchState.ACCEPTED)
    assert await counts_of(journal) == {"accepted": 2, "unknown": 1}


async def test_tasks_tell_the_batches_that_they_came_from(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1"], task=TASK)
        await send(run, ["2"], task=TASK)
        await send(run, ["3"], BatchState.UNKNOWN, task=8)
        await send(run, ["4"])
    found = await journal.find([phone_of(key) for key in "123"])
    batches = {record.id: record.batch for records in found.values() for record in records}
    assert await journal.tasks() == {TASK: {batches["1"], batches["2"]}, 8: {batches["3"]}}


async def test_records_are_found_by_phone_newest_first(journal: Journal) -> None:
    phone = "89222220000"
    async with journal.run() as run:
        for key, state in (("b", BatchState.REJECTED), ("a", BatchState.ACCEPTED)):
            await sort(run, [key], [phone])
            await run.settle(await run.mark_sending([key]), state)
        await send(run, ["c"])
        assert [record.id for record in await journal.find_by_phone(phone)] == ["a", "b"]
    async with journal.run() as run:
        await sort(run, ["b"], [phone])
        await run.mark_sending(["b"])
        assert [(record.id, record.state) for record in await journal.find_by_phone(phone)] == [
            ("b", "sending"),
            ("a", "accepted"),
        ]
    assert await journal.find_by_phone("89999999999") == ()
    assert set(await journal.find([phone, phone_of("c"), "89999999999"])) == {phone, phone_of("c")}


async def test_many_phones_are_found_at_once(journal: Journal) -> None:
    keys = [f"{number:04}" for number in range(1300)]
    phones = [f"8922000{key}" for key in keys]
    async with journal.run() as run:
        await sort(run, keys, phones)
        await run.mark_sending(keys)
    found = await journal.find(phones)
    assert [[record.id for record in found[phone]] for phone in phones] == [[key] for key in keys]


async def test_second_uploader_is_refused_while_the_first_one_runs(journal: Journal) -> None:
    async with journal.run() as run:
        with pytest.raises(JournalError, match=r"in use by .*process \d+"):
            async with journal.run():
                pass
        await send(run, ["1"])
    async with journal.run() as run:
        assert await sort(run, ["1"]) == ["accepted"]


async def test_lock_is_free_after_a_run_that_failed(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError):
        async with journal.run():
            raise ZeroDivisionError
    async with journal.run() as run:
        assert await sort(run, ["1"]) == ["new"]


async def test_a_run_that_has_ended_says_so(journal: Journal) -> None:
    async with journal.run() as run:
        await sort(run, ["1"])
    with pytest.raises(JournalError, match="has ended"):
        await sort(run, ["1"])
    with pytest.raises(JournalError, match="has ended"):
        await run.mark_sending(["1"])
    with pytest.raises(JournalError, match="has ended"):
        await run.settle(1, BatchState.ACCEPTED)


async def test_batches_of_many_senders_settle_side_by_side(journal: Journal) -> None:
    async with journal.run() as run:

        async def sender(start: int) -> None:
            keys = [str(number) for number in range(start, start + 10)]
            await run.settle(await run.mark_sending(keys), BatchState.ACCEPTED)

        async with anyio.create_task_group() as tasks:
            for start in range(0, 200, 10):
                await sort(run, [str(number) for number in range(start, start + 10)])
                tasks.start_soon(sender, start)
        assert await sort(run, [str(number) for number in range(201)]) == ["repeated"] * 200 + ["new"]
    assert await counts_of(journal) == {"accepted": 200}


async def test_text_that_is_no_unicode_is_new_and_disturbs_nobody(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1"])
    async with journal.run() as run:
        assert await sort(run, ["1", "\udc80", "2"]) == ["accepted", "new", "new"]
        await run.settle(await run.mark_sending(["2"]), BatchState.ACCEPTED)
    assert await counts_of(journal) == {"accepted": 2}


async def test_ids_are_compared_letter_by_letter(journal: Journal) -> None:
    keys = ["1", "01", "1.0", " 1", "A", "a", "я", "Я", "x\0y", "x", "e\u0301", "é"]
    async with journal.run() as run:
        assert await send(run, keys) == ["new"] * len(keys)
    async with journal.run() as run:
        assert await sort(run, keys) == ["accepted"] * len(keys)


async def test_purge_forgets_phones_and_still_skips_what_was_accepted(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1", "2"])
    assert await journal.find_by_phone(phone_of("1"))
    assert await journal.purge() == 2
    assert await journal.find_by_phone(phone_of("1")) == ()
    async with journal.run() as run:
        assert await sort(run, ["1"], ["89990000000"]) == ["accepted"]
        assert await send(run, ["3"]) == ["new"]
    assert await journal.find_by_phone(phone_of("3"))
    assert await journal.purge() == 1


async def test_purge_refuses_an_unfinished_campaign_unless_told(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1"], BatchState.REJECTED)
        with pytest.raises(JournalError, match="in use"):
            await journal.purge(unfinished=True)
    with pytest.raises(JournalError, match="1 records"):
        await journal.purge()
    assert await journal.find_by_phone(phone_of("1"))
    assert await journal.purge(unfinished=True) == 1
    async with journal.run() as run:
        assert await sort(run, ["1"], ["89990000000"]) == ["new"]


async def test_a_path_means_a_journal_in_that_file(tmp_path: Path) -> None:
    journal = open_journal(str(tmp_path / "campaign.db"))
    assert isinstance(journal, SqliteJournal)
    assert open_journal(journal) is journal
    assert not (tmp_path / "campaign.db").exists()
    with pytest.raises(ConfigurationError, match="not int"):
        open_journal(5)


async def test_journal_module_has_only_the_names_it_tells() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Sqlite'"):
        _ = journal_module.Sqlite
    assert repr(SqliteJournal("campaign.db")) == "SqliteJournal('campaign.db')"
