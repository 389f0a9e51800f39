"""How much the emulator carries: a long list through it, and what its page answers meanwhile.

`python -m benchmarks.emulator`: 100,000 records by the client in this process to `autodialer emulator` in another,
while a third one asks for the page and for records in the middle of the list. Goals: the whole list in under 25 s on
two cores, under 400 MiB in the emulator, each answer in under 200 ms. The ways to make calls are measured in turns, and
the page is loaded once before: the first load reads its templates.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import attrs

from autodialer_async import AsyncAutodialer
from benchmarks.calls import calls

__all__: list[str] = []

_MOST_SECONDS = 25.0
_MOST_MIB = 400
_MOST_MS = 200.0
_BETWEEN = 0.1
_START = "2026-11-02T09:59:00+03:00"
# How calls are made: at once, a day in a quarter of an hour, and at once with the state in a file.
_WAYS: dict[str, list[str]] = {
    "at once": [],
    "speed 100": ["--speed", "100", "--start", _START],
    "in a file": ["--state"],
}


@attrs.frozen
class Measured:
    """One upload.

    Attributes:
        seconds: How long it took.
        mib: The most that was resident in the emulator.
        answers: How long each look at it took, in milliseconds.
        calls: Calls that were over at the end of the upload.
    """

    seconds: float
    mib: float
    answers: list[float]
    calls: int


@contextmanager
def _emulator(options: list[str]) -> Iterator[tuple[dict[str, str], int]]:
    command = [sys.executable, "-m", "autodialer_async.cli", "emulator", "--port", "0", "--json", "--quiet", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process.pid
        finally:
            process.terminate()


@contextmanager
def _looking(base_url: str, records: int) -> Iterator[list[float]]:
    command = [sys.executable, "-m", "benchmarks.emulator", "--look", base_url, "--records", str(records)]
    answers: list[float] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        try:
            yield answers
        finally:
            process.stdin.close()
            answers += json.loads(process.stdout.read())


def look(base_url: str, records: int) -> None:
    """Ask in turns until standard input ends, and print how long each answer took."""
    address = urlsplit(base_url)
    ended = threading.Event()

    def watch() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    paths = ["/_emulator/", f"/_emulator/api/records?offset={records // 2}", "/_emulator/api/state"]
    paths += ["/_emulator/api/tasks", f"/_emulator/api/records?phone=8922{records // 2:07}"]
    answers: list[float] = []

    def ask() -> None:
        for path in paths:
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
            begun = time.perf_counter()
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            answers.append((time.perf_counter() - begun) * 1000)
            assert response.status == 200, path
            connection.close()

    ask()
    answers.clear()
    print("ready", flush=True)
    while not ended.wait(_BETWEEN):
        ask()
    print(json.dumps(answers), flush=True)


def _resident(pid: int) -> float:
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


async def _upload(served: dict[str, str], records: int) -> float:
    async with AsyncAutodialer(
        served["base_url"], api_key=served["api_key"], access_token=served["access_token"]
    ) as dialer:
        begun = time.perf_counter()
        result = await dialer.make(calls(records))
        assert result.accepted == records
        return time.perf_counter() - begun


def measure(way: str, records: int) -> Measured:
    """One upload to a fresh emulator."""
    with tempfile.TemporaryDirectory() as directory:
        options = [*_WAYS[way], *([f"{directory}/state"] if way == "in a file" else [])]
        with _emulator(options) as (served, pid):
            with _looking(served["base_url"], records) as answers:
                seconds = anyio.run(_upload, served, records)
            address = urlsplit(served["base_url"])
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
            connection.request("GET", "/_emulator/api/state")
            state = json.loads(connection.getresponse().read())
            connection.close()
            return Measured(seconds, _resident(pid), answers, state["calls"])


def main() -> None:
    """Measure, and print one line a way; the worst of the rounds counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="20,000 records, one round")
    parser.add_argument("--look", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.look:
        look(given.look, given.records)
        return
    records, rounds = (20_000, 1) if given.quick else (given.records, given.rounds)
    found: dict[str, list[Measured]] = {way: [] for way in _WAYS}
    for _ in range(rounds):
        for way, measured in found.items():
            measured.append(measure(way, records))
    print(
        f"{records:,} records, {rounds} rounds, the worst of them; goals: {_MOST_SECONDS:g} s, {_MOST_MIB} MiB, ",
        end="",
    )
    print(f"{_MOST_MS:g} ms")
    print(f"{'':12}{'seconds':>9}{'ratio':>7}{'MiB':>7}{'median ms':>11}{'99 % ms':>9}{'worst ms':>10}{'calls':>10}")
    first = statistics.median(one.seconds for one in found["at once"])
    for way, measured in found.items():
        answers = sorted(answer for one in measured for answer in one.answers)
        seconds = max(one.seconds for one in measured)
        ratio = statistics.median(one.seconds for one in measured) / first
        worst, calls_made = answers[-1], max(one.calls for one in measured)
        print(
            f"{way:12}{seconds:9.2f}{ratio:7.2f}{max(one.mib for one in measured):7.0f}"
            f"{statistics.median(answers):11.1f}{answers[int(len(answers) * 0.99)]:9.1f}{worst:10.1f}{calls_made:10,}"
        )


if __name__ == "__main__":
    main()
