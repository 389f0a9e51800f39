"""Signals and the journal: whoever leaves, leaves it true."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from autodialer_async.emulator import Emulator
from autodialer_async.journal import RecordState
from tests.proof.campaign import LONG_ENOUGH, Campaign

RECORDS = 3000
IDS = range(1, RECORDS + 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_first_signal_leaves_a_journal_that_knows_every_answer(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    async with Emulator.serve(latency=0.3) as emulator:
        campaign = Campaign(tmp_path, RECORDS, emulator)
        with campaign.start("--json", "--batch-size", 50, "--concurrency", 4) as uploader:
            await emulator.wait_until(lambda emulator: emulator.counts.requests >= 6, seconds=LONG_ENOUGH)
            uploader.send_signal(number)
            out, _ = uploader.communicate(timeout=LONG_ENOUGH)
        assert uploader.returncode == code
        told = json.loads(out)
        books = await campaign.books(IDS)
        assert told["unknown"] == 0
        assert len(books.ids(RecordState.ACCEPTED)) == told["accepted"] == emulator.counts.records
        assert set(books.states.values()) <= {RecordState.ACCEPTED, RecordState.UNSENT}
        emulator.latency = 0.0
        with campaign.start("--json") as uploader:
            out, _ = uploader.communicate(timeout=LONG_ENOUGH)
        assert (uploader.returncode, json.loads(out)["skipped"]) == (0, told["accepted"])
        assert (emulator.counts.records, emulator.accepted_more_than_once()) == (RECORDS, {})


@pytest.mark.asyncio
async def test_second_signal_leaves_at_once_with_the_journal_true(tmp_path: Path) -> None:
    # An answer takes a minute, and so would a leaving that is not at once.
    async with Emulator.serve(latency=LONG_ENOUGH) as emulator:
        campaign = Campaign(tmp_path, RECORDS, emulator)
        with campaign.start("--json", "--batch-size", 50, "--concurrency", 4) as uploader:
            await emulator.wait_until(lambda emulator: emulator.counts.records >= 200, seconds=LONG_ENOUGH)
            uploader.send_signal(signal.SIGINT)
            assert uploader.stderr is not None
            assert any("SIGINT: finishing" in line for line in uploader.stderr)
            uploader.send_signal(signal.SIGINT)
            out, err = uploader.communicate(timeout=LONG_ENOUGH)
        assert uploader.returncode == 130
        assert "Traceback" not in err
        told = json.loads(out)
        assert (told["accepted"], told["unknown"]) == (0, 200)
        # The lock went with the process, and what it left on its way is known for what it is.
        assert await campaign.journal.settle_abandoned() == 4
        books = await campaign.books(IDS)
        assert books.ids(RecordState.UNKNOWN) == {number for number, times in books.taken.items() if times}
        emulator.latency = 0.0
        with campaign.start("--json") as uploader:
            uploader.communicate(timeout=LONG_ENOUGH)
        assert uploader.returncode == 1
        assert (emulator.counts.records, emulator.accepted_more_than_once()) == (RECORDS, {})
