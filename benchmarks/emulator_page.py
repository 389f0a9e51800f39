"""A long list through the emulator while somebody looks at its page: `python -m benchmarks.emulator_page`.

The emulator, the client and who looks each have a process of their own; a page that is open hears the stream meanwhile.
Prints Markdown: how long the upload took, the most memory of the emulator, how long each answer of the page took.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import anyio.to_thread
import httpx

from autodialer_async import AsyncAutodialer
from autodialer_async.cli.sample_list import SampleList
from autodialer_async.emulator import Emulator
from benchmarks.memory import peak

__all__: list[str] = []

_ANSWERS = {
    "the whole page": "",
    "records, the first": "regions/records",
    "records, far behind": "regions/records?records=4000",
    "records by phone": "regions/records?q=89220000042",
    "tasks": "regions/tasks",
    "feed": "regions/feed",
    "numbers": "regions/summary",
}
_MILLION = 1_000_000


def main(arguments: list[str]) -> None:
    """Run as told, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, metavar="N", help="Length of the list.")
    parser.add_argument(
        "--speed", type=float, default=math.inf, help="Of the emulator's clock; inf: all calls at once."
    )
    parser.add_argument("--part", choices=["emulator", "client"], help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.part == "emulator":
        anyio.run(_serve, told.speed)
    elif told.part == "client":
        anyio.run(_upload, told.address, told.records)
    else:
        _measure(told.records, told.speed)


async def _serve(speed: float) -> None:
    async with Emulator.serve(speed=speed) as emulator:
        print(emulator.base_url, emulator.page_url, flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)
        print(json.dumps({"peak": peak(), "records": emulator.counts.records}), flush=True)


async def _upload(address: str, records: int) -> None:
    async with AsyncAutodialer(address, api_key="emulator-key", access_token="emulator-token") as dialer:
        begun = time.perf_counter()
        result = await dialer.make(SampleList(records, 0))
        print(json.dumps({"seconds": time.perf_counter() - begun, "inserted": result.inserted}))


def _measure(records: int, speed: float) -> None:
    took: dict[str, list[float]] = {name: [] for name in _ANSWERS}
    with _part("emulator", f"--speed={speed}") as emulator:
        assert emulator.stdout is not None
        address, page = emulator.stdout.readline().split()
        with httpx.Client(base_url=page, timeout=60) as visitor, _looking_on(page):
            # Templates are read with the first look.
            visitor.get("")
            with _part("client", f"--address={address}", f"--records={records}") as client:
                while client.poll() is None:
                    for name, path in _ANSWERS.items():
                        begun = time.perf_counter()
                        visitor.get(path).raise_for_status()
                        took[name].append(time.perf_counter() - begun)
                sent = json.loads(client.communicate()[0])
        known = json.loads(emulator.communicate()[0])
    print(f"{sent['inserted']:,} of {records:,} records in {sent['seconds']:.1f} s, the emulator's clock at {speed:g}")
    print(f"most memory of the emulator: {known['peak'] / _MILLION:.0f} MB\n")
    print("| answer meanwhile | times | median, ms | 95 %, ms | longest, ms |\n|---|--:|--:|--:|--:|")
    for name, seconds in took.items():
        seconds.sort()
        figures = (statistics.median(seconds), seconds[int(len(seconds) * 0.95)], seconds[-1])
        print(f"| {name} | {len(seconds)} | " + " | ".join(f"{1000 * figure:.1f}" for figure in figures) + " |")


@contextmanager
def _part(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "benchmarks.emulator_page", f"--part={name}", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.communicate()


@contextmanager
def _looking_on(page: str) -> Iterator[None]:
    code = "import httpx, sys\nwith httpx.stream('GET', sys.argv[1], timeout=None) as told:\n    [*told.iter_raw()]"
    with subprocess.Popen([sys.executable, "-c", code, f"{page}stream"], stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


if __name__ == "__main__":
    main(sys.argv[1:])
