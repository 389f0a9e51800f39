"""Clients that know nothing of us: PHP's curl and the command curl, as the service's page suggests them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from autodialer_async.emulator import Emulator

pytestmark = pytest.mark.anyio

Program = Callable[[str, str], str]
_SCRIPT = Path(__file__).with_name("as_on_the_page.php")
_YESTERDAY, _TOMORROW = (str(date.today() + timedelta(days)) for days in (-1, 1))  # noqa: DTZ011 - the emulator's day is this machine's
_FIELDS = {
    "id": "0", "name": "Пользователь", "phone": "89222220003", "UUID": "code1", "timestart": "10:00",
    "timestop": "19:00", "maxcount": "1", "generationtype": "1",
}  # fmt: skip


def printed(*command: str, stdin: str | None = None) -> Any:
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, input=stdin)
    return json.loads(done.stdout)


@pytest.mark.parametrize("notation", ["array", "string"])
async def test_php_with_curl_as_on_the_page_loads_a_list_makes_a_call_and_reads_the_history(
    notation: str, program: Program
) -> None:
    php = program("php", "php-cli")
    async with Emulator.serve() as emulator:
        answers = printed(php, str(_SCRIPT), emulator.base_url, emulator.api_key, emulator.access_token, notation)
        assert [each["status"] for each in answers.values()] == [200, 200, 200]
        report = answers["make"]["answer"]["report"]
        assert (int(report["lines"]), int(report["ok"]), int(report["inserted"])) == (3, 3, 2)
        assert int(answers["newcall"]["answer"]["QUERY_COUNT"]) == 1
        (row,) = answers["cdr"]["answer"]
        assert row["DST"] == "89222220003"
        assert int(row["QUERY_ID"]) == int(answers["newcall"]["answer"]["QUERY_ID"])
        assert [(record.id, record.name) for record in emulator.records] == [
            ("1", "Петров"), ("3", "Иванов"), ("0", "Пользователь"),
        ]  # fmt: skip
        assert emulator.dialled("89222220000") == emulator.dialled("89222220003") == 1


@pytest.mark.parametrize("flag", ["-F", "--data-urlencode"])
async def test_plain_curl_commands_do_all_three(flag: str, program: Program) -> None:
    curl = program("curl", "curl")
    async with Emulator.serve() as emulator:
        address = f"{emulator.base_url}/{emulator.api_key}"
        ask = (curl, "--silent", "--show-error", "--noproxy", "*", "--max-time", "20")

        def with_fields(operation: str, fields: dict[str, str]) -> Any:
            return printed(
                *ask, *(word for name, value in fields.items() for word in (flag, f"{name}={value}")),
                f"{address}/{operation}",
            )  # fmt: skip

        records = [{"id": "1", "phone": "89222220000"}, {"id": "2", "phone": "89222220001"}]
        body = json.dumps({"query": {"access_token": emulator.access_token, "data": records}})
        # Without a Content-Type of its own curl calls any body a form.
        report = printed(*ask, "--data-binary", "@-", f"{address}/make", stdin=body)["report"]
        assert (int(report["lines"]), int(report["inserted"])) == (2, 2)
        call = with_fields("newcall", _FIELDS)
        rows = with_fields("cdr", {"date_from": _YESTERDAY, "date_to": _TOMORROW})
        assert {row["DST"] for row in rows} == {"89222220000", "89222220001", "89222220003"}
        assert int(call["QUERY_ID"]) in {int(row["QUERY_ID"]) for row in rows}
        assert emulator.records[-1].name == "Пользователь"
