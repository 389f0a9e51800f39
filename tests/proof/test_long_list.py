"""A long list in one journal: the second run finds out what to skip, quickly and in little memory.

50,000 records; with AUTODIALER_LONG=1 a million, whose time (goal: under 10 s) is printed and not asserted: it is the
machine's as much as ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.stub import StubProcess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
ROOT = Path(__file__).parents[2]
LONG = os.environ.get("AUTODIALER_LONG") == "1"
RECORDS = 1_000_000 if LONG else 50_000
FEW = 10_000
IN_ORDER, ELSEWHERE = 1, 733_331
# What two connections of SQLite may cache, and the outcomes of no batch at all.
MOST_GROWTH_KIB = 48 * 1024


def run(url: str, journal: Path, records: int, step: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.proof.resume", url, str(journal), str(records), str(step)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=900)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("step", [IN_ORDER, ELSEWHERE], ids=["same order", "other order"])
def test_resumed_list_is_skipped_and_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str], step: int) -> None:
    with StubProcess() as stub:
        journals = tmp_path / "few.db", tmp_path / "many.db"
        for journal, records in zip(journals, (FEW, RECORDS), strict=True):
            assert run(stub.base_url, journal, records, IN_ORDER)["accepted"] == records
        sent = stub.counts().records
        assert sent == FEW + RECORDS
        small, large = (run(stub.base_url, path, n, step) for path, n in zip(journals, (FEW, RECORDS), strict=True))
        assert stub.counts().records == sent
    assert (large["read"], large["skipped"], large["complete"]) == (RECORDS, RECORDS, True)
    with capsys.disabled():
        sys.stdout.write(
            f"\nresume of {RECORDS} records: {large['seconds']:.2f} s, "
            f"{large['grown_kib'] / 1024:.1f} MiB ({small['grown_kib'] / 1024:.1f} MiB for {FEW})\n"
        )
    if LONG:
        assert large["grown_kib"] - small["grown_kib"] < MOST_GROWTH_KIB
