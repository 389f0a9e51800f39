"""Records of a new journal are in the file before they are marked, and count only from then on."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from autodialer_async.journal import SqliteJournal
from autodialer_async.models import BatchState
from tests.journal.steps import counts_of, phone_of, send, sort

pytestmark = pytest.mark.anyio


def as_after_a_kill(journal: Path, copy: Path) -> SqliteJournal:
    for name in ("", "-wal"):
        shutil.copy(f"{journal}{name}", f"{copy}{name}")
    return SqliteJournal(copy)


def stored(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM record").fetchone()[0])


async def test_records_sorted_and_never_marked_are_new_after_a_kill_and_join_no_other_batch(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "a.db").run() as run:
        assert await sort(run, ["1", "2", "3"]) == ["new"] * 3
        killed = as_after_a_kill(tmp_path / "a.db", tmp_path / "b.db")
    assert stored(tmp_path / "b.db") == 3
    assert await counts_of(killed) == {}
    assert not await killed.find_by_phone(phone_of("1"))
    async with killed.run() as run:
        assert stored(tmp_path / "b.db") == 0
        assert await send(run, ["9"]) == ["new"]
        assert await counts_of(killed) == {"accepted": 1}
        assert await sort(run, ["1", "2", "3"]) == ["new"] * 3


async def test_records_marked_are_unknown_after_a_kill(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "a.db").run() as run:
        await sort(run, ["1", "2", "3"])
        await run.mark_sending(["1", "2", "3"])
        killed = as_after_a_kill(tmp_path / "a.db", tmp_path / "b.db")
    async with killed.run() as run:
        assert await sort(run, ["1", "2", "3"]) == ["unknown"] * 3


@pytest.mark.parametrize("cuts", [[["1"], ["2", "3", "4"]], [["1", "2", "3"], ["4"]], [["4", "2"], ["3", "1"]]])
async def test_batches_cut_otherwise_than_they_were_sorted_hold_just_their_records(
    tmp_path: Path, cuts: list[list[str]]
) -> None:
    journal = SqliteJournal(tmp_path / "a.db")
    async with journal.run() as run:
        await sort(run, ["1", "2"])
        await sort(run, ["3", "4"])
        numbers = [await run.mark_sending(cut) for cut in cuts]
        for number in numbers:
            await run.settle(number, BatchState.UNKNOWN)
    batches = {record.id: record.batch async for record in journal.unknown()}
    assert batches == {key: number for cut, number in zip(cuts, numbers, strict=True) for key in cut}


async def test_a_known_record_among_new_ones_leaves_nothing_half_written(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "a.db")
    async with journal.run() as run:
        await send(run, ["1"])
        assert await sort(run, ["2", "1", "3"]) == ["new", "repeated", "new"]
        assert stored(tmp_path / "a.db") == 1
        await run.mark_sending(["2", "3"])
    assert await counts_of(journal) == {"accepted": 1, "unknown": 2}


async def test_an_id_that_no_file_can_hold_does_not_stop_its_neighbours(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "a.db")
    async with journal.run() as run:
        assert await sort(run, ["1", "\ud800", "2"]) == ["new"] * 3
        await run.mark_sending(["1", "2"])
    assert await counts_of(journal) == {"unknown": 2}
