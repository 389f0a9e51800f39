"""A service that uploads the call lists that it finds in a folder, several at once, through one client.

    export AUTODIALER_BASE_URL=… AUTODIALER_API_KEY=… AUTODIALER_ACCESS_TOKEN=…
    python asyncio_service.py jobs --scenario 5

Move a list into the folder (`mv`, so that it is whole when it appears) and it is sent, with a journal beside it. A list
that was sent goes to `jobs/done`, one that a person must look at to `jobs/look`, each with its journal and result.
SIGTERM stops the service at once: what is on its way gets a grace period, and the next start goes on where this one
ended.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import signal
from pathlib import Path

from autodialer_async import AsyncAutodialer, AutodialerError, ConfigurationError, Upload, UploadResult
from autodialer_async.call_list import read_calls

log = logging.getLogger("service")
UPLOADS_AT_ONCE = 3
LOOK_EVERY_SECONDS = 0.5
AGAIN_AFTER_SECONDS = 30.0


class Service:
    """Jobs come from a folder and wait in a queue; a few workers upload them through one client."""

    def __init__(self, dialer: AsyncAutodialer, folder: Path, scenario: str) -> None:
        self._dialer = dialer
        self._folder = folder
        self._scenario = scenario
        self._queue: asyncio.Queue[Path | None] = asyncio.Queue()
        self._taken: set[Path] = set()
        self._uploads: set[Upload] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`."""
        for name in ("done", "look"):
            (self._folder / name).mkdir(exist_ok=True)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(UPLOADS_AT_ONCE):
                tasks.create_task(self._work())
            tasks.create_task(self._look_for_jobs())

    def stop(self) -> None:
        """Begin nothing, and end what runs: requests in flight are waited for, a few seconds at most."""
        self._stopping.set()
        for upload in self._uploads:
            upload.stop()

    async def _look_for_jobs(self) -> None:
        while not self._stopping.is_set():
            for job in sorted(self._folder.glob("*.csv")):
                if job not in self._taken:
                    self._taken.add(job)
                    self._queue.put_nowait(job)
            try:
                await asyncio.wait_for(self._stopping.wait(), LOOK_EVERY_SECONDS)
            except TimeoutError:
                continue
        for _ in range(UPLOADS_AT_ONCE):
            self._queue.put_nowait(None)

    async def _work(self) -> None:
        while job := await self._queue.get():
            if self._stopping.is_set():
                continue
            try:
                result, left_out = await self._upload(job)
            except (AutodialerError, OSError) as error:
                log.error("%s cannot be uploaded: %s", job.name, error)  # noqa: TRY400 - the error says all
                self._put_away(job, "look", {"error": str(error)})
            else:
                self._settle(job, result, left_out)

    async def _upload(self, job: Path) -> tuple[UploadResult, list[str]]:
        # Reading finds out encoding, header and columns first: not on the loop.
        calls = await asyncio.to_thread(read_calls, job)
        run = self._dialer.upload(calls, journal=_journal(job), generation_type=self._scenario)
        async with run as upload:
            self._uploads.add(upload)
            if self._stopping.is_set():
                upload.stop()
        self._uploads.discard(upload)
        return upload.result, [f"row {row.row}, column {row.column}: {row.reason}" for row in calls.rejected]

    def _settle(self, job: Path, result: UploadResult, left_out: list[str]) -> None:
        log.info(
            "%s: %d accepted, %d skipped, %d unsent, %d unknown; %d rows are no calls",
            job.name, result.accepted, result.skipped, result.unsent, result.unknown, len(left_out),
        )  # fmt: skip
        told = {**result.to_dict(), "left_out": left_out}
        if result.complete and not left_out:
            self._put_away(job, "done", told)
        elif result.source_exhausted and not result.unsent:
            # Rejected, invalid or unknown: trying again would change nothing.
            self._put_away(job, "look", told)
        elif not self._stopping.is_set():
            # The service was not there. The journal knows who is left.
            asyncio.get_running_loop().call_later(AGAIN_AFTER_SECONDS, self._taken.discard, job)

    def _put_away(self, job: Path, place: str, result: dict[str, object]) -> None:
        kept = _free(self._folder / place, job.name)
        Path(f"{kept}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
        # With its journal, and the journal's lock: another list of this name is another campaign.
        for ending in (".journal", ".journal-lock", ""):
            if (part := Path(f"{job}{ending}")).exists():
                part.rename(f"{kept}{ending}")
        self._taken.discard(job)


def _free(folder: Path, name: str) -> Path:
    """Where a list is kept; beside the earlier ones of its name, whose journals say who was called."""
    numbered = (folder / (f"{number}-{name}" if number > 1 else name) for number in itertools.count(1))
    return next(path for path in numbered if not Path(f"{path}.json").exists())


def _journal(job: Path) -> Path:
    return job.with_name(job.name + ".journal")


async def main(folder: Path, scenario: str) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    async with AsyncAutodialer() as dialer:
        service = Service(dialer, folder, scenario)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, service.stop)
        log.info("waiting for lists in %s", folder)
        await service.run()
    log.info("stopped")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = argparse.ArgumentParser(description="Upload the call lists of a folder.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--scenario", required=True, help="id of the scenario prepared in the account")
    given = arguments.parse_args()
    try:
        asyncio.run(main(given.folder, given.scenario))
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None
