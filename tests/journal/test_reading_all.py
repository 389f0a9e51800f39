"""All records and all batches of a journal, as a report reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from autodialer_async.errors import JournalError
from autodialer_async.journal import Journal, RecordState, SqliteJournal
from autodialer_async.models import BatchReport, BatchState
from tests.journal.steps import TASK, send, sort

pytestmark = pytest.mark.anyio


async def test_all_records_come_in_the_order_of_their_ids_each_with_its_place_and_state(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["b", "a"], task=41)
        await send(run, ["c"], BatchState.REJECTED)
    found = [record async for record in journal.records()]
    assert [(record.id, record.number, record.state, record.task_id) for record in found] == [
        ("a", 1, RecordState.ACCEPTED, 41),
        ("b", 0, RecordState.ACCEPTED, 41),
        ("c", 2, RecordState.REJECTED, None),
    ]


async def test_records_that_fill_more_than_a_page_are_all_read_once(journal: Journal) -> None:
    ids = [str(number) for number in range(5001)]
    async with journal.run() as run:
        await send(run, ids)
    assert [record.id async for record in journal.records()] == sorted(ids)


async def test_batches_come_oldest_first_with_what_the_service_said(journal: Journal) -> None:
    before = datetime.now(UTC)
    async with journal.run() as run:
        await sort(run, ["1", "2", "3", "4"])
        told = [
            (["1", "2"], BatchReport(2, 2, 1, 2, TASK)),
            (["3"], None),
            (["4"], BatchReport(1, None, None, "E-7", None)),
        ]
        for ids, report in told:
            state = BatchState.ACCEPTED if report else BatchState.UNKNOWN
            await run.settle(await run.mark_sending(ids), state, report)
        await sort(run, ["5"])
        await run.mark_sending(["5"])
        batches = await journal.batches()
    # Numbers grow, with gaps where batches were cut otherwise than they were sorted.
    assert all(one.number < next_one.number for one, next_one in pairwise(batches))
    assert [(batch.run, batch.state, batch.size) for batch in batches] == [
        (1, RecordState.ACCEPTED, 2),
        (1, RecordState.UNKNOWN, 1),
        (1, RecordState.ACCEPTED, 1),
        (1, RecordState.SENDING, 1),
    ]
    assert [batch.report for batch in batches] == [
        BatchReport(2, 2, 1, 2, TASK), None, BatchReport(1, None, None, "E-7", None), None,
    ]  # fmt: skip
    assert all(before <= batch.left_at <= (batch.settled_at or batch.left_at) for batch in batches)
    assert batches[-1].settled_at is None


async def test_a_record_that_was_sent_again_is_counted_in_its_new_batch_only(journal: Journal) -> None:
    async with journal.run() as run:
        await send(run, ["1", "2"], BatchState.UNSENT)
    async with journal.run() as run:
        await send(run, ["2"])
    assert [(batch.run, batch.size) for batch in await journal.batches()] == [(1, 1), (2, 1)]


async def test_a_journal_that_is_not_there_is_an_error_that_names_it(tmp_path: object) -> None:
    journal = SqliteJournal(f"{tmp_path}/none.db")
    with pytest.raises(JournalError, match=r"none\.db"):
        await journal.batches()
    with pytest.raises(JournalError, match=r"none\.db"):
        [record async for record in journal.records()]
