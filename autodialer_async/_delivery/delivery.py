"""The one loop that sends a request and, where that is safe, sends it again."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import nullcontext
from typing import Generic, Protocol, TypeVar

import anyio

from autodialer_async._delivery.gate import Gate
from autodialer_async._delivery.judgement import judge
from autodialer_async._delivery.pace import Load, Pace
from autodialer_async._delivery.policy import RetryPolicy, delay_before_repeat, wait_after
from autodialer_async._observe import Watch
from autodialer_async._wire import Reading
from autodialer_async.errors import ApiError, NotSent, RateLimited, TransportError, UnreadableAnswer
from autodialer_async.models import Answer, Attempt, BatchState, Flight, Outgoing, Phase

__all__ = ["Delivery", "Exchange"]

T = TypeVar("T")
# Request Timeout and Too Early speak of one request, not of the service's load.
_THIS_REQUEST_ONLY = (408, 425)


class Exchange(Protocol):
    """One try of a request within a scope."""

    async def __call__(self, outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
        """An answer, or the reason why there is none."""
        ...


class Delivery(Generic[T]):
    """One request from its first try to its last state.

    Readable at every moment, also after `run` was cancelled: then `reading` is what is known so far.

    Attributes:
        reading: What the last try means; before the first, "not sent".
        phase: How far the last try got.
        status: HTTP status of the last answer, or None.
        tries: Requests made.
        reached: Whether the last try got through to the service.
        in_flight: Whether a try is under way.
        paused: Seconds spent waiting: before repeats, in a pause of the whole client, for the rate limit.
        waited_for_slot: Seconds spent waiting for a slot.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        read: Callable[[Answer], Reading[T]],
        *,
        exchange: Exchange,
        pace: Pace,
        policy: RetryPolicy,
        load: Load = Load(),
        gate: Gate | None = None,
        only_reads: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self._outgoing = outgoing
        self._read = read
        self._exchange = exchange
        self._pace = pace
        self._load = load
        self._policy = policy
        self._gate = gate
        self._only_reads = only_reads
        self._watch = watch
        self._started: float | None = None
        self._asked_to_wait = 0.0
        self.reading: Reading[T] = Reading(BatchState.UNSENT, error=NotSent("stopped before it was sent", tries=0))
        self.phase = Phase.NOT_SENT
        self.status: int | None = None
        self.tries = 0
        self.reached = False
        self.in_flight = False
        self.paused = 0.0
        self.waited_for_slot = 0.0

    @property
    def seconds(self) -> float:
        """Wall clock since the first try, 0 before it."""
        return 0.0 if self._started is None else anyio.current_time() - self._started

    async def run(self) -> Reading[T]:
        """Send, and repeat where the protocol allows it, until there is a last word."""
        with nullcontext() if self._watch is None else self._watch.over(self):
            return await self._send()

    async def _send(self) -> Reading[T]:
        while await self._leave():
            delay = self._delay()
            if delay is None or not self._is_open():
                break
            if delay:
                await self._wait(delay, asked=False)
        return self.reading

    async def _leave(self) -> bool:
        """Wait for a turn and a slot, and try once; False where the gate closed before that."""
        while True:
            if (left := self._pace.wait(self._load, anyio.current_time())) > 0:
                # A little apart, so that not all who waited together leave together.
                await self._wait(left * (1 + random.random() / 10), asked=True)  # noqa: S311 - jitter, not a secret
            async with self._pace.slots.one() as waited:
                self.waited_for_slot += waited
                now = anyio.current_time()
                if not self._is_open():
                    return False
                if self._pace.wait(self._load, now) <= 0:
                    self._pace.depart(self._load, now)
                    await self._try_once(now)
                    return True

    async def _wait(self, seconds: float, *, asked: bool) -> None:
        began = anyio.current_time()
        try:
            await anyio.sleep(seconds)
        finally:
            waited = anyio.current_time() - began
            self.paused += waited
            self._asked_to_wait += waited if asked else 0.0

    async def _try_once(self, now: float) -> None:
        if self._started is None:
            self._started = now
        self.tries += 1
        self.in_flight = True
        was_binding = self._pace.slots.are_all_taken
        flight = Flight()
        attempt: Attempt | None = None
        try:
            if self._gate is None:
                attempt = await self._exchange(self._outgoing, scope=anyio.CancelScope(), flight=flight)
            else:
                with self._gate.scope() as scope:
                    attempt = await self._exchange(self._outgoing, scope=scope, flight=flight)
        finally:
            # A native cancel of this very task goes through every shield, and leaves only the flight behind.
            self.in_flight = False
            self._conclude(Attempt(flight.phase, None, None, 0.0) if attempt is None else attempt)
            if self._watch is not None:
                self._watch.tried(self, anyio.current_time() - now)
        self._tell_the_pace(now, was_binding=was_binding)

    def _conclude(self, attempt: Attempt) -> None:
        self.reading = judge(attempt, self._read, only_reads=self._only_reads)
        self.phase = attempt.phase
        self.status = None if attempt.answer is None else attempt.answer.status
        self.reached = attempt.phase is not Phase.NOT_SENT
        if isinstance(self.reading.error, TransportError | ApiError | UnreadableAnswer):
            self.reading.error.seconds = self.seconds
            self.reading.error.tries = self.tries

    def _tell_the_pace(self, left_at: float, *, was_binding: bool) -> None:
        now = anyio.current_time()
        if self.status is None:
            self._pace.pushed_back(left_at=left_at, now=now, pause=0.0)
        elif self._was_pushed_back():
            pause = self._pause()
            began = self._pace.pushed_back(left_at=left_at, now=now, pause=pause)
            if began and self._watch is not None:
                self._watch.paused(self, pause)
        else:
            self._pace.answered(left_at=left_at, was_binding=was_binding)

    def _was_pushed_back(self) -> bool:
        """Whether the service asked everybody for less, and not only this request for another try."""
        reading = self.reading
        if isinstance(reading.error, RateLimited) or reading.retry_after is not None:
            return True
        return reading.repeatable and not self._only_reads and self.status not in _THIS_REQUEST_ONLY

    def _pause(self) -> float:
        return wait_after(
            self._policy,
            tries=self.tries,
            retry_after=self.reading.retry_after,
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )

    def _delay(self) -> float | None:
        """Seconds until this request may be repeated, None for never."""
        if not self.reading.repeatable:
            return None
        delay = delay_before_repeat(
            self._policy,
            tries=self.tries,
            elapsed=self.seconds - self._asked_to_wait,
            retry_after=self.reading.retry_after,
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )
        if delay is None:
            return None
        if self.status is not None and self._was_pushed_back():
            # The pace makes everybody wait, this request too.
            return 0.0
        return delay if self._pace.budget.take() else None

    def _is_open(self) -> bool:
        return self._gate is None or self._gate.is_open()
