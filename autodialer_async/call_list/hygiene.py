"""Numbers that are not to be called although they could be: small stages, each with one reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.call_list.rejected import RejectReason

__all__ = ["Objection", "Repeats", "Stage", "first_objection", "only_these", "stop_list"]


@attrs.frozen
class Objection:
    """Why one number is not called."""

    reason: RejectReason
    problem: str


# What a stage says of one number, as records hold it.
Stage = Callable[[str], Objection | None]


def stop_list(name: str, numbers: NumberSet) -> Stage:
    """Objects to the numbers of a stop list."""
    objection = Objection(RejectReason.STOP, f"on the stop list {name}")
    return lambda phone: objection if phone in numbers else None


def only_these(numbers: NumberSet) -> Stage:
    """Objects to all other numbers."""
    objection = Objection(RejectReason.NOT_ALLOWED, "not one of the only numbers to be called")
    return lambda phone: None if phone in numbers else objection


def first_objection(phones: Iterable[str], stages: Sequence[Stage]) -> Objection | None:
    """What the first stage says that objects to one of these numbers."""
    return next((objection for phone in phones for stage in stages if (objection := stage(phone)) is not None), None)


class Repeats:
    """The last stage: which numbers were given before, over a whole list.

    Args:
        with_scenario: Whether a phone may be called once for each scenario.
    """

    def __init__(self, *, with_scenario: bool = False) -> None:
        self._with_scenario = with_scenario
        self._given: dict[str | None, NumberSet] = {}
        same = "the same phone and scenario" if with_scenario else "the same phone"
        self.objection: Objection = Objection(RejectReason.DUPLICATE, f"an earlier row has {same}")

    def places(self, phones: Sequence[str], scenarios: Sequence[str | None]) -> list[int]:
        """Places of the numbers that were given before; the others are given now."""
        if not self._with_scenario:
            return self._of(None).add_new(phones)
        return [
            place
            for place, (phone, scenario) in enumerate(zip(phones, scenarios, strict=True))
            if self._of(scenario).add_new([phone])
        ]

    def _of(self, scenario: str | None) -> NumberSet:
        numbers = self._given.get(scenario)
        if numbers is None:
            numbers = self._given[scenario] = NumberSet()
        return numbers
