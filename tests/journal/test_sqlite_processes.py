"""One journal, several processes; some of them are killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from autodialer_async.errors import JournalError
from autodialer_async.journal import SqliteJournal
from tests.journal.steps import counts_of, phone_of, send, sort

pytestmark = pytest.mark.anyio


class OtherUploader:
    def __init__(self, path: Path, loop: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.journal.uploader_process", str(path), loop],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.pid = self._process.pid
        assert self._answer() == "running"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def do(self, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        assert self._answer() == "done"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "campaign.db"


@pytest.fixture
def other(path: Path, anyio_backend: str) -> Iterator[OtherUploader]:
    uploader = OtherUploader(path, anyio_backend)
    yield uploader
    uploader.kill()


async def test_uploader_in_another_process_is_named_and_holds_the_journal(path: Path, other: OtherUploader) -> None:
    with pytest.raises(JournalError, match=f"in use by process {other.pid}: one uploader at a time"):
        async with SqliteJournal(path).run():
            pass
    with pytest.raises(JournalError, match="in use"):
        await SqliteJournal(path).purge()


async def test_what_a_killed_uploader_left_sending_is_unknown_to_the_next(path: Path, other: OtherUploader) -> None:
    other.do("accept 1 2")
    other.do("leave 3 4")
    other.kill()
    journal = SqliteJournal(path)
    assert await counts_of(journal) == {"accepted": 2, "sending": 2}
    async with journal.run() as run:
        assert await send(run, ["5", "4", "3", "2", "1"]) == ["new", "unknown", "unknown", "accepted", "accepted"]
    assert [record.id async for record in journal.unknown()] == ["3", "4"]
    assert await counts_of(journal) == {"accepted": 3, "unknown": 2}


async def test_what_a_killed_uploader_left_can_be_settled_without_another_run(path: Path, other: OtherUploader) -> None:
    other.do("leave 1 2")
    journal = SqliteJournal(path)
    assert await journal.settle_abandoned() == 0
    assert await journal.settle_unknown([("1", None)]) == 0
    other.kill()
    assert await journal.settle_abandoned() == 1
    assert await journal.settle_unknown([("1", 7)]) == 1
    async with journal.run() as run:
        assert await sort(run, ["1", "2"]) == ["accepted", "unknown"]


async def test_readers_and_settlers_work_beside_an_uploader_of_another_process(
    path: Path, other: OtherUploader
) -> None:
    journal = SqliteJournal(path)
    other.do("lose 1 2")
    other.do("leave 3")
    assert await counts_of(journal) == {"unknown": 2, "sending": 1}
    assert [record.id async for record in journal.unknown()] == ["1", "2"]
    assert [record.id for record in await journal.find_by_phone(phone_of("3"))] == ["3"]
    assert await journal.settle_unknown([("1", None), ("3", None)]) == 1
    other.do("accept 4")
    assert await counts_of(journal) == {"accepted": 2, "unknown": 1, "sending": 1}


async def test_an_uploader_killed_while_it_marks_leaves_a_readable_journal(path: Path, anyio_backend: str) -> None:
    for attempt in range(4):
        other = OtherUploader(path, anyio_backend)
        assert other._process.stdin is not None
        keys = [f"{attempt}-{number}" for number in range(2000)]
        other._process.stdin.write(f"leave {' '.join(keys)}\n")
        other._process.stdin.flush()
        await anyio.sleep(attempt * 0.01)  # not to wait for anything: to kill it at another moment each time
        other.kill()
        # A batch is in the journal whole or not at all.
        assert (await counts_of(SqliteJournal(path))).get("sending", 0) in (0, 2000)
        async with SqliteJournal(path).run() as run:
            assert len(set(await sort(run, keys))) == 1
