"""What it costs that others are told: uploads with nobody listening and with each listener, in interleaved rounds.

`python -m benchmarks.tracing`: each upload in a fresh process, CPU of all threads. No socket is used: a transport in
the process answers, so that what is measured does not drown in what the kernel does. A listener costs the same for a
batch of any size: that is measured on batches of one record, and printed beside the cost of a batch of 1000. Goals, as
a share of that: opentelemetry installed and not set up at most 2 %, spans and metrics that are exported at most 15 %.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import subprocess
import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import anyio
import attrs
import httpx

from autodialer_async import AsyncAutodialer
from benchmarks.calls import calls
from benchmarks.processes import pin
from benchmarks.runner import cores
from benchmarks.statistics import summary

__all__: list[str] = []

_SMALL = 1
_WHOLE = 1000
_WARM = 200
_ROOT = Path(__file__).parents[1]
_BASE = "absent"
_LISTENERS = {
    _BASE: "opentelemetry is not installed, nobody reads the log",
    "installed": "opentelemetry is installed, and no SDK set up",
    "exported": "spans and metrics go to an exporter",
    "hooks": "both hooks, plain functions that count",
    "log": "the log is written at INFO",
}
_MOST = {"installed": 0.02, "exported": 0.15}


@attrs.frozen
class Job:
    """One upload in a process of its own.

    Attributes:
        batches: Batches in the list.
        size: Records in each.
        concurrency: Requests at once.
        core: The core to stay on, or None.
        listener: Who is told.
    """

    batches: int
    size: int
    concurrency: int
    core: int | None
    listener: str


class _InProcess(httpx.AsyncBaseTransport):
    """Takes every record that arrives."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        lines = str(sum([piece.count(b'"phone"') async for piece in request.stream]))
        report = {"lines": lines, "ok": lines, "inserted": lines, "errorcode": "0", "id": "40133707428585176"}
        return httpx.Response(200, content=json.dumps({"report": report}).encode())


class _Absent(MetaPathFinder):
    """Makes a library unknown to this process."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


class _Count:
    def __init__(self) -> None:
        self.events = 0

    def __call__(self, _: object) -> None:
        self.events += 1


def _export() -> None:
    from opentelemetry import metrics, trace  # noqa: PLC0415 - where it is absent this is not called
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: PLC0415 - as above

    tracers = TracerProvider()
    tracers.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(MeterProvider([InMemoryMetricReader()]))


async def _upload(job: Job) -> float:
    settings: dict[str, Any] = {"batch_size": job.size, "concurrency": job.concurrency}
    hooks = [_Count(), _Count()]
    if job.listener == "hooks":
        settings |= zip(("on_attempt", "on_outcome"), hooks, strict=True)
    async with AsyncAutodialer("http://service.test", api_key="key", transport=_InProcess(), **settings) as dialer:
        await dialer.make(calls(_WARM))
        records = list(calls(job.batches * job.size))
        gc.collect()
        cpu = time.process_time()
        result = await dialer.make(records)
        cpu = time.process_time() - cpu
    if result.accepted != len(records):
        raise RuntimeError(str(result))
    if job.listener == "hooks" and any(hook.events < job.batches for hook in hooks):
        raise RuntimeError(f"the hooks heard {[hook.events for hook in hooks]} events")
    return cpu / job.batches


def _work(job: Job) -> None:
    pin(job.core)
    if job.listener == _BASE:
        sys.meta_path.insert(0, _Absent())
    elif job.listener == "exported":
        _export()
    elif job.listener == "log":
        logging.basicConfig(level=logging.INFO, stream=Path(os.devnull).open("w"))  # noqa: SIM115 - to the end
    cost = anyio.run(_upload, job)
    if (job.listener == _BASE) == ("opentelemetry.trace" in sys.modules):
        raise RuntimeError("opentelemetry is not where this row says")
    print(json.dumps(cost))


def _measure(job: Job) -> float:
    command = [sys.executable, "-m", "benchmarks.tracing", "--job", json.dumps(attrs.asdict(job))]
    done = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=600)
    return float(json.loads(done.stdout))


def _tell(took: dict[str, list[float]], whole: list[float]) -> bool:
    """Print the table; whether the goals are met."""
    of_a_whole = summary(whole)
    if of_a_whole is None:
        return False
    print(f"a batch of {_WHOLE} costs {of_a_whole.median * 1e3:.2f} ms of CPU; on top of that, a batch of any size:")
    met = True
    for listener, what in _LISTENERS.items():
        cost = summary(with_it - without for with_it, without in zip(took[listener], took[_BASE], strict=True))
        if cost is None or listener == _BASE:
            continue
        share, goal = cost.median / of_a_whole.median, _MOST.get(listener)
        print(
            f"{listener:10} {cost.median * 1e6:5.0f} µs ({cost.low * 1e6:.0f} to {cost.high * 1e6:.0f}), {share:6.1%}"
            f"{'' if goal is None else f', goal at most {goal:.0%}'}: {what}"
        )
        met = met and (goal is None or share <= goal)
    return met


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where the goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracing", description=__doc__)
    parser.add_argument("--batches", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--quick", action="store_true", help="two rounds of 500 batches, without a verdict")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.job:
        _work(Job(**told.job))
        return 0
    batches, rounds = (500, 2) if told.quick else (told.batches, told.rounds)
    core, _ = cores()
    took: dict[str, list[float]] = {listener: [] for listener in _LISTENERS}
    whole: list[float] = []

    def measure(listener: str, count: int, size: int) -> float:
        return _measure(Job(count, size, told.concurrency, core, listener))

    for number in range(rounds):
        # Every other round goes backwards, so that no row is always the first.
        for listener in list(_LISTENERS)[:: -1 if number % 2 else 1]:
            took[listener].append(measure(listener, batches, _SMALL))
        whole.append(measure(_BASE, batches // 20, _WHOLE))
        print(f"round {number + 1}/{rounds}", file=sys.stderr)
    return 0 if _tell(took, whole) or told.quick else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
