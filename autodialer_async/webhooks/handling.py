"""Events taken out of the inbox and given to the user's handler."""

from __future__ import annotations

import inspect
import logging
import math
import random
import traceback
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, cast

import anyio
import anyio.to_thread
import attrs

from autodialer_async.errors import AutodialerError
from autodialer_async.webhooks.backoff import Backoff
from autodialer_async.webhooks.inbox import InboxWorker
from autodialer_async.webhooks.journal_join import JournalJoin
from autodialer_async.webhooks.lead import make_lead
from autodialer_async.webhooks.records import EventState, ReceivedEvent

__all__ = ["Dispatcher", "Handler", "Handling", "LeadRule", "kind_and_place"]

Handler = Callable[[ReceivedEvent], Awaitable[object] | object]
LeadRule = Callable[[ReceivedEvent], bool]

_log = logging.getLogger("autodialer_async.webhooks")

# How often to look for events that are due again, or that other processes left.
_POLL_SECONDS: Final = 1.0
_PAUSE_AFTER_TROUBLE: Final = 1.0


@attrs.frozen(eq=False)
class Handling:
    """How events are handled.

    Attributes:
        on_event: The user's handler.
        join: What the journal knows, where there is one.
        lead_when: Which events make a lead.
        lead_source: The leads' source.
        backoff: When what failed is tried again.
        at_once: Handlers at the same time.
        timeout: Seconds that a handler may take, or None.
        clock: The time of day, aware.
    """

    on_event: Handler
    join: JournalJoin | None
    lead_when: LeadRule
    lead_source: str
    backoff: Backoff
    at_once: int
    timeout: float | None
    clock: Callable[[], datetime]


class Dispatcher:
    """Keeps the handlers of one worker at work, from `run` until `stop`, or until it is cancelled."""

    def __init__(self, handling: Handling, worker: InboxWorker) -> None:
        self._handling = handling
        self._worker = worker
        self._running = 0
        self._stopping = False
        self._news = anyio.Event()
        # Handlers that are not async block threads of their own, not the application's.
        self._threads = anyio.CapacityLimiter(handling.at_once)

    def wake(self) -> None:
        """There is something to do."""
        self._news.set()

    def stop(self) -> None:
        """Begin no handler any more; `run` returns when the last one has."""
        self._stopping = True
        self._news.set()

    async def run(self) -> None:
        """Handle what is due, now and later."""
        async with anyio.create_task_group() as handlers:
            next_look = 0.0
            while not self._stopping:
                self._news = anyio.Event()
                try:
                    if anyio.current_time() >= next_look:
                        next_look = anyio.current_time() + _POLL_SECONDS
                        if died := await self._worker.take_over(self._handling.backoff.attempts):
                            _log.warning("%d processes died; what their handlers had in hand is handled again", died)
                    while (free := self._handling.at_once - self._running) and not self._stopping:
                        events = await self._worker.claim(free, longest=self._handling.backoff.cap)
                        for event in events:
                            self._running += 1
                            handlers.start_soon(self._handle, event)
                        if len(events) < free:
                            break
                except AutodialerError as error:
                    _log.warning("the inbox cannot be read, events wait: %s", error)
                    await anyio.sleep(_PAUSE_AFTER_TROUBLE)
                    continue
                with anyio.move_on_after(_POLL_SECONDS):
                    await self._news.wait()

    async def _handle(self, event: ReceivedEvent) -> None:
        settled = False
        try:
            problem = await self._try(event)
            state, due_at = self._what_next(event, problem)
            while not settled:
                try:
                    await self._worker.settle(event, state, problem=problem, due_at=due_at)
                    settled = True
                except AutodialerError as error:
                    # Freed now it would be handled again: better to wait until it can be written down.
                    _log.warning("event %s is handled, and that cannot be noted: %s", event.key, error)
                    await anyio.sleep(_PAUSE_AFTER_TROUBLE)
        finally:
            if not settled:
                self._worker.give_back(event)
            self._running -= 1
            self.wake()

    async def _try(self, event: ReceivedEvent) -> str | None:
        """Kind and place of what went wrong, or None. No text of an error: it may quote a number or a name."""
        handling = self._handling
        try:
            with anyio.fail_after(handling.timeout):
                if handling.join is not None:
                    event = attrs.evolve(event, records=await handling.join.records_of(event))
                if handling.lead_when(event):
                    event = attrs.evolve(event, lead=make_lead(event, source=handling.lead_source))
                await self._call(event)
        except BaseException as error:
            # Whatever a handler raises, the others go on: also `SystemExit`, and the cancellation of a task of its own.
            # Not ours: this task's cancellation, its end, and Ctrl-C.
            ours = isinstance(error, KeyboardInterrupt | GeneratorExit)
            if ours or (not isinstance(error, Exception) and anyio.current_effective_deadline() == -math.inf):
                raise
            return kind_and_place(error)
        return None

    async def _call(self, event: ReceivedEvent) -> None:
        on_event = self._handling.on_event
        called = getattr(on_event, "__call__", None)  # noqa: B004 - an object whose method is async
        if inspect.iscoroutinefunction(on_event) or inspect.iscoroutinefunction(called):
            await cast("Awaitable[object]", on_event(event))
            return
        # In a list: trio takes a coroutine that a thread returns for a mistake.
        [result] = await anyio.to_thread.run_sync(lambda: [on_event(event)], limiter=self._threads)
        if inspect.isawaitable(result):
            await result

    def _what_next(self, event: ReceivedEvent, problem: str | None) -> tuple[EventState, datetime | None]:
        if problem is None:
            return EventState.HANDLED, None
        wait = self._handling.backoff.delay(event.tries, random.random())  # noqa: S311 - spreads tries, guards nothing
        if wait is None:
            _log.error("event %s: the handler failed for the last time (%s): a dead letter", event.key, problem)
            return EventState.DEAD, None
        _log.warning(
            "event %s: the handler failed (%s, try %d), again in %.1f s", event.key, problem, event.tries, wait
        )
        return EventState.WAITING, self._handling.clock() + timedelta(seconds=wait)


def kind_and_place(error: BaseException) -> str:
    """What an error is and where it was raised, without its text, which may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
