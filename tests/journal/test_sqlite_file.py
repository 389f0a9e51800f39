"""The journal's file: who may read it, what stands in it, and what is left untouched."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from autodialer_async.errors import JournalError
from autodialer_async.journal import SqliteJournal
from autodialer_async.journal.phones import PhoneDigest
from autodialer_async.models import BatchState
from tests.journal.steps import counts_of, phone_of, send, sort

pytestmark = pytest.mark.anyio


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def journal_in(path: Path, records: int = 3) -> SqliteJournal:
    journal = SqliteJournal(path)
    async with journal.run() as run:
        await send(run, [f"{number:06}" for number in range(records)])
    return journal


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def refused(journal: SqliteJournal, why: str) -> None:
    """Every use of the journal is refused with its path, and the file keeps every byte and no new neighbour."""
    path = journal._database.path
    folder = {each: each.read_bytes() for each in path.parent.iterdir()}
    for use in (journal.counts, journal.tasks, journal.purge, journal.settle_abandoned):
        with pytest.raises(JournalError, match=why) as caught:
            await use()
        assert str(path) in str(caught.value)
    with pytest.raises(JournalError, match=why):
        async with journal.run():
            pass
    assert {each: each.read_bytes() for each in path.parent.iterdir()} == folder


async def test_file_is_made_by_the_first_run_for_its_owner_alone(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    assert files_in(tmp_path) == set()
    async with journal.run() as run:
        await send(run, ["1"])
        assert modes_in(tmp_path) == dict.fromkeys(
            ("campaign.db", "campaign.db-lock", "campaign.db-shm", "campaign.db-wal"), 0o600
        )
    assert files_in(tmp_path) == {"campaign.db", "campaign.db-lock"}


async def test_file_holds_ids_and_uuids_and_nothing_else_of_a_record(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    async with journal.run() as run:
        await run.sort(["id-of-petrov"], ["89222220000"], ["uuid-of-petrov"], [None])
        await run.mark_sending(["id-of-petrov"])
        await journal.find_by_phone("89222220000")
        content = all_bytes(tmp_path)
    content += all_bytes(tmp_path)
    assert b"id-of-petrov" in content
    assert b"uuid-of-petrov" in content
    assert b"9222220000" not in content
    for number in (89222220000, 9222220000):
        assert number.to_bytes(8, "big").lstrip(b"\0") not in content


async def test_digests_mean_nothing_in_another_journal(tmp_path: Path) -> None:
    digests = set()
    for name in ("one.db", "two.db"):
        await journal_in(tmp_path / name, 1)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            digests.add(connection.execute("SELECT phone FROM record").fetchone()[0])
    assert len(digests) == 2


async def test_purge_leaves_no_digest_and_no_key_in_any_file(tmp_path: Path) -> None:
    journal = await journal_in(tmp_path / "campaign.db", 2000)
    await journal.find_by_phone("89222220000")
    with closing(sqlite3.connect(tmp_path / "campaign.db")) as reader:
        (key,) = reader.execute("SELECT digest_key FROM journal").fetchone()
        # SQLite writes a number below 2**47 in fewer bytes: one of 33 journals of 2000 records has such a digest.
        numbers = [digest for (digest,) in reader.execute("SELECT phone FROM record") if not -(2**47) <= digest < 2**47]
        digests = [digest.to_bytes(8, "big", signed=True) for digest in numbers]
        assert all(digest in all_bytes(tmp_path) for digest in digests)
        assert await journal.purge() == 2000
        content = all_bytes(tmp_path)
    content += all_bytes(tmp_path)
    assert key not in content
    assert [digest for digest in digests if digest in content] == []


@pytest.mark.parametrize("kind", ["text", "image", "short"])
async def test_a_file_that_is_no_database_is_refused_and_untouched(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "campaign.db"
    path.write_bytes({"text": b"id;phone\n1;89222220000\n" * 500, "image": bytes(range(256)) * 64, "short": b"x"}[kind])
    await refused(SqliteJournal(path), "is no journal")


async def test_a_database_of_another_program_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE record (id TEXT)")
        connection.commit()
    await refused(SqliteJournal(path), "another program's file")


async def test_a_newer_journal_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    journal = await journal_in(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    await refused(journal, "has version 2")


async def test_a_journal_made_newer_a_moment_ago_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    journal = await journal_in(path)
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        # It stands in the log alone.
        connection.execute("PRAGMA user_version = 2")
        with pytest.raises(JournalError, match="has version 2"):
            await journal.counts()
        with pytest.raises(JournalError, match="has version 2"):
            async with journal.run():
                pass
        connection.execute("PRAGMA user_version = 1")
    assert len(before) == path.stat().st_size


@pytest.mark.parametrize("damage", ["garbled", "cut"])
async def test_a_damaged_journal_is_refused_before_anything_is_written(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "campaign.db"
    journal = await journal_in(path, 3000)
    whole = path.read_bytes()
    if damage == "garbled":
        path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 8192) + whole[-4096:])
    else:
        path.write_bytes(whole[: len(whole) // 2])
    await refused(journal, "damaged")


async def test_a_damaged_journal_with_a_log_left_behind_is_untouched(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    journal = SqliteJournal(path)
    async with journal.run() as run:
        await send(run, [f"{number:06}" for number in range(3000)])
        log = path.with_name("campaign.db-wal").read_bytes()
    damaged = path.read_bytes()[:4096] + b"\xa5" * 80_000
    path.write_bytes(damaged)
    path.with_name("campaign.db-wal").write_bytes(log[: len(log) // 2])
    with pytest.raises(JournalError, match="damaged"):
        async with journal.run():
            pass
    assert path.read_bytes() == damaged


async def test_a_journal_of_another_campaign_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    async with SqliteJournal(path, campaign="spring").run() as run:
        await send(run, ["1"])
    await refused(SqliteJournal(path, campaign="autumn"), "belongs to campaign 'spring'")
    for same in (SqliteJournal(path), SqliteJournal(path, campaign="spring")):
        assert await counts_of(same) == {"accepted": 1}


async def test_reading_a_journal_that_is_not_there_says_so_and_makes_none(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    for use in (journal.counts, journal.tasks, journal.purge, journal.settle_abandoned):
        with pytest.raises(JournalError, match=r"there is no journal at .*campaign\.db"):
            await use()
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("place", ["missing/campaign.db", "."])
async def test_a_place_where_no_file_can_be_is_a_clear_error(tmp_path: Path, place: str) -> None:
    with pytest.raises(JournalError, match=str(tmp_path)):
        async with SqliteJournal(tmp_path / place).run():
            pass


async def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    path.touch()
    await journal_in(path)
    assert await counts_of(SqliteJournal(path)) == {"accepted": 3}


async def test_what_a_kill_left_of_a_journal_in_the_making_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "campaign.db-new").write_bytes(b"half a page")
    await journal_in(tmp_path / "campaign.db")
    assert files_in(tmp_path) == {"campaign.db", "campaign.db-lock"}


async def test_odd_characters_in_the_path_are_just_a_path(tmp_path: Path) -> None:
    path = tmp_path / "обзвон 100%?mode=memory#1&x.db"
    await journal_in(path)
    assert path.stat().st_size
    assert await counts_of(SqliteJournal(path)) == {"accepted": 3}


async def test_a_full_disk_stops_the_batch_and_leaves_the_journal_true(tmp_path: Path) -> None:
    journal = await journal_in(tmp_path / "campaign.db")
    async with journal.run() as run:
        await sort(run, ["a", "b"])
        first = await run.mark_sending(["a"])
        connection = run._writer._connection  # type: ignore[attr-defined] # the lowest seam there is
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        many = [f"c{number}" for number in range(2000)]
        await sort(run, many)
        with pytest.raises(JournalError, match="full"):
            await run.mark_sending(many)
        await run.settle(first, BatchState.ACCEPTED)
        connection.execute("PRAGMA max_page_count = 100000")
        await run.settle(await run.mark_sending(many), BatchState.ACCEPTED)
    assert await counts_of(journal) == {"accepted": 2004}


async def test_changes_that_wait_for_each_other_share_one_commit(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    async with journal.run() as run:
        keys = [str(number) for number in range(8)]
        await sort(run, keys)
        batches = [await run.mark_sending([key]) for key in keys]
        writer = run._writer  # type: ignore[attr-defined] # the lowest seam there is
        statements: list[str] = []
        writer._connection.set_trace_callback(statements.append)
        async with anyio.create_task_group() as tasks:
            with writer._at_work:
                for batch in batches:
                    tasks.start_soon(run.settle, batch, BatchState.ACCEPTED)
                while len(writer._waiting) < len(batches):
                    await anyio.lowlevel.checkpoint()
        writer._connection.set_trace_callback(None)
    assert [statement for statement in statements if statement in ("BEGIN IMMEDIATE", "COMMIT")] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]
    assert await counts_of(journal) == {"accepted": 8}


async def test_every_commit_is_synced(tmp_path: Path) -> None:
    async with SqliteJournal(tmp_path / "campaign.db").run() as run:
        connection = run._writer._connection  # type: ignore[attr-defined] # the lowest seam there is
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_journal_is_imported_without_sqlite() -> None:
    program = "import sys, autodialer_async, autodialer_async.journal; sys.exit('sqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0


def test_digest_depends_on_every_digit_and_on_the_key() -> None:
    digest = PhoneDigest(PhoneDigest.new_key())
    phones = [phone_of(str(number)) for number in range(100)]
    assert len(set(digest.of(phones))) == len(set(phones))
    assert digest.of(phones) == digest.of(phones)
    assert PhoneDigest(PhoneDigest.new_key()).of(phones) != digest.of(phones)
