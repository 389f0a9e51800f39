"""The list changed between two runs: the journal knows records by their ids, wherever they stand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from autodialer_async import AsyncAutodialer, Call, UploadResult
from autodialer_async.emulator import Emulator
from autodialer_async.journal import SqliteJournal
from tests.proof.campaign import phone_of

pytestmark = pytest.mark.anyio

FIRST = list(range(1000, 2200))
NEW = list(range(50))


def shuffled(numbers: list[int]) -> list[int]:
    return Random(7).sample(numbers, len(numbers))


async def upload(emulator: Emulator, journal: SqliteJournal, numbers: list[int]) -> UploadResult:
    async with AsyncAutodialer(
        emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token, batch_size=100
    ) as dialer:
        calls = [Call(number, phone_of(number), generation_type=1) for number in numbers]
        return await dialer.make(calls, journal=journal)


@pytest.mark.parametrize(
    "second",
    [
        FIRST,
        NEW + FIRST,
        FIRST + NEW,
        FIRST[:300] + NEW + FIRST[300:],
        FIRST[::2],
        NEW + FIRST[700:],
        shuffled(FIRST),
        shuffled(NEW + FIRST[::3]),
    ],
    ids=["same", "on top", "at the end", "in the middle", "removed", "on top and removed", "shuffled", "everything"],
)
async def test_only_new_ids_are_sent_when_the_list_changed_between_two_runs(tmp_path: Path, second: list[int]) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    async with Emulator.serve() as emulator:
        first = await upload(emulator, journal, FIRST)
        assert first.accepted == len(FIRST)
        result = await upload(emulator, journal, second)
        new = [number for number in second if number in NEW]
        assert (result.accepted, result.skipped) == (len(new), len(second) - len(new))
        assert [int(record.id) for record in emulator.records[len(FIRST) :]] == new
        assert emulator.accepted_more_than_once() == {}
