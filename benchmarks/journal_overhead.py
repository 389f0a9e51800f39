"""What a journal costs: the same upload with and without one, in fresh processes, in interleaved rounds.

`python -m benchmarks.journal_overhead`: 200 ms, 8 at once. Goals: at most 15 % less throughput, at most 6 µs of CPU a
record. The journal lies in the temporary directory (TMPDIR): the syncs of that disk are a part of what is measured.
"""

from __future__ import annotations

import argparse
import gc
import json
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
# Prime, so that a list of any other length has every id once, in another order.
_STEP = 733_331
_ROOT = Path(__file__).parents[1]


@attrs.frozen
class Job:
    """One upload in a process of its own.

    Attributes:
        url: Of the stub.
        records: Length of the list.
        concurrency: Requests at once.
        shuffled: Whether the ids come in another order than the one in which the journal keeps them.
        core: The core to stay on, or None.
        journal: Whether there is one.
    """

    url: str
    records: int
    concurrency: int
    shuffled: bool
    core: int | None
    journal: bool


@attrs.frozen
class Took:
    """What it took: seconds of wall clock, and of CPU in all threads with the system's part."""

    seconds: float
    cpu: float


def _list(job: Job) -> Iterator[Call]:
    if not job.shuffled:
        return calls(job.records)
    ordered = list(calls(job.records))
    return (ordered[place * _STEP % job.records] for place in range(job.records))


async def _upload(job: Job, directory: Path) -> Took:
    warm, journal = (directory / "warm.db", directory / "campaign.db") if job.journal else (None, None)
    async with AsyncAutodialer(job.url, api_key="key", concurrency=job.concurrency) as dialer:
        await dialer.make(calls(_WARM), journal=warm)
        records = _list(job)
        gc.collect()
        cpu, started = time.process_time(), time.perf_counter()
        result = await dialer.make(records, journal=journal)
        took = Took(time.perf_counter() - started, time.process_time() - cpu)
    if result.accepted != job.records:
        raise RuntimeError(str(result))
    return took


def _work(job: Job) -> None:
    pin(job.core)
    with tempfile.TemporaryDirectory(prefix="autodialer-bench-") as directory:
        print(json.dumps(attrs.asdict(anyio.run(_upload, job, Path(directory)))))


def _measure(job: Job) -> Took:
    command = [sys.executable, "-m", "benchmarks.journal_overhead", "--job", json.dumps(attrs.asdict(job))]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
    return Took(**json.loads(done.stdout))


def _shown(measured: Summary | None, digits: int) -> str:
    if measured is None:
        return "nothing"
    return f"{measured.median:,.{digits}f} ({measured.low:,.{digits}f} to {measured.high:,.{digits}f})"


def _tell(without: list[Took], with_one: list[Took], records: int) -> bool:
    """Print medians and ranges; whether both goals are met."""
    plain, kept = ([records / took.seconds for took in some] for some in (without, with_one))
    ratio = summary(paired_ratios(kept, plain))
    cost = summary((b.cpu - a.cpu) / records * 1e6 for a, b in zip(without, with_one, strict=True))
    print(f"records/s: {_shown(summary(plain), 0)} without a journal, {_shown(summary(kept), 0)} with one")
    print(f"throughput with / without: {_shown(ratio, 3)}, goal at least {_LEAST_RATIO}")
    print(f"CPU of the journal: {_shown(cost, 2)} µs a record, goal at most {_MOST_MICROSECONDS:g}")
    return bool(ratio and cost and ratio.median >= _LEAST_RATIO and cost.median <= _MOST_MICROSECONDS)


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where both goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journal_overhead", description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds an answer takes")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--shuffled", action="store_true", help="ids in another order than the journal's")
    parser.add_argument("--any-core", action="store_true", help="do not hold the client on one core")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.job:
        _work(Job(**told.job))
        return 0
    client, server = cores()
    took: dict[bool, list[Took]] = {False: [], True: []}
    # A process begins on its parent's cores.
    pin(None if told.any_core else server)
    with StubProcess(latency=told.latency) as stub:
        for number in range(told.rounds):
            # Every other round begins with the other side.
            for journal in (number % 2 == 1, number % 2 == 0):
                core = None if told.any_core else client
                job = Job(stub.base_url, told.records, told.concurrency, told.shuffled, core, journal)
                took[journal].append(_measure(job))
            print(
                f"round {number + 1}/{told.rounds}: {took[False][-1]} without, {took[True][-1]} with", file=sys.stderr
            )
    return int(not _tell(took[False], took[True], told.records))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
