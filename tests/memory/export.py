"""One export in a process of its own, which prints what it cost: `python -m tests.memory.export URL DAYS FILE`."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import anyio

from autodialer_async import AsyncAutodialer
from tests.memory.upload import peak_kib
from tests.servers.history_stub import FIRST_DAY


async def main(url: str, days: int, file: Path) -> None:
    """Export, and print a line of JSON."""
    async with AsyncAutodialer(url, api_key="key-of-a-test") as dialer:
        # Everything that the first export loads is no cost of a long range.
        await dialer.export_history(file, FIRST_DAY)
        before = peak_kib()
        started = time.perf_counter()
        done = await dialer.export_history(file, FIRST_DAY, FIRST_DAY + timedelta(days=days - 1))
    told = {"rows": done.rows, "superseded": done.superseded, "unknown": dict(done.unknown_codes)}
    seconds = time.perf_counter() - started
    print(json.dumps(told | {"before_kib": before, "peak_kib": peak_kib(), "seconds": seconds}))  # noqa: T201 - its output


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
