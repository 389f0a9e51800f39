"""A running upload, in the caller's hands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import anyio

from autodialer_async._bulk.report import ReportTo
from autodialer_async._bulk.uploader import Uploader
from autodialer_async._delivery import GRACE
from autodialer_async.models import BatchOutcome, UploadResult

__all__ = ["Upload", "open_upload"]


class Upload:
    """A running upload: iterate it to see each batch settle, in the order in which they do.

    A slow reader stalls nothing. Without a reader the upload finishes on leaving the `async with` block; leaving the
    loop early, or an exception in the block, stops it.

    Example:
        >>> async with dialer.upload(calls) as upload:
        ...     async for outcome in upload:
        ...         print(outcome.index, outcome.state, outcome.report.inserted)
        ...         upload.stop()  # nothing more is sent
        0 accepted 3
        >>> upload.result.read
        3
    """

    def __init__(self, uploader: Uploader) -> None:
        self._uploader = uploader
        self._seen = 0
        self._read_to_the_end = False

    @property
    def result(self) -> UploadResult:
        """The exact result at this moment: running, finished, stopped or cancelled."""
        return self._uploader.result

    @property
    def left_early(self) -> bool:
        """Whether outcomes were being read, and not to the end."""
        return self._seen > 0 and not self._read_to_the_end

    def stop(self, grace: float = GRACE) -> None:
        """Read and send nothing more. Requests in flight have `grace` seconds left, then they count as unknown.

        In the loop's own thread; also as the handler of a signal: `loop.add_signal_handler(SIGTERM, upload.stop)`.
        """
        self._uploader.stop(grace)

    def __aiter__(self) -> Upload:
        return self

    async def __anext__(self) -> BatchOutcome:
        # Taken before waiting, so that two readers share the outcomes between them.
        number = self._seen
        self._seen += 1
        outcome = await self._uploader.outcome(number)
        if outcome is None:
            self._read_to_the_end = True
            raise StopAsyncIteration
        return outcome


@asynccontextmanager
async def open_upload(uploader: Uploader, report_to: ReportTo | None) -> AsyncIterator[Upload]:
    """Run an upload while the caller's block runs, and end it as the block ends.

    What the block or the source raises is raised as it is, in no group.
    """
    upload = Upload(uploader)
    reporting = anyio.CancelScope()
    failure: BaseException | None = None
    done = anyio.Event()

    async def run() -> None:
        nonlocal failure
        try:
            await uploader.run()
        except Exception as error:  # noqa: BLE001 - raised below, outside of the task group's wrapping
            failure = failure or _single(error)
        finally:
            done.set()

    with ExitStack() as books:
        # A task that is cancelled before its first step never reaches its own `finally`.
        books.callback(uploader.close_books)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            if report_to is not None:
                tasks.start_soon(report_to.run, reporting)
            try:
                try:
                    yield upload
                except anyio.get_cancelled_exc_class():
                    raise
                except BaseException as error:  # noqa: BLE001 - raised below, as above
                    failure = error
                    uploader.stop()
                if upload.left_early:
                    uploader.stop()
                await done.wait()
                # A callback that is still busy is left behind.
                reporting.deadline = anyio.current_time() + GRACE
            except anyio.get_cancelled_exc_class():
                uploader.stop()
                raise
    failure = failure or uploader.failure
    if failure is not None:
        raise failure


def _single(error: Exception) -> Exception:
    """The first of a group, which the others follow from: one full disk fails every sender that writes to it."""
    while isinstance(error, ExceptionGroup):
        others = len(error.exceptions) - 1
        error = error.exceptions[0]
        if others:
            error.add_note(f"and {others} more like it at the same time")
    return error
