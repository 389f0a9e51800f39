"""One list, sent and accounted for: what `demo` and `upload` have in common."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from signal import Signals
from typing import Any, NoReturn

import anyio
import attrs

from autodialer_async import AsyncAutodialer, Call, CallWindow, Upload, UploadResult
from autodialer_async.call_list import CallList
from autodialer_async.cli.embedded import Books, serve_emulator
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.interrupts import Interrupts, interrupted_by
from autodialer_async.cli.language import say
from autodialer_async.cli.output import Output, error_object
from autodialer_async.cli.played import Played
from autodialer_async.cli.progress_bar import ProgressBar
from autodialer_async.cli.summary import list_is_clean, print_result, rows_object
from autodialer_async.errors import AutodialerError

__all__ = ["Order", "Sending", "send"]


@attrs.frozen
class Order:
    """What to send, and where.

    Attributes:
        calls: The list.
        client: Arguments of `AsyncAutodialer`.
        emulator: Arguments of an emulator to send to instead, or None for the configured service.
        window: Hours of the records before the first that has its own, or None for the client's default.
        generation_type: Scenario of the records that name none.
        max_count: Attempts for each record that gives no number.
        deadline: Seconds of wall clock, or None.
        journal: File that keeps what became of each record over runs, or None.
        resend_unknown: Whether to send again what the journal knows as unknown.
        play: Whether the emulator makes its calls to the end and tells what they came to.
        keep: Whether the emulator goes on after that until a signal.
    """

    calls: Iterable[Call]
    client: dict[str, Any]
    emulator: dict[str, Any] | None = None
    window: CallWindow | None = None
    generation_type: str | None = None
    max_count: int | None = None
    deadline: float | None = None
    journal: Path | None = None
    resend_unknown: bool = False
    play: bool = False
    keep: bool = False


def send(output: Output, order: Callable[[], Order]) -> NoReturn:
    """Sends a list from the first line on the screen to the exit code.

    Args:
        output: Where to tell of it.
        order: Makes the order; what it raises is reported as one line.
    """

    async def work() -> int:
        return await Sending(order(), output).run()

    carry_out(output, work)


class Sending:
    """One upload from the first line on the screen to the exit code.

    Args:
        order: What to send.
        output: Where to tell of it.
    """

    def __init__(self, order: Order, output: Output) -> None:
        self._order = order
        self._output = output
        self._bar = ProgressBar(output, operator.length_hint(order.calls) or None)
        self._interrupts = Interrupts(on_stop=self._stopping, leave=self._tell)
        self._upload: Upload | None = None
        self._error: AutodialerError | None = None
        self._books: Books | None = None
        self._played: Played | None = None
        self._told = False

    async def run(self) -> int:
        """Sends the list, prints the exact result, and returns the exit code.

        Raises:
            AutodialerError: Nothing was read: an argument, the settings, the list or the journal are wrong.
        """
        return await self._interrupts.watch_over(self._send)

    async def _send(self) -> int:
        async with AsyncExitStack() as stack:
            client = dict(self._order.client)
            emulator = None
            if self._order.emulator is not None:
                emulator = await stack.enter_async_context(serve_emulator(**self._order.emulator))
                client.update(base_url=emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token)
            dialer = await stack.enter_async_context(AsyncAutodialer(**client))
            try:
                await self._upload_all(dialer)
            finally:
                self._bar.close()
            if emulator is not None:
                self._books = Books.of(emulator)
                if self._order.play:
                    self._played = await Played.of(emulator)
            self._interrupts.done = True
            if self._played is not None and self._order.keep and self._interrupts.caught is None:
                self._tell()
                self._output.remark(say("the emulator goes on, its page too; Ctrl-C ends it"))
                await self._interrupts.wait()
        self._tell()
        return self._exit_code()

    async def _upload_all(self, dialer: AsyncAutodialer) -> None:
        with self._bar:
            try:
                async with dialer.upload(
                    self._order.calls,
                    window=self._order.window,
                    generation_type=self._order.generation_type,
                    max_count=self._order.max_count,
                    deadline=self._order.deadline,
                    journal=self._order.journal,
                    resend_unknown=self._order.resend_unknown,
                    on_progress=self._bar.update,
                ) as upload:
                    self._upload = self._interrupts.running = upload
                    here = self._order.emulator is not None
                    where = say("the emulator in this process") if here else say("the service")
                    self._output.remark(say("sending to {where}; Ctrl-C stops gently", where=where))
            except anyio.get_cancelled_exc_class():
                self._tell()
                raise
            except AutodialerError as error:
                if self._upload is None or not self._upload.result.read:
                    raise
                self._error = error
            else:
                if upload.result.source_exhausted:
                    self._bar.finish(upload.result.read)

    def _stopping(self, number: Signals) -> None:
        if self._upload is None:
            self._output.warning(say("{signal}: nothing was sent", signal=number.name))
        else:
            told = say("{signal}: finishing what is in flight; once more to leave at once", signal=number.name)
            self._output.remark(told)

    def _tell(self) -> None:
        self._bar.close()
        if self._upload is None or self._told:
            return
        self._told = True
        result = self._upload.result
        calls = self._order.calls if isinstance(self._order.calls, CallList) else None
        if self._output.json:
            self._output.object(self._object(result, calls))
        else:
            print_result(self._output, result, calls, journal=self._order.journal)
            if self._books is not None and not self._output.quiet:
                self._output.line(str(self._books))
            if self._played is not None and not self._output.quiet:
                self._output.line("")
                self._output.table(self._played.fields())
                stays = "" if self._order.keep else " " + say("(with --keep it stays)")
                self._output.line(say("its page: {url}", url=self._played.page) + stays)
        if self._error is not None:
            self._output.error_line(self._error)

    def _object(self, result: UploadResult, calls: CallList | None) -> dict[str, Any]:
        whole = result.to_dict()
        if calls is not None:
            whole["rows"] = rows_object(calls.counts)
        if self._books is not None:
            whole["emulator"] = attrs.asdict(self._books)
        if self._played is not None:
            whole["emulator"] |= self._played.to_dict()
        if self._error is not None:
            whole["error"] = error_object(self._error)
        return whole

    def _exit_code(self) -> int:
        assert self._upload is not None  # noqa: S101 - told to the type checker
        if self._error is not None:
            return ExitCode.INCOMPLETE
        calls = self._order.calls
        if self._upload.result.complete:
            clean = not isinstance(calls, CallList) or list_is_clean(calls.counts)
            return ExitCode.COMPLETE if clean else ExitCode.INCOMPLETE
        caught = self._interrupts.caught
        return ExitCode.INCOMPLETE if caught is None else interrupted_by(caught)
