"""What `autodialer emulator` is told on its command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from autodialer_async.cli.emulator_settings import fidelity_of, start_of, webhook_of
from autodialer_async.errors import ConfigurationError
from tests.cli.conftest import Autodialer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")


def test_settings_reach_the_emulator_and_its_state_survives(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    scenario.write_text('{"default": {"endings": [{"code": "BUSY 17"}]}, "fates": {}}')
    options = ["--state", tmp_path / "state", "--scenario", scenario, "--seed", 5, "--switch", "keys=lower"]
    options += ["--start", "2026-11-02T12:00+03:00", "--speed", "0", "--switch", 'methods={"cdr": ["GET", "POST"]}']
    command = [sys.executable, "-m", "autodialer_async.cli", "emulator", "--port", "0", "--json", "--quiet", *options]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("AUTODIALER_", "COV_"))}
    outcomes = []
    for life in range(2):
        with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True, env=variables) as process:
            assert process.stdout is not None
            served = json.loads(process.stdout.readline())
            api = f"{served['base_url']}/_emulator/api"
            if life == 0:
                data = [{"id": "1", "phone": "89225000001"}]
                query = {"query": {"access_token": served["access_token"], "data": data}}
                report = ask(f"{served['base_url']}/{served['api_key']}/make", query)["report"]
                assert report["inserted"] == "1"
                ask(f"{api}/clock", {"finish": True})
                days = "?date_from=2026-11-02&date_to=2026-11-02"
                (row,) = ask(f"{served['base_url']}/{served['api_key']}/cdr{days}")
                assert row["dst"] == "89225000001"
            state = ask(f"{api}/state")
            assert (state["seed"], state["speed"]) == (5, 0)
            outcomes.append((state["outcomes"], state["now"]))
            process.send_signal(signal.SIGTERM)
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == {"BUSY 17": 1}


def ask(url: str, body: object = None) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, None if body is None else json.dumps(body).encode(), timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--speed", "fast"], "--speed: "),
        (["--speed", "-1"], "--speed: "),
        (["--speed", "9e9"], "speed: from 0"),
        (["--start", "noon"], "--start: "),
        (["--start", "0001-01-01"], "--start: "),
        (["--start", "9999-12-31T20:00+00:00"], "start: from 1970 to 9000"),
        (["--scenario", "none.json"], "error: --scenario none.json: No such file"),
        (["--switch", "php_notice=False"], "php_notice: true or false"),
        (["--webhook", "http://example.org/"], "allow_remote"),
        (["--webhook-settings", "none.json"], "--webhook-settings none.json: "),
        (["--switch", "keys"], "--switch keys: expected NAME=VALUE"),
        (["--switch", "keys=camel"], "--switch: fidelity: "),
        (["--state", "no/such/directory"], "no/such/directory: No such file or directory"),
        (["--state", "."], "directory"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_name(autodialer: Autodialer, options: list[str], message: str) -> None:
    ran = autodialer("emulator", "--port", 0, *options)
    assert ran.code == 2
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_file_that_is_no_json_is_refused(autodialer: Autodialer, tmp_path: Path) -> None:
    (file := tmp_path / "scenario.json").write_text("{")
    assert "not JSON" in autodialer("emulator", "--port", 0, "--scenario", file).err


def test_address_of_the_command_line_goes_before_that_of_the_file(tmp_path: Path) -> None:
    (file := tmp_path / "webhook.json").write_text('{"url": "http://127.0.0.1:1/", "encoding": "json"}')
    assert webhook_of(None, file).url == "http://127.0.0.1:1/"
    webhook = webhook_of("http://127.0.0.1:2/", file)
    assert (webhook.url, webhook.encoding) == ("http://127.0.0.1:2/", "json")
    file.write_text("[]")
    with pytest.raises(ConfigurationError, match="expected a JSON object"):
        webhook_of("http://127.0.0.1:2/", file)


def test_switches_are_json_or_text() -> None:
    fidelity = fidelity_of(["times=MSK", "php_notice=true", "token_in=[]", "empty_history={}", 'refusals={"key": 404}'])
    assert (fidelity.times, fidelity.php_notice, fidelity.token_in) == ("MSK", True, frozenset())
    assert (fidelity.empty_history, fidelity.refusal("key").status) == ("{}", 404)


def test_a_start_without_a_zone_is_in_that_of_the_machine() -> None:
    assert start_of("2026-11-02T09:00+00:00") == datetime(2026, 11, 2, 9, tzinfo=UTC)
    moment = start_of("2026-11-02T09:00")
    assert moment is not None
    assert moment.tzinfo is not None
