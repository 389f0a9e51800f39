"""`docs/examples/upload_script.py` as it is, started as a user would."""

from __future__ import annotations

from pathlib import Path

import anyio

from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule
from autodialer_async.journal import RecordState, SqliteJournal
from tests.examples.conftest import assert_each_once, ended, list_of, started, taken, until


def test_a_list_is_uploaded_and_the_exit_code_is_0(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    path = list_of(tmp_path / "debtors.csv", range(2500))
    with started("upload_script.py", str(path), "--scenario", "5", environment=environment) as process:
        code, out, err = ended(process)
    assert (code, taken(emulator)) == (0, 2500)
    assert "2500 read, 0 skipped, 2500 accepted" in err
    assert "complete: read 2500: accepted 2500" in out
    assert "8922" not in out + err


def test_a_script_that_was_killed_goes_on_when_it_is_started_again(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    # More than leaves before a busy machine gets to the kill.
    numbers = range(48_000)
    path = list_of(tmp_path / "debtors.csv", numbers)
    command = ("upload_script.py", str(path), "--scenario", "5")
    with started(*command, environment=environment) as process:
        until(lambda: taken(emulator) >= 4000, "the first batches")
        process.kill()
    before = taken(emulator)
    assert before < 48_000
    with started(*command, environment=environment) as process:
        code, out, _ = ended(process)
    counts = anyio.run(SqliteJournal(path.with_name("debtors.csv.journal")).counts)
    unknown = counts[RecordState.UNKNOWN]
    # Whom a killed process had sent without an answer: never phoned a second time, and named.
    assert counts == dict.fromkeys(counts, 0) | {
        RecordState.ACCEPTED: 48_000 - unknown,
        RecordState.UNKNOWN: unknown,
    }
    assert emulator.dialled_more_than_once() == {}
    assert 48_000 - unknown <= sum(emulator.accepted(number) for number in numbers)
    assert code == (1 if unknown else 0)
    assert ("--reconcile" in out) is bool(unknown)


def test_what_may_have_been_dialled_is_exit_code_1(
    tmp_path: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    emulator.add_fault(Rule(AcceptThenDrop(), record_id="0"))
    path = list_of(tmp_path / "debtors.csv", range(1500))
    with started("upload_script.py", str(path), "--scenario", "5", environment=environment) as process:
        code, out, _ = ended(process)
    assert code == 1
    assert "unknown 1000" in out
    assert_each_once(emulator, range(1500))


def test_a_file_that_is_no_list_and_missing_settings_are_exit_code_2(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with started("upload_script.py", "absent.csv", "--scenario", "5", environment=environment) as process:
        code, _, err = ended(process)
    assert (code, "absent.csv" in err) == (2, True)
    path = list_of(tmp_path / "debtors.csv", range(3))
    del environment["AUTODIALER_API_KEY"]
    with started("upload_script.py", str(path), "--scenario", "5", environment=environment) as process:
        code, _, err = ended(process)
    assert (code, "AUTODIALER_API_KEY" in err) == (2, True)
