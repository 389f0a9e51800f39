"""The one loop that sends a request and, where that is safe, sends it again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import anyio

from autodialer_async._delivery.gate import Gate
from autodialer_async._delivery.judgement import judge
from autodialer_async._delivery.policy import RetryPolicy, delay_before_repeat
from autodialer_async._delivery.slots import Slots
from autodialer_async._wire import Reading
from autodialer_async.errors import ApiError, NotSent, TransportError, UnreadableAnswer
from autodialer_async.models import Answer, Attempt, BatchState, Outgoing, Phase

__all__ = ["Delivery", "Exchange"]

T = TypeVar("T")


class Exchange(Protocol):
    """One try of a request within a scope."""

    async def __call__(self, outgoing: Outgoing, *, scope: anyio.CancelScope) -> Attempt:
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
        paused: Seconds spent waiting before repeats.
        waited_for_slot: Seconds spent waiting for a slot.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        read: Callable[[Answer], Reading[T]],
        *,
        exchange: Exchange,
        slots: Slots,
        policy: RetryPolicy,
        gate: Gate | None = None,
        only_reads: bool = False,
    ) -> None:
        self._outgoing = outgoing
        self._read = read
        self._exchange = exchange
        self._slots = slots
        self._policy = policy
        self._gate = gate
        self._only_reads = only_reads
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
        while True:
            async with self._slots.one() as waited:
                self.waited_for_slot += waited
                if self._gate is not None and not self._gate.is_open():
                    return self.reading
                await self._try_once()
            if not self.reading.repeatable:
                return self.reading
            delay = delay_before_repeat(
                self._policy,
                tries=self.tries,
                elapsed=self.seconds - self._asked_to_wait,
                retry_after=self.reading.retry_after,
                chance=random.random(),  # noqa: S311 - jitter, not a secret
            )
            if delay is None or (self._gate is not None and not self._gate.is_open()):
                return self.reading
            began = anyio.current_time()
            try:
                await anyio.sleep(delay)
            finally:
                waited = anyio.current_time() - began
                self.paused += waited
                if self.reading.retry_after is not None:
                    self._asked_to_wait += waited

    async def _try_once(self) -> None:
        if self._started is None:
            self._started = anyio.current_time()
        self.tries += 1
        self.in_flight = True
        try:
            if self._gate is None:
                attempt = await self._exchange(self._outgoing, scope=anyio.CancelScope())
            else:
                with self._gate.scope() as scope:
                    attempt = await self._exchange(self._outgoing, scope=scope)
        finally:
            self.in_flight = False
        self.reading = judge(attempt, self._read, only_reads=self._only_reads)
        self.phase = attempt.phase
        self.status = None if attempt.answer is None else attempt.answer.status
        self.reached = attempt.phase is not Phase.NOT_SENT
        if isinstance(self.reading.error, TransportError | ApiError | UnreadableAnswer):
            self.reading.error.seconds = self.seconds
            self.reading.error.tries = self.tries
