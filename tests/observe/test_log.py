"""The log: one line a batch, each with its facts as fields, nothing unless somebody listens."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import anyio
import httpx
import pytest

from autodialer_async import DeliveryUnknown
from tests.bulk.service import Service, client, records
from tests.observe.test_hooks import answering, one_call

pytestmark = pytest.mark.anyio

LOG = "autodialer_async"


def lines(caplog: pytest.LogCaptureFixture, least: int) -> list[tuple[str, str]]:
    return [(entry.levelname, entry.getMessage()) for entry in caplog.records if entry.levelno >= least]


def fields(entry: logging.LogRecord) -> dict[str, Any]:
    return {
        name.removeprefix("autodialer_"): value for name, value in vars(entry).items() if name.startswith("autodialer_")
    }


async def test_a_batch_is_one_line_and_an_upload_one_more(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG)
    async with client(answering(httpx.Response(429, headers={"Retry-After": "0"})), batch_size=5) as dialer:
        result = await dialer.make(records(12))
    *batches, whole = [entry for entry in caplog.records if entry.name == LOG]
    assert [entry.levelname for entry in batches] == ["INFO"] * 3
    assert sorted(fields(entry)["batch"] for entry in batches) == [0, 1, 2]
    first = fields(next(entry for entry in batches if fields(entry)["batch"] == 0))
    assert first.pop("seconds") >= 0
    assert first == {
        "operation": "make", "template": "POST /{apikey}/make", "batch": 0, "records": 5, "state": "accepted",
        "status": 200, "phase": "whole", "tries": 2, "inserted": 5, "lines": 5, "error": None,
    }  # fmt: skip
    assert whole.getMessage().endswith("and 3 batches: 12 read, 12 accepted")
    assert (whole.levelname, fields(whole)["accepted"], fields(whole)["retries"]) == ("INFO", 12, result.retries)


async def test_each_try_is_a_line_only_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, LOG)
    async with client(answering(httpx.Response(429, headers={"Retry-After": "0"}))) as dialer:
        await dialer.make(records(12))
    tries = [fields(entry) for entry in caplog.records if entry.name == LOG and entry.levelno == logging.DEBUG]
    assert [(told["attempt"], told["status"], told["error"]) for told in tries] == [
        (1, 429, "RateLimited"),
        (2, 200, None),
    ]


async def test_what_was_not_accepted_and_a_pause_are_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, LOG)
    service = answering(httpx.Response(500), httpx.Response(400), httpx.Response(429, headers={"Retry-After": "0.01"}))
    async with client(service, batch_size=5, concurrency=1) as dialer:
        await dialer.make(records(20), on_failure="return")
    said = lines(caplog, logging.WARNING)
    assert [text.split(": status")[0].split(": 5")[0] for _, text in said] == [
        "make: batch 0 unknown",
        "make: batch 1 rejected",
        "POST /{apikey}/make",
        next(text for _, text in said if "incomplete" in text),
    ]
    assert "DeliveryUnknown: " in said[0][1]
    assert "someone may have been dialled" in said[0][1]
    assert "the whole client pauses for" in said[2][1]
    assert said[3][1].endswith("and 4 batches: 20 read, 10 accepted, 5 rejected, 5 unknown")


async def test_one_pause_is_one_warning_however_many_requests_it_hits(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, LOG)
    all_there = anyio.Event()

    async def refuse_together(number: int, batch: list[dict[str, str]]) -> httpx.Response | None:
        if number == 3:
            all_there.set()
        await all_there.wait()
        return httpx.Response(429, headers={"Retry-After": "0.05"}) if number < 4 else None

    async with client(Service(refuse_together), batch_size=1, concurrency=4) as dialer:
        assert (await dialer.make(records(4))).retries == 4
    assert len(lines(caplog, logging.WARNING)) == 1


async def test_batches_that_were_never_tried_are_counted_and_not_listed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG)
    async with client(answering(httpx.Response(401)), batch_size=1, concurrency=1) as dialer:
        await dialer.make(records(50), on_failure="return")
    assert len(lines(caplog, logging.INFO)) == 2


async def test_a_call_is_a_line_and_a_look_into_the_history_is_none(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG)
    async with one_call(httpx.Response(200, json={"QUERY_ID": "5", "QUERY_COUNT": "1"})) as dialer:
        await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
    async with one_call(httpx.Response(200, json=[])) as dialer:
        await dialer.ping()
    async with one_call(httpx.Response(500)) as dialer:
        with pytest.raises(DeliveryUnknown):
            await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
    assert [(level, text.split(":")[0]) for level, text in lines(caplog, logging.INFO)] == [
        ("INFO", "POST /base/{apikey}/newcall accepted"),
        ("WARNING", "POST /base/{apikey}/newcall unknown"),
    ]


async def test_every_field_goes_into_json_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, LOG)
    async with client(answering(httpx.Response(500)), batch_size=5) as dialer:
        await dialer.make(records(12), on_failure="return")
    for entry in caplog.records:
        assert json.loads(json.dumps(fields(entry))) == fields(entry)
        assert all(type(value) in (str, int, float, bool, type(None)) for value in fields(entry).values())


async def test_nobody_who_does_not_listen_hears_or_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger(LOG)
    monkeypatch.setattr(logger, "makeRecord", None)
    monkeypatch.setattr(logger, "level", logging.ERROR)
    logger.manager._clear_cache()  # type: ignore[attr-defined]  # typeshed leaves it out
    try:
        async with client(answering(httpx.Response(500)), batch_size=5) as dialer:
            assert (await dialer.make(records(12), on_failure="return")).unknown == 5
    finally:
        logger.manager._clear_cache()  # type: ignore[attr-defined]  # typeshed leaves it out


def test_a_program_that_sets_no_logging_up_hears_nothing() -> None:
    code = (
        "import logging, autodialer_async\n"
        "logging.getLogger('autodialer_async.webhooks').error('unheard')\n"
        "print([type(one).__name__ for one in logging.getLogger('autodialer_async').handlers])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("['NullHandler']", "")
