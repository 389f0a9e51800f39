"""One upload in a process of its own, which prints what it cost: `python -m tests.memory.upload URL RECORDS BATCH`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio

from autodialer_async import AsyncAutodialer, Call


def generated(count: int) -> Iterator[Call]:
    """Records of about 220 bytes on the wire."""
    for number in range(count):
        yield Call(
            number, f"8922{number:07}", name=f"Абонент {number}", uuid=f"code-{number}", var1="data", generation_type=1
        )


def peak_kib() -> int:
    """Most memory that this process had at one moment, in KiB."""
    # Not ru_maxrss: over an exec that keeps the parent's peak, and the parent may be a large test run.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


async def main(url: str, count: int, batch: int) -> None:
    """Send, and print a line of JSON."""
    async with AsyncAutodialer(url, api_key="key-of-a-test", batch_size=batch) as dialer:
        # Everything that the first upload loads is no cost of a long list.
        await dialer.make(generated(10), on_failure="return")
        before = peak_kib()
        started = time.perf_counter()
        result = await dialer.make(generated(count), on_failure="return")
    after = peak_kib()
    told = {name: getattr(result, name) for name in ("read", "accepted", "rejected", "unsent", "unknown", "lines")}
    told |= {"batches": len(result.batches), "failures": len(result.failures), "truncated": result.failures_truncated}
    seconds = time.perf_counter() - started
    print(json.dumps(told | {"before_kib": before, "peak_kib": after, "seconds": seconds}))  # noqa: T201 - its output


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
