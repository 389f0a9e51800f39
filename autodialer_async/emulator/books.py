"""All that can be asked of an emulator from Python; its page and its HTTP interface go through here."""

from __future__ import annotations

import time
from math import isinf
from threading import Lock
from typing import TYPE_CHECKING, Final

from autodialer_async.emulator.agreement import agreed
from autodialer_async.emulator.chance import Chance
from autodialer_async.emulator.clock import Clock
from autodialer_async.emulator.deliveries import Deliveries
from autodialer_async.emulator.dialer import Dialer
from autodialer_async.emulator.feed import Feed
from autodialer_async.emulator.keeper import Keeper, shown_call
from autodialer_async.emulator.notebook import Notebook
from autodialer_async.emulator.phone import read_number
from autodialer_async.emulator.recording import recording
from autodialer_async.emulator.rules import RuleBook
from autodialer_async.emulator.traffic import Traffic
from autodialer_async.emulator.views import Page, State

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from autodialer_async.emulator.deliveries import Delivery
    from autodialer_async.emulator.dialer import Task
    from autodialer_async.emulator.faults import Fault
    from autodialer_async.emulator.feed import Events
    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.rules import Rule
    from autodialer_async.emulator.scenario import Simulation
    from autodialer_async.emulator.traffic import Counts, SeenRequest
    from autodialer_async.emulator.views import PlacedCall, RecordState, Repeat, TaskState
    from autodialer_async.emulator.webhook import Payload, Webhook

__all__ = ["Books"]

# Steps between which others get their turn; each takes some microseconds.
_LARGE_SLICE: Final = 1000


class Books:
    """What an emulator knows. Every method may be called from any thread while it serves.

    Attributes:
        base_url: Where it is served, or an address that only `httpx.ASGITransport` can use.
    """

    def __init__(
        self,
        *,
        seed: int | None,
        faults: Iterable[Fault | Rule],
        now: Callable[[], datetime],
        start: datetime | None,
        speed: float,
        simulation: Simulation | None,
        webhook: Webhook | None,
        state: str | os.PathLike[str] | None,
        base_url: str,
    ) -> None:
        self.base_url = base_url
        self._webhook = webhook
        self._clock = Clock(now, start=start, speed=speed)
        self._feed = Feed()
        self._ticking = False
        self._closed = False
        self._working = Lock()
        self._notebook = None if state is None else Notebook(state)
        try:
            seed, self._simulation = agreed(self._notebook, seed, simulation)
            self._keeper = Keeper(self._feed, self._notebook)
            self._dialer = Dialer(
                seed=seed,
                now=self._clock.now,
                simulation=self._simulation,
                at_once=lambda: isinf(self._clock.speed),
                witness=self._keeper,
            )
            self._keeper.placed = self._dialer.placed
            self._rules = RuleBook(faults, seed=seed)
            self._traffic = Traffic(self._clock.now, self._feed)
            self._new_queue()
            self._keeper.read_back(self._dialer, self._clock)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file of the state, where there is one. `serve` does it by itself.

        What was known then can still be asked; no further call is made.
        """
        self._closed = True
        if self._notebook is not None:
            self._notebook.close()

    def state(self) -> State:
        """Everything in numbers."""
        self._catch_up()
        (queued, dialling, waiting, done), calls, outcomes = self._dialer.progress
        deliveries = self._keeper.deliveries
        return State(
            now=self._clock.now(),
            speed=self._clock.speed,
            seed=self._dialer.seed,
            counts=self.counts,
            queued=queued,
            dialling=dialling,
            waiting=waiting,
            done=done,
            calls=calls,
            outcomes=outcomes,
            repeats=self._dialer.repeats,
            deliveries={"waiting": 0, "delivered": 0, "failed": 0} if deliveries is None else deliveries.counts,
            last_event=self._feed.last,
        )

    def accepted(self, id: str | int) -> int:
        """How often a record with this id was accepted. Every `newcall` has the id "0"."""
        return self._dialer.accepted(str(id))

    def dialled(self, phone: str | int) -> int:
        """How often this number, in any spelling, was accepted to be dialled.

        The attempts of one record, by its `maxcount`, are one: `calls_of` counts them apart.

        Raises:
            ValueError: It is not a number that could be dialled.
        """
        return self._dialer.dialled(_number(phone))

    def calls_of(self, phone: str | int) -> int:
        """How many calls to this number, in any spelling, are over; every attempt counts.

        Raises:
            ValueError: It is not a number that could be dialled.
        """
        self._catch_up()
        return self._dialer.calls_of(_number(phone))

    def accepted_more_than_once(self) -> dict[str, int]:
        """Ids that were accepted more than once, with how often; without the "0" of `newcall`."""
        return self._dialer.accepted_more_than_once()

    def dialled_more_than_once(self) -> dict[str, int]:
        """Numbers, as the page writes them, that were accepted to be dialled more than once, with how often."""
        return self._dialer.dialled_more_than_once()

    def repeats(self, *, offset: int = 0, limit: int = 50) -> Page[Repeat]:
        """A part of these numbers, in the order in which they were accepted for the second time."""
        self._catch_up()
        return self._dialer.some_repeats(offset, limit)

    @property
    def records(self) -> list[Record]:
        """All accepted records, in the order in which they came."""
        return self._dialer.records

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All accepted lists and single calls, oldest first."""
        return self._dialer.tasks

    def task_states(self, *, offset: int = 0, limit: int = 50) -> Page[TaskState]:
        """A part of the tasks with how far they are, newest first."""
        self._catch_up()
        return self._dialer.task_states(offset, limit)

    def find_records(
        self,
        *,
        id: str | int | None = None,
        phone: str | int | None = None,
        task: int | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> Page[RecordState]:
        """A part of the records that meet everything given, in the order in which they came.

        Args:
            id: The caller's key.
            phone: The number in any spelling.
            task: The number of the task.
            offset: So many are left out at the beginning.
            limit: So many at most.

        Raises:
            ValueError: `phone` is not a number that could be dialled.
        """
        self._catch_up()
        number = None if phone is None else _number(phone)
        return self._dialer.find_records(None if id is None else str(id), number, task, offset, limit)

    @property
    def calls(self) -> tuple[PlacedCall, ...]:
        """The last ten thousand calls that are over, in the order in which they ended."""
        self._catch_up()
        return self._dialer.ended

    def recording(self, call: int) -> bytes | None:
        """The WAV of one of these calls by its number; None where nobody answered, or where it is forgotten."""
        placed = self._dialer.find_call(call)
        return recording(call) if placed is not None and placed.seconds else None

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """The last thousand requests that are over, without their contents."""
        return self._traffic.seen

    @property
    def refused(self) -> tuple[SeenRequest, ...]:
        """The last thousand requests that it refused by itself: a wrong path, key, token or body; no fault's doing."""
        return self._traffic.refused

    @property
    def counts(self) -> Counts:
        """Numbers since the start or the last reset."""
        tasks, records = self._dialer.sizes
        return self._traffic.counts(tasks=tasks, records=records)

    def events(self, *, after: int = 0, limit: int = 500) -> Events:
        """What happened after a certain event, of the last five thousand."""
        self._catch_up()
        with self._dialer.lock:
            return self._feed.after(after, limit, lambda ended: shown_call(self._dialer.placed(ended)))

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Webhook deliveries: those that wait, and the last ten thousand that are over."""
        queue = self._keeper.deliveries
        return () if queue is None else queue.known

    def find_deliveries(self, *, offset: int = 0, limit: int = 50) -> Page[Delivery]:
        """A part of them, the newest first."""
        queue = self._keeper.deliveries
        return Page((), 0, offset) if queue is None else queue.newest(offset, limit)

    def delivery(self, number: int) -> Delivery:
        """One of them.

        Raises:
            KeyError: There is no delivery of this number, or it is forgotten.
        """
        queue = self._keeper.deliveries
        found = None if queue is None else queue.find(number)
        if found is None:
            raise KeyError(number)
        return found

    def payload(self, delivery: int) -> Payload:
        """What a delivery sends.

        Raises:
            KeyError: There is no delivery of this number, or it is forgotten.
        """
        call = self.delivery(delivery).call
        if self._webhook is None:
            raise KeyError(delivery)
        return self._webhook.payload(call, base_url=self.base_url)

    def _step(self, *, to_the_end: bool = False, most: int = _LARGE_SLICE) -> bool:
        """A slice of the calls that are due; False where none is left."""
        with self._working:
            steps, moment = self._dialer.work(None if to_the_end else self._clock.now(), most)
            if to_the_end and moment is not None:
                self._clock.advance_to(moment)
        return steps == most

    def _catch_up(self) -> None:
        # While it is served this goes on beside it, and whoever asks does not wait for it.
        if not self._ticking and not self._closed and not isinf(self._clock.speed):
            while self._step():
                pass

    def _queue(self) -> Deliveries:
        queue = self._keeper.deliveries
        if queue is None:
            raise RuntimeError("an emulator without a webhook sends none")
        return queue

    def _new_queue(self) -> None:
        if self._keeper.deliveries is not None:
            self._keeper.deliveries.forget()
        if self._webhook is not None:
            self._keeper.deliveries = Deliveries(
                self._webhook,
                Chance(self._dialer.seed, self._simulation),
                tick=time.monotonic,
                now=self._clock.now,
                tell=self._keeper.delivery_changed,
            )


def _number(phone: str | int) -> int:
    number = read_number(str(phone))
    if number is None:
        raise ValueError("phone: not a number that could be dialled")
    return number
