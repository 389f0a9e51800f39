"""How long a resumed list takes to be found out as sent: a journal that knows all of it, each upload in a new process.

`python -m benchmarks.resume`: a million records, in the journal's order and in another. Goal: under 10 s. `--records
50000 --rounds 1` is the quick form. Nothing is sent, and nothing listens at the address.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from time import perf_counter, process_time

import anyio
import attrs

from autodialer_async import AsyncAutodialer, BatchReport, BatchState, Call, CallWindow
from autodialer_async.journal import SqliteJournal
from benchmarks.memory import begin, peak
from benchmarks.statistics import summary

__all__: list[str] = []

_MOST_SECONDS = 10.0
_BATCH = 1000
_WINDOW = CallWindow(time(10), time(19))
# Prime, so that a list of any other length has every id once, in another order.
_STEP = 733_331
_ROOT = Path(__file__).parents[1]


@attrs.frozen
class Took:
    """One resumed upload.

    Attributes:
        seconds: Wall clock of `make`.
        cpu: CPU seconds of `make`, all threads.
        source: CPU seconds that making the records takes alone.
        begin: CPU seconds that opening the journal and leaving it takes alone.
        grown: Bytes by which memory grew.
    """

    seconds: float
    cpu: float
    source: float
    begin: float
    grown: int


def _list(records: int, *, shuffled: bool) -> Iterator[Call]:
    for place in range(records):
        number = place * (_STEP if shuffled else 1) % records
        yield Call(number, f"8922{number:07}", name="Лукия", uuid=f"crm-{number}", generation_type=1)


async def _fill(path: Path, records: int) -> None:
    """A journal in which all records are accepted, as an upload leaves it."""
    async with SqliteJournal(path).run() as run:
        for start in range(0, records, _BATCH):
            calls = [Call(number, f"8922{number:07}") for number in range(start, min(start + _BATCH, records))]
            ids = [call.id for call in calls]
            uuids = [f"crm-{call.id}" for call in calls]
            await run.sort(ids, [call.phone for call in calls], uuids, [_WINDOW] * len(calls))
            number = await run.mark_sending(ids)
            await run.settle(number, BatchState.ACCEPTED, BatchReport(len(ids), len(ids), len(ids), 2, number))


async def _resume(path: Path, records: int, *, shuffled: bool) -> Took:
    cpu = process_time()
    for _ in _list(records, shuffled=shuffled):
        pass
    source, cpu = process_time() - cpu, process_time()
    async with SqliteJournal(path).run():
        pass
    beginning = process_time() - cpu
    async with AsyncAutodialer("http://127.0.0.1:9", api_key="key") as dialer:
        before = begin()
        cpu, started = process_time(), perf_counter()
        result = await dialer.make(_list(records, shuffled=shuffled), journal=path, on_failure="return")
        seconds, cpu = perf_counter() - started, process_time() - cpu
    if result.skipped != records or not result.complete:
        raise RuntimeError(str(result))
    return Took(seconds, cpu, source, beginning, peak() - before)


def _measure(kept: Path, records: int, *, shuffled: bool) -> Took:
    with tempfile.TemporaryDirectory(prefix="autodialer-bench-") as directory:
        journal = shutil.copy(kept, directory)
        command = [sys.executable, "-m", "benchmarks.resume", "--records", str(records), "--resume", journal]
        command += ["--shuffled"] if shuffled else []
        done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
    return Took(**json.loads(done.stdout))


def _tell(took: list[Took], records: int, order: str) -> bool:
    """Print the medians and the range; whether the goal is met."""
    seconds, cpu, source, beginning = (
        summary([getattr(each, name) for each in took]) for name in ("seconds", "cpu", "source", "begin")
    )
    if seconds is None or cpu is None or source is None or beginning is None:
        return False
    finding = cpu.median - source.median - beginning.median
    print(f"{order}: {seconds.median:.2f} s ({seconds.low:.2f} to {seconds.high:.2f}), goal under {_MOST_SECONDS:g}")
    print(
        f"  CPU {cpu.median:.2f} s ({cpu.low:.2f} to {cpu.high:.2f}): making the records {source.median:.2f}, opening "
        f"the journal {beginning.median:.2f}, the rest {finding:.2f}, that is {finding / records * 1e6:.2f} µs a record"
    )
    print(f"  memory {max(each.grown for each in took) / 2**20:.1f} MiB")
    return seconds.median < _MOST_SECONDS


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where the goal is met in both orders, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resume", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--resume", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--shuffled", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.resume:
        print(json.dumps(attrs.asdict(anyio.run(lambda: _resume(told.resume, told.records, shuffled=told.shuffled)))))
        return 0
    took: dict[bool, list[Took]] = {False: [], True: []}
    with tempfile.TemporaryDirectory(prefix="autodialer-bench-") as directory:
        kept = Path(directory) / "campaign.db"
        anyio.run(_fill, kept, told.records)
        for number in range(told.rounds):
            for shuffled, measured in took.items():
                measured.append(_measure(kept, told.records, shuffled=shuffled))
                print(f"round {number + 1}/{told.rounds}: {measured[-1]}", file=sys.stderr)
    met = [
        _tell(took[shuffled], told.records, order) for shuffled, order in ((False, "same order"), (True, "other order"))
    ]
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
