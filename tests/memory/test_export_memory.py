"""What a long history costs in memory when it is exported: no more than a short one with days of the same size.

The short form has 20,000 and 80,000 rows; `AUTODIALER_LONG=1` has 100,000 and the promised 1,000,000 over 90 days.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.history_stub import HistoryStubProcess, last_states

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
ROOT = Path(__file__).parents[2]
LONG = os.environ.get("AUTODIALER_LONG") == "1"
ROWS_A_DAY, FEW_DAYS, MANY_DAYS = (11_223, 9, 90) if LONG else (1_000, 20, 80)
MIB = 1024


def cost(url: str, days: int, file: Path) -> dict[str, Any]:
    """What an export in a fresh process says of itself."""
    command = [sys.executable, "-m", "tests.memory.export", url, str(days), str(file)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_peak_of_an_export_does_not_grow_with_the_range(tmp_path: Path, suffix: str) -> None:
    with HistoryStubProcess(rows_a_day=ROWS_A_DAY) as stub:
        few = cost(stub.base_url, FEW_DAYS, tmp_path / f"few{suffix}")
        many = cost(stub.base_url, MANY_DAYS, tmp_path / f"many{suffix}")
    for told, days in ((few, FEW_DAYS), (many, MANY_DAYS)):
        assert told["rows"] == last_states(days, ROWS_A_DAY)
        assert told["rows"] + told["superseded"] == days * ROWS_A_DAY
    grown = many["peak_kib"] - few["peak_kib"]
    print(f"{suffix}: {few['rows']:,} to {many['rows']:,} rows, the peak grew by {grown / MIB:.1f} MiB")  # noqa: T201 - told
    # A row takes about a KiB in memory: kept, the rows more would be many times as much.
    assert grown < 25 * MIB
