"""The process of one row: opens it, warms it up, and runs it by the clock."""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import socket
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import memory
from benchmarks.processes import die_with_parent, pin
from benchmarks.row import Job, Row, Settled, row_named

__all__: list[str] = []


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _mark(port: int) -> None:
    """Have the stub count from here."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /mark HTTP/1.1\r\n\r\n")
        connection.recv(1024)


async def _run(row: Row, job: Job, records: int, directory: Path) -> dict[str, Any]:
    async with row.opened(job) as send:
        warm = min(row.warm, records)
        if warm:
            await send(row.load(warm, directory))
            _mark(job.port)
        load = row.load(records, directory)
        gc.collect()
        resident, cpu, started = memory.begin(), _cpu(), time.perf_counter()
        outcome = await send(load)
        seconds, cpu, peak = time.perf_counter() - started, _cpu() - cpu, memory.peak()
    settled, cpu = (outcome.count, outcome.cpu) if isinstance(outcome, Settled) else (outcome, cpu)
    if settled != records:
        raise RuntimeError(f"the replies confirm {settled} of {records} records")
    return {
        "records": records,
        "seconds": seconds,
        "cpu": cpu,
        "peak_growth": peak - resident,
        "sent": records if row.networked else 0,
    }


def main() -> None:
    """Run the row that one JSON argument describes; print what it took as JSON."""
    settings = json.loads(sys.argv[1])
    die_with_parent()
    pin(settings["core"])
    job = Job(settings["port"], settings["concurrency"], settings["transport"])
    took = asyncio.run(_run(row_named(settings["row"]), job, settings["records"], Path(settings["directory"])))
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
