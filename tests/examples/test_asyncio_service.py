"""`docs/examples/asyncio_service.py` as it is: lists in a folder, stopped and started."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule
from tests.examples.conftest import assert_each_once, ended, list_of, started, taken, until


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    folder = tmp_path / "jobs"
    folder.mkdir()
    return folder


def test_lists_are_uploaded_beside_each_other_and_put_away(
    jobs: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    emulator.add_fault(Rule(AcceptThenDrop(), record_id="50000"))
    command = ("asyncio_service.py", str(jobs), "--scenario", "5")
    with started(*command, environment=environment) as process:
        for n in range(3):
            list_of(jobs / f"march-{n}.csv", range(n * 10_000, n * 10_000 + 1500))
        list_of(jobs / "lost.csv", range(50_000, 50_100))
        (jobs / "empty.csv").write_text("")
        until(lambda: len(list(jobs.glob("*/*.json"))) == 5, "five results")
        process.send_signal(signal.SIGTERM)
        code, _, err = ended(process)
    assert code == 0
    assert err.splitlines()[-1] == "stopped"
    assert "Traceback" not in err
    assert sorted(path.name for path in (jobs / "done").glob("*.csv")) == [f"march-{n}.csv" for n in range(3)]
    assert sorted(path.name for path in (jobs / "look").glob("*.csv")) == ["empty.csv", "lost.csv"]
    assert json.loads((jobs / "look/lost.csv.json").read_text())["unknown"] == 100
    assert not [path for path in jobs.iterdir() if path.is_file()]
    assert taken(emulator) == 4600
    assert emulator.dialled_more_than_once() == {}


def test_a_list_with_a_row_that_is_no_call_is_to_be_looked_at_and_keeps_its_name_beside_an_earlier_one(
    jobs: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    look = jobs / "look"

    def send(number: int) -> None:
        draft = jobs / "draft"
        draft.write_text(f"id,phone\n{number},8922{number:07}\n{number}0,нет такого\n", encoding="utf-8")
        draft.rename(jobs / "debtors.csv")
        until(lambda: len(list(look.glob("*.csv"))) == number, "the list to be put away")

    command = ("asyncio_service.py", str(jobs), "--scenario", "5")
    with started(*command, environment=environment) as process:
        send(1)
        send(2)
        process.send_signal(signal.SIGTERM)
        code, _, err = ended(process)
    assert code == 0, err
    assert sorted(path.name for path in look.glob("*.json")) == ["2-debtors.csv.json", "debtors.csv.json"]
    assert sorted(path.name for path in look.glob("*.journal")) == ["2-debtors.csv.journal", "debtors.csv.journal"]
    for name in ("debtors.csv", "2-debtors.csv"):
        told = json.loads((look / f"{name}.json").read_text(encoding="utf-8"))
        assert (told["accepted"], told["complete"]) == (1, True)
        assert told["left_out"] == ["row 2, column phone: invalid"]
    assert taken(emulator) == 2


def test_a_service_that_is_stopped_in_the_middle_goes_on_after_its_restart(
    jobs: Path, emulator: Emulator, environment: dict[str, str]
) -> None:
    # More than leaves before a busy machine gets to the signal.
    lists = [range(24_000), range(30_000, 54_000)]
    for n, numbers in enumerate(lists):
        list_of(jobs / f"march-{n}.csv", numbers)
    command = ("asyncio_service.py", str(jobs), "--scenario", "5")
    with started(*command, environment=environment) as process:
        until(lambda: taken(emulator) >= 4000, "the first batches")
        process.send_signal(signal.SIGTERM)
        code, _, err = ended(process)
    assert code == 0, err
    assert "Traceback" not in err, err
    assert 4000 <= taken(emulator) < 48_000
    with started(*command, environment=environment) as process:
        until(lambda: len(list((jobs / "done").glob("*.json"))) == 2, "both results")
        process.send_signal(signal.SIGTERM)
        code, _, _ = ended(process)
    assert code == 0
    # Stopped in good order, nothing is unknown: all of it arrived, once.
    for numbers in lists:
        assert_each_once(emulator, numbers)
