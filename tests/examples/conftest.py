"""The emulator, and the docs' programs as a user starts them: in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.from_thread
import pytest

from autodialer_async.emulator import Emulator

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
_PATIENCE_SECONDS = 30.0


@contextmanager
def serving(port: int = 0) -> Iterator[Emulator]:
    """A dialer that takes a while for each batch, so that there is time to interrupt."""
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve(port=port, now=lambda: NOON, latency=0.25)) as emulator,
    ):
        yield emulator


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """As `serving`."""
    with serving() as emulator:
        yield emulator


@pytest.fixture
def environment(emulator: Emulator) -> dict[str, str]:
    """What a user exports before starting a program."""
    return os.environ | {
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
    }


@contextmanager
def started(*command: str, environment: dict[str, str], **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """`python …`, begun in the folder of the examples; killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=EXAMPLES,
        env=environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **settings,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code and all that it said, once it has ended by itself."""
    out, err = process.communicate(timeout=_PATIENCE_SECONDS)
    return process.returncode, out, err


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for another process."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.01)


def list_of(path: Path, numbers: range) -> Path:
    """A call list as a file, written elsewhere and moved to its place."""
    draft = path.with_suffix(".draft")
    rows = (f"{number},8922{number:07},Петров\n" for number in numbers)
    draft.write_text("id,phone,name\n" + "".join(rows), encoding="utf-8")
    return draft.rename(path)


def taken(emulator: Emulator) -> int:
    """Records that the dialer has taken."""
    return emulator.state().counts.records


def assert_each_once(emulator: Emulator, numbers: range, *, but: int = 0) -> None:
    """Nobody twice; and all of them but so many."""
    assert emulator.dialled_more_than_once() == {}
    assert sum(emulator.accepted(number) for number in numbers) == len(numbers) - but
