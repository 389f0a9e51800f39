"""The fixtures, as somebody else's project uses them: a pytest of its own in a folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_HEAD = """
import anyio, pytest
from autodialer_async import Call, UploadIncomplete

def call(number, phone=None):
    return Call(id=number, phone=phone or f"8922000{number:04}", name="Петров")
"""
_CONFIG = """
[pytest]
asyncio_mode = strict
asyncio_default_fixture_loop_scope = function
filterwarnings = error
addopts = --strict-markers -rA --color=no -p no:cacheprovider -p no:schemathesis -p no:hypothesispytest -p no:pytest_cov
"""


def run(folder: Path, tests: str) -> tuple[dict[str, str], str]:
    """The result of each test, and all that was printed."""
    (folder / "pytest.ini").write_text(_CONFIG, encoding="utf-8")
    (folder / "test_theirs.py").write_text(_HEAD + tests, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "test_theirs.py"]
    # What this run was told, coverage for instance, is not theirs.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)
    rows = re.findall(r"^(PASSED|FAILED|ERROR) test_theirs\.py::(\S+)", done.stdout, re.MULTILINE)
    results: dict[str, str] = {}
    for result, name in rows:
        # A test that passed and failed at its end is listed twice.
        results[name] = result if name not in results else f"{results[name]}+{result}"
    assert results, done.stdout + done.stderr
    return results, done.stdout


def test_one_pair_of_fixtures_serves_every_kind_of_test(tmp_path: Path) -> None:
    results, output = run(
        tmp_path,
        """
@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_anyio(anyio_backend, autodialer, autodialer_emulator):
    assert (await autodialer.make([call(1), call(2)])).complete
    assert autodialer_emulator.accepted(1) == autodialer_emulator.dialled("+7 922 000-00-01") == 1

@pytest.mark.asyncio
async def test_asyncio(autodialer, autodialer_emulator):
    await autodialer.make([call(1)])
    assert autodialer_emulator.dialled("89220000001") == 1

class TestMethods:
    @pytest.mark.asyncio
    async def test_method(self, autodialer):
        await autodialer.make([call(1)])

def test_sync(autodialer, autodialer_emulator):
    async def main():
        async with autodialer:
            await autodialer.newcall(call(0), generation_type=1, immediate=True)
    anyio.run(main)
    assert autodialer_emulator.dialled("89220000000") == 1

@pytest.mark.asyncio
@pytest.mark.autodialer(client={"concurrency": 2, "batch_size": 1})
async def test_arguments_of_the_client(autodialer, autodialer_emulator):
    await autodialer.make(call(number) for number in range(8))
    assert autodialer_emulator.counts.tasks == 8
    assert autodialer_emulator.counts.peak_in_flight <= 2
""",
    )
    assert set(results.values()) == {"PASSED"}, output
    assert len(results) == 6


def test_who_would_be_phoned_twice_fails_the_test_when_it_is_over(tmp_path: Path) -> None:
    results, output = run(
        tmp_path,
        """
@pytest.mark.asyncio
async def test_twice(autodialer):
    await autodialer.make([call(17)])
    await autodialer.make([call(17)])

@pytest.mark.asyncio
async def test_one_number_under_two_ids(autodialer):
    await autodialer.make([call(1, "89229990000")])
    await autodialer.make([call(2, "89229990000")])

@pytest.mark.asyncio
@pytest.mark.autodialer(allow_repeats=True)
async def test_twice_allowed(autodialer):
    await autodialer.make([call(17)])
    await autodialer.make([call(17)])

@pytest.mark.asyncio
@pytest.mark.autodialer("AcceptThenDrop")
async def test_resent_by_hand_although_unknown(autodialer):
    try:
        await autodialer.make([call(5)])
    except UploadIncomplete as error:
        await autodialer.make(error.result.unknown_calls())

@pytest.mark.asyncio
@pytest.mark.autodialer("AcceptThenDrop")
async def test_left_alone_because_unknown(autodialer):
    with pytest.raises(UploadIncomplete):
        await autodialer.make([call(5)])
""",
    )
    assert results == {
        "test_twice": "PASSED+ERROR",
        "test_one_number_under_two_ids": "PASSED+ERROR",
        "test_twice_allowed": "PASSED",
        "test_resent_by_hand_although_unknown": "PASSED+ERROR",
        "test_left_alone_because_unknown": "PASSED",
    }, output
    assert "1 records accepted more than once:\n    17: expected 1, was 2" in output
    assert "1 numbers dialled more than once:\n    8922***0000: expected 1, was 2" in output
    assert "89229990000" not in output.partition("short test summary")[0].partition("= ERRORS")[2].replace(
        'call(1, "89229990000")', ""
    ).replace('call(2, "89229990000")', "")
    assert "Петров'" not in output


def test_a_request_that_nobody_expects_fails_the_test(tmp_path: Path) -> None:
    results, output = run(
        tmp_path,
        """
from autodialer_async import AuthenticationFailed

@pytest.mark.asyncio
@pytest.mark.autodialer(client={"api_key": "another"})
async def test_wrong_key(autodialer):
    with pytest.raises(AuthenticationFailed):
        await autodialer.ping()

@pytest.mark.asyncio
@pytest.mark.autodialer(client={"api_key": "another"}, allow_unexpected=True)
async def test_wrong_key_allowed(autodialer):
    with pytest.raises(AuthenticationFailed):
        await autodialer.ping()

@pytest.mark.asyncio
@pytest.mark.autodialer(client={"api_key": "another"})
async def test_wrong_key_written_down_late(autodialer, autodialer_emulator, monkeypatch):
    from autodialer_async.emulator import Exchange
    answer = Exchange.answer
    async def lingering(self, what):
        await answer(self, what)
        await anyio.sleep(1)
    monkeypatch.setattr(Exchange, "answer", lingering)
    with pytest.raises(AuthenticationFailed):
        await autodialer.ping()
    assert autodialer_emulator.counts.in_flight == 1

@pytest.fixture
def forgetful(monkeypatch):
    monkeypatch.setattr("autodialer_async.emulator.traffic._REMEMBERED", 5)

@pytest.mark.asyncio
@pytest.mark.autodialer(client={"batch_size": 1})
async def test_wrong_path_long_ago(forgetful, autodialer, autodialer_emulator):
    import httpx
    async with httpx.AsyncClient() as stranger:
        await stranger.post(f"{autodialer_emulator.base_url}/{autodialer_emulator.api_key}/mkae")
    await autodialer.make(call(number) for number in range(6))
    assert 404 not in {seen.status for seen in autodialer_emulator.requests}

@pytest.mark.asyncio
@pytest.mark.autodialer({"name": "TooManyRequests", "retry_after": 0})
async def test_a_fault_is_not_unexpected(autodialer, autodialer_emulator):
    assert (await autodialer.make([call(1)])).retries == 1
    assert autodialer_emulator.counts.faults == 1
""",
    )
    assert results == {
        "test_wrong_key": "PASSED+ERROR",
        "test_wrong_key_allowed": "PASSED",
        "test_wrong_key_written_down_late": "PASSED+ERROR",
        "test_wrong_path_long_ago": "PASSED+ERROR",
        "test_a_fault_is_not_unexpected": "PASSED",
    }, output
    assert re.search(r"1 requests that it refused by itself:\n    request 1, cdr: 40[134]", output)
    assert "request 1, of an unknown path: 404" in output


def test_a_seed_decides_what_becomes_of_the_calls(tmp_path: Path) -> None:
    results, output = run(
        tmp_path,
        """
from datetime import date
HISTORIES = {}

@pytest.mark.asyncio
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.autodialer(seed=7)
async def test_seven(autodialer, place):
    await autodialer.make(call(number) for number in range(50))
    HISTORIES["seven", place] = [row.code for row in await autodialer.cdr(date.today())]

@pytest.mark.asyncio
@pytest.mark.autodialer(seed=8)
async def test_eight(autodialer):
    await autodialer.make(call(number) for number in range(50))
    HISTORIES["eight"] = [row.code for row in await autodialer.cdr(date.today())]

def test_together():
    assert len(HISTORIES["eight"]) == 50
    assert HISTORIES["seven", 0] == HISTORIES["seven", 1] != HISTORIES["eight"]
""",
    )
    assert set(results.values()) == {"PASSED"}, output


def test_mocked_service_answers_until_it_is_told_otherwise(tmp_path: Path) -> None:
    results, output = run(
        tmp_path,
        """
import httpx

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_mocked(anyio_backend, autodialer_mock):
    async with autodialer_mock.client() as dialer:
        assert (await dialer.make([call(1), call(2)])).inserted == 2
        await dialer.newcall(call(0), generation_type=1, immediate=True)
        assert await dialer.cdr(__import__("datetime").date.today())
    assert autodialer_mock.emulator.accepted("2") == autodialer_mock.make.call_count == 1

@pytest.mark.asyncio
async def test_told_otherwise(autodialer_mock):
    autodialer_mock.make.mock(side_effect=httpx.ReadTimeout)
    async with autodialer_mock.client() as dialer:
        result = await dialer.make([call(1)], on_failure="return")
    assert (result.unknown, autodialer_mock.make.call_count) == (1, 1)
""",
    )
    assert set(results.values()) == {"PASSED"}, output
    assert len(results) == 3


@pytest.mark.parametrize("arguments", ["ports=1", "client={'concurency': 1}"])
def test_an_argument_that_nobody_knows_is_named(tmp_path: Path, arguments: str) -> None:
    results, output = run(tmp_path, f"@pytest.mark.autodialer({arguments})\ndef test_wrong(autodialer):\n    pass\n")
    assert results == {"test_wrong": "ERROR"}, output
    assert re.search(r"ports|concurency", output.partition("ERRORS")[2])
