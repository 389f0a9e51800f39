"""`upload --journal`, `status` and `journal purge`, in this process."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import anyio.from_thread
import pytest

from autodialer_async.cli import status as status_module
from autodialer_async.emulator import AcceptThenDrop, DropBefore, Emulator, Refuse, Rule
from autodialer_async.journal import SqliteJournal, Standing
from tests.cli.conftest import Autodialer
from tests.cli.test_commands import fields, write_list


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "campaign.db"


@pytest.fixture
def four(tmp_path: Path) -> Path:
    return write_list(tmp_path, *(f"{number},8922222000{number},Лукия" for number in range(1, 5)))


def leave_sending(journal: Path, *ids: str) -> None:
    """As an uploader that was killed leaves them."""

    async def leave() -> None:
        async with SqliteJournal(journal).run() as run:
            window = [None] * len(ids)
            phones = [f"8922222000{key}" for key in ids]
            assert await run.sort(ids, phones, window, window) == [Standing.NEW] * len(ids)
            await run.mark_sending(ids)

    anyio.run(leave)
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE batch SET state = 'sending', settled_at = NULL WHERE state = 'unknown'")
    connection.close()


def test_second_upload_skips_what_the_first_brought_home(
    at_emulator: Autodialer, emulator: Emulator, small_list: Path, journal: Path
) -> None:
    first = at_emulator("upload", small_list, "--journal", journal)
    assert (first.code, fields(first.out)["skipped"]) == (0, "0")
    second = at_emulator("upload", small_list, "--journal", journal)
    assert (second.code, fields(second.out)["skipped"]) == (0, "40")
    assert json.loads(at_emulator("upload", small_list, "--journal", journal, "--json").out)["skipped"] == 40
    assert emulator.counts.records == 40


def test_skipped_is_not_spoken_of_without_a_journal(at_emulator: Autodialer, small_list: Path) -> None:
    assert "skipped" not in fields(at_emulator("upload", small_list).out)


def test_unknown_stays_unsent_until_somebody_asks(
    at_emulator: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    emulator.add_fault(DropBefore())
    first = at_emulator("upload", four, "--journal", journal)
    assert (first.code, fields(first.out)["unknown"]) == (1, "4")
    assert f"autodialer status {journal} --reconcile" in first.err
    second = at_emulator("upload", four, "--journal", journal)
    assert (second.code, fields(second.out)["unknown"], emulator.counts.requests) == (1, "4", 1)
    third = at_emulator("upload", four, "--journal", journal, "--resend-unknown")
    assert (third.code, fields(third.out)["accepted"]) == (0, "4")


def test_sending_unknown_again_needs_a_journal(at_emulator: Autodialer, emulator: Emulator, four: Path) -> None:
    ran = at_emulator("upload", four, "--resend-unknown")
    assert ran.code == 2
    assert "--resend-unknown needs --journal" in ran.err
    assert emulator.counts.requests == 0


def test_journal_in_use_is_one_line_and_nothing_is_sent(
    at_emulator: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(SqliteJournal(journal).run()),
    ):
        ran = at_emulator("upload", four, "--journal", journal)
    assert ran.code == 2
    [line] = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert "in use by process" in line
    assert emulator.counts.requests == 0


def test_journal_of_the_emulator_is_warned_of(autodialer: Autodialer, four: Path, journal: Path) -> None:
    assert "is skipped" in autodialer("upload", four, "--emulator", "--journal", journal).err


def test_status_counts_by_state_and_ends_with_0_where_all_is_accepted(
    at_emulator: Autodialer, autodialer: Autodialer, four: Path, journal: Path
) -> None:
    at_emulator("upload", four, "--journal", journal)
    ran = autodialer("status", journal)
    assert ran.code == 0
    assert [line for line in ran.err.splitlines() if "autodialer" not in line] == []
    assert fields(ran.out) == {
        "records": "4", "sending": "0", "accepted": "4", "rejected": "0", "unsent": "0", "unknown": "0",
    }  # fmt: skip


def test_status_ends_with_1_where_something_is_not_accepted(
    at_emulator: Autodialer, autodialer: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    emulator.add_fault(Rule(Refuse(400), record_id="1"))
    at_emulator("upload", four, "--journal", journal, "--batch-size", 1)
    ran = autodialer("status", journal, "--json")
    assert ran.code == 1
    assert json.loads(ran.out) == {
        "records": 4,
        "complete": False,
        "counts": {"sending": 0, "accepted": 3, "rejected": 1, "unsent": 0, "unknown": 0},
        "unknown_ids": [],
    }


def test_status_lists_the_unknown_ids_also_those_of_a_killed_uploader(autodialer: Autodialer, journal: Path) -> None:
    leave_sending(journal, "1", "2", "3")
    ran = autodialer("status", journal)
    assert ran.code == 1
    assert (fields(ran.out)["sending"], fields(ran.out)["unknown"]) == ("0", "3")
    assert ran.out.splitlines()[-4:] == ["unknown ids:", "  1", "  2", "  3"]
    assert "may phone a person twice" in ran.err
    assert json.loads(autodialer("status", journal, "--json").out)["unknown_ids"] == ["1", "2", "3"]


def test_status_lists_a_few_on_a_terminal_and_all_when_asked(
    autodialer: Autodialer, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_module, "is_terminal", lambda stream: True)
    leave_sending(journal, *map(str, range(1000, 1030)))
    few, everything = autodialer("status", journal), autodialer("status", journal, "--all")
    assert few.out.splitlines()[-1] == "  … and 10 more: --all lists them"
    assert [line for line in few.out.splitlines() if line.startswith("  10")] == [f"  {n}" for n in range(1000, 1020)]
    assert everything.out.splitlines()[-1] == "  1029"


def test_status_works_beside_an_uploader_and_leaves_what_is_on_its_way(autodialer: Autodialer, journal: Path) -> None:
    async def beside_another() -> str:
        async with SqliteJournal(journal).run() as run:
            await run.sort(["1"], ["89222220001"], [None], [None])
            await run.mark_sending(["1"])
            return (await anyio.to_thread.run_sync(lambda: autodialer("status", journal, "--json"))).out

    told = json.loads(anyio.run(beside_another))
    assert (told["counts"]["sending"], told["counts"]["unknown"], told["unknown_ids"]) == (1, 0, [])


def test_reconcile_asks_the_service_and_tells_what_it_settled(
    at_emulator: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    emulator.add_fault(Rule(AcceptThenDrop(), record_id="1"))
    emulator.add_fault(Rule(DropBefore(), record_id="2"))
    at_emulator("upload", four, "--journal", journal, "--batch-size", 1)
    ran = at_emulator("status", journal, "--reconcile")
    assert ran.code == 1
    assert "shows 1 of 2 unknown records as dialled" in ran.err
    assert fields(ran.out)["accepted"] == "3"
    assert ran.out.splitlines()[-2:] == ["unknown ids:", "  2"]
    again = json.loads(at_emulator("status", journal, "--reconcile", "--json").out)["reconciliation"]
    days = again.pop("first_day"), again.pop("last_day")
    # Midnight may pass while the test runs, and hours may end on the day after.
    near = {(datetime.now(UTC) + timedelta(days=days)).date().isoformat() for days in (-1, 0, 1)}
    assert set(days) <= near
    assert again == {"unknown_before": 1, "dialled": 0, "unknown": 1}


def test_reconcile_of_nothing_asks_nobody(
    at_emulator: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    at_emulator("upload", four, "--journal", journal)
    ran = at_emulator("status", journal, "--reconcile")
    assert (ran.code, emulator.counts.requests) == (0, 1)
    assert "the history was not asked" in ran.err


def test_reconcile_without_a_service_is_wrong_use(autodialer: Autodialer, journal: Path) -> None:
    leave_sending(journal, "1")
    ran = autodialer("status", journal, "--reconcile")
    assert ran.code == 2
    assert "AUTODIALER_BASE_URL" in ran.err


@pytest.mark.parametrize("command", [("status",), ("journal", "purge")])
def test_missing_journal_is_one_line(autodialer: Autodialer, journal: Path, command: tuple[str, ...]) -> None:
    ran = autodialer(*command, journal)
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert f"there is no journal at {journal}" in line
    assert not journal.exists()


@pytest.mark.parametrize("command", [("status",), ("journal", "purge"), ("upload",)])
def test_damaged_journal_is_one_line_and_untouched(
    at_emulator: Autodialer, four: Path, journal: Path, command: tuple[str, ...]
) -> None:
    journal.write_bytes(b"no journal at all, but a text of somebody else " * 200)
    before = journal.read_bytes()
    around_the_clock = (four, "--quiet", "--hours", "0:00-23:59:59", "--journal") if command == ("upload",) else ()
    ran = at_emulator(*command, *around_the_clock, journal)
    assert (ran.code, ran.out) == (2, "")
    [line] = ran.err.splitlines()
    assert line.startswith("error: ")
    assert str(journal) in line
    assert journal.read_bytes() == before


def test_journal_of_a_newer_version_is_one_line(
    at_emulator: Autodialer, autodialer: Autodialer, four: Path, journal: Path
) -> None:
    at_emulator("upload", four, "--journal", journal)
    connection = sqlite3.connect(journal)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    ran = autodialer("status", journal)
    assert ran.code == 2
    assert "has version 99" in ran.err


def test_purge_removes_the_digests_of_a_finished_campaign(
    at_emulator: Autodialer, autodialer: Autodialer, emulator: Emulator, four: Path, journal: Path
) -> None:
    at_emulator("upload", four, "--journal", journal)
    ran = autodialer("journal", "purge", journal)
    assert (ran.code, fields(ran.out)) == (0, {"digests removed": "4"})
    assert json.loads(autodialer("journal", "purge", journal, "--json").out) == {"removed": 0}
    assert fields(at_emulator("upload", four, "--journal", journal).out)["skipped"] == "4"
    assert emulator.counts.records == 4


def test_purge_of_an_unfinished_campaign_must_be_asked_for(autodialer: Autodialer, journal: Path) -> None:
    leave_sending(journal, "1")
    refused = autodialer("journal", "purge", journal)
    assert refused.code == 2
    assert refused.err == (
        f"error: 1 records of the journal {journal} are not accepted: --unfinished purges it all the same\n"
    )
    assert autodialer("journal", "purge", journal, "--unfinished", "--json").out == '{"removed": 1}\n'
