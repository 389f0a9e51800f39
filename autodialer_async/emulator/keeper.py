"""What becomes of the dialer's doings: events for those who look on, webhooks, and entries in the file."""

# ruff: noqa: D102 - `Witness` says it

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from autodialer_async.emulator.deliveries import DeliveryTry
from autodialer_async.emulator.dialer import Task
from autodialer_async.emulator.phone import masked_number
from autodialer_async.emulator.records import Record
from autodialer_async.emulator.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable

    from autodialer_async.emulator.clock import Clock
    from autodialer_async.emulator.deliveries import Deliveries, Delivery
    from autodialer_async.emulator.dialer import Dialer
    from autodialer_async.emulator.feed import Feed
    from autodialer_async.emulator.notebook import Notebook
    from autodialer_async.emulator.views import Ended, PlacedCall

__all__ = ["Keeper", "shown_call"]


class Keeper(Witness):
    """Passes on what the dialer does.

    Args:
        feed: Who looks on.
        notebook: The file, or None.

    Attributes:
        deliveries: The queue of webhooks, or None.
        placed: Gives the particulars of a call.
    """

    placed: Callable[[Ended], PlacedCall]

    def __init__(self, feed: Feed, notebook: Notebook | None) -> None:
        self._feed = feed
        self._notebook = notebook
        self._reading = False
        self.deliveries: Deliveries | None = None

    def accepted(self, task: Task, *, at_once: bool) -> None:
        if self._reading:
            return
        if self._notebook is not None:
            records = [_written_record(record) for record in task.records]
            self._notebook.write("task", [task.number, task.operation, task.at.isoformat(), at_once, records])
        data = {"number": task.number, "operation": task.operation, "records": len(task.records)}
        self._feed.add("task", task.at, data)

    def called(self, ended: Ended) -> None:
        if not self._reading:
            self._feed.add("call", ended[3], ended)
        if self.deliveries is not None:
            self.deliveries.add(self.placed(ended))

    def forgotten(self) -> None:
        # Calls among the events are known by their places in a book that is empty now.
        self._feed.forget()

    def worked(self, steps: int, moment: datetime) -> None:
        if self._notebook is not None and not self._reading:
            self._notebook.write("steps", [steps, moment.isoformat()])

    def clock_set(self, now: datetime, speed: float) -> None:
        """The clock was put forward, or goes faster or slower."""
        if self._notebook is not None:
            self._notebook.write("clock", now.isoformat())
        data = {"now": now.isoformat(), "speed": speed if speed != float("inf") else "now"}
        self._feed.add("clock", now, data)

    def delivery_changed(self, delivery: Delivery) -> None:
        """A delivery was put into the queue, or a try is over."""
        if self._reading:
            return
        if self._notebook is not None and (delivery.state != "waiting" or delivery.resent):
            tries = [[entry.at.isoformat(), entry.status, entry.problem] for entry in delivery.tries]
            self._notebook.write("delivery", [delivery.call.number, delivery.copy, delivery.state, tries])
        data = {
            "number": delivery.number,
            "call": delivery.call.number,
            "state": delivery.state,
            "status": delivery.tries[-1].status if delivery.tries else None,
            "tries": len(delivery.tries),
        }
        self._feed.add("delivery", delivery.tries[-1].at if delivery.tries else delivery.at, data)

    def read_back(self, dialer: Dialer, clock: Clock) -> None:
        """Do again what the file says was done, in its order, without telling anybody.

        Raises:
            ValueError: The file is damaged.
        """
        if self._notebook is None:
            return
        self._reading = True
        try:
            for kind, data in self._notebook.entries():
                try:
                    self._do_again(kind, data, dialer, clock)
                except (LookupError, TypeError, AttributeError, ValueError) as error:
                    raise ValueError(f"state: an entry {kind!r} cannot be read: {type(error).__name__}") from None
        finally:
            self._reading = False

    def _do_again(self, kind: str, data: Any, dialer: Dialer, clock: Clock) -> None:
        if kind == "task":
            number, operation, at, at_once, records = data
            moment = datetime.fromisoformat(at)
            restored = Task(number, operation, moment, tuple(map(_read_record, records)))
            dialer.restore(restored, at_once=at_once)
            clock.resume_at(moment)
        elif kind == "steps":
            dialer.work(None, data[0])
            clock.resume_at(datetime.fromisoformat(data[1]))
        elif kind == "clock":
            clock.resume_at(datetime.fromisoformat(data))
        elif kind == "delivery" and self.deliveries is not None:
            call, copy, state, tries = data
            done = tuple(DeliveryTry(datetime.fromisoformat(at), status, problem) for at, status, problem in tries)
            self.deliveries.restore(call, copy, state, done)


def shown_call(placed: PlacedCall) -> dict[str, object]:
    """A call as an event shows it, with its number masked."""
    return {
        "number": placed.number,
        "task": placed.task,
        "id": placed.id,
        "phone": masked_number(placed.phone),
        "attempt": placed.attempt,
        "code": placed.code,
        "seconds": placed.seconds,
    }


def _written_record(record: Record) -> list[object]:
    return [
        record.id,
        record.number,
        record.start and record.start.isoformat(),
        record.stop and record.stop.isoformat(),
        record.max_count,
        record.generation_type,
        record.name,
        record.uuid,
        record.var1,
        record.var2,
        record.var3,
        record.extra,
    ]


def _read_record(values: list[Any]) -> Record:
    record_id, number, start, stop, *others = values
    return Record(
        record_id,
        number,
        None if start is None else time.fromisoformat(start),
        None if stop is None else time.fromisoformat(stop),
        *others,
    )
