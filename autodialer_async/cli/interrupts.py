"""Ctrl-C and SIGTERM while a list is being sent."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Protocol

import anyio
from anyio.abc import TaskStatus

from autodialer_async.errors import AutodialerError

__all__ = ["Interrupts", "Stoppable", "interrupted_by", "signals_received"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stoppable(Protocol):
    """Something that runs until it is done or told to stop; an upload is one."""

    def stop(self) -> None:
        """Start nothing new and finish soon."""
        ...


def interrupted_by(number: signal.Signals) -> int:
    """The exit code for work that the signal ended early: 130 for SIGINT, 143 for SIGTERM."""
    return 128 + number


@contextmanager
def signals_received() -> Generator[AsyncIterator[signal.Signals]]:
    """SIGINT and SIGTERM as they come, instead of what they would do.

    On Windows none comes on asyncio, which cannot handle them there: Ctrl-C cancels the main task instead.
    """
    with ExitStack() as stack:
        signals: AsyncIterator[signal.Signals]
        try:
            signals = stack.enter_context(anyio.open_signal_receiver(*_SIGNALS))
        except NotImplementedError:
            signals = _none()
        yield signals


async def _none() -> AsyncGenerator[signal.Signals]:
    await anyio.sleep_forever()
    yield signal.SIGINT


class Interrupts:
    """The first signal stops what runs, gently; the second ends the process.

    Where nothing runs yet, the first one cancels; where all is done, it changes nothing.

    Args:
        on_stop: Called at the first signal, with its number.
        leave: Called at the second signal, right before the process ends at once.

    Attributes:
        caught: The first signal, or None.
        running: What the first signal stops.
        done: Whether all is done, so that a signal comes too late.
    """

    def __init__(self, *, on_stop: Callable[[signal.Signals], None], leave: Callable[[], None]) -> None:
        self.caught: signal.Signals | None = None
        self.running: Stoppable | None = None
        self.done = False
        self._on_stop = on_stop
        self._leave = leave
        self._came = anyio.Event()

    async def wait(self) -> None:
        """Returns as soon as a signal has come."""
        await self._came.wait()

    async def watch_over(self, work: Callable[[], Awaitable[int]]) -> int:
        """Does the work and returns its exit code, or that of the signal that came before anything ran.

        Raises:
            AutodialerError: What the work raised.
        """
        code: int | None = None
        failure: AutodialerError | None = None
        async with anyio.create_task_group() as tasks:
            await tasks.start(self._listen, tasks.cancel_scope)
            try:
                code = await work()
            except AutodialerError as error:
                # Not out of the task group: it would put the error into a group.
                failure = error
            tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure
        if code is None:
            return interrupted_by(self.caught or signal.SIGINT)
        return code

    async def _listen(self, whole: anyio.CancelScope, *, task_status: TaskStatus[None]) -> None:
        with signals_received() as signals:
            task_status.started()
            async for number in signals:
                if self.caught is not None:
                    self._leave()
                    os._exit(interrupted_by(number))
                self.caught = number
                self._came.set()
                if self.done:
                    continue
                self._on_stop(number)
                if self.running is None:
                    whole.cancel()
                else:
                    self.running.stop()
