"""What a journal costs: the same upload with and without one, in fresh processes, in interleaved rounds.

`python -m benchmarks.journal_overhead`: 200 ms, 8 at once. Goals: at most 15 % less throughput, at most 6 µs of CPU a
record. The journal is on the disk of the temporary directory (TMPDIR): its syncs are part of what is measured.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import attrs

from autodialer_async import AsyncAutodialer, Call
from benchmarks.calls import calls
from benchmarks.processes import pin
from benchmarks.runner import cores
from benchmarks.statistics import Summary, paired_ratios, summary
from tests.servers.stub import StubProcess

__all__: list[str] = []

_LEAST_RATIO = 0.85
_MOST_MICROSECONDS = 6.0
_WARM = 2000
_STEP = 733_331  # prime: the list in another order, with every id once
_ROOT = Path(__file__).parents[1]


@attrs.frozen
class Took:
    """One upload in a process of its own: seconds of wall clock and of CPU, all threads and the system's part."""

    seconds: float
    cpu: float


def _list(records: int, *, in_order: bool) -> Iterator[Call]:
    if in_order:
        return calls(records)
    return (Call(n := place * _STEP % records, f"89{n:09}", name="Лукия", generation_type=1) for place in range(records))


async def _upload(url: str, records: int, journal: Path | None, *, concurrency: int, in_order: bool) -> Took:
    async with AsyncAutodialer(url, api_key="key", concurrency=concurrency) as dialer:
        await dialer.make(calls(_WARM), journal=None if journal is None else journal.with_name("warm.db"))
        gc.collect()
        cpu, started = time.process_time(), time.perf_counter()
        result = await dialer.make(_list(records, in_order=in_order), journal=journal)
        took = Took(time.perf_counter() - started, time.process_time() - cpu)
    if result.accepted != records:
        raise RuntimeError(str(result))
    return took


def _measure(url: str, options: argparse.Namespace, *, with_journal: bool) -> Took:
    settings = vars(options) | {"url": url, "with_journal": with_journal}
    command = [sys.executable, "-m", "benchmarks.journal_overhead", "--worker", json.dumps(settings)]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return Took(**json.loads(done.stdout))


def _work(settings: dict[str, object]) -> None:
    pin(cores()[0] if settings["pinned"] else None)
    with tempfile.TemporaryDirectory(prefix="autodialer-bench-") as directory:
        journal = Path(directory) / "campaign.db" if settings["with_journal"] else None
        took = anyio.run(_once, settings, journal)
    print(json.dumps(attrs.asdict(took)), flush=True)


def _shown(measured: Summary | None, digits: int) -> str:
    if measured is None:
        return "nothing"
    return f"{measured.median:.{digits}f} ({measured.low:.{digits}f} to {measured.high:.{digits}f})"


def _tell(without: list[Took], with_journal: list[Took], records: int) -> bool:
    rates = [[records / took.seconds for took in some] for some in (without, with_journal)]
    ratio = summary(paired_ratios(rates[1], rates[0]))
    cost = summary((b.cpu - a.cpu) / records * 1e6 for a, b in zip(without, with_journal, strict=True))
    assert ratio is not None
    assert cost is not None
    print(f"records/s without {_shown(summary(rates[0]), 0)}, with {_shown(summary(rates[1]), 0)}")
    print(f"throughput with / without: {_shown(ratio, 3)}; goal at least {_LEAST_RATIO}")
    print(f"CPU of the journal, µs a record: {_shown(cost, 2)}; goal at most {_MOST_MICROSECONDS}")
    return ratio.median >= _LEAST_RATIO and cost.median <= _MOST_MICROSECONDS
