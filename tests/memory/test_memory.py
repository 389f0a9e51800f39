"""What a long list costs in memory: next to nothing where all is well, a bounded sum where all fails.

The list of 1,000,000 records takes about 10 s and runs with every test; `AUTODIALER_LONG=1` raises the failing batches
from 10,000 to the promised 100,000, which takes about two minutes.
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

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
ROOT = Path(__file__).parents[2]
LONG = os.environ.get("AUTODIALER_LONG") == "1"
MIB = 1024


def cost(url: str, records: int, batch: int) -> dict[str, Any]:
    """What an upload in a fresh process says of itself."""
    command = [sys.executable, "-m", "tests.memory.upload", url, str(records), str(batch)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_peak_does_not_grow_with_the_list() -> None:
    count = 1_000_000
    with StubProcess() as stub:
        small, large = cost(stub.base_url, 10_000, 1000), cost(stub.base_url, count, 1000)
        assert stub.counts().records == 10_000 + count + 20
    assert large["read"] == large["accepted"] == large["lines"] == count
    assert large["batches"] == count // 1000
    assert large["peak_kib"] - small["peak_kib"] < 60 * MIB


def test_a_list_that_fails_in_every_batch_costs_a_bounded_sum_and_is_counted_exactly() -> None:
    batches = 100_000 if LONG else 10_000
    bound = 64 * MIB if LONG else 16 * MIB
    with StubProcess(fail_status=400) as stub:
        told = cost(stub.base_url, batches, 1)
    assert told["read"] == told["rejected"] == told["failures"] == batches
    assert told["accepted"] == told["unsent"] == told["unknown"] == 0
    assert told["peak_kib"] - told["before_kib"] < bound
