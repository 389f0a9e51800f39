"""History: what reading it costs, and what a long range costs in memory.

`python -m benchmarks.history`. Two goals:

- Parsing a day's answer into `CallDetail`s takes at most 3 times what `orjson.loads` of the same bytes and a list of
  tuples of its fields take. Interleaved rounds in one process, CPU time of the thread.
- Exporting 1,000,000 rows of 90 days from a stub takes no more memory than exporting 100,000 rows of 9 such days.
  Each export in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from autodialer_async import Dialect
from autodialer_async._wire.cdr import read_cdr_answer
from autodialer_async.models import Answer
from benchmarks.statistics import summary
from tests.servers.history_stub import FIRST_DAY, HistoryStubProcess, history_rows, last_states

__all__: list[str] = []

_MOST_TIMES = 3.0
_ROWS_OF_A_DAY = 11_112
_WARMING = 10
_MOST_GROWTH = 40 * 2**20
_ROOT = Path(__file__).parents[1]


def _tuples(body: bytes) -> list[tuple[Any, ...]]:
    return [(row["QUERY_ID"], row["DST"], row["TIME"], row["CODE"], row["SEC"]) for row in orjson.loads(body)]


def _details(body: bytes) -> list[Any]:
    answer = Answer(200, {}, body, truncated=False)
    now = datetime.now(UTC)
    reading = read_cdr_answer(answer, dialect=Dialect(), server_tz=None, excerpt=lambda _: "", now=now)
    if reading.value is None:
        raise RuntimeError(str(reading.error))
    return reading.value


def _bodies(rows: int) -> dict[str, bytes]:
    written = history_rows(FIRST_DAY + timedelta(days=1), rows)
    numbers = [{**row, "QUERY_ID": int(row["QUERY_ID"]), "SEC": int(row["SEC"])} for row in written]
    return {
        "ids and seconds as text": json.dumps(written).encode(),
        "ids and seconds as numbers": json.dumps(numbers).encode(),
        "times with Z": json.dumps(written).replace(" +0300", " Z").encode(),
        "times without a zone": json.dumps(written).replace(" +0300", "").encode(),
    }


def _seconds(work: Callable[[bytes], list[Any]], body: bytes) -> float:
    started = time.thread_time()
    made = work(body)
    took = time.thread_time() - started
    del made
    return took


def _parsing(rows: int, rounds: int) -> bool:
    met = True
    for name, body in _bodies(rows).items():
        plain: list[float] = []
        ours: list[float] = []
        for number in range(rounds + _WARMING):
            # Every other round begins with the other side.
            for work, times in ((_tuples, plain), (_details, ours))[:: 1 if number % 2 else -1]:
                times.append(_seconds(work, body))
        # The first rounds find caches and the allocator cold.
        plain, ours = plain[_WARMING:], ours[_WARMING:]
        ratio = summary(mine / bare for mine, bare in zip(ours, plain, strict=True))
        cost = summary(mine / rows * 1e6 for mine in ours)
        assert ratio is not None
        assert cost is not None
        print(
            f"parsing, {name}: {ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f}) times orjson and tuples, "
            f"{cost.median:.2f} µs a row; goal at most {_MOST_TIMES:g}"
        )
        met = met and ratio.median <= _MOST_TIMES
    return met


def _export(url: str, days: int, file: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.memory.export", url, str(days), str(file)]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=1800)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _exporting(rows: int, formats: list[str]) -> bool:
    days = 90
    rows_a_day = -(-rows // days)
    met = True
    with HistoryStubProcess(rows_a_day=rows_a_day) as stub, tempfile.TemporaryDirectory(prefix="autodialer-") as place:
        for suffix in formats:
            few, many = (
                _export(stub.base_url, count, Path(place, f"{count}.{suffix}")) for count in (days // 10, days)
            )
            if many["rows"] != last_states(days, rows_a_day):
                raise RuntimeError(f"{many['rows']} rows")
            grown = 1024 * (many["peak_kib"] - few["peak_kib"])
            print(
                f"export, {suffix}: {many['rows']:,} of {days * rows_a_day:,} rows in {many['seconds']:.1f} s; peak "
                f"{many['peak_kib'] / 1024:.0f} MiB, {grown / 2**20:.1f} MiB more than for a tenth of the days; "
                f"goal at most {_MOST_GROWTH / 2**20:g}"
            )
            met = met and grown <= _MOST_GROWTH
    return met


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where all goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of 90 days")
    parser.add_argument("--rounds", type=int, default=41, help="of parsing")
    parser.add_argument("--formats", nargs="*", default=["parquet", "csv"])
    parser.add_argument("--quick", action="store_true", help="only that it runs")
    told = parser.parse_args(arguments)
    rows, rounds = (9_000, 15) if told.quick else (told.rows, told.rounds)
    parsed = _parsing(_ROWS_OF_A_DAY, rounds)
    exported = _exporting(rows, told.formats)
    return int(not (told.quick or (parsed and exported)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
