"""Uploaders that are killed at random moments, and resumed until the list is through.

Fifteen kills, and four over the fast transport; with AUTODIALER_LONG=1 two hundred and forty. Prints what it counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import attrs
import pytest

from autodialer_async import AsyncAutodialer
from autodialer_async.emulator import Emulator
from autodialer_async.journal import RecordState
from tests.proof.campaign import LONG_ENOUGH, Campaign

LONG = os.environ.get("AUTODIALER_LONG") == "1"
RECORDS = 25_000
BATCH_SIZE = 5 if LONG else 40
LATENCY = 0.08
SEED = 20_261_121
# One kill in this many comes while the process starts, looks for the journal, or has just taken its lock.
EARLY = 4
EARLY_SECONDS = 1.5
LOOK_EVERY = 0.002
# Requests that may leave between the look that found its moment and the kill: twice those in flight.
LATE = 16


@attrs.define
class Kills:
    """Starts uploaders and kills them: some as they start, the others after a random number of further requests."""

    campaign: Campaign
    emulator: Emulator
    chance: Random
    wanted: int
    kills: int = 0
    resumes: int = 0

    def kill_one(self) -> bool:
        """Start an uploader and kill it; False where it came to its end before that."""
        with self.campaign.start("--batch-size", BATCH_SIZE) as uploader:
            self.resumes += 1
            try:
                self._wait_for_its_moment(uploader)
                ended = uploader.poll() is not None
                self.kills += not ended
            finally:
                uploader.kill()
                _, complaint = uploader.communicate(timeout=LONG_ENOUGH)
        assert "Traceback" not in complaint
        return not ended

    def _wait_for_its_moment(self, uploader: subprocess.Popen[str]) -> None:
        begun = self.emulator.counts
        early = self.chance.randrange(EARLY) == 0
        # So that the last kill falls near the end of the list, and not behind it, however fast the machine is.
        to_come = self.wanted - self.kills
        left = self.campaign.records // BATCH_SIZE - begun.requests - LATE * to_come
        wanted = begun.requests + 1 + min(self.chance.randrange(max(1, 2 * left // to_come)), max(0, left))
        until = time.monotonic() + (self.chance.random() * EARLY_SECONDS if early else LONG_ENOUGH)
        while time.monotonic() < until and uploader.poll() is None and self.emulator.counts.requests < wanted:
            time.sleep(LOOK_EVERY)
        if not early:
            # Anywhere between one request and its answer.
            time.sleep(self.chance.random() * LATENCY)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("uploader", "wanted", "records"),
    [
        ("autodialer_async.cli", 200 if LONG else 15, RECORDS),
        ("tests.proof.fast_uploader", 40 if LONG else 4, RECORDS // 5),
    ],
    ids=["stock", "fast"],
)
async def test_killed_uploaders_double_nothing_and_lose_nothing(
    uploader: str, wanted: int, records: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with Emulator.serve(latency=LATENCY) as emulator:
        campaign = Campaign(tmp_path, records, emulator, uploader=uploader)
        ids = range(1, records + 1)
        kills = Kills(campaign, emulator, Random(SEED), wanted)
        left_unknown: set[str] = set()
        while kills.kills < wanted and kills.kill_one():
            if kills.kills % 3 == 0 and campaign.path.exists():
                # As `status` does; the other times the next run finds them by itself.
                await campaign.journal.settle_abandoned()
                known = {record.id async for record in campaign.journal.unknown()}
                assert left_unknown <= known
                left_unknown = known
        assert kills.kills == wanted
        with campaign.start("--batch-size", BATCH_SIZE, "--json") as last:
            kills.resumes += 1
            out, _ = last.communicate(timeout=LONG_ENOUGH)
        told = json.loads(out)
        await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)

        before = await campaign.books(ids)
        assert set(before.states.values()) <= {RecordState.ACCEPTED, RecordState.UNKNOWN}
        assert left_unknown <= {str(number) for number in before.ids(RecordState.UNKNOWN)}
        assert (told["read"], told["skipped"] + told["accepted"], told["unknown"]) == (
            records,
            len(before.ids(RecordState.ACCEPTED)),
            len(before.ids(RecordState.UNKNOWN)),
        )
        assert last.returncode == (1 if told["unknown"] else 0)

        async with AsyncAutodialer(
            emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token
        ) as dialer:
            settled = await dialer.reconcile(campaign.journal)
        books = await campaign.books(ids)
        with capsys.disabled():
            sys.stdout.write(
                f"\n{uploader}: kills {kills.kills}, resumes {kills.resumes - 1}, requests {emulator.counts.requests}, "
                f"accepted {len(books.ids(RecordState.ACCEPTED))}, unknown {len(books.ids(RecordState.UNKNOWN))} "
                f"({settled.dialled} of {settled.unknown_before} settled by the history), "
                f"doubled {len(books.doubled)}, lost {len(books.lost)}\n"
            )
        assert emulator.accepted_more_than_once() == {}
        assert emulator.dialled_more_than_once() == {}
        assert books.doubled == books.lost == set()
        assert books.dialled_yet_unknown == set()
        assert settled.unknown_before == told["unknown"]
        assert settled.unknown == len(books.ids(RecordState.UNKNOWN))
        # The kills must have hit requests on their way, or nothing was proved.
        assert settled.dialled > 0

        # What history does not show at this service was not dialled: whoever knows that may send it.
        with campaign.start("--resend-unknown") as asked_for:
            asked_for.communicate(timeout=LONG_ENOUGH)
        assert asked_for.returncode == 0
        assert (emulator.counts.records, emulator.accepted_more_than_once()) == (records, {})
