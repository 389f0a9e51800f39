"""Webhook deliveries: which are to be made, when, and what came of them. No I/O."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

import attrs

from autodialer_async.emulator.views import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from autodialer_async.emulator.chance import Chance
    from autodialer_async.emulator.views import PlacedCall
    from autodialer_async.emulator.webhook import Webhook

__all__ = ["Deliveries", "Delivery", "DeliveryState", "DeliveryTry"]

DeliveryState = Literal["waiting", "delivered", "failed"]

_REMEMBERED: Final = 10_000
_LONGEST_PAUSE: Final = 60.0
_SUCCESS: Final = range(200, 300)


@attrs.frozen
class DeliveryTry:
    """One try.

    Attributes:
        at: When it ended, by the emulator's clock.
        status: What was answered, or None where nothing was.
        problem: Why nothing was: the name of an error; None where something was.
    """

    at: datetime
    status: int | None
    problem: str | None = None


@attrs.frozen
class Delivery:
    """The announcement of one call.

    Attributes:
        number: From 1.
        call: What is announced.
        at: When it was put into the queue, by the emulator's clock.
        state: `waiting` for a try or in the middle of one, `delivered`, or `failed` for good.
        tries: What was tried so far.
        copy: 0; further ones for duplicates and for what was sent again.
        resent: Whether it was sent again by hand.
    """

    number: int
    call: PlacedCall
    at: datetime
    state: DeliveryState = "waiting"
    tries: tuple[DeliveryTry, ...] = ()
    copy: int = 0
    resent: bool = False


class Deliveries:
    """The queue. Safe to use from any thread.

    Args:
        webhook: How calls are announced.
        chance: What duplicates and disorder are drawn from.
        tick: Seconds of a clock that only goes forward: tries and pauses are in real time.
        now: The emulator's clock.
        tell: Is told of every change, with the delivery as it is then.
    """

    def __init__(
        self,
        webhook: Webhook,
        chance: Chance,
        *,
        tick: Callable[[], float],
        now: Callable[[], datetime],
        tell: Callable[[Delivery], None],
    ) -> None:
        self._webhook = webhook
        self._chance = chance
        self._tick = tick
        self._now = now
        self._tell = tell
        self._lock = Lock()
        self._last = 0
        self._known: dict[int, Delivery] = {}
        self._over: deque[int] = deque()
        self._waiting: list[tuple[float, int]] = []
        self._by_copy: dict[tuple[int, int], int] = {}
        self._counts: dict[DeliveryState, int] = {"waiting": 0, "delivered": 0, "failed": 0}

    def add(self, call: PlacedCall) -> None:
        """Announce a call that is over, if such calls are announced."""
        webhook = self._webhook
        if not webhook.announces(call):
            return
        copies = 2 if self._chance.share("duplicate", call.number) < webhook.duplicates else 1
        for copy in range(copies):
            pause = webhook.delay + webhook.disorder * self._chance.share("disorder", call.number, copy)
            self._enter(call, copy, pause, resent=False)

    def resend(self, number: int) -> Delivery:
        """Announce the call of a delivery once more, now.

        Raises:
            KeyError: There is no such delivery, or it is forgotten.
        """
        with self._lock:
            call = self._known[number].call
            copy = 1
            while (call.number, copy) in self._by_copy:
                copy += 1
        return self._enter(call, copy, 0.0, resent=True)

    def take(self) -> Delivery | None:
        """The next delivery that is due; whoever takes it tells what came of it, or puts it back."""
        with self._lock:
            now = self._tick()
            while self._waiting and self._waiting[0][0] <= now:
                delivery = self._known.get(heappop(self._waiting)[1])
                if delivery is not None and delivery.state == "waiting":
                    return delivery
            return None

    def put_back(self, delivery: Delivery) -> None:
        """A try was broken off by us: it counts for nothing."""
        with self._lock:
            heappush(self._waiting, (self._tick(), delivery.number))

    def tried(self, number: int, status: int | None, problem: str | None = None) -> None:
        """A try is over: done after 2xx, else again after a pause that grows, until there were enough."""
        with self._lock:
            delivery = self._known[number]
            tries = (*delivery.tries, DeliveryTry(self._now(), status, problem))
            state: DeliveryState = "waiting"
            if status in _SUCCESS:
                state = "delivered"
            elif len(tries) >= self._webhook.attempts:
                state = "failed"
            else:
                pause = min(_LONGEST_PAUSE, self._webhook.backoff * 2 ** min(len(tries) - 1, 10))
                heappush(self._waiting, (self._tick() + pause, number))
            changed = self._put(attrs.evolve(delivery, state=state, tries=tries))
        self._tell(changed)

    def restore(self, call: int, copy: int, state: DeliveryState, tries: tuple[DeliveryTry, ...]) -> None:
        """A delivery of an earlier life had come to this; one whose call is not announced now is passed over."""
        if (number := self._by_copy.get((call, copy))) is None:
            if (original := self._by_copy.get((call, 0))) is None:
                return
            number = self._enter(self._known[original].call, copy, 0.0, resent=True).number
        with self._lock:
            self._put(attrs.evolve(self._known[number], state=state, tries=tries))

    def find(self, number: int) -> Delivery | None:
        """One delivery, or None."""
        with self._lock:
            return self._known.get(number)

    def forget(self) -> None:
        """Send nothing more, and tell nobody of what is still under way."""
        with self._lock:
            self._waiting.clear()
            self._tell = _tell_nobody

    @property
    def known(self) -> tuple[Delivery, ...]:
        """Those that wait and the last ten thousand that are over, by number."""
        with self._lock:
            return tuple(self._known[number] for number in sorted(self._known))

    def newest(self, offset: int, limit: int) -> Page[Delivery]:
        """A part of them, the newest first."""
        with self._lock:
            numbers = (number for number in range(self._last, 0, -1) if number in self._known)
            first = min(offset, self._last)
            part = tuple(self._known[number] for number in islice(numbers, first, first + limit))
            return Page(part, len(self._known), offset)

    @property
    def counts(self) -> Mapping[DeliveryState, int]:
        """How many there were, by state."""
        with self._lock:
            return self._counts.copy()

    def _enter(self, call: PlacedCall, copy: int, pause: float, *, resent: bool) -> Delivery:
        with self._lock:
            self._last += 1
            delivery = Delivery(self._last, call, self._now(), copy=copy, resent=resent)
            self._known[delivery.number] = delivery
            self._by_copy[call.number, copy] = delivery.number
            self._counts["waiting"] += 1
            heappush(self._waiting, (self._tick() + pause, delivery.number))
        self._tell(delivery)
        return delivery

    def _put(self, delivery: Delivery) -> Delivery:
        before = self._known[delivery.number]
        self._known[delivery.number] = delivery
        if delivery.state not in (before.state, "waiting"):
            self._counts[before.state] -= 1
            self._counts[delivery.state] += 1
            self._over.append(delivery.number)
            if len(self._over) > _REMEMBERED:
                forgotten = self._known.pop(self._over.popleft())
                self._by_copy.pop((forgotten.call.number, forgotten.copy), None)
        return delivery


def _tell_nobody(_delivery: Delivery) -> None:
    return
