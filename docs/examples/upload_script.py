"""Uploads a call list from a file. Run it again after any interruption: nobody is phoned twice.

    export AUTODIALER_BASE_URL=… AUTODIALER_API_KEY=… AUTODIALER_ACCESS_TOKEN=…
    python upload_script.py debtors.csv --scenario 5

Exit code: 0 all is accepted, 1 something is not, 2 the list or the settings cannot be used, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import anyio

from autodialer_async import AsyncAutodialer, CallListError, ConfigurationError, JournalError, Progress, Upload
from autodialer_async.call_list import read_calls


def show(progress: Progress) -> None:
    """One line that is written over; called in a worker thread, so that a slow terminal stops nothing."""
    line = f"{progress.read} read, {progress.skipped} skipped, {progress.accepted} accepted, {progress.seconds:.0f} s"
    sys.stderr.write(f"\r{line} ")
    sys.stderr.flush()


async def upload(path: Path, scenario: str) -> int:
    """The exit code."""
    calls = read_calls(path)
    journal = path.with_name(path.name + ".journal")
    running: Upload | None = None
    try:
        async with (
            AsyncAutodialer() as dialer,
            dialer.upload(calls, journal=journal, generation_type=scenario, on_progress=show) as running,
        ):
            pass
    finally:
        # Also after Ctrl-C: what is on its way gets a grace period, and the result is exact.
        if running is not None:
            print(f"\n{running.result}")
    for row in calls.rejected:
        print(f"row {row.row}, column {row.column}: {row.reason}")
    if running.result.unknown:
        print(f"whether those were dialled tells: autodialer status {journal} --reconcile")
    return 0 if running.result.complete and not calls.rejected else 1


def main() -> int:
    """The exit code."""
    arguments = argparse.ArgumentParser(description="Upload a call list.")
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--scenario", required=True, help="id of the scenario prepared in the account")
    given = arguments.parse_args()
    try:
        return anyio.run(upload, given.path, given.scenario)
    except (CallListError, ConfigurationError, JournalError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
