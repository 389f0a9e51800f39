"""Mappings of plain text to rows, without making a record of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from autodialer_async._wire.hours import START, STOP, hours_from, hours_of
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow, canonical_phone, is_canonical

__all__ = ["PlainRows"]

_MOST_PLANS = 256
_TEXT = frozenset({str})
_NUMBERS_TOO = frozenset({str, int, type(None)})


class _Plan(NamedTuple):
    """How mappings with certain names become rows.

    Attributes:
        wire_names: The service's name of each value, in the mapping's order.
        texts: Those that go out as they stand.
        max_count: The one that holds the attempts, where there is one.
        has_hours: Whether both times are among them.
        is_wire: Whether the mapping's names are the service's own.
    """

    wire_names: tuple[str, ...]
    texts: tuple[str, ...]
    max_count: str | None
    has_hours: bool
    is_wire: bool


class PlainRows:
    """Gives what `Codec` gives through a `Call`, for mappings of plain text that `Call` would take as they stand.

    Every rule stays where it is: whatever is not plain is left to `Codec.read_call`, errors included. Many mappings at
    once are looked at a field after the other, which costs half of one mapping after the other.

    Args:
        names: Every spelling of a mapping's field -> ours.
        wire_names: Ours -> the service's, for `make`.
        phone: From the form in which records hold a number to the form on the wire.
    """

    def __init__(self, names: Mapping[str, str], wire_names: Mapping[str, str], phone: Callable[[str], str]) -> None:
        self._names = names
        self._wire_names = wire_names
        self._start, self._stop, self._phone = wire_names[START], wire_names[STOP], wire_names["phone"]
        self._id = wire_names["id"]
        self._phone_on_wire = phone
        # By the names in a mapping, in their order: the mappings of a list are all alike.
        self._plans: dict[tuple[object, ...], _Plan | None] = {}

    def row(self, fields: dict[str, Any], window: CallWindow) -> tuple[dict[str, str], CallWindow] | None:
        """The fields on the wire, and the hours they are sent with; None where the mapping is not plain or not valid.

        Args:
            fields: The mapping, in the names of `Call`, of the page or of the installation.
            window: The hours of a record that gives none.
        """
        plan = self._plan_for(tuple(fields))
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

    def rows(
        self, mappings: Sequence[dict[str, Any]], window: CallWindow
    ) -> tuple[Sequence[dict[str, str]], CallWindow] | None:
        """The fields on the wire of some mappings, and the hours of the last; None where not all are alike and valid.

        Ints and absent values are taken here as well. Mappings that hold just what leaves come back as they are, not
        copied.

        Args:
            mappings: At least one, in list order.
            window: The hours of those that give none.
        """
        shapes = list(map(tuple, mappings))
        plan = self._plan_for(shapes[0])
        if plan is None or shapes.count(shapes[0]) < len(shapes):
            return None
        given = dict(zip(plan.wire_names, zip(*map(dict.values, mappings), strict=True), strict=True))
        try:
            columns, window = self._columns(plan, given, window)
        except (InvalidCall, ValueError, _NotPlainError):
            return None
        if plan.is_wire and all(columns[name] is given.get(name) for name in columns):
            return mappings, window
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        if any(None in values for values in columns.values()):
            rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
        return cast("list[dict[str, str]]", rows), window

    def _columns(
        self, plan: _Plan, given: Mapping[str, tuple[Any, ...]], window: CallWindow
    ) -> tuple[dict[str, Sequence[str | None]], CallWindow]:
        """Each field of all records as it leaves, the very tuple where nothing changes; and the last record's hours."""
        columns: dict[str, Sequence[str | None]] = {name: _texts(given[name]) for name in plan.texts}
        phones = given[self._phone]
        if set(map(type, phones)) != _TEXT or not all(map(is_canonical, phones)):
            phones = tuple(map(canonical_phone, phones))
        columns[self._phone] = _as_given(map(self._phone_on_wire, phones), given[self._phone])
        if plan.max_count is not None:
            attempts = given[plan.max_count]
            if not set(map(type, attempts)) <= _NUMBERS_TOO - {type(None)}:
                raise _NotPlainError
            columns[plan.max_count] = _as_given(map(_attempts_text, attempts), attempts)
        if plan.has_hours:
            starts, stops = columns[self._start], columns[self._stop]
            if starts is not given[self._start] or stops is not given[self._stop]:
                raise _NotPlainError
            hours = [hours_from(start, stop) for start, stop in zip(given[self._start], given[self._stop], strict=True)]
        else:
            hours = [hours_of(window)] * len(phones)
        windows, starts, stops = zip(*hours, strict=True)
        columns[self._start] = _as_given(starts, given.get(self._start))
        columns[self._stop] = _as_given(stops, given.get(self._stop))
        if None in columns[self._id]:
            raise _NotPlainError
        return columns, windows[-1]

    def _plan_for(self, shape: tuple[object, ...]) -> _Plan | None:
        if shape not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[shape] = self._plan(shape)
        return self._plans[shape]

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
            is_wire=all(
                type(name) is str and self._wire_names[field] == name for name, field in zip(shape, ours, strict=True)
            ),
        )


class _NotPlainError(Exception):
    """These values are left to `Call`."""


def _texts(values: tuple[Any, ...]) -> Sequence[str | None]:
    kinds = set(map(type, values))
    if kinds == _TEXT and "" not in values:
        return values
    if kinds <= _NUMBERS_TOO:
        return [None if value is None else str(value) or None for value in values]
    raise _NotPlainError


def _as_given(values: Iterable[str], given: tuple[Any, ...] | None) -> tuple[str, ...]:
    """The values, or the very tuple that was given where it holds the same."""
    changed = tuple(values)
    return given if given is not None and changed == given else changed


@lru_cache(maxsize=1024, typed=True)
def _attempts_text(value: str | int) -> str:
    """The attempts as they go out; `Call` knows the rule."""
    attempts = Call("0", "80000000000", max_count=cast("int", value)).max_count
    if attempts is None:
        raise InvalidCall("no attempts", field="max_count")
    return str(attempts)
