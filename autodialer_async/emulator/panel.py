"""All that can be done to an emulator from Python; its page and its HTTP interface go through here."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from autodialer_async.emulator.agreement import header
from autodialer_async.emulator.books import Books
from autodialer_async.emulator.fault_kinds import fault_kinds, rule_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from autodialer_async.emulator.deliveries import Delivery
    from autodialer_async.emulator.fault_kinds import FaultKind
    from autodialer_async.emulator.faults import Fault
    from autodialer_async.emulator.rules import ArmedFault, Rule

__all__ = ["Panel"]


class Panel(Books):
    """An emulator's books and its switches. Every method may be called from any thread while it serves."""

    def resend(self, delivery: int) -> Delivery:
        """Announce the call of a delivery once more; the new delivery.

        Raises:
            KeyError: There is no delivery of this number, or it is forgotten.
        """
        if self._keeper.deliveries is None:
            raise KeyError(delivery)
        return self._keeper.deliveries.resend(delivery)

    @property
    def faults(self) -> tuple[ArmedFault, ...]:
        """The faults in force, those that will not strike again too, in the order in which they are asked."""
        return self._rules.armed

    def fault_kinds(self) -> tuple[FaultKind, ...]:
        """The faults that `new_rule` makes by name."""
        return fault_kinds()

    def new_rule(self, fault: Mapping[str, object]) -> Rule:
        """A rule for `add_fault` from plain values: `{"name": "Unavailable", "retry_after": 5, "times": 3}`.

        Raises:
            ValueError: A name is unknown or a value is wrong; says which.
        """
        return rule_from(dict(fault))

    def add_fault(self, fault: Fault | Rule) -> ArmedFault:
        """Put a fault behind those in force. A bare fault strikes the next request, once."""
        armed = self._rules.add(fault)
        self._tell_fault(armed.number, armed.name, "added")
        return armed

    def remove_fault(self, number: int) -> bool:
        """Drop one fault by its number; False where there is none."""
        found = self._rules.remove(number)
        if found:
            self._tell_fault(number, None, "removed")
        return found

    def clear_faults(self) -> None:
        """From now on be honest."""
        self._rules.clear()
        self._tell_fault(None, None, "cleared")

    @property
    def now(self) -> datetime:
        """What its clock shows."""
        return self._clock.now()

    @property
    def speed(self) -> float:
        """Seconds of its clock in one of ours: 0 it stands still; infinite, calls are made when they are accepted.

        Setting it to infinite makes all calls that are left, and puts the clock forward to the last one's end.
        """
        return self._clock.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._catch_up()
        self._clock.speed = speed
        self._keeper.clock_set(self._clock.now(), self._clock.speed)
        if isinf(speed):
            self.finish()

    def advance(self, seconds: float) -> None:
        """Put the clock forward and make the calls of that time.

        Raises:
            ValueError: `seconds` is negative, or leads beyond the year 9000.
        """
        self._clock.advance(seconds)
        self._keeper.clock_set(self._clock.now(), self._clock.speed)
        while self._step():
            pass

    def finish(self) -> None:
        """Make all calls that are left, and put the clock forward to the last one's end."""
        if self._dialer.next is None:
            return
        while self._step(to_the_end=True):
            pass
        self._keeper.clock_set(self._clock.now(), self._clock.speed)

    def reset(self) -> None:
        """Forget all records, tasks, calls, deliveries and requests; seed, clock and first faults begin again."""
        with self._working:
            self._dialer.reset()
            self._clock.reset()
            self._traffic.reset()
            self._rules.reset()
            self._new_queue()
            if self._notebook is not None:
                self._notebook.begin_again(header(self._dialer.seed, self._simulation))
        now = self._clock.now()
        self._feed.add("reset", now, {})

    def reseed(self, seed: int) -> None:
        """`reset`, and draw everything from this seed from now on."""
        self._dialer.seed = seed
        self._rules.reseed(seed)
        self.reset()

    def _tell_fault(self, number: int | None, name: str | None, action: str) -> None:
        data = {"number": number, "name": name, "action": action}
        self._feed.add("fault", self._clock.now(), data)
