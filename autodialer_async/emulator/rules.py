"""When a fault strikes."""

from __future__ import annotations

from random import Random
from threading import Lock
from typing import TYPE_CHECKING, cast

import attrs

from autodialer_async.emulator.faults import Fault
from autodialer_async.emulator.phone import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from autodialer_async.emulator.bodies import Arrived, Operation
    from autodialer_async.emulator.exchange import Exchange

__all__ = ["ArmedFault", "Rule", "RuleBook"]


@attrs.frozen
class Rule:
    """A fault and the requests that it strikes: those that meet everything given here.

    Attributes:
        fault: What happens.
        operation: Only requests of this operation; None for all three.
        after: So many matching requests pass first: `after=2` strikes the third.
        times: How often it strikes at most; None for ever.
        probability: The chance for each matching request, drawn from the emulator's seed.
        record_id: Only requests that hold a record with this id.
        phone: Only requests that hold this number, in any spelling.
        predicate: Only requests for which this is true.

    Raises:
        ValueError: A number out of range, or a fault in mid-body that is chosen by what the body holds.

    Example:
        >>> from autodialer_async.emulator import AcceptThenDrop
        >>> armed = emulator.add_fault(Rule(AcceptThenDrop(), "make", record_id="2"))
        >>> result = await dialer.make(calls, on_failure="return")  # its batch was taken, and no answer came
        >>> result.unknown, emulator.accepted("2")
        (3, 1)
    """

    fault: Fault
    operation: Operation | None = None
    after: int = attrs.field(default=0, kw_only=True, validator=attrs.validators.ge(0))
    times: int | None = attrs.field(default=1, kw_only=True)
    probability: float = attrs.field(
        default=1.0, kw_only=True, validator=[attrs.validators.ge(0), attrs.validators.le(1)]
    )
    record_id: str | None = attrs.field(default=None, kw_only=True)
    phone: str | None = attrs.field(default=None, kw_only=True, repr=False)
    predicate: Callable[[Arrived], bool] | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise ValueError("times: at least 1, or None for ever")
        if self.phone is not None and read_number(self.phone) is None:
            raise ValueError("phone: not a number that could be dialled")
        if self.looks_inside and self.fault.mid_body:
            raise ValueError(f"{type(self.fault).__name__} acts while the body arrives: it cannot be chosen by records")

    @property
    def looks_inside(self) -> bool:
        """Whether the body must be read to know whether the rule is met."""
        return self.record_id is not None or self.phone is not None or self.predicate is not None

    def is_met_by(self, arrived: Arrived) -> bool:
        """Whether what the body holds, once it has `arrived`, meets the rule."""
        if self.record_id is not None and self.record_id not in _values(arrived, "id"):
            return False
        if self.phone is not None:
            wanted = read_number(self.phone)
            if all(read_number(phone) != wanted for phone in _values(arrived, "phone")):
                return False
        return self.predicate is None or self.predicate(arrived)


@attrs.frozen
class ArmedFault:
    """A rule in force.

    Attributes:
        number: From 1; a reset begins again.
        name: The fault's.
        rule: When it strikes.
        passed: Matching requests that passed because of `after`.
        struck: How often it struck.
        spent: Whether it will not strike again.
    """

    number: int
    name: str
    rule: Rule
    passed: int
    struck: int
    spent: bool


@attrs.define(eq=False)
class _Armed:
    number: int
    rule: Rule
    passed: int = 0
    struck: int = 0

    @property
    def spent(self) -> bool:
        return self.rule.times is not None and self.struck >= self.rule.times

    def shown(self) -> ArmedFault:
        return ArmedFault(self.number, type(self.rule.fault).__name__, self.rule, self.passed, self.struck, self.spent)


class RuleBook:
    """The rules in force, in order: the first that is met strikes. Safe to change from any thread."""

    def __init__(self, rules: Iterable[Fault | Rule], *, seed: int) -> None:
        self._first = [as_rule(entry) for entry in rules]
        self._seed = seed
        self._lock = Lock()
        self.reset()

    def reset(self) -> None:
        """Begin again with the first rules and the seed."""
        with self._lock:
            self._armed = [_Armed(number, rule) for number, rule in enumerate(self._first, 1)]
            self._last = len(self._armed)
            self._random = Random(self._seed)  # noqa: S311 - repeatable, not secret

    def reseed(self, seed: int) -> None:
        """From the next reset on draw from this seed."""
        self._seed = seed

    def add(self, rule: Fault | Rule) -> ArmedFault:
        """Put a rule behind the others."""
        new = as_rule(rule)
        with self._lock:
            self._last += 1
            armed = _Armed(self._last, new)
            self._armed.append(armed)
            return armed.shown()

    @property
    def armed(self) -> tuple[ArmedFault, ...]:
        """The rules in force, those that are spent too, in order."""
        with self._lock:
            return tuple(armed.shown() for armed in self._armed)

    def remove(self, number: int) -> bool:
        """Drop one rule; False where there is none of this number."""
        with self._lock:
            left = [armed for armed in self._armed if armed.number != number]
            found = len(left) < len(self._armed)
            self._armed = left
            return found

    def clear(self) -> None:
        """Drop all rules."""
        with self._lock:
            self._armed = []

    async def choose(self, exchange: Exchange) -> Fault | None:
        """The fault for this request, or None. Reads the body only where a rule has to look into it."""
        if exchange.operation is None:
            return None
        with self._lock:
            candidates = [armed for armed in self._armed if not armed.spent]
        for armed in candidates:
            if armed.rule.operation not in {None, exchange.operation}:
                continue
            if armed.rule.looks_inside:
                arrived = await exchange.arrived()
                if arrived is None or not armed.rule.is_met_by(arrived):
                    continue
            if self._strikes(armed):
                return armed.rule.fault
        return None

    def _strikes(self, armed: _Armed) -> bool:
        with self._lock:
            if armed.spent:
                return False
            if armed.passed < armed.rule.after:
                armed.passed += 1
                return False
            if armed.rule.probability < 1 and self._random.random() >= armed.rule.probability:
                return False
            armed.struck += 1
            return True


def as_rule(entry: Fault | Rule) -> Rule:
    """A bare fault strikes the next request, whatever its operation, once."""
    return Rule(entry) if isinstance(entry, Fault) else entry


def _values(arrived: Arrived, name: str) -> set[str]:
    records = [cast("dict[str, object]", record) for record in arrived.records if isinstance(record, dict)]
    return {str(record[name]) for record in records if name in record}
