"""Slices of which much or all was accepted by earlier runs: each record gets the standing that it would get alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from autodialer_async.journal import Journal, SqliteJournal
from autodialer_async.models import BatchState
from tests.journal.steps import phone_of, send, sort

pytestmark = pytest.mark.anyio

OTHER = "89229999999"
ACCEPTED = [f"a{number}" for number in range(60)]


@pytest.fixture
async def sent(journal: Journal) -> Journal:
    async with journal.run() as run:
        await send(run, ACCEPTED)
        await send(run, ["unknown"], BatchState.UNKNOWN)
        await send(run, ["rejected"], BatchState.REJECTED)
        await send(run, ["unsent"], BatchState.UNSENT)
    return journal


async def test_records_accepted_are_repeated_where_the_list_has_them_again(sent: Journal) -> None:
    async with sent.run() as run:
        assert await sort(run, ACCEPTED[:30]) == ["accepted"] * 30
        assert await sort(run, ACCEPTED[20:40]) == ["repeated"] * 10 + ["accepted"] * 10
        assert await sort(run, ACCEPTED[40:]) == ["accepted"] * 20
        assert await sort(run, ACCEPTED) == ["repeated"] * 60


async def test_each_record_among_accepted_ones_has_its_own_standing(sent: Journal) -> None:
    keys = [*ACCEPTED[:5], "unknown", *ACCEPTED[5:7], "new", "rejected", ACCEPTED[7], "unsent", *ACCEPTED[8:20]]
    phones = [OTHER if key == ACCEPTED[6] else phone_of(key) for key in keys]
    own = {"unknown": "unknown", "new": "new", "rejected": "new", "unsent": "new", ACCEPTED[6]: "other_phone"}
    async with sent.run() as run:
        assert await sort(run, keys, phones) == [own.get(key, "accepted") for key in keys]
        assert await sort(run, keys) == ["accepted" if key == ACCEPTED[6] else "repeated" for key in keys]


async def test_records_with_one_id_in_one_slice_are_judged_in_their_order(sent: Journal) -> None:
    first, second, *others = ACCEPTED
    keys = [first, second, first, *others, second]
    phones = [OTHER, phone_of(second), phone_of(first), *map(phone_of, others), OTHER]
    async with sent.run() as run:
        standings = await sort(run, keys, phones)
    assert standings == ["other_phone", *["accepted"] * (len(keys) - 2), "repeated"]


async def test_accepted_slices_are_found_again_after_a_slice_of_new_ones(sent: Journal) -> None:
    async with sent.run() as run:
        for start in range(0, 60, 20):
            new = [f"new{number}" for number in range(start, start + 20)]
            assert await sort(run, new) == ["new"] * 20
            assert await sort(run, ACCEPTED[start : start + 10]) == ["accepted"] * 10
            assert await sort(run, ACCEPTED[start + 10 : start + 20]) == ["accepted"] * 10
        assert await sort(run, [ACCEPTED[0], "new0"]) == ["repeated"] * 2


async def test_what_this_run_sent_is_repeated_and_not_skipped(sent: Journal) -> None:
    async with sent.run() as run:
        assert await send(run, ["unsent", "rejected"]) == ["new"] * 2
        assert await sort(run, ["unsent", *ACCEPTED, "rejected"]) == ["repeated", *["accepted"] * 60, "repeated"]


async def test_an_id_that_no_file_can_hold_does_not_hide_what_was_accepted(sent: Journal) -> None:
    async with sent.run() as run:
        assert await sort(run, [*ACCEPTED, "\ud800"]) == ["accepted"] * 60 + ["new"]


async def test_of_a_purged_journal_only_the_ids_are_compared(sent: Journal) -> None:
    await sent.purge(unfinished=True)
    async with sent.run() as run:
        assert await sort(run, ACCEPTED, [OTHER] * 60) == ["accepted"] * 60


async def test_more_records_than_one_query_takes(tmp_path: Path) -> None:
    keys = [str(number) for number in range(3500)]
    journal = SqliteJournal(tmp_path / "campaign.db")
    async with journal.run() as run:
        await send(run, keys)
    async with journal.run() as run:
        expected = ["new" if number == 2000 else "accepted" for number in range(3500)]
        assert await sort(run, [*keys[:2000], "x", *keys[2001:]]) == expected
        assert await sort(run, keys) == ["accepted" if number == 2000 else "repeated" for number in range(3500)]


async def test_an_empty_slice_has_no_standings(sent: Journal) -> None:
    async with sent.run() as run:
        assert await sort(run, []) == []
