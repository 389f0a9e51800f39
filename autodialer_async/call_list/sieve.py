"""The stages that refuse numbers, at work on slices of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autodialer_async.call_list.hygiene import Objection, Repeats, Stage, first_objection, only_these, stop_list
from autodialer_async.call_list.options import ListOptions
from autodialer_async.call_list.rejected import NotData, Refusal

__all__ = ["Sieve"]


class Sieve:
    """Refuses the rows of one list whose numbers are not to be called, one slice after the other.

    Args:
        options: What the user says of the list.
        column: Place of the phone's column.
    """

    def __init__(self, options: ListOptions, column: int) -> None:
        self._column = column
        self._calls_each = options.phones == "each"
        self._stops: list[Stage] = [stop_list(name, numbers) for name, numbers in options.stop_lists.items()]
        self._only: list[Stage] = [only_these(options.only_numbers)] if options.only_numbers is not None else []
        self._by_scenario = options.duplicates_by == "phone_and_scenario"
        self._repeats = Repeats(with_scenario=self._by_scenario) if options.duplicates == "drop" else None

    def refuse(
        self,
        phones: Sequence[str],
        several: Mapping[int, Sequence[str]],
        scenarios: Sequence[str | None],
        refusals: dict[int, Refusal | NotData],
    ) -> dict[int, list[tuple[int, str]]]:
        """Refuses rows of a slice.

        Args:
            phones: The first number of each row, `""` where the row is refused for want of one.
            several: All numbers of the rows that have several, by the row's place.
            scenarios: The scenario of each row.
            refusals: Why rows give no call, by their place; those refused here are added.

        Returns:
            For rows whose numbers are called each: the numbers left, with their order in the row from 1.
        """
        if self._stops:
            for place, phone in enumerate(phones):
                # Who has one number on a stop list is not called at another.
                objection = first_objection(several.get(place, (phone,)), self._stops) if phone else None
                self._object(place, objection, refusals)
        if self._calls_each and several:
            return self._each(phones, several, scenarios, refusals)
        if self._only:
            for place, phone in enumerate(phones):
                self._object(place, first_objection((phone,), self._only) if phone else None, refusals)
        if self._repeats is not None:
            self._drop_repeats(self._repeats, phones, scenarios, refusals)
        return {}

    def _drop_repeats(
        self,
        repeats: Repeats,
        phones: Sequence[str],
        scenarios: Sequence[str | None],
        refusals: dict[int, Refusal | NotData],
    ) -> None:
        if phones.count("") < len(refusals):
            phones = ["" if place in refusals else phone for place, phone in enumerate(phones)]
        left = list(filter(None, phones))
        if self._by_scenario:
            scenarios = [scenario for phone, scenario in zip(phones, scenarios, strict=True) if phone]
        if found := repeats.places(left, scenarios):
            places = [place for place, phone in enumerate(phones) if phone]
            for at in found:
                self._object(places[at], repeats.objection, refusals)

    def _each(
        self,
        phones: Sequence[str],
        several: Mapping[int, Sequence[str]],
        scenarios: Sequence[str | None],
        refusals: dict[int, Refusal | NotData],
    ) -> dict[int, list[tuple[int, str]]]:
        chosen: dict[int, list[tuple[int, str]]] = {}
        for place, first in enumerate(phones):
            if place in refusals:
                continue
            objection, left = None, list[tuple[int, str]]()
            for order, phone in enumerate(several.get(place, (first,)), 1):
                objection = first_objection((phone,), self._only)
                if objection is None and self._repeats and self._repeats.places([phone], [scenarios[place]]):
                    objection = self._repeats.objection
                if objection is None:
                    left.append((order, phone))
            if not left:
                self._object(place, objection, refusals)
            elif place in several:
                chosen[place] = left
        return chosen

    def _object(self, place: int, objection: Objection | None, refusals: dict[int, Refusal | NotData]) -> None:
        if objection is not None and place not in refusals:
            refusals[place] = Refusal(objection.reason, objection.problem, self._column)
