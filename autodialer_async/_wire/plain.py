"""Mappings of plain text to rows, without making a record of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, cast

from autodialer_async._wire.hours import START, STOP, hours_from, hours_of
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow, canonical_phone

__all__ = ["PlainRows"]

_MOST_PLANS = 256


class _Plan(NamedTuple):
    """How mappings with certain names become rows.

    Attributes:
        wire_names: The service's name of each value, in the mapping's order.
        texts: Those that go out as they stand.
        max_count: The one that holds the attempts, where there is one.
        has_hours: Whether both times are among them.
    """

    wire_names: tuple[str, ...]
    texts: tuple[str, ...]
    max_count: str | None
    has_hours: bool


class PlainRows:
    """Gives what `Codec` gives through a `Call`, for mappings of plain text that `Call` would take as they stand.

    Every rule stays where it is: whatever is not plain is left to `Codec.read_call`, errors included.

    Args:
        names: Every spelling of a mapping's field -> ours.
        wire_names: Ours -> the service's, for `make`.
        phone: From the form in which records hold a number to the form on the wire.
    """

    def __init__(self, names: Mapping[str, str], wire_names: Mapping[str, str], phone: Callable[[str], str]) -> None:
        self._names = names
        self._wire_names = wire_names
        self._start, self._stop, self._phone = wire_names[START], wire_names[STOP], wire_names["phone"]
        self._phone_on_wire = phone
        # By the names in a mapping, in their order: the mappings of a list are all alike.
        self._plans: dict[tuple[object, ...], _Plan | None] = {}

    def row(self, fields: dict[str, Any], window: CallWindow) -> tuple[dict[str, str], CallWindow] | None:
        """The fields on the wire, and the hours they are sent with; None where the mapping is not plain or not valid.

        Args:
            fields: The mapping, in the names of `Call`, of the page or of the installation.
            window: The hours of a record that gives none.
        """
        shape = tuple(fields)
        if shape not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[shape] = self._plan(shape)
        plan = self._plans[shape]
        if plan is None:
            return None
        row = dict(zip(plan.wire_names, fields.values(), strict=True))
        for name in plan.texts:
            if type(row[name]) is not str or not row[name]:
                return None
        try:
            row[self._phone] = self._phone_on_wire(canonical_phone(row[self._phone]))
            if plan.max_count is not None:
                attempts = row[plan.max_count]
                if type(attempts) is not str and type(attempts) is not int:
                    return None
                row[plan.max_count] = _attempts_text(attempts)
            hours = hours_from(row[self._start], row[self._stop]) if plan.has_hours else hours_of(window)
            window, row[self._start], row[self._stop] = hours
        except InvalidCall:
            return None
        return row, window

    def _plan(self, shape: tuple[object, ...]) -> _Plan | None:
        ours = [self._names[name] for name in shape if isinstance(name, str) and name in self._names]
        known = set(ours)
        if len(known) < len(shape) or not known <= self._wire_names.keys() or not {"id", "phone"} <= known:
            return None
        if (START in known) != (STOP in known):
            return None
        return _Plan(
            wire_names=tuple(self._wire_names[name] for name in ours),
            texts=tuple(self._wire_names[name] for name in ours if name not in ("phone", "max_count")),
            max_count=self._wire_names["max_count"] if "max_count" in known else None,
            has_hours=START in known,
        )


@lru_cache(maxsize=1024, typed=True)
def _attempts_text(value: str | int) -> str:
    """The attempts as they go out; `Call` knows the rule."""
    attempts = Call("0", "80000000000", max_count=cast("int", value)).max_count
    if attempts is None:
        raise InvalidCall("no attempts", field="max_count")
    return str(attempts)
