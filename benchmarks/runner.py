"""Runs cases: a fresh stub and a fresh row process for each, pinned to different cores, in interleaved rounds."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import attrs

from benchmarks.case import Case, Failure, Measurement

__all__ = ["Round", "cores", "run_case", "run_rounds"]

_ROOT = Path(__file__).parents[1]
_LONGEST_START = 30.0

Round = Mapping[Case, Measurement | Failure]


def cores() -> tuple[int | None, int | None]:
    """A core for the client and another for the stub; the same twice if there is one, None where nobody can tell."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def run_rounds(cases: Sequence[Case], rounds: int, limit: float, told: Callable[[str], None]) -> Iterator[Round]:
    """Measure every case once a round; every other round goes backwards, so that no row is always the first.

    Args:
        cases: In an order that has those to be compared side by side.
        rounds: How many.
        limit: Longest time for one case, in seconds.
        told: Gets a line about each measurement.
    """
    for number in range(rounds):
        measured: dict[Case, Measurement | Failure] = {}
        for case in cases if number % 2 == 0 else reversed(cases):
            measured[case] = outcome = run_case(case, limit)
            told(f"round {number + 1}/{rounds}: {case}: {_short(outcome)}")
        yield measured


def run_case(case: Case, limit: float) -> Measurement | Failure:
    """Measure one case in processes of its own; whatever goes wrong is a `Failure`, and leaves no process behind."""
    try:
        took, counted = _measure(case, limit)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        return Failure(str(error) or type(error).__name__)
    if counted["problems"]:
        return Failure("; ".join(counted["problems"]))
    if counted["records"] != took["sent"]:
        return Failure(f"{took['sent']} records were sent, the server counted {counted['records']}")
    return Measurement(
        records=took["records"],
        seconds=took["seconds"],
        cpu=took["cpu"],
        peak_growth=took["peak_growth"],
        stub_cpu=counted["cpu"],
        stub_records=counted["records"],
        stub_requests=counted["requests"],
        stub_in_flight=counted["in_flight"],
    )


def _measure(case: Case, limit: float) -> tuple[dict[str, Any], dict[str, Any]]:
    client_core, stub_core = cores()
    until = time.monotonic() + limit
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="autodialer-bench-"))
        settings = {"latency": case.latency, "core": stub_core, "limit": limit + _LONGEST_START}
        stub = stack.enter_context(_process("benchmarks.stub", settings))
        port = _line(stub, time.monotonic() + _LONGEST_START)["port"]
        job = attrs.asdict(case) | {"core": client_core, "port": port, "directory": directory}
        took = _line(stack.enter_context(_process("benchmarks.worker", job)), until)
        assert stub.stdin is not None
        stub.stdin.close()
        return took, _line(stub, time.monotonic() + _LONGEST_START)


@contextmanager
def _process(module: str, settings: Mapping[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process in a group of its own, gone with everything that it started when the block is left."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(settings)],
            cwd=_ROOT,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            yield process
        except EOFError as error:
            process.wait(_LONGEST_START)
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            why = lines[-1] if lines else f"exit code {process.returncode}"
            if why.startswith("ModuleNotFoundError"):
                why += " (peers come with the extra: pip install -e '.[bench]')"
            raise RuntimeError(f"{module.rpartition('.')[2]}: {why}") from error
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    # Not reaped before this, so the group's number cannot be another's.
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _line(process: subprocess.Popen[bytes], until: float) -> dict[str, Any]:
    """The next line of JSON that a process prints.

    Raises:
        EOFError: It ended without one.
        TimeoutError: It did not come in time.
    """
    assert process.stdout is not None
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        if not ready.select(max(0.0, until - time.monotonic())):
            raise TimeoutError("out of time")
    line = process.stdout.readline()
    if not line:
        raise EOFError
    answer: dict[str, Any] = json.loads(line)
    return answer


def _short(outcome: Measurement | Failure) -> str:
    if isinstance(outcome, Failure):
        return f"FAILED: {outcome.reason}"
    return (
        f"{outcome.rate:,.0f} records/s, CPU {outcome.cpu_per_million:.2f} s/million, "
        f"stub {outcome.stub_cpu:.2f} s of {outcome.seconds:.2f} s"
    )
