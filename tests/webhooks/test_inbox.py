"""The inbox's file: what it keeps, what it counts, whom it gives events to, and what a purge takes."""

from __future__ import annotations

import functools
import io
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import anyio
import attrs
import pytest

from autodialer_async.errors import ConfigurationError, InboxError
from autodialer_async.webhooks import EventState, Inbox, Purged, Recording
from autodialer_async.webhooks.inbox import inbox as inbox_module
from autodialer_async.webhooks.inbox import open_inbox
from tests.webhooks.events import Clock, event, inbox_at
from tests.webhooks.requests import SOUND

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path, clock: Clock) -> Inbox:
    return inbox_at(tmp_path, clock)


async def test_an_event_comes_back_as_it_was_put_in(inbox: Inbox, clock: Clock) -> None:
    sent = event(1)
    recording = inbox.recordings.keep(io.BytesIO(SOUND), "звонок.wav")
    async with inbox.worker() as worker:
        await worker.put(attrs.evolve(sent, recording=recording))
    [kept] = await inbox.events()
    assert (kept.phone, kept.duration, kept.answer, kept.raw, kept.digest) == (
        sent.phone, sent.duration, sent.answer, sent.raw, sent.digest
    )  # fmt: skip
    assert kept.recording == recording
    assert recording.path is not None
    assert recording.path.read_bytes() == SOUND
    assert recording.path.suffix == ".wav"
    assert (kept.received_at, kept.state, kept.tries, kept.copies) == (clock.now, EventState.WAITING, 0, 1)


async def test_files_are_for_their_owner_alone(inbox: Inbox) -> None:
    async with inbox.worker() as worker:
        await worker.put(event())
        inbox.recordings.keep(io.BytesIO(SOUND), None)
        for path in inbox.path.parent.rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert {path.name for path in inbox.path.parent.iterdir()} == {"calls.db", "calls.db-recordings"}


async def test_repeats_are_counted_and_not_kept(inbox: Inbox, clock: Clock) -> None:
    async with inbox.worker() as worker:
        first = await worker.put(event())
        clock.turn(minutes=5)
        again = await worker.put(event())
        clock.turn(minutes=30)
        worker.note_answered(first.number)
        later = await worker.put(event())
    assert (first.is_repeat, again.is_repeat, later.is_repeat) == (False, True, False)
    assert [kept.copies for kept in await inbox.events()] == [1, 2]


async def test_two_short_failed_calls_are_two_events_and_a_repeat_of_an_unanswered_one_is_one(inbox: Inbox) -> None:
    short = event(answer=None, duration=0)
    async with inbox.worker() as worker:
        first = await worker.put(short)
        assert (await worker.put(short)).is_repeat
        worker.note_answered(first.number)
        assert not (await worker.put(short)).is_repeat
    assert [(kept.copies, kept.perhaps_repeat) for kept in await inbox.events()] == [(1, True), (2, False)]


async def test_repeats_at_the_same_time_in_several_workers_are_one_event(inbox: Inbox) -> None:
    async with inbox.worker() as one, inbox.worker() as two, anyio.create_task_group() as tasks:
        for _ in range(25):
            tasks.start_soon(one.put, event())
            tasks.start_soon(two.put, event())
    [kept] = await inbox.events()
    assert kept.copies == 50


async def test_each_event_is_claimed_by_one_worker_oldest_first(inbox: Inbox) -> None:
    async with inbox.worker() as one, inbox.worker() as two:
        for number in range(6):
            await one.put(event(number))
        keys = [[kept.key for kept in await worker.claim(2)] for worker in (one, two, one, two)]
        assert [key.partition("-")[2] for part in keys for key in part] == ["1", "2", "3", "4", "5", "6"]


async def test_a_settled_event_is_over_and_a_waiting_one_comes_when_it_is_due(inbox: Inbox, clock: Clock) -> None:
    async with inbox.worker() as worker:
        await worker.put(event(1))
        await worker.put(event(2))
        one, two = await worker.claim(5)
        await worker.settle(one, EventState.HANDLED)
        await worker.settle(two, EventState.WAITING, problem="KeyError", due_at=clock.now + timedelta(seconds=4))
        assert await worker.claim(5) == []
        clock.turn(seconds=4)
        [again] = await worker.claim(5)
        assert (again.key, again.tries, again.problem) == (two.key, 2, "KeyError")
        await worker.settle(again, EventState.DEAD, problem="KeyError")
    assert await inbox.counts() == {"waiting": 0, "handled": 1, "dead": 1}
    [dead] = await inbox.dead()
    assert (dead.key, dead.tries) == (two.key, 2)


async def test_a_clock_that_is_set_back_makes_nothing_wait_for_it(inbox: Inbox, clock: Clock) -> None:
    async with inbox.worker() as worker:
        await worker.put(event(1))
        clock.turn(hours=-2)
        [kept] = await worker.claim(5, longest=300)
        await worker.settle(kept, EventState.WAITING, due_at=clock() + timedelta(seconds=300))
        assert await worker.claim(5, longest=300) == []
        clock.turn(hours=-2)
        assert len(await worker.claim(5, longest=300)) == 1


async def test_a_worker_that_leaves_gives_back_what_it_had(inbox: Inbox) -> None:
    async with inbox.worker() as one:
        await one.put(event(1))
        await one.put(event(2))
        first, _ = await one.claim(2)
        one.give_back(first)
    async with inbox.worker() as two:
        assert [kept.tries for kept in await two.claim(5)] == [1, 2]


async def test_a_living_worker_is_not_taken_over(inbox: Inbox) -> None:
    async with inbox.worker() as one, inbox.worker() as two:
        await one.put(event())
        await one.claim(1)
        assert await two.take_over(attempts=8) == 0
        assert await two.claim(1) == []


@pytest.mark.parametrize(("attempts", "state"), [(2, "waiting"), (1, "dead")])
async def test_what_a_dead_worker_had_is_free_unless_its_tries_are_over(
    inbox: Inbox, attempts: int, state: str
) -> None:
    async with inbox.worker() as one, inbox.worker() as two:
        await one.put(event())
        [had] = await one.claim(1)
        # As the system does when the process dies.
        one._lock.release()
        assert await two.take_over(attempts) == 1
        assert [each.key for each in await inbox.events(state=EventState(state))] == [had.key]
        assert len(await two.claim(1)) == (state == "waiting")
        # It was not dead at all: what it says of an event that is another's now changes nothing.
        await one.settle(had, EventState.HANDLED)
        assert (await inbox.counts())[EventState.HANDLED] == 0


async def test_replay_has_events_handled_again_under_the_same_key(inbox: Inbox) -> None:
    async with inbox.worker() as worker:
        for number in range(3):
            await worker.put(event(number))
        for kept, state in zip(await worker.claim(3), ("dead", "dead", "handled"), strict=True):
            await worker.settle(kept, EventState(state), problem="KeyError")
        keys = [kept.key for kept in await inbox.events()]
        assert await inbox.replay([keys[0], "nonsense", "0-1", keys[0] + "9"]) == 1
        assert await inbox.replay() == 2
        again = await worker.claim(5)
        assert {(kept.key, kept.tries, kept.problem) for kept in again} == {(key, 1, None) for key in keys}


async def test_purge_removes_old_events_and_recordings_and_their_bytes(inbox: Inbox, clock: Clock) -> None:
    recording = inbox.recordings.keep(io.BytesIO(SOUND), None)
    young = inbox.recordings.keep(io.BytesIO(SOUND + b"1"), None)
    async with inbox.worker() as worker:
        await worker.put(attrs.evolve(event(1, answer="секрет-1"), recording=recording))
        await worker.put(event(2))
        for kept in await worker.claim(1):
            await worker.settle(kept, EventState.HANDLED)
        clock.turn(days=10)
        await worker.put(attrs.evolve(event(3), recording=young))
    assert recording.path is not None
    assert young.path is not None
    long_ago = time.time() - 10 * 86_400
    os.utime(recording.path, (long_ago, long_ago))
    os.utime(young.path, (long_ago, long_ago))
    assert await inbox.purge(recordings_older=timedelta(days=5)) == Purged(events=0, recordings=1)
    assert not recording.path.exists()
    assert young.path.exists()
    # What it was stays known: a repeat of it is still a repeat.
    assert (await inbox.events())[-1].recording == Recording(sha256=recording.sha256, size=len(SOUND))
    assert "секрет-1".encode() in inbox.path.read_bytes()
    assert await inbox.purge(events_older=timedelta(days=5)) == Purged(events=1, recordings=0)
    assert "секрет-1".encode() not in inbox.path.read_bytes()
    assert [kept.phone for kept in await inbox.events()] == ["89220000003", "89220000002"]
    assert await inbox.purge(events_older=timedelta(days=5), unhandled=True) == Purged(events=1, recordings=0)
    assert young.path.exists()


async def test_a_recording_that_was_just_kept_is_not_purged_before_its_event_is_there(inbox: Inbox) -> None:
    async with inbox.worker():
        pass
    recording = inbox.recordings.keep(io.BytesIO(SOUND), None)
    assert await inbox.purge(recordings_older=timedelta(0)) == Purged(0, 0)
    assert recording.path is not None
    assert recording.path.exists()


async def test_a_recording_goes_with_its_last_event_however_young_its_file_is(inbox: Inbox, clock: Clock) -> None:
    recording = inbox.recordings.keep(io.BytesIO(SOUND), None)
    assert recording.path is not None
    async with inbox.worker() as worker:
        await worker.put(attrs.evolve(event(1), recording=recording))
        clock.turn(days=10)
        await worker.put(attrs.evolve(event(2), recording=recording))
        purge = functools.partial(inbox.purge, unhandled=True)
        assert await purge(events_older=timedelta(days=5)) == Purged(events=1, recordings=0)
        assert recording.path.exists()
        clock.turn(seconds=1)
        assert await purge(events_older=timedelta(0)) == Purged(events=1, recordings=1)
        assert not recording.path.exists()
        # One that was about to be written down with it is refused, and its sender comes again.
        with pytest.raises(InboxError, match="purged"):
            await worker.put(attrs.evolve(event(3), recording=recording))
        await worker.put(attrs.evolve(event(3), recording=inbox.recordings.keep(io.BytesIO(SOUND), None)))
        clock.turn(seconds=1)
        assert await inbox.purge(recordings_older=timedelta(0)) == Purged(events=0, recordings=1)
    assert [kept.recording for kept in await inbox.events()] == [Recording(sha256=recording.sha256, size=len(SOUND))]


async def test_the_same_sound_is_one_file_and_a_damaged_one_is_made_anew(inbox: Inbox) -> None:
    first = inbox.recordings.keep(io.BytesIO(SOUND), "a.wav")
    assert first.path is not None
    first.path.write_bytes(SOUND[:-1])
    assert inbox.recordings.keep(io.BytesIO(SOUND), "b.wav") == attrs.evolve(first, name="b.wav")
    assert first.path.read_bytes() == SOUND
    assert len(list(inbox.recordings.path.rglob("*.*"))) == 1


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "there is no inbox"),
        (lambda path: path.write_bytes(b""), "there is no inbox"),
        (lambda path: path.write_bytes(b"rubbish" * 1000), "no inbox, or a damaged one"),
        (lambda path: _database(path, "CREATE TABLE a (b)"), "another program's file"),
        (lambda path: _database(path, "PRAGMA application_id = 1094994225", "PRAGMA user_version = 99"), "version 99"),
    ],
    ids=["missing", "empty", "rubbish", "another's", "newer"],
)
async def test_what_is_no_inbox_is_refused_and_untouched(
    inbox: Inbox, make: Callable[[Path], object], why: str
) -> None:
    make(inbox.path)
    before = inbox.path.read_bytes() if inbox.path.exists() else None
    for use in (inbox.counts, inbox.events, inbox.dead, inbox.replay, inbox.purge):
        with pytest.raises(InboxError, match=why):
            await use()
    if why != "there is no inbox":
        with pytest.raises(InboxError, match=why):
            async with inbox.worker():
                pass
    assert (inbox.path.read_bytes() if inbox.path.exists() else None) == before
    assert [path.name for path in inbox.path.parent.iterdir()] == ([] if before is None else ["calls.db"])


def _database(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InboxError, match=r"no/calls\.db cannot be used: No such file"):
        async with Inbox(tmp_path / "no" / "calls.db").worker():
            pass


async def test_a_change_that_fails_leaves_the_others_of_its_group_alone(inbox: Inbox) -> None:
    results: list[str] = []
    async with inbox.worker() as worker:
        with closing(sqlite3.connect(inbox.path)) as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.phone = '89220000003' "
                "BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
            )

        async def put(number: int) -> None:
            try:
                await worker.put(event(number))
            except InboxError as error:
                results.append(str(error))

        async with anyio.create_task_group() as tasks:
            for number in range(6):
                tasks.start_soon(put, number)
    assert len(results) == 1
    assert "the disk is full" in results[0]
    assert len(await inbox.events()) == 5


def test_an_inbox_is_a_path_or_an_inbox(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "calls.db")
    assert open_inbox(inbox) is inbox
    assert open_inbox(str(tmp_path / "calls.db")).path == inbox.path
    assert repr(inbox) == f"Inbox('{inbox.path}')"
    with pytest.raises(ConfigurationError, match="not int"):
        open_inbox(3)


async def test_all_events_come_oldest_first_over_any_number_of_pages(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "_NEXT_EVENTS", inbox_module._NEXT_EVENTS.replace("LIMIT 500", "LIMIT 2"))
    async with inbox.worker() as worker:
        for number in range(5):
            await worker.put(event(number))
    assert [kept.phone for kept in [each async for each in inbox.all_events()]] == [f"8922{n:07}" for n in range(5)]
