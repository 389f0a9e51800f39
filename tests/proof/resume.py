"""One upload with a journal in a process of its own, which prints what it took.

`python -m tests.proof.resume URL JOURNAL RECORDS STEP`: ids 0 to RECORDS - 1, each STEP further than the last one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio

from autodialer_async import AsyncAutodialer, Call

__all__: list[str] = []


def calls(count: int, step: int) -> Iterator[Call]:
    """The list; a step that has no factor in common with its length puts it into another order."""
    for place in range(count):
        number = place * step % count
        yield Call(number, f"8922{number:07}", name="Лукия", uuid=f"crm-{number}", generation_type=1)


def peak_kib() -> int:
    """The most memory that this process has held; `ru_maxrss` would begin with that of the parent process."""
    with Path("/proc/self/status").open(encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


async def main(url: str, journal: str, count: int, step: int) -> None:
    """Send, and print a line of JSON."""
    async with AsyncAutodialer(url, api_key="key-of-a-test") as dialer:
        before = peak_kib()
        started = time.perf_counter()
        result = await dialer.make(calls(count, step), journal=journal, on_failure="return")
        seconds = time.perf_counter() - started
    told = {name: getattr(result, name) for name in ("read", "accepted", "skipped", "unknown", "complete")}
    print(json.dumps(told | {"seconds": seconds, "grown_kib": peak_kib() - before}))  # noqa: T201 - its output


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
