"""Things that send nothing: reading a CSV file, importing."""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from benchmarks.records import csv_list
from benchmarks.row import Job, Row, Send, Settled

__all__ = ["ROWS"]

_LONGEST_IMPORT = 60


@asynccontextmanager
async def _csv_reader(_job: Job) -> AsyncIterator[Send]:
    async def send(path: Path) -> int:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            next(rows)
            # Exhausted without keeping anything; the count is that of the reader itself.
            deque(rows, maxlen=0)
            return rows.line_num - 1

    yield send


def _imports(statement: str) -> Callable[[Job], AbstractAsyncContextManager[Send]]:
    program = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"

    @asynccontextmanager
    async def opened(_job: Job) -> AsyncIterator[Send]:
        async def send(times: range) -> Settled:
            took = [await asyncio.to_thread(_run, program) for _ in times]
            return Settled(len(took), sum(took))

        yield send

    return opened


def _run(program: str) -> float:
    run = [sys.executable, "-c", program]
    # As pip installs a package: compiled once, by the run that warms up.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return float(subprocess.run(run, check=True, stdout=subprocess.PIPE, timeout=_LONGEST_IMPORT, env=env).stdout)


def _times(count: int, _directory: Path) -> range:
    return range(count)


ROWS = {
    "csv-reader": Row(_csv_reader, csv_list, warm=0, networked=False),
    "import-sdk": Row(_imports("from autodialer_async import AsyncAutodialer"), _times, warm=1, networked=False),
    "import-core": Row(_imports("import httpx, attrs, cattrs, anyio"), _times, warm=1, networked=False),
}
