"""`autodialer webhook`: a process that receives, and commands that look after its inbox."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from autodialer_async.webhooks import EventState, Inbox
from tests.cli.conftest import Autodialer
from tests.cli.test_process import COMMAND, LONG_ENOUGH, variables
from tests.webhooks.events import event

SECRET = "a-secret-of-the-command"
PHONE = "89222220000"


@contextmanager
def receiving(inbox: Path, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*COMMAND, "webhook", "--secret-env", "HOOK", "--inbox", inbox, "--port", 0, *arguments]
    with subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=variables(HOOK=SECRET),
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            match = re.search(r"receiving at (http://\S+)/\$HOOK", said)
            assert match is not None, said
            yield process, match[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_events_are_kept_and_printed_masked_until_ctrl_c(tmp_path: Path, number: signal.Signals) -> None:
    with receiving(tmp_path / "calls.db", "--field", "phone=msisdn") as (process, url):
        sent = {"msisdn": PHONE, "duration": "12", "answer": "меня зовут Пётр"}
        assert httpx.post(f"{url}/{SECRET}", data=sent, trust_env=False).status_code == 200
        assert httpx.get(f"{url}/wrong", params=sent, trust_env=False).status_code == 404
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=LONG_ENOUGH)
        assert process.returncode == 0
    assert "89*******00  12 s  no recording  words" in line
    for secret in (SECRET, "9222220000", "Пётр"):
        assert secret not in line + out + err
    assert anyio.run(Inbox(tmp_path / "calls.db").counts)[EventState.HANDLED] == 1


def test_an_event_that_cannot_be_kept_is_told_to_the_person_at_the_terminal(tmp_path: Path) -> None:
    with receiving(tmp_path / "calls.db") as (process, url):
        with closing(sqlite3.connect(tmp_path / "calls.db")) as connection:
            connection.execute(
                "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
            )
        assert httpx.post(f"{url}/{SECRET}", data={"phone": PHONE}, trust_env=False).status_code == 503
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG_ENOUGH)
    assert "an event could not be kept, its sender was told to come again" in err
    assert SECRET not in err
    assert "9222220000" not in err


def test_json_is_an_object_an_event(tmp_path: Path) -> None:
    with receiving(tmp_path / "calls.db", "--json", "--show-answers") as (process, url):
        httpx.post(f"{url}/{SECRET}", data={"phone": PHONE, "answer": "да"}, trust_env=False)
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
    assert (told["phone"], told["recognised"], told["answer"], told["tries"]) == ("89*******00", True, "да", 1)


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    inbox = Inbox(tmp_path / "calls.db")

    async def fill() -> None:
        async with inbox.worker() as worker:
            for number in range(3):
                await worker.put(event(number))
            [first, second] = await worker.claim(2)
            await worker.settle(first, EventState.DEAD, problem="KeyError at crm.py:7")
            await worker.settle(second, EventState.HANDLED)

    anyio.run(fill)
    return inbox


def test_list_and_dead_show_events_masked(autodialer: Autodialer, inbox: Inbox) -> None:
    ran = autodialer("webhook", "list", "--inbox", inbox.path)
    assert ran.code == 0
    assert [line.split("  ")[2] for line in ran.out.splitlines()] == ["waiting", "handled", "dead"]
    assert "1 waiting, 1 handled, 1 dead" in ran.err
    ran = autodialer("webhook", "--inbox", inbox.path, "dead")
    assert "failed: KeyError at crm.py:7" in ran.out
    assert "8922000000" not in ran.out
    told = json.loads(autodialer("webhook", "list", "--inbox", inbox.path, "--state", "waiting", "--json").out)
    assert told["counts"] == {"waiting": 1, "handled": 1, "dead": 1}
    assert [each["phone"] for each in told["events"]] == ["89*******02"]


def test_replay_takes_keys_or_all_that_are_dead(autodialer: Autodialer, inbox: Inbox) -> None:
    keys = [each.key for each in anyio.run(inbox.events)]
    assert json.loads(autodialer("webhook", "replay", keys[1], "--inbox", inbox.path, "--json").out) == {"replayed": 1}
    assert autodialer("webhook", "replay", "no-key", "--inbox", inbox.path).code == 1
    assert autodialer("webhook", "replay", "--inbox", inbox.path).code == 0
    assert anyio.run(inbox.counts)[EventState.WAITING] == 3


def test_purge_says_what_it_removed(autodialer: Autodialer, inbox: Inbox) -> None:
    ran = autodialer("webhook", "purge", "--inbox", inbox.path, "--events-older", 0, "--json")
    assert json.loads(ran.out) == {"events_removed": 2, "recordings_removed": 0}
    ran = autodialer("webhook", "purge", "--inbox", inbox.path, "--events-older", 0, "--unhandled")
    assert "events removed      1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--inbox", "calls.db"), "--secret-env NAME is missing"),
        (("--inbox", "calls.db", "--secret-env", "NO_SUCH"), "NO_SUCH: this environment variable is not set"),
        (("--secret-env", "HOOK"), "--inbox FILE is missing"),
        (("--inbox", "calls.db", "--secret-env", "HOOK", "--field", "phone"), "not OURS=THEIRS"),
        (("--inbox", "calls.db", "--secret-env", "HOOK", "--field", "a=b"), "field_map: 'a'"),
        (("--inbox", "calls.db", "--secret-env", "HOOK", "--host", "203.0.113.7"), "cannot be served on"),
        (("list",), "--inbox FILE is missing"),
        (("list", "--inbox", "no-such.db"), "there is no inbox at no-such.db"),
        (("purge", "--inbox", "calls.db"), "--events-older DAYS"),
    ],
)
def test_wrong_use_is_one_line_and_code_2(autodialer: Autodialer, arguments: tuple[str, ...], why: str) -> None:
    ran = autodialer("webhook", *arguments, HOOK=SECRET)
    assert ran.code == 2
    assert why in ran.err
    assert SECRET not in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_missing_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        "from autodialer_async.cli import main\n"
        f"sys.argv[1:] = ['webhook', '--inbox', {str(tmp_path / 'calls.db')!r}, '--secret-env', 'HOOK']\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False, env=variables(HOOK="x")
    )
    assert done.returncode == 2
    assert 'pip install "autodialer-async[cli,webhooks]"' in done.stderr
